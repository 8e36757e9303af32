"""Addresses of what leaves (feeds, embeds, alerts)."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []

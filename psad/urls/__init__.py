"""The addresses of the room: each part has its module."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from psad.urls import intake

urlpatterns: list[URLPattern | URLResolver] = [*intake.urlpatterns]

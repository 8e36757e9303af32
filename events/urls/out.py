"""Addresses of what leaves (feeds, embeds, alerts)."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from events.views import feeds

urlpatterns: list[URLPattern | URLResolver] = [
    path("agenda.ics", feeds.ics, name="agenda_ics"),
    path("agenda.atom", feeds.atom_feed, name="agenda_atom"),
    path("agenda.json", feeds.json, name="agenda_json"),
    path("agenda.csv", feeds.csv, name="agenda_csv"),
]

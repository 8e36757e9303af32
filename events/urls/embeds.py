"""Addresses of the agenda in the pages of others (A4)."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from core.fair_use import fair_use
from events.views import embed

urlpatterns: list[URLPattern | URLResolver] = [
    path("agenda/embed/", embed.embed, name="agenda_embed"),
    path("agenda/embed.js", embed.script, name="agenda_embed_script"),
    path("agenda/integrer/", fair_use(embed.compose), name="agenda_compose"),
]

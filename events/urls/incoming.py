"""Addresses of what comes in: sources, files, and the agendas that the demonstration reads."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, path

from events.views import demo_agenda, pro_import, pro_sources

_SOURCES, _IMPORT = "pro/agenda/sources/", "pro/agenda/import/"

urlpatterns: list[URLPattern | URLResolver] = [
    path(_SOURCES, pro_sources.sources, name="pro_sources"),
    path(f"{_SOURCES}ajouter/", pro_sources.new, name="pro_source_new"),
    path(f"{_SOURCES}<slug:slug>/", pro_sources.source, name="pro_source"),
    path(f"{_SOURCES}<slug:slug>/modifier/", pro_sources.edit, name="pro_source_edit"),
    path(f"{_SOURCES}<slug:slug>/lire/", pro_sources.read_now, name="pro_source_read"),
    path(f"{_SOURCES}<slug:slug>/pause/", pro_sources.pause, name="pro_source_pause"),
    path(f"{_SOURCES}<slug:slug>/ne-plus-suivre/", pro_sources.unfollow, name="pro_source_unfollow"),
    path(_IMPORT, pro_import.give, name="pro_agenda_import"),
    path(f"{_IMPORT}modele.csv", pro_import.template, name="pro_agenda_template"),
    path(f"{_IMPORT}<uuid:key>/", pro_import.file, name="pro_agenda_file"),
]
if settings.DEMO:
    urlpatterns.append(path("demo/agenda/<str:name>", demo_agenda.agenda, name="demo_agenda"))

"""What comes in: lists, reports, links of schools, twins."""

from __future__ import annotations

from django.urls import URLPattern, path

from psad.views import lists

urlpatterns: list[URLPattern] = [
    path("psad/<slug:platform>/listes/", lists.received, name="psad_lists"),
    path("psad/<slug:platform>/listes/<uuid:key>/", lists.one, name="psad_list"),
    path("psad/<slug:platform>/listes/<uuid:key>/appliquer/", lists.settle, name="psad_list_settle"),
    path("psad/<slug:platform>/listes/<uuid:key>/lignes.csv", lists.answers, name="psad_list_answers"),
]

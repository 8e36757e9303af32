"""Figures: those of the moment, those that are published."""

from __future__ import annotations

from django.urls import URLPattern, path

from psad.views import figures

urlpatterns: list[URLPattern] = [
    path("psad/<slug:platform>/chiffres/", figures.figures, name="psad_figures"),
    path("psad/<slug:platform>/chiffres/<int:period>/", figures.published, name="psad_published"),
    path(
        "psad/<slug:platform>/chiffres/<int:period>/tout.<slug:form>",
        figures.published_file,
        name="psad_published_file",
    ),
]

"""The addresses of the room: each part has its module."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from psad.urls import figures, intake, keeping, partners, work, young

urlpatterns: list[URLPattern | URLResolver] = [
    *figures.urlpatterns,
    *intake.urlpatterns,
    *keeping.urlpatterns,
    *partners.urlpatterns,
    *young.urlpatterns,
    *work.urlpatterns,  # last: `psad/<platform>/` would take any word
]

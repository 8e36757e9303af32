"""What is kept, and until when."""

from __future__ import annotations

from django.urls import URLPattern, path

from psad.views import keeping

urlpatterns: list[URLPattern] = [path("psad/<slug:platform>/conservation/", keeping.ending, name="psad_ending")]

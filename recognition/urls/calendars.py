"""Calendars to subscribe to."""

from __future__ import annotations

from django.urls import path

from recognition.views import calendars

urlpatterns = [
    path("candidature/calendrier.ics", calendars.public_calendar, name="candidature_calendar"),
    path("candidature/calendrier/<slug:secret>.ics", calendars.region_calendar, name="region_calendar"),
]

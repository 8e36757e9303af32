"""Addresses of what follows a search."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from events.views import alerts

urlpatterns: list[URLPattern | URLResolver] = [
    path("agenda/s-abonner/", alerts.subscribe, name="agenda_subscribe"),
    path("agenda/s-abonner/merci/", alerts.thanks, name="agenda_subscribe_thanks"),
    path("agenda/alerte/<slug:secret>/", alerts.alert, name="alert"),
    path("agenda/alerte/<slug:secret>/arreter/", alerts.stop, name="alert_stop"),
]

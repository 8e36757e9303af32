"""Addresses of pages of the agenda."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from events.views import agenda, event, event_images, kit

urlpatterns: list[URLPattern | URLResolver] = [
    path("agenda/", agenda.agenda, name="agenda"),
    path("agenda/position/", agenda.position, name="agenda_position"),
    path("agenda/preparer/", kit.kits, name="event_kits"),
    path("agenda/preparer/<slug:kind>/", kit.kit, name="event_kit"),
    path("agenda/<slug:slug>/", event.event, name="event"),
    path("agenda/<slug:slug>/event.ics", event.ics, name="event_ics"),
    path("agenda/<slug:slug>/image.png", event_images.image, name="event_image"),
    path("agenda/<slug:slug>/illustration.webp", event_images.picture, name="event_picture"),
]

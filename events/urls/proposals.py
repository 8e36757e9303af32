"""Addresses of the public form."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from events.views import proposals

urlpatterns: list[URLPattern | URLResolver] = [
    path("agenda/proposer/", proposals.propose, name="propose_event"),
    path("agenda/proposer/merci/", proposals.thanks, name="propose_event_thanks"),
    path("agenda/proposer/confirmer/<str:token>/", proposals.confirm, name="propose_event_confirm"),
]

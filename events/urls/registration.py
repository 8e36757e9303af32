"""Addresses of seats."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from events.views import outcomes, registration

urlpatterns: list[URLPattern | URLResolver] = [
    path("agenda/inscription/<uuid:session>/", registration.register, name="register"),
    path("agenda/inscription/<uuid:session>/merci/", registration.thanks, name="register_thanks"),
    path("agenda/mon-inscription/<slug:secret>/", registration.registration, name="registration"),
    path("agenda/bilan/<str:secret>/", outcomes.outcome, name="outcome"),
]

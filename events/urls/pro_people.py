"""Addresses of the espace pro about people: who registered, what became of a date."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from events.views import outcomes, pro_registrations

_LIST = "pro/agenda/<slug:slug>/inscriptions/"
_DATE = f"{_LIST}<uuid:session>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("pro/agenda/bilans/", outcomes.waiting, name="pro_outcomes"),
    path(_LIST, pro_registrations.sessions, name="pro_registrations"),
    path(f"{_DATE}/", pro_registrations.people, name="pro_registrations_of"),
    path(f"{_DATE}.<slug:form>", pro_registrations.export, name="pro_registrations_file"),
    path(f"{_DATE}/<uuid:registration>/", pro_registrations.cancel, name="pro_registration_cancel"),
]

"""Addresses of the espace pro."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from events.views import pro_dates, pro_events, pro_series, pro_sessions, pro_states, pro_writing

_ONE = "pro/agenda/<slug:slug>/"
_DATE = f"{_ONE}dates/<uuid:key>/"

# Words that no event takes as its slug come before the events (`events/slugs.py`).
_fixed: list[URLPattern | URLResolver] = [
    path("pro/agenda/", pro_events.events, name="pro_events"),
    path("pro/agenda/nouveau/", pro_writing.new, name="pro_event_new"),
]
_events: list[URLPattern | URLResolver] = [
    path(_ONE, pro_events.event, name="pro_event"),
    path(f"{_ONE}apercu/", pro_events.preview, name="pro_event_preview"),
    path(f"{_ONE}modifier/", pro_writing.edit, name="pro_event_edit"),
    path(f"{_ONE}dupliquer/", pro_writing.copy, name="pro_event_copy"),
    path(f"{_ONE}publier/", pro_states.publish, name="pro_event_publish"),
    path(f"{_ONE}retirer/", pro_states.take_out, name="pro_event_withdraw"),
    path(f"{_ONE}reprendre/", pro_states.take_back, name="pro_event_take_back"),
    path(f"{_ONE}supprimer/", pro_states.discard, name="pro_event_discard"),
    path(f"{_ONE}dates/", pro_dates.dates, name="pro_dates"),
    path(f"{_ONE}dates/ajouter/", pro_dates.add, name="pro_dates_add"),
    path(_DATE, pro_sessions.session, name="pro_session"),
    path(f"{_DATE}serie/", pro_series.series, name="pro_series"),
    path(f"{_DATE}<slug:name>/", pro_sessions.act, name="pro_session_act"),
]
urlpatterns: list[URLPattern | URLResolver] = [*_fixed, *_events]

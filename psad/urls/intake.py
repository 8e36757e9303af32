"""What comes in: lists, reports, links of schools, twins."""

from __future__ import annotations

from django.urls import URLPattern, path

from psad.views import inbox, lists, telling, twins

# The fixed words first: a platform's slug takes what no other word took.
urlpatterns: list[URLPattern] = [
    path("psad/signaler/", telling.by_professional, name="psad_report_pro"),
    path("psad/signaler/merci/", telling.told, name="psad_told"),
    path("psad/signaler/<slug:token>/", telling.by_school, name="psad_report_link"),
    path("mon-accompagnement/demande/", telling.by_oneself, name="psad_ask"),
    path("mon-accompagnement/demande/merci/", telling.asked, name="psad_asked"),
    path("psad/<slug:platform>/signalements/", inbox.inbox, name="psad_inbox"),
    path("psad/<slug:platform>/signalements/<uuid:key>/", inbox.one, name="psad_report"),
    path("psad/<slug:platform>/doublons/", twins.pairs, name="psad_twins"),
    path("psad/<slug:platform>/liens/", inbox.links, name="psad_links"),
    path("psad/<slug:platform>/liens/<uuid:key>/", inbox.link, name="psad_link"),
    path("psad/<slug:platform>/listes/", lists.received, name="psad_lists"),
    path("psad/<slug:platform>/listes/<uuid:key>/", lists.one, name="psad_list"),
    path("psad/<slug:platform>/listes/<uuid:key>/appliquer/", lists.settle, name="psad_list_settle"),
    path("psad/<slug:platform>/listes/<uuid:key>/lignes.csv", lists.answers, name="psad_list_answers"),
]

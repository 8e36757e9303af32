"""The young person's page, and the team's side of it."""

from __future__ import annotations

from django.urls import URLPattern, path

from psad.views import young, young_desk

_CASE = "psad/<slug:platform>/dossiers/<uuid:case>/"
# Before `<slug:act>` of a case, and the fixed words before `<slug:token>`.
urlpatterns: list[URLPattern] = [
    path("mon-accompagnement/", young.explained, name="psad_explained"),
    path("mon-accompagnement/notice/", young.told, name="psad_notice"),
    path("mon-accompagnement/notice/<slug:platform>/", young.told, name="psad_notice_of"),
    path("mon-accompagnement/ma-page/", young.page, name="psad_young"),
    path("mon-accompagnement/ma-page/reponse/", young.answer, name="psad_young_answer"),
    path("mon-accompagnement/ma-page/correction/", young.rectify, name="psad_young_rectify"),
    path("mon-accompagnement/ma-page/opposition/", young.oppose, name="psad_young_oppose"),
    path("mon-accompagnement/ma-page/copie/", young.copy, name="psad_young_copy"),
    path("mon-accompagnement/ma-page/notes/", young.notes, name="psad_young_notes"),
    path("mon-accompagnement/ma-page/fermer/", young.leave, name="psad_young_leave"),
    path("mon-accompagnement/au-revoir/", young.left, name="psad_young_left"),
    path("mon-accompagnement/<slug:token>/", young.door, name="psad_young_door"),
    path("psad/<slug:platform>/demandes/", young_desk.asked, name="psad_asked_all"),
    path(f"{_CASE}lien/", young_desk.link, name="psad_young_link"),
    path(f"{_CASE}droits/", young_desk.rights, name="psad_young_rights"),
]

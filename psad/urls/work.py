"""What is to do: the queue of a platform, a case and its acts."""

from __future__ import annotations

from django.urls import URLPattern, path

from psad.views import breaking, cases, files, queue, transfers

urlpatterns: list[URLPattern] = [
    path("psad/", queue.mine, name="psad_home"),
    path("psad/<slug:platform>/", queue.due, name="psad_queue"),
    path("psad/<slug:platform>/recherche/", queue.search, name="psad_search"),
    path("psad/<slug:platform>/transferts/", transfers.waiting, name="psad_transfers"),
    path("psad/<slug:platform>/acces-exceptionnel/", breaking.open_by_necessity, name="psad_break_glass"),
    path("psad/<slug:platform>/dossiers/<uuid:case>/", cases.one, name="psad_case"),
    path("psad/<slug:platform>/dossiers/<uuid:case>/pieces/", files.add, name="psad_files"),
    path("psad/<slug:platform>/dossiers/<uuid:case>/pieces/<uuid:file>/", files.download, name="psad_file"),
    path("psad/<slug:platform>/dossiers/<uuid:case>/pieces/<uuid:file>/retirer/", files.remove, name="psad_file_out"),
    path("psad/<slug:platform>/dossiers/<uuid:case>/lettres/<uuid:letter>/", files.letter, name="psad_letter"),
    path("psad/<slug:platform>/dossiers/<uuid:case>/ailleurs/", transfers.elsewhere, name="psad_elsewhere"),
    path("psad/<slug:platform>/dossiers/<uuid:case>/<slug:act>/", cases.act, name="psad_act"),
]

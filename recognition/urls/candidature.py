"""Addresses of the candidate: the call, the dossier, what commits the organisation (R1-R5)."""

from __future__ import annotations

from django.urls import path

from recognition.views import acts, criteria, dossier, files, home, messages, organisation, reading, sites

_DOSSIER = "candidature/<uuid:key>/"

urlpatterns = [
    path("candidature/", home.home, name="candidature_home"),
    path("candidature/commencer/", home.start, name="candidature_start"),
    path("candidature/renouveler/<uuid:key>/", home.renew, name="candidature_renew"),
    path(_DOSSIER, dossier.overview, name="candidature"),
    path(f"{_DOSSIER}organisme/", organisation.edit, name="candidature_organisation"),
    path(f"{_DOSSIER}sites/", sites.listed, name="candidature_sites"),
    path(f"{_DOSSIER}sites/nouveau/", sites.add, name="candidature_site_add"),
    path(f"{_DOSSIER}sites/<int:number>/", sites.edit, name="candidature_site"),
    path(f"{_DOSSIER}sites/<int:number>/retirer/", sites.remove, name="candidature_site_remove"),
    path(f"{_DOSSIER}criteres/", criteria.edit, name="candidature_criteria"),
    path(f"{_DOSSIER}pieces/", files.listed, name="candidature_files"),
    path(f"{_DOSSIER}pieces/<uuid:file>/", files.download, name="candidature_file"),
    path(f"{_DOSSIER}pieces/<uuid:file>/retirer/", files.remove, name="candidature_file_remove"),
    path(f"{_DOSSIER}relire/", reading.read, name="candidature_read"),
    path(f"{_DOSSIER}relire/dossier.pdf", reading.paper, name="candidature_paper"),
    path(f"{_DOSSIER}deposer/", acts.deposit, name="candidature_deposit"),
    path(f"{_DOSSIER}accuse-de-reception/", acts.receipt, name="candidature_receipt"),
    path(f"{_DOSSIER}lettres/<uuid:letter>/", files.letter, name="candidature_letter"),
    path(f"{_DOSSIER}messages/", messages.thread, name="candidature_messages"),
    path(f"{_DOSSIER}completer/", acts.complete, name="candidature_complete"),
    path(f"{_DOSSIER}retirer/", acts.withdraw, name="candidature_withdraw"),
]

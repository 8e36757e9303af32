"""Circle 2, what is shared with it, the catalogue, the people and the life of a platform."""

from __future__ import annotations

from django.urls import URLPattern, path

from psad.views import partners, partners_life, partners_link, partners_people, partners_shares, partners_solutions

_P = "psad/<slug:platform>/"
_CASE = f"{_P}dossiers/<uuid:case>/"

# The fixed words first: a platform's slug takes what no other word took.
urlpatterns: list[URLPattern] = [
    path("psad/partenaire/", partners.home, name="psad_partner"),
    path("psad/partenaire/partages/<uuid:key>/", partners.share, name="psad_partner_share"),
    path("psad/partenaire/partages/<uuid:key>/etat/", partners.share_state, name="psad_partner_share_state"),
    path("psad/partenaire/offres/", partners.offers, name="psad_partner_offers"),
    path("psad/partenaire/offres/nouvelle/", partners.new_offer, name="psad_partner_offer_new"),
    path("psad/partenaire/offres/<uuid:key>/", partners.offer, name="psad_partner_offer"),
    path("psad/partenaire/reunions/", partners.meetings, name="psad_partner_meetings"),
    path("psad/partenaire/boite-a-outils/", partners.kit, name="psad_partner_kit"),
    path("psad/partage/<slug:token>/", partners_link.enter, name="psad_shared"),
    path("psad/partage/<slug:token>/etat/", partners_link.state, name="psad_shared_state"),
    # the catalogue
    path(f"{_P}solutions/", partners_solutions.catalogue, name="psad_solutions"),
    path(f"{_P}solutions/nouvelle/", partners_solutions.new, name="psad_solution_new"),
    path(f"{_P}solutions/<uuid:key>/", partners_solutions.one, name="psad_solution"),
    path(f"{_P}solutions/<uuid:key>/modifier/", partners_solutions.edit, name="psad_solution_edit"),
    # people
    path(f"{_P}equipe/", partners_people.team, name="psad_team"),
    path(f"{_P}equipe/habiliter/", partners_people.give, name="psad_grant"),
    path(f"{_P}equipe/<uuid:key>/terminer/", partners_people.end, name="psad_grant_end"),
    path(f"{_P}equipe/partenaires/nouveau/", partners_people.name_partner, name="psad_partner_name"),
    path(f"{_P}equipe/partenaires/<uuid:key>/", partners_people.partner, name="psad_partner_one"),
    # the life of a platform
    path(f"{_P}reunions/", partners_life.meetings, name="psad_meetings"),
    path(f"{_P}reunions/nouvelle/", partners_life.new_meeting, name="psad_meeting_new"),
    path(f"{_P}reunions/<uuid:key>/", partners_life.meeting, name="psad_meeting"),
    path(f"{_P}reunions/<uuid:key>/modifier/", partners_life.edit_meeting, name="psad_meeting_edit"),
    path(f"{_P}boite-a-outils/", partners_life.kit, name="psad_kit"),
    path(f"{_P}boite-a-outils/ajouter/", partners_life.new_tool, name="psad_tool_new"),
    path(f"{_P}boite-a-outils/<uuid:key>/", partners_life.tool, name="psad_tool"),
    path(f"{_P}reglages/", partners_life.settings, name="psad_settings"),
    # what is shared of a case
    path(f"{_CASE}partages/", partners_shares.shares, name="psad_shares"),
    path(f"{_CASE}partages/<uuid:key>/", partners_shares.one, name="psad_share"),
]

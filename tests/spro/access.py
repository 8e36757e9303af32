"""The policy of every private route, and of every list of the desk: what `test_access_matrix.py` holds to be true."""

from __future__ import annotations

from dataclasses import dataclass

from tests.spro import access_bilans, access_lorfolio

Answers = dict[str, int]

_NOBODY: Answers = {
    "anonymous": 302, "citizen": 404, "member": 404, "manager": 404, "stranger": 404,
    "officer": 404, "far_officer": 404, "region": 404, "technician": 404,
}  # fmt: skip
# Of oneself: whoever is signed in.
OWN: Answers = _NOBODY | dict.fromkeys([role for role in _NOBODY if role != "anonymous"], 200)
# The espace pro: whoever works in the SPRO.
PRO: Answers = OWN | {"citizen": 403}
# Contacts of people: those who work with them today; a technician runs the machine, not the network (T3).
CONTACTS: Answers = PRO | {"technician": 403}
# One's own organisations: those who have one.
MINE: Answers = PRO | dict.fromkeys(("officer", "far_officer", "region", "technician"), 403)
# An organisation: its people; only who manages it writes.
TEAM: Answers = _NOBODY | {"member": 200, "manager": 200}
MANAGER: Answers = _NOBODY | {"member": 403, "manager": 200}
# What readers told of its sheets, with an address perhaps: who manages it, the agency's, the Region's.
TOLD: Answers = _NOBODY | {"manager": 200, "officer": 200, "region": 200, "technician": 200}
# An event: the team of its organisation, the agency that reads it, the Region's.
AGENDA: Answers = TEAM | {"officer": 200, "region": 200, "technician": 200}
# What brings events in (agendas, files), who was invited to advise: the organisations alone.
WRITERS: Answers = PRO | dict.fromkeys(("officer", "far_officer", "region", "technician"), 403)
_FORM_ONLY: Answers = OWN | dict.fromkeys([role for role in _NOBODY if role != "anonymous"], 405)


# --- The desk

_OUTSIDE: Answers = {"anonymous": 302, "citizen": 404, "member": 404, "manager": 404, "stranger": 404}


def _desk(officer: int, far_officer: int, region: int = 200) -> Answers:
    return _OUTSIDE | {"officer": officer, "far_officer": far_officer, "region": region, "technician": region}


REGION = _desk(403, 403)
READ = _desk(200, 200)
SERVED = _desk(200, 404)  # an object of one agency's territory
NEVER = _desk(403, 403, 403)


@dataclass(frozen=True)
class Lists:
    """Who opens the list, one object (its history too), the form that adds, the page that deletes."""

    list: Answers = None  # type: ignore[assignment]
    one: Answers = None  # type: ignore[assignment]
    add: Answers = None  # type: ignore[assignment]
    delete: Answers = None  # type: ignore[assignment]


def _of_region(add: Answers = REGION, delete: Answers = NEVER) -> Lists:
    return Lists(REGION, REGION, add, delete)


_SERVED = Lists(READ, SERVED, REGION, NEVER)
_LISTS = Lists(READ, READ, NEVER, NEVER)
DESK: dict[str, Lists] = {
    "accounts.user": _of_region(),
    "accounts.regionmandate": _of_region(),
    "members.network": _of_region(),
    "members.organisation": _of_region(),
    "members.mandate": _of_region(),
    "members.charter": _of_region(),
    "members.plan": _of_region(),
    "members.commitment": _of_region(add=NEVER),
    "members.qualitycriterion": _of_region(add=NEVER),
    "members.fundingcriterion": _of_region(add=NEVER),
    "members.chartersignature": _of_region(),
    "territories.site": _SERVED,
    "territories.referent": _SERVED,
    "territories.sitekind": _of_region(),
    "territories.routingrule": _of_region(delete=REGION),
    "territories.agency": _LISTS,
    "territories.employmentbasin": _LISTS,
    "territories.commune": _LISTS,
    "territories.officermandate": _of_region(),
    "territories.department": _LISTS,
    "territories.formercommune": _of_region(add=NEVER),
    "territories.contour": _of_region(add=NEVER),
    "core.journalentry": _of_region(add=NEVER),
    "core.outboxmail": _of_region(add=NEVER),
    "core.packload": _of_region(add=NEVER),
    "members.invitation": _of_region(add=NEVER),
    "territories.referentcheck": Lists(READ, SERVED, NEVER, NEVER),
    "territories.sheetreport": Lists(READ, SERVED, NEVER, NEVER),
    "events.event": Lists(READ, SERVED, NEVER, NEVER),
    "events.revision": Lists(READ, SERVED, NEVER, NEVER),
    "events.merge": Lists(READ, SERVED, NEVER, NEVER),
    "events.source": _of_region(add=NEVER),
    "events.importrun": _of_region(add=NEVER),
    "events.trust": _of_region(),
    "recognition.campaign": _of_region(),
    "recognition.rule": _of_region(),
    "recognition.governingbody": _of_region(),
    "recognition.sitting": _of_region(),
    "recognition.sirenholder": _of_region(),
    "recognition.candidature": Lists(READ, SERVED, NEVER, NEVER),
    "recognition.decision": _of_region(add=NEVER),
    "recognition.recognition": _of_region(add=NEVER),
    "recognition.visit": _of_region(),
    "recognition.notice": _of_region(add=NEVER),
    "recognition.letter": _of_region(add=NEVER),
    "recognition.lettertemplate": _of_region(delete=REGION),
    "psad.platform": _of_region(),
    "psad.platformcommune": _of_region(add=NEVER),
    "psad.grant": _of_region(),
    "psad.kititem": _of_region(delete=REGION),
    "psad.publication": _of_region(add=NEVER),
    "spro.page": _of_region(),
    "spro.pageimage": _of_region(delete=REGION),
    **{label: Lists(*answers) for label, answers in access_bilans.DESK.items()},
}
# A form alone: whoever may, or 405 for a mere reading.
_DESK_FORM = _desk(405, 405, 405)
_REGION_FORM = _desk(403, 403, 405)
_DOSSIER_OF = "admin/recognition/sitting/<int:key>/dossiers/<int:dossier>/"
_EXAMINED = "admin/recognition/candidature/<int:key>/"
_EXAMINED_AT = "/admin/recognition/candidature/{listed_pk}/"
_FIGURES = "admin/recognition/candidature/statistiques/"
_IMPORT = "admin/imports/<uuid:number>/"
_PAGE = "admin/spro/page/<int:key>/"
DESK_PAGES: dict[str, tuple[str, Answers]] = {
    "admin/": ("/admin/", READ),
    "admin/jsi18n/": ("/admin/jsi18n/", READ),
    "admin/password_change/": ("/admin/password_change/", READ),
    "admin/password_change/done/": ("/admin/password_change/done/", READ),
    "admin/autocomplete/": ("/admin/autocomplete/", NEVER),
    "admin/r/<path:content_type_id>/<path:object_id>/": ("/admin/r/0/0/", _NOBODY),
    "admin/logout/": ("/admin/logout/", _desk(405, 405, 405)),  # a form alone signs out
    "admin/(?P<app_label>": ("/admin/members/", REGION),
    "admin/recherche/": ("/admin/recherche/", READ),
    "admin/psad/publication/<int:key>/<slug:table>.<slug:form>": ("/admin/psad/publication/{period}/tout.csv", REGION),
    "admin/imports/": ("/admin/imports/", REGION),
    _IMPORT: ("/admin/imports/{import}/", REGION),
    f"{_IMPORT}appliquer/": ("/admin/imports/{import}/appliquer/", _REGION_FORM),
    f"{_IMPORT}refaire/": ("/admin/imports/{import}/refaire/", _REGION_FORM),
    f"{_IMPORT}abandonner/": ("/admin/imports/{import}/abandonner/", _REGION_FORM),
    f"{_IMPORT}changements.csv": ("/admin/imports/{import}/changements.csv", _REGION_FORM),
    "admin/accounts/user/<uuid:key>/double-verification/": (
        "/admin/accounts/user/{citizen}/double-verification/",
        REGION,
    ),
    "admin/accounts/user/<uuid:key>/sessions/": ("/admin/accounts/user/{citizen}/sessions/", REGION),
    "admin/territories/site/<int:key>/lister/": ("/admin/territories/site/{site_pk}/lister/", _DESK_FORM),
    "admin/territories/site/<int:key>/refuser/": ("/admin/territories/site/{site_pk}/refuser/", _DESK_FORM),
    "admin/members/charter/<int:key>/publier/": ("/admin/members/charter/{charter_pk}/publier/", REGION),
    "admin/members/charter/apercu/": ("/admin/members/charter/apercu/", _REGION_FORM),
    "admin/events/event/radar/": ("/admin/events/event/radar/", READ),
    "admin/events/event/radar/<slug:part>.csv": ("/admin/events/event/radar/chocs.csv", READ),
    **{
        f"admin/events/event/<int:key>/{act}/": (f"/admin/events/event/{{event_pk}}/{act}/", _DESK_FORM)
        for act in ("publier", "refuser", "retirer", "temps-fort")
    },
    "admin/events/event/<int:key>/comparer/<int:other>/": (
        "/admin/events/event/{event_pk}/comparer/{other_event_pk}/",
        SERVED,
    ),
    **{
        f"admin/events/revision/<int:key>/{act}/": (f"/admin/events/revision/{{revision_pk}}/{act}/", _DESK_FORM)
        for act in ("accepter", "refuser")
    },
    "admin/events/event/<int:key>/comparer/": ("/admin/events/event/{event_pk}/comparer/", _DESK_FORM),
    "admin/events/trust/<int:key>/fin/": ("/admin/events/trust/{trust_pk}/fin/", _DESK_FORM),
    "admin/events/merge/<int:key>/defaire/": ("/admin/events/merge/{merge_pk}/defaire/", _DESK_FORM),
    **{
        f"admin/recognition/sitting/<int:key>/{act}/": (f"/admin/recognition/sitting/{{sitting_pk}}/{act}/", _DESK_FORM)
        for act in ("remplir", "inscrire", "modifier", "annuler", "compte-rendu")
    },
    **{
        f"{_DOSSIER_OF}{act}/": (f"/admin/recognition/sitting/{{sitting_pk}}/dossiers/{{listed_pk}}/{act}/", _DESK_FORM)
        for act in ("retirer", "monter", "avis", "avis/effacer", "deport")
    },
    "admin/recognition/sitting/<int:key>/deports/<int:recusal>/effacer/": (
        "/admin/recognition/sitting/{sitting_pk}/deports/{recusal_pk}/effacer/",
        _DESK_FORM,
    ),
    "admin/recognition/sitting/<int:key>/decisions/": (
        "/admin/recognition/sitting/{deciding_sitting_pk}/decisions/",
        REGION,
    ),
    "admin/recognition/sitting/<int:key>/<slug:paper>.pdf": (
        "/admin/recognition/sitting/{sitting_pk}/fiches.pdf",
        REGION,
    ),
    "admin/recognition/decision/<int:key>/notifier/": (
        "/admin/recognition/decision/{decision_pk}/notifier/",
        _DESK_FORM,
    ),
    "admin/recognition/decision/<int:key>/suite/": (
        "/admin/recognition/decision/{decision_pk}/suite/",
        _DESK_FORM,
    ),
    **{
        f"{_EXAMINED}{act}/": (f"{_EXAMINED_AT}{act}/", _DESK_FORM)
        for act in (
            "demander",
            "prolonger",
            "complet",
            "pret",
            "reprendre",
            "classer",
            "suivi",
            "note",
            "message",
            "lu",
        )
    },
    **{
        f"{_EXAMINED}{page}": (f"{_EXAMINED_AT}{page}", SERVED)
        for page in ("grille/", "comparer/", "dossier.pdf", "dossier.zip")
    },
    f"{_EXAMINED}grille/<int:site>/": (f"{_EXAMINED_AT}grille/{{candidate_site}}/", SERVED),
    f"{_EXAMINED}pieces/<uuid:file>/": (f"{_EXAMINED_AT}pieces/{{attachment}}/", SERVED),
    _FIGURES: (f"/{_FIGURES}", REGION),
    f"{_FIGURES}<slug:table>.<slug:form>": (f"/{_FIGURES}etats.csv", REGION),
    **{
        f"admin/recognition/recognition/<int:key>/{act}/": (
            f"/admin/recognition/recognition/{{recognition_pk}}/{act}/",
            _DESK_FORM,
        )
        for act in ("suspendre", "reprendre", "procedure", "fin", "visite")
    },
    **{
        f"admin/recognition/notice/<int:key>/{act}/": (f"/admin/recognition/notice/{{notice_pk}}/{act}/", _DESK_FORM)
        for act in ("reponse", "abandonner", "decider")
    },
    **{
        f"admin/recognition/visit/<int:key>/{act}/": (f"/admin/recognition/visit/{{visit_pk}}/{act}/", _DESK_FORM)
        for act in ("deplacer", "annuler", "compte-rendu")
    },
    "admin/recognition/visit/<int:key>/constats/<int:criterion>/": (
        "/admin/recognition/visit/{visit_pk}/constats/1/",
        _DESK_FORM,
    ),
    "admin/recognition/visit/<int:key>/ecarts/<int:finding>/corriger/": (
        "/admin/recognition/visit/{visit_pk}/ecarts/{finding_pk}/corriger/",
        _DESK_FORM,
    ),
    "admin/recognition/letter/<int:key>/pdf/": ("/admin/recognition/letter/{letter_pk}/pdf/", REGION),
    "admin/recognition/letter/<int:key>/refaire/": ("/admin/recognition/letter/{letter_pk}/refaire/", _DESK_FORM),
    "admin/recognition/lettertemplate/apercu/<slug:kind>/": (
        "/admin/recognition/lettertemplate/apercu/lapse/",
        REGION,
    ),
    "admin/events/merge/<int:key>/vu/": ("/admin/events/merge/{merge_pk}/vu/", _DESK_FORM),
    "admin/spro/page/apercu/": ("/admin/spro/page/apercu/", _REGION_FORM),
    f"{_PAGE}apercu/": ("/admin/spro/page/{page}/apercu/", READ),  # a colleague of the desk may be asked
    f"{_PAGE}publication/": ("/admin/spro/page/{page}/publication/", REGION),
    f"{_PAGE}versions/": ("/admin/spro/page/{page}/versions/", REGION),
    f"{_PAGE}versions/<int:number>/": ("/admin/spro/page/{page}/versions/1/", REGION),
    **access_bilans.DESK_PAGES,
    "admin/(?P<url>.*)": ("/admin/rien/", _NOBODY),
}

# --- Everything else that asks to sign in: route → an address, who reads it, who posts to it
# (what is left out: whoever does not read does not post either)

_OF = "pro/organisme/<slug:slug>/"
_HOUSE = "/pro/organisme/{house}/"
_PLACE = "lieux/<slug:site_slug>/"
_SITE = f"{_HOUSE}lieux/{{site}}/"
_NAMED = "referents/<uuid:public_id>/"
_REFERENT = f"{_HOUSE}referents/{{referent}}/"
_FILE = "candidature/<uuid:key>/"
_DOSSIER = "/candidature/{candidature}/"
_FACTORS = "comptes/double-verification/"

_PSAD = "psad/<slug:platform>/"
_PSAD_HERE = "/psad/{platform}/"
# Nobody of these roles works in a platform; those who do are in tests/psad/access.py.
_NO_GRANT: Answers = OWN | dict.fromkeys([role for role in _NOBODY if role != "anonymous"], 403)
_ONE = "pro/agenda/<slug:slug>/"
_EVENT = "/pro/agenda/{event}/"

Route = tuple[str, Answers, Answers | None]
PRIVATE: dict[str, Route] = {
    # one's own Lorfolio: the same door to whoever is signed in
    **{
        route: (path, _FORM_ONLY if route in access_lorfolio.FORMS else OWN, None)
        for route, path in access_lorfolio.routes().items()
    },
    **access_bilans.PRIVATE,
    "comptes/supprimer/": ("/comptes/supprimer/", OWN, None),
    "pro/lorfolio/": ("/pro/lorfolio/", WRITERS, None),
    "pro/lorfolio/<uuid:key>/": (f"/pro/lorfolio/{access_lorfolio.NOBODY}/", _NOBODY, None),
    "pro/lorfolio/<uuid:key>/cv/<uuid:cv>.pdf": (
        "/pro/lorfolio/{nobody}/cv/{nobody}.pdf".replace("{nobody}", access_lorfolio.NOBODY), _NOBODY, None,
    ),
    "pro/lorfolio/<str:token>/": ("/pro/lorfolio/rien/", _NOBODY, None),
    "pro/": ("/pro/", PRO, None),
    # referents of everybody
    "pro/referents/": ("/pro/referents/", CONTACTS, None),
    "pro/referents/annuaire.<slug:kind>": ("/pro/referents/annuaire.csv", CONTACTS, None),
    "pro/referents/<uuid:public_id>/": ("/pro/referents/{referent}/", CONTACTS, None),
    "pro/referents/<uuid:public_id>.vcf": ("/pro/referents/{referent}.vcf", CONTACTS, None),
    # errors told
    "pro/signalements/": ("/pro/signalements/", PRO | {"member": 403}, None),
    "pro/signalements/<uuid:public_id>/": ("/pro/signalements/{report}/", TOLD, None),
    # one organisation
    "pro/invitations/<int:pk>/": ("/pro/invitations/{invitation_pk}/", _NOBODY, _NOBODY),  # the invited alone
    "pro/organisme/": ("/pro/organisme/", MINE, None),
    _OF: (_HOUSE, TEAM, None),
    f"{_OF}fiche/": (f"{_HOUSE}fiche/", TEAM, MANAGER),
    f"{_OF}fiche/confirmer/": (f"{_HOUSE}fiche/confirmer/", _FORM_ONLY, MANAGER),
    f"{_OF}historique/": (f"{_HOUSE}historique/", TEAM, None),
    f"{_OF}equipe/": (f"{_HOUSE}equipe/", TEAM, None),
    f"{_OF}equipe/inviter/": (f"{_HOUSE}equipe/inviter/", MANAGER, None),
    f"{_OF}equipe/invitations/<int:pk>/renvoyer/": (
        f"{_HOUSE}equipe/invitations/{{invitation_pk}}/renvoyer/", _FORM_ONLY, MANAGER,
    ),
    f"{_OF}equipe/invitations/<int:pk>/annuler/": (
        f"{_HOUSE}equipe/invitations/{{invitation_pk}}/annuler/", _FORM_ONLY, MANAGER,
    ),
    f"{_OF}equipe/<int:pk>/role/": (f"{_HOUSE}equipe/{{mandate}}/role/", MANAGER, None),
    f"{_OF}equipe/<int:pk>/fin/": (f"{_HOUSE}equipe/{{mandate}}/fin/", MANAGER, None),
    f"{_OF}equipe/quitter/": (f"{_HOUSE}equipe/quitter/", TEAM, None),
    f"{_OF}equipe/passer-la-main/": (f"{_HOUSE}equipe/passer-la-main/", MANAGER, None),
    f"{_OF}charte/": (f"{_HOUSE}charte/", TEAM, None),
    f"{_OF}charte/<slug:version>/": (f"{_HOUSE}charte/{{charter}}/", TEAM, MANAGER),
    f"{_OF}charte/<slug:version>/attestation/": (f"{_HOUSE}charte/{{charter}}/attestation/", TEAM, None),
    # its referents
    f"{_OF}referents/": (f"{_HOUSE}referents/", TEAM, None),
    f"{_OF}referents/nouveau/": (f"{_HOUSE}referents/nouveau/", MANAGER, None),
    f"{_OF}referents/confirmer/": (f"{_HOUSE}referents/confirmer/", _FORM_ONLY, MANAGER),
    f"{_OF}{_NAMED}": (_REFERENT, MANAGER, None),
    f"{_OF}{_NAMED}remplacer/": (f"{_REFERENT}remplacer/", MANAGER, None),
    f"{_OF}{_NAMED}<slug:act>/": (f"{_REFERENT}vacant/", MANAGER, None),
    # its places
    f"{_OF}lieux/": (f"{_HOUSE}lieux/", TEAM, None),
    f"{_OF}lieux/ajouter/": (f"{_HOUSE}lieux/ajouter/", MANAGER, None),
    f"{_OF}{_PLACE}": (_SITE, TEAM, MANAGER),
    f"{_OF}{_PLACE}confirmer/": (f"{_SITE}confirmer/", _FORM_ONLY, MANAGER),
    f"{_OF}{_PLACE}retirer/": (f"{_SITE}retirer/", MANAGER, None),
    f"{_OF}{_PLACE}remettre/": (f"{_SITE}remettre/", _FORM_ONLY, MANAGER),
    f"{_OF}{_PLACE}fermetures/": (f"{_SITE}fermetures/", MANAGER, None),
    f"{_OF}{_PLACE}fermetures/<int:number>/retirer/": (f"{_SITE}fermetures/{{closure}}/retirer/", _FORM_ONLY, MANAGER),
    # events
    "pro/agenda/": ("/pro/agenda/", PRO, None),
    "pro/agenda/nouveau/": ("/pro/agenda/nouveau/", PRO, None),
    _ONE: (_EVENT, AGENDA, None),
    f"{_ONE}apercu/": (f"{_EVENT}apercu/", AGENDA, None),
    f"{_ONE}modifier/": (f"{_EVENT}modifier/", AGENDA, None),
    f"{_ONE}dupliquer/": (f"{_EVENT}dupliquer/", _FORM_ONLY, AGENDA),
    f"{_ONE}publier/": (f"{_EVENT}publier/", AGENDA, None),
    f"{_ONE}retirer/": (f"{_EVENT}retirer/", AGENDA, None),
    f"{_ONE}reprendre/": (f"{_EVENT}reprendre/", TEAM, None),
    f"{_ONE}supprimer/": (f"{_EVENT}supprimer/", TEAM, None),
    f"{_ONE}dates/": (f"{_EVENT}dates/", AGENDA, None),
    f"{_ONE}dates/ajouter/": (f"{_EVENT}dates/ajouter/", AGENDA, None),
    f"{_ONE}dates/<uuid:key>/": (f"{_EVENT}dates/{{session}}/", AGENDA, None),
    f"{_ONE}dates/<uuid:key>/serie/": (f"{_EVENT}dates/{{ruled}}/serie/", AGENDA, None),
    f"{_ONE}dates/<uuid:key>/<slug:name>/": (f"{_EVENT}dates/{{session}}/annuler/", AGENDA, None),
    # what comes in
    "pro/agenda/sources/": ("/pro/agenda/sources/", WRITERS, None),
    "pro/agenda/sources/ajouter/": ("/pro/agenda/sources/ajouter/", WRITERS, None),
    "pro/agenda/sources/<slug:slug>/": ("/pro/agenda/sources/{source}/", TEAM, None),
    "pro/agenda/sources/<slug:slug>/modifier/": ("/pro/agenda/sources/{source}/modifier/", TEAM, None),
    "pro/agenda/sources/<slug:slug>/lire/": ("/pro/agenda/sources/{source}/lire/", _FORM_ONLY, TEAM),
    "pro/agenda/sources/<slug:slug>/pause/": ("/pro/agenda/sources/{source}/pause/", _FORM_ONLY, TEAM),
    "pro/agenda/sources/<slug:slug>/ne-plus-suivre/": ("/pro/agenda/sources/{source}/ne-plus-suivre/", TEAM, None),
    "pro/agenda/import/": ("/pro/agenda/import/", WRITERS, None),
    "pro/agenda/import/modele.csv": ("/pro/agenda/import/modele.csv", WRITERS, None),
    "pro/agenda/import/<uuid:key>/": ("/pro/agenda/import/{agenda_file}/", TEAM, None),
    # who comes
    "pro/agenda/bilans/": ("/pro/agenda/bilans/", PRO, None),
    f"{_ONE}inscriptions/": (f"{_EVENT}inscriptions/", TEAM, None),
    f"{_ONE}inscriptions/<uuid:session>/": (f"{_EVENT}inscriptions/{{session}}/", TEAM, None),
    f"{_ONE}inscriptions/<uuid:session>.<slug:form>": (f"{_EVENT}inscriptions/{{session}}.csv", TEAM, None),
    f"{_ONE}inscriptions/<uuid:session>/<uuid:registration>/": (
        f"{_EVENT}inscriptions/{{session}}/{{registration}}/", TEAM, None,
    ),
    # a candidature: the team of the organisation; the Region reads it at its desk
    "candidature/commencer/": ("/candidature/commencer/", OWN, None),
    "candidature/renouveler/<uuid:key>/": ("/candidature/renouveler/{recognition}/", TEAM, None),
    _FILE: (_DOSSIER, TEAM, None),
    f"{_FILE}organisme/": (f"{_DOSSIER}organisme/", TEAM, None),
    f"{_FILE}sites/": (f"{_DOSSIER}sites/", TEAM, None),
    f"{_FILE}sites/nouveau/": (f"{_DOSSIER}sites/nouveau/", TEAM, None),
    f"{_FILE}sites/<int:number>/": (f"{_DOSSIER}sites/{{candidate_site}}/", TEAM, None),
    f"{_FILE}sites/<int:number>/retirer/": (f"{_DOSSIER}sites/{{candidate_site}}/retirer/", TEAM, None),
    f"{_FILE}criteres/": (f"{_DOSSIER}criteres/", TEAM, None),
    f"{_FILE}pieces/": (f"{_DOSSIER}pieces/", TEAM, None),
    f"{_FILE}pieces/<uuid:file>/": (f"{_DOSSIER}pieces/{{attachment}}/", TEAM, None),
    f"{_FILE}pieces/<uuid:file>/retirer/": (f"{_DOSSIER}pieces/{{attachment}}/retirer/", TEAM, None),
    f"{_FILE}relire/": (f"{_DOSSIER}relire/", TEAM, None),
    f"{_FILE}relire/dossier.pdf": (f"{_DOSSIER}relire/dossier.pdf", TEAM, None),
    f"{_FILE}deposer/": (f"{_DOSSIER}deposer/", TEAM, None),
    f"{_FILE}accuse-de-reception/": (f"{_DOSSIER}accuse-de-reception/", TEAM, None),
    f"{_FILE}lettres/<uuid:letter>/": (f"{_DOSSIER}lettres/{{letter}}/", TEAM, None),
    f"{_FILE}messages/": (f"{_DOSSIER}messages/", TEAM, None),
    f"{_FILE}completer/": (f"{_DOSSIER}completer/", TEAM, None),
    f"{_FILE}retirer/": (f"{_DOSSIER}retirer/", TEAM, None),
    # the PSAD: circle 1 alone, never the Region nor a technician (D8)
    "psad/": ("/psad/", _NO_GRANT, None),
    _PSAD: (_PSAD_HERE, _NOBODY, None),
    f"{_PSAD}recherche/": (f"{_PSAD_HERE}recherche/", _NOBODY, None),
    f"{_PSAD}transferts/": (f"{_PSAD_HERE}transferts/", _NOBODY, None),
    f"{_PSAD}acces-exceptionnel/": (f"{_PSAD_HERE}acces-exceptionnel/", _NOBODY, None),
    f"{_PSAD}chiffres/": (f"{_PSAD_HERE}chiffres/", _NOBODY, None),
    f"{_PSAD}chiffres/<int:period>/": (f"{_PSAD_HERE}chiffres/{{period}}/", _NOBODY, None),
    f"{_PSAD}chiffres/<int:period>/tout.<slug:form>": (f"{_PSAD_HERE}chiffres/{{period}}/tout.csv", _NOBODY, None),
    f"{_PSAD}dossiers/<uuid:case>/": (f"{_PSAD_HERE}dossiers/{{case}}/", _NOBODY, None),
    f"{_PSAD}demandes/": (f"{_PSAD_HERE}demandes/", _NOBODY, None),
    f"{_PSAD}conservation/": (f"{_PSAD_HERE}conservation/", _NOBODY, None),
    **{
        f"{_PSAD}dossiers/<uuid:case>/{page}": (f"{_PSAD_HERE}dossiers/{{case}}/{path}", _NOBODY, None)
        for page, path in {
            "ailleurs/": "ailleurs/", "lettres/<uuid:letter>/": "lettres/{case}/", "pieces/": "pieces/",
            "pieces/<uuid:file>/": "pieces/{case}/", "pieces/<uuid:file>/retirer/": "pieces/{case}/retirer/",
        }.items()
    },
    f"{_PSAD}dossiers/<uuid:case>/lien/": (f"{_PSAD_HERE}dossiers/{{case}}/lien/", _NOBODY, None),
    f"{_PSAD}dossiers/<uuid:case>/droits/": (f"{_PSAD_HERE}dossiers/{{case}}/droits/", _NOBODY, None),
    f"{_PSAD}dossiers/<uuid:case>/<slug:act>/": (f"{_PSAD_HERE}dossiers/{{case}}/note/", _NOBODY, None),
    "psad/signaler/": ("/psad/signaler/", PRO, None),
    # and its circle 2: what was shared with one person
    **{
        f"psad/partenaire/{page}": (f"/psad/partenaire/{page}", _NO_GRANT, None)
        for page in ("", "offres/", "offres/nouvelle/", "reunions/", "boite-a-outils/")
    },
    **{
        f"psad/partenaire/{page}": (f"/psad/partenaire/{page.replace('<uuid:key>', '{case}')}", _NOBODY, None)
        for page in ("offres/<uuid:key>/", "partages/<uuid:key>/", "partages/<uuid:key>/etat/")
    },
    f"{_PSAD}dossiers/<uuid:case>/partages/": (f"{_PSAD_HERE}dossiers/{{case}}/partages/", _NOBODY, None),
    f"{_PSAD}dossiers/<uuid:case>/partages/<uuid:key>/": (
        f"{_PSAD_HERE}dossiers/{{case}}/partages/{{case}}/", _NOBODY, None,
    ),
    **{
        f"{_PSAD}{page}": (f"{_PSAD_HERE}{page.replace('<uuid:key>', '{case}')}", _NOBODY, None)
        for page in (
            "listes/", "listes/<uuid:key>/", "listes/<uuid:key>/appliquer/", "listes/<uuid:key>/lignes.csv",
            "signalements/", "signalements/<uuid:key>/", "doublons/", "liens/", "liens/<uuid:key>/",
            "solutions/", "solutions/nouvelle/", "solutions/<uuid:key>/", "solutions/<uuid:key>/modifier/", "equipe/",
            "equipe/habiliter/", "equipe/<uuid:key>/terminer/", "equipe/partenaires/nouveau/",
            "equipe/partenaires/<uuid:key>/", "reunions/", "reunions/nouvelle/", "reunions/<uuid:key>/",
            "reunions/<uuid:key>/modifier/", "boite-a-outils/", "boite-a-outils/ajouter/",
            "boite-a-outils/<uuid:key>/", "reglages/",
        )
    },
    # oneself
    "comptes/": ("/comptes/", OWN, None),
    "comptes/nom/": ("/comptes/nom/", OWN, None),
    "comptes/confirmer-identite/": ("/comptes/confirmer-identite/", OWN, None),
    "comptes/adresse/": ("/comptes/adresse/", OWN, None),
    "comptes/mot-de-passe/": ("/comptes/mot-de-passe/", OWN, None),
    "comptes/mot-de-passe/choisir/": ("/comptes/mot-de-passe/choisir/", OWN, None),
    "comptes/code-de-conduite/": ("/comptes/code-de-conduite/", OWN, None),
    "comptes/sessions/": ("/comptes/sessions/", OWN, None),
    "comptes/fournisseurs/": ("/comptes/fournisseurs/", OWN, None),
    "comptes/fournisseurs/confirmer/": ("/comptes/fournisseurs/confirmer/", OWN, None),
    _FACTORS: (f"/{_FACTORS}", OWN, None),
    f"{_FACTORS}confirmer/": (f"/{_FACTORS}confirmer/", OWN, None),
    f"{_FACTORS}application/activer/": (f"/{_FACTORS}application/activer/", OWN, None),
    f"{_FACTORS}application/retirer/": (f"/{_FACTORS}application/retirer/", _NOBODY, None),  # nobody has one here
    f"{_FACTORS}codes-de-secours/": (f"/{_FACTORS}codes-de-secours/", OWN, None),
    f"{_FACTORS}codes-de-secours/telecharger/": (f"/{_FACTORS}codes-de-secours/telecharger/", OWN, None),
    f"{_FACTORS}codes-de-secours/renouveler/": (f"/{_FACTORS}codes-de-secours/renouveler/", OWN, None),
    f"{_FACTORS}cles/": (f"/{_FACTORS}cles/", OWN, None),
    f"{_FACTORS}cles/ajouter/": (f"/{_FACTORS}cles/ajouter/", OWN, None),
    f"{_FACTORS}cles/confirmer/": (f"/{_FACTORS}cles/confirmer/", OWN, None),
    f"{_FACTORS}cles/<int:pk>/retirer/": (f"/{_FACTORS}cles/1/retirer/", OWN, None),
    f"{_FACTORS}cles/<int:pk>/renommer/": (f"/{_FACTORS}cles/1/renommer/", OWN, None),
}  # fmt: skip

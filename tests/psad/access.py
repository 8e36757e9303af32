"""The policy of every private route of the room, by scope: what `test_access_matrix.py` holds to be true.

The other people of the portal (the Region's, technicians, members of an organisation…) are in `tests/spro/access.py`.
"""

from __future__ import annotations

Answers = dict[str, int]
ROLES = ("head", "coordination", "given", "not_given", "partner", "elsewhere")

# Nobody: what is refused to who works elsewhere, or nowhere, as what does not exist.
NOBODY: Answers = dict.fromkeys(ROLES, 404)
# The area of circle 1: whoever holds a grant, of any platform.
AREA: Answers = dict.fromkeys(ROLES, 200) | {"partner": 403}
# A page of the platform: its circle 1.
TEAM: Answers = NOBODY | dict.fromkeys(("head", "coordination", "given", "not_given"), 200)
# A case: who reads the whole platform, and the adviser it was given to.
CASE: Answers = TEAM | {"not_given": 404}
# A list: who reads the whole platform (and who gave it).
LIST: Answers = CASE | {"given": 404}
# What is of nobody in particular yet: who reads the whole platform sorts it.
WHOLE: Answers = TEAM | {"given": 403, "not_given": 403}
_FORM_ONLY: Answers = TEAM | dict.fromkeys(("head", "coordination", "given", "not_given"), 405)
# What the two heads alone decide.
HEADS: Answers = WHOLE | {"coordination": 403}
# The area of circle 2, and what is its own there.
PARTNER: Answers = dict.fromkeys(ROLES, 403) | {"partner": 200}
THEIRS: Answers = NOBODY | {"partner": 200}

_P = "psad/<slug:platform>/"
_HERE = "/psad/{platform}/"

# route → an address of the platform, who reads it, who posts to it (none: as who reads)
ROUTES: dict[str, tuple[str, Answers, Answers | None]] = {
    "psad/": ("/psad/", AREA, None),
    _P: (_HERE, TEAM, WHOLE),  # giving in bulk
    f"{_P}recherche/": (f"{_HERE}recherche/", _FORM_ONLY, TEAM),
    f"{_P}conservation/": (f"{_HERE}conservation/", TEAM, None),
    f"{_P}transferts/": (f"{_HERE}transferts/", WHOLE, WHOLE | {"head": 404, "coordination": 404}),  # none is named
    f"{_P}acces-exceptionnel/": (f"{_HERE}acces-exceptionnel/", TEAM, None),
    # what comes in (whoever works in the SPRO, or in either circle, may tell)
    "psad/signaler/": ("/psad/signaler/", dict.fromkeys(ROLES, 200), None),
    f"{_P}signalements/": (f"{_HERE}signalements/", WHOLE, None),
    f"{_P}signalements/<uuid:key>/": (f"{_HERE}signalements/{{report}}/", WHOLE, None),
    f"{_P}doublons/": (f"{_HERE}doublons/", WHOLE, WHOLE | {"head": 404, "coordination": 404}),  # no pair is named
    f"{_P}liens/": (f"{_HERE}liens/", WHOLE, None),
    f"{_P}liens/<uuid:key>/": (f"{_HERE}liens/{{link}}/", WHOLE, None),
    f"{_P}listes/": (f"{_HERE}listes/", TEAM, None),
    f"{_P}listes/<uuid:key>/": (f"{_HERE}listes/{{list}}/", LIST, None),
    f"{_P}listes/<uuid:key>/appliquer/": (f"{_HERE}listes/{{list}}/appliquer/", _FORM_ONLY, LIST),
    f"{_P}listes/<uuid:key>/lignes.csv": (f"{_HERE}listes/{{list}}/lignes.csv", LIST, None),
    # figures
    f"{_P}chiffres/": (f"{_HERE}chiffres/", WHOLE, None),
    f"{_P}chiffres/<int:period>/": (f"{_HERE}chiffres/{{period}}/", WHOLE, None),
    f"{_P}chiffres/<int:period>/tout.<slug:form>": (f"{_HERE}chiffres/{{period}}/tout.csv", WHOLE, None),
    # circle 2
    "psad/partenaire/": ("/psad/partenaire/", PARTNER, None),
    "psad/partenaire/offres/": ("/psad/partenaire/offres/", PARTNER, None),
    "psad/partenaire/offres/nouvelle/": ("/psad/partenaire/offres/nouvelle/", PARTNER, None),
    "psad/partenaire/offres/<uuid:key>/": ("/psad/partenaire/offres/{offer}/", THEIRS, None),
    "psad/partenaire/reunions/": ("/psad/partenaire/reunions/", PARTNER, None),
    "psad/partenaire/boite-a-outils/": ("/psad/partenaire/boite-a-outils/", PARTNER, None),
    "psad/partenaire/partages/<uuid:key>/": ("/psad/partenaire/partages/{share}/", THEIRS, None),
    "psad/partenaire/partages/<uuid:key>/etat/": (
        "/psad/partenaire/partages/{share}/etat/",
        THEIRS | {"partner": 204},
        None,
    ),
    # the catalogue, the people, the life of a platform
    f"{_P}solutions/": (f"{_HERE}solutions/", TEAM, None),
    f"{_P}solutions/nouvelle/": (f"{_HERE}solutions/nouvelle/", TEAM, None),
    f"{_P}solutions/<uuid:key>/": (f"{_HERE}solutions/{{offer}}/", TEAM, None),
    f"{_P}solutions/<uuid:key>/modifier/": (f"{_HERE}solutions/{{offer}}/modifier/", TEAM, None),
    f"{_P}equipe/": (f"{_HERE}equipe/", TEAM, None),
    f"{_P}equipe/habiliter/": (f"{_HERE}equipe/habiliter/", HEADS, None),
    f"{_P}equipe/<uuid:key>/terminer/": (f"{_HERE}equipe/{{grant}}/terminer/", HEADS, None),
    f"{_P}equipe/partenaires/nouveau/": (f"{_HERE}equipe/partenaires/nouveau/", WHOLE, None),
    f"{_P}equipe/partenaires/<uuid:key>/": (f"{_HERE}equipe/partenaires/{{partner}}/", WHOLE, None),
    f"{_P}reunions/": (f"{_HERE}reunions/", TEAM, None),
    f"{_P}reunions/nouvelle/": (f"{_HERE}reunions/nouvelle/", TEAM, None),
    f"{_P}reunions/<uuid:key>/": (f"{_HERE}reunions/{{meeting}}/", TEAM, None),
    f"{_P}reunions/<uuid:key>/modifier/": (f"{_HERE}reunions/{{meeting}}/modifier/", TEAM, None),
    f"{_P}boite-a-outils/": (f"{_HERE}boite-a-outils/", TEAM, None),
    f"{_P}boite-a-outils/ajouter/": (f"{_HERE}boite-a-outils/ajouter/", WHOLE, None),
    f"{_P}boite-a-outils/<uuid:key>/": (f"{_HERE}boite-a-outils/{{tool}}/", WHOLE, None),
    f"{_P}reglages/": (f"{_HERE}reglages/", HEADS, None),
    # a case
    f"{_P}dossiers/<uuid:case>/partages/": (f"{_HERE}dossiers/{{case}}/partages/", CASE, None),
    f"{_P}dossiers/<uuid:case>/partages/<uuid:key>/": (f"{_HERE}dossiers/{{case}}/partages/{{share}}/", CASE, None),
    f"{_P}dossiers/<uuid:case>/": (f"{_HERE}dossiers/{{case}}/", CASE, None),
    f"{_P}dossiers/<uuid:case>/pieces/": (f"{_HERE}dossiers/{{case}}/pieces/", _FORM_ONLY, CASE),
    f"{_P}dossiers/<uuid:case>/pieces/<uuid:file>/": (f"{_HERE}dossiers/{{case}}/pieces/{{file}}/", CASE, _FORM_ONLY),
    f"{_P}dossiers/<uuid:case>/pieces/<uuid:file>/retirer/": (
        f"{_HERE}dossiers/{{case}}/pieces/{{file}}/retirer/",
        _FORM_ONLY,
        CASE,
    ),
    f"{_P}dossiers/<uuid:case>/lettres/<uuid:letter>/": (
        f"{_HERE}dossiers/{{case}}/lettres/{{letter}}/",
        CASE,
        _FORM_ONLY,
    ),
    f"{_P}dossiers/<uuid:case>/ailleurs/": (f"{_HERE}dossiers/{{case}}/ailleurs/", _FORM_ONLY, CASE),
    f"{_P}demandes/": (f"{_HERE}demandes/", TEAM, None),
    f"{_P}dossiers/<uuid:case>/lien/": (f"{_HERE}dossiers/{{case}}/lien/", CASE, None),
    f"{_P}dossiers/<uuid:case>/droits/": (  # no act is named
        f"{_HERE}dossiers/{{case}}/droits/",
        CASE,
        CASE | dict.fromkeys(("head", "coordination", "given"), 404),
    ),
    f"{_P}dossiers/<uuid:case>/<slug:act>/": (f"{_HERE}dossiers/{{case}}/note/", CASE, None),
}

# --- Everybody else, by what is declared above

# All the scopes of `tests/psad/scopes.py`.
EVERYBODY = (
    *ROLES, "lapsed", "ended", "anonymous", "citizen", "professional", "region", "technician", "partner_elsewhere",
    "partner_expired", "partner_revoked", "young", "young_other",
)  # fmt: skip
# Route → who is answered otherwise than by the rules of `answers_of`.
MORE: dict[str, Answers] = {
    # whoever works in the SPRO, or in either circle, may tell
    "psad/signaler/": dict.fromkeys(
        ("professional", "region", "technician", "lapsed", "partner_elsewhere", "partner_expired", "partner_revoked"),
        200,
    ),
}
# Public route → an address of it whose secret opens nothing. What a right one opens has its own tests.
PUBLIC: dict[str, str] = {
    "psad/signaler/merci/": "/psad/signaler/merci/",
    "psad/signaler/<slug:token>/": "/psad/signaler/rien/",
    "psad/partage/<slug:token>/": "/psad/partage/rien/",
    "psad/partage/<slug:token>/etat/": "/psad/partage/rien/etat/",
    "mon-accompagnement/": "/mon-accompagnement/",
    "mon-accompagnement/notice/": "/mon-accompagnement/notice/",
    "mon-accompagnement/notice/<slug:platform>/": "/mon-accompagnement/notice/{platform}/",
    "mon-accompagnement/demande/": "/mon-accompagnement/demande/",
    "mon-accompagnement/demande/merci/": "/mon-accompagnement/demande/merci/",
    "mon-accompagnement/au-revoir/": "/mon-accompagnement/au-revoir/",
    "mon-accompagnement/ma-page/": "/mon-accompagnement/ma-page/",
    "mon-accompagnement/ma-page/reponse/": "/mon-accompagnement/ma-page/reponse/",
    "mon-accompagnement/ma-page/correction/": "/mon-accompagnement/ma-page/correction/",
    "mon-accompagnement/ma-page/opposition/": "/mon-accompagnement/ma-page/opposition/",
    "mon-accompagnement/ma-page/copie/": "/mon-accompagnement/ma-page/copie/",
    "mon-accompagnement/ma-page/notes/": "/mon-accompagnement/ma-page/notes/",
    "mon-accompagnement/ma-page/fermer/": "/mon-accompagnement/ma-page/fermer/",
    "mon-accompagnement/<slug:token>/": "/mon-accompagnement/rien/",
}


def answers_of(route: str, method: str) -> Answers:
    """What everybody is answered: who is of no circle today is as who works elsewhere, or refused the area; an adviser
    whose case was taken over as one who never had it; a partner whose share is over as one to whom nothing was shared;
    who is not signed in goes to the sign-in, a young person's session included."""
    _, read, post = ROUTES[route]
    said = read if method == "get" or post is None else post
    nobody = said["elsewhere"] if said["elsewhere"] in {403, 404} else 403
    other = said["partner"] if "<uuid:" not in route or said["partner"] not in {200, 204} else 404
    found = dict.fromkeys(("ended", "citizen", "professional", "region", "technician"), nobody)
    found |= dict.fromkeys(("partner_elsewhere", "partner_expired", "partner_revoked"), other)
    found |= {"lapsed": said["not_given"], "anonymous": 302, "young": 302, "young_other": 302}
    return said | found | MORE.get(route, {})

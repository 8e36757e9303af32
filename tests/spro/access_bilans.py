"""Who opens the pages of the bilans among the roles of the matrix. Each part of the room says its own addresses.

`member` and `manager` work for the house whose bilan is `{bilan}`; `officer` serves the agency where it receives.
"""

from __future__ import annotations

Answers = dict[str, int]
Route = tuple[str, Answers, "Answers | None"]

NOBODY: Answers = {
    "anonymous": 302, "citizen": 404, "member": 404, "manager": 404, "stranger": 404,
    "officer": 404, "far_officer": 404, "region": 404, "technician": 404,
}  # fmt: skip
# Its people and the Region: small counts are whole there (D8).
WHOLE: Answers = NOBODY | {"member": 200, "manager": 200, "region": 200}
# A button alone, whoever asks.
FORM: Answers = NOBODY | dict.fromkeys([role for role in NOBODY if role != "anonymous"], 405)
_OUTSIDE: Answers = {"anonymous": 302, "citizen": 404, "member": 404, "manager": 404, "stranger": 404}
# The desk of who runs the campaigns.
RUN: Answers = _OUTSIDE | {"officer": 403, "far_officer": 403, "region": 200, "technician": 200}
DESK_FORM: Answers = _OUTSIDE | dict.fromkeys(("officer", "far_officer", "region", "technician"), 405)
NEVER: Answers = _OUTSIDE | dict.fromkeys(("officer", "far_officer", "region", "technician"), 403)

# The year's figures: the Region's staff, the officers (S3).
FOLLOW: Answers = NOBODY | {
    "citizen": 403, "member": 403, "manager": 403, "stranger": 403, "technician": 403,
    "officer": 200, "far_officer": 200, "region": 200,
}  # fmt: skip

_DOCUMENT = "pro/bilans/<uuid:key>/document"
_OF_HOUSE = "/pro/bilans/{bilan}/document"
FILES: dict[str, Route] = {
    **{f"{_DOCUMENT}.{form}": (f"{_OF_HOUSE}.{form}", WHOLE, None) for form in ("pdf", "csv", "xlsx", "ods")},
    f"{_DOCUMENT}/produire/": (f"{_OF_HOUSE}/produire/", FORM, WHOLE),
}
_FIGURES = "pro/bilans/<int:year>/chiffres/"
_OF_YEAR = "/pro/bilans/2025/chiffres/"
FIGURES: dict[str, Route] = {
    "pro/bilans/chiffres/": ("/pro/bilans/chiffres/", FOLLOW, None),
    _FIGURES: (_OF_YEAR, FOLLOW, None),
    f"{_FIGURES}<slug:key>/": (f"{_OF_YEAR}recus/", FOLLOW, None),
    f"{_FIGURES}<slug:key>.<slug:form>": (f"{_OF_YEAR}recus.csv", FOLLOW, None),
}
_BOARD = "pro/bilans/<int:year>/suivi/"
_OF_BOARD = "/pro/bilans/2025/suivi/"
BOARD: dict[str, Route] = {
    _BOARD: (_OF_BOARD, FOLLOW, None),
    f"{_BOARD}liste.<slug:form>": (f"{_OF_BOARD}liste.csv", FOLLOW, None),
    f"{_BOARD}relancer/": (
        f"{_OF_BOARD}relancer/", FOLLOW | dict.fromkeys(("officer", "far_officer", "region"), 405),
        FOLLOW | {"officer": 403, "far_officer": 403},
    ),
}  # fmt: skip
# One's own bilans; a bilan to fill, where the Region reads and never writes in the name of a house (B2).
_OWN: Answers = dict.fromkeys(NOBODY, 200) | {"anonymous": 302, "citizen": 403}
_WRITE: Answers = WHOLE | {"region": 403}
_FILL = "pro/bilans/<uuid:key>/"
_TO_FILL = "/pro/bilans/{bilan}/"
WRITING: dict[str, Route] = {
    "pro/bilans/": ("/pro/bilans/", _OWN, None),
    _FILL: (_TO_FILL, WHOLE, None),
    f"{_FILL}relire/": (f"{_TO_FILL}relire/", WHOLE, None),
    f"{_FILL}<slug:part>/": (f"{_TO_FILL}accueil/", WHOLE, _WRITE),
    f"{_FILL}questions/": (f"{_TO_FILL}questions/", WHOLE, _WRITE),
    f"{_FILL}deposer/": (f"{_TO_FILL}deposer/", FORM, _WRITE | {"member": 400, "manager": 400}),
    f"{_FILL}reprendre/": (f"{_TO_FILL}reprendre/", FORM, _WRITE),
}
PRIVATE: dict[str, Route] = {**BOARD, **FIGURES, **FILES, **WRITING}

# The lists of the desk: who opens the list, one object, the form that adds, the page that deletes.
# Bilans one by one, whole: the Region's staff, not who runs the machine.
READ: Answers = RUN | {"technician": 403}
_BUTTON: Answers = _OUTSIDE | dict.fromkeys(("officer", "far_officer", "region", "technician"), 405)
DESK: dict[str, tuple[Answers, Answers, Answers, Answers]] = {
    "bilans.production": (RUN, RUN, RUN, NEVER), "bilans.campaign": (RUN, RUN, RUN, NEVER),
    "bilans.bilan": (READ, READ, NEVER, NEVER), "bilans.indicator": (RUN, RUN, RUN, NEVER),
}  # fmt: skip
DESK_PAGES: dict[str, tuple[str, Answers]] = {
    f"admin/bilans/production/<int:key>/{act}/": (f"/admin/bilans/production/{{production_pk}}/{act}/", DESK_FORM)
    for act in ("arreter", "reprendre", "echecs")
}
# The synthesis is given to the public, called off, or taken back, by a button alone.
DESK_PAGES |= {
    f"admin/bilans/campaign/<int:key>/{act}/": (f"/admin/bilans/campaign/{{bilans_year_pk}}/{act}/", _BUTTON)
    for act in ("publier", "annuler", "retirer")
}
DESK_PAGES |= {
    f"admin/bilans/campaign/<int:key>/{act}/": (f"/admin/bilans/campaign/{{bilans_campaign_pk}}/{act}/", _BUTTON)
    for act in ("ouvrir", "clore")
} | {
    f"admin/bilans/bilan/<int:key>/{act}/": (f"/admin/bilans/bilan/{{bilan_pk}}/{act}/", _BUTTON)
    for act in ("accepter", "renvoyer", "rouvrir")
}

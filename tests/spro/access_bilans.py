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
RUN_FORM: Answers = RUN | {"region": 405, "technician": 405}
NEVER: Answers = _OUTSIDE | dict.fromkeys(("officer", "far_officer", "region", "technician"), 403)

_DOCUMENT = "pro/bilans/<uuid:key>/document"
_OF_HOUSE = "/pro/bilans/{bilan}/document"
FILES: dict[str, Route] = {
    **{f"{_DOCUMENT}.{form}": (f"{_OF_HOUSE}.{form}", WHOLE, None) for form in ("pdf", "csv", "xlsx", "ods")},
    f"{_DOCUMENT}/produire/": (f"{_OF_HOUSE}/produire/", FORM, WHOLE),
}
PRIVATE: dict[str, Route] = {**FILES}

# The lists of the desk: who opens the list, one object, the form that adds, the page that deletes.
DESK: dict[str, tuple[Answers, Answers, Answers, Answers]] = {"bilans.production": (RUN, RUN, RUN, NEVER)}
DESK_PAGES: dict[str, tuple[str, Answers]] = {
    f"admin/bilans/production/<int:key>/{act}/": (f"/admin/bilans/production/{{production_pk}}/{act}/", RUN_FORM)
    for act in ("arreter", "reprendre", "echecs")
}

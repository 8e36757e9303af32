"""The policy of every private route, and of every list of the desk: what `test_access_matrix.py` holds to be true."""

from __future__ import annotations

from dataclasses import dataclass

Answers = dict[str, int]

_NOBODY: Answers = {
    "anonymous": 302, "citizen": 404, "member": 404, "manager": 404, "stranger": 404,
    "officer": 404, "far_officer": 404, "region": 404, "technician": 404,
}  # fmt: skip
# Of oneself: whoever is signed in.
OWN: Answers = _NOBODY | dict.fromkeys([role for role in _NOBODY if role != "anonymous"], 200)
# The espace pro: whoever works in the SPRO.
PRO: Answers = OWN | {"citizen": 403}


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
    "members.charter": _of_region(add=NEVER),
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
}
DESK_PAGES: dict[str, tuple[str, Answers]] = {
    "admin/": ("/admin/", READ),
    "admin/jsi18n/": ("/admin/jsi18n/", READ),
    "admin/password_change/": ("/admin/password_change/", READ),
    "admin/password_change/done/": ("/admin/password_change/done/", READ),
    "admin/autocomplete/": ("/admin/autocomplete/", NEVER),
    "admin/r/<path:content_type_id>/<path:object_id>/": ("/admin/r/0/0/", _NOBODY),
    "admin/logout/": ("/admin/logout/", _desk(405, 405, 405)),  # a form alone signs out
    "admin/(?P<app_label>": ("/admin/members/", REGION),
    "admin/(?P<url>.*)": ("/admin/rien/", _NOBODY),
}

# --- Everything else that asks to sign in: route → an address, who gets what

PRIVATE: dict[str, tuple[str, Answers]] = {
    "pro/": ("/pro/", PRO),
    "comptes/": ("/comptes/", OWN),
    "comptes/nom/": ("/comptes/nom/", OWN),
    "comptes/confirmer-identite/": ("/comptes/confirmer-identite/", OWN),
    "comptes/adresse/": ("/comptes/adresse/", OWN),
    "comptes/mot-de-passe/": ("/comptes/mot-de-passe/", OWN),
    "comptes/mot-de-passe/choisir/": ("/comptes/mot-de-passe/choisir/", OWN),
}

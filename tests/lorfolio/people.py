"""Invented portfolios for the tests: small functions, each makes one thing with everything it needs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import User
from lorfolio.models import Cv, Experience, Extra, Language, Portfolio, SafeFile, Selection, Skill
from lorfolio.services import safe
from lorfolio.services.opening import open_portfolio
from lorfolio.skill_keys import skill_key
from tests.factories import fresh, person

NOW = dt.datetime(2026, 11, 22, 10, 0, tzinfo=dt.UTC)
PDF = b"%PDF-1.7\n% un document invente\n%%EOF\n"


def portfolio(user: User | None = None, **fields: Any) -> Portfolio:
    """The portfolio of somebody over fifteen."""
    made = open_portfolio(
        user=user or person(), given_name=fields.pop("given_name", "Camille"),
        family_name=fields.pop("family_name", "Exemple"), today=NOW.date(),
    )  # fmt: skip
    if fields:
        Portfolio.objects.filter(pk=made.pk).update(**fields)
        made.refresh_from_db()
    return made


def experience(owner: Portfolio, **fields: Any) -> Experience:
    values = {"title": f"Expérience {fresh()}", "starts": "2024-09"} | fields
    return Experience.objects.create(portfolio=owner, **values)


def skill(owner: Portfolio, label: str = "", **fields: Any) -> Skill:
    label = label or f"Compétence {fresh()}"
    return Skill.objects.create(portfolio=owner, label=label, folded=skill_key(label), **fields)


def language(owner: Portfolio, **fields: Any) -> Language:
    return Language.objects.create(portfolio=owner, **{"name": "Allemand", "level": "B1"} | fields)


def extra(owner: Portfolio, **fields: Any) -> Extra:
    return Extra.objects.create(portfolio=owner, **{"kind": "certificat", "title": f"Certificat {fresh()}"} | fields)


def file(owner: Portfolio, *, name: str = "diplome.pdf", data: bytes = PDF, at: dt.datetime = NOW) -> SafeFile:
    return safe.add(portfolio=owner, name=name, data=data, at=at)


def cv(owner: Portfolio, **fields: Any) -> Cv:
    return Cv.objects.create(
        portfolio=owner, selection=Selection.objects.create(portfolio=owner), **{"name": f"CV {fresh()}"} | fields
    )

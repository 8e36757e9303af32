"""Platforms, their people and invented young people, made through the services of the room."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from accounts.models import User
from psad import context
from psad.identity import Identity
from psad.lists import Role, Side, SolutionKind, Source
from psad.models import Case, CaseGrant, Grant, Platform, Solution
from psad.services.opening import new_case
from tests.factories import person

BORN = dt.date(2009, 3, 14)


def platform(slug: str = "troyes", **fields: Any) -> Platform:
    with context.task("grants"):
        return Platform.objects.create(slug=slug, name=f"PSAD de {slug.title()}", **fields)


def member(place: Platform, role: str = Role.HEAD, side: str = Side.CIO, user: User | None = None) -> User:
    """Somebody of circle 1."""
    user = user or person()
    with context.task("grants"):
        Grant.objects.create(platform=place, user=user, role=role, side=side, reason="Équipe de la plateforme")
    return user


def young(surname: str = "Exemple", given_names: str = "Ana", **fields: Any) -> Identity:
    return Identity(surname=surname, given_names=given_names, **({"birth_date": BORN, "phone": "0600000000"} | fields))


def case(place: Platform, by: User, identity: Identity | None = None, to: User | None = None, **fields: Any) -> Case:
    """A case opened by `by` (a head), given to `to`."""
    with context.acting(by):
        row = new_case(
            platform=place, identity=identity or young(), source=Source.SELF, opened_by=by,
            received_on=timezone.localdate(), **fields,
        )  # fmt: skip
        row.save(force_insert=True)
        if to is not None:
            CaseGrant.objects.create(
                case=row,
                user=to,
                kind="follows",
                reason="Secteur de la personne",
                given_by=by,
                starts_at=timezone.now(),
            )
    return row


def solution(place: Platform, by: User, **fields: Any) -> Solution:
    values = {"organisation_name": "CFA Exemple", "kind": SolutionKind.APPRENTICESHIP, "title": "CAP cuisine"} | fields
    with context.acting(by):
        return Solution.objects.create(platform=place, **values)

"""A platform, its people, a case whose person was told, somebody of circle 2: what the tests of sharing start from."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import User
from psad import context
from psad.lists import PartnerKind, Role, Side
from psad.models import Case, Partner, Platform, Share
from psad.services import sharing
from psad.services.cases import day_of
from tests.factories import person
from tests.psad import world

CANARY = "Canarivec"


def partner(place: Platform, by: User, user: User | None = None, **fields: Any) -> Partner:
    values = {"organisation_name": "CFA Exemple", "kind": PartnerKind.CFA, "name": "Lou Partenaire"} | fields
    with context.acting(by):
        return Partner.objects.create(
            platform=place, user=user, email=user.email if user else "lou@exemple.invalid", given_by=by, **values
        )


class Sharing:
    """The head of « troyes », an adviser with the case, one without, a partner with an account, one without."""

    def __init__(self) -> None:
        self.platform = world.platform("troyes", phone="0325000000")
        self.head = world.member(self.platform)
        self.adviser = world.member(self.platform, Role.ADVISER, Side.ML)
        self.other = world.member(self.platform, Role.ADVISER, Side.ML)
        self.case = world.case(self.platform, self.head, world.young(CANARY, "Zoé"), to=self.adviser)
        with context.acting(self.head):
            Case.objects.filter(pk=self.case.pk).update(informed_at=timezone.now())
        self.friend = person()
        self.partner = partner(self.platform, self.head, self.friend)
        self.page = f"/psad/troyes/dossiers/{self.case.pk}/partages/"

    def share(
        self, *items: str, to: Partner | None = None, days: int = 30, message: str = ""
    ) -> tuple[Share, str, str]:
        """By the head, now."""
        to = to or self.partner
        with context.acting(self.head):
            return sharing.share(
                case=self.case.pk, partner=to.pk, items=items or ("name", "commune"), purpose="offer",
                until=day_of(timezone.now()) + dt.timedelta(days=days), message=message, informed=True,
                by_link=to.user_id is None, by=self.head, role="head", at=timezone.now(),
            )  # fmt: skip

    def alone(self) -> Partner:
        """A partner without an account."""
        return partner(self.platform, self.head, name="Sam Sanscompte")

    def ends(self, row: Share, at: dt.datetime) -> None:
        """As if time had passed."""
        with context.acting(self.head):
            Share.objects.filter(pk=row.pk).update(at=at - dt.timedelta(days=1), ends_at=at)


def signed(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client

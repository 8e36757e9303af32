"""What circle 2 finds in the demonstration: one share, meetings, a kit; everything is invented (D5, D10)."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from accounts.models import User
from psad import context
from psad.lists import Role, SharePurpose, Step
from psad.models import Case, KitItem, Meeting, Partner, Platform, Share
from psad.services import sharing

KIT = (
    ("Trame d’un premier échange", "", ("Se présenter, dire pourquoi l’on appelle, écouter, proposer une date. Trois"
     " questions ouvertes suffisent.")),
    ("L’obligation de formation de 16 à 18 ans", "https://www.service-public.fr/particuliers/vosdroits/F34776", ""),
)  # fmt: skip
MEETINGS = (
    (-40, "Point de rentrée", "Lycée inventé du Canal", "Listes reçues, places qui restent, qui appelle qui.",
     "Les places du CFA sont mises au catalogue chaque lundi. Prochain point en janvier."),
    (25, "Point de janvier", "Mission locale", "Ce qui tient après trois mois, ce qui manque sur le territoire.", ""),
)  # fmt: skip


def seed(platform: Platform, *, head: User, partner: User) -> None:
    """What exists is left as it is."""
    now = timezone.now()
    with context.acting(head):
        if not Meeting.objects.filter(platform=platform).exists():
            for days, title, place, agenda, minutes in MEETINGS:
                Meeting.objects.create(
                    platform=platform, title=title, place=place, agenda=agenda, minutes=minutes, created_by=head,
                    held_on=timezone.localdate() + dt.timedelta(days=days),
                )  # fmt: skip
        if not KitItem.objects.filter(platform=platform).exists():
            for order, (title, address, text) in enumerate(KIT):
                KitItem.objects.create(platform=platform, title=title, address=address, text=text, order=order)
        _share(platform, head, partner, now)


def _share(platform: Platform, head: User, partner: User, now: dt.datetime) -> None:
    known = Partner.objects.in_force().filter(platform=platform, user=partner).first()
    if known is None or Share.objects.filter(partner=known).exists():
        return
    rows = Case.objects.filter(platform=platform, step=Step.PROPOSING, opposed_at=None, informed_at__isnull=False)
    held = rows.order_by("-received_on", "pk").first()
    if held is not None:
        sharing.share(
            case=held.pk, partner=known.pk, items=["name", "age", "commune", "needs", "follower"],
            purpose=SharePurpose.OFFER, until=timezone.localdate() + dt.timedelta(days=45), informed=True,
            message="Auriez-vous une place en janvier\u00a0? Une visite l’intéresserait.", by_link=False, by=head,
            role=Role.HEAD, at=now,
        )  # fmt: skip

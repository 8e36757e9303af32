"""What the territories hold under the addresses that a person proved: errors they told, their post in the directory."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.db.models.functions import Lower

from accounts.erasing import Leaving, Line, Part, Stay, Told, addresses_of, register
from accounts.models import User
from territories.models import OfficerMandate, Referent, SheetReport


def connect() -> None:
    register(Part(40, "territories", "Les territoires", tell, erase))


def tell(user: User) -> Told:
    addresses = addresses_of(user)
    stays = []
    if Referent.objects.annotate(low=Lower("email")).filter(low__in=addresses).exists():
        stays.append(Stay(
            "Votre nom dans l’annuaire des référentes et référents",
            "c’est l’organisme qui le tient\u00a0: demandez-lui de le retirer, ou répondez à la vérification annuelle.",
        ))  # fmt: skip
    return Told(_lines(user, addresses), stays)


def erase(leaving: Leaving) -> Sequence[Line]:
    lines = _lines(leaving.user, leaving.addresses)
    _reports(leaving.addresses).update(email="")
    return lines


def _lines(user: User, addresses: Sequence[str]) -> list[Line]:
    return [
        Line(OfficerMandate.objects.filter(user=user).count(), "mandat dans une agence", "mandats dans des agences"),
        Line(_reports(addresses).count(), "adresse laissée avec une erreur signalée",
             "adresses laissées avec des erreurs signalées"),
    ]  # fmt: skip


def _reports(addresses: Sequence[str]) -> QuerySet[SheetReport]:
    return SheetReport.objects.annotate(low=Lower("email")).filter(low__in=addresses)

"""What the agenda holds under the addresses that a person proved: alerts, seats (A1, A4)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.erasing import Leaving, Line, Part, Stay, Told, addresses_of, register
from accounts.models import User
from events.models import Alert, Event, Registration
from events.services.registering import give_back

ERASED = "Compte effacé"


def connect() -> None:
    register(Part(10, "events", "L’agenda", tell, erase))


def tell(user: User) -> Told:
    addresses = addresses_of(user)
    stays = []
    if _proposed(addresses).exists():
        stays.append(Stay(
            "Les évènements que vous avez proposés avec votre adresse",
            "ils intéressent tout le monde\u00a0; votre adresse n’y est pas publiée et s’efface quelques semaines après"
            " la décision.",
        ))  # fmt: skip
    return Told(_lines(addresses), stays)


def erase(leaving: Leaving) -> Sequence[Line]:
    """Seats to come go to who waits; those that are past count as before, without a name."""
    lines = _lines(leaving.addresses)
    _alerts(leaving.addresses).delete()
    for registration in _coming(leaving.addresses).order_by("session__event_id", "session_id", "pk"):
        give_back(registration=registration)
    keys = [row.pk for row in _registrations(leaving.addresses)]
    Registration.objects.filter(pk__in=keys).update(name=ERASED, email="")
    return lines


def _lines(addresses: Sequence[str]) -> list[Line]:
    coming = _coming(addresses).count()
    past = _registrations(addresses).count() - coming
    return [
        Line(_alerts(addresses).count(), "alerte de l’agenda", "alertes de l’agenda"),
        Line(coming, "inscription à un évènement à venir (la place est rendue)",
             "inscriptions à des évènements à venir (les places sont rendues)"),
        Line(past, "nom et adresse dans une inscription passée", "noms et adresses dans des inscriptions passées"),
    ]  # fmt: skip


def _alerts(addresses: Sequence[str]) -> QuerySet[Alert]:
    return Alert.objects.annotate(low=Lower("email")).filter(low__in=addresses)


def _registrations(addresses: Sequence[str]) -> QuerySet[Registration]:
    return Registration.objects.annotate(low=Lower("email")).filter(low__in=addresses)


def _coming(addresses: Sequence[str]) -> QuerySet[Registration]:
    rows = _registrations(addresses).filter(state__in=Registration.ALIVE, session__ends_at__gt=timezone.now())
    return rows.select_related("session")


def _proposed(addresses: Sequence[str]) -> QuerySet[Event]:
    return Event.objects.annotate(low=Lower("proposer_email")).filter(low__in=addresses)

"""Erasing an account for good, with all that the rooms hold of a person; a receipt says what went (L10, S2).

A room registers, in its `AppConfig.ready`, what it holds: taking the room out takes its part with it. One transaction:
everything goes, or nothing does. Files go from the disk once it is committed, when no row names them any more.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from core.journal import record

_grounds: list[Callable[[], AbstractContextManager[None]]] = []


def register_ground(ground: Callable[[], AbstractContextManager[None]]) -> None:
    """Let a room whose rows the database shows to nobody be asked for what it holds, and freed of an account: what is
    erased is looked for, and deleted, inside of `ground()`."""
    _grounds.append(ground)


def on_every_ground() -> ExitStack:
    stack = ExitStack()
    for ground in _grounds:
        stack.enter_context(ground())
    return stack


@dataclass(frozen=True)
class Leaving:
    """Who goes, and when. `addresses` (lower case) are those they proved: what stands under another may be a
    stranger's."""

    user: User
    addresses: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Line:
    """So many things, named for one and for several."""

    count: int
    one: str
    many: str

    def __str__(self) -> str:
        return f"{self.count} {self.many if self.count > 1 else self.one}"


@dataclass(frozen=True)
class Stay:
    """What is not erased, and why; both in French, as one reads them on the page."""

    what: str
    why: str


@dataclass(frozen=True)
class Warn:
    """What the person should know, and may pass over: nobody is kept from leaving for it. It is not in the receipt."""

    what: str
    url: str = ""
    label: str = ""


@dataclass(frozen=True)
class Hold:
    """What must be done before: a sentence, and the page where."""

    why: str
    url: str = ""
    label: str = ""


@dataclass(frozen=True)
class Told:
    """What a room says before: what goes (lines of nothing are left out), what stays, what must be done first, what
    leaving does to others."""

    goes: Sequence[Line] = ()
    stays: Sequence[Stay] = ()
    holds: Sequence[Hold] = ()
    warns: Sequence[Warn] = ()


@dataclass(frozen=True)
class Part:
    """What one room holds. `take` is where the person takes it out beforehand: `(words of the link, path)`."""

    order: int
    key: str
    title: str
    tell: Callable[[User], Told]
    erase: Callable[[Leaving], Sequence[Line]]
    take: tuple[str, str] | None = None


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    _parts[part.key] = part


def parts() -> list[Part]:
    return sorted(_parts.values(), key=lambda part: part.order)


@dataclass(frozen=True)
class Shown:
    """One part of the page, with something to say."""

    title: str
    goes: list[Line]
    take: tuple[str, str] | None = None


@dataclass(frozen=True)
class Beforehand:
    """All that the person is told before they say yes."""

    parts: list[Shown]
    stays: list[Stay]
    holds: list[Hold]
    warns: list[Warn] = field(default_factory=list)

    @property
    def takes(self) -> list[tuple[str, str]]:
        return [part.take for part in self.parts if part.take]


def beforehand(user: User) -> Beforehand:
    """What erasing the account of `user` would do now."""
    shown: list[Shown] = []
    stays: list[Stay] = []
    holds: list[Hold] = []
    warns: list[Warn] = []
    with on_every_ground():
        for part in parts():
            told = part.tell(user)
            goes = [line for line in told.goes if line.count]
            if goes:
                shown.append(Shown(part.title, goes, part.take))
            stays += told.stays
            holds += told.holds
            warns += told.warns
    if user.is_superuser:
        holds.append(Hold("Ce compte fait fonctionner le portail\u00a0: il se retire par la ligne de commande."))
    return Beforehand(shown, stays, holds, warns)


@dataclass(frozen=True)
class Receipt:
    """What was erased, when; nothing that says whose it was. `digest` is the SHA-256 of its lines, and the journal
    keeps it: whoever holds the receipt proves by it that it is the portal's."""

    number: str
    at: str  # ISO 8601, UTC
    erased: list[str]
    stays: list[list[str]] = field(default_factory=list)  # [what, why]

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.lines()).encode()).hexdigest()

    def lines(self) -> list[str]:
        """The receipt as text, without its digest."""
        return [
            "Reçu d’effacement d’un compte du portail de l’orientation",
            f"Numéro du reçu\u00a0: {self.number}",
            f"Effacé le {self.moment:%d/%m/%Y} à {self.moment:%H:%M:%S} UTC",
            "",
            "Ce qui a été effacé\u00a0:",
            *(f"- {line}" for line in self.erased),
            "",
            "Ce qui reste, et pourquoi\u00a0:",
            *(f"- {what}\u00a0: {why}" for what, why in self.stays),
        ]

    def kept(self) -> dict[str, Any]:
        """As a session keeps it, for the page that follows."""
        return asdict(self)


def addresses_of(user: User) -> tuple[str, ...]:
    """Those that `user` proved, in lower case."""
    rows = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return tuple(sorted({address.lower() for address in rows}))


def may_erase(user: User) -> None:
    """Raises `ValidationError` (French) when something must be done before."""
    holds = beforehand(user).holds
    if holds:
        raise ValidationError([hold.why for hold in holds])


@transaction.atomic
def erase(*, user: User, at: datetime, verb: str = "account.erase", by_owner: bool = True) -> Receipt | None:
    """Erase the account of `user` and all that every room holds of them; None when it is gone already (two clicks).

    Journaled under `verb`, without a name. By its owner it is refused as `may_erase` says: raises `ValidationError`.
    """
    with on_every_ground():
        held = User.objects.select_for_update().filter(pk=user.pk).first()
        if held is None:
            return None
        if by_owner:
            may_erase(held)
        stays = [[stay.what, stay.why] for part in parts() for stay in part.tell(held).stays]
        leaving = Leaving(held, addresses_of(held), at)
        erased = [str(line) for part in parts() for line in part.erase(leaving) if line.count]
        receipt = Receipt(secrets.token_hex(8), at.isoformat(timespec="seconds"), erased, stays)
        changes = {"receipt": [None, receipt.digest]} if by_owner else {}
        record(verb=verb, target=held, actor=held if by_owner else None, changes=changes)
        held.delete()
    return receipt

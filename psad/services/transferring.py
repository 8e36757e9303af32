"""A person moves, or is found to be followed elsewhere: the case goes from one platform to another (D13)."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Q

from accounts.models import User
from psad.identity import Identity, identity_of
from psad.intake.matching import keys_of
from psad.lists import Source
from psad.models import Case, Platform, Transfer
from psad.services.cases import moved
from psad.services.contacting import workable

KNOWN_HERE = (
    "Cette personne a déjà un dossier dans votre plateforme\u00a0: refusez le transfert, et voyez avec l’équipe qui le"
    " propose."
)
TOO_MANY = "Trop de questions en une heure\u00a0: réessayez plus tard."


def elsewhere(*, identity: Identity, platform: Platform) -> bool:
    """Whether another platform follows this person: yes or no, logged. Raises `ValidationError`: too many questions."""
    with _counted(), connection.cursor() as cursor:
        cursor.execute("SELECT psad_elsewhere(%s, %s)", [platform.pk, keys_of(identity, platform.pk).elsewhere])
        return bool(cursor.fetchone()[0])


def ask(*, identity: Identity, platform: Platform, reason: str) -> bool:
    """Ask whoever follows this person for the case; False when nobody does, or when it is asked already."""
    with _counted(), connection.cursor() as cursor:
        key = keys_of(identity, platform.pk).elsewhere
        cursor.execute("SELECT psad_ask_transfer(%s, %s, %s, %s)", [uuid4(), platform.pk, key, reason[:300]])
        return bool(cursor.fetchone()[0])


def offer(
    *, case: UUID, to: Platform, reason: str, version: int | None = None, by: User, role: str, at: dt.datetime
) -> Transfer:
    """Offer a case to another platform, which reads it once it has accepted.

    Raises `ValidationError`: closed, the same platform, offered already, no reason.
    """
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi, en quelques mots."})
    held = workable(case, version)
    if to.pk == held.platform_id:
        raise ValidationError({"to": "Choisissez une autre plateforme."})
    if Transfer.objects.filter(case=held, accepted_at=None, refused_at=None).exists():
        raise ValidationError("Un transfert de ce dossier est déjà en cours.")
    row = Transfer.objects.create(case=held, at=at, by=by, to=to, reason=" ".join(reason.split())[:300])
    moved(held, "transfer", by=by, at=at, role=role, to=to.slug)
    return row


def accept(*, transfer: UUID, by: User, role: str, at: dt.datetime) -> Case:
    """Take the case: it is found here under the keys of this platform; the former team reads it no more.

    Raises `ValidationError`: not theirs to accept, answered meanwhile, or a case of the person is here already: the
    caller takes back all that was written.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT psad_take_over(%s)", [transfer])
            key = cursor.fetchone()[0]
    except DatabaseError as error:
        raise ValidationError("Ce transfert n’est pas à vous d’accepter.") from error
    if key is None:
        raise ValidationError("Ce transfert a déjà reçu une réponse.")
    held = Case.objects.select_related("platform").filter(pk=key).first()
    if held is None:  # given away, at the request of another platform: nothing more of it is read here
        return Case(pk=key)
    settle(held)
    try:
        with transaction.atomic():
            moved(held, "arrive", by=by, at=at, role=role)
    except IntegrityError as error:
        raise ValidationError(KNOWN_HERE) from error
    return held


def found_here(held: Case, identity: Identity) -> None:
    """A case that was asked for and given (its former team cannot write the keys of another's searches) is found by its
    new team from the first time they open it. Known here already: it stays beside its twin."""
    keys = keys_of(identity, held.platform_id)
    if held.source != Source.TRANSFER or bytes(held.match_key or b"") == keys.match:
        return
    with suppress(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=held.pk).update(match_key=keys.match, sound_key=keys.sound, word_keys=keys.words)


def settle(held: Case) -> None:
    """Its keys of search, under those of the platform where it is now."""
    keys = keys_of(identity_of(held), held.platform_id)
    held.match_key, held.sound_key, held.word_keys = keys.match, keys.sound, keys.words


def refuse(*, transfer: UUID, reason: str, at: dt.datetime) -> None:
    """Answer no; the case stays where it is. Raises `ValidationError`: answered meanwhile, not theirs."""
    mine = Transfer.objects.filter(Q(pk=transfer), accepted_at=None, refused_at=None)
    said = " ".join(reason.replace("\x00", " ").split())[:300]
    if not mine.update(refused_at=at, reason=said):
        raise ValidationError("Ce transfert a déjà reçu une réponse.")


class _counted:  # noqa: N801 (it reads as a word)
    """Too many questions are said in French."""

    def __enter__(self) -> None:
        self._atomic = transaction.atomic()
        self._atomic.__enter__()

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._atomic.__exit__(kind, error, trace)  # type: ignore[arg-type]
        if isinstance(error, DatabaseError) and "too many" in str(error):
            raise ValidationError(TOO_MANY) from error

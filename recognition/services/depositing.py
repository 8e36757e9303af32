"""The acts that commit an organisation: deposit, answer to a request, withdrawal; each by who manages it (R1-R5, R14).

*Saved* and *deposited* are two things: only `deposit` makes a dossier reach the Region.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from core.values import day_in_words
from members.models import Organisation
from recognition.addressees import tell_organisation
from recognition.clock import day_of
from recognition.deadlines import in_time, is_late, window_of
from recognition.letters import write as write_letter
from recognition.models import Candidature, GoverningBody, Letter, LetterKind, Snapshot
from recognition.rules import signs_for_organisation
from recognition.services.acts import note
from recognition.services.agenda import leave_agendas
from recognition.services.carrying import carry, settle_charter
from recognition.services.checking import gaps
from recognition.services.messaging import send_message
from recognition.services.numbers import next_number
from recognition.services.snapshots import snapshot
from recognition.services.starting import BY_RIGHT, siret_refusal
from recognition.services.transitions import locked, move

__all__ = ["AlreadyDeposited", "TooLate", "answer_request", "deposit", "send_message", "snapshot", "withdraw"]

State = Candidature.State
NOT_MANAGER = (
    "Seule une personne qui gère l’organisme peut déposer, compléter ou retirer le dossier en son nom."
    " Prévenez-la\u00a0: tout est enregistré."
)
ENDED = (
    "La reconnaissance à renouveler a pris fin\u00a0: ce dossier, gardé en entier, est maintenant une première demande."
    " Relisez-le avant de le déposer."
)
NEW_CHARTER = (
    "Le cahier des charges a changé depuis que ce dossier est préparé\u00a0: vos réponses sont gardées, relisez les"
    " critères avant de déposer."
)

SAT = "L’instance qui décide s’est réunie sur ce dossier\u00a0: il ne se retire plus, sa décision vous sera notifiée."


class TooLate(ValidationError):  # noqa: N818 - the name that every part of the room knows it by
    """The last second was past: the dossier, whole, is now offered to `candidature.campaign` (R4)."""

    def __init__(self, candidature: Candidature) -> None:
        year = candidature.campaign.year
        super().__init__(
            f"La date limite est passée\u00a0: le dossier n’est pas déposé. Il est gardé en entier, et proposé à la"
            f" campagne {year}.",
            code="late",
        )
        self.candidature = candidature


class AlreadyDeposited(ValidationError):  # noqa: N818
    """A colleague, or a first click, deposited it: nothing is wrong, and there is one receipt."""

    def __init__(self, candidature: Candidature) -> None:
        super().__init__("Ce dossier est déjà déposé.", code="deposited")
        self.candidature = candidature


@dataclass(frozen=True)
class _Outcome:
    """What a try left, committed: the dossier, and what is then said when it is not deposited."""

    candidature: Candidature
    refusal: ValidationError | None = None


def deposit(*, candidature: Candidature, user: User, name: str, title: str, at: dt.datetime) -> Candidature:
    """Lodge the dossier: its words settled, its receipt numbered and written, its organisation told (R14).

    `name` and `title` are those of the person who declares. Raises, in French: `TooLate` (after the dossier was moved
    to next year's campaign), `AlreadyDeposited`, `ValidationError` for who may not, before the opening, for what the
    dossier lacks (its messages), for an organisation that may no longer apply.
    """
    outcome = _try(candidature, user, " ".join(name.split()), " ".join(title.split()), at)
    if outcome.refusal is not None:
        raise outcome.refusal
    return outcome.candidature


@transaction.atomic
def _try(candidature: Candidature, user: User, name: str, title: str, at: dt.datetime) -> _Outcome:
    held = locked(candidature, Candidature.State.values)
    _check_person(held, user)
    if held.state in {State.DEPOSITED, State.COMPLETE, State.READY}:
        return _Outcome(held, AlreadyDeposited(held))
    held = locked(candidature, {State.DRAFT})
    if is_late(held, at):
        carry(held, at=at)
        return _Outcome(held, TooLate(held))
    if settle_charter(held, held.campaign.charter):
        held.save(update_fields=["charter"])
        return _Outcome(held, ValidationError(NEW_CHARTER, code="charter"))
    if _ended_meanwhile(held, at):
        carry(held, at=at)
        return _Outcome(held, ValidationError(ENDED, code="ended"))
    _check_deposit(held, name, title, at)
    return _Outcome(_deposited(held, user, name, title, at))


def _ended_meanwhile(held: Candidature, at: dt.datetime) -> bool:
    """Whether what it asks to renew was given up, annulled or lapsed since it was begun (R10)."""
    if held.renews is None:
        return False
    return held.renews.end_reason != "" or held.renews.ends_on < day_of(at)


def _check_person(held: Candidature, user: Any) -> None:
    if not signs_for_organisation(user, held):
        raise ValidationError(NOT_MANAGER, code="manager")


def _check_deposit(held: Candidature, name: str, title: str, at: dt.datetime) -> None:
    if not in_time(held, at):
        opens = day_in_words(window_of(held).opens_on)
        raise ValidationError(f"Les dépôts ouvrent le {opens}. Votre dossier est enregistré.", code="early")
    if not name or not title:
        raise ValidationError("Écrivez le nom et la qualité de la personne qui déclare.", code="declaration")
    if held.organisation.status == Organisation.Status.SIGNATORY:
        raise ValidationError(BY_RIGHT.format(name=held.organisation.display_name), code="by-right")
    if kept := siret_refusal(held.siret, held.organisation):
        raise ValidationError(kept, code="siret")
    if missing := gaps(held):
        raise ValidationError([gap.message for gap in missing], code="gaps")


def _deposited(held: Candidature, user: User, name: str, title: str, at: dt.datetime) -> Candidature:
    number = next_number("AR", day_of(at).year)
    move(
        held, State.DEPOSITED, kind="deposited", text=f"Dossier déposé. Accusé de réception {number}.", at=at,
        actor=user, deposited_at=at, deposited_by=user, declared_name=name[:200], declared_title=title[:200],
        receipt_number=number,
    )  # fmt: skip
    _belongs_again(held)
    snapshot(candidature=held, moment="deposit", at=at)
    write_receipt(candidature=held, at=at)
    tell_organisation(
        key=f"candidature-deposited:{held.pk}", candidature=held, template="candidature_deposited",
        context={"number": number, "at": at},
    )  # fmt: skip
    return held


def write_receipt(*, candidature: Candidature, at: dt.datetime) -> bool:
    """Have the receipt written (R14); once, whoever asks. False when the Region's rules lack what the law asks of it.

    The deposit holds all the same: an organisation does not miss the deadline because a desk forgot its address. The
    daily pass calls it again for each dossier of `without_receipt`.
    """
    try:
        write_letter(kind=LetterKind.RECEIPT, at=at, key=f"receipt:{candidature.pk}", candidature=candidature)
    except ValidationError as error:
        text = f"Accusé de réception à produire\u00a0: {' '.join(error.messages)}"
        key = f"receipt-failed:{candidature.pk}"
        note(kind="receipt_failed", text=text, at=at, candidature=candidature, shown=False, key=key)
        return False
    return True


def without_receipt() -> QuerySet[Candidature]:
    """The deposited dossiers whose receipt could not be written yet."""
    written = Letter.objects.filter(kind=LetterKind.RECEIPT, candidature=OuterRef("pk"))
    return Candidature.objects.filter(~Exists(written), deposited_at__isnull=False)


def _belongs_again(held: Candidature) -> None:
    """A former member that asks again is a candidate."""
    if held.organisation.status == Organisation.Status.FORMER:
        held.organisation.status = Organisation.Status.CANDIDATE
        held.organisation.save(update_fields=["status"])


@transaction.atomic
def answer_request(*, candidature: Candidature, text: str, user: User, at: dt.datetime) -> Candidature:
    """Send back a dossier that the Region asked to complete, with a word of what was done (R5).

    Raises `ValidationError` (French): for who may not, for nothing said, for what the dossier lacks, when no request is
    open any more. After the day that was asked it is still taken, and the timeline says so.
    """
    text = text.replace("\r\n", "\n").strip()
    held = locked(candidature, {State.INCOMPLETE})
    _check_person(held, user)
    if not text:
        raise ValidationError("Dites en quelques mots ce que vous avez complété.", code="required")
    if kept := siret_refusal(held.siret, held.organisation):
        raise ValidationError(kept, code="siret")
    if missing := gaps(held):
        raise ValidationError([gap.message for gap in missing], code="gaps")
    request = held.requests.select_for_update().filter(answered_at=None, closed_at=None).first()
    late = request is not None and day_of(at) > request.due_on
    if request is not None:
        request.answer, request.answered_at = text, at
        request.save(update_fields=["answer", "answered_at"])
    said = "Dossier complété et renvoyé à la Région" + (", après le jour demandé." if late else ".")
    move(held, State.DEPOSITED, kind="answered", text=said, at=at, actor=user)
    _acknowledge(held, snapshot(candidature=held, moment="answer", at=at), at)
    return held


def _acknowledge(held: Candidature, kept: Snapshot, at: dt.datetime) -> None:
    """What was sent back has its own receipt, and a mail says so (CRPA L112-11). The sending holds without them."""
    try:
        write_letter(kind=LetterKind.COMPLETED, at=at, key=f"completed:{kept.pk}", candidature=held)
    except ValidationError as error:
        text = f"Accusé de réception du complément à produire\u00a0: {' '.join(error.messages)}"
        note(kind="receipt_failed", text=text, at=at, candidature=held, shown=False, key=f"completed-failed:{kept.pk}")
    tell_organisation(
        key=f"candidature-completed:{kept.pk}", candidature=held, template="candidature_completed",
        context={"number": held.receipt_number, "at": at},
    )  # fmt: skip


@transaction.atomic
def withdraw(*, candidature: Candidature, reason: str, user: User, at: dt.datetime) -> Candidature:
    """The organisation gives up its dossier, deposited or not; its words stay readable.

    It leaves the agendas where it was not spoken of. Raises `ValidationError` (French) for who may not, from the day
    that the body that decides sits on it, and, when it was deposited, without a reason.
    """
    if _is_before_who_decides(candidature, day_of(at)):
        raise ValidationError(SAT, code="sat")
    leave_agendas(candidature=candidature, at=at, actor=user, spoken_stays=True)
    held = locked(candidature, Candidature.OPEN)
    _check_person(held, user)
    reason = " ".join(reason.split())
    if held.deposited_at and not reason:
        raise ValidationError("Dites pourquoi, en quelques mots\u00a0: la Région le lira.", code="required")
    held.requests.filter(answered_at=None, closed_at=None).update(closed_at=at)
    said = f"Dossier retiré par l’organisme\u00a0: {reason}" if reason else "Dossier retiré par l’organisme."
    move(held, State.WITHDRAWN, kind="withdrawn", text=said, at=at, actor=user, ended_at=at)
    return held


def _is_before_who_decides(candidature: Candidature, on: dt.date) -> bool:
    """Whether the body that decides sat on it, that day or before: what it said is to be recorded (R7)."""
    deciding = GoverningBody.Kind.DECISION
    return candidature.agenda_items.filter(sitting__body__kind=deciding, sitting__held_on__lte=on).exists()


def last_snapshot(candidature: Candidature) -> Snapshot | None:
    """What the Region has in hand; None before the deposit."""
    return candidature.snapshots.order_by("-taken_at", "-pk").first()

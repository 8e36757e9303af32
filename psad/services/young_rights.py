"""What the person decides: an answer, a correction, a copy, an end (D7, RGPD articles 15, 16 and 21).

Each is called in the context of their own link (`role` young, nobody signed in) or, for what they said by voice, in
the name of who wrote it down.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from accounts.models import User
from core.links import absolute
from core.outbox import queue_mail
from core.sealing import opened
from psad.identity import Identity, bound, identity_of, seal_identity
from psad.intake.matching import keys_of
from psad.lists import Answer, ClosingReason, Step
from psad.models import Case, Obligation, Proposal, Share, Transfer, Wish
from psad.services import proposing
from psad.services.cases import YOUNG, locked, moved
from psad.services.closing import shut
from psad.services.opening import YOUNGEST
from psad.services.sharing import empty

LONGEST_WISH = 2_000
PLACE_GONE = "Cette place vient d’être prise par quelqu’un d’autre. Dites-le à votre conseiller ou conseillère."
TWIN = "Un autre dossier de la plateforme porte ce nom et cette date de naissance\u00a0: réunissez-les d’abord."
TOO_YOUNG = "À cette date, la personne avait moins de 16 ans quand son dossier a été ouvert\u00a0: ce n’est pas permis."
CORRECTED = ("surname", "given_names", "birth_date", "address", "postcode", "town", "phone", "other_phone", "email")
"""What the team may change of an identity when the person asks."""


# --- On their page


def answer(*, case: UUID, proposal: UUID, interested: bool, at: dt.datetime) -> Proposal:
    """« Ça m’intéresse » or « non merci », also to change one's mind until it has begun.

    Raises `ValidationError`: it has begun or was taken back, the place is gone, the person opposed.
    """
    held = locked(case)
    row = Proposal.objects.get(pk=proposal, case=held)
    if row.started_on is not None or row.answer == Answer.WITHDRAWN:
        raise ValidationError("Cette proposition n’attend plus de réponse.")
    said = Answer.ACCEPTED if interested else Answer.REFUSED
    if row.answer == said:
        return row
    held.last_contact_at = at  # their own words are a contact
    held.save(update_fields=["last_contact_at"])
    try:
        with transaction.atomic():
            row = proposing.answer(case=held.pk, proposal=row.pk, said=said, by=None, role=YOUNG, at=at)
    except IntegrityError:  # proposed again meanwhile
        raise ValidationError("Cette solution vous est proposée une autre fois\u00a0: répondez là.") from None
    except ValidationError as error:
        raise ValidationError(PLACE_GONE) if hasattr(error, "error_dict") else error from None
    return row


def ask(
    *, case: UUID, kind: str, text: str = "", by: User | None = None, role: str = YOUNG, at: dt.datetime
) -> Wish:  # fmt: skip
    """Ask for a correction, or for the notes that the team hands over itself. It is due for the team at once.

    A copy that waits already is not asked twice. Raises `ValidationError` by field.
    """
    if kind not in {Wish.Kind.RECTIFY, Wish.Kind.EXPORT}:
        raise ValidationError({"kind": "Choisissez dans la liste."})
    said = text.strip()[:LONGEST_WISH]
    if kind == Wish.Kind.RECTIFY and not said:
        raise ValidationError({"text": "Écrivez ce qui est à corriger."})
    held = locked(case)
    waiting = Wish.objects.filter(case=held, kind=kind, handled_at=None)
    if kind == Wish.Kind.EXPORT and (known := waiting.first()) is not None:
        return known
    if role == YOUNG:
        held.last_contact_at = at  # an archived case comes back to its team (D13)
    row = _wish(held, kind, said, by, at)
    moved(held, "wish", by=by, at=at, role=role, wish_kind=kind)
    _tell(row, role)
    return row


def copied(*, case: UUID, at: dt.datetime) -> Wish:
    """The person takes the copy that their page makes: kept as asked and given."""
    held = locked(case)
    row = Wish.objects.create(
        case=held, at=at, kind=Wish.Kind.EXPORT, handled_at=at, outcome=Wish.Outcome.DONE
    )  # fmt: skip
    moved(held, "copy", by=None, at=at, role=YOUNG)
    return row


def oppose(
    *, case: UUID, text: str = "", version: int | None = None, by: User | None = None, role: str = YOUNG,
    at: dt.datetime,
) -> Case:  # fmt: skip
    """No more contact, from now: every service that contacts refuses; shares are emptied, places given back, the clock
    of the obligation and a transfer under way end. Said once, it stays.

    On their page, the case waits for the team to take note; written down by the team, it is closed at once.
    """
    held = locked(case, version=version)
    if held.opposed_at is not None:
        return held
    held.opposed_at, held.archived_at = at, None  # somebody has to take note of it
    for share in Share.objects.select_for_update().filter(case=held, revoked_at=None):
        empty(share, at)
    open_ones = Proposal.objects.filter(case=held, answer__in=[Answer.WAITING, Answer.ACCEPTED], started_on=None)
    for row in open_ones.select_related("solution"):
        row.answer, row.answered_at = Answer.WITHDRAWN, at
        row.save()
        proposing.give_back(row.solution)
    if role != YOUNG:  # the policies of their own session leave these to the team's act, which comes first to the queue
        _stop(held, at)
    wish = _wish(held, Wish.Kind.OPPOSE, text.strip()[:LONGEST_WISH], by, at)
    moved(held, "oppose", by=by, at=at, role=role)
    if role == YOUNG:
        _tell(wish, role)
    else:
        settle(wish=wish.pk, outcome=Wish.Outcome.DONE, by=by, role=role, at=at)
    return held


# --- In the team


def unanswered(platform: int) -> QuerySet[Wish]:
    """What people of the platform ask and nobody has answered. The context says which are seen."""
    return Wish.objects.filter(case__platform=platform, case__anonymised_at=None, handled_at=None).order_by()


def waiting(platform: int) -> list[Wish]:
    """The same, opened with their cases: oppositions first."""
    found = list(unanswered(platform).select_related("case", "case__commune", "case__follower").order_by("at")[:200])
    return sorted(found, key=lambda row: (row.kind != Wish.Kind.OPPOSE, row.at))


def settle(*, wish: UUID, outcome: str, by: User | None, role: str, at: dt.datetime) -> Wish:
    """Answered: the person reads it on their page. An opposition closes the case.

    Raises `ValidationError`: not of the list, an opposition that one would refuse, answered by a colleague.
    """
    found = Wish.objects.get(pk=wish)
    held = locked(found.case_id)
    row = Wish.objects.select_for_update(of=("self",)).get(pk=wish)
    if row.handled_at is not None:
        raise ValidationError("Une autre personne vient d’y répondre.")
    if outcome not in Wish.Outcome.values or (row.kind == Wish.Kind.OPPOSE and outcome != Wish.Outcome.DONE):
        raise ValidationError({"outcome": "Choisissez dans la liste."})
    row.handled_at, row.outcome = at, outcome
    row.save(update_fields=["handled_at", "outcome"])
    if row.kind == Wish.Kind.OPPOSE:
        _stop(held, at)
        if held.step != Step.CLOSED:
            shut(held, ClosingReason.OPPOSED, by=by, role=role, at=at)
            return row
    moved(held, "wish_done", by=by, at=at, role=role, wish_kind=row.kind, wish_outcome=outcome)
    return row


def correct(
    *, case: UUID, changes: dict[str, object], version: int | None = None, by: User, role: str, at: dt.datetime
) -> list[str]:  # fmt: skip
    """Change who the person is or how to reach them; which fields changed.

    The name by which a list knew them still leads to the case, so that it opens no other. Raises `ValidationError`:
    under 16, the very name and birth date of another case, `Conflict`.
    """
    held = locked(case, version=version)
    seal = opened(held.sealed_key)
    before = identity_of(held, seal)
    after: Identity = replace(before, **{name: changes[name] for name in CORRECTED if name in changes})  # type: ignore[arg-type]
    changed = [name for name in CORRECTED if getattr(before, name) != getattr(after, name)]
    if not changed:
        raise ValidationError("Rien n’est changé.")
    if after.age_on(held.received_on) < YOUNGEST:
        raise ValidationError({"birth_date": TOO_YOUNG})
    keys = keys_of(after, held.platform_id)
    if keys.match != bytes(held.match_key) and _is_known(held, keys.match):
        raise ValidationError({"surname": TWIN})
    if keys.match != bytes(held.match_key):
        held.also_keys = sorted({*(bytes(key) for key in held.also_keys), bytes(held.match_key)} - {keys.match})
    held.identity = seal_identity(after, seal, held)
    held.match_key, held.sound_key, held.elsewhere_key = keys.match, keys.sound, keys.elsewhere
    held.word_keys = sorted({*(bytes(key) for key in held.word_keys), *keys.words}) if held.also_keys else keys.words
    held.birth_month = after.birth_date.replace(day=1)
    moved(held, "correct", by=by, at=at, role=role, fields=changed)
    return changed


# ---


def _is_known(held: Case, key: bytes) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM psad_match(%s, %s)", [held.platform_id, [key]])
        return any(found != held.pk for (found,) in cursor.fetchall())


def _stop(held: Case, at: dt.datetime) -> None:
    Obligation.objects.filter(case=held, ended_at=None).update(ended_at=at, end_reason="opposed")
    Transfer.objects.filter(case=held, accepted_at=None, refused_at=None).update(refused_at=at)


def _wish(held: Case, kind: str, text: str, by: User | None, at: dt.datetime) -> Wish:
    row = Wish(case=held, at=at, by=by, kind=kind)
    row.text = opened(held.sealed_key).close(text, bound=bound(held, f"wish/{row.pk}"))
    row.save(force_insert=True)
    return row


def _tell(wish: Wish, role: str) -> None:
    """A neutral mail to who accompanies the person, or else to the heads: it says that something waits, not what."""
    if role != YOUNG:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT person, follows FROM psad_my_team()")
        team = cursor.fetchall()
    follower = [person for person, follows in team if follows]
    people = User.objects.filter(pk__in=follower or [person for person, _ in team], is_active=True)
    for user in people:
        queue_mail(
            key=f"portal-message:{wish.pk}:{user.pk}", to=user.email, template="portal_message",
            context={"address": absolute("/psad/")},
        )  # fmt: skip

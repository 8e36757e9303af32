"""Two cases of one person become one: the older keeps, all that was done joins it, the key of the other is erased (D4).

The trace stays: a line of history, both keys in the log, and the other's way of being found, so that a list that
writes the name as before opens no third case.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q

from core.sealing import Seal, opened
from psad import reading
from psad.identity import bound, identity_of, seal_identity
from psad.intake.rio import Entry
from psad.lists import Answer, ClosingReason, Purpose, Step
from psad.models import (
    Attempt,
    Case,
    CaseGrant,
    Check,
    File,
    Guardian,
    Interview,
    Letter,
    Line,
    Move,
    Note,
    Obligation,
    Proposal,
    Report,
    Share,
    Transfer,
    Wish,
    YoungLink,
)
from psad.services import absorbing
from psad.services.cases import day_of, locked, moved
from psad.services.proposing import give_back

_SEALED: dict[Any, str] = {
    Attempt: "note",
    Interview: "plan",
    Note: "text",
    Guardian: "contact",
    Letter: "content",
    Wish: "text",
}
_PLAIN: tuple[Any, ...] = (Move, Proposal, Check, Obligation, Transfer, YoungLink, Share, Line, Report)
_ORDER = [Step.RECEIVED, Step.PREPARING, Step.CONTACTING, Step.PROPOSING, Step.FOLLOWED]
_REASON = "Dossiers d’une même personne réunis"


# --- Who may be one person


def twins(platform: int, *, limit: int) -> list[tuple[UUID, UUID]]:
    """Cases of a platform whose names sound the same, born the same year, one open at least; those that were said to be
    of two persons left out. The context says which are seen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, b.id FROM psad_case a JOIN psad_case b ON b.platform_id = a.platform_id"
            " AND b.sound_key = a.sound_key AND (a.received_on, a.id) < (b.received_on, b.id)"
            " WHERE a.platform_id = %s AND b.platform_id = %s AND a.anonymised_at IS NULL AND b.anonymised_at IS NULL"
            " AND (a.step <> 'closed' OR b.step <> 'closed')"
            " AND NOT EXISTS (SELECT 1 FROM psad_move m WHERE m.case_id = a.id AND m.verb = 'apart'"
            " AND m.data->>'other' = b.id::text) ORDER BY b.received_on DESC, a.id, b.id LIMIT %s",
            [platform, platform, limit],
        )
        return list(cursor.fetchall())


def apart(*, first: UUID, second: UUID, by: Any, role: str, at: dt.datetime) -> None:
    """These are two persons: they are not shown side by side any more."""
    held = {key: locked(key) for key in sorted({first, second})}
    for one, other in ((first, second), (second, first)):
        moved(held[one], "apart", by=by, at=at, role=role, other=str(other))


# --- One person


def merge(*, first: UUID, second: UUID, by: Any, role: str, at: dt.datetime) -> Case:
    """Make one case of two; the one that stays.

    Raises `ValidationError`: one case twice, two platforms, attachments in the one that goes; `Case.DoesNotExist` for a
    case that the context does not see.
    """
    if first == second:
        raise ValidationError("Choisissez deux dossiers.")
    held = [locked(key) for key in sorted({first, second})]
    kept, gone = sorted(held, key=lambda case: (case.received_on, str(case.pk)))
    if kept.platform_id != gone.platform_id:
        raise ValidationError("Ces deux dossiers ne sont pas de la même plateforme\u00a0: demandez un transfert.")
    if File.objects.filter(case=gone).exists():
        raise ValidationError(
            "Le dossier le plus récent a des pièces jointes\u00a0: ajoutez-les au plus ancien, retirez-les, puis"
            " réunissez."
        )
    keys, seals = gone.log_key, (opened(kept.sealed_key), opened(gone.sealed_key))
    differing = _identity(kept, gone, *seals)
    _state(kept, gone, at)
    _rows(kept, gone, *seals, at)
    _access(kept, gone, by, at)
    _erase(gone, at)
    if differing:
        absorbing.note(kept, seals[0], differing, by=by.pk, at=at).save(force_insert=True)
    reading.log(kept.platform_id, role=role, verb="case.merged_away", purpose=Purpose.WORK, cases=[keys])
    moved(kept, "merged", by=by, at=at, role=role, other=str(keys))
    return kept


def _identity(kept: Case, gone: Case, mine: Seal, theirs: Seal) -> str:
    """Blanks are filled; what the other case said otherwise, in one sealed note. Both stay findable."""
    ours, other = identity_of(kept, mine), identity_of(gone, theirs)
    entry = Entry(
        identity=other, sex=gone.sex, origin=gone.origin, commune=gone.commune_id or "", left_on=gone.left_on,
        school_uai=gone.school_uai,
    )  # fmt: skip
    _, differing = absorbing.complete(kept, entry, mine)
    now = identity_of(kept, mine)
    if other.other_phone and not now.other_phone and other.other_phone != now.phone:
        kept.identity = seal_identity(replace(now, other_phone=other.other_phone), mine, kept)
    said = [f"{absorbing.LABELS[name]}\u00a0: {value}" for name, value in differing.items()]
    if (ours.surname, ours.birth_date) != (other.surname, other.birth_date):
        said.insert(0, f"{other.name}, né·e le {other.birth_date:%d/%m/%Y}")
    kept.also_keys = sorted({bytes(key) for key in (*kept.also_keys, *gone.also_keys, gone.match_key)})
    kept.word_keys = sorted({bytes(key) for key in (*kept.word_keys, *gone.word_keys)})
    safe = [
        seal.open(case.safe_contact, bound=bound(case, "safe_contact")) for case, seal in ((kept, mine), (gone, theirs))
    ]
    kept.safe_contact = mine.close("\n".join(filter(None, safe)), bound=bound(kept, "safe_contact"))
    words = "\u00a0; ".join(said)
    return f"Dossier réuni à celui-ci. Il disait\u00a0: {words}." if said else ""


def _state(kept: Case, gone: Case, at: dt.datetime) -> None:
    """The further step of the two; who opposed once has opposed."""
    kept.received_on = min(kept.received_on, gone.received_on)
    kept.first_contact_at = _first(kept.first_contact_at, gone.first_contact_at)
    kept.informed_at = _first(kept.informed_at, gone.informed_at)
    kept.solution_on = _first(kept.solution_on, gone.solution_on)
    kept.last_contact_at = max(filter(None, (kept.last_contact_at, gone.last_contact_at)), default=None)
    kept.opposed_at = _first(kept.opposed_at, gone.opposed_at)
    if kept.opposed_at is not None:
        kept.step, kept.closing_reason = Step.CLOSED, ClosingReason.OPPOSED
        kept.closed_on = kept.closed_on or day_of(at)
        return
    live = [Step(case.step) for case in (kept, gone) if case.step != Step.CLOSED]
    if live:
        kept.step, kept.closed_on, kept.closing_reason = max(live, key=_ORDER.index), None, ""
        kept.archived_at = None
    if kept.follower_id is None:
        kept.follower_id = gone.follower_id


def _first(*moments: Any) -> Any:
    return min(filter(None, moments), default=None)


def _rows(kept: Case, gone: Case, mine: Seal, theirs: Seal, at: dt.datetime) -> None:
    """All that was done for the person joins the case that stays; what was sealed is sealed again under its key."""
    held = Proposal.objects.filter(case=kept, answer__in=[Answer.WAITING, Answer.ACCEPTED]).values("solution")
    twice = Proposal.objects.filter(case=gone, answer__in=[Answer.WAITING, Answer.ACCEPTED], solution__in=held)
    for row in twice.select_related("solution"):
        row.answer, row.answered_at = Answer.WITHDRAWN, at
        row.save()
        give_back(row.solution)
    if Obligation.objects.filter(case=kept, ended_at=None).exists():
        Obligation.objects.filter(case=gone, ended_at=None).update(ended_at=at, end_reason="merged")
    Transfer.objects.filter(case=gone, accepted_at=None, refused_at=None).update(refused_at=at)
    YoungLink.objects.filter(case=gone).update(expires_at=at, session_ends_at=None, revoked_at=at)
    for model, field in _SEALED.items():
        for row in model.objects.filter(case=gone):
            name = f"{model._meta.model_name}/{row.pk}"
            said = theirs.open(getattr(row, field), bound=bound(gone, name))
            setattr(row, field, mine.close(said, bound=bound(kept, name)))
            row.case = kept
            row.save(update_fields=["case", field])
    for model in _PLAIN:
        model.objects.filter(case=gone).update(case=kept)


def _access(kept: Case, gone: Case, by: Any, at: dt.datetime) -> None:
    """Who had been given the other case is given this one, by name and with the reason (D13)."""
    here = Q(starts_at__lte=at) & (Q(ends_at=None) | Q(ends_at__gt=at))
    followers = list(CaseGrant.objects.filter(here, case=gone).exclude(kind=CaseGrant.Kind.BREAK_GLASS))
    CaseGrant.objects.filter(here, case=gone).update(ends_at=at)
    known = set(CaseGrant.objects.filter(here, case=kept).values_list("user_id", flat=True))
    for grant in followers:
        if grant.user_id not in known:
            CaseGrant.objects.create(
                case=kept, user_id=grant.user_id, kind=grant.kind, reason=_REASON, given_by=by, starts_at=at
            )


def _erase(gone: Case, at: dt.datetime) -> None:
    """What is left is an empty row: no key, no name, nothing that finds it."""
    gone.sealed_key, gone.identity, gone.safe_contact = "", b"", b""
    gone.match_key, gone.sound_key, gone.elsewhere_key = secrets.token_bytes(16), b"", b""
    gone.word_keys, gone.also_keys, gone.follower = [], [], None
    gone.step, gone.closed_on, gone.closing_reason = Step.CLOSED, day_of(at), ClosingReason.MERGED
    gone.due_on, gone.due_what, gone.anonymised_at = None, "", at
    gone.version += 1
    gone.save()

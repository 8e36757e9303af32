"""What happens to a recognition after its grant: kept alive, lapsed, suspended, given up (R9, R10, R11, R13, R14)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from core.journal import Actor, record
from core.values import day_in_words
from recognition.clock import day_of
from recognition.letters import write as write_letter
from recognition.letters.about import day_words
from recognition.models import Candidature, Decision, Letter, LetterKind, Notice, Recognition, Sitting
from recognition.services import directory
from recognition.services.acts import note
from recognition.services.annulling import annul, drop_notice, give_notice, open_notices, record_answer, why_not_yet
from recognition.services.holding import DAY, NEVER, end, held, held_in_force
from recognition.services.signing import decided_on_of, grounds_of, signed

__all__ = ["annul", "awaited", "drop_notice", "give_notice", "give_up", "keep_alive", "lapse", "record_answer",
           "released", "resume", "suspend"]  # fmt: skip

SUSPENDED = "Cette reconnaissance est déjà suspendue."
UNHEARD = (
    "L’organisme n’a pas été entendu\u00a0: ouvrez une procédure contradictoire et attendez sa réponse, ou dites ici"
    " l’urgence qui l’empêche (articles L. 121-1 et L. 121-2 du CRPA)."
)
NOT_SUSPENDED = "Cette reconnaissance n’est pas suspendue."


def awaited(recognition: Recognition | OuterRef) -> QuerySet[Candidature]:
    """The renewals of a recognition, lodged in time, whose decision is not notified yet (R9)."""
    kinds = [LetterKind.GRANT, LetterKind.REFUSAL]
    told = Letter.objects.filter(decision__candidature=OuterRef("pk"), decision__followed_by=None, kind__in=kinds)
    examined = Q(state__in=Candidature.EXAMINED)
    rows = Candidature.objects.filter(examined | Q(state__in=Candidature.DECIDED), renews=recognition)
    return rows.filter(deposited_at__isnull=False).exclude(Exists(told))


@transaction.atomic
def keep_alive(*, recognition: Recognition, at: dt.datetime) -> Recognition:
    """The term has come and the renewal, lodged in time, is not decided: it holds until that is notified (R9). Once.

    Nothing happens before the last day, after an end, or when no renewal waits.
    """
    found = held(recognition)
    if found.kept_until_decision or found.end_reason or found.ends_on > day_of(at):
        return found
    if not awaited(found).exists():
        return found
    before, found.kept_until_decision, found.ends_on = found.ends_on, True, NEVER
    found.save(update_fields=["kept_until_decision", "ends_on"])
    record(verb="recognition.keep", target=found, changes={"ends_on": [before.isoformat(), "décision"]})
    text = (
        "Renouvellement demandé à temps\u00a0: la reconnaissance est maintenue au-delà de son terme, jusqu’à la"
        " notification de la décision."
    )
    note(kind="kept", text=text, at=at, recognition=found, candidature=found.candidature, key=f"kept:{found.pk}")
    return found


def released() -> QuerySet[Recognition]:
    """Those kept alive whose renewal was withdrawn or dropped since: nothing keeps them any more."""
    rows = Recognition.objects.filter(kept_until_decision=True, end_reason="")
    return rows.filter(~Exists(awaited(OuterRef("pk")))).order_by("pk")


@transaction.atomic
def lapse(*, recognition: Recognition, at: dt.datetime) -> Recognition:
    """The last day is over and nobody asked to renew, or the renewal was given up: say so by letter. Once.

    Nothing happens before, nor while a renewal waits. Raises `ValidationError` when the letter cannot be written.
    """
    found, day = held(recognition), day_of(at)
    over = found.kept_until_decision or found.ends_on < day
    if found.end_reason or not over or awaited(found).exists():
        return found
    end(found, on=max(found.term_on, day - DAY), reason=Recognition.End.LAPSED, actor=None)
    write_letter(
        kind=LetterKind.LAPSE, at=at, key=f"lapse:{found.pk}", recognition=found,
        extra={"date_fin": day_words(found.ends_on)},
    )  # fmt: skip
    text = f"La reconnaissance est arrivée à son terme le {day_in_words(found.ends_on)}, sans renouvellement."
    note(kind="lapsed", text=text, at=at, recognition=found, candidature=found.candidature, key=f"lapsed:{found.pk}")
    return found


@transaction.atomic
def suspend(
    *, recognition: Recognition, grounds: str, at: dt.datetime, actor: Actor | None, deliberation_number: str = "",
    signatory: str = "", signatory_title: str = "", urgency: str = "", sitting: Sitting | None = None,
) -> Decision:  # fmt: skip
    """Suspend it from that day: its places leave the directory until it resumes, its public page says so.

    The organisation was heard in a procedure, which this decision concludes; or `urgency` says why one could not wait,
    and the letter prints it (CRPA L121-1, L121-2). Raises `ValidationError`, by field: neither of them, no grounds, no
    number, no signatory (R14); already suspended, or over.
    """
    said = signed(deliberation_number, signatory, signatory_title) | _by(sitting, at)
    said |= {"grounds": grounds_of(grounds), "urgency": urgency.replace("\r\n", "\n").strip()}
    found = held_in_force(recognition, day_of(at))
    if found.suspended_since is not None:
        raise ValidationError(SUSPENDED)
    if not said["urgency"]:
        said["notice"] = _heard(found, said["decided_on"])
    found.suspended_since = day_of(at)
    found.save(update_fields=["suspended_since"])
    directory.take_out(found, at=at, actor=actor)
    text = f"Reconnaissance suspendue à compter du {day_in_words(found.suspended_since)}."
    return _decided(found, Decision.Kind.SUSPENSION, text, said=said, at=at, actor=actor)


def _heard(found: Recognition, on: dt.date) -> Notice:
    """The procedure in which the organisation answered, or could have. Raises `ValidationError` when there is none."""
    for row in open_notices(found):
        if on >= row.told_on and not why_not_yet(row, on):
            return row
    raise ValidationError({"urgency": UNHEARD})


def _by(sitting: Sitting | None, at: dt.datetime) -> dict[str, Any]:
    """Which sitting took the decision, and its day; none, by delegation."""
    return {"sitting": sitting, "decided_on": decided_on_of(sitting, None, at)}


@transaction.atomic
def resume(
    *, recognition: Recognition, at: dt.datetime, actor: Actor | None, deliberation_number: str = "",
    signatory: str = "", signatory_title: str = "", grounds: str = "", sitting: Sitting | None = None,
) -> Decision:  # fmt: skip
    """End the suspension that day: the places that it took out of the directory come back.

    Raises `ValidationError`, by field: no number, no signatory; not suspended, or over.
    """
    said = signed(deliberation_number, signatory, signatory_title) | _by(sitting, at) | {"grounds": grounds.strip()}
    found = held_in_force(recognition, day_of(at))
    if found.suspended_since is None:
        raise ValidationError(NOT_SUSPENDED)
    found.suspended_since = None
    found.save(update_fields=["suspended_since"])
    directory.bring_back(found, at=at, actor=actor)
    text = "La suspension de la reconnaissance prend fin."
    return _decided(found, Decision.Kind.RESUMPTION, text, said=said, at=at, actor=actor)


@transaction.atomic
def give_up(*, recognition: Recognition, reason: str, at: dt.datetime, actor: Actor | None) -> Recognition:
    """The organisation asks to stop: the recognition ends that day.

    Raises `ValidationError`, by field, without a word of what the organisation asked; or when it is over.
    """
    said = " ".join(reason.split())
    if not said:
        raise ValidationError({"reason": "Dites quand et comment l’organisme l’a demandé."})
    found = held_in_force(recognition, day_of(at))
    end(found, on=day_of(at), reason=Recognition.End.LEFT, actor=actor)
    text = f"La reconnaissance prend fin à la demande de l’organisme\u00a0: {said}"
    note(kind="left_freely", text=text, at=at, actor=actor, recognition=found, candidature=found.candidature)
    return found


def _decided(
    found: Recognition, kind: str, text: str, *, said: dict[str, Any], at: dt.datetime, actor: Actor | None
) -> Decision:
    """The decision on a held recognition, its letter, its line of the timeline."""
    made = Decision.objects.create(
        kind=kind, recognition=found, recorded_at=at,
        actor_label=actor.journal_label if actor else "", **said,
    )  # fmt: skip
    write_letter(kind=kind, at=at, key=f"decision:{made.pk}", recognition=found, decision=made)
    note(kind=kind, text=text, at=at, actor=actor, recognition=found, candidature=found.candidature)
    record(verb=f"recognition.{kind}", target=found, actor=actor)
    return made

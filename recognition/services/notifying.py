"""A decision reaches the organisation: its letter is written, and a grant begins that day (R8, R9, R13, R14)."""

from __future__ import annotations

import datetime as dt

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction

from core.journal import Actor, record
from core.values import day_in_words
from members.models import Organisation
from recognition.clock import day_of
from recognition.letters import write as write_letter
from recognition.models import Candidature, Decision, Letter, LetterKind, Recognition
from recognition.services import directory
from recognition.services.acts import note
from recognition.services.holding import DAY, ENDED_BY_DECISION, end, held
from recognition.services.transitions import locked

log = structlog.get_logger("recognition.notifying")

LETTERS = {Decision.Kind.GRANT: LetterKind.GRANT, Decision.Kind.REFUSAL: LetterKind.REFUSAL}
FOLLOWED = "Une autre décision a pris la suite de celle-ci\u00a0: c’est elle qui se notifie."
BY_RIGHT = (
    "Cet organisme est devenu membre de droit depuis la décision\u00a0: il n’a plus à être reconnu. Une décision"
    " de refus doit la suivre, ou son statut être corrigé."
)
NOT_OF_DOSSIER = "Cette décision porte sur une reconnaissance\u00a0: sa lettre est écrite avec elle."


@transaction.atomic
def notify(*, decision: Decision, at: dt.datetime, actor: Actor | None = None) -> Letter:
    """Write the letter of a decision on a dossier, dated of the day of `at`; the one already written, if any.

    A grant gives the recognition, from that day to the end of its plan (R8), with its certificate; the recognition it
    renews ends the day before. A refusal says when the one to renew ends (R9). All or nothing. Raises `ValidationError`
    (French): a decision that another follows or that is not on a dossier, a plan that ended meanwhile, a letter that
    lacks what the law asks (R14), a member by right (R1), an organisation that another recognition holds from that day.
    """
    made = Decision.objects.select_related("plan").get(pk=decision.pk)
    if made.kind not in LETTERS or made.candidature is None:
        raise ValidationError(NOT_OF_DOSSIER)
    dossier = locked(made.candidature, Candidature.DECIDED)
    key = f"decision:{made.pk}"
    if written := Letter.objects.filter(key=key).first():
        return written
    if Decision.objects.filter(follows=made).exists():
        raise ValidationError(FOLLOWED)
    granted = _grant(dossier, made, at, actor) if made.kind == Decision.Kind.GRANT else None
    if granted is None:
        _end_what_was_to_renew(dossier, at, actor)
    letter = write_letter(
        kind=LETTERS[Decision.Kind(made.kind)], at=at, key=key, candidature=dossier, recognition=granted, decision=made
    )
    _tell(dossier, granted, letter, at, actor)
    record(verb="decision.notify", target=made, actor=actor, changes={"letter": ["", letter.number]})
    return letter


@transaction.atomic
def notify_now(*, decision: Decision, at: dt.datetime, actor: Actor | None) -> Letter:
    """As `notify`, without waiting for the next pass: its places are in the directory as soon as the letter says so
    (R11). What keeps them out is left to the pass, which tries again. Raises as `notify`."""
    letter = notify(decision=decision, at=at, actor=actor)
    day = day_of(at)
    granted = Recognition.objects.in_force(day).filter(granted_by=decision, entered_at=None).first()
    if granted is not None:
        former = Recognition.objects.filter(organisation=granted.organisation_id, ends_on__lt=day, left_at=None)
        try:
            with transaction.atomic():
                for row in former.filter(entered_at__isnull=False).order_by("pk"):
                    directory.leave(recognition=row, at=at)
                directory.enter(recognition=granted, at=at)
        except ValidationError as error:
            log.warning("not_entered", reasons=len(error.messages))
    return letter


def _grant(dossier: Candidature, made: Decision, at: dt.datetime, actor: Actor | None) -> Recognition:
    """The recognition that `made` gives; the one that it corrects stays as it was notified."""
    known = Recognition.objects.filter(candidature=dossier).first()
    if known is not None:
        return known
    day, plan = day_of(at), made.plan
    if dossier.organisation.status == Organisation.Status.SIGNATORY:
        raise ValidationError(BY_RIGHT)
    if plan is None or plan.ends_on < day:
        raise ValidationError(
            f"Le plan «\u00a0{plan}\u00a0» de cette décision est achevé\u00a0: une autre décision doit la suivre."
        )
    _replace(dossier, at, actor)
    right = Recognition.objects.create(
        organisation=dossier.organisation, candidature=dossier, granted_by=made, plan=plan, starts_on=day,
        ends_on=plan.ends_on, term_on=plan.ends_on, created_at=at,
    )  # fmt: skip
    days = [day.isoformat(), plan.ends_on.isoformat()]
    record(verb="recognition.grant", target=right, actor=actor, changes={"period": [None, days]})
    write_letter(kind=LetterKind.CERTIFICATE, at=at, key=f"certificate:{right.pk}", recognition=right)
    return right


def _replace(dossier: Candidature, at: dt.datetime, actor: Actor | None) -> None:
    """End the day before whatever recognition the organisation still has: one at a time."""
    day = day_of(at)
    rows = Recognition.objects.filter(organisation=dossier.organisation_id, ends_on__gte=day)
    for former in rows.order_by("starts_on"):
        found = held(former)
        if found.end_reason in ENDED_BY_DECISION or found.starts_on >= day:
            raise ValidationError("Une autre reconnaissance de cet organisme court encore ce jour-là.")
        end(found, on=day - DAY, reason=Recognition.End.RENEWED, actor=actor)
        note(
            kind="renewed", text="La reconnaissance est renouvelée\u00a0: une nouvelle prend sa suite.",
            at=at, actor=actor, recognition=found, key=f"renewed:{found.pk}",
        )  # fmt: skip


def _end_what_was_to_renew(dossier: Candidature, at: dt.datetime, actor: Actor | None) -> None:
    """Kept alive, it ends with this notification; otherwise at its term, and nothing keeps it (R9)."""
    if dossier.renews_id is None or dossier.renews is None:
        return
    found, day = held(dossier.renews), day_of(at)
    if found.end_reason or found.ends_on < day:
        return
    end(found, on=day if found.kept_until_decision else found.ends_on, reason=Recognition.End.REFUSED, actor=actor)
    text = f"Renouvellement refusé\u00a0: la reconnaissance prend fin le {day_in_words(found.ends_on)}."
    note(kind="renewal_refused", text=text, at=at, actor=actor, recognition=found, key=f"renewal-refused:{found.pk}")


def _tell(
    dossier: Candidature, granted: Recognition | None, letter: Letter, at: dt.datetime, actor: Actor | None
) -> None:
    text = f"Refus notifié, lettre {letter.number}."
    if granted is not None:
        term = day_in_words(granted.term_on)
        text = f"Reconnaissance notifiée, lettre {letter.number}\u00a0: elle vaut jusqu’au {term}."
    note(
        kind="notified", text=text, at=at, actor=actor, candidature=dossier, recognition=granted,
        key=f"notified:{letter.key}",
    )  # fmt: skip

"""The adversarial stage, then the annulment: *retrait* or *abrogation* (R10, R14; CRPA L121-1, L122-1, L242-1, L242-2).

Nothing is decided before the organisation answered, or its delay is over.
"""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction

from core.journal import Actor, record
from core.values import day_in_words
from recognition import rulebook
from recognition.clock import day_of
from recognition.letters import write as write_letter
from recognition.models import Decision, LetterKind, Notice, Recognition, Sitting
from recognition.services.acts import note
from recognition.services.holding import end, held, held_in_force
from recognition.services.signing import decided_on_of, grounds_of, signed

ENDS = {Notice.Kind.WITHDRAWAL: Recognition.End.WITHDRAWN, Notice.Kind.REPEAL: Recognition.End.REPEALED}
SAID = {Notice.Kind.WITHDRAWAL: "retrait", Notice.Kind.REPEAL: "abrogation"}
NEW_GROUNDS = (
    "Ces motifs ne sont pas ceux qui ont été dits à l’organisme\u00a0: il n’a pas pu répondre à ce qui s’y ajoute."
    " Reprenez-les, ou cochez la case si seule leur forme change."
)
DROPPED = "Cette procédure est abandonnée."
DECIDED = "Cette procédure a déjà sa décision."
ONE_OPEN = "Une procédure est déjà ouverte pour cette reconnaissance\u00a0: menez-la à son terme, ou abandonnez-la."


def withdrawal_limit(recognition: Recognition) -> dt.date:
    """The last day to decide a *retrait*: four months after the grant was decided (CRPA L242-1)."""
    return rulebook.months_after(recognition.granted_by.decided_on, rulebook.number("withdrawal_months"))


def answer_day(on: dt.date) -> dt.date:
    """Until when the organisation may answer a procedure opened on that day, by the rules."""
    return on + dt.timedelta(days=rulebook.number("answer_days"))


@transaction.atomic
def give_notice(
    *, recognition: Recognition, kind: str, grounds: str, at: dt.datetime, actor: Actor | None,
    answer_by: dt.date | None = None,
) -> Notice:  # fmt: skip
    """Open the adversarial stage: the grounds are told by letter, with a delay to answer.

    Raises `ValidationError`, by field: an unknown kind, no grounds, a delay shorter than the rule’s, a *retrait* that
    could not be decided in its four months; one procedure at a time; a recognition that is over.
    """
    day = day_of(at)
    found = held_in_force(recognition, day)
    if kind not in ENDS:
        raise ValidationError({"kind": "Dites s’il s’agit d’un retrait ou d’une abrogation."})
    said, until = grounds_of(grounds), answer_by or answer_day(day)
    if until < (least := answer_day(day)):
        raise ValidationError({
            "answer_by": f"Laissez le délai de la règle, {rulebook.number('answer_days')} jours\u00a0: le"
            f" {day_in_words(least)} au plus tôt."
        })  # fmt: skip
    if kind == Notice.Kind.WITHDRAWAL:
        _check_time_left(found, until)
    if open_notices(found):
        raise ValidationError(ONE_OPEN)
    made = Notice.objects.create(recognition=found, kind=kind, grounds=said, told_on=day, answer_by=until)
    write_letter(kind=LetterKind.NOTICE, at=at, key=f"notice:{made.pk}", recognition=found, notice=made)
    opened = f"Procédure contradictoire ouverte en vue d’un{'e' if kind == Notice.Kind.REPEAL else ''}"
    text = f"{opened} {SAID[Notice.Kind(kind)]}\u00a0: réponse attendue avant la fin du {day_in_words(until)}."
    note(kind="notice", text=text, at=at, actor=actor, recognition=found, candidature=found.candidature)
    record(verb="notice.open", target=made, actor=actor)
    return made


def open_notices(recognition: Recognition) -> list[Notice]:
    """The procedures neither dropped nor decided."""
    return list(Notice.objects.filter(recognition=recognition, dropped_on=None, decisions=None))


@transaction.atomic
def record_answer(*, notice: Notice, answer: str, answered_on: dt.date, at: dt.datetime, actor: Actor | None) -> Notice:
    """Keep what the organisation answered, and the day it came.

    Raises `ValidationError`, by field: nothing said, a day to come or before the notice, an answer already kept.
    """
    found = _open(notice)
    if not answer.strip():
        raise ValidationError({"answer": "Écrivez ce que l’organisme a répondu."})
    if found.answered_on is not None:
        raise ValidationError("La réponse de l’organisme est déjà enregistrée.")
    if answered_on > day_of(at):
        raise ValidationError({"answered_on": "Cette date est à venir."})
    if answered_on < found.told_on:
        raise ValidationError(
            {"answered_on": f"La procédure n’est ouverte que depuis le {day_in_words(found.told_on)}."}
        )
    found.answer, found.answered_on = answer.replace("\r\n", "\n").strip(), answered_on
    found.save(update_fields=["answer", "answered_on"])
    text = f"Observations de l’organisme reçues le {day_in_words(answered_on)}."
    note(kind="notice_answered", text=text, at=at, actor=actor, recognition=found.recognition)
    record(verb="notice.answer", target=found, actor=actor)
    return found


@transaction.atomic
def drop_notice(*, notice: Notice, reason: str, at: dt.datetime, actor: Actor | None) -> Notice:
    """Give the procedure up: the recognition stays as it is. Raises `ValidationError`, by field, without a reason."""
    found = _open(notice)
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi la procédure est abandonnée."})
    found.dropped_on, found.dropped_reason = day_of(at), reason.strip()
    found.save(update_fields=["dropped_on", "dropped_reason"])
    text = "Procédure contradictoire abandonnée\u00a0: la reconnaissance n’est pas annulée."
    note(kind="notice_dropped", text=text, at=at, actor=actor, recognition=found.recognition)
    record(verb="notice.drop", target=found, actor=actor)
    return found


@transaction.atomic
def annul(
    *, notice: Notice, deliberation_number: str, grounds: str, signatory: str, signatory_title: str, at: dt.datetime,
    actor: Actor | None, decided_on: dt.date | None = None, sitting: Sitting | None = None, reworded: bool = False,
) -> Decision:  # fmt: skip
    """Decide the annulment that `notice` told: its letter is written, the recognition ends that day.

    `decided_on`: the day of the decision when it is not that of `at`; `sitting`: the one that took it, none when it
    was by delegation. `reworded`: somebody read that the grounds are not, word for word, those that were told, and
    that the organisation could answer them all. Raises `ValidationError`, by field: before
    the answer or the end of its delay, a *retrait* after four months, no grounds, number or signatory (R14), a
    procedure dropped or decided, a recognition that is over.
    """
    said = signed(deliberation_number, signatory, signatory_title) | {"grounds": grounds_of(grounds)}
    found, day = _open(notice), decided_on_of(sitting, decided_on, at)
    if not reworded and said["grounds"].split() != found.grounds.split():
        raise ValidationError({"grounds": NEW_GROUNDS})
    right = held_in_force(found.recognition, day_of(at))
    _check_day(found, right, day, day_of(at))
    kind = Notice.Kind(found.kind)
    made = Decision.objects.create(
        kind=str(kind), recognition=right, notice=found, sitting=sitting, decided_on=day, recorded_at=at,
        actor_label=actor.journal_label if actor else "", **said,
    )  # fmt: skip
    end(right, on=day_of(at), reason=ENDS[kind], actor=actor)
    write_letter(kind=str(kind), at=at, key=f"decision:{made.pk}", recognition=right, decision=made, notice=found)
    text = f"Décision de {SAID[kind]}\u00a0: la reconnaissance prend fin le {day_in_words(right.ends_on)}."
    text = text.replace("de abrogation", "d’abrogation")
    note(kind=str(kind), text=text, at=at, actor=actor, recognition=right, candidature=right.candidature)
    record(verb="recognition.annul", target=right, actor=actor, changes={"kind": [None, str(kind)]})
    return made


def why_not_yet(notice: Notice, on: dt.date) -> str:
    """What forbids to decide on that day, in French; empty when it may be."""
    if notice.answered_on is not None and notice.answered_on <= on:
        return ""
    if on > notice.answer_by:
        return ""
    return (
        f"L’organisme peut répondre jusqu’à la fin du {day_in_words(notice.answer_by)}\u00a0: la décision se prend"
        " après, ou dès que sa réponse est enregistrée (articles L. 121-1 et L. 122-1 du CRPA)."
    )


def _check_day(notice: Notice, right: Recognition, day: dt.date, today: dt.date) -> None:
    if day > today:
        raise ValidationError({"decided_on": "Cette date est à venir."})
    if day < notice.told_on:
        raise ValidationError({"decided_on": "La décision ne peut pas précéder la procédure contradictoire."})
    if why := why_not_yet(notice, day):
        raise ValidationError(why)
    limit = withdrawal_limit(right)
    if notice.kind == Notice.Kind.WITHDRAWAL and day > limit:
        raise ValidationError(
            f"Un retrait se décidait jusqu’au {day_in_words(limit)}, quatre mois après l’octroi (article L. 242-1 du"
            " CRPA)\u00a0: abandonnez cette procédure\u00a0; si une condition n’est plus remplie, ouvrez-en une pour"
            " abrogation."
        )


def _check_time_left(found: Recognition, until: dt.date) -> None:
    limit = withdrawal_limit(found)
    if until < limit:
        return
    raise ValidationError({
        "kind": f"Un retrait se décide au plus tard le {day_in_words(limit)}, quatre mois après l’octroi (article"
        " L. 242-1 du CRPA)\u00a0: ce délai de réponse ne laisse pas le temps de décider. Si une condition n’est plus"
        " remplie, choisissez l’abrogation."
    })  # fmt: skip


def _open(notice: Notice) -> Notice:
    """The procedure as it stands, its recognition held. Raises `ValidationError` when it is over."""
    held(notice.recognition)
    Notice.objects.select_for_update().only("pk").get(pk=notice.pk)
    found = Notice.objects.select_related("recognition__candidature").get(pk=notice.pk)
    if found.dropped_on is not None:
        raise ValidationError(DROPPED)
    if found.decisions.exists():
        raise ValidationError(DECIDED)
    return found

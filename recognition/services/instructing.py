"""How the Region examines a dossier: what is missing, complete, the quality grid, ready for the bodies (R3, R5, R15).

Requests, completeness and the end of the examination are told to the organisation; the grid and the notes stay here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from accounts.rules import runs_region
from core.journal import Actor, record
from core.links import absolute
from core.values import day_in_words
from recognition import rulebook
from recognition.addressees import tell_organisation
from recognition.clock import day_of
from recognition.models import Attachment, Candidature, PieceRequest, PrivateNote
from recognition.services.acts import note
from recognition.services.agenda import leave_agendas
from recognition.services.checking import gaps, short
from recognition.services.grid import assess, assess_all, unassessed
from recognition.services.transitions import MOVED_ON, locked, move
from territories.rules import is_officer

__all__ = [
    "ask", "assess", "assess_all", "assign", "declare_complete", "drop", "extend", "make_ready", "reopen",
    "take_archive", "take_file", "unassessed", "write_note",
]  # fmt: skip

State = Candidature.State
MOST_ITEMS = 20
LONGEST_ITEM = 300  # characters
LONGEST_NOTE = 5_000
NAMED = 5  # criteria that a refusal names before it counts the others


# --- completeness


@transaction.atomic
def ask(
    *, candidature: Candidature, items: Sequence[str], reason: str, due_on: dt.date, at: dt.datetime,
    actor: Actor | None,
) -> PieceRequest:  # fmt: skip
    """Send a dossier back for what is missing or unclear: it is open to its team again until they answer (R5).

    Raises `ValidationError`, by field: nothing asked, no reason, a day that leaves no time.
    """
    held = locked(candidature, (State.DEPOSITED, State.COMPLETE))
    wanted = [" ".join(item.split()) for item in items if item.strip()]
    reason = reason.strip()
    _check_request(wanted, reason, due_on, at)
    request = PieceRequest.objects.create(
        candidature=held, items=wanted, reason=reason, asked_at=at, due_on=due_on,
        asked_by_label=actor.journal_label if actor else "",
    )  # fmt: skip
    many = "compléments demandés" if len(wanted) > 1 else "complément demandé"
    text = f"{len(wanted)} {many}, à donner avant la fin du {day_in_words(due_on)}."
    move(held, State.INCOMPLETE, kind="asked", text=text, at=at, actor=actor, completed_at=None)
    tell_organisation(
        key=f"candidature-asked:{request.pk}", candidature=held, template="candidature_asked",
        context={"items": wanted, "reason": reason, "due": day_in_words(due_on)},
    )  # fmt: skip
    return request


@transaction.atomic
def extend(*, candidature: Candidature, due_on: dt.date, at: dt.datetime, actor: Actor | None) -> PieceRequest:
    """Give the organisation more time to answer what was asked; it is told, and reminded by the new day (R5).

    Raises `ValidationError` for a day that is past, or no later than the one it had.
    """
    held = locked(candidature, (State.INCOMPLETE,))
    request = held.requests.select_for_update().filter(answered_at=None, closed_at=None).first()
    if request is None:
        raise ValidationError(MOVED_ON)
    before = request.due_on
    if due_on <= day_of(at) or due_on <= before:
        raise ValidationError({"due_on": f"Donnez un jour à venir, après le {day_in_words(before)}."})
    request.due_on = due_on
    request.save(update_fields=["due_on"])
    text = f"Délai pour compléter le dossier\u00a0: jusqu’à la fin du {day_in_words(due_on)}."
    note(kind="extended", text=text, at=at, actor=actor, candidature=held)
    changes = {"due_on": [before.isoformat(), due_on.isoformat()]}
    record(verb="candidature.extend", target=held, actor=actor, changes=changes)
    tell_organisation(
        key=f"candidature-extended:{request.pk}:{due_on}", candidature=held, template="candidature_extended",
        context={"items": request.items, "due": day_in_words(due_on)},
    )  # fmt: skip
    return request


def _check_request(items: list[str], reason: str, due_on: dt.date, at: dt.datetime) -> None:
    wrong = {}
    if not items:
        wrong["items"] = "Dites ce qui est demandé, une chose par ligne."
    elif len(items) > MOST_ITEMS or any(len(item) > LONGEST_ITEM for item in items):
        wrong["items"] = f"{MOST_ITEMS} lignes au plus, de {LONGEST_ITEM} caractères chacune."
    if not reason:
        wrong["reason"] = "Dites pourquoi\u00a0: l’organisme le lira."
    if due_on <= day_of(at):
        wrong["due_on"] = "Laissez au moins jusqu’à demain."
    if wrong:
        raise ValidationError(wrong)


@transaction.atomic
def declare_complete(*, candidature: Candidature, at: dt.datetime, actor: Actor | None) -> Candidature:
    """Say that nothing is missing: the grid may be filled. Raises `ValidationError` with what still lacks (R2, R3)."""
    held = locked(candidature, (State.DEPOSITED,))
    if missing := gaps(held):
        raise ValidationError([gap.message for gap in missing])
    text = "Dossier complet\u00a0: il est examiné au regard des critères."
    move(held, State.COMPLETE, kind="complete", text=text, at=at, actor=actor, completed_at=at)
    tell_organisation(
        key=f"candidature-complete:{held.pk}:{at:%Y%m%d%H%M%S}", candidature=held, template="candidature_complete",
        context={},
    )  # fmt: skip
    return held


@transaction.atomic
def drop(*, candidature: Candidature, reason: str, at: dt.datetime, actor: Actor | None) -> Candidature:
    """Close a dossier that will go no further (no answer, no object any more), or a draft that holds the SIREN or the
    organisation of others (R1): they may begin theirs. The organisation is told why, and whom to answer.

    Raises `ValidationError` without a reason, while the organisation still has time to answer a request, and once it is
    ready: then the body decides (R7).
    """
    held = locked(candidature, (State.DRAFT, State.DEPOSITED, State.INCOMPLETE, State.COMPLETE))
    draft = held.state == State.DRAFT
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": "Dites pourquoi\u00a0: l’organisme le lira."})
    waiting = held.requests.select_for_update().filter(answered_at=None, closed_at=None).first()
    if waiting is not None and day_of(at) <= waiting.due_on:
        day = day_in_words(waiting.due_on)
        raise ValidationError({"reason": f"L’organisme a jusqu’à la fin du {day} pour répondre à la demande."})
    held.requests.filter(answered_at=None, closed_at=None).update(closed_at=at)
    text = f"{'Brouillon classé par la Région' if draft else 'Dossier classé sans suite'}\u00a0: {reason}"[:400]
    move(held, State.DROPPED, kind="dropped", text=text, at=at, actor=actor, ended_at=at)
    tell_organisation(
        key=f"candidature-dropped:{held.pk}", candidature=held, whole_team=draft,
        template="candidature_draft_dropped" if draft else "candidature_dropped",
        context={"reason": reason} | (_answered_by(held) if draft else {}),
    )  # fmt: skip
    return held


def _answered_by(held: Candidature) -> dict[str, str]:
    """Whom the team answers: the thread of the dossier always, the service's own address and number when known."""
    return {
        "thread": absolute(reverse("candidature_messages", args=[held.public_id])),
        "email": rulebook.text("service_email"), "phone": rulebook.text("service_phone"),
    }  # fmt: skip


# --- the end of the examination


@transaction.atomic
def make_ready(*, candidature: Candidature, at: dt.datetime, actor: Actor | None) -> Candidature:
    """End the examination: the dossier may go to the bodies. Raises `ValidationError` naming the criteria not seen."""
    held = locked(candidature, (State.COMPLETE,))
    if left := unassessed(held):
        names = ", ".join(f"«\u00a0{short(criterion)}\u00a0»" for criterion in left[:NAMED])
        others = f" et {len(left) - NAMED} autres" if len(left) > NAMED else ""
        raise ValidationError(f"La grille n’est pas remplie\u00a0: {names}{others}.")
    text = "Examen terminé\u00a0: le dossier sera présenté pour avis."
    return move(held, State.READY, kind="ready", text=text, at=at, actor=actor, ready_at=at)


@transaction.atomic
def reopen(*, candidature: Candidature, reason: str = "", at: dt.datetime, actor: Actor | None) -> Candidature:
    """Examine again a dossier that was ready; it leaves the agendas it was on.

    Raises `ValidationError` once a body has given an opinion on it: that opinion was of what it had read.
    """
    leave_agendas(candidature=candidature, at=at, actor=actor)
    held = locked(candidature, (State.READY,))
    if held.opinions.exists():
        raise ValidationError("Un avis est rendu sur ce dossier\u00a0: il ne revient plus en instruction.")
    why = f"\u00a0: {' '.join(reason.split())}" if reason.strip() else "."
    text = f"Dossier repris en instruction{why}"[:400]
    return move(held, State.COMPLETE, kind="reopened", text=text, at=at, actor=actor, shown=False, ready_at=None)


# --- among colleagues


@transaction.atomic
def assign(*, candidature: Candidature, to: User | None, at: dt.datetime, actor: Actor | None) -> Candidature:
    """Say who follows a dossier; None: nobody. Raises `ValidationError` for who could not open it.

    The timeline names nobody, the journal a key.
    """
    held = locked(candidature, Candidature.EXAMINED)
    if to is not None and not (runs_region.test(to) or is_officer.test(to, held)):
        raise ValidationError({"to": "Cette personne n’a pas accès à ce dossier."})
    if held.assigned_to == to:
        return held
    before = str(held.assigned_to_id) if held.assigned_to_id else None
    held.assigned_to = to
    held.save(update_fields=["assigned_to"])
    text = "Dossier confié à un membre du service." if to else "Dossier que personne ne suit plus."
    note(kind="assigned", text=text, at=at, actor=actor, candidature=held, shown=False)
    changes = {"assigned_to": [before, str(to.pk) if to else None]}
    record(verb="candidature.assign", target=held, actor=actor, changes=changes)
    return held


@transaction.atomic
def write_note(*, candidature: Candidature, text: str, user: User, at: dt.datetime) -> PrivateNote:
    """Write a note that only the Region's services read. Raises `ValidationError` for nothing or too much."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise ValidationError({"text": "Écrivez votre note."})
    if len(text) > LONGEST_NOTE:
        raise ValidationError({"text": f"Une note compte {LONGEST_NOTE} caractères au plus."})
    Candidature.objects.select_for_update().only("pk").get(pk=candidature.pk)  # two clicks wait for each other
    last = candidature.notes.order_by("-written_at", "-pk").first()
    if last is not None and (last.text, last.author_id) == (text, user.pk):  # a double click
        return last
    made = PrivateNote.objects.create(candidature=candidature, author=user, text=text, written_at=at)
    record(verb="candidature.note", target=candidature, actor=user)
    return made


# --- what is read


def take_file(*, attachment: Attachment, actor: Actor | None) -> None:
    """Journal that the Region read a file of the dossier: its kind and digest, not its name (S2)."""
    said = f"{attachment.get_kind_display()}, {attachment.sha256[:12]}"
    record(verb="candidature.read", target=attachment.candidature, actor=actor, changes={"pièce": [None, said]})


def take_archive(*, candidature: Candidature, form: str, actor: Actor | None) -> None:
    """Journal that the whole dossier left the desk; `form`: « PDF » or « ZIP »."""
    record(verb="candidature.archive", target=candidature, actor=actor, changes={"format": [None, form]})

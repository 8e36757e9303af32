"""The queue of dossiers at the desk: what waits for the Region first, and since when (R5, S3).

Each narrowing function keeps rows of a queryset: a filter of the list and a line of the first page count the same.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from core.values import day_in_words
from recognition.models import CandidateSite, Candidature, Message, PieceRequest

State = Candidature.State
# Ranks of the queue: the Region's turn, somebody else's, not deposited, over.
OURS, THEIRS, PREPARED, OVER = range(4)


def unread(rows: QuerySet[Any]) -> QuerySet[Any]:
    """With a message of the organisation that nobody of the Region has read."""
    return rows.filter(_unread())


def to_check(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Deposited, or sent back completed: is everything there?"""
    return rows.filter(state=State.DEPOSITED)


def to_assess(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Complete, being examined criterion by criterion."""
    return rows.filter(state=State.COMPLETE)


def overdue(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Asked to complete, and the day that was given is past."""
    late = _open_requests().filter(due_on__lt=timezone.localdate())
    return rows.filter(Exists(late), state=State.INCOMPLETE)


def unassigned(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(state__in=Candidature.EXAMINED, assigned_to=None)


def ours(rows: QuerySet[Any]) -> QuerySet[Any]:
    """What waits for the Region, whatever it is."""
    known = rows if "rank" in rows.query.annotations else queued(rows)
    found: QuerySet[Any] = known.filter(rank=OURS)
    return found


def queued(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Each dossier with `rank` (whose turn it is), `since` (since when it waits), `due_on` (until when an answer is
    awaited), `unread` and `site_count`, in the order of the queue: ours first, the oldest at the top."""
    answered = PieceRequest.objects.filter(candidature=OuterRef("pk"), answered_at__isnull=False)
    last_answer = Subquery(answered.order_by("-answered_at").values("answered_at")[:1])
    sites = CandidateSite.objects.filter(candidature=OuterRef("pk")).order_by().values("candidature")
    sites = sites.annotate(count=Count("pk"))
    found = rows.annotate(
        due_on=Subquery(_open_requests().values("due_on")[:1]),
        asked_at=Subquery(_open_requests().values("asked_at")[:1]),
        unread=_unread(),
        site_count=Coalesce(Subquery(sites.values("count")), 0),
        since=Case(
            When(state=State.DEPOSITED, then=Greatest(F("deposited_at"), Coalesce(last_answer, F("deposited_at")))),
            When(state=State.COMPLETE, then=F("completed_at")),
            When(state=State.READY, then=F("ready_at")),
            When(state=State.DRAFT, then=Coalesce(F("saved_at"), F("created_at"))),
            default=F("ended_at"),
        ),
    )
    found = found.annotate(since=Case(When(state=State.INCOMPLETE, then=F("asked_at")), default=F("since")))
    ordered: QuerySet[Any] = found.annotate(rank=_rank()).order_by("rank", F("since").asc(nulls_last=True), "pk")
    return ordered


def _rank() -> Case:
    late = Q(state=State.INCOMPLETE, due_on__lt=timezone.localdate())
    return Case(
        When(Q(state__in=[State.DEPOSITED, State.COMPLETE]) | late | Q(unread=True), then=Value(OURS)),
        When(state__in=[State.INCOMPLETE, State.READY], then=Value(THEIRS)),
        When(state=State.DRAFT, then=Value(PREPARED)),
        default=Value(OVER),
        output_field=IntegerField(),
    )


def _open_requests() -> QuerySet[PieceRequest]:
    return PieceRequest.objects.filter(candidature=OuterRef("pk"), answered_at=None, closed_at=None)


def _unread() -> Exists:
    mine = Message.objects.filter(candidature=OuterRef("pk"), side=Message.Side.CANDIDATE, read_at=None)
    return Exists(mine)


def turn(row: Any, today: dt.date) -> str:
    """What is awaited for a `queued` dossier, in a few words, whoever is to do it."""
    said = _turn(row, today)
    if not row.unread:
        return said
    return f"Lire un message. {said}" if said else "Lire un message."


def _turn(row: Any, today: dt.date) -> str:
    if row.state == State.DEPOSITED:
        return "Vérifier s’il est complet."
    if row.state == State.COMPLETE:
        return "L’examiner, critère par critère."
    if row.state == State.INCOMPLETE and row.due_on:
        day = day_in_words(row.due_on)
        return f"La réponse était attendue le {day}." if row.due_on < today else f"L’organisme répond d’ici le {day}."
    if row.state == State.READY:
        return "Attend les instances."
    return "L’organisme le prépare." if row.state == State.DRAFT else ""


def days_waiting(row: Any, today: dt.date) -> int | None:
    """Since how many days, for what is not over."""
    if row.since is None or row.rank == OVER:
        return None
    return max(0, (today - timezone.localdate(row.since)).days)


def after(dossier: Candidature, rows: QuerySet[Any]) -> Any:
    """The next dossier of the queue that waits for the Region, when there is another."""
    return ours(rows).exclude(pk=dossier.pk).select_related("organisation").first()

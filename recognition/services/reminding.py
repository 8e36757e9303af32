"""Reminders: the limit comes near and the dossier is not deposited; a piece that was asked for is due (R5, R12)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from core.values import day_in_words
from recognition import rulebook
from recognition.addressees import tell_organisation, tell_region
from recognition.clock import morning_of
from recognition.deadlines import limit_on
from recognition.models import Act, Candidature, PieceRequest
from recognition.services.acts import note
from recognition.services.desk_links import dossier_at_desk
from recognition.services.transitions import locked

PIECE_SOON_DAYS = 3  # before the day on which a piece is due


def to_remind(on: dt.date) -> list[tuple[Candidature, int]]:
    """The dossiers in preparation to remind, each with the reminder that is due: the nearest to the limit.

    Those begun since that reminder's day know the date already. A reminder missed for so long that the next one is
    due too is not sent: one mail says enough.
    """
    steps = rulebook.numbers("reminder_days")
    rows = Candidature.objects.filter(state=Candidature.State.DRAFT, campaign__opened_at__isnull=False)
    found = {}
    for dossier in rows.select_related("campaign", "renews", "organisation").order_by("pk"):
        limit = limit_on(dossier)
        past = [days for days in steps if limit - dt.timedelta(days=days) <= on <= limit]
        if past and dossier.created_at < morning_of(limit - dt.timedelta(days=past[-1])):
            found[_key(dossier, limit, past[-1])] = dossier, past[-1]
    done = set(Act.objects.filter(key__in=found).values_list("key", flat=True))
    return [line for key, line in found.items() if key not in done]


def _key(dossier: Candidature, limit: dt.date, days: int) -> str:
    """A date limit that moves away is announced anew."""
    return f"reminder:{dossier.pk}:{limit:%Y-%m-%d}:{days}"


@transaction.atomic
def remind(*, candidature: Candidature, days: int, at: dt.datetime) -> None:
    """Say the date limit to the organisation, once; nothing when it deposited meanwhile."""
    held = locked(candidature, Candidature.State.values)
    if held.state != Candidature.State.DRAFT:
        return
    day = limit_on(held)
    limit, key = day_in_words(day), _key(held, day, days)
    text = f"Rappel\u00a0: le dossier n’est pas déposé, la date limite est le {limit}."
    if note(kind="reminder", text=text, at=at, candidature=held, key=key) is None:
        return
    tell_organisation(
        key=key, candidature=held, template="recognition_reminder",
        context={
            "limit": limit, "last": days == min(rulebook.numbers("reminder_days")), "renewed": held.renews,
            "term": day_in_words(held.renews.term_on) if held.renews else "",
        },
    )  # fmt: skip


# --- Pieces asked for


def pieces_due(on: dt.date) -> list[tuple[PieceRequest, str]]:
    """Requests without an answer: due within days (« soon »), or overdue (« late »); each told once a due day."""
    soon = on + dt.timedelta(days=PIECE_SOON_DAYS)
    rows = PieceRequest.objects.filter(answered_at=None, closed_at=None, due_on__lte=soon)
    rows = rows.select_related("candidature__organisation", "candidature__campaign").order_by("pk")
    found = []
    for request in rows:
        moment = "late" if request.due_on < on else "soon"
        warned_from = morning_of(request.due_on - dt.timedelta(days=PIECE_SOON_DAYS))
        if moment == "late" or request.asked_at < warned_from:
            found.append((request, moment))
    done = set(Act.objects.filter(key__in=[_piece_key(*line) for line in found]).values_list("key", flat=True))
    return [line for line in found if _piece_key(*line) not in done]


def _piece_key(request: PieceRequest, moment: str) -> str:
    return f"piece:{request.pk}:{request.due_on:%Y-%m-%d}:{moment}"


@transaction.atomic
def tell_piece(*, request: PieceRequest, moment: str, at: dt.datetime) -> None:
    """Tell the organisation that its answer is due; and the Region, once the day is over."""
    held = PieceRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if held.answered_at is not None or held.closed_at is not None:
        return
    dossier, key, due = request.candidature, _piece_key(held, moment), day_in_words(held.due_on)
    late = moment == "late"
    text = f"Les pièces demandées {'étaient' if late else 'sont'} attendues pour le {due}."
    if note(kind="piece_due", text=text, at=at, candidature=dossier, key=key) is None:
        return
    context = {"due": due, "late": late, "items": held.items}
    tell_organisation(key=key, candidature=dossier, template="recognition_piece", context=context)
    if late:
        told = context | {"organisation": dossier.organisation, "url": dossier_at_desk(dossier)}
        tell_region(key=f"{key}:region", template="recognition_piece_late", context=told)

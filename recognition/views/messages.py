"""`/candidature/<uuid>/messages/`: the thread with the Region (R5)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from recognition.forms.acts import MessageForm
from recognition.models import Candidature, Message
from recognition.services.messaging import mark_read, send_message
from recognition.views.access import Desk, reads_dossier

LISTED = 200
Side = Message.Side


@reads_dossier("POST")
def thread(desk: Desk) -> HttpResponse:
    if "lus" in desk.request.POST:
        mark_read(candidature=desk.dossier, side=Message.Side.CANDIDATE, at=desk.at)
        return redirect(desk.url("candidature_messages"))
    form = MessageForm(desk.request.POST if desk.request.method == "POST" else None)
    if form.is_valid():
        try:
            send_message(
                candidature=desk.dossier, side=Message.Side.CANDIDATE, text=form.cleaned_data["text"],
                author=desk.user, at=desk.at,
            )  # fmt: skip
        except ValidationError as error:
            form.add_error("text", error.messages)
        else:
            mark_read(candidature=desk.dossier, side=Message.Side.CANDIDATE, at=desk.at)
            messages.success(desk.request, "Votre message est envoyé à la Région.")
            return redirect(desk.url("candidature_messages"))
    context = desk.page("messages", form=form, lines=lines_of(desk.dossier))
    return render(desk.request, "recognition/messages.html", context)


@dataclass(frozen=True)
class Line:
    """One line of the thread: a message, what the Region asked (`items`), or what was answered to it."""

    side: Message.Side
    sent_at: dt.datetime
    text: str
    items: tuple[str, ...] = ()
    due_on: dt.date | None = None
    what: str = ""
    unread: bool = False


def lines_of(dossier: Candidature) -> list[Line]:
    """The messages, the requests and their answers, the oldest first: two queries."""
    said = dossier.messages.order_by("-sent_at", "-pk")[:LISTED]
    lines = [
        Line(Side(row.side), row.sent_at, row.text, unread=row.side == Side.REGION and not row.read_at) for row in said
    ]
    for asked in dossier.requests.all():
        words, due_on = tuple(asked.items), None if asked.answered_at or asked.closed_at else asked.due_on
        lines.append(Line(Side.REGION, asked.asked_at, asked.reason, words, due_on, "demande un complément"))
        if asked.answered_at:
            lines.append(Line(Side.CANDIDATE, asked.answered_at, asked.answer, what="a complété le dossier"))
    return sorted(lines, key=lambda line: line.sent_at)

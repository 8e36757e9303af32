"""`/candidature/<uuid>/messages/`: the thread with the Region (R5)."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from recognition.forms import MessageForm
from recognition.models import Message
from recognition.services.messaging import mark_read, send_message
from recognition.views.access import Desk, reads_dossier

LISTED = 200


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
    found = list(desk.dossier.messages.select_related("author").order_by("-sent_at", "-pk")[:LISTED])[::-1]
    context = desk.page("messages", form=form, lines=found)
    return render(desk.request, "recognition/messages.html", context)

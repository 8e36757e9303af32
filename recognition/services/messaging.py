"""The thread between an organisation and the Region: a mail tells the other side what was written (R5)."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from core.journal import record
from core.links import absolute
from core.outbox import queue_mail
from recognition.addressees import tell_organisation, tell_region
from recognition.clock import day_of, morning_of
from recognition.models import Candidature, Message
from recognition.services.desk_links import dossier_at_desk

LONGEST = 5_000  # characters
A_DAY = 30  # messages of an organisation on one dossier


@transaction.atomic
def send_message(*, candidature: Candidature, side: str, text: str, author: User, at: dt.datetime) -> Message:
    """Write a line of the thread, and tell the other side by mail, with its words.

    Raises `ValidationError` (French) for nothing, too much, or too many from an organisation in a day. The same words
    twice in a row are one message: a double click.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise ValidationError("Écrivez votre message.", code="required")
    if len(text) > LONGEST:
        raise ValidationError(f"Un message compte {LONGEST} caractères au plus.", code="long")
    held = Candidature.objects.select_for_update(of=("self",)).select_related("organisation", "campaign").get(
        pk=candidature.pk
    )  # fmt: skip
    last = held.messages.order_by("-sent_at", "-pk").first()
    if last is not None and (last.side, last.text, last.author_id) == (side, text, author.pk):
        return last
    since = morning_of(day_of(at)).replace(hour=0)
    if side == Message.Side.CANDIDATE and held.messages.filter(side=side, sent_at__gte=since).count() >= A_DAY:
        raise ValidationError(f"{A_DAY} messages sont déjà partis aujourd’hui\u00a0: reprenez demain.", code="many")
    mark_read(candidature=held, side=side, at=at)  # answering is having read
    message = Message.objects.create(candidature=held, side=side, text=text, author=author, sent_at=at)
    record(verb="candidature.message", target=held, actor=author)
    _tell(held, message)
    return message


def mark_read(*, candidature: Candidature, side: str, at: dt.datetime) -> int:
    """The other side's messages are read by `side`, now; how many."""
    return candidature.messages.filter(read_at=None).exclude(side=side).update(read_at=at)


def _tell(held: Candidature, message: Message) -> None:
    context = {"candidature": held, "organisation": held.organisation, "text": message.text}
    key = f"candidature-message:{message.pk}"
    if message.side == Message.Side.REGION:
        url = absolute(reverse("candidature_messages", args=[held.public_id]))
        tell_organisation(key=key, candidature=held, template="candidature_message", context=context | {"url": url})
        return
    context["url"] = dossier_at_desk(held)
    if held.assigned_to is not None and held.assigned_to.is_active:
        queue_mail(key=key, to=held.assigned_to.email, template="candidature_message_region", context=context)
    else:
        tell_region(key=key, template="candidature_message_region", context=context)

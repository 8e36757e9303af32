"""A drawn letter is told by mail to those who manage the organisation: a link to it, never the letter itself (S1)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.urls import reverse

from core.links import absolute
from recognition.addressees import tell_organisation
from recognition.letters.kinds import KINDS
from recognition.models import Candidature, Letter


@transaction.atomic
def send(*, letter: Letter, at: dt.datetime) -> Letter:
    """Queue one mail an address, keyed by the letter's number. One that is not drawn, or was sent, is left alone."""
    held = Letter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
    if held.state != Letter.State.DRAWN:
        return held
    dossier = held.candidature or (held.recognition.candidature if held.recognition else None)
    if dossier is not None and KINDS[held.kind].mailed:
        tell_organisation(
            key=f"letter:{held.number}", candidature=dossier, template="recognition_letter",
            context={"letter": held, "url": address_of(held, dossier)},
        )  # fmt: skip
    held.state, held.sent_at = Letter.State.SENT, at
    held.save(update_fields=["state", "sent_at"])
    return held


def address_of(letter: Letter, dossier: Candidature) -> str:
    """Where its team reads the letter, once signed in."""
    return absolute(reverse("candidature_letter", args=[dossier.public_id, letter.public_id]))

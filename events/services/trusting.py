"""An organisation whose events need nobody's reading: given, and taken back (A5)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.journal import Actor, record
from events.models import Event, Trust
from events.services import states
from members.models import Organisation

ALREADY = "Cet organisme publie déjà sans relecture."


@transaction.atomic
def grant(*, organisation: Organisation, actor: Actor | None) -> Trust:
    """Let `organisation` publish at once. Raises `ValidationError` when it does already, or is no member."""
    if organisation.status not in Organisation.BELONGING:
        raise ValidationError("Seul un organisme du SPRO peut publier sans relecture.")
    try:
        with transaction.atomic():
            trust = Trust.objects.create(
                organisation=organisation, granted_label=actor.journal_label if actor else ""
            )  # fmt: skip
    except IntegrityError:
        raise ValidationError(ALREADY) from None
    record(verb="trust.grant", target=organisation, actor=actor)
    return trust


@transaction.atomic
def end(*, trust: Trust, actor: Actor | None) -> Trust:
    """Its next events are read before they are public; what is published stays. Ended once: again changes nothing."""
    held = Trust.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=trust.pk)
    if held.ended_at is None:
        held.ended_at = timezone.now()
        held.save(update_fields=["ended_at"])
        record(verb="trust.end", target=held.organisation, actor=actor)
    return held


def publish_waiting(*, organisation: Organisation, actor: Actor | None) -> tuple[int, list[str]]:
    """Publish those of its events that wait to be read, the soonest first: how many, and what could not be, and why."""
    rows = Event.objects.filter(organisation=organisation, state=Event.State.PROPOSED)
    done, left = 0, []
    for event in rows.order_by("first_starts_at", "pk"):
        try:
            states.publish(event=event, actor=actor)
        except ValidationError as error:
            left.append(f"«\u00a0{event.title}\u00a0» ({' '.join(error.messages)})")
        else:
            done += 1
    return done, left

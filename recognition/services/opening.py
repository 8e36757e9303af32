"""A campaign opens, then closes at the end of its last day; what was not deposited goes on to the next (R4, R12)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q

from core.journal import record
from core.values import day_in_words
from members.models import Charter
from recognition.addressees import tell_organisation
from recognition.clock import day_of, end_of
from recognition.deadlines import limit_on, window_of
from recognition.models import Campaign, Candidature
from recognition.services.acts import note
from recognition.services.carrying import carry_over, settle_charter

DRAFT = Candidature.State.DRAFT


def to_open(on: dt.date) -> list[Campaign]:
    return list(Campaign.objects.filter(opened_at=None, opens_on__lte=on).order_by("year"))


@transaction.atomic
def open_campaign(*, campaign: Campaign, at: dt.datetime) -> None:
    """Open it under the cahier des charges in force that day (R15); who has a dossier in preparation is told."""
    held = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if held.opened_at is not None:
        return
    held.opened_at, held.charter = at, Charter.current() or held.charter
    held.save(update_fields=["opened_at", "charter"])
    until = f"Dossiers à déposer jusqu’au {day_in_words(held.deadline_on)}, 23\u00a0h\u00a059."
    text = f"Ouverture des candidatures {held.year}. {until}"
    note(kind="campaign_opened", text=text, at=at, campaign=held, key=f"campaign:{held.year}:opened")
    record(verb="campaign.open", target=held)
    drafts = held.candidatures.filter(state=DRAFT).select_related("organisation", "charter", "renews")
    for dossier in drafts.order_by("pk"):
        dossier.campaign = held
        if settle_charter(dossier, held.charter):
            dossier.save(update_fields=["charter"])
        tell_organisation(
            key=f"campaign-opened:{held.year}:{dossier.pk}", candidature=dossier, template="recognition_opened",
            context={"campaign": held, "deadline": day_in_words(limit_on(dossier))},
        )  # fmt: skip


def to_close(on: dt.date) -> list[Campaign]:
    """Those whose last day is over, to its last second."""
    return list(Campaign.objects.filter(opened_at__isnull=False, closed_at=None, deadline_on__lt=on).order_by("year"))


@transaction.atomic
def close_campaign(*, campaign: Campaign, at: dt.datetime) -> None:
    """Close it, and say how many dossiers came in time."""
    held = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if held.closed_at is not None or held.opened_at is None or at < end_of(held.deadline_on):
        return
    held.closed_at = at
    held.save(update_fields=["closed_at"])
    came = held.candidatures.filter(deposited_at__lt=end_of(held.deadline_on)).count()
    said = f"{came} dossiers déposés" if came > 1 else f"{came} dossier déposé"
    text = f"Clôture des candidatures {held.year}\u00a0: {said}."
    note(kind="campaign_closed", text=text, at=at, campaign=held, key=f"campaign:{held.year}:closed")
    record(verb="campaign.close", target=held)


def to_carry(on: dt.date) -> list[Candidature]:
    """The dossiers in preparation whose time is over: the campaign's, or a renewal's own (R4, R9)."""
    own = Q(kind=Candidature.Kind.RENEWAL)  # whose limit is its own
    rows = Candidature.objects.filter(own | Q(campaign__deadline_on__lt=on), state=DRAFT)
    rows = rows.select_related("campaign", "renews", "organisation").order_by("pk")
    return [dossier for dossier in rows if limit_on(dossier) < on]


@transaction.atomic
def carry_on(*, candidature: Candidature, at: dt.datetime) -> None:
    """Offer the dossier to the next campaign, whole, and tell its organisation."""
    former, renewed = candidature.campaign, candidature.renews
    # A renewal may go on in the campaign that it was in, as a first request; and miss that one too.
    key = f"carried:{candidature.pk}:{former.year}{':renewal' if renewed else ''}"
    held = carry_over(candidature=candidature, at=at, key=key)
    if held.campaign_id == former.pk and (renewed is None or held.renews_id is not None):
        return
    allowed = window_of(held)
    tell_organisation(
        key=key, candidature=held, template="recognition_carried",
        context={
            "former": former, "campaign": held.campaign, "opens": day_in_words(allowed.opens_on),
            "deadline": day_in_words(allowed.last_on), "renewed": renewed,
            "term": day_in_words(renewed.term_on) if renewed else "", "is_open": allowed.opens_on <= day_of(at),
        },
    )  # fmt: skip

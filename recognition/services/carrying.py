"""A dossier that was not deposited in time goes on to the next campaign, whole (R4)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from core.values import day_in_words
from members.models import Charter
from recognition.clock import day_of
from recognition.deadlines import is_late
from recognition.models import Answer, Candidature
from recognition.services.acts import note
from recognition.services.campaigns import campaign_for
from recognition.services.transitions import locked


@transaction.atomic
def carry_over(*, candidature: Candidature, at: dt.datetime, key: str | None = None) -> Candidature:
    """Offer a draft to the campaign that takes dossiers at `at`: nothing typed nor given is lost.

    A renewal whose last day is over becomes a first request. Nothing happens when its time is not over.
    `key`: that of the act, for the calendar. Raises `ValidationError` when it is no draft any more.
    """
    held = locked(candidature, {Candidature.State.DRAFT})
    if not is_late(held, at):
        return held
    carry(held, at=at, key=key)
    return held


def carry(held: Candidature, *, at: dt.datetime, key: str | None = None) -> None:
    """As `carry_over`, for a dossier already `locked` and known to be late."""
    campaign = campaign_for(day_of(at), at=at)
    held.campaign = campaign
    settle_charter(held, campaign.charter)
    renewed, held.renews, held.kind = held.renews, None, Candidature.Kind.FIRST
    held.save(update_fields=["campaign", "charter", "renews", "kind"])
    text = f"Dossier non déposé à temps\u00a0: gardé en entier, il est proposé à la campagne {campaign.year}."
    if renewed is not None and (renewed.end_reason or renewed.ends_on < day_of(at)):
        text = (
            f"La reconnaissance à renouveler a pris fin le {day_in_words(renewed.ends_on)}\u00a0: le dossier, gardé en"
            f" entier, devient une première demande, proposée à la campagne {campaign.year}."
        )
    elif renewed is not None:
        term = day_in_words(renewed.term_on)
        text = (
            f"Renouvellement non demandé à temps\u00a0: la reconnaissance prendra fin à son terme, le {term}. Le"
            f" dossier, gardé en entier, est proposé comme première demande à la campagne {campaign.year}."
        )
    note(kind="carried", text=text, at=at, candidature=held, campaign=campaign, key=key)


def settle_charter(held: Candidature, charter: Charter) -> bool:
    """Have the dossier prepared against `charter` (R15): answers go to the criteria of the same key. Not saved here.

    An answer to a criterion that `charter` does not have stays with the former version. True when the version changed.
    """
    if held.charter_id == charter.pk:
        return False
    criteria = {criterion.key: criterion for criterion in charter.qualitycriterions.all()}
    for answer in Answer.objects.filter(candidature=held).select_related("criterion"):
        same = criteria.get(answer.criterion.key)
        if same is not None and answer.criterion.charter_id != charter.pk:
            answer.criterion = same
            answer.save(update_fields=["criterion"])
    held.charter = charter
    return True

"""Whose number a SIREN is: nobody keeps it from its organisation by having typed it first (R1)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from stdnum.exceptions import ValidationError as NumberError
from stdnum.fr import siren as siren_number

from core.journal import Actor, record
from members.models import Mandate, Organisation
from recognition.models import Candidature, SirenHolder

TIED = (
    "Ce SIREN est celui d’un autre organisme, la Région s’en est assurée. Si c’est le vôtre, demandez à la personne qui"
    " gère sa page de vous y inviter, ou écrivez à la Région."
)
PUT_ASIDE = (
    "La Région a classé un brouillon que votre équipe avait commencé avec ce SIREN\u00a0: écrivez-lui avant d’en"
    " commencer un autre."
)


@transaction.atomic
def tie(*, siren: str, organisation: Organisation, reason: str, at: dt.datetime, actor: Actor | None) -> SirenHolder:
    """Say that this SIREN is of `organisation`: nobody else begins, types nor lodges it. Again: of another one.

    What another has open stays to be dropped by the Region. Raises `ValidationError`, by field: no such number, no
    reason.
    """
    try:
        number = str(siren_number.validate("".join(siren.split())))
    except NumberError as error:
        raise ValidationError({"siren": "Ce numéro n’est pas un SIREN\u00a0: vérifiez ses 9 chiffres."}) from error
    if not reason.strip():
        raise ValidationError({"reason": "Dites comment la Région s’en est assurée."})
    values = {"organisation": organisation, "reason": reason.strip(), "tied_at": at}
    made, _ = SirenHolder.objects.update_or_create(siren=number, defaults=values)
    record(verb="siren.tie", target=organisation, actor=actor, changes={"siren": [None, number]})
    return made


def refusals(siret: str, organisation: Organisation | None, user: Any = None) -> list[str]:
    """Why the Region keeps this number from `organisation`, or from what `user` would begin; in French."""
    holder = SirenHolder.objects.filter(siren=siret[:9]).first()
    if holder is not None:
        mine = organisation is not None and holder.organisation_id == organisation.pk
        return [] if mine else [TIED]
    return [PUT_ASIDE] if _put_aside(siret[:9], organisation, user) else []


def _put_aside(siren: str, organisation: Organisation | None, user: Any) -> bool:
    """Whether the Region dropped a draft of theirs on this number."""
    whose = Q(organisation=organisation) if organisation is not None else Q(pk=None)
    if user is not None:
        mandates = Mandate.objects.in_force().filter(user=user)
        whose |= Q(organisation__in=mandates.values("organisation"))
    rows = Candidature.objects.filter(whose, state=Candidature.State.DROPPED, deposited_at=None)
    return rows.filter(siret__startswith=siren).exists()

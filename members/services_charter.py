"""Signing the charter, and giving a new version to sign (M3)."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core.journal import Actor, record
from core.links import absolute
from core.outbox import queue_mail
from members.charters import in_force
from members.models import Charter, CharterSignature, Mandate, Organisation

ALREADY = "Votre organisme a déjà signé cette version."


@transaction.atomic
def sign(
    *, charter: Charter, organisation: Organisation, signatory: str, title: str, signed_on: date, actor: User
) -> CharterSignature:
    """`organisation` signs a version by the hand of `signatory`; once, for good.

    Raises `ValidationError` (French) when it does not belong to the network, when the version is not open to
    signature, for a date to come or before the version itself, and when it was signed already (PostgreSQL says so).
    """
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if not locked.public:
        raise ValidationError("Seuls les organismes membres du réseau signent la charte.")
    if not charter.open_to_signature or charter.pk not in {version.pk for version in in_force()}:
        raise ValidationError("Cette version n’est pas ouverte à la signature.")
    if signed_on > timezone.localdate():
        raise ValidationError({"signed_on": "Cette date est à venir : donnez celle de la signature."})
    if charter.signed_on and signed_on < charter.signed_on:
        raise ValidationError({"signed_on": "Cette date précède celle de cette version."})
    signature = CharterSignature(
        charter=charter, organisation=locked, signatory=signatory, title=title, signed_on=signed_on, signed_by=actor,
        recorded_at=timezone.now(),
    )  # fmt: skip
    signature.clean_fields()
    try:
        with transaction.atomic():
            signature.save(force_insert=True)
    except IntegrityError as error:
        raise ValidationError(ALREADY, code="already_signed") from error
    changes = {"charter": [None, str(charter.pk)], "signed_on": [None, signed_on.isoformat()]}
    record(verb="charter.sign", target=signature, actor=actor, changes=changes)
    return signature


@transaction.atomic
def withdraw_signature(*, signature: CharterSignature, reason: str, actor: Actor | None) -> None:
    """The Region takes a signature out (given by mistake, by somebody who could not); the reason stays in the journal.

    Raises `ValidationError` (French) without a reason.
    """
    if not reason.strip():
        raise ValidationError("Dites pourquoi : le motif est gardé au journal.")
    changes = {
        "reason": [None, reason.strip()],
        "charter": [str(signature.charter_id), None],
        "organisation": [str(signature.organisation_id), None],
        "signed_on": [signature.signed_on and signature.signed_on.isoformat(), None],
    }
    record(verb="charter.withdraw", target=signature, actor=actor, changes=changes)
    signature.delete()


@transaction.atomic
def publish(*, charter: Charter, actor: Actor) -> int:
    """A draft of amendment opens to signature, for good, and its managers are told; returns how many mails that makes.

    A double click is one publication. Raises `ValidationError` (French) for what is no amendment, or without a text.
    """
    locked = Charter.objects.select_for_update(of=("self",)).get(pk=charter.pk)
    if locked.amends_id is None:
        raise ValidationError("Seul un avenant se publie\u00a0: la charte vient avec le pack régional.", code="charter")
    if locked.open_to_signature:
        return 0
    if not locked.text.strip():
        raise ValidationError("Écrivez d’abord ce que change cet avenant.", code="empty")
    locked.open_to_signature = True
    locked.save(update_fields=["open_to_signature"])
    record(verb="charter.publish", target=locked, actor=actor, changes={"open_to_signature": [False, True]})
    return tell_managers(locked)


def to_tell(charter: Charter) -> dict[User, Organisation]:
    """Who manages today an organisation that has this version to sign, with the first of their organisations."""
    mandates = Mandate.objects.in_force().filter(
        role=Mandate.Role.MANAGER, user__is_active=True, organisation__status__in=Organisation.BELONGING
    )
    signed = Q(organisation__signatures__charter=charter) | Q(organisation__parent__signatures__charter=charter)
    rows = mandates.exclude(signed).select_related("user", "organisation").order_by("user", "organisation__sort_key")
    houses: dict[User, Organisation] = {}
    for mandate in rows:
        houses.setdefault(mandate.user, mandate.organisation)
    return houses


def tell_managers(charter: Charter) -> int:
    """One mail to each who manages an organisation that has this version to sign; returns how many were written.

    Called again it writes to those who came since, and to nobody twice.
    """
    if not charter.open_to_signature:
        return 0
    return sum(
        queue_mail(
            key=f"charter-open:{charter.pk}:{user.pk}", to=user.email, template="charter_open",
            context={
                "title": charter.title,
                "organisation": organisation.display_name,
                "amendment": charter.amends_id is not None,
                "url": absolute(reverse("pro_charter_version", args=[organisation.slug, charter.version])),
            },
        )
        for user, organisation in to_tell(charter).items()
    )  # fmt: skip

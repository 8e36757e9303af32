"""Being told of events near home that match the project: one alert of the agenda, kept in step (L8)."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict

from accounts.models import User
from core.reference import Sector
from events.models import Alert
from events.search.asked import Search
from events.services import alerting
from lorfolio.http import is_minor
from lorfolio.models import Portfolio, Target, Watch
from metiers.models import JobFamily

RADII = (10, 20, 30, 50, 100)  # km
_OFFERED = tuple(slug for slug in Sector.values if slug != Sector.TOUS)


def sectors_of_project(portfolio: Portfolio) -> list[str]:
    """The sectors of the jobs aimed at, in the order of the closed list; two queries at most."""
    targets = Target.objects.filter(portfolio=portfolio, dropped_at=None).select_related("family", "job")
    found, codes = set(), []
    for target in targets:
        if target.family is not None:
            found.add(target.family.sector)
        elif target.job is not None:
            codes.append(target.job.code)
    if codes:
        found |= _sectors_of_jobs(codes)
    return [slug for slug in _OFFERED if slug in found]


def search_of(portfolio: Portfolio, *, sectors: list[str], radius: int) -> Search:
    """The search of the agenda that a watch follows: around the person's town when we know it."""
    query = QueryDict(mutable=True)
    query.setlist("secteur", sectors)
    if portfolio.commune_id:
        query["commune"] = str(portfolio.commune_id)
        query["rayon"] = str(radius)
    return alerting.followed(query)


def alert_of(watch: Watch | None) -> Alert | None:
    """The alert that tells it; None once it was stopped, here or by the link of a mail."""
    return Alert.objects.filter(public_id=watch.alert).first() if watch and watch.alert else None


@transaction.atomic
def follow(*, portfolio: Portfolio, sectors: list[str], radius: int, rhythm: str, online: bool) -> Watch:
    """Begin, or change. The mails go to the proved address of the account, which is not asked again.

    Raises `ValidationError` (French): under fifteen, or no address proved.
    """
    held = _held(portfolio)
    if is_minor(held):
        raise ValidationError("Avant quinze ans, les alertes sont coupées.")
    address = _proved(held.user)
    if not address:
        raise ValidationError("Confirmez d’abord votre adresse électronique, par le lien reçu à l’inscription.")
    watch = Watch.objects.filter(portfolio=held).first() or Watch(portfolio=held)
    watch.sectors, watch.radius, watch.rhythm, watch.online = sectors, radius, rhythm, online
    watch.alert = _followed(held, watch, address).public_id
    watch.save()
    return watch


@transaction.atomic
def stop(*, portfolio: Portfolio) -> None:
    """No more mail; what was chosen stays, to begin again. Twice is once."""
    watch = Watch.objects.select_for_update().filter(portfolio=portfolio).first()
    if watch is None:
        return
    if (alert := alert_of(watch)) is not None:
        alerting.stop(alert=alert)
    watch.alert = None
    watch.save(update_fields=["alert"])


@transaction.atomic
def keep_in_step(portfolio: Portfolio) -> None:
    """A new home or a new address of the account: the alert follows. One that was stopped stays so."""
    watch = Watch.objects.select_for_update().filter(portfolio=portfolio).first()
    alert = alert_of(watch)
    if watch is None or alert is None:
        return
    address = _proved(portfolio.user)
    query = alerting.query_of(search_of(portfolio, sectors=watch.sectors, radius=watch.radius))
    if address and (alert.query, alert.email) != (query, address.lower()):
        watch.rhythm = alert.rhythm  # it may have been changed from a mail
        watch.alert = _followed(portfolio, watch, address).public_id
        watch.save(update_fields=["alert", "rhythm"])


def portfolio_saved(instance: Portfolio, created: bool, update_fields: Any = None, **_: Any) -> None:
    if not created and (update_fields is None or {"commune", "commune_id"} & set(update_fields)):
        keep_in_step(instance)


def address_changed(user: User, **_: Any) -> None:
    portfolio = Portfolio.objects.filter(user=user).select_related("user").first()
    if portfolio is not None:
        keep_in_step(portfolio)


def forgotten(instance: Watch, **_: Any) -> None:
    """A watch goes with its portfolio, and its alert with it."""
    if instance.alert:
        Alert.objects.filter(public_id=instance.alert).delete()


def _followed(portfolio: Portfolio, watch: Watch, address: str) -> Alert:
    search = search_of(portfolio, sectors=watch.sectors, radius=watch.radius)
    return alerting.follow_for_account(
        search=search, email=address, rhythm=watch.rhythm, known=watch.alert,
        with_online=watch.online and search.start is not None,
    )  # fmt: skip


def _proved(user: User) -> str:
    """The primary address of the account, if it was proved to be its own."""
    rows = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "pk")
    return rows.values_list("email", flat=True).first() or ""


def _held(portfolio: Portfolio) -> Portfolio:
    rows = Portfolio.objects.select_for_update(of=("self",)).select_related("user")
    return rows.get(pk=portfolio.pk)


def _sectors_of_jobs(codes: list[str]) -> set[str]:
    """Of each métier, the sector of the family whose prefix fits its code best."""
    known = [(prefix, row.sector) for row in JobFamily.objects.filter(active=True) for prefix in row.prefixes]
    best = (max((pair for pair in known if code.startswith(pair[0])), key=_length, default=("", "")) for code in codes)
    return {sector for _, sector in best}


def _length(pair: tuple[str, str]) -> int:
    return len(pair[0])

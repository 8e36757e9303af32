"""A search followed by e-mail, without an account: asked, confirmed, changed, stopped (A4)."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.http import QueryDict
from django.utils import timezone

from core.outbox import queue_mail
from core.secrets import digest
from events.models import Alert
from events.search.filters import Search, read
from events.search.sentence import sentence
from events.services.secret_links import link_of, sealed

Rhythm = Alert.Rhythm
MOST_PENDING = 5  # of one address: it may be somebody else's
MOST_ALERTS = 30
AGAIN_MINUTES = 15
ENDING_DAYS = 14  # before the end, a mail that says so
_UNFOLLOWED = {"du", "au", "vue", "apres", "avant", "page", "saisie"}


def followed(query: QueryDict) -> Search:
    """The search as one follows it: its days and its view are left out."""
    kept = [(name, value) for name, values in query.lists() if name not in _UNFOLLOWED for value in values]
    return read(QueryDict(urlencode(kept))).but(starts=None, ends=None, view="liste")


def query_of(search: Search) -> str:
    """The one text of this search, whatever the order in which it was asked."""
    return search.query_string(du=None, au=None, vue=None)


def headers_of(alert: Alert) -> dict[str, str]:
    """What lets a mail program stop it by one button (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{link_of(alert, 'alert_stop')}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


@transaction.atomic
def subscribe(*, search: Search, email: str, rhythm: str) -> None:
    """Ask that `email` follow `search`: nothing is sent but the one mail that asks to confirm.

    Says nothing of what this address already follows: who asks may be anybody.
    """
    address, query = email.strip().lower(), query_of(search)
    _one_at_a_time(address)
    rows = Alert.objects.filter(email__iexact=address)
    found = rows.filter(query=query).order_by("-confirmed_at", "pk").first()
    if found is not None:
        if found.confirmed_at is None and found.rhythm != rhythm:
            found.rhythm = rhythm
            found.save(update_fields=["rhythm"])
        _ask(found, again=True)
        return
    if rows.filter(confirmed_at=None).count() >= MOST_PENDING or rows.count() >= MOST_ALERTS:
        return
    title = sentence(search)[:300]
    made = sealed(Alert(email=address, query=query, title=title, rhythm=rhythm, created_at=timezone.now()))
    made.save()
    _ask(made)


def _one_at_a_time(address: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"alert/{address}"])


def _ask(alert: Alert, *, again: bool = False) -> None:
    now = timezone.now()
    if again and now - alert.created_at < timedelta(minutes=AGAIN_MINUTES):
        return
    part = f"again-{int(now.timestamp()) // (AGAIN_MINUTES * 60)}" if again else "ask"
    queue_mail(
        key=f"alert-{alert.public_id}-{part}", to=alert.email, template="alert_confirm", headers=headers_of(alert),
        context={"alert": alert, "url": link_of(alert), "days": settings.ALERT_PENDING_DAYS},
    )  # fmt: skip


def of_secret(secret: str) -> Alert | None:
    """Whose link this is: one look-up by digest, whatever was typed."""
    return Alert.objects.filter(digest=digest(secret)).first()


@transaction.atomic
def confirm(*, alert: Alert) -> Alert | None:
    """Begin: what is new from now on is told. When the address follows this search already, nothing is doubled.

    None when the alert was stopped in between.
    """
    held = Alert.objects.select_for_update().filter(pk=alert.pk).first()
    if held is None or held.confirmed_at is not None:
        return held
    held.confirmed_at = held.told_until = timezone.now()
    held.ends_on = _end()
    try:
        with transaction.atomic():
            held.save(update_fields=["confirmed_at", "told_until", "ends_on"])
    except IntegrityError:  # another of the same, confirmed before
        held.delete()
        return None
    return held


@transaction.atomic
def follow_for_account(
    *, search: Search, email: str, rhythm: str, known: UUID | None = None, with_online: bool = False
) -> Alert:
    """The alert `known` of an account, made to follow `search`; begun when there is none (any more).

    `email` is an address that the account proved to be its own: nothing is asked of it again. When it follows this
    search already, that alert is the one, and is never doubled. `with_online`: what is followed from anywhere too.
    """
    address, query = email.strip().lower(), query_of(search)
    _one_at_a_time(address)
    rows = Alert.objects.select_for_update()
    own = rows.filter(public_id=known).first() if known else None
    alike = rows.filter(email__iexact=address, query=query, confirmed_at__isnull=False).first()
    if alike is not None and own is not None and alike.pk != own.pk:
        own.delete()
    now = timezone.now()
    alert = alike or own or sealed(Alert(created_at=now))
    if alert.told_until is None or alert.query != query:  # what was there before is no news of another search
        alert.told_until = now
    alert.email, alert.query, alert.rhythm, alert.with_online = address, query, rhythm, with_online
    alert.title = (sentence(search) + (", et en ligne" if with_online else ""))[:300]
    alert.confirmed_at, alert.ends_on = alert.confirmed_at or now, _end()
    alert.save()
    return alert


@transaction.atomic
def change(*, alert: Alert, rhythm: str) -> None:
    """Daily or weekly."""
    Alert.objects.filter(pk=alert.pk).update(rhythm=rhythm)


@transaction.atomic
def prolong(*, alert: Alert) -> None:
    """`ALERT_DAYS` more, from today."""
    Alert.objects.filter(pk=alert.pk, confirmed_at__isnull=False).update(ends_on=_end())


@transaction.atomic
def stop(*, alert: Alert) -> None:
    """No more mail: the address is forgotten. Twice is once."""
    Alert.objects.filter(pk=alert.pk).delete()


def tell_endings() -> int:
    """One mail some days before each alert ends; returns how many."""
    today, count = timezone.localdate(), 0
    due = Alert.objects.filter(
        confirmed_at__isnull=False, ends_on__gte=today, ends_on__lte=today + timedelta(days=ENDING_DAYS)
    ).exclude(ending_told__isnull=False, ending_told__gte=today)
    for key in due.values_list("pk", flat=True):
        count += _tell_ending(key)
    return count


@transaction.atomic
def _tell_ending(key: int) -> int:
    alert = Alert.objects.select_for_update(skip_locked=True).filter(pk=key).first()
    if alert is None or alert.ending_told == alert.ends_on:
        return 0
    alert.ending_told = alert.ends_on
    alert.save(update_fields=["ending_told"])
    return int(queue_mail(
        key=f"alert-{alert.public_id}-ending-{alert.ends_on}", to=alert.email, template="alert_ending",
        headers=headers_of(alert), context={"alert": alert, "url": link_of(alert)},
    ))  # fmt: skip


def forget() -> tuple[int, int]:
    """Those that nobody confirmed in `ALERT_PENDING_DAYS`, and those that ended; returns how many of each."""
    limit = timezone.now() - timedelta(days=settings.ALERT_PENDING_DAYS)
    pending, _ = Alert.objects.filter(confirmed_at=None, created_at__lt=limit).delete()
    ended, _ = Alert.objects.filter(ends_on__lt=timezone.localdate()).delete()
    return pending, ended


def _end() -> date:
    return timezone.localdate() + timedelta(days=settings.ALERT_DAYS)

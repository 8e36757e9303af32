"""Seats kept from others by requests that nobody confirmed: how long, and how many for one visitor (A1, S2)."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from events.models import Registration, Session
from events.services.seats import Seats

# Seats of one session (or a fifth of its seats: a class stands behind one address) and of all sessions together.
MOST_OF_A_SESSION = 5
MOST_IN_ALL = 20
SCARCE_HOURS = 1
SOON = timedelta(days=2)


class TooManyHeldError(Exception):
    """This visitor keeps too many seats that nobody confirmed: no other is given to them."""


def until(held: Session, seats: Seats) -> datetime:
    """How long a seat waits for its address: `REGISTRATION_HOLD_HOURS` at most, an hour when fewer than a third of the
    seats are left or the day is near; never beyond the beginning, and half an hour at least."""
    now = timezone.now()
    hours = settings.REGISTRATION_HOLD_HOURS
    few = seats.limit is not None and 3 * (seats.limit - seats.taken) < seats.limit
    if few or held.starts_at - now < SOON:
        hours = min(hours, SCARCE_HOURS)
    return _bounded(held, now, hours)


def until_promoted(held: Session) -> datetime:
    """The same for who waited: they are not in front of their mail, the whole time is theirs."""
    return _bounded(held, timezone.now(), settings.REGISTRATION_HOLD_HOURS)


def key_of(visitor: str) -> str:
    """What stands for a visitor in the cache: a keyed digest, that cannot be read back; forgotten after a day."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"held|{visitor}".encode(), hashlib.sha256).hex()[:32]


def refuse_too_many(asker: str, held: Session) -> None:
    """Raises `TooManyHeldError` when `asker` (of `key_of`; "": nobody is counted) asked for too many seats of sessions
    that may run out of them. Called while the session is held. Without the cache everybody is served."""
    if not asker or held.seats is None:
        return
    try:
        keys = [key.decode() for key in _client(asker).smembers(_name(asker))]
    except RedisError:
        return
    waiting = Registration.objects.filter(public_id__in=keys, email_confirmed=False, state__in=Registration.ALIVE)
    sessions = list(waiting.filter(session__seats__isnull=False).values_list("session_id", flat=True))
    if len(sessions) >= MOST_IN_ALL or sessions.count(held.pk) >= max(MOST_OF_A_SESSION, held.seats // 5):
        raise TooManyHeldError


def remember(asker: str, made: Registration) -> None:
    """`made` was asked for by `asker`: known for as long as it may wait, in the cache alone."""
    if not asker or made.email_confirmed:
        return
    try:
        pipeline = _client(asker).pipeline(transaction=False)
        pipeline.sadd(_name(asker), str(made.public_id))
        pipeline.expire(_name(asker), max(1, settings.REGISTRATION_HOLD_HOURS) * 3600)
        pipeline.execute()
    except RedisError:
        return


def _bounded(held: Session, now: datetime, hours: int) -> datetime:
    return max(min(now + timedelta(hours=hours), held.starts_at), now + timedelta(minutes=30))


def _name(asker: str) -> str:
    return cache.make_and_validate_key(f"held-{asker}")


def _client(asker: str) -> Any:
    return cache._cache.get_client(_name(asker), write=True)  # type: ignore[attr-defined]

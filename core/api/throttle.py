"""Fair use: so many requests a minute from one address, which is never written down (S2)."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle


def visitor(address: str) -> str:
    """Who is counted: an IPv4 address, or the /64 that one home or office holds of IPv6 (any address in it is theirs).

    >>> visitor("2001:db8::1:2"), visitor("::ffff:192.0.2.1")
    ('2001:db8::', '192.0.2.1')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(found), 64), strict=False).network_address)


class FairUse(SimpleRateThrottle):
    """A count by window of time, in one round trip to the cache.

    The key is a keyed digest of the address and of the window: it cannot be read back nor followed from one window to
    the next. Without the cache everybody is served: a limit is no reason to refuse the public's data.
    """

    scope = "anon"
    duration: int
    num_requests: int
    seconds_left: float = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        if self.rate is None or request.method == "OPTIONS":  # asked by browsers, of nothing
            return True
        now = time.time()
        window = int(now // self.duration)
        self.seconds_left = (window + 1) * self.duration - now
        try:
            return bool(self._count(request, window) <= self.num_requests)
        except RedisError:
            return True

    def _count(self, request: Request, window: int) -> int:
        words = f"{window}|{visitor(self.get_ident(request))}".encode()
        digest = hmac.digest(settings.SECRET_KEY.encode(), words, hashlib.sha256).hex()[:32]
        key = cache.make_and_validate_key(f"api-{self.scope}-{digest}")
        # Django's own incr asks thrice: does it exist, add, expire.
        pipeline = cache._cache.get_client(key, write=True).pipeline(transaction=False)  # type: ignore[attr-defined]
        pipeline.incr(key)
        pipeline.expire(key, self.duration + 1)
        return int(pipeline.execute()[0])

    def wait(self) -> float:
        return self.seconds_left

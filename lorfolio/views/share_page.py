"""`/partage/<token>/`: what somebody shows by a link, to who has it, without an account (L7).

Before the button is pressed the page says nothing of anybody, and an unknown, ended or spent link answers alike.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_safe

from core.api.throttle import FairUse
from core.encryption import Undecipherable
from lorfolio.http import by_link
from lorfolio.lists import Act
from lorfolio.models import Portfolio, Share
from lorfolio.safe_export import name_of
from lorfolio.services import safe, sharing
from lorfolio.views.safe import GET_POST, given

COOKIE = "partage"
_SALT = "lorfolio.share"
_TWICE = 10  # seconds in which the same browser pressing again is the same opening


class ShareUse(FairUse):
    """The count of one link, whoever has it: its holder could write in the trace for ever."""

    scope = "shares"

    def get_ident(self, request: HttpRequest) -> str:  # type: ignore[override]
        return str(request.META["lorfolio.share"])


@by_link
@GET_POST
def page(request: HttpRequest, token: str) -> HttpResponse:
    """A button; then the files, for half an hour."""
    now = timezone.now()
    share = sharing.found(token, now)
    if share is None:
        return _closed(request)
    visiting = _visits(request, share)
    if request.method == "POST" and not visiting:
        if not _opened(request, share, now):
            return _closed(request)
        return _let_in(redirect("share_page", token), share, token)
    if not visiting and share.opened >= share.most:
        return _closed(request)
    if not visiting:
        context = {"share": share, "count": share.files.count(), "left": share.most - share.opened}
        return render(request, "lorfolio/safe/share_door.html", context)
    seal = safe.seal_of(share.portfolio)
    files = [{"row": row, "name": name_of(row, seal)} for row in share.files.order_by("created_at", "id")]
    return render(request, "lorfolio/safe/share_open.html", {"share": share, "files": files, "token": token})


@by_link
@require_safe
def file(request: HttpRequest, token: str, file: UUID) -> HttpResponse:
    """One file, to who opened the link; who did not is led to the button."""
    now = timezone.now()
    share = sharing.found(token, now)
    if share is None:
        return _closed(request)
    if not _visits(request, share):
        return redirect("share_page", token)
    row = share.files.filter(pk=file).first()
    if row is None or request.method == "HEAD":
        return _closed(request) if row is None else HttpResponse(content_type="application/octet-stream")
    request.META["lorfolio.share"] = share.pk
    use = ShareUse()
    if not use.allow_request(request, None):  # type: ignore[arg-type]  # it reads `method` and `META` only
        seconds = max(1, round(use.wait() or 1))
        later = render(request, "429.html", {"seconds": seconds}, status=429)
        later["Retry-After"] = str(seconds)
        return later
    try:
        facts, data = safe.read(file=row, portfolio=share.portfolio, act=Act.DOWNLOAD, by=sharing.BY, at=now)
    except (OSError, Undecipherable, ObjectDoesNotExist):
        return _closed(request)
    return given(request, HttpResponse(data), facts.name, facts.media_type)


def _closed(request: HttpRequest) -> HttpResponse:
    return render(request, "lorfolio/safe/share_closed.html", status=404)


def _visits(request: HttpRequest, share: Share) -> bool:
    try:
        said = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=sharing.VISIT)
    except signing.BadSignature:
        return False
    return bool(said == str(share.pk))


@transaction.atomic
def _opened(request: HttpRequest, share: Share, at: dt.datetime) -> bool:
    """Count the opening, but once for a button that the same browser presses twice: the second waits for the first."""
    if not Portfolio.objects.select_for_update().filter(pk=share.portfolio_id).exists():
        return False
    browser = request.META.get("CSRF_COOKIE", "")  # of every form that is sent
    key = f"lorfolio.share.{salted_hmac(_SALT, f'{share.pk}{browser}', algorithm='sha256').hexdigest()}"
    if browser and cache.get(key):
        return True
    if not sharing.open_once(share=share, at=at):
        return False
    cache.set(key, 1, _TWICE)
    return True


def _let_in(response: Any, share: Share, token: str) -> HttpResponse:
    response.set_cookie(
        COOKIE, signing.dumps(str(share.pk), salt=_SALT), max_age=sharing.VISIT, path=f"/partage/{token}/",
        secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
    )  # fmt: skip
    return response  # type: ignore[no-any-return]

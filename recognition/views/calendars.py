"""The two calendars: everyone's, and the Region's own by a secret address, which closes with the mandate (R12)."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from accounts.models import RegionMandate, User
from core.http import PERSONAL, public_page
from core.links import absolute
from core.secrets import derived_secret
from recognition import calendars

PURPOSE = "recognition.calendar"


@public_page
def public_calendar(request: HttpRequest) -> HttpResponse:
    """`/candidature/calendrier.ics`: the steps of the year."""
    body = calendars.write(calendars.steps(timezone.localdate()), name=calendars.NAME, source=absolute(request.path))
    return _answer(request, body, "candidatures-spro.ics")


@login_not_required
@require_safe
def region_calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """`/candidature/calendrier/<secret>.ics`: steps and sittings, for the person of the Region whose secret it is.

    404 for any other, and as soon as this person no longer works for the Region.
    """
    if not _known(secret):
        raise Http404
    today = timezone.localdate()
    entries = [*calendars.steps(today), *calendars.sittings(today)]
    body = calendars.write(entries, name=calendars.REGION_NAME, source=absolute(request.path))
    answer = _answer(request, body, "reconnaissance-region.ics")
    answer["Cache-Control"] = PERSONAL
    return answer


def secret_of(user: User) -> str:
    """The secret of this person's address: the same as long as their mandate, written nowhere. One that leaked is
    closed by ending the mandate and giving another."""
    return _secret(user.pk, dict(_people().filter(pk=user.pk)).get(user.pk))


def _secret(person: UUID, mandate: int | None) -> str:
    return derived_secret(f"{PURPOSE}.{mandate or ''}", person)


def _people() -> QuerySet[Any]:
    """Those who work for the Region, each with the key of their mandate (None for a technician): pairs."""
    held = RegionMandate.objects.in_force().filter(user=OuterRef("pk")).order_by("pk").values("pk")[:1]
    rows: QuerySet[Any] = User.objects.annotate(mandate=Subquery(held)).filter(is_active=True)
    return rows.filter(Q(mandate__isnull=False) | Q(is_superuser=True)).values_list("pk", "mandate")


def _known(secret: str) -> bool:
    """Compared with each person's, all of them, in a time that tells nothing: they are few."""
    theirs = (_secret(person, mandate) for person, mandate in _people())
    return sum(secrets.compare_digest(one.encode(), secret.encode()) for one in theirs) == 1


def _answer(request: HttpRequest, body: str, filename: str) -> HttpResponse:
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    answer = HttpResponse(body, content_type=calendars.CONTENT_TYPE)
    answer["Content-Disposition"] = f'inline; filename="{filename}"'
    answer["ETag"] = etag
    known = get_conditional_response(request, etag=etag, response=answer)
    return known if isinstance(known, HttpResponse) else answer

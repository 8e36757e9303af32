"""The two calendars: everyone's, and the Region's own by a secret address, which closes with the mandate (R12)."""

from __future__ import annotations

import hashlib
import secrets

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
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
    """The secret of this person's address: the same each time, written nowhere."""
    return derived_secret(PURPOSE, user.pk)


def _known(secret: str) -> bool:
    """Compared with each person's, all of them, in a time that tells nothing: they are few."""
    staff = RegionMandate.objects.in_force().values("user")
    people = User.objects.filter(Q(pk__in=staff) | Q(is_superuser=True), is_active=True)
    return sum(secrets.compare_digest(secret_of(user).encode(), secret.encode()) for user in people) == 1


def _answer(request: HttpRequest, body: str, filename: str) -> HttpResponse:
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    answer = HttpResponse(body, content_type=calendars.CONTENT_TYPE)
    answer["Content-Disposition"] = f'inline; filename="{filename}"'
    answer["ETag"] = etag
    known = get_conditional_response(request, etag=etag, response=answer)
    return known if isinstance(known, HttpResponse) else answer

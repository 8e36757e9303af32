"""The images of an event: the one that networks show with its link, and the one that its organiser gave."""

from __future__ import annotations

import hashlib
import re

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404
from django.utils import timezone

from core.http import PERSONAL, public_page
from core.images import prepare
from events.models import Event, Session
from events.render import poster
from events.rules import may_edit

SECONDS = 3_600
_OURS = re.compile(r"agenda/[0-9a-f]{64}\.webp")  # drawn again when it was sent (`events/pictures.py`)


@public_page
def image(request: HttpRequest, slug: str) -> HttpResponse:
    """`/agenda/<slug>/image.png`: drawn when asked, and kept an hour; the same words are the same image."""
    event = _event(request, slug)
    session = _next(event)
    tag = poster.digest(event, session)
    if request.headers.get("If-None-Match") == f'"{tag}"':
        return _kept(HttpResponseNotModified(), event, tag)
    data = cache.get(f"poster/{tag}")
    if data is None:
        data = poster.draw(event, session)
        cache.set(f"poster/{tag}", data, SECONDS)
    return _kept(HttpResponse(data, content_type="image/png"), event, tag)


@public_page
def picture(request: HttpRequest, slug: str) -> HttpResponse:
    """`/agenda/<slug>/illustration.webp`: what the organiser gave, as pixels that we drew."""
    event = _event(request, slug)
    if not event.image:
        raise Http404
    name = str(event.image.name)
    tag = hashlib.sha256(f"{name} {event.updated_at.isoformat()}".encode()).hexdigest()[:24]
    if request.headers.get("If-None-Match") == f'"{tag}"':
        return _kept(HttpResponseNotModified(), event, tag)
    try:
        with event.image.open("rb") as file:
            data = file.read()
        if not _OURS.fullmatch(name):
            data = prepare(data).data
    except (OSError, ValidationError) as error:
        raise Http404 from error
    return _kept(HttpResponse(data, content_type="image/webp"), event, tag)


def _event(request: HttpRequest, slug: str) -> Event:
    event = get_object_or_404(Event.objects.select_related("organisation"), slug=slug)
    if not event.is_public and not may_edit(request.user, event):
        raise Http404
    return event


def _next(event: Event) -> Session | None:
    """The next date that is not over, else the last one."""
    rows = Session.objects.filter(event=event)
    found = rows.filter(ends_at__gt=timezone.now()).order_by("starts_at", "pk").first()
    found = found or rows.order_by("-starts_at", "-pk").first()
    if found is not None:
        found.event = event
    return found


def _kept(response: HttpResponse, event: Event, tag: str) -> HttpResponse:
    response["ETag"] = f'"{tag}"'
    response["Cache-Control"] = f"public, max-age={SECONDS}" if event.is_public else PERSONAL
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    # Pages of others show it with a link to the event.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response

"""The pages that the Region writes, and their images, as everyone reads them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils import timezone

from core import markdown
from core.http import PUBLIC_SECONDS, cache_control, public_page
from core.links import absolute
from spro.editorial.models import FormerAddress, Page
from spro.editorial.pictures import path_of, pictures_of

YEAR = 31_536_000  # seconds: an image never changes under its name
CONTENTS_FROM = 3  # headings that are worth a table of contents
_NAME = re.compile(r"[0-9a-f]{24}(?:-s)?")


@public_page
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """The page; 301 from a former address, 410 when it was withdrawn, 404 while nobody may read it."""
    now = timezone.now()
    found = Page.objects.filter(slug=slug).first()
    if found is None:
        former = FormerAddress.objects.filter(slug=slug).select_related("page").first()
        if former is None or former.page.stage_at(now) not in {Page.Stage.PUBLISHED, Page.Stage.WITHDRAWN}:
            raise Http404
        answer: HttpResponse = HttpResponsePermanentRedirect(former.page.get_absolute_url())
        answer["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}"  # an address may be given to another page
        return answer
    stage = found.stage_at(now)
    if stage == Page.Stage.WITHDRAWN:
        return render(request, "editorial/gone.html", {"page": found}, status=410)
    if stage != Page.Stage.PUBLISHED:
        # A page online before, and announced again, was withdrawn meanwhile.
        if found.first_shown_at is not None and found.first_shown_at <= now:
            return render(request, "editorial/gone.html", {"page": found}, status=410)
        raise Http404
    answer = render(request, "editorial/page.html", drawn(found))
    answer["Cache-Control"] = _until_the_end(request, found, now)
    return answer


@public_page
def image(request: HttpRequest, name: str) -> HttpResponse:
    """An image of the library: its name is its secret and its version, so it is kept a year. Nothing runs in it."""
    if not _NAME.fullmatch(name):
        raise Http404
    try:
        with default_storage.open(path_of(name)) as file:
            answer = HttpResponse(file.read(), content_type="image/webp")
    except FileNotFoundError as error:
        raise Http404 from error
    answer["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Disposition"] = "inline"
    return answer


def drawn(shown: Any) -> dict[str, Any]:
    """The context of `editorial/page.html` for a page, a version, or a text not saved yet: one query for images."""
    made = markdown.document(shown.text, heading_level=2, pictures=pictures_of(shown.text))
    contents = [heading for heading in made.headings if heading.depth <= 2]
    return {
        "page": shown,
        "html": made.html,
        "contents": contents if len(contents) >= CONTENTS_FROM else [],
        "address": absolute(shown.get_absolute_url()) if hasattr(shown, "get_absolute_url") else "",
    }


def _until_the_end(request: HttpRequest, shown: Page, now: datetime) -> str:
    """No cache may show the page after its end."""
    if request.GET or shown.unpublish_at is None:
        return cache_control(request)
    left = int((shown.unpublish_at - now).total_seconds())
    return f"public, max-age={max(0, min(PUBLIC_SECONDS, left))}"

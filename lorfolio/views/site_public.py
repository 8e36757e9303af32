"""`/p/<slug>/`: a person's page as visitors see it; no account, no cookie, gone at once when it is taken down (L5)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core import images
from core.api.throttle import FairUse
from core.encryption import Undecipherable
from core.outbox import queue_mail
from lorfolio.forms.site import ContactForm
from lorfolio.lists import SiteState
from lorfolio.models import PersonalSite
from lorfolio.services import safe
from lorfolio.services import site as sites
from lorfolio.site_page import page_of, structured

View = Callable[..., HttpResponse]
WEBP = "image/webp"


class ContactUse(FairUse):
    """So many messages left by one visitor, whose address is written nowhere."""

    scope = "contacts"


class SiteUse(FairUse):
    """So many messages to one person: a site is no way to flood anybody."""

    scope = "site-messages"
    rate = "40/day"

    def __init__(self, site: PersonalSite) -> None:
        super().__init__()
        self.site = site

    def get_ident(self, request: Any) -> str:
        return str(self.site.pk)


def visited(view: View) -> View:
    """A page of an open site, given as `site`. Gone (410) once taken down; 404 where nothing ever was.

    Every answer is asked of us again before it is shown again: caches keep nothing that was taken down.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, slug: str) -> HttpResponse:
        if slug != slug.lower():
            return redirect(request.path.lower())
        site = sites.shown_at(slug)
        if site is None:
            return gone(request, slug)
        response = view(request, site=site)
        public = site.state == SiteState.PUBLIC
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-cache" if public else "private, no-cache"
        if not (public and site.indexable):
            response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        # An address that cannot be guessed is told to no other site.
        response["Referrer-Policy"] = "same-origin" if public else "no-referrer"
        return response

    return login_not_required(wrapper)


def gone(request: HttpRequest, slug: str) -> HttpResponse:
    """Nothing of anybody. Raises `Http404` where no site was."""
    if not sites.is_gone(slug):
        raise Http404
    response = render(request, "lorfolio/site/gone.html", status=410)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


@require_safe
@visited
def page(request: HttpRequest, site: PersonalSite) -> HttpResponse:
    shown = page_of(site)
    context = {"page": shown, "structured": structured(shown)}
    return render(request, f"lorfolio/site/visit/{site.model}.html", context)


@require_safe
@visited
def photo(request: HttpRequest, site: PersonalSite) -> HttpResponse:
    """The photo while it is shown, and no longer."""
    if not site.with_photo or site.portfolio.photo is None:
        raise Http404
    tag = f'"{hashlib.sha256(site.portfolio.photo.stored_sha256.encode()).hexdigest()[:32]}"'
    response: HttpResponse = HttpResponseNotModified()
    if request.headers.get("If-None-Match") != tag:
        response = HttpResponse(photo_of(site), content_type=WEBP)
    response["ETag"] = tag
    return response


def photo_of(site: PersonalSite) -> bytes:
    """As a WebP that we drew: what a camera wrote behind the pixels is never shown. Raises `Http404`."""
    owner = site.portfolio
    if owner.photo is None:
        raise Http404
    try:
        seal = safe.seal_of(owner)
        data = safe.unsealed(owner.photo, seal)
        return data if safe.known(owner.photo, seal).media_type == WEBP else images.prepare(data).data
    except (OSError, Undecipherable, ValidationError) as error:
        raise Http404 from error


@csrf_exempt  # nobody is recognised and no cookie is set: the form carries a signature of ours instead
@require_http_methods(["GET", "HEAD", "POST"])
@visited
def write(request: HttpRequest, site: PersonalSite) -> HttpResponse:
    """Leave a message; the person's address is told to nobody."""
    if not site.with_contact:
        raise Http404
    form = ContactForm(request.POST.dict() if request.method == "POST" else None, site=site.pk)
    if request.method != "POST":
        return _form(request, site, form)
    if form.trapped:  # a program believes that it succeeded
        return _thanks(site)
    if request.headers.get("Sec-Fetch-Site") == "cross-site" or not form.is_valid():
        form.signed_again()
        return _form(request, site, form)
    if seconds := _too_many(request, site, form):
        form.signed_again()
        response = _form(request, site, form, status=429)
        response["Retry-After"] = str(seconds)
        return response
    _send(site, form)
    return _thanks(site)


@require_safe
@visited
def thanks(request: HttpRequest, site: PersonalSite) -> HttpResponse:
    response = render(request, "lorfolio/site/visit/thanks.html", {"page": page_of(site)})
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _form(request: HttpRequest, site: PersonalSite, form: ContactForm, status: int = 200) -> HttpResponse:
    context = {"page": page_of(site), "form": form}
    response = render(request, "lorfolio/site/visit/write.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _thanks(site: PersonalSite) -> HttpResponse:
    response = redirect("personal_site_thanks", site.slug)
    response.status_code = 303
    return response


def _send(site: PersonalSite, form: ContactForm) -> None:
    """One mail to the address of the account; the same message twice in a day is one."""
    said = form.cleaned_data
    same = "|".join((str(site.pk), said["email"], said["message"], timezone.localdate().isoformat()))
    queue_mail(
        key=f"site-message-{site.pk}-{hashlib.sha256(same.encode()).hexdigest()[:32]}", to=site.portfolio.user.email,
        template="site_message", context={"name": said["name"], "email": said["email"], "message": said["message"]},
        headers={"Reply-To": said["email"]},
    )  # fmt: skip


def _too_many(request: HttpRequest, site: PersonalSite, form: ContactForm) -> int:
    """Seconds to wait, said in the form; 0 when the message may go."""
    use, here = ContactUse(), SiteUse(site)
    if not use.allow_request(request, None):  # type: ignore[arg-type]  # it reads `method` and `META` only
        seconds = max(1, round(use.wait()))
        later = f"renvoyez celui-ci dans {-(-seconds // 60)}\u00a0min."
        form.add_error(None, f"Beaucoup de messages viennent de chez vous\u00a0: {later}")
        return seconds
    if not here.allow_request(request, None):  # type: ignore[arg-type]
        form.add_error(None, "Cette personne a reçu beaucoup de messages aujourd’hui\u00a0: renvoyez le vôtre demain.")
        return max(1, round(here.wait()))
    return 0

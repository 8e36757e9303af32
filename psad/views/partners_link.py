"""`/psad/partage/<token>/`: a partner without an account comes in by a link, and a code that was said apart (D5).

Unknown, expired, taken back or burnt by five wrong codes, a link answers the same page.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.api.throttle import FairUse
from core.fair_use import fair_use
from core.http import drawn
from psad import context
from psad.forms.partners import CodeForm
from psad.http import by_link
from psad.models import Share
from psad.services import doors
from psad.views.partners import one_share, state_of

COOKIE = "psad_partage"
MINUTES = 30
_SALT = "psad.share"
_WRONG = "Ce n’est pas ce code. Au bout de cinq essais le lien se ferme, et il faut en demander un autre."
_LATER = "Trop d’essais viennent de chez vous\u00a0: recommencez dans {minutes}\u00a0min."


class CodeUse(FairUse):
    """Codes tried by one visitor, whatever the link; the address is written nowhere."""

    scope = "codes"


@by_link
@fair_use
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """The code first; then, for half an hour in this browser, the share itself."""
    share = doors.of_link(token)
    if share is None:
        return _gone(request)
    if _holds(request, share):
        return _held(request, share)
    form = CodeForm(request.POST if request.method == "POST" else None)
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        use = CodeUse()
        if not use.allow_request(request, None):  # type: ignore[arg-type]  # it reads `method` and `META` only
            form.add_error("code", _LATER.format(minutes=-(-max(1, round(use.wait())) // 60)))
        elif doors.enter(share=share, code=form.cleaned_data["code"], at=timezone.now()):
            return _let_in(request, share)
        elif doors.of_link(token) is None:
            return _gone(request)
        else:
            form.add_error("code", _WRONG)
    return render(request, "psad/partners/code.html", {"form": form})


def _held(request: HttpRequest, share: UUID) -> HttpResponse:
    if request.method == "POST" and request.POST.get("acte") == "fermer":
        return _let_out(request)
    with context.linked(share):
        found = Share.objects.filter(pk=share).first()
        if found is None:
            return _gone(request)
        shown = one_share(request, found, "psad/partners/by_link.html", back=request.path, state=f"{request.path}etat/")
        return drawn(shown)


@by_link
@require_safe
def state(request: HttpRequest, token: str) -> HttpResponse:
    """Whether what this browser holds still opens: an open page asks."""
    share = doors.of_link(token)
    return state_of(share is not None and _holds(request, share))


def _holds(request: HttpRequest, share: UUID) -> bool:
    """Whether this browser gave the code less than half an hour ago."""
    try:
        held = signing.TimestampSigner(salt=_SALT).unsign(request.COOKIES.get(COOKIE, ""), max_age=MINUTES * 60)
    except signing.BadSignature:
        return False
    return held == str(share)


def _let_in(request: HttpRequest, share: UUID) -> HttpResponse:
    response = redirect(request.path)
    response.set_cookie(
        COOKIE, signing.TimestampSigner(salt=_SALT).sign(str(share)), max_age=MINUTES * 60, path=request.path,
        secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
    )  # fmt: skip
    return response


def _let_out(request: HttpRequest) -> HttpResponse:
    """The computer may be of a whole office: the code is asked again."""
    response = redirect(request.path)
    response.delete_cookie(COOKIE, path=request.path, samesite="Lax")
    return response


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "psad/telling/unknown.html", status=404)

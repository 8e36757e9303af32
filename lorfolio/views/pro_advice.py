"""`/pro/lorfolio/`: what people show to the professional signed in; looked at, commented, never written (L9, E4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.fair_use import AccountUse
from core.http import drawn, private
from lorfolio import drawing
from lorfolio.advised import Seen, seen
from lorfolio.forms.advice import Take, Word
from lorfolio.models import Advice
from lorfolio.services import advising
from members.rules import is_professional

FORM = ["GET", "HEAD", "POST"]


class DrawingUse(AccountUse):
    scope = "drawings"


@require_safe
def advised(request: HttpRequest) -> HttpResponse:
    """Those who invited this professional, the ones with an answer first; 403 for who is of no organisation."""
    if not is_professional(request.user):
        raise PermissionDenied
    new = Count("comments", filter=Q(comments__by_owner=True, comments__read_at=None))
    rows = advising.followed_by(request.user, timezone.localdate()).select_related("portfolio")
    context = {"advices": rows.annotate(new=new).order_by("-new", "until", "pk")}
    return private(drawn(render(request, "lorfolio/pro/list.html", context)))


@require_http_methods(FORM)
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """What is shown, and what was said of each thing. Every look is written in the trace that the person reads."""
    advice, what = _open(request, key)
    form = Word(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        about = form.cleaned_data["about"]
        if about not in what.abouts:
            raise Http404
        try:
            advising.say(advice=advice, text=form.cleaned_data["text"], about=about, by_owner=False, at=timezone.now())
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, "Votre commentaire est envoyé.")
            return private(redirect("pro_lorfolio_one", advice.pk))
    elif request.method == "GET":
        advising.look(advice=advice, what="Le contenu choisi", at=timezone.now())
        advising.mark_read(advice=advice, by_owner=False, at=timezone.now())
    context = {
        "advice": advice, "seen": what, "form": form, "about": form.data.get("about", "") if form.is_bound else None,
        "says": True,
    }  # fmt: skip
    return private(drawn(render(request, "lorfolio/pro/one.html", context)))


@require_safe
def cv(request: HttpRequest, key: UUID, cv: UUID) -> HttpResponse:
    """A CV that is shown, as the person would hand it over."""
    advice = _advice(request, key)
    shown = advice.cvs.select_related("portfolio__user", "portfolio__commune", "selection").filter(pk=cv).first()
    if shown is None:
        raise Http404
    use = DrawingUse()
    if not use.allow_request(request, None):  # type: ignore[arg-type]
        return private(drawn(render(request, "429.html", {"seconds": use.seconds()}, status=429)))
    content = drawing.content_of(shown, at=timezone.now())
    advising.look(advice=advice, what=f"Le CV «\u00a0{shown.name[:90]}\u00a0»", at=timezone.now())
    try:
        drawn_pdf = drawing.pdf_of(shown, content)
    except ValidationError as error:
        raise Http404 from error  # its owner is told why by the editor
    # Taken back while it was drawn: what was asked not to be shown is not given any more.
    if not _advice(request, key).cvs.filter(pk=cv).exists():
        raise Http404
    response = HttpResponse(drawn_pdf.data, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="cv.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return private(response)


@require_http_methods(FORM)
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page that the mail opens: yes, no, or why it does not open. 404 once it is revoked or over."""
    user: Any = request.user
    advice = advising.of_secret(token, timezone.localdate())
    if advice is None:
        raise Http404
    if advice.accepted_at is not None:
        if advice.adviser_id == user.pk and is_professional(user):
            return private(redirect("pro_lorfolio_one", advice.pk))
        raise Http404
    if not is_professional(user):
        return _page(request, advice, "outside", 403)
    proved = advising.proved(advice, user)
    form = Take(request.POST if request.method == "POST" else None, proved=proved)
    if request.method == "POST" and request.POST.get("no"):
        advising.decline(advice=advice, at=timezone.now())
        messages.success(request, "C’est noté\u00a0: la personne est prévenue.")
        return private(redirect("pro_home"))
    if request.method == "POST" and form.is_valid():
        try:
            advising.accept(advice=advice, user=user, typed=form.cleaned_data.get("typed", ""), at=timezone.now())
            return private(redirect("pro_lorfolio_one", advice.pk))
        except ValidationError as refused:
            form.add_error(None, refused)
    return _page(request, advice, "open" if proved else "other", 200, form)


def _page(request: HttpRequest, advice: Advice, state: str, status: int, form: Take | None = None) -> HttpResponse:
    context = {"advice": advice, "state": state, "form": form}
    return private(drawn(render(request, "lorfolio/pro/invitation.html", context, status=status)))


def _advice(request: HttpRequest, key: UUID) -> Advice:
    """404 as soon as it is revoked, over, or they left the network: nobody learns which."""
    rows = advising.followed_by(request.user, timezone.localdate())
    found = rows.select_related("portfolio", "selection", "adviser").filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def _open(request: HttpRequest, key: UUID) -> tuple[Advice, Seen]:
    advice = _advice(request, key)
    return advice, seen(advice)

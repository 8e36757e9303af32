"""`/lorfolio/conseil/`: who is invited to look, at what, until when; what they saw and said (L9)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.fair_use import AccountUse
from lorfolio.advised import seen
from lorfolio.forms.advice import Invite, Shown, Word
from lorfolio.http import is_minor, mine, owner
from lorfolio.models import Advice, Portfolio
from lorfolio.services import advising

FORM = ["GET", "HEAD", "POST"]


class InviteUse(AccountUse):
    scope = "attestations"  # people one account writes to


@owner
@require_safe
def advices(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    """Those in force first, then those that are over."""
    if is_minor(portfolio):
        return render(request, "lorfolio/advice/young.html", {"until": portfolio.minor_until})
    new = Count("comments", filter=Q(comments__by_owner=False, comments__read_at=None))
    rows = Advice.objects.filter(portfolio=portfolio).annotate(new=new).select_related("adviser")
    today = timezone.localdate()
    lines = [(row, state_of(row, today)) for row in rows]
    open_ones = [line for line in lines if line[1] in ("waiting", "followed")]
    over = [line for line in lines if line not in open_ones]
    return render(request, "lorfolio/advice/list.html", {"open": open_ones, "over": over})


@owner
@require_http_methods(FORM)
def invite(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    if is_minor(portfolio):
        return redirect("lorfolio_advice")
    form = Invite(request.POST if request.method == "POST" else None, portfolio=portfolio, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        use = InviteUse()
        if not use.allow_request(request, None):  # type: ignore[arg-type]
            form.add_error(None, "Vous avez écrit à beaucoup de personnes aujourd’hui. Recommencez demain.")
        else:
            said = form.cleaned_data
            try:
                made = advising.invite(
                    portfolio=portfolio, email=said["email"], message=said["message"], at=timezone.now(), **form.shown()
                )
            except ValidationError as refused:
                form.add_error(None, refused)
            else:
                messages.success(request, "L’invitation est partie. Vous pouvez la retirer à tout moment.")
                return redirect("lorfolio_advice_one", made.pk)
    return render(request, "lorfolio/advice/invite.html", {"form": form})


@owner
@require_http_methods(FORM)
def one(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    """What this person is shown and said, as they see it; the trace of their visits. A POST answers."""
    advice = mine(Advice, portfolio, key, "selection", "adviser", "portfolio")
    what = seen(advice)
    form = Word(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        about = form.cleaned_data["about"]
        if about not in what.abouts | {comment.about for comment in what.lost}:
            raise Http404
        try:
            advising.say(advice=advice, text=form.cleaned_data["text"], about=about, by_owner=True, at=timezone.now())
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, "Votre réponse est envoyée.")
            return redirect("lorfolio_advice_one", advice.pk)
    elif request.method == "GET":
        advising.mark_read(advice=advice, by_owner=True, at=timezone.now())
    context = {
        "advice": advice, "state": state_of(advice, timezone.localdate()), "seen": what, "form": form,
        "about": form.data.get("about", "") if form.is_bound else None, "visits": advice.visits.all()[:100],
        "says": True,
    }  # fmt: skip
    return render(request, "lorfolio/advice/one.html", context)


@owner
@require_http_methods(FORM)
def choices(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    """Show more, or less, or longer: at once."""
    advice = mine(Advice, portfolio, key, "selection")
    today = timezone.localdate()
    if state_of(advice, today) not in ("waiting", "followed") or is_minor(portfolio):
        return redirect("lorfolio_advice_one", advice.pk)
    form = Shown(request.POST if request.method == "POST" else None, portfolio=portfolio, today=today, advice=advice)
    if request.method == "POST" and form.is_valid():
        try:
            advising.change(advice=advice, today=today, **form.shown())
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, "C’est noté\u00a0: le changement vaut dès maintenant.")
            return redirect("lorfolio_advice_one", advice.pk)
    return render(request, "lorfolio/advice/choices.html", {"form": form, "advice": advice})


@owner
@require_POST
def revoke(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    advising.revoke(advice=mine(Advice, portfolio, key, "portfolio__user"), at=timezone.now())
    messages.success(request, "C’est retiré\u00a0: cette personne ne voit plus rien de votre Lorfolio.")
    return redirect("lorfolio_advice_one", key)


@owner
@require_POST
def forget(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    advising.forget(advice=mine(Advice, portfolio, key, "portfolio__user"), at=timezone.now())
    messages.success(request, "L’invitation et ses messages sont effacés.")
    return redirect("lorfolio_advice")


def state_of(advice: Advice, today: Any) -> str:
    """« waiting », « followed », « revoked », « declined » or « over »."""
    if advice.revoked_at:
        return "revoked"
    if advice.declined_at:
        return "declined"
    if advice.until < today:
        return "over"
    return "followed" if advice.accepted_at else "waiting"

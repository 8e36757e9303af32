"""`/lorfolio/accord/`: the young person asks, a parent answers by the link they received (L10)."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import User
from core.fair_use import AccountUse
from core.http import drawn, private
from lorfolio.forms.consent import Answer, Ask
from lorfolio.http import awaits_consent, by_link
from lorfolio.models import ParentalConsent, Portfolio
from lorfolio.services import consent as consents

FORM = ["GET", "HEAD", "POST"]


class AskUse(AccountUse):
    scope = "attestations"  # people one account writes to


@require_http_methods(FORM)
def wait(request: HttpRequest) -> HttpResponse:
    """Whose address? Then: it was asked, on such a day; ask again, or somebody else."""
    rows = Portfolio.objects.select_related("consent")
    portfolio = rows.filter(user=cast(User, request.user)).first()
    if portfolio is None:
        return private(redirect("lorfolio_open"))
    if not awaits_consent(portfolio):
        return private(redirect("lorfolio_home"))
    asked = getattr(portfolio, "consent", None)
    form = Ask(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        use = AskUse()
        if not use.allow_request(request, None):  # type: ignore[arg-type]
            form.add_error(None, "Vous avez écrit à beaucoup de monde aujourd’hui. Recommencez demain.")
        else:
            try:
                consents.ask(portfolio=portfolio, email=form.cleaned_data["email"], at=timezone.now())
            except ValidationError as refused:
                form.add_error(None, refused)
            else:
                messages.success(request, "Le message est parti.")
                return private(redirect("lorfolio_consent"))
    return private(drawn(render(request, "lorfolio/consent/wait.html", {"form": form, "asked": asked})))


@by_link
@require_http_methods(FORM)
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """What it is about, in plain words; yes, no, and later « no longer ». Opening the page answers nothing."""
    now = timezone.now()
    consent = consents.of_secret(token, now)
    if consent is None:
        return _page(request, "gone", status=404)
    form = Answer(request.POST if request.method == "POST" and not request.POST.get("no") else None)
    if request.method == "POST":
        if request.POST.get("no"):
            consents.refuse(consent=consent)
            return _page(request, "refused")
        if form.is_valid():
            return _page(request, "given" if consents.give(consent=consent, at=now) else "gone", consent)
    return _page(request, "agreed" if consent.given_at else "open", consent, form)


def _page(
    request: HttpRequest,
    state: str,
    consent: ParentalConsent | None = None,
    form: Answer | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {"state": state, "consent": consent, "form": form, "name": _name(consent)}
    return render(request, "lorfolio/consent/answer.html", context, status=status)


def _name(consent: ParentalConsent | None) -> str:
    return (consent.portfolio.given_name if consent else "") or "Votre enfant"

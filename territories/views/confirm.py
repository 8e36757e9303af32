"""`/referents/confirmer/<secret>/`: a referent answers the yearly « still right? » without an account (T2, T3).

GET shows and writes nothing: programs that open the links of mails to look at them change nothing. The secret is the
right to answer; it is in no log (they hold the route) and leaves with no `Referer`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from territories import confirmations
from territories.confirmations import AlreadyAnsweredError, Outcome, Question
from territories.forms_referents import OwnSheetForm

ANSWERS = {
    "juste": Outcome.CONFIRMED,
    "corriger": Outcome.CORRECTED,
    "partir": Outcome.LEFT,
    "retirer": Outcome.WITHDRAWN,
}


# Without a referrer browsers send no origin, which Django's check asks for; and nobody can make a browser post to an
# address that they cannot guess: the secret does what the token would.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, secret: str) -> HttpResponse:
    """The sheets of the person and four answers; 404 for a link that no mail carried, 410 for one that is over."""
    return _kept_to_oneself(_post(request, secret) if request.method == "POST" else _get(request, secret))


def _get(request: HttpRequest, secret: str, forms: Sequence[OwnSheetForm] = ()) -> HttpResponse:
    asked = confirmations.question(secret)
    if asked is None or asked.state != "open":
        return _over(request, asked)
    forms = forms or [OwnSheetForm(referent=sheet) for sheet in asked.sheets]
    wrong = any(form.is_bound for form in forms)
    context = {"sheets": asked.sheets, "forms": forms, "check": asked.check, "wrong": wrong}
    return render(request, "territories/confirm.html", context)


def _post(request: HttpRequest, secret: str) -> HttpResponse:
    outcome = ANSWERS.get(request.POST.get("reponse", ""))
    if outcome is None:
        return _get(request, secret)
    corrections = None
    if outcome == Outcome.CORRECTED:
        asked = confirmations.question(secret)
        if asked is None or asked.state != "open":
            return _over(request, asked)
        forms = [OwnSheetForm(request.POST, referent=sheet) for sheet in asked.sheets]
        if any([not form.is_valid() for form in forms]):  # noqa: C419 (each of them is to be read)
            return _get(request, secret, forms)
        corrections = {form.referent.pk: form.sheet() for form in forms}
    try:
        done = confirmations.answer(secret=secret, outcome=outcome, corrections=corrections)
    except AlreadyAnsweredError:
        return _over(request, confirmations.question(secret))
    if done is None:
        return _over(request, None)
    first = done.sheets[0]
    context = {"outcome": outcome.value, "house": first.structure or first.organisation}
    return render(request, "territories/confirm_done.html", context)


def _over(request: HttpRequest, asked: Question | None) -> HttpResponse:
    context: dict[str, Any] = {"state": "unknown", "check": None}
    if asked is not None:
        context = {"state": asked.state, "check": asked.check}
    return render(request, "territories/confirm_over.html", context, status=404 if asked is None else 410)


def _kept_to_oneself(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response

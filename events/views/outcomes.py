"""`/agenda/bilan/<secret>/` and `/pro/agenda/bilans/`: did it take place, how many came?"""

from __future__ import annotations

from contextlib import suppress

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from events.forms_people import OutcomeForm
from events.models import Registration, Session
from events.pro_access import houses_of, pro_page
from events.services import outcomes
from events.services.registration_mails import facts, when
from events.views.secret_page import secret_page, see_other


@secret_page
def outcome(request: HttpRequest, secret: str) -> HttpResponse:
    """Two questions about one date that is over; the answer may be corrected for a while."""
    session = outcomes.of_secret(secret)
    if session is None:
        return render(request, "events/registration/outcome_over.html", {"known": False}, status=404)
    if not outcomes.is_open(session):
        return render(request, "events/registration/outcome_over.html", {"known": True, **facts(session)}, status=410)
    form = OutcomeForm(request.POST if request.method == "POST" else None, initial=_initial(session))
    if form.is_valid():
        with suppress(ValidationError):  # over in between: the page says so
            outcomes.answer(session=session, **form.values())
        return see_other("outcome", secret)
    return render(request, "events/registration/outcome.html", {**facts(session), "form": form})


@require_safe
@pro_page
def waiting(request: HttpRequest) -> HttpResponse:
    """The dates of my organisations of which nothing is known yet."""
    rows = outcomes.waiting(outcomes.of_organisations(houses_of(request.user)))[:200]
    lines = [{"session": session, "when": when(session), "secret": outcomes.secret_of(session)} for session in rows]
    return render(request, "events/pro/outcomes.html", {"lines": lines})


def _initial(session: Session) -> dict[str, object]:
    """What was answered before; else how many were marked present."""
    if session.answered_at:
        return {"happened": "oui" if session.happened else "non", "attended": session.attended}
    came = Registration.objects.filter(session=session, present=True).count()
    return {"attended": came or None}

"""« Proposer un évènement »: a form for everybody, read again before it is sent, confirmed by a letter (A5, S4)."""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core.api.throttle import FairUse
from core.fair_use import fair_use
from core.reference import EventType
from events.field_words import words
from events.forms_proposals import ProposalForm
from events.forms_proposals import token as token_of
from events.models import Event
from events.render import times
from events.services import duplicates, proposing
from events.views.secret_page import secret_page
from territories.rules import may_enter_pro

_LATER = (
    "Beaucoup de propositions viennent de chez vous\u00a0: envoyez celle-ci dans {minutes}\u00a0min. Rien n’est perdu."
)


class ProposalUse(FairUse):
    """So many events proposed by one visitor, whose address is written nowhere."""

    scope = "proposals"


@login_not_required
@csrf_exempt  # nobody is recognised and no cookie is set: the form carries a signature of ours instead (`token`)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fair_use
def propose(request: HttpRequest) -> HttpResponse:
    """The form; then the page that shows what will be sent and what looks like it; then the sending."""
    if request.method != "POST":
        return _form(request, ProposalForm())
    data = request.POST.copy()
    step = data.pop("etape", [""])[-1]
    form = ProposalForm(data)
    if form.trapped:  # a program believes that it succeeded
        return redirect("propose_event_thanks")
    if step == "corriger":
        return _form(request, _as_typed(data))
    if request.headers.get("Sec-Fetch-Site") == "cross-site" or not form.is_valid():
        data["token"] = token_of()
        return _form(request, form)
    return _send(request, form) if step == "envoyer" else _preview(request, form, data)


def _send(request: HttpRequest, form: ProposalForm) -> HttpResponse:
    use = ProposalUse()
    if not use.allow_request(request, None):  # type: ignore[arg-type]  # it reads `method` and `META` only
        seconds = max(1, round(use.wait()))
        form.add_error(None, _LATER.format(minutes=-(-seconds // 60)))
        response = _form(request, form)
        response.status_code = 429
        response["Retry-After"] = str(seconds)
        return response
    who = {name: form.cleaned_data[name] for name in ("name", "email")}
    # The same answer as to everybody: nobody learns here what somebody else proposed.
    with suppress(proposing.TooManyUnconfirmedError):
        proposing.propose(values=form.values(), sessions=form.sessions(), **who)
    response = redirect("propose_event_thanks")
    response.status_code = 303
    return response


def _preview(request: HttpRequest, form: ProposalForm, data: QueryDict) -> HttpResponse:
    """What will be sent, and what the agenda already has that looks like it."""
    values, sessions = form.values(), form.sessions()
    moments = [
        duplicates.Moment(
            s["starts_at"], s["commune"].pk if s.get("commune") else "", getattr(s.get("commune"), "lat", None),
            getattr(s.get("commune"), "lon", None), s["attendance"] != "place",
        )
        for s in sessions
    ]  # fmt: skip
    wanted = duplicates.Candidate(
        title=values["title"], moments=moments, organiser=values["organiser_name"],
        links=tuple(filter(None, (values["website"], values["registration_url"]))),
    )  # fmt: skip
    context = {
        "form": form, "values": values, "place": sessions[0],
        "dates": [times.when(s["starts_at"], s["ends_at"]) for s in sessions], "kind": EventType(values["kind"]).label,
        "said": [(label, words(name, values[name])) for name, label in _OPTIONAL if values[name]],
        "known": duplicates.close(wanted, waiting=False)[:3],
        "hidden": [(name, value) for name, listed in data.lists() for value in listed],
    }  # fmt: skip
    return render(request, "events/propose_preview.html", context)


_OPTIONAL = (
    ("publics", "Publics"),
    ("sectors", "Secteurs"),
    ("access", "Accessibilité"),
    ("access_text", "Précisions"),
)


def _as_typed(data: QueryDict) -> ProposalForm:
    """The form as it was typed, without a word on what it lacks."""
    form = ProposalForm()
    multiple = {"publics", "sectors", "access"}
    form.initial = {name: data.getlist(name) if name in multiple else data[name] for name in data}
    form.initial["token"] = token_of()
    return form


def _form(request: HttpRequest, form: ProposalForm) -> HttpResponse:
    professional = request.user.is_authenticated and may_enter_pro(request.user)
    context = {"form": form, "professional": professional, "days": settings.EVENT_PROPOSAL_DAYS}
    return render(request, "events/propose.html", context | {"kept_days": settings.EVENT_PROPOSER_DAYS})


@login_not_required
@never_cache
@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    return _noindex(render(request, "events/propose_thanks.html", {"days": settings.EVENT_PROPOSAL_DAYS}))


@secret_page
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Where the letter leads: a button sends the proposal, opening the page does nothing (readers of mail open it)."""
    event = proposing.of_token(token)
    if event is None:
        return render(request, "events/propose_unknown.html", status=404)
    if request.method == "POST":
        proposing.confirm(event)
        response = redirect("propose_event_confirm", token)
        response.status_code = 303
        return response
    waits = event.state == Event.State.DRAFT
    dates = [times.when(s.starts_at, s.ends_at, all_day=s.all_day) for s in event.sessions.all()]
    context = {"event": event, "waits": waits, "dates": dates, "days": settings.EVENT_PROPOSER_DAYS}
    return render(request, "events/propose_confirm.html", context)


def _noindex(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    return response

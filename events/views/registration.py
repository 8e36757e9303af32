"""`/agenda/inscription/…` and `/agenda/mon-inscription/…`: a seat asked for, seen, confirmed, given back (A1)."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core.api.throttle import FairUse, visitor
from events.forms_people import PublicForm, RegistrationForm
from events.models import Event, Session
from events.services import held_seats, registering
from events.services.registering import DoorShutError
from events.services.registration_mails import facts, other_dates
from events.services.seats import Door, door_of, seats_of
from events.services.secret_links import secret_of
from events.views.secret_page import secret_page, see_other

_TOO_MANY_HELD = (
    "Plusieurs places demandées de chez vous attendent leur confirmation\u00a0: ouvrez d’abord les liens reçus par"
    " courriel, ou adressez-vous à l’organisateur si vous venez en groupe."
)


class RegistrationUse(FairUse):
    """So many seats and alerts asked for by one visitor, whose address is written nowhere."""

    scope = "registrations"


def too_many(request: HttpRequest, form: PublicForm) -> int:
    """Seconds to wait, said in the form, when this visitor asked a lot lately; 0 otherwise."""
    use = RegistrationUse()
    if use.allow_request(request, None):  # type: ignore[arg-type]  # it reads `method` and `META` only
        return 0
    seconds = max(1, round(use.wait()))
    form.add_error(
        None, f"Beaucoup de demandes viennent de chez vous\u00a0: renvoyez celle-ci dans {-(-seconds // 60)} min."
    )
    return seconds


@login_not_required
@csrf_exempt  # no cookie is set: the form carries a signature of ours, of this very account when there is one
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, session: UUID) -> HttpResponse:
    """Ask for a seat; says plainly why when none is given. 404 for a date that is not public."""
    found = _session(session)
    owned = _proven_addresses(request)
    subject = f"{found.public_id}/{request.user.pk or ''}"
    name = getattr(request.user, "name", "") if owned else ""
    form = RegistrationForm(
        request.POST.dict() if request.method == "POST" else None, subject=subject,
        initial={"name": name, "email": owned[0] if owned else ""},
    )  # fmt: skip
    if request.method != "POST":
        return _page(request, found, form)
    if form.trapped:  # a program believes that it succeeded
        return see_other("register_thanks", found.public_id)
    if request.headers.get("Sec-Fetch-Site") == "cross-site" or not form.is_valid():
        form.signed_again()
        return _page(request, found, form)
    if seconds := too_many(request, form):
        response = _page(request, found, form, status=429)
        response["Retry-After"] = str(seconds)
        return response
    return _register(request, found, form, owned)


def _register(request: HttpRequest, found: Session, form: RegistrationForm, owned: list[str]) -> HttpResponse:
    email = form.cleaned_data["email"].lower()
    proven = email in owned
    asker = held_seats.key_of(visitor(RegistrationUse().get_ident(request)))  # type: ignore[arg-type]
    name = form.cleaned_data["name"]
    try:
        made = registering.register(session=found, name=name, email=email, proven=proven, asker=asker)
    except held_seats.TooManyHeldError:
        form.add_error(None, _TOO_MANY_HELD)
        return _page(request, found, form, status=429)
    except DoorShutError as shut:
        return _page(request, found, form, door=shut.door, status=409)
    if proven and made is not None:  # theirs: no secret is told to anybody else
        return see_other("registration", secret_of(made))
    return see_other("register_thanks", found.public_id)


@login_not_required
@never_cache
@require_safe
def thanks(request: HttpRequest, session: UUID) -> HttpResponse:
    """The same words for everybody: nobody learns here who is registered."""
    found = _session(session)
    full = door_of(found, seats_of([found])[found.pk]) in (Door.WAITING, Door.FULL)  # public, whoever asks
    return _noindex(render(request, "events/registration/thanks.html", {**facts(found), "full": full}))


@secret_page
def registration(request: HttpRequest, secret: str) -> HttpResponse:
    """One's own seat: see it, confirm it, give it back."""
    found = registering.of_secret(secret)
    if found is None:
        return render(request, "events/registration/unknown.html", status=404)
    if request.method == "POST":
        act = {"confirmer": registering.confirm, "annuler": registering.give_back}.get(request.POST.get("geste", ""))
        if act is not None:
            with suppress(DoorShutError):  # over in between: the page says so
                act(registration=found)
        return see_other("registration", secret)
    session = found.session
    seats = seats_of([session])[session.pk]
    door, said = door_of(session, seats), facts(session)
    context = {
        **said, "registration": found, "door": door, "again": door.asks,
        "online_url": said["online_url"] if found.state == "confirmed" else "",
        "others": door == Door.CANCELLED and other_dates(session),
    }  # fmt: skip
    return render(request, "events/registration/own.html", context)


def _session(key: UUID) -> Session:
    rows = Session.objects.select_related("event__organisation", "commune", "site")
    found = rows.filter(public_id=key, event__state__in=Event.PUBLIC_STATES).first()
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, found: Session, form: RegistrationForm, *, door: Door | None = None, status: int = 200
) -> HttpResponse:
    seats = seats_of([found])[found.pk]
    door = door or door_of(found, seats)
    if request.method == "POST" and status == 200 and not door.asks:
        status = 409
    context = {
        **facts(found), "form": form, "door": door, "asks": door.asks, "seats": seats, "posted": status == 409,
        "kept_days": settings.REGISTRATION_DAYS,
    }  # fmt: skip
    return _noindex(render(request, "events/registration/register.html", context, status=status))


def _proven_addresses(request: HttpRequest) -> list[str]:
    """The addresses that whoever is signed in proved to be theirs, the main one first."""
    if not request.user.is_authenticated:
        return []
    rows = EmailAddress.objects.filter(user=request.user, verified=True).order_by("-primary", "pk")
    return [address.lower() for address in rows.values_list("email", flat=True)]


def _noindex(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    return response

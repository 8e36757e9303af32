"""The door of a portfolio, its first page, and who the person is."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from core.encryption import Undecipherable
from core.http import drawn, private, public_page
from core.uploads import in_memory
from lorfolio.dashboard import dashboard
from lorfolio.forms.home import Opening, Photo, Profile, network_of
from lorfolio.http import owner
from lorfolio.models import Portfolio
from lorfolio.services import profile
from lorfolio.services.opening import open_portfolio

MOST_PHOTO = 10 * 1024 * 1024  # as `core.images` says


@public_page
def discover(request: HttpRequest) -> HttpResponse:
    """What it is, what it is for, who sees what (S5)."""
    return render(request, "lorfolio/home/discover.html")


@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest) -> HttpResponse:
    """One small page, once: then the portfolio is there."""
    user = cast(User, request.user)
    if Portfolio.objects.filter(user=user).exists():
        return private(redirect("lorfolio_home"))
    given, _, family = user.name.partition(" ")
    form = Opening(
        request.POST if request.method == "POST" else None,
        today=timezone.localdate(),
        initial={"given_name": given[:80], "family_name": family[:80]},
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            open_portfolio(
                user=user, given_name=said["given_name"], family_name=said["family_name"], born_on=said["born"],
                today=timezone.localdate(),
            )  # fmt: skip
            return private(redirect("lorfolio_home"))
        except ValidationError as refused:
            form.add_error(None, refused)
    return private(drawn(render(request, "lorfolio/home/opening.html", {"form": form})))


@owner
@require_safe
def home(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    return render(
        request,
        "lorfolio/home/home.html",
        {"portfolio": portfolio, "board": dashboard(portfolio, timezone.localdate())},
    )


@owner
@require_http_methods(["GET", "HEAD", "POST"])
def who(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    form = Profile(request.POST) if request.method == "POST" else Profile.of(portfolio)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        commune, place = said["home"]
        facts = {name: said[name] for name in profile.FACTS if name in said} | {"commune": commune, "place": place}
        pages = [{"network": network_of(url), "url": url} for url in form.pages()]
        profile.say_who(portfolio=portfolio, facts=facts, pages=pages, german=form.german())
        messages.success(request, "C’est enregistré.")
        return redirect("lorfolio_profile")
    shown = {"form": form, "photo_form": Photo(), "portfolio": portfolio}
    return render(request, "lorfolio/home/profile.html", shown)


@in_memory
@owner
@require_POST
def change_photo(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    """A picture given, or taken away."""
    now = timezone.now()
    if "remove" in request.POST:
        profile.remove_photo(portfolio=portfolio, at=now)
        messages.success(request, "Votre photo est retirée, de vos CV aussi.")
        return redirect("lorfolio_profile")
    form = Photo(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data["photo"]
        try:
            profile.set_photo(portfolio=portfolio, data=given.read(MOST_PHOTO + 1), at=now)
        except ValidationError as refused:
            form.add_error("photo", refused.messages)
        else:
            messages.success(request, "Votre photo est enregistrée.")
            return redirect("lorfolio_profile")
    shown = {"form": Profile.of(portfolio), "photo_form": form, "portfolio": portfolio}
    return render(request, "lorfolio/home/profile.html", shown, status=200)


@owner
@require_safe
def own_photo(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    """For the person alone."""
    try:
        data = profile.own_photo(portfolio=portfolio, at=timezone.now())
    except (OSError, Undecipherable) as error:
        raise Http404 from error
    if not data:
        raise Http404
    answer = HttpResponse(data, content_type="image/webp")
    answer["X-Content-Type-Options"] = "nosniff"
    return answer

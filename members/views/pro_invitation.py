"""`/pro/invitation/<secret>/`: the page that the mail of an invitation opens. It asks for no account to be read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members.forms import JoinForm
from members.invited import by
from members.models import Invitation
from members.rules import is_member_of
from members.services_invitations import InvitationRefusedError, State, accept, find, is_for, masked, state_of


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Who invites, to what; one button for the person invited. 410 once the link is over, 404 when there is none."""
    found = find(secret)
    if found is None:
        return _page(request, None, "unknown", 404)
    return _answer(request, found)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest, pk: int) -> HttpResponse:
    """The same page for whoever proved the invited address, without the link of the mail; 404 for anybody else."""
    found = Invitation.objects.select_related("organisation", "invited_by").filter(pk=pk).first()
    user: Any = request.user
    if found is None or not is_for(found, user):
        raise Http404
    return _answer(request, found)


def _answer(request: HttpRequest, found: Invitation) -> HttpResponse:
    user: Any = request.user
    state = state_of(found)
    if (
        state is State.USED
        and user.is_authenticated
        and found.accepted_by_id == user.pk
        and is_member_of(user, found.organisation)
    ):
        return redirect("pro_organisation", found.organisation.slug)  # the button pressed twice
    if state is not State.OPEN:
        return _page(request, found, state.value, 410)
    who = "anonymous" if not user.is_authenticated else "open" if is_for(found, user) else "other"
    if who != "open":
        return _page(request, found, who, 403 if request.method == "POST" else 200)
    form = JoinForm(request.POST if request.method == "POST" else None, initial={"name": user.name})
    if form.is_valid():
        return _accept(request, found, form)
    return _page(request, found, "open", 200, form)


def _accept(request: HttpRequest, found: Invitation, form: JoinForm) -> HttpResponse:
    user: Any = request.user
    try:
        mandate = accept(invitation=found, user=user, name=form.cleaned_data["name"])
    except InvitationRefusedError as refused:
        return _page(request, found, refused.state.value if refused.state else "other", 410 if refused.state else 403)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, found, "open", 409, form)
    messages.success(request, f"Bienvenue dans l’équipe de {mandate.organisation.display_name}.")
    return redirect("pro_home")


def _page(
    request: HttpRequest, found: Invitation | None, state: str, status: int, form: JoinForm | None = None
) -> HttpResponse:
    """One page for every state; the invited address is never shown in full."""
    come_back = urlencode({"next": request.path})
    context = {
        "state": state,
        "form": form,
        "invitation": found if state in ("open", "anonymous", "other") else None,
        "address": masked(found.email) if found else "",
        "by": by(found) if found else "",
        "login_url": f"{reverse('account_login')}?{come_back}",
        "signup_url": f"{reverse('account_signup')}?{come_back}",
    }
    return render(request, "members/pro/invitation.html", context, status=status)

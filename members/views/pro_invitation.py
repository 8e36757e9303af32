"""`/pro/invitation/<secret>/`: the page that the mail of an invitation opens. It asks for no account to be read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members.models import Invitation
from members.services_invitations import InvitationRefusedError, State, accept, find, is_for, masked, state_of


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Who invites, to what; one button for the person invited. 410 once the link is over, 404 when there is none."""
    found = find(secret)
    if found is None:
        return _page(request, None, "unknown", 404)
    user: Any = request.user
    state = state_of(found)
    if state is State.USED and user.is_authenticated and found.accepted_by_id == user.pk:
        return redirect("pro_organisation", found.organisation.slug)  # the button pressed twice
    if state is not State.OPEN:
        return _page(request, found, state.value, 410)
    who = "anonymous" if not user.is_authenticated else "open" if is_for(found, user) else "other"
    if request.method == "POST" and who == "open":
        return _accept(request, found)
    return _page(request, found, who, 403 if request.method == "POST" else 200)


def _accept(request: HttpRequest, found: Invitation) -> HttpResponse:
    user: Any = request.user
    try:
        mandate = accept(invitation=found, user=user)
    except InvitationRefusedError as refused:
        return _page(request, found, refused.state.value if refused.state else "other", 410 if refused.state else 403)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return _page(request, found, "open", 409)
    messages.success(request, f"Bienvenue dans l’équipe de {mandate.organisation.display_name}.")
    return redirect("pro_home")


def _page(request: HttpRequest, found: Invitation | None, state: str, status: int) -> HttpResponse:
    """One page for every state; the invited address is never shown in full."""
    come_back = urlencode({"next": request.path})
    context = {
        "state": state,
        "invitation": found if state in ("open", "anonymous", "other") else None,
        "address": masked(found.email) if found else "",
        "by": (found.invited_by.name if found and found.invited_by else "") or "La personne qui gère sa page",
        "login_url": f"{reverse('account_login')}?{come_back}",
        "signup_url": f"{reverse('account_signup')}?{come_back}",
    }
    return render(request, "members/pro/invitation.html", context, status=status)

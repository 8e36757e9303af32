"""`/comptes/fournisseurs/`: coming in by ProConnect or FranceConnect, linking them, leaving them."""

from __future__ import annotations

from typing import Any

from allauth.account import views as account_views
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ReauthenticationRequired
from allauth.socialaccount import views as social_views
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from accounts.oidc import StrictAdapter, end_session_url
from accounts.provider import linked_doors, offered
from accounts.reauth import recently_signed_in
from accounts.social import SESSION
from core.encryption import Undecipherable, decrypt


def _leave(request: HttpRequest, name: str, url: str, *, away: bool) -> HttpResponse:
    """A page that goes on by itself: a form may not lead off the portal (CSP), a page may."""
    return render(request, "socialaccount/login_redirect.html", {"name": name, "url": url, "away": away})


@login_not_required
@require_POST
def enter(request: HttpRequest, provider: str) -> HttpResponse:
    """Go to the provider. `process=connect` links it to the account at hand, whose owner said lately who they are."""
    if request.POST.get("process") == "connect":
        if not request.user.is_authenticated:
            return redirect("account_login")
        if not recently_signed_in(request):
            raise ReauthenticationRequired
    elif request.POST.get("process", "login") != "login":
        raise Http404
    try:
        door = StrictAdapter(request, provider).get_provider()
        answer = door.redirect_from_request(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except (OAuth2Error, RequestException, KeyError):
        messages.error(request, "Ce service ne répond pas. Réessayez dans quelques minutes.")
        return redirect("account_login")
    return _leave(request, door.name, answer["Location"], away=True)


class CallbackView(OAuth2CallbackView):
    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        self.adapter.state = state
        return state, response


@login_not_required
@require_safe
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Back from the provider: signed in, linked, or told why not."""
    try:
        with transaction.atomic():
            view = CallbackView.adapter_view(StrictAdapter(request, provider))
            response: HttpResponse = view(request)
            return response
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except IntegrityError:  # the same person came in twice at the same instant
        messages.error(request, "Cette demande vient d’être traitée : recommencez.")
        return redirect("account_login")
    except (KeyError, TypeError, ValueError):  # an answer that has not the shape of one
        return render(request, "socialaccount/authentication_error.html", status=401)


@login_not_required
@require_safe
def cancelled(request: HttpRequest) -> HttpResponse:
    messages.info(request, "Vous n’êtes pas allé·e au bout : rien n’a changé. Vous pouvez recommencer.")
    return redirect("socialaccount_connections" if request.user.is_authenticated else "account_login")


class ConnectionsView(social_views.ConnectionsView):
    """What is linked, what may be."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        linked = {held.provider: held for held in SocialAccount.objects.filter(user_id=self.request.user.pk)}
        rows = [(door, linked.pop(door.id, None)) for door in offered(self.request)]
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"rows": rows, "others": list(linked.values())}


connections = transaction.atomic(ConnectionsView.as_view())


@require_safe
def again(request: HttpRequest) -> HttpResponse:
    """Who has neither password nor factor says who they are where they came in."""
    context = {"doors": linked_doors(request), "next": get_next_redirect_url(request)}
    return render(request, "socialaccount/again.html", context)


@login_not_required
def logout(request: HttpRequest) -> HttpResponse:
    """Leave the portal, then the provider one came in by."""
    came_by = request.session.get(SESSION) if request.method == "POST" else None
    response: HttpResponse = account_views.logout(request)
    if not came_by or response.status_code != 302:
        return response
    try:
        adapter = StrictAdapter(request, came_by["provider"])
        url = end_session_url(adapter, decrypt(came_by["id_token"]))
        return _leave(request, adapter.get_provider().name, url, away=False) if url else response
    except (SocialApp.DoesNotExist, Undecipherable):  # it is no more offered, or the keys changed since
        return response

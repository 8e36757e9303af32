"""`/comptes/code-de-conduite/`: read by anyone signed in, accepted once a version by those who work in the SPRO."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import conduct as code
from accounts.rules import works


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def conduct(request: HttpRequest) -> HttpResponse:
    """Show the code; a POST with its version accepts it and goes on to where one was going."""
    user: Any = request.user
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        wanted = ""
    if request.method == "POST" and works(user):
        try:
            code.accept(user=user, version=request.POST.get("version", ""), actor=user)
        except ValidationError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, "Merci : votre accord est enregistré.")
            return redirect(wanted or "account_home")
    context = {"version": code.VERSION, "must_accept": code.must_accept(user), "next": wanted, "works": works(user)}
    return render(request, "accounts/conduct.html", context)

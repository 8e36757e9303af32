"""`/comptes/supprimer/`: everything is said before, nothing is left after, and a receipt says what went (L10)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import erasing
from accounts.forms import EraseForm
from accounts.reauth import recent_login_required

SESSION = "erased"
RECEIPT_SECONDS = 3600  # then the browser forgets it too


@require_http_methods(["GET", "HEAD", "POST"])
@recent_login_required
def erase(request: HttpRequest) -> HttpResponse:
    """What goes and what stays, then a word to type; the account is gone when the answer comes back."""
    user: Any = request.user
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            receipt = erasing.erase(user=user, at=timezone.now())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _gone(request, receipt)
    before = erasing.beforehand(user)
    status = 409 if form.non_field_errors() else 200
    return render(request, "accounts/erase.html", {"form": form, "before": before}, status=status)


def _gone(request: HttpRequest, receipt: erasing.Receipt | None) -> HttpResponse:
    """Signed out everywhere; the receipt is this browser's alone, for an hour."""
    request.session.flush()
    request.user = AnonymousUser()
    if receipt is None:  # a second click: the first one has it
        return redirect("home")
    request.session[SESSION] = receipt.kept()
    request.session.set_expiry(RECEIPT_SECONDS)
    return redirect("account_erased")


@login_not_required
@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """The receipt; without one, nothing is told of anybody."""
    receipt = _receipt(request)
    if receipt is None:
        return redirect("home")
    return render(request, "accounts/erased.html", {"receipt": receipt})


@login_not_required
@require_safe
def receipt_file(request: HttpRequest) -> HttpResponse:
    """The same, as a file."""
    receipt = _receipt(request)
    if receipt is None:
        return redirect("home")
    text = "\n".join([*receipt.lines(), "", f"Empreinte SHA-256 de ce qui précède\u00a0: {receipt.digest}", ""])
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="recu-effacement.txt"'
    return response


def _receipt(request: HttpRequest) -> erasing.Receipt | None:
    kept = request.session.get(SESSION)
    return erasing.Receipt(**kept) if kept else None

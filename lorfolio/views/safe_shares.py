"""Links that show some files: made, read and taken back by their owner."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core.encryption import Undecipherable
from lorfolio.forms.safe import Sharing
from lorfolio.http import is_minor, mine, owner
from lorfolio.models import Portfolio, SafeFile, Share
from lorfolio.services import safe, sharing
from lorfolio.views.safe import GET_POST

MOST_SHOWN = 100


@owner
@require_safe
def shares(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    now = timezone.now()
    rows = list(Share.objects.filter(portfolio=portfolio).annotate(count=Count("files"))[:MOST_SHOWN])
    standing = [row for row in rows if _state(row, now) == "open"]
    context = {
        "standing": standing, "over": [row for row in rows if row not in standing], "minor": is_minor(portfolio),
        "has_files": SafeFile.objects.filter(portfolio=portfolio).exists(),
    }  # fmt: skip
    return render(request, "lorfolio/safe/shares.html", context)


def _state(row: Share, now: dt.datetime) -> str:
    if row.revoked_at:
        return "revoked"
    if row.expires_at <= now:
        return "expired"
    return "spent" if row.opened >= row.most else "open"


@owner
@GET_POST
def new(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    """Which files, for how long, how many times."""
    if is_minor(portfolio):
        return render(request, "lorfolio/safe/share_minor.html", status=403 if request.method == "POST" else 200)
    form = Sharing(
        request.POST if request.method == "POST" else None, files=_choices(portfolio),
        initial={"documents": request.GET.getlist("document")[:50]},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = sharing.share(
                portfolio=portfolio, label=said["label"], files=[UUID(key) for key in said["documents"]],
                days=said["days"], most=said["most"], at=timezone.now(),
            )  # fmt: skip
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, "Le lien est prêt.")
            return redirect("lorfolio_share", made.pk)
    return render(request, "lorfolio/safe/share_new.html", {"form": form})


def _choices(portfolio: Portfolio) -> list[tuple[UUID, str]]:
    seal, found = safe.seal_of(portfolio), []
    for row in SafeFile.objects.filter(portfolio=portfolio).only("pk", "sealed", "created_at"):
        try:
            found.append((row.pk, safe.known(row, seal).name))
        except Undecipherable:
            continue
    return found


@owner
@require_safe
def share(request: HttpRequest, share: UUID, portfolio: Portfolio) -> HttpResponse:
    """The link itself, what it shows, how often it was opened."""
    row = mine(Share, portfolio, share)
    shown = set(row.files.values_list("pk", flat=True))
    context = {
        "share": row, "files": [{"pk": key, "name": name} for key, name in _choices(portfolio) if key in shown],
        "state": _state(row, timezone.now()), "address": sharing.address_of(row),
    }  # fmt: skip
    return render(request, "lorfolio/safe/share.html", context)


@owner
@require_POST
def end(request: HttpRequest, share: UUID, portfolio: Portfolio) -> HttpResponse:
    row = mine(Share, portfolio, share)
    sharing.revoke(share=row, portfolio=portfolio, at=timezone.now())
    messages.success(request, "Le lien est retiré\u00a0: il ne s’ouvre plus.")
    return redirect("lorfolio_shares")

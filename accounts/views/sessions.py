"""`/comptes/sessions/`: where one is signed in, and out of which one signs from here."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import sessions as book
from accounts.reauth import recent_login_required


@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """The list; a POST with `end` (a session's number) or `others` ends, once who asks said who they are."""
    if request.method == "POST":
        return _end(request)
    current = request.session.session_key
    rows = [(row, row.session_key == current) for row in book.open_sessions(request.user)]
    rows.sort(key=lambda row: not row[1])
    return render(request, "usersessions/usersession_list.html", {"sessions": rows, "others": len(rows) > 1})


@recent_login_required
def _end(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    current = request.session.session_key
    number = request.POST.get("end", "")
    if "others" in request.POST:
        ended = book.end_others(user=user, but=current)
    elif number.isascii() and number.isdigit() and len(number) < 18:
        ended = book.end_one(user=user, pk=int(number))
    else:
        ended = 0
    if ended:
        messages.success(request, "Les autres sessions sont fermées." if ended > 1 else "La session est fermée.")
    else:
        messages.info(request, "Cette session était déjà fermée.")
    return redirect("usersessions_list")

"""The page of who is asked to attest: what is to be confirmed, yes or no; nothing else of the person."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from core.fair_use import fair_use
from lorfolio.forms.proofs import Attest
from lorfolio.http import by_link
from lorfolio.services import attesting
from lorfolio.services.proofs import item_of


@by_link
@fair_use
@require_http_methods(["GET", "HEAD", "POST"])
def attest(request: HttpRequest, token: str) -> HttpResponse:
    """Looking at it uses nothing up (a mail's scanner looks); a link that opens nothing says the same whatever it"
    " was."""
    now = timezone.now()
    proof = attesting.asked_by(token, now)
    if proof is None:
        return render(request, "lorfolio/proofs/attest_over.html", status=404)
    words = attesting.words_of(item_of(proof))
    first = {"mark": attesting.mark_of(words), "name": proof.asked_name}
    form = Attest(initial=first)
    if request.method == "POST" and "decline" in request.POST:
        done = attesting.answer(proof=proof, confirmed=False, at=now)
        return _thanks(request, False) if done else render(request, "lorfolio/proofs/attest_over.html", status=404)
    if request.method == "POST":
        form = Attest(request.POST)
        if form.is_valid():
            said = form.cleaned_data
            try:
                done = attesting.answer(
                    proof=proof, confirmed=True, at=now, mark=said["mark"], name=said["name"], role=said["role"],
                    organisation=said["organisation"], statement=said["statement"],
                )  # fmt: skip
                return (
                    _thanks(request, True) if done else render(request, "lorfolio/proofs/attest_over.html", status=404)
                )
            except ValidationError as refused:
                kept = {name: value for name, value in request.POST.items() if name not in ("mark", "true")}
                form = Attest(kept | {"mark": first["mark"]})
                form.full_clean()
                form.errors.clear()
                form.add_error(None, refused)
    shown = {"form": form, "words": words, "by": proof.portfolio.full_name, "proof": proof, "item": item_of(proof)}
    return render(request, "lorfolio/proofs/attest.html", shown)


def _thanks(request: HttpRequest, confirmed: bool) -> HttpResponse:
    return render(request, "lorfolio/proofs/attest_thanks.html", {"confirmed": confirmed})

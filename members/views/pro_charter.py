"""`/pro/organisme/<slug>/charte/`: the versions of the charter, read, signed, attested (M3)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.markdown import render as markdown
from members import charters
from members.forms import SignForm
from members.services_charter import ALREADY, sign
from members.views.charter import engagements
from members.views.pro_access import Place, member_page, say


@require_safe
@member_page
def charter(request: HttpRequest, place: Place) -> HttpResponse:
    """The versions in force: which are signed, which wait."""
    context = place.page("pro_charter", versions=charters.versions(place.organisation))
    return render(request, "members/pro/charter.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def version(request: HttpRequest, place: Place, version: str) -> HttpResponse:
    """The text of a version, and the form to sign it for who manages."""
    chosen = _version(place, version)
    if request.method == "POST":
        if not place.manages:
            raise PermissionDenied
        if chosen.signature is not None:  # pressed twice, or a colleague was faster
            messages.info(request, ALREADY)
            return redirect(place.url("pro_charter_version", version))
    form = _form(request, place, chosen)
    if request.method == "POST" and form is not None and form.is_valid():
        values = form.cleaned_data
        if "confirmed" not in request.POST:  # nothing can be taken back: said once more before
            return render(request, "members/pro/charter_recap.html", _context(place, chosen, form))
        user: Any = request.user
        try:
            sign(
                charter=chosen.charter, organisation=place.organisation, signatory=values["signatory"],
                title=values["title"], signed_on=values["signed_on"], actor=user,
            )  # fmt: skip
        except ValidationError as error:
            if getattr(error, "code", "") == "already_signed":
                messages.info(request, ALREADY)
                return redirect(place.url("pro_charter_version", version))
            say(form, error)
        else:
            messages.success(request, "La charte est signée. Merci de votre engagement.")
            return redirect(place.url("pro_charter_version", version))
    return render(request, "members/pro/charter_version.html", _context(place, chosen, form))


@require_safe
@member_page
def attestation(request: HttpRequest, place: Place, version: str) -> HttpResponse:
    """A page to print: what was signed, by whom, when. 404 while nothing is signed."""
    chosen = _version(place, version)
    if chosen.signature is None:
        raise Http404
    context = place.page(
        "pro_charter", title="Attestation", version=chosen, signature=chosen.signature, today=timezone.localdate()
    )
    return render(request, "members/pro/attestation.html", context)


def _version(place: Place, slug: str) -> charters.Version:
    found = next((v for v in charters.versions(place.organisation) if v.charter.version == slug), None)
    if found is None:
        raise Http404
    return found


def _form(request: HttpRequest, place: Place, chosen: charters.Version) -> SignForm | None:
    """The form for who manages, as long as this version may be signed; nothing is guessed but today's date."""
    if not place.manages or not chosen.may_sign or chosen.signature is not None:
        if request.method == "POST":
            raise PermissionDenied
        return None
    return SignForm(request.POST) if request.method == "POST" else SignForm(initial={"signed_on": timezone.localdate()})


def _context(place: Place, chosen: charters.Version, form: SignForm | None) -> dict[str, Any]:
    charter = chosen.charter
    rows = charter.commitments.order_by("engagement_number", "order")
    return place.page(
        "pro_charter",
        title=charter.title,
        version=chosen,
        form=form,
        text=markdown(charter.text, heading_level=3) if charter.text else "",
        engagements=engagements(rows) if charter.amends_id is None else [],
    )

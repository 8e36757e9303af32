"""`/pro/organisme/`: the organisation as those who work there see it, and its sheet (M1, E4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import panels
from members import charters, history, sheet
from members.activities import nested
from members.forms import SheetForm, sheet_initial
from members.models import Mandate, Organisation
from members.people import representatives
from members.rules import mandates_of
from members.services_sheet import SheetChangedError, confirm_sheet, save_sheet
from members.views.pro_access import Place, manager_page, member_page, say
from members.websites import websites

SAVED = "La fiche est enregistrée et confirmée à la date d’aujourd’hui."
CONFIRMED = "Merci : la fiche est confirmée à la date d’aujourd’hui."


@never_cache
@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """The one organisation where the person works, or the choice between several; 403 for who works in none."""
    mandates = list(mandates_of(request.user).select_related("organisation").order_by("organisation__sort_key"))
    if not mandates:
        raise PermissionDenied
    if len(mandates) == 1:
        return redirect("pro_organisation", mandates[0].organisation.slug)
    rows = [{"mandate": mandate, "stale": sheet.is_stale(mandate.organisation)} for mandate in mandates]
    return render(request, "members/pro/organisations.html", {"rows": rows})


@require_safe
@member_page
def overview(request: HttpRequest, place: Place) -> HttpResponse:
    """The state of the sheet, the people, the charter, and what upper rooms bring (panels "pro-organisation")."""
    organisation = place.organisation
    mandates = Mandate.objects.in_force().filter(organisation=organisation).select_related("user")
    versions = charters.versions(organisation)
    context = place.page(
        "pro_organisation",
        **sheet_state(organisation),
        people=list(mandates.order_by("-role", "user__name")),
        versions=versions,
        to_sign=place.manages and any(version.waits for version in versions),
        panels=panels.collect("pro-organisation", request, organisation),
    )
    return render(request, "members/pro/organisation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def edit(request: HttpRequest, place: Place) -> HttpResponse:
    """The sheet: members read it, managers write it. What was typed stays when somebody else saved meanwhile."""
    organisation = place.organisation
    if not place.manages:
        if request.method == "POST":
            raise PermissionDenied
        return render(request, "members/pro/sheet.html", place.page("pro_sheet", **_shown(organisation)))
    form = SheetForm(request.POST) if request.method == "POST" else SheetForm(initial=sheet_initial(organisation))
    other: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            save_sheet(
                organisation=organisation, values=form.values, seen=form.cleaned_data["seen"], actor=request.user,  # type: ignore[arg-type]
                base=sheet.unsealed(form.cleaned_data["base"]),
            )  # fmt: skip
        except SheetChangedError as changed:
            other, form = _both(form, changed)
        except ValidationError as error:
            say(form, error)
        else:
            messages.success(request, SAVED)
            return redirect(place.url("pro_sheet"))
    by_me = bool(other) and history.last_hand(organisation) == str(request.user.pk)
    context = place.page("pro_sheet", form=form, other=other, by_me=by_me, **_shown(organisation))
    return render(request, "members/pro/sheet_form.html", context, status=409 if other else 200)


@require_POST
@manager_page
def confirm(request: HttpRequest, place: Place) -> HttpResponse:
    """« Tout est encore juste »: of the very sheet that was read."""
    try:
        confirm_sheet(organisation=place.organisation, seen=request.POST.get("seen", ""), actor=request.user)  # type: ignore[arg-type]
    except SheetChangedError:
        messages.warning(request, "La fiche a changé depuis que vous l’avez lue : relisez-la avant de la confirmer.")
    else:
        messages.success(request, CONFIRMED)
    return redirect(place.url("pro_sheet"))


@require_safe
@member_page
def changes(request: HttpRequest, place: Place) -> HttpResponse:
    """Who changed what, in words."""
    context = place.page("pro_history", lines=history.lines(place.organisation))
    return render(request, "members/pro/history.html", context)


def sheet_state(organisation: Organisation) -> dict[str, Any]:
    """How complete and how old the sheet is: `parts`, `done`, `missing`, `stale`, `seen`."""
    parts = sheet.parts(organisation)
    return {
        "parts": parts,
        "done": sum(part.done for part in parts),
        "missing": [part.label for part in parts if not part.done],
        "common": any(part.common and not part.written for part in parts),
        "stale": sheet.is_stale(organisation),
        "seen": sheet.fingerprint(organisation),
    }


def _shown(organisation: Organisation) -> dict[str, Any]:
    return sheet_state(organisation) | {
        "representatives": representatives(organisation.legal_representative, organisation.legal_representative_title),
        "activities": nested(organisation.activities),
        "websites": websites(organisation.website),
    }


def _in_words(value: Any) -> str:
    return "" if value is None else str(value).replace(".", ",") if isinstance(value, Decimal) else str(value)


def _both(form: SheetForm, changed: SheetChangedError) -> tuple[list[dict[str, Any]], SheetForm]:
    """What the sheet says now in the fields that both changed, and the form ready to be saved again.

    A field that was left as it was read takes what was saved meanwhile; what was typed stays in the others.
    """
    current, merged = SheetForm(initial=sheet_initial(changed.organisation)), changed.merged
    conflicts, brought = (merged.conflicts, merged.brought) if merged else ([], [])
    typed: Any = dict(form.data.items())
    for name in ("seen", "base", *brought):
        typed[name] = _in_words(current[name].value())
    again = SheetForm(typed)
    again.is_valid()
    return [{"label": again.fields[name].label, "now": _in_words(current[name].value())} for name in conflicts], again

"""`/psad/partenaire/`: what circle 2 reads of the cases (what was shared with it, nothing else), its offers, the
meetings and the tools of its platforms (D5, D6, D10)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from psad.forms.partners import AnswerForm, OfferForm, worded
from psad.http import circle2
from psad.models import KitItem, Meeting, Partner, Platform, Share, Solution
from psad.services import doors, keeping
from territories.models import Site

LATEST = 50


@circle2
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The shares in force, under a label that says nothing of anybody; where the person is a partner."""
    partners = _mine(request)
    mine = {row.pk: row for row in partners}
    shares: list[Any] = list(in_force().filter(partner__in=mine).order_by("ends_at", "pk"))
    for share in shares:
        share.label, share.place = label_of(share), mine[share.partner_id].platform
        share.last_day = last_day(share)
    today = timezone.localdate()
    meetings = Meeting.objects.filter(held_on__gte=today).select_related("platform").order_by("held_on")[:3]
    return _page(request, "home", "accueil", {"shares": shares, "partners": partners, "meetings": meetings})


@circle2
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, key: UUID) -> HttpResponse:
    """One share: the items that were chosen. Each time it is opened is written; gone, it is like one that never was."""
    rows = in_force().select_related("partner__platform")
    found = rows.filter(pk=key, partner__user=request.user.pk).first()
    if found is None:
        raise Http404
    return one_share(
        request, found, "psad/partners/share.html", back=request.path,
        state=f"{request.path}etat/", by=request.user, here="accueil", platform=found.partner.platform,
    )  # fmt: skip


def one_share(
    request: HttpRequest, found: Share, template: str, *, back: str, state: str, by: Any = None, here: str = "",
    platform: Platform | None = None,
) -> HttpResponse:  # fmt: skip
    """The page of a share, by its partner's account or by its link; a POST writes to the team."""
    form = AnswerForm(request.POST if request.method == "POST" else None)
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        try:
            doors.answer(share=found, text=form.cleaned_data["text"], by=by, at=timezone.now())
        except ValidationError as error:
            form.add_error("text", error)
        else:
            messages.success(request, "Votre message est chez l’équipe de la plateforme.")
            return redirect(back)
    shown = doors.read(found, platform)
    context = {
        "shown": shown, "share": found, "label": label_of(found), "form": form, "state": state, "here": here,
        "lines": [(term, worded(value)) for term, value in shown.lines], "last_day": last_day(found),
        "crumbs": [{"label": "Ce qui m’est partagé", "url": reverse("psad_partner")}],
        "contact": [way for way in (shown.platform.phone, shown.platform.email) if way],
    }  # fmt: skip
    return render(request, template, context)


@circle2
@require_safe
def share_state(request: HttpRequest, key: UUID) -> HttpResponse:
    """Whether the share still is: 204, or 404 as for one that never was. An open page asks; nothing is read."""
    return state_of(in_force().filter(pk=key, partner__user=request.user.pk).exists())


def state_of(exists: bool) -> HttpResponse:
    if not exists:
        raise Http404
    return HttpResponse(status=204)


@circle2
@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    """The offers of my organisation, those that are open first."""
    partners = _mine(request)
    rows: list[Any] = list(
        Solution.objects.filter(_house(partners)).select_related("platform", "site")
        .order_by(F("withdrawn_at").desc(nulls_first=True), "title", "pk")
    )  # fmt: skip
    return _page(request, "offers", "offres", {"offers": [counted(row) for row in rows], "partners": partners})


@circle2
@require_http_methods(["GET", "HEAD", "POST"])
def new_offer(request: HttpRequest) -> HttpResponse:
    """A new offer, in the name of the organisation; where the person is a partner of several platforms, of which."""
    partners = _mine(request)
    typed = request.POST.get("partner", "") or request.GET.get("plateforme", "")
    partner = next((row for row in partners if typed in {str(row.pk), row.platform.slug}), None)
    if partner is None and len(partners) > 1:
        return _page(request, "choose", "offres", {"partners": partners})
    partner = partner or partners[0]
    form = OfferForm(request.POST if request.method == "POST" else None, sites=_sites(partner))
    if request.method == "POST" and form.is_valid():
        keeping.offer(platform=partner.platform, partner=partner, values=form.values(), by=request.user, role="partner")
        messages.success(request, "Votre offre est au catalogue\u00a0: l’équipe de la plateforme peut la proposer.")
        return redirect("psad_partner_offers")
    return _page(request, "offer", "offres", {"form": form, "partner": partner, "offer": None})


@circle2
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, key: UUID) -> HttpResponse:
    """Change an offer, close it, open it again. Who was proposed it keeps their place."""
    partners = _mine(request)
    rows = Solution.objects.select_related("platform").filter(_house(partners))
    found: Any = rows.filter(pk=key).first()
    if found is None:
        raise Http404
    mine = next(row for row in partners if row.platform_id == found.platform_id)  # perhaps a colleague's offer
    act = request.POST.get("acte", "")
    if act in {"fermer", "rouvrir"}:
        closed(request, found, act, role="partner")
        return redirect("psad_partner_offers")
    form = OfferForm(request.POST if request.method == "POST" else None, instance=found, sites=_sites(mine))
    if request.method == "POST" and form.is_valid() and changed(form):
        messages.success(request, "L’offre est à jour.")
        return redirect("psad_partner_offers")
    fresh = counted(rows.get(pk=key))
    return _page(request, "offer", "offres", {"form": form, "partner": mine, "offer": fresh})


@circle2
@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    """The key moments of the year, those to come first."""
    rows = list(Meeting.objects.select_related("platform").order_by("-held_on", "title")[:LATEST])
    today = timezone.localdate()
    context = {
        "coming": sorted((row for row in rows if row.held_on >= today), key=lambda row: row.held_on),
        "past": [row for row in rows if row.held_on < today],
    }
    return _page(request, "meetings", "reunions", context)


@circle2
@require_safe
def kit(request: HttpRequest) -> HttpResponse:
    rows = KitItem.objects.select_related("platform").order_by("platform__name", "order", "title")
    return _page(request, "kit", "outils", {"tools": rows})


def in_force() -> QuerySet[Share]:
    """What is shared with the person now, as the database says it: somebody of both circles sees the past ones too."""
    return Share.objects.filter(pk__in=RawSQL("SELECT unnest(psad_shares())", []))


def label_of(share: Share) -> str:
    """How a share is named before it is opened, and on the phone: nothing of the person."""
    return f"Partage {str(share.pk)[:4].upper()}"


def last_day(share: Share) -> dt.date:
    """The last day on which it is read: it ends at midnight."""
    return (timezone.localtime(share.ends_at) - dt.timedelta(days=1)).date()


def counted(row: Any) -> Any:
    """With `free`, the places left (none: not counted)."""
    row.free = None if row.places is None else max(0, row.places - row.taken)
    row.too_late = row.apply_before is not None and row.apply_before <= timezone.localdate()
    return row


def closed(request: HttpRequest, row: Solution, act: str, *, role: str) -> None:
    keeping.withdraw(row=row, at=timezone.now() if act == "fermer" else None, role=role)
    said = "L’offre est fermée\u00a0: elle n’est plus proposée." if act == "fermer" else "L’offre est rouverte."
    messages.success(request, said)


def changed(form: Any) -> bool:
    """Write what is typed, unless somebody else changed it since: said in the form, which keeps what was typed."""
    row = form.instance
    try:
        keeping.change(row=row, values=form.values(), shown=form.cleaned_data["seen"])
    except keeping.Changed as error:
        form.add_error(None, error)
        form.look_again()
    except ValidationError as error:
        for field, faults in error.error_dict.items():
            form.add_error(field, faults)
    else:
        return True
    return False


def _mine(request: HttpRequest) -> list[Partner]:
    rows = Partner.objects.in_force().filter(user=request.user.pk, platform__active=True)
    return list(rows.select_related("platform", "organisation").order_by("platform__name", "pk"))


def _house(partners: list[Partner]) -> Q:
    """The offers of these partners, and of their organisations there (the database lets no other be changed)."""
    found = Q(partner__in=[row.pk for row in partners])
    for row in partners:
        if row.organisation_id is not None:
            found |= Q(platform=row.platform_id, organisation=row.organisation_id, partner__isnull=False)
    return found


def _sites(partner: Partner | None) -> Any:
    house = partner.organisation_id if partner is not None else None
    return Site.objects.filter(organisation=house).order_by("name") if house else Site.objects.none()


def _page(request: HttpRequest, name: str, here: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"psad/partners/{name}.html", context | {"here": here})

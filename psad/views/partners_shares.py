"""`…/dossiers/<case>/partages/`: share items of a case, see who read them, take them back at once (D5, D7, D8)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.postgres.aggregates import ArrayAgg
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import DateTimeField, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from core.links import absolute
from core.outbox import queue_mail
from core.secrets import digest
from psad import reading
from psad.forms.partners import ShareForm, tomorrow_in
from psad.http import circle1
from psad.lists import SharedItem, Step
from psad.models import Case, Grant, Partner, Platform, Share
from psad.services import sharing
from psad.services.cases import Conflict
from psad.services.doors import burnt
from psad.views.partners import label_of, last_day

USUAL_DAYS = 30
_VERBS = {
    "share.read": "a lu ce partage", "share.answer": "a écrit à l’équipe",
    "share.wrong_code": "Un code faux a été essayé", "share.burnt": "Cinq codes faux\u00a0: le lien est fermé",
}  # fmt: skip
_NOBODY = "La personne qui a le lien"
_OF_THE_DOOR = frozenset({"share.wrong_code", "share.burnt"})


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def shares(request: HttpRequest, case: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    """What is and was shared of a case; a POST shares."""
    found = _case(platform, case)
    opened = reading.read(found, role=grant.role)
    partners = list(Partner.objects.in_force().filter(platform=platform).order_by("name"))
    known = sharing.said(opened, SharedItem.values, timezone.localdate())
    start = {"version": found.version, "until": tomorrow_in(USUAL_DAYS, timezone.localdate()), "items": ["name"]}
    typed = request.POST if request.method == "POST" else None
    form = ShareForm(typed, initial=start, partners=partners, known=known)
    if typed is not None and form.is_valid() and (made := _shared(form, found, partners, grant)) is not None:
        messages.success(request, "C’est partagé." if made.link_digest is None else "Le lien et le code sont prêts.")
        return redirect("psad_share", platform.slug, found.pk, made.pk)
    last = RawSQL(
        "(SELECT max(r.at) FROM psad_share_readings(psad_share.case_id) r WHERE r.share = psad_share.id"
        " AND r.verb = 'share.read')",
        [],
        output_field=DateTimeField(),
    )
    rows: list[Any] = list(_rows().filter(case=found).annotate(read_at=last).order_by("-at", "-pk"))
    for row in rows:
        _dress(row)
    context = _frame(platform, grant, found, opened) | {
        "form": form if _shareable(found) else None, "rows": rows, "partners": partners,
    }  # fmt: skip
    return render(request, "psad/partners/shares.html", context)


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, case: UUID, key: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    """One share: what, to whom, who read it when, what was answered; a POST takes it back."""
    rows = _rows().select_related("case", "case__platform", "partner", "by")
    row: Any = rows.filter(case=case, case__platform=platform, case__anonymised_at=None, pk=key).first()
    if row is None:
        raise Http404
    found = row.case
    if request.method == "POST":
        sharing.revoke(share=row.pk, by=request.user, role=grant.role, at=timezone.now())  # type: ignore[arg-type]
        messages.success(
            request, "Le partage a pris fin\u00a0: plus rien ne s’en lit, même sur une page restée ouverte."
        )
        return redirect("psad_shares", platform.slug, found.pk)
    opened = reading.read(found, role=grant.role)
    _dress(row)
    row.readings = _readings(row)
    context = _frame(platform, grant, found, opened) | {
        "row": row, "answers": sharing.answers(row), "way_in": _way_in(row), "label": label_of(row),
    }  # fmt: skip
    context["crumbs"] = [
        *context["crumbs"],
        {"label": "Partages", "url": reverse("psad_shares", args=[platform.slug, found.pk])},
    ]
    return render(request, "psad/partners/share_of_case.html", context)


def _shared(form: ShareForm, case: Case, partners: list[Partner], grant: Grant) -> Share | None:
    told = form.values()
    partner = next(row for row in partners if str(row.pk) == told["partner"])
    given: dict[str, Any] = told | {"partner": partner.pk, "by_link": partner.user_id is None}
    try:
        with transaction.atomic():
            made, _, _ = sharing.share(case=case.pk, by=grant.user, role=grant.role, at=timezone.now(), **given)
    except Conflict as conflict:
        form.add_error(None, conflict)
        data: Any = form.data
        form.data = data.copy()
        form.data["version"] = str(Case.objects.values_list("version", flat=True).get(pk=case.pk))  # type: ignore[index]
    except ValidationError as error:
        faults = error.error_dict if hasattr(error, "error_dict") else {None: error}
        for field, fault in faults.items():
            form.add_error(field if field in form.fields else None, fault)
    else:
        if partner.user_id is not None:
            queue_mail(
                key=f"portal-message:{made.pk}", to=partner.email, template="portal_message",
                context={"address": absolute(reverse("account_home"))},
            )  # fmt: skip
        return made
    return None


def _rows() -> QuerySet[Any]:
    kinds = ArrayAgg("items__kind", default=Value([]))
    return Share.objects.select_related("partner", "by").annotate(item_kinds=kinds)


def _dress(row: Any) -> None:
    """What the page says of a share: its state, its items in words."""
    row.live = row.revoked_at is None and row.ends_at > timezone.now() and row.partner.in_force
    row.burnt = burnt(row)
    row.last_day = last_day(row)
    row.kinds = [item.label for item in SharedItem if item in row.item_kinds]
    row.kind_said = sharing.shown_kind(row.partner, to_team=True)


def _readings(row: Any) -> list[dict[str, Any]]:
    """Who read the share and when, the latest first, as the log says it. Its partner is one person."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT at, actor, verb FROM psad_share_readings(%s) WHERE share = %s ORDER BY at DESC",
            [row.case_id, row.pk],
        )
        lines = cursor.fetchall()
    return [
        {"at": at, "who": "" if verb in _OF_THE_DOOR else row.partner.name if actor else _NOBODY, "what": _VERBS[verb]}
        for at, actor, verb in lines
    ]


def _way_in(row: Share) -> dict[str, str] | None:
    """The link and the code of a share without an account, said again to the team while they open."""
    if row.link_digest is None or not row.live:  # type: ignore[attr-defined]
        return None
    secret, code = sharing.way_in(row)
    if digest(secret) != row.link_digest:  # made under another key of the installation
        return None
    return {"address": absolute(reverse("psad_shared", args=[secret])), "code": f"{code[:4]} {code[4:]}"}


def _case(platform: Platform, key: UUID) -> Case:
    rows = sharing.with_latest(Case.objects.select_related("platform", "commune", "follower"))
    found: Case | None = rows.filter(platform=platform, pk=key, anonymised_at=None).first()
    if found is None:
        raise Http404
    return found


def _shareable(case: Case) -> bool:
    return case.step != Step.CLOSED and case.opposed_at is None


def _frame(platform: Platform, grant: Grant, case: Case, opened: reading.Opened) -> dict[str, Any]:
    return {
        "platform": platform, "grant": grant, "here": "dossier", "case": case, "name": opened.identity.name,
        "crumbs": [
            {"label": "À faire", "url": reverse("psad_queue", args=[platform.slug])},
            {"label": "Dossier", "url": reverse("psad_case", args=[platform.slug, case.pk])},
        ],
    }  # fmt: skip

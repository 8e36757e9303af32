"""A recognition on one page of the desk: how it stands, what surrounds it, what may be done of it (R8-R11, R13)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Prefetch, Q

from recognition.deadlines import window
from recognition.forms.life import GiveUpForm, NoticeForm, PlanVisitForm, SatForm, SuspendForm, signatory
from recognition.letters import law
from recognition.models import Act, Candidature, Decision, Finding, Letter, Notice, Recognition, Visit
from recognition.services.annulling import answer_day, open_notices, why_not_yet, withdrawal_limit
from recognition.standing import standing, until_words
from territories.models import Site

ACTS_SHOWN = 60
Typed = tuple[str, Any] | None


def sheet_of(row: Recognition, today: dt.date, typed: Typed) -> dict[str, Any]:
    """The context of the page; `typed` is a form that was refused, by its name. A fixed number of queries."""
    now = standing(row, today)
    runs = row.starts_on <= today <= row.ends_on and now.key != "withdrawn"
    notices = list(Notice.objects.filter(recognition=row).prefetch_related("decisions"))
    return {
        "standing": now,
        "until": until_words(row),
        "runs": runs,
        "days_left": (row.term_on - today).days,
        "acts": _acts(row),
        "letters": list(Letter.objects.filter(Q(recognition=row) | Q(decision=row.granted_by)).distinct()),
        "decisions": list(_decisions(row)),
        "visits": list(visits_of(Visit.objects.filter(recognition=row))),
        "notices": notices,
        "renewal": _renewal(row, today),
        "places": list(_places(row)),
        "forms": _forms(row, today, runs, typed),
        "typed": typed[0] if typed else "",
        "withdrawal_limit": withdrawal_limit(row),
        "law": {"withdrawal": law.L242_1, "repeal": law.L242_2, "hearing": law.L121_1, "code": law.CRPA},
    }


def visits_of(rows: Any) -> Any:
    """Visits with how many gaps each found, and how many are still to mend."""
    gap = ~Q(findings__severity=Finding.Severity.MET)
    return rows.annotate(
        gaps=Count("findings", filter=gap), left=Count("findings", filter=gap & Q(findings__resolved_on=None))
    ).order_by("-planned_on", "-pk")


def _decisions(row: Recognition) -> Any:
    of_it = Q(candidature=row.candidature_id) | Q(recognition=row)
    return Decision.objects.filter(of_it).select_related("sitting__body", "followed_by").order_by("decided_on", "pk")


def _acts(row: Recognition) -> list[Act]:
    """The last lines of its timeline, the latest first."""
    of_it = Q(recognition=row) | Q(candidature=row.candidature_id, kind__in=["decision", "notified"])
    return list(Act.objects.filter(of_it).order_by("-at", "-pk")[:ACTS_SHOWN])


def _places(row: Recognition) -> Any:
    sites = Site.objects.only("pk", "name", "listed", "slug")
    return row.candidature.sites.prefetch_related(Prefetch("site", queryset=sites)).order_by("order", "pk")


def _renewal(row: Recognition, today: dt.date) -> dict[str, Any]:
    dossier = Candidature.objects.filter(renews=row).select_related("organisation", "campaign").order_by("-pk").first()
    allowed = window(row)
    return {"dossier": dossier, "window": allowed, "open": allowed.opens_on <= today <= allowed.last_on}


def _heard_on(row: Recognition, today: dt.date) -> dict[str, str]:
    """The grounds that the organisation could answer, when a procedure is ripe."""
    ripe = [notice.grounds for notice in open_notices(row) if not why_not_yet(notice, today)]
    return {"grounds": ripe[0]} if ripe else {}


def _forms(row: Recognition, today: dt.date, runs: bool, typed: Typed) -> dict[str, Any]:
    """Those of what may be done today; the one that was refused as it was typed."""
    found: dict[str, Any] = {"visite": PlanVisitForm(dossier=row.candidature, key="visite")}
    if runs:
        made = SatForm if row.suspended_since else SuspendForm
        found["suspension"] = made(key="suspension", initial=signatory() | _heard_on(row, today))
        found["fin"] = GiveUpForm(key="fin")
    if runs and not open_notices(row):
        found["procedure"] = NoticeForm(key="procedure", initial={"answer_by": answer_day(today)})
    if typed is not None and typed[0] in found:
        found[typed[0]] = typed[1]
    return found

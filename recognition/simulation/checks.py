"""What must never be true of the data, read from the rows alone: no service of the room is asked (R1-R15).

Each check is a generator of French sentences, one a breach; none when the rule holds.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Count, F, Q

from core.models import OutboxMail
from core.reference import Service
from members.models import Organisation
from recognition.clock import PARIS, day_of
from recognition.models import Act, Assessment, Candidature, Decision, GoverningBody, Letter, Opinion, Recognition
from territories.models import Site

OWED = {Service.ACCUEIL.value, Service.PREMIERE_INFORMATION.value, Service.PREMIER_CONSEIL.value}
REQUIRED_FILES = {"note", "activity", "accounts"}
SHORT_PLAN = 3  # months, the default of the rule
RENEWAL = 3
Check = Callable[[dt.date], Iterator[str]]


def breaches(on: dt.date) -> list[str]:
    """Every breach that the data show on `on`, with its rule."""
    return [found for check in CHECKS for found in check(on)]


def _recognised() -> list[Recognition]:
    rows = Recognition.objects.select_related(
        "organisation", "candidature__campaign", "candidature__charter", "candidature__renews", "granted_by__sitting",
        "granted_by__plan", "plan",
    )  # fmt: skip
    return list(rows.order_by("pk"))


def _midnight_after(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), PARIS)


def r1_not_by_right_one_dossier(_: dt.date) -> Iterator[str]:
    for row in _recognised():
        if row.organisation.status == Organisation.Status.SIGNATORY:
            yield f"R1 : {row.organisation} est membre de droit et reconnu"
    open_ones = Candidature.objects.filter(state__in=["draft", "deposited", "incomplete", "complete", "ready"])
    for name in ("organisation", "siret"):
        for found in open_ones.values(name).annotate(n=Count("pk")).filter(n__gt=1):
            yield f"R1 : plusieurs dossiers en cours pour {name} {found[name]}"


def r2_all_or_nothing(_: dt.date) -> Iterator[str]:
    """What was deposited last is what was granted: each of its sites gives the three services."""
    for row in _recognised():
        content = _deposited(row)
        sites = content.get("sites", [])
        if not sites:
            yield f"R2 : {row.organisation} est reconnu sans site"
        for site in sites:
            if OWED - set(site["services"]):
                yield f"R2 : {row.organisation}, {site['name']} n’a pas les trois services"


def _deposited(row: Recognition) -> dict[str, Any]:
    found = row.candidature.snapshots.order_by("taken_at", "pk").last()
    return found.content if found else {}


def r3_dossier_is_whole(_: dt.date) -> Iterator[str]:
    for row in _recognised():
        content, who = _deposited(row), row.organisation
        if missing := REQUIRED_FILES - {file["kind"] for file in content.get("files", [])}:
            yield f"R3 : {who} est reconnu sans {sorted(missing)}"
        for site in content.get("sites", []):
            empty = [name for name in ("address", "commune", "hours", "perimeter", "publics_text") if not site[name]]
            empty += [name for name in site if name.startswith("has_") and not site[name]]
            if empty:
                yield f"R3 : {who}, {site['name']} : {empty}"
        answered = {answer["key"] for answer in content.get("answers", []) if answer["text"].strip()}
        if unanswered := set(_asked(row.candidature)) - answered:
            yield f"R3 : {who} n’a pas répondu à {sorted(unanswered)}"


def _asked(dossier: Candidature) -> dict[str, int]:
    """The criteria of its version that a candidate answers: article 2, engagements 3.b."""
    rows = dossier.charter.qualitycriterions.filter(
        Q(article__startswith="2", applies_to__in=["all", "candidate"]) | Q(article="3.b")
    )
    return dict(rows.values_list("key", "pk"))


def r4_in_time(_: dt.date) -> Iterator[str]:
    """Those that were examined came between the opening and the last second; drafts whose time is over moved on."""
    rows = Candidature.objects.exclude(deposited_at=None).select_related("campaign", "renews", "organisation")
    for dossier in rows:
        first = dt.datetime.combine(dossier.campaign.opens_on, dt.time(), PARIS)
        came = dossier.deposited_at or first
        if not first <= came < _midnight_after(_limit(dossier)):
            yield f"R4 : {dossier.organisation} a déposé hors délai ({dossier.deposited_at})"


def _limit(dossier: Candidature) -> dt.date:
    limit: dt.date = dossier.campaign.deadline_on
    if dossier.renews is None:
        return limit
    term = dossier.renews.term_on
    year, month = divmod(term.year * 12 + term.month - 1 - RENEWAL, 12)
    before_term = dt.date(year, month + 1, min(term.day, monthrange(year, month + 1)[1]))
    return min(max(limit, before_term), term)


def r4_late_drafts_moved(on: dt.date) -> Iterator[str]:
    """After the pass of `on`, no draft stays in a campaign whose time is over."""
    for dossier in Candidature.objects.filter(state="draft").select_related("campaign", "renews", "organisation"):
        if _limit(dossier) < on:
            yield f"R4 : {dossier.organisation} reste dans la campagne {dossier.campaign.year}, close"


def r5_examined(_: dt.date) -> Iterator[str]:
    for row in _recognised():
        dossier, who = row.candidature, row.organisation
        if not (dossier.completed_at and dossier.ready_at and dossier.completed_at <= dossier.ready_at):
            yield f"R5 : {who} est reconnu sans avoir été déclaré complet puis prêt"
        if dossier.requests.filter(answered_at=None, closed_at=None).exists():
            yield f"R5 : {who} est reconnu alors qu’une demande de pièces attend"
        seen = set(Assessment.objects.filter(candidature=dossier).values_list("criterion_id", flat=True))
        if left := set(_asked(dossier).values()) - seen:
            yield f"R5 : {who} est reconnu, {len(left)} critères non examinés"


def r6_r7_opinions_before_decision(_: dt.date) -> Iterator[str]:
    opinions = list(GoverningBody.objects.filter(kind="opinion").order_by("order"))
    for made in Decision.objects.filter(kind__in=["grant", "refusal"]).select_related("candidature", "sitting__body"):
        said_of = Opinion.objects.filter(candidature=made.candidature_id).select_related("sitting")
        held = {said.body_id: said for said in said_of}
        days = [held[body.pk].sitting.held_on for body in opinions if body.pk in held]
        if len(days) < len(opinions):
            yield f"R7 : {made} sans l’avis de toutes les instances"
        if days != sorted(days) or any(day > made.decided_on for day in days):
            yield f"R6 : {made}, avis et décision dans le désordre"
        for said in held.values():
            closed = said.sitting.closed_at
            if closed is None or closed > made.recorded_at or not said.reasons.strip():
                yield f"R6 : {made}, avis sans motifs ou sans compte rendu arrêté"
        if made.sitting is None or made.sitting.body.kind != "decision":
            yield f"R7 : {made} n’est pas d’une séance de l’instance qui décide"


def r7_only_a_grant_recognises(_: dt.date) -> Iterator[str]:
    for row in _recognised():
        if row.granted_by.kind != "grant" or row.granted_by.candidature_id != row.candidature_id:
            yield f"R7 : {row.organisation} est reconnu sans décision d’octroi"


def r8_period(_: dt.date) -> Iterator[str]:
    for row in _recognised():
        plan, made, who = row.plan, row.granted_by, row.organisation
        letter = row.granted_by.letters.filter(kind="grant").first()
        if letter is None or letter.dated_on != row.starts_on:
            yield f"R8 : {who}, la reconnaissance ne commence pas le jour de la notification"
        if made.plan_id != plan.pk or row.term_on > plan.ends_on:
            yield f"R8 : {who}, terme {row.term_on} au-delà du plan ({plan.ends_on})"
        if plan.adopted_on is None or plan.adopted_on > made.decided_on:
            yield f"R8 : {who}, plan non adopté le jour de la décision"
        if (plan.ends_on.year - made.decided_on.year) * 12 + plan.ends_on.month - made.decided_on.month < SHORT_PLAN:
            yield f"R8 : {who}, plan à moins de {SHORT_PLAN} mois de son terme"
    for row in Recognition.objects.filter(ends_on__gt=F("term_on"), kept_until_decision=False):
        yield f"R8 : {row} dépasse son terme"


def r9_ends_or_is_kept(on: dt.date) -> Iterator[str]:
    """A term that is past: ended with its reason, or kept alive by a renewal deposited in time."""
    for row in Recognition.objects.filter(term_on__lt=on).select_related("organisation"):
        asked = row.renewals.filter(deposited_at__isnull=False).exclude(state__in=["draft", "withdrawn", "dropped"])
        if row.ends_on >= on and not (row.kept_until_decision and asked.exists()):
            yield f"R9 : {row} tient après son terme sans renouvellement en cours"
        if row.ends_on < on and not row.end_reason:
            yield f"R9 : {row} a pris fin sans que cela soit dit"
        waiting = asked.exclude(state__in=["granted", "refused"])
        if row.end_reason == "lapsed" and waiting.filter(deposited_at__lt=_midnight_after(row.term_on)).exists():
            yield f"R9 : {row} est échue malgré un renouvellement déposé"


def r11_directory_follows(on: dt.date) -> Iterator[str]:
    """Sites that came from a dossier are listed while a recognition of their organisation holds, and then only."""
    for house in Organisation.objects.filter(recognitions__isnull=False).distinct():
        current = house.recognitions.filter(starts_on__lte=on, ends_on__gte=on).first()
        kept = Site.objects.filter(organisation=house, listed=True, candidate_sites__isnull=False)
        listed = kept.values("pk").distinct().count()
        if current is None:
            if listed or house.status == Organisation.Status.RECOGNISED:
                yield f"R11 : {house} n’est plus reconnu, {listed} sites dans l’annuaire, statut {house.status}"
            continue
        wanted = 0 if current.suspended_since else current.candidature.sites.count()
        if listed != wanted or house.status != Organisation.Status.RECOGNISED:
            yield f"R11 : {house} est reconnu, {listed} sites listés au lieu de {wanted}, statut {house.status}"


def r12_nothing_twice(_: dt.date) -> Iterator[str]:
    acts = Counter(
        Act.objects.filter(automatic=True).values_list("kind", "text", "at", "candidature", "recognition", "campaign")
    )
    mails = Counter(_mails())
    for key, count in acts.items():
        if count > 1:
            yield f"R12 : {count} fois l’acte {key[0]} : {key[1]}"
    for (_to, subject, *_rest), count in mails.items():
        if count > 1:
            yield f"R12 : {count} fois le courriel « {subject} »"


def _mails() -> Iterator[tuple[str, str, str, dt.date]]:
    """Whom, subject, words, and the day played: that of the act it tells, whose key begins its own."""
    days = dict(Act.objects.exclude(key=None).values_list("key", "at"))
    rows = OutboxMail.objects.exclude(text="").values_list("key", "to", "subject", "text", "created_at")
    for key, to, subject, text, written in rows:
        at = days.get(key) or days.get(key.rpartition(":")[0]) or written
        yield to, subject, text, day_of(at)


def r14_letters_and_receipts(_: dt.date) -> Iterator[str]:
    receipts = set(Letter.objects.filter(kind="receipt").values_list("candidature", flat=True))
    for dossier in Candidature.objects.exclude(deposited_at=None):
        if dossier.pk not in receipts or not dossier.receipt_number:
            yield f"R14 : {dossier} est déposé sans accusé de réception"
    for made in Decision.objects.filter(kind__in=["withdrawal", "repeal"]).select_related("notice"):
        notice = made.notice
        if notice is None or (notice.answered_on is None and notice.answer_by >= made.decided_on):
            yield f"R14 : {made} sans procédure contradictoire menée à son terme"
        if not made.grounds.strip():
            yield f"R14 : {made} sans motifs"
    numbers = Letter.objects.values("number").annotate(n=Count("pk")).filter(n__gt=1)
    for found in numbers:
        yield f"R14 : numéro {found['number']} donné {found['n']} fois"


def r15_version(_: dt.date) -> Iterator[str]:
    for row in _recognised():
        content = _deposited(row)
        if content and content["charter"] != row.candidature.charter.version:
            yield f"R15 : {row.organisation} est examiné d’après une autre version que celle du dépôt"


CHECKS: tuple[Check, ...] = (
    r1_not_by_right_one_dossier, r2_all_or_nothing, r3_dossier_is_whole, r4_in_time, r4_late_drafts_moved, r5_examined,
    r6_r7_opinions_before_decision, r7_only_a_grant_recognises, r8_period, r9_ends_or_is_kept, r11_directory_follows,
    r12_nothing_twice, r14_letters_and_receipts, r15_version,
)  # fmt: skip

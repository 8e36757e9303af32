"""The yearly « still right? » (T2): who is asked, by which mail, and what an answer changes.

A referent is written to only at an address that somebody of the organisation confirmed; for everybody else the
managers of the organisation get one mail. A mail, one reminder thirty days later, and no more in a year.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core.links import absolute
from core.outbox import queue_mail
from core.secrets import digest, new_secret
from members.models import Mandate, Organisation
from territories import referents as posts
from territories.confirmed import a_year_before, may_be_written_to, stale, still_holds
from territories.models import OrganisationCheck, Referent, ReferentCheck
from territories.services import withdraw_name

LOCK = 7_261_019  # as core.packs.transaction: any number that no other part of the portal takes
VALID_DAYS = 60
REMINDER_DAYS = 30
PER_YEAR = 2
Outcome = ReferentCheck.Outcome


@dataclass(frozen=True)
class Queued:
    """One mail written: to whom (masked), of which organisation, about how many sheets."""

    masked: str
    organisation: str
    sheets: int
    kind: str  # "referent" or "manager"


class LinkHolder:
    """Whoever opens the link of a mail acts without an account: the journal says so, and no name."""

    journal_key = ""
    journal_label = "référent·e, par le lien reçu"


class AlreadyAnsweredError(Exception):
    """The link was used: by a second tab, or a second click."""


# --- Asking


@transaction.atomic
def remind(day: dt.date | None = None) -> list[Queued]:
    """Write the mails due on `day` (today by default), each once whoever asks; a second run of the day writes none.

    Two runs at once wait for each other. A day without a run is caught up by the next one: what is due is read from
    the sheets and from the mails already sent, not from the calendar.
    """
    day = day or timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    rows = Referent.objects.public().filter(stale(day)).select_related("organisation", "structure", "agency")
    due = list(rows.order_by("organisation__sort_key", "agency__order", "pk"))
    direct = [post for post in due if may_be_written_to(post)]
    others = [post for post in due if not may_be_written_to(post)]
    return _ask_referents(direct, day) + _ask_managers(others, direct, day)


def _ask_referents(due: Sequence[Referent], day: dt.date) -> list[Queued]:
    """One mail a person and organisation, whatever the number of their territories; one a day to an address."""
    sent = _days_by_key(
        ReferentCheck.objects.filter(referent__in=[post.pk for post in due]).values_list("referent_id", "sent_on"), day
    )
    groups: dict[str, list[Referent]] = defaultdict(list)
    for post in due:
        groups[post.contact_digest].append(post)
    queued = []
    for group in groups.values():
        days = [sent_on for post in group for sent_on in sent.get(post.pk, ())]
        if _is_due(days, day):
            queued += _write_to_referent(group, day, reminder=bool(days))
    return queued


def _write_to_referent(group: Sequence[Referent], day: dt.date, *, reminder: bool) -> list[Queued]:
    first = group[0]
    secret, kept = new_secret()
    context = {
        "posts": group,
        "organisation": first.structure or first.organisation,
        "url": absolute(reverse("referent_check", args=[secret])),
        "until": day + dt.timedelta(days=VALID_DAYS),
        "reminder": reminder,
    }
    address = hashlib.sha256(first.email.encode()).hexdigest()[:32]
    if not queue_mail(
        key=f"referent-check:{address}:{day}", to=first.email, template="referent_check", context=context
    ):
        return []  # this address was written to today: tomorrow
    ReferentCheck.objects.bulk_create(
        ReferentCheck(
            referent=post, sent_on=day, expires_on=day + dt.timedelta(days=VALID_DAYS),
            digest=kept if post is first else new_secret()[1],  # one link for all, the others only count
        )
        for post in group
    )  # fmt: skip
    return [Queued(masked(first.email), str(first.structure or first.organisation), len(group), "referent")]


def _ask_managers(due: Sequence[Referent], direct: Sequence[Referent], day: dt.date) -> list[Queued]:
    """One mail a manager, for each organisation that keeps sheets nobody else can be asked about.

    It says how many people of the organisation (posts in `direct`) are asked themselves.
    """
    managers = managers_of(organisation for post in due for organisation in (post.structure, post.organisation))
    kept: dict[Organisation, list[Referent]] = defaultdict(list)
    for post in due:
        keeper = keeper_of(post, managers)
        if keeper is not None:
            kept[keeper].append(post)
    sent = _days_by_key(
        OrganisationCheck.objects.filter(organisation__in=kept).values_list("organisation_id", "sent_on"), day
    )
    queued = []
    for organisation, sheets in kept.items():
        days = sent.get(organisation.pk, [])
        if not _is_due(days, day):
            continue
        OrganisationCheck.objects.create(organisation=organisation, sent_on=day)
        asked = len({post.contact_digest for post in direct if organisation in (post.structure, post.organisation)})
        for manager in managers[organisation.pk]:
            queued += _write_to_manager(manager, organisation, sheets, day, asked=asked, reminder=bool(days))
    return queued


def _write_to_manager(
    manager: User,
    organisation: Organisation,
    sheets: Sequence[Referent],
    day: dt.date,
    *,
    asked: int,
    reminder: bool,
) -> list[Queued]:
    context = {
        "organisation": organisation,
        "named": sum(not post.vacant for post in sheets),
        "vacant": sum(post.vacant for post in sheets),
        "asked": asked,
        "url": absolute(reverse("pro_own_referents", args=[organisation.slug])),
        "reminder": reminder,
    }
    key = f"referent-managers:{organisation.pk}:{manager.pk}:{day}"
    if not queue_mail(key=key, to=manager.email, template="referent_managers", context=context):
        return []
    return [Queued(masked(manager.email), str(organisation), len(sheets), "manager")]


def _days_by_key(rows: Iterable[tuple[int, dt.date]], day: dt.date) -> Mapping[int, list[dt.date]]:
    """The days of the last year on which each was asked; a day after `day` (a rehearsal) counts too."""
    since, days = a_year_before(day), defaultdict(list)
    for key, sent_on in rows:
        if sent_on > since:
            days[key].append(sent_on)
    return days


def _is_due(days: Sequence[dt.date], day: dt.date) -> bool:
    """Never asked this year, or asked once and thirty days went by."""
    if not days:
        return True
    return len(set(days)) < PER_YEAR and max(days) <= day - dt.timedelta(days=REMINDER_DAYS)


def managers_of(organisations: Iterable[Organisation | None]) -> Mapping[int, list[User]]:
    """Who manages each organisation today, by its primary key; closed accounts aside."""
    keys = {organisation.pk for organisation in organisations if organisation is not None}
    found: dict[int, list[User]] = defaultdict(list)
    mandates = Mandate.objects.in_force().filter(organisation__in=keys, role=Mandate.Role.MANAGER, user__is_active=True)
    for mandate in mandates.select_related("user").order_by("user__email"):
        found[mandate.organisation_id].append(mandate.user)
    return found


def keeper_of(post: Referent, managers: Mapping[int, list[User]]) -> Organisation | None:
    """The organisation whose managers answer for this post: the structure it stands in, else the one that names it."""
    return next((o for o in (post.structure, post.organisation) if o is not None and managers.get(o.pk)), None)


def masked(address: str) -> str:
    """« s…@exemple.fr »: enough to know a mail from another, not enough to write to somebody."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}…@{domain}"


# --- Answering


@dataclass(frozen=True)
class Question:
    """What a link asks: its check, and every sheet of this person for this organisation."""

    check: ReferentCheck
    sheets: Sequence[Referent]

    @property
    def state(self) -> str:
        """`open`, or why it no longer is: `used`, `expired`, `changed` (name withdrawn, somebody else named)."""
        if self.check.used_at:
            return "used"
        if not self.sheets:
            return "changed"
        return "open" if timezone.localdate() <= self.check.expires_on else "expired"


def question(secret: str) -> Question | None:
    """What the link of `secret` asks; None when no mail carried it. One look-up by digest, whatever was typed."""
    check = ReferentCheck.objects.filter(digest=digest(secret)).select_related("referent").first()
    return None if check is None else _question(check)


def _question(check: ReferentCheck) -> Question:
    asked = check.referent
    if check.used_at or asked.withdrawn_at or not asked.name or not still_holds(asked):
        return Question(check, ())
    sheets = _same_person(asked).public().select_related("organisation", "structure", "agency")
    found = sheets.filter(withdrawn_at=None).order_by("agency__order", "town", "pk")
    return Question(check, [sheet for sheet in found if still_holds(sheet)])


def _same_person(asked: Referent) -> Any:
    return Referent.objects.filter(organisation=asked.organisation_id, contact_digest=asked.contact_digest)


def _locked_question(secret: str) -> Question | None:
    """As `question`; the sheets are locked first, then the check: the order of whoever changes a sheet."""
    seen = ReferentCheck.objects.filter(digest=digest(secret)).select_related("referent").first()
    if seen is None:
        return None
    list(_same_person(seen.referent).select_for_update().order_by("pk").values_list("pk"))
    check = ReferentCheck.objects.select_for_update().filter(pk=seen.pk).first()
    return None if check is None else _question(check)


@transaction.atomic
def answer(*, secret: str, outcome: str, corrections: Mapping[int, posts.Sheet] | None = None) -> Question | None:
    """Write the answer of the person who holds the link, on each of their sheets; the link then opens no more.

    `corrections` maps the key of a sheet to its function, town and telephone (the name and the address stay).
    None when nobody was sent this link. Raises `AlreadyAnsweredError` unless the question is still open.
    """
    asked = _locked_question(secret)
    if asked is None:
        return None
    if asked.state != "open":
        raise AlreadyAnsweredError
    actor, now = LinkHolder(), timezone.now()
    # Every mail that asked about these sheets is answered, before the sheets change: a change shuts what is open.
    ReferentCheck.objects.filter(Q(referent__in=asked.sheets) | Q(pk=asked.check.pk), used_at=None).update(
        used_at=now, outcome=outcome
    )
    if outcome == Outcome.CONFIRMED:
        posts.confirm(referents=asked.sheets, actor=actor)
    elif outcome == Outcome.CORRECTED:
        for sheet in asked.sheets:
            if corrections and sheet.pk in corrections:
                posts.correct(referent=sheet, sheet=corrections[sheet.pk], actor=actor)
    elif outcome == Outcome.LEFT:
        for sheet in asked.sheets:
            posts.vacate(referent=sheet, actor=actor)
        _tell_managers(asked)
    else:
        withdraw_name(referents=asked.sheets, actor=actor)
        _tell_managers(asked)
    return asked


def _tell_managers(asked: Question) -> None:
    """The post is vacant: those who can name somebody are told, without the name of who left."""
    managers = managers_of(o for sheet in asked.sheets for o in (sheet.structure, sheet.organisation))
    by_keeper: dict[Organisation, int] = defaultdict(int)
    for sheet in asked.sheets:
        keeper = keeper_of(sheet, managers)
        if keeper is not None:
            by_keeper[keeper] += 1
    for organisation, count in by_keeper.items():
        for manager in managers[organisation.pk]:
            context = {
                "organisation": organisation,
                "count": count,
                "url": absolute(reverse("pro_own_referents", args=[organisation.slug])),
            }
            key = f"referent-left:{asked.check.pk}:{organisation.pk}:{manager.pk}"
            queue_mail(key=key, to=manager.email, template="referent_left", context=context)


@transaction.atomic
def forget_old() -> int:
    """What was asked more than `CHECK_KEPT_DAYS` ago leaves the database, with its answers; returns how many."""
    limit = timezone.localdate() - dt.timedelta(days=settings.CHECK_KEPT_DAYS)
    gone: int = ReferentCheck.objects.filter(sent_on__lt=limit).delete()[0]
    return gone + OrganisationCheck.objects.filter(sent_on__lt=limit).delete()[0]

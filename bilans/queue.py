"""What waits of the bilans: the same rows for a line of a first page and for its list (S3, E4).

Each narrowing function keeps rows of a queryset.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Exists, F, IntegerField, Min, OuterRef, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone

from accounts.rules import is_region_staff
from bilans import kinds
from bilans.models import Bilan, Campaign, Item, Kind
from bilans.rules import has_own, own, runs_bilans
from core import desk
from core.desk import Task, Waiting
from core.values import day_in_words
from recognition.clock import day_of

State = Bilan.State
TO_READ, TO_REDO, TO_FILL, OVER = range(4)
# Of the Region's own there is nothing to read: publishing the synthesis accepts it.
_READ = Q(state=State.SUBMITTED) & ~Q(kind=Kind.REGION)


def to_read(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Submitted: to accept, or to send back."""
    return rows.filter(_READ)


def late(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Still awaited, and the day is past; not of who has left."""
    awaited = rows.filter(
        state__in=Bilan.WRITABLE, campaign__opened_at__isnull=False, campaign__closed_at=None,
        campaign__due_on__lt=day_of(timezone.now()),
    )  # fmt: skip
    return awaited.exclude(kind=Kind.REGION).exclude(kinds.left())


def begun(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(state=State.DRAFT, first_saved_at__isnull=False)


def untouched(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(state=State.DRAFT, first_saved_at=None)


def to_redo(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(state=State.RETURNED)


def queued(rows: QuerySet[Any]) -> QuerySet[Any]:
    """In the order of the queue: what is to be read first, the oldest at the top."""
    rank = Case(
        When(_READ, then=Value(TO_READ)),
        When(state=State.RETURNED, then=Value(TO_REDO)),
        When(state=State.DRAFT, then=Value(TO_FILL)),
        default=Value(OVER),
        output_field=IntegerField(),
    )
    ordered: QuerySet[Any] = rows.annotate(rank=rank).order_by(
        "rank", F("submitted_at").asc(nulls_last=True), "name", "pk"
    )
    return ordered


def after(bilan: Bilan, rows: QuerySet[Bilan]) -> Bilan | None:
    """The next bilan that waits to be read, when there is another."""
    return queued(to_read(rows)).exclude(pk=bilan.pk).first()


# --- The first pages


def synthesis(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The Region's own bilans whose turn has come: the others are in, and nothing is published."""
    turn = rows.filter(kind=Kind.REGION, campaign__closed_at__isnull=False, campaign__published=None)
    return turn.filter(state__in=Bilan.WRITABLE)


def failed_documents() -> QuerySet[Item]:
    """What a run that is over could not draw, and no later one took up."""
    later = Item.objects.filter(bilan=OuterRef("bilan"), production__gt=OuterRef("production"))
    over = Q(production__finished_at__isnull=False) | Q(production__stopped_at__isnull=False)
    return Item.objects.filter(over, ~Exists(later), state=Item.State.FAILED)


def connect() -> None:
    """Declare what waits; called once, when the application starts."""
    desk.register(Task("region", "bilans-to-read", 20, "[Bilan|Bilans] à relire", _to_read))
    desk.register(Task("region", "bilans-late", 21, "[Bilan|Bilans] en retard", _late))
    desk.register(
        Task("region", "bilans-synthesis", 22, "[Synthèse régionale|Synthèses régionales] à écrire", _synthesis)
    )
    desk.register(
        Task("region", "bilans-publication", 22, "[Publication|Publications] de synthèse en échec", _unpublished)
    )
    desk.register(Task("region", "bilans-failed", 23, "[Document|Documents] de bilan en échec", _failed))
    desk.register(Task("pro", "bilans", 4, "[Bilan|Bilans] à remplir", _to_fill))


def _to_read(user: Any) -> Waiting | None:
    if not is_region_staff(user):
        return None
    found = to_read(Bilan.objects.all())
    oldest = found.aggregate(oldest=Min("submitted_at"))["oldest"]
    since = f"le plus ancien attend depuis le {day_in_words(timezone.localdate(oldest))}" if oldest else ""
    return Waiting(found.count(), f"{reverse('admin:bilans_bilan_changelist')}?due=a-relire", since)


def _late(user: Any) -> Waiting | None:
    """One line, whatever the number of years: the campaign that runs says where to look."""
    if not is_region_staff(user):
        return None
    found = late(Bilan.objects.all())
    days = found.aggregate(due=Min("campaign__due_on"))["due"]
    said = f"ils étaient attendus pour le {day_in_words(days)}" if days else ""
    return Waiting(found.count(), f"{reverse('admin:bilans_bilan_changelist')}?due=en-retard", said, late=True)


def _synthesis(user: Any) -> Waiting | None:
    if not is_region_staff(user):
        return None
    found = list(synthesis(Bilan.objects.all()).select_related("campaign").order_by("campaign__year")[:10])
    if not found:
        return None
    years = ", ".join(str(bilan.campaign.year) for bilan in found)
    return Waiting(len(found), f"/pro/bilans/{found[0].public_id}/", f"bilans {years}, clos")


def _unpublished(user: Any) -> Waiting | None:
    """To the campaign that says why: there it is asked again, or given up."""
    from bilans.services.publishing import ALREADY

    if not is_region_staff(user):
        return None
    failed = Campaign.objects.exclude(publication_error="").exclude(publication_error=ALREADY)
    found = list(failed.order_by("year").values_list("pk", "year"))
    if not found:
        return None
    years = ", ".join(str(year) for _, year in found)
    url = f"{reverse('admin:bilans_campaign_change', args=[found[0][0]])}#publication"
    return Waiting(len(found), url, f"bilans {years}, à reprendre", late=True)


def _failed(user: Any) -> Waiting | None:
    """To the run where they can be tried again: the oldest, when several left some."""
    if not runs_bilans(user):
        return None
    found = list(failed_documents().order_by("production").values_list("production", "production__campaign__year"))
    if not found:
        return None
    years = ", ".join(dict.fromkeys(str(year) for _, year in found))
    url = f"{reverse('admin:bilans_production_change', args=[found[0][0]])}#echecs"
    return Waiting(len(found), url, f"bilans {years}, à retenter", late=True)


def _to_fill(user: Any) -> Waiting | None:
    """One's own bilans of a campaign that runs: those to fill, and those sent back."""
    if not has_own(user):
        return None
    running = Q(campaign__opened_at__isnull=False, campaign__closed_at=None)
    rows = Bilan.objects.filter(own(user), running, state__in=Bilan.WRITABLE).exclude(kinds.left())
    found = list(rows.select_related("campaign").order_by("campaign__due_on", "name")[:50])
    if not found:
        return None
    due, today = found[0].campaign.due_on, day_of(timezone.now())
    past = due < today
    detail = f"{'À rendre depuis' if past else 'À rendre pour'} le {day_in_words(due)}."
    returned = sum(bilan.state == State.RETURNED for bilan in found)
    if returned:
        detail += f" La Région en renvoie {returned}\u00a0: ses remarques y sont."
    url = f"/pro/bilans/{found[0].public_id}/" if len(found) == 1 else "/pro/bilans/"
    return Waiting(len(found), url, detail, late=past)

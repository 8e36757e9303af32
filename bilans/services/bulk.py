"""Bulk runs of documents: asked for, followed, stopped, taken up again (B4). `running.py` does what they ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import structlog
from celery import current_app
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Q

from bilans import kinds
from bilans.kinds import BilanKind
from bilans.models import Campaign, Item, Production
from core.journal import Actor, record

log = structlog.get_logger("bilans.productions")
State = Item.State
LEFT = (State.WAITING, State.CLAIMED)
BUSY = "Une production est déjà en cours pour cette année\u00a0: attendez sa fin, ou arrêtez-la."
NOTHING = "Aucun bilan à produire pour cette année\u00a0: sa campagne n’est pas ouverte."
NONE_OF_KIND = "Aucun bilan de cette sorte pour cette année."
QUIET_AFTER = dt.timedelta(seconds=90)  # nothing taken nor done for so long: its workers died, or never came


@dataclass(frozen=True)
class Progress:
    """How far a run is, in documents."""

    total: int
    drawn: int
    same: int
    failed: int
    claimed: int

    @property
    def done(self) -> int:
        return self.drawn + self.same + self.failed

    @property
    def left(self) -> int:
        return self.total - self.done

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100


def kinds_of(production: Production) -> list[BilanKind]:
    """What a run was asked, in the order it is made: the region comes last, it waits for everybody else's."""
    named = set(production.kinds.split(",")) - {""}
    return [kind for kind in kinds.every() if not named or kind.key in named]


def current(campaign: Campaign) -> Production | None:
    """The run of this year that is neither finished nor stopped: there is one at most."""
    return Production.objects.filter(campaign=campaign, finished_at=None, stopped_at=None).first()


@transaction.atomic
def start(
    campaign: Campaign, only: Iterable[str] = (), user: Actor | None = None, *, at: dt.datetime, wake: bool = True
) -> Production:
    """Ask for the documents of `campaign`, of the kinds `only` (all when none is named). Journaled; workers are woken.

    Raises `ValidationError` (French): a run is under way, there is nothing to make. `wake`: not for a command, which
    works by itself.
    """
    wished = set(only)
    named = [key for key in kinds.names() if key in wished]
    bilans = list(campaign.bilans.only("pk", "kind", "name").order_by("name", "pk"))
    wanted = [bilan for bilan in bilans if not named or bilan.kind in named]
    if not wanted:
        raise ValidationError(NONE_OF_KIND if bilans else NOTHING)
    try:
        with transaction.atomic():
            made = Production.objects.create(
                campaign=campaign, kinds=",".join(named), asked_at=at, asked_by_id=getattr(user, "pk", None)
            )
    except IntegrityError as error:
        raise ValidationError(BUSY) from error
    order = {key: rank for rank, key in enumerate(kinds.names())}
    wanted.sort(key=lambda bilan: order[bilan.kind])  # stable: by name inside a kind
    Item.objects.bulk_create(
        Item(production=made, bilan=bilan, order=order) for order, bilan in enumerate(wanted, start=1)
    )
    record(verb="production.ask", target=made, actor=user, changes={"documents": [None, len(wanted)]})
    if wake:
        _wake(made, len(wanted))
    return made


@transaction.atomic
def stop(production: Production, *, user: Actor | None, at: dt.datetime) -> Production:
    """No document is begun any more; those under way end. Raises `ValidationError` when it is over."""
    held = _held(production)
    if held.finished_at or held.stopped_at:
        raise ValidationError("Cette production n’est pas en cours.")
    held.stopped_at = at
    held.save(update_fields=["stopped_at"])
    record(verb="production.stop", target=held, actor=user)
    return held


@transaction.atomic
def resume(production: Production, *, user: Actor | None, wake: bool = True) -> Production:
    """Go on with what is left of a stopped run, or of one whose workers died; what they left is tried anew.

    Raises `ValidationError`: nothing is left, another run is under way.
    """
    held = _held(production)
    if held.finished_at or not held.items.filter(state__in=LEFT).exists():
        raise ValidationError("Rien ne reste à faire de cette production.")
    return _again(held, LEFT, user, wake=wake)


@transaction.atomic
def retry(production: Production, *, user: Actor | None) -> Production:
    """Try again what failed. Raises `ValidationError`: nothing failed, another run is under way."""
    held = _held(production)
    if not held.items.filter(state=State.FAILED).exists():
        raise ValidationError("Aucun document n’est en échec.")
    return _again(held, (*LEFT, State.FAILED), user)


def _again(held: Production, states: Collection[str], user: Actor | None, *, wake: bool = True) -> Production:
    held.finished_at = held.stopped_at = None
    try:
        with transaction.atomic():
            held.save(update_fields=["finished_at", "stopped_at"])
    except IntegrityError as error:
        raise ValidationError(BUSY) from error
    rows = held.items.filter(state__in=states)
    rows.filter(state=State.FAILED).update(state=State.WAITING, error="", done_at=None)
    left = rows.update(attempts=0)
    record(verb="production.resume", target=held, actor=user, changes={"documents": [None, left]})
    if wake:
        _wake(held, left)
    return held


def _held(production: Production) -> Production:
    return Production.objects.select_for_update().get(pk=production.pk)


def progress(production: Production) -> Progress:
    """Asked in one query."""
    counted = production.items.aggregate(
        total=Count("pk"), **{state: Count("pk", filter=Q(state=state)) for state in ("drawn", "same", "failed")},
        claimed=Count("pk", filter=Q(state=State.CLAIMED)),
    )  # fmt: skip
    return Progress(**counted)


def progress_of(productions: Collection[Production]) -> dict[int, Progress]:
    """As `progress`, of many, in one query."""
    rows = (
        Item.objects.filter(production__in=productions)
        .values("production")
        .annotate(
            total=Count("pk"), **{state: Count("pk", filter=Q(state=state)) for state in ("drawn", "same", "failed")},
            claimed=Count("pk", filter=Q(state=State.CLAIMED)),
        )
        .order_by("production")
    )  # fmt: skip
    found = {}
    for row in rows:
        counts: dict[str, Any] = dict(row)
        key = counts.pop("production")  # an assignment reads its right side first
        found[key] = Progress(**counts)
    return {one.pk: found.get(one.pk, Progress(0, 0, 0, 0, 0)) for one in productions}


def wake_quiet(at: dt.datetime) -> int:
    """Wake workers for each run where nothing moves: theirs died, or the broker lost what it was told. How many."""
    quiet = 0
    running = Production.objects.filter(finished_at=None, stopped_at=None, asked_at__lt=at - QUIET_AFTER)
    for production in running.order_by("pk"):
        last = production.items.aggregate(taken=Max("claimed_at"), done=Max("done_at"))
        if all(moment is None or moment < at - QUIET_AFTER for moment in last.values()):
            _wake(production, production.items.filter(state__in=LEFT).count() or 1)
            quiet += 1
    return quiet


def _wake(production: Production, count: int) -> None:
    """One task a document: as many workers as there are share them."""
    transaction.on_commit(lambda: call_workers(production.pk, count))


def call_workers(key: int, count: int) -> None:
    """Give the workers `count` documents of the run `key` to make; nothing is lost when the broker is down."""
    try:
        for _ in range(count):
            current_app.send_task("bilans.tasks.produce_one", args=[key], queue="documents")
    except Exception as error:  # the broker is down: `wake_quiet` finds the run when it is back
        log.warning("production_not_woken", error=type(error).__name__)

"""The bilans of the demonstration: two complete years, published, and one in progress (B2, B3).

The years are counted from the day of the first start, so that they are true whenever it is. The campaign in progress
is the last that January opened; the Region has put its due date off, and says so. What people wrote is invented
(`demo_bilans_words.py`), what they counted too (`demo_bilans_figures.py`); what the portal counts is what it counts.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from bilans import subjects
from bilans.calendar import proposed
from bilans.comparing import flagged
from bilans.models import Act, Bilan, Campaign, Indicator, Kind, Value, Writer
from bilans.prefilling import prefill_all
from bilans.services.noting import act_of, note
from bilans.services.publishing import publish
from bilans.sources import compute, remembered
from recognition.clock import PARIS
from spro import demo_figures, demo_past_agenda
from spro.demo_bilans_figures import House, dice_of, drawn, house_of, shared
from spro.demo_bilans_words import RETURNED, UNAVAILABLE, explained, written
from territories.models import Site

State = Bilan.State
PUT_OFF = dt.timedelta(days=45)  # the due date of the year in progress, from the first start
# Of a hundred subjects of the year in progress, how many are at each state.
PROGRESS = ((State.ACCEPTED, 22), (State.SUBMITTED, 24), (State.RETURNED, 8), (State.DRAFT, 46))
# Never handed in of a complete year, so that what is missing is said: organisations, platforms.
LATE = {Kind.ORGANISATION: 3, Kind.PSAD: 1}
OURS = ("mission-locale-troyes", "troyes-chaumont", "troyes")  # those of the demonstration's people: to be filled
WORD = "L’échéance est reportée à la demande de plusieurs réseaux\u00a0: ce que vous avez saisi est gardé."
BATCH = 2_000
Rows = dict[tuple[int, str, str], Value]


def seed(*, staff: User, writers: Iterable[User]) -> None:
    """Tell the three years once: a year that is there is left as it is."""
    if not Indicator.objects.exists():
        return
    today = timezone.localdate()
    last = today.year - 1
    story = _Story(staff, list(writers), last - 2)
    if not Campaign.objects.filter(year=last).exists():
        demo_past_agenda.seed((last - 2, last - 1, last))
        demo_figures.publish_past(last - 2, last)
    with transaction.atomic():
        for year in (last - 2, last - 1):
            story.complete(year)
        story.in_progress(last, today)
    for year in (last - 2, last - 1):
        publish_year(year, staff)


def publish_year(year: int, staff: User) -> None:
    """Give the synthesis of a complete year to the public, as it now stands; nothing when it is there."""
    campaign = Campaign.objects.filter(year=year, closed_at__isnull=False, published=None).first()
    if campaign is not None and campaign.bilans.filter(kind=Kind.REGION, state__in=Bilan.COUNTED).exists():
        publish(campaign, actor=staff, at=timezone.now())


def refresh_platforms(staff: User, say: Callable[[str], object]) -> None:
    """Bring the figures of the platforms that were published since, into bilans handed in too, and publish again.

    To be called once `demo_figures.publish` has spoken: the invented cases are counted while the portal is used.
    """
    campaigns = list(Campaign.objects.filter(opened_at__isnull=False).order_by("year"))
    touched = 0
    for campaign in campaigns:
        with transaction.atomic():
            bilans = list(campaign.bilans.filter(kind=Kind.PSAD).select_for_update())
            names = ["state", "accepted_at"]
            before = [(bilan.state, bilan.accepted_at) for bilan in bilans]
            for bilan in bilans:  # what is accepted does not change: for the demonstration, it was not yet
                bilan.state, bilan.accepted_at = State.DRAFT, None
            Bilan.objects.bulk_update(bilans, names)
            brought = prefill_all(bilans, at=timezone.now())
            for bilan, (state, accepted_at) in zip(bilans, before, strict=True):
                bilan.state, bilan.accepted_at = state, accepted_at
            Bilan.objects.bulk_update(bilans, names)
        touched += brought
        if brought and campaign.published_id:
            publish(campaign, actor=staff, at=timezone.now())
    if touched:
        say(f"Bilans\u00a0: {touched} chiffres des PSAD complétés.")


@dataclass
class _Story:
    """What was told of the years before, for the next one to follow."""

    staff: User
    writers: list[User]
    first: int
    said: dict[str, dict[tuple[int, str, str], Decimal]] = field(default_factory=dict)
    places: Mapping[int, Mapping[str, int]] = field(default_factory=dict)

    def complete(self, year: int) -> None:
        """A year that is over: handed in, accepted, but for a few."""
        if Campaign.objects.filter(year=year).exists():
            return
        dates = proposed(year)
        campaign = Campaign.objects.create(year=year, opened_at=_at(dates["opens_on"]), **dates)
        bilans = self._opened(campaign, _at(dates["opens_on"]))
        late = self._late(bilans, year)
        for bilan in bilans:
            self._hand_in(bilan, State.DRAFT if bilan.pk in late else State.ACCEPTED)
        self._write(bilans, settled=[bilan for bilan in bilans if bilan.pk not in late])
        campaign.closed_at = _at(dates["closes_on"] + dt.timedelta(days=1), 0)
        campaign.save(update_fields=["closed_at"])
        note(
            campaign,
            text=f"Clôture\u00a0: {len(bilans) - len(late)} bilans déposés.",
            at=campaign.closed_at,
            key="closed",
        )

    def in_progress(self, year: int, today: dt.date) -> None:
        """The year that is being asked: every state is there, ours are to be filled."""
        if Campaign.objects.filter(year=year).exists():
            return
        dates = proposed(year)
        opens, due = min(dates["opens_on"], today), max(dates["due_on"], today + PUT_OFF)
        campaign = Campaign.objects.create(
            year=year, opens_on=opens, due_on=due, closes_on=max(dates["closes_on"], due + dt.timedelta(days=30)),
            opened_at=_at(opens), word=WORD if due > dates["due_on"] else "",
        )  # fmt: skip
        bilans = self._opened(campaign, _at(opens))
        if due > dates["due_on"]:
            text = (
                f"Échéance reportée du {dates['due_on']:%d/%m/%Y} au {due:%d/%m/%Y}, à la demande de plusieurs réseaux."
            )
            note(campaign, text=text, at=min(_at(dates["due_on"]), timezone.now()), actor=self.staff)
        settled = []
        for bilan in bilans:
            state = self._progress(bilan, year)
            self._hand_in(bilan, state)
            if state in Bilan.COUNTED:
                settled.append(bilan)
        self._write(bilans, settled=settled)

    # --- the bilans of a year

    def _opened(self, campaign: Campaign, at: dt.datetime) -> list[Bilan]:
        Bilan.objects.bulk_create(subjects.missing(campaign))
        rows = campaign.bilans.select_related("organisation__network", "agency", "platform").order_by("pk")
        bilans = list(rows)
        for bilan in bilans:
            bilan.campaign = campaign
        _noted(bilans, Act.Done.OPENED, at, None)
        note(campaign, text=f"Ouverture\u00a0: {len(bilans)} bilans à remplir.", at=at, key="opened")
        self.places = self.places or _places()
        prefill_all(bilans, at=at)
        return bilans

    def _late(self, bilans: list[Bilan], year: int) -> set[int]:
        found: set[int] = set()
        for kind, count in LATE.items():
            rows = [row for row in bilans if row.kind == kind and house_of(row, {}).key not in OURS]
            found |= {row.pk for row in dice_of(House(kind, ""), "retard", year).sample(rows, min(count, len(rows)))}
        return found

    def _progress(self, bilan: Bilan, year: int) -> str:
        house = house_of(bilan, {})
        if bilan.kind == Kind.REGION or house.key in OURS:
            return State.DRAFT
        states = [state for state, _ in PROGRESS]
        return str(dice_of(house, "état", year).choices(states, [count for _, count in PROGRESS])[0])

    def _hand_in(self, bilan: Bilan, state: str) -> None:
        """What the row will say once its values are there, and when it was said."""
        year = bilan.campaign.year
        house = house_of(bilan, self.places)
        dice = dice_of(house, "dates", year)
        if state == State.DRAFT and house.key not in OURS and dice.random() < 0.45:
            return  # nobody has written in it yet
        opened = bilan.campaign.opened_at or timezone.now()
        span = min(_at(bilan.campaign.due_on), timezone.now()) - opened
        submitted = opened + span * dice.uniform(0.3, 0.95)
        bilan.first_saved_at, bilan.saved_at, bilan.version = opened + span * 0.15, submitted, dice.randint(2, 14)
        words = written(bilan.kind, dice)
        if state == State.DRAFT:
            words = {name: text for name, text in words.items() if name == "happened"}
        for name, text in words.items():
            setattr(bilan, name, text)
        if state == State.DRAFT:
            return
        bilan.submitted_at = submitted
        decided = min(submitted + dt.timedelta(days=dice.randint(3, 16)), timezone.now())
        if state == State.ACCEPTED and bilan.kind == Kind.REGION:
            state = State.SUBMITTED  # accepted by being published
        if state == State.ACCEPTED:
            bilan.accepted_at = decided
        elif state == State.RETURNED:
            bilan.returned_at, bilan.return_reason = decided, dice.choice(RETURNED)
        bilan.state = state

    # --- what they say

    def _write(self, bilans: list[Bilan], *, settled: list[Bilan]) -> None:
        """The values, then the states: what is accepted does not change any more."""
        year = bilans[0].campaign.year
        asked = list(Indicator.objects.of_year(year))
        rows: dict[int, Rows] = defaultdict(dict)
        for value in Value.objects.filter(bilan__in=bilans):
            rows[value.bilan_id][value.indicator_id, value.breakdown, value.category] = value
        whole = {bilan.pk for bilan in settled}
        with remembered():
            for bilan in bilans:
                if bilan.first_saved_at is not None:
                    _Filling(self, bilan, rows[bilan.pk], bilan.pk in whole or bilan.state == State.RETURNED).fill(
                        asked
                    )
        values = [value for held in rows.values() for value in held.values()]
        Value.objects.bulk_create([value for value in values if value.pk is None], batch_size=BATCH)
        Value.objects.bulk_update(
            [value for value in values if value.pk is not None], ["amount", "unavailable", "comment"], batch_size=BATCH
        )
        names = ["state", "version", "commentary", "happened", "judged", "better", "first_saved_at", "saved_at",
                 "submitted_at", "returned_at", "accepted_at", "return_reason"]  # fmt: skip
        Bilan.objects.bulk_update(bilans, names, batch_size=BATCH)
        for done, column in (("submitted", "submitted_at"), ("accepted", "accepted_at"), ("returned", "returned_at")):
            for bilan in bilans:
                if (at := getattr(bilan, column)) is not None:
                    by, why = (None, "") if done == "submitted" else (self.staff, bilan.return_reason)
                    _noted([bilan], done, at, by, why)
        ours = [bilan for bilan in bilans if house_of(bilan, {}).key == OURS[0] and bilan.saved_at]
        Writer.objects.bulk_create(
            [
                Writer(bilan=bilan, user=user, last_at=bilan.saved_at or timezone.now())
                for bilan in ours
                for user in self.writers
            ]
        )


class _Filling:
    """One bilan being filled: whole, or begun."""

    def __init__(self, story: _Story, bilan: Bilan, rows: Rows, whole: bool) -> None:
        self.story, self.bilan, self.rows, self.whole = story, bilan, rows, whole
        self.house = house_of(bilan, story.places)
        self.year = bilan.campaign.year
        self.before = story.said.get(self._name, {})
        self.now: dict[tuple[int, str, str], Decimal] = {}

    @property
    def _name(self) -> str:
        return f"{self.house.kind}-{self.house.key}"

    def fill(self, asked: list[Indicator]) -> None:
        mine = [one for one in asked if one.filled_by == self.bilan.kind]
        for rank, one in enumerate(mine):
            if self.whole or rank < len(mine) // 2:
                self._one(one)
        if self.bilan.state in Bilan.COUNTED:
            self.story.said[self._name] = self.now

    def _one(self, asked: Indicator) -> None:
        total = self.rows.get((asked.pk, "", ""))
        dice = dice_of(self.house, f"{asked.key}-réponse", self.year)
        if asked.computed and total is None:
            self._from_the_portal(asked)
        if not asked.computed:
            if not asked.required and dice.random() < 0.04:
                return  # not answered
            if asked.required and asked.adding != "mean" and asked.headline is None and dice.random() < 0.012:
                self._put(asked, None, unavailable=True, comment=dice.choice(UNAVAILABLE))
                return
            amount = drawn(self.house, asked, self.year, self.story.first)
            self._put(asked, amount)
            for (breakdown, category), count in shared(self.house, asked, amount, self.year).items():
                self._put(asked, Decimal(count), breakdown, category)
        key = (asked.pk, "", "")
        total = self.rows.get(key)
        if total is None:
            return
        if total.amount is not None:
            self.now[key] = total.amount
        if not total.comment and flagged(total.amount, self.before.get(key), self.bilan.campaign):
            total.comment = explained(float(total.amount or 0), float(self.before[key]), dice)

    def _from_the_portal(self, asked: Indicator) -> None:
        """What the portal does not know of a past year: as it stands today, or said to be unknown."""
        today = Bilan(kind=self.bilan.kind, organisation=self.bilan.organisation, agency=self.bilan.agency,
                      platform=self.bilan.platform, campaign=Campaign(year=timezone.localdate().year - 1))  # fmt: skip
        found = compute(asked.source, today) if self.bilan.kind != Kind.PSAD else None
        if found is not None and found.amount is not None and self.year < today.campaign.year:
            self._put(asked, found.amount, proposed=found.amount)
            for (breakdown, category), amount in found.parts.items():
                if breakdown in asked.breakdowns:
                    self._put(asked, amount, breakdown, category, proposed=amount)
        elif asked.correctable and asked.source in ("fte", "events_attended", "opening_hours"):
            self._put(asked, drawn(self.house, asked, self.year, self.story.first))
        elif asked.required:
            self._put(asked, None, unavailable=True)

    def _put(
        self, asked: Indicator, amount: Decimal | None, breakdown: str = "", category: str = "", **fields: Any
    ) -> None:
        key = (asked.pk, breakdown, category)
        value = self.rows.setdefault(
            key, Value(bilan=self.bilan, indicator=asked, breakdown=breakdown, category=category)
        )
        value.amount = amount
        for name, said in fields.items():
            setattr(value, name, said)


def _places() -> dict[int, dict[str, int]]:
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for organisation, slug in Site.objects.public().order_by("pk").values_list("organisation", "agency__slug"):
        found[organisation][slug] += 1
    return {organisation: dict(counts) for organisation, counts in found.items()}


def _noted(bilans: list[Bilan], done: str, at: dt.datetime, actor: User | None, reason: str = "") -> None:
    said = act_of(done, at=at, actor=actor, reason=reason)
    if done == "submitted":
        said["label"] = "son équipe"  # its people have no account here
    Act.objects.bulk_create([Act(bilan=bilan, **said) for bilan in bilans])


def _at(day: dt.date, hour: int = 9) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), PARIS)

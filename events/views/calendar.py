"""The agenda as a strip of a week and as the grid of a month (A2): tables, links, nothing else.

The range is the week or the month of `du`; `au` is not used there, and the page says so. Without `du` it is that of
today, or the next one when nothing of it is still to come: a Sunday evening is about Monday. The page says that too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from events.render import brief, times
from events.search import grid
from events.search.days import FIRST, LAST, today
from events.search.filters import Search
from events.search.grid import PER_DAY, Days, Row, Shown
from territories.toponyms import of

ANCHOR = "#calendrier"
TODAY = "#aujourd-hui"  # on a phone, today is far under the first of the month
WEEK_SHOWN, MONTH_SHOWN = 8, 3  # dates written a day
WEEK_LANES, MONTH_LANES = 5, 3  # bars of several days, one above the other
MANY = 20  # « + de 100 autres » rather than a figure we did not count


@dataclass(frozen=True, slots=True)
class Item:
    """One date in a cell."""

    at: str
    what: Shown
    words: str
    kind: str
    where: str

    @property
    def url(self) -> str:
        return f"/agenda/{self.what.slug}/"


@dataclass(frozen=True, slots=True)
class Bar:
    """One date of several days in a week: its length in days, and whether it comes from before and goes on after."""

    item: Item
    length: int
    before: bool
    after: bool
    until: str


@dataclass(slots=True)
class Lane:
    """What stands on one line of a cell: nothing, a bar that begins, or one that passes through."""

    bar: Bar | None = None
    begins: bool = False


@dataclass(slots=True)
class Day:
    """One cell."""

    day: date
    said: str
    today: bool = False
    past: bool = False
    lanes: list[Lane] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    more: str = ""
    url: str = ""

    @property
    def empty(self) -> bool:
        return not (self.items or self.more or any(lane.begins for lane in self.lanes))


class Week(list[Day | None]):
    """Seven cells; `bare` when a phone shows none of them, `over` when all of its days are past."""

    @property
    def bare(self) -> bool:
        return all(day is None or (day.empty and not day.today) for day in self)

    @property
    def over(self) -> bool:
        return all(day is None or day.past for day in self)


@dataclass(frozen=True, slots=True)
class Range:
    """The days of a page, and where one goes from there."""

    first: date
    last: date
    title: str
    previous: date | None
    next: date | None
    shown: int
    lanes: int
    unit: str

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def week(request: HttpRequest, search: Search) -> dict[str, Any]:
    """The week of `du`, Monday to Sunday, as `calendar` for `events/_week.html`."""
    return {"calendar": _opened(search, _week)}


def _week(day: date) -> Range:
    first = day - timedelta(days=day.weekday())
    last = first + timedelta(days=6)
    return Range(
        max(first, FIRST), min(last, LAST), times.days(first, last),
        _kept(first - timedelta(days=7), first - timedelta(days=1)),
        _kept(last + timedelta(days=1), last + timedelta(days=7)), WEEK_SHOWN, WEEK_LANES, "semaine",
    )  # fmt: skip


def month(request: HttpRequest, search: Search) -> dict[str, Any]:
    """The month of `du`, in weeks, as `calendar` for `events/_month.html`."""
    return {"calendar": _opened(search, _whole_month)}


def _whole_month(day: date) -> Range:
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    return Range(
        first, following - timedelta(days=1), _month(first),
        _kept(before, before), _kept(following, following), MONTH_SHOWN, MONTH_LANES, "mois",
    )  # fmt: skip


def _asked(search: Search) -> date:
    return min(max(search.starts or today(), FIRST), LAST)


def _opened(search: Search, ranged: Callable[[date], Range]) -> dict[str, Any]:
    """The range asked; without `du`, the one after today's when nothing of today's is still to come (A2)."""
    span = ranged(_asked(search))
    found = grid.rows(search, span.days)
    over = search.starts is None and span.next is not None and not _to_come(found)
    if over and span.next:
        span = ranged(span.next)
        found = grid.rows(search, span.days)
    return _calendar(search, span, found) | {"over": over}


def _to_come(found: Days) -> bool:
    """Whether a date of these days is not over. Those of several days that go on after them are no reason to stay: the
    next days show them too."""
    now, last = timezone.now(), max(found.by_day)
    rows = [row for of_day in found.by_day.values() for row in of_day]
    return any(row.ends_at > now and (row.last <= last or row.starts_at > now) for row in (*rows, *found.ongoing))


def _kept(first: date, last: date) -> date | None:
    """The first day of a neighbour that is at least in part of our time (the agenda goes from 2000 to 2099)."""
    return max(first, FIRST) if last >= FIRST and first <= LAST else None


def _calendar(search: Search, span: Range, found: Days) -> dict[str, Any]:
    now = today()
    weeks = _weeks(span.days)
    placed = [_Placed(week, found, span) for week in weeks]
    written = grid.shown(key for part in placed for key in part.sessions)
    cells = [Week(_padded([_day(search, part, day, written, now) for day in part.week])) for part in placed]
    nothing = all(day is None or (day.empty and not day.lanes) for row in cells for day in row)
    this_month = span.unit == "mois" and span.first <= now <= span.last
    behind = sum(not day.empty for row in cells for day in row if day and day.past) if this_month else 0
    way_on = grid.next_day(search, span.last + timedelta(days=1)) if nothing else None
    return {
        "title": span.title,
        "of_title": of(span.title),
        "unit": span.unit,
        "weeks": cells,
        "names": [(name, name[:3]) for name in times.DAYS],
        "previous": _move(search, span.previous, span),
        "next": _move(search, span.next, span),
        "today": ("" if nothing else TODAY)
        if span.first <= now <= span.last
        else search.url(du=now.isoformat(), au="") + ANCHOR,
        "last_day": now == span.last,
        "behind": behind,  # days of this month that are over and hold something: a phone folds them
        "until_ignored": search.ends is not None,
        "nothing": nothing,
        "way_on": (times.day(way_on), search.url(du=way_on.isoformat(), au="") + ANCHOR) if way_on else None,
        "list_url": search.url(du=span.first.isoformat(), au=span.last.isoformat(), vue=""),
        "capped": len(found.ongoing) >= grid.ONGOING,
    }


def _move(search: Search, day: date | None, span: Range) -> dict[str, str] | None:
    if day is None:
        return None
    said = _month(day) if span.unit == "mois" else f"semaine du {times.day(day, name=False, year=False)}"
    return {"url": search.url(du=day.isoformat(), au="") + ANCHOR, "said": said}


def _weeks(span: Sequence[date]) -> list[list[date]]:
    """The days by weeks that begin on Monday."""
    found: list[list[date]] = []
    for day in span:
        if not found or day.weekday() == 0:
            found.append([])
        found[-1].append(day)
    return found


def _padded(cells: list[Day]) -> list[Day | None]:
    """A week of seven cells: None where the day is of another month."""
    before = cells[0].day.weekday()
    return [*[None] * before, *cells, *[None] * (7 - before - len(cells))]


class _Placed:
    """One week: which bars stand on which line, which dates each day writes, how many it leaves to the list."""

    def __init__(self, week: list[date], found: Days, span: Range) -> None:
        self.week = week
        self.bars: list[tuple[int, Row]] = []
        self.singles = {day: [row for row in found.by_day[day] if not row.long] for day in week}
        self.total = {day: len(found.by_day[day]) for day in week}
        earlier = [row for day, rows in found.by_day.items() if day < week[0] for row in rows]
        long = [row for row in (*found.ongoing, *earlier) if row.long and row.last >= week[0]]
        self.left = dict.fromkeys(week, 0)
        free: list[date] = []  # the last day taken on each line
        begin_here = (row for day in week for row in found.by_day[day] if row.long)
        for row in sorted([*long, *begin_here], key=lambda row: (row.starts_at, -row.ends_at.timestamp(), row.session)):
            start = max(row.first, week[0])
            line = next((n for n, taken in enumerate(free) if taken < start), len(free))
            if line >= span.lanes:
                self.left[start] += 1
                continue
            free[line : line + 1] = [min(row.last, week[-1])]
            self.bars.append((line, row))
        for day in week:
            rows = self.singles[day]
            kept = rows[: span.shown + (len(rows) == span.shown + 1)]  # never « + 1 autre »: it takes as much room
            self.left[day] += len(rows) - len(kept)
            self.singles[day] = kept

    @property
    def sessions(self) -> list[int]:
        return [row.session for _, row in self.bars] + [row.session for rows in self.singles.values() for row in rows]


def _day(search: Search, part: _Placed, day: date, written: dict[int, Shown], now: date) -> Day:
    iso = day.isoformat()
    cell = Day(
        day, times.day(day, year=False), day == now, day < now, url=search.url(du=iso, au=iso, vue=""),
        items=[_item(written[row.session]) for row in part.singles[day] if row.session in written],
    )  # fmt: skip
    for line, row in part.bars:
        first, last = max(row.first, part.week[0]), min(row.last, part.week[-1])
        if not first <= day <= last or row.session not in written:
            continue
        cell.lanes += [Lane() for _ in range(line + 1 - len(cell.lanes))]
        length = (last - first).days + 1
        until = times.day(row.last, name=False, year=False)
        bar = Bar(_item(written[row.session]), length, row.first < first, row.last > last, until)
        cell.lanes[line] = Lane(bar, day == first)
    left = part.left[day]
    if part.total[day] > PER_DAY:
        cell.more = f"+ de {max(left - left % MANY, MANY)} autres"
    elif left:
        cell.more = f"+ {left} autre{'s' if left > 1 else ''}"
    return cell


def _item(what: Shown) -> Item:
    return Item(
        "" if what.all_day else times.clock(times.local(what.starts_at)), what,
        brief.state(what.status, full=what.full), brief.look(what.status, full=what.full),
        brief.where(what.attendance, what.town),
    )  # fmt: skip


def _month(day: date) -> str:
    """« mars 2027 »."""
    return f"{times.MONTHS[day.month - 1]} {day.year}"

"""Published figures of the demonstration: those of its invented cases, counted as the real ones are, and those of the
years before them, invented (D9). What is published is never counted again, in the demonstration either."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from statistics import median

from django.utils import timezone

from psad.models import Platform, PlatformCommune, Publication
from psad.services.cases import PARIS
from psad.services.publishing import Row, publish_due, publish_rows, publish_year
from psad.statistics.figures import BY_KEY, DELAY, MEDIAN, USED, after, is_over, quarter_of
from spro.demo_young import OLDEST

RECEIVED = (31, 21, 20, 41)
"""What a platform receives in each quarter of a year, give or take a fifth."""
YEARLY = 0.03  # how much less, a year before
# Of ten thousand: those received who are prepared…; and of those solved, who still are.
STEPS = {"received": 10_000, "prepared": 9_900, "contacted": 6_600, "proposed": 4_400, "solved": 3_900, "closed": 4_500}
AFTER = {"held3": 3_600, "lost3": 700, "held6": 1_700, "lost6": 600}
WEIGHTS: Mapping[str, tuple[int, ...]] = {
    "sex": (49, 51), "age": (38, 60, 2), "origin": (64, 27, 9), "source": (72, 28), "delay": (63, 24, 13),
    "kind": (14, 9, 18, 59), "reason": (39, 26, 35),
}  # fmt: skip


def publish(at: dt.datetime, say: Callable[[str], object]) -> None:
    """Publish the quarters that are over and their years; `say` is told how many. To be called once every case is made:
    what is published is never counted again, in the demonstration either."""
    if periods := publish_due(at):
        say(f"PSAD\u00a0: chiffres publiés pour {len(periods)} périodes.")


def publish_past(first: int, last: int) -> None:
    """Publish the years from `first` to the one before `last`, and what comes before the first case of the others.

    Nothing once anything is published: no quarter may come after a later one.
    """
    if Publication.objects.exists():
        return
    today = timezone.localdate()
    begins = max(dt.date(last, 1, 1), after(quarter_of(today - dt.timedelta(days=OLDEST))))
    places = _places()
    quarter = dt.date(first, 1, 1)
    while quarter < begins and is_over(quarter, today):
        at = dt.datetime.combine(after(quarter) + DELAY, dt.time(6), PARIS)
        rows = [row for place in places for row in _rows(*place, quarter, last - quarter.year)]
        if publish_rows(quarter, [*rows, *_medians(rows)], at) and quarter.month == 10:
            publish_year(quarter.year, at)
        quarter = after(quarter)


def _places() -> list[tuple[Platform, str]]:
    """Each platform, and the department of most of its communes."""
    towns: dict[int, Counter[str]] = {}
    for platform, department in PlatformCommune.objects.values_list("platform", "commune__department"):
        towns.setdefault(platform, Counter())[department or ""] += 1
    return [
        (row, towns[row.pk].most_common(1)[0][0] if row.pk in towns else "")
        for row in Platform.objects.order_by("slug")
    ]


def _rows(platform: Platform, department: str, quarter: dt.date, ago: int) -> Iterator[Row]:
    dice = random.Random(f"{platform.slug}-{quarter}")  # noqa: S311 (figures of a demonstration)
    people = round(RECEIVED[quarter.month // 3] * (1 - YEARLY) ** ago * dice.uniform(0.8, 1.2))
    counts = {key: _about(people, of, dice) for key, of in STEPS.items()}
    counts |= {key: _about(counts["solved"], of, dice) for key, of in AFTER.items()}
    yield platform.pk, department, USED, "", "", 1, None
    for key, count in counts.items():
        if count:
            yield platform.pk, department, key, "", "", count, None
        for dimension, (_, classes) in BY_KEY[key].dimensions.items():
            drawn = Counter(dice.choices([name for name, _ in classes], WEIGHTS[dimension], k=count))
            for category, number in sorted(drawn.items()):
                yield platform.pk, department, key, dimension, category, number, None
    if counts["contacted"]:
        yield platform.pk, department, MEDIAN, "", "", counts["contacted"], dice.randint(9, 15)


def _medians(rows: Iterable[Row]) -> Iterator[Row]:
    """Of the departments and of the region, from those of their platforms."""
    held: dict[str | None, list[tuple[int, int]]] = defaultdict(list)
    for _, department, measure, _, _, people, days in rows:
        if measure == MEDIAN and days is not None:
            held[None].append((people, days))
            if department:
                held[department].append((people, days))
    for place, found in held.items():
        days = round(median(days for people, days in found for _ in range(people)))
        yield None, place, MEDIAN, "", "", sum(people for people, _ in found), days


def _about(whole: int, of: int, dice: random.Random) -> int:
    return whole if of == 10_000 else min(whole, round(whole * of / 10_000 * dice.uniform(0.9, 1.1)))

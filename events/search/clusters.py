"""Where what a search finds takes place: counted by commune in one statement, gathered by the scale of a map (A2).

The cost is flat: the first `READ` dates are counted, and `Places.capped` says when there are more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from core.geo import distance_km
from core.text import sort_key
from events.search.asked import MAX_RADIUS, Search
from events.search.conditions import Walk, ongoing
from territories import communes
from territories.maps import plane
from territories.toponyms import of

READ = 2_000  # dates, of those to come as of those under way
_COLUMNS = "l.session_id, l.event_id, l.commune_id, l.lat, l.lon, l.starts_at, l.ends_at"

_PLACES = """
WITH found AS MATERIALIZED (
    ({coming}) UNION ALL ({begun}))
SELECT grouping(f.commune_id), f.commune_id, coalesce(c.name, s.town, ''), coalesce(c.population, 0), s.id IS NOT NULL,
       c.lat, c.lon, count(DISTINCT f.event_id), count(*),
       count(DISTINCT f.event_id) FILTER (WHERE at.lat IS NOT NULL),
       array_agg(DISTINCT f.event_id) FILTER (WHERE f.commune_id = ''), avg(at.lat), avg(at.lon),
       min(at.lat), max(at.lat), min(at.lon), max(at.lon)
FROM found f
LEFT JOIN territories_commune c ON c.insee = f.commune_id
LEFT JOIN events_session s ON f.commune_id = '' AND s.id = f.session_id AND s.attendance <> 'online'
CROSS JOIN LATERAL (SELECT coalesce(f.lat, c.lat) AS lat, coalesce(f.lon, c.lon) AS lon) at
GROUP BY GROUPING SETS ((f.commune_id, c.name, c.population, s.town, s.id IS NOT NULL, c.lat, c.lon), ())
"""


@dataclass(frozen=True, slots=True)
class Spot:
    """A commune and how many events take place there; or a place of no commune of ours, without `insee`, whose events
    have the primary keys `keys`."""

    insee: str
    name: str
    events: int
    lat: float
    lon: float
    reach: int  # km around its centre that hold all of them
    population: int = 0
    keys: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Places:
    """What was counted: by place, without any place said; `events` in all, `placed` on the map, each once."""

    spots: tuple[Spot, ...] = ()
    events: int = 0
    placed: int = 0
    nowhere: int = 0
    capped: bool = False


@dataclass(frozen=True, slots=True)
class Cluster:
    """Spots that would cover one another at this scale, around the most peopled: it is the name one knows."""

    x: float
    y: float
    spots: tuple[Spot, ...]

    @property
    def main(self) -> Spot:
        return self.spots[0]

    @property
    def count(self) -> int:
        """Of its spots together: an event of two communes counts in each."""
        return sum(spot.events for spot in self.spots)

    @property
    def reach(self) -> int:
        """km around its main commune that hold all its spots; at most what a search may ask."""
        far = max(distance_km(self.main.lat, self.main.lon, spot.lat, spot.lon) + spot.reach for spot in self.spots)
        return min(math.ceil(far), MAX_RADIUS)


def places(search: Search) -> Places:
    """Where the first `READ` coming dates of `search` take place, in one statement.

    From `du`, or from now; what is under way is counted too.
    """
    start, end = search.window()
    coming, values = Walk(search, start, end, READ + 1, columns=_COLUMNS).sql()
    begun, more = ongoing(search, start, READ + 1, columns=_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(_PLACES.format(coming=coming, begun=begun), [*values, *more])
        found = cursor.fetchall()
    spots: list[Spot] = []
    events = placed = nowhere = dates = 0
    for every, insee, name, people, on_site, lat, lon, of_events, of_dates, of_placed, keys, *at in found:
        at_lat, at_lon, south, north, west, east = at
        if every:
            events, dates, placed = of_events, of_dates, of_placed
        elif at_lat is not None:
            centre = (lat, lon) if lat is not None else (at_lat, at_lon)
            far = max(distance_km(*centre, y, x) for y in (south, north) for x in (west, east))
            called = name or _beside(at_lat, at_lon)
            reach = min(max(1, math.ceil(far)), MAX_RADIUS)
            spots.append(Spot(insee, called, of_events, at_lat, at_lon, reach, people, tuple(keys or ())))
        elif on_site:
            nowhere += of_events
    spots.sort(key=lambda spot: (-spot.events, sort_key(spot.name), spot.insee))
    return Places(tuple(spots), events, placed, nowhere, dates > READ)


def _beside(lat: float, lon: float) -> str:
    """How a place that says no town is called, by the nearest commune: a circle always has a name."""
    town = communes.at_position(lat, lon)
    return f"Près {of(town.name)}" if town else "Hors de la région"


def gathered(spots: Iterable[Spot], room: float) -> list[Cluster]:
    """The spots in clusters whose centres are at least `room` apart (units of the plane), the most peopled first."""
    centres: list[tuple[float, float]] = []
    members: list[list[Spot]] = []
    for spot in sorted(spots, key=lambda spot: (-spot.population, -spot.events)):
        point = plane(spot.lat, spot.lon)
        near = [(math.dist(point, centre), rank) for rank, centre in enumerate(centres)]
        distance, rank = min(near, default=(math.inf, 0))
        if distance < room:
            members[rank].append(spot)
        else:
            centres.append(point)
            members.append([spot])
    return [Cluster(x, y, tuple(held)) for (x, y), held in zip(centres, members, strict=True)]

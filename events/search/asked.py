"""A search of the agenda as one value: what is asked, and the address that says it (A2, interfaces.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from events.search import days
from territories import communes
from territories.near import Start
from territories.routing import Choice

MAX_RADIUS = 100
DEFAULT_RADIUS = 30  # km around a place when nobody says: what one goes to and comes back from in half a day
VIEWS = ("liste", "carte", "semaine", "mois")
Value = str | Iterable[str] | None


@dataclass
class Search:
    """One state of the agenda. `errors` says in French what could not be read, under the parameter's name; `said` keeps
    what was typed there.

    `types`, `sectors`, `publics` each widen (OR); `access` narrows (AND). A place is a `town` or, for the API, a
    `point`; with `online`, what is followed from anywhere, the place does not count. `radius`: km around the place, 0
    for the very commune (`within`), which counts even with `online`.
    """

    q: str = ""
    starts: date | None = None
    ends: date | None = None
    types: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    publics: tuple[str, ...] = ()
    town: communes.Town | None = None
    point: Start | None = None
    radius: int | None = None
    agency: Choice | None = None
    basin: Choice | None = None
    network: Choice | None = None
    organisation: str = ""
    organisation_key: int | None = None
    organisation_name: str = ""
    online: bool = False
    access: tuple[str, ...] = ()
    view: str = "liste"
    # The commune as typed, what it led to, and whether a person typed it (then five figures are a postcode first).
    commune: str = ""
    answer: communes.Answer = field(default_factory=communes.Answer)
    typed: bool = False
    said: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def start(self) -> Start | None:
        """Where to look around; None: anywhere, or in the very commune (`within`)."""
        if self.online or self.within:
            return None
        return self.town.start if self.town else self.point

    @property
    def within(self) -> str:
        """The INSEE code of the only commune to look in; empty when no distance of 0 is asked."""
        return self.town.insee if self.town and self.radius == 0 else ""

    @property
    def reach(self) -> int:
        """How far to look around `start`, in km."""
        return DEFAULT_RADIUS if self.radius is None else self.radius

    @property
    def unknown_place(self) -> bool:
        """A commune was asked and we do not know which: any list would be a guess, so nothing is found."""
        return bool(self.commune and not self.town) and not self.online

    @property
    def narrowed(self) -> bool:
        """Whether anything at all is asked."""
        return bool(self.parameters().keys() - {"vue"})

    @property
    def from_now(self) -> bool:
        """Whether what is over is of no use: no first day is asked, or today."""
        return self.starts is None or self.starts == days.today()

    def window(self, now: datetime | None = None) -> tuple[datetime, datetime | None]:
        """`[start, end[` of the days asked: from now when no first day is given or when it is today, for ever when no
        last day is. Feeds, which give `now`, hold the whole of today."""
        start = now or timezone.now()
        if self.starts and (now or not self.from_now):
            start = days.midnight(self.starts)
        return start, days.midnight(self.ends + timedelta(days=1)) if self.ends else None

    def parameters(self) -> dict[str, str | list[str]]:
        """This state as the parameters of the page: values in the order of the closed lists, nothing empty."""
        given: dict[str, str | list[str]] = {
            "q": self.q,
            "du": self.starts.isoformat() if self.starts else "",
            "au": self.ends.isoformat() if self.ends else "",
            "type": sorted(self.types),
            "secteur": sorted(self.sectors),
            "public": sorted(self.publics),
            "commune": self.town.insee if self.town else self.commune,
            "rayon": "" if self.radius is None else str(self.radius),
            "agence": self.agency.value if self.agency else "",
            "bassin": self.basin.value if self.basin else "",
            "reseau": self.network.value if self.network else "",
            "organisme": self.organisation,
            "en-ligne": "1" if self.online else "",
            "acces": sorted(self.access),
            "vue": self.view if self.view != "liste" else "",
        }
        return {name: value for name, value in given.items() if value}

    def query_string(self, **changes: Value) -> str:
        """The canonical query string of this state, sorted by name, with some parameters changed (`_` for `-`): the
        same search always gives the same text. An empty value takes a parameter away."""
        merged: dict[str, Any] = dict(self.parameters())
        merged |= {name.replace("_", "-"): value for name, value in changes.items()}
        kept = {name: value if isinstance(value, str) else list(value) for name, value in merged.items() if value}
        return urlencode(sorted(kept.items()), doseq=True)

    def url(self, **changes: Value) -> str:
        """The address of the page in this state, changed as `query_string` does."""
        query = self.query_string(**changes)
        return f"{_address()}?{query}" if query else _address()

    def but(self, **changes: Any) -> Search:
        """The same search, changed; what could not be read is forgotten."""
        return replace(self, said={}, errors={}, **changes)


@lru_cache(maxsize=1)
def _address() -> str:
    return reverse("agenda")

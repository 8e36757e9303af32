"""The kinds of bilans: of whom a year is asked, who fills it, what the portal works out of it, how it is drawn (B3).

A kind is a class registered when the application starts; campaigns, forms, rights, board, consolidation, hiding,
documents and the regional synthesis know of kinds only what is said here. `docs/bilans.md` shows how to add one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from bilans.computing import Source
    from bilans.consolidation import Figure
    from bilans.models import Bilan, Campaign

Json = dict[str, Any]
Whose = dict[Any, set[Any]]
"""By the key of a subject, the keys of accounts, or of agencies."""
NOTHING = Q(pk__in=[])
REGION = "region"


class BilanKind:
    """What the room asks of a kind. A subclass says who its subjects are and what its document says; the rest has an
    answer that suits most. `bilans/kinds/plain.py` has the document of a kind with no words of its own.

    A subject is a row of the rooms below, held by `column` of the bilan; a kind whose rows the models do not know names
    each by a text of its own in `subject`, and may say in `agency` the territory it belongs to.
    """

    key: str
    order: int
    """In lists and bulk runs; the region is the last."""
    label: str  # « Organisme »
    plural: str  # « Organismes »
    title: str  # « Les organismes »: above its figures
    title_there: str = ""  # the same over one territory; none: it has no figures there
    words: str  # « Bilan de l’organisme »
    cover: str  # on its document
    counted: tuple[str, str]  # « organisme », « organismes »
    column: str = "subject"
    group: str = "agency__slug"  # the lookup of what its subjects are added up in below the region: `agency__slug`…
    ordering: tuple[str, ...] = ("name",)
    template: str = "documents/bilans/base.html"
    own_document: bool = False  # read by its subject and the Region alone: nothing in it is hidden
    settled: bool = False  # what it computes comes published, small counts hidden already
    sources: Mapping[str, Source] = {}  # by name, what the portal works out of its indicators

    # --- subjects

    def missing(self, campaign: Campaign) -> Iterable[Bilan]:
        """The bilans that an opened `campaign` lacks, not saved."""
        raise NotImplementedError

    def left(self) -> Q:
        """Whose subject is gone since: what it said counts, nobody is written to."""
        return NOTHING

    def has_left(self, bilan: Bilan) -> bool:
        """As `left`, for a row at hand with its subject."""
        return False

    def key_of(self, bilan: Bilan) -> Any:
        """What names its subject from one year to the next."""
        return getattr(bilan, self.key_column)

    @property
    def key_column(self) -> str:
        return self.column if self.column in {"", "subject"} else f"{self.column}_id"

    def groups(self) -> Mapping[Any, str]:
        """By the key of a subject, its group, when no lookup says it."""
        return {}

    # --- people

    def own(self, user: Any) -> Q:
        """Those in whose name `user` speaks."""
        return NOTHING

    def fillers(self, keys: Collection[Any]) -> Whose:
        """By subject, the accounts that may fill today; one query."""
        return {}

    # --- places

    def there(self, agencies: Any) -> Q:
        """Those that speak of one of the territories of `agencies` (keys, or a queryset): on an officer's board."""
        return Q(agency__in=agencies)

    def read_there(self, agencies: Any) -> Q:
        """Those whose document, small counts hidden, an officer of these territories takes."""
        return NOTHING if self.own_document else self.there(agencies)

    def places(self, bilans: Sequence[Bilan]) -> Whose:
        """By the key of a bilan, the agencies of whose territories it speaks; at most one query."""
        return {bilan.pk: {bilan.agency_id} for bilan in bilans if bilan.agency_id}

    # --- documents

    def content(self, bilan: Bilan, *, at: dt.date, whole: bool) -> Json:
        """What its document says (`bilans/content.py`)."""
        raise NotImplementedError

    def regional(self, ground: Any, figures: Sequence[Figure]) -> list[Json]:
        """Its sections of the regional document, from its figures that make one there (`contents.region.Ground`)."""
        return []


SOURCES: dict[str, Source] = {}
"""By name, what indicators are worked out with: the room's own (`bilans/sources.py`), and those of the kinds."""
_kinds: dict[str, BilanKind] = {}


def register(kind: BilanKind) -> None:
    """Make a kind known, and what it computes. Raises `ValueError` when its key, or one of its sources, is taken."""
    taken = [kind.key] if kind.key in _kinds else [name for name in kind.sources if name in SOURCES]
    if taken:
        raise ValueError(f"{taken[0]} is registered already")
    _kinds[kind.key] = kind
    SOURCES.update(kind.sources)


def forget(key: str) -> None:
    """Take a kind out, with what it computes: bilans of that kind must be gone."""
    for name in _kinds.pop(key).sources:
        del SOURCES[name]


def every() -> list[BilanKind]:
    """In their order, the region last."""
    return sorted(_kinds.values(), key=lambda kind: (kind.order, kind.key))


def asked() -> list[BilanKind]:
    """Those that the region gathers: all but its own."""
    return [kind for kind in every() if kind.key != REGION]


def get(key: str) -> BilanKind:
    """Raises `KeyError` for a kind that is not registered."""
    return _kinds[key]


def choices() -> list[tuple[str, str]]:
    """For a field, or a form: (key, label)."""
    return [(kind.key, kind.label) for kind in every()]


def names() -> list[str]:
    """The keys, in order."""
    return [kind.key for kind in every()]


def any_of(conditions: Iterable[tuple[BilanKind, Q]]) -> Q:
    """The bilans that one of the conditions takes, each among its own kind."""
    return reduce(or_, (Q(kind=kind.key) & condition for kind, condition in conditions), NOTHING)


def own(user: Any) -> Q:
    """The bilans of the subjects in whose name `user` speaks."""
    return any_of((kind, kind.own(user)) for kind in every())


def there(agencies: Any) -> Q:
    """The bilans that speak of these territories; a row may come several times."""
    return any_of((kind, kind.there(agencies)) for kind in asked())


def read_there(agencies: Any) -> Q:
    """The bilans whose documents the officers of these territories take."""
    return any_of((kind, kind.read_there(agencies)) for kind in asked())


def left() -> Q:
    """The bilans of subjects that are gone since the opening."""
    return any_of((kind, kind.left()) for kind in every())


def pairs(rows: QuerySet[Any, Any] | Iterable[tuple[Any, Any]]) -> Whose:
    """(one, other), …: the others by one."""
    found: Whose = {}
    for one, other in rows:
        found.setdefault(one, set()).add(other)
    return found

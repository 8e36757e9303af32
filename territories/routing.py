"""Who is best placed for a status and a need, and why (M4): the routing table read once and kept while it is in force.

`Table` also holds the short lists that every page of the directory shows (kinds, networks, agencies, basins): one
statement loads it, a token in the cache says when it is out of date, and every process sees the change at once.
"""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db import connection

from core.templatetags.typography import french

# What a rank is worth in kilometres, so that a good place next door can pass before the best one far away (M4).
# A rank-2 place comes before a rank-1 place that is more than 15 km further, and so on.
PENALTY_KM = {1: 0.0, 2: 15.0, 3: 30.0}
UNNAMED_KM = 60.0  # no rule names the place for this status and need
TOKEN = "territories.table"  # noqa: S105 - the key of a cache


@dataclass(frozen=True, slots=True)
class Kind:
    id: int
    slug: str
    label: str
    blaze: str
    short: str
    receives_public: bool
    national_name: str = ""
    national_url: str = ""
    national_phone: str = ""

    @property
    def open_from_afar(self) -> bool:
        """Whether a national door answers for this kind, wherever the person is (M4)."""
        return bool(self.national_url or self.national_phone)


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a list: `key` is the primary key, `value` what the address says, `label` what people read."""

    key: int
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the routing table. `family` is kind, network or organisation, `key` the primary key of its target."""

    family: str
    key: int
    status: str
    need: str
    rank: int
    reason: str
    order: int

    @property
    def specificity(self) -> int:
        """3: this status and this need; 2: this status; 1: this need; 0: anybody."""
        return 2 * bool(self.status) + bool(self.need)


@dataclass(frozen=True, slots=True)
class Branch:
    """Places of one target: how many kilometres they are held back, and the rule that says why (None: no rule)."""

    family: str
    key: int
    penalty: float
    rule: Rule | None


@dataclass(frozen=True)
class Table:
    token: str
    kinds: dict[int, Kind]
    networks: tuple[Choice, ...]
    agencies: tuple[Choice, ...]
    basins: tuple[Choice, ...]
    rules: tuple[Rule, ...]
    _memo: dict[tuple[str, str], tuple[Branch, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def public_kinds(self) -> list[int]:
        return [kind.id for kind in self.kinds.values() if kind.receives_public]

    def branches(self, status: str = "", need: str = "") -> tuple[Branch, ...]:
        """The targets for this status and need, best first; every kind that receives the public is in exactly one
        branch of its family. The most specific rule of each target is kept: status and need, then status, then need.
        """
        key = (status, need)
        if key not in self._memo:
            self._memo[key] = self._resolve(status, need)
        return self._memo[key]

    def _resolve(self, status: str, need: str) -> tuple[Branch, ...]:
        best: dict[tuple[str, int], Rule] = {}
        for rule in self.rules:
            if rule.status not in {"", status} or rule.need not in {"", need}:
                continue
            target = (rule.family, rule.key)
            if target not in best or rule.specificity > best[target].specificity:
                best[target] = rule
        branches = [
            Branch(rule.family, rule.key, PENALTY_KM[rule.rank], rule)
            for rule in best.values()
            if rule.family != "kind" or self._receives(rule.key)
        ]
        branches += [Branch("kind", kind, UNNAMED_KM, None) for kind in self.public_kinds if ("kind", kind) not in best]
        return tuple(sorted(branches, key=lambda b: (b.penalty, b.rule.order if b.rule else 1 << 30, b.key)))

    def _receives(self, kind: int) -> bool:
        return kind in self.kinds and self.kinds[kind].receives_public


_SQL = """
SELECT json_build_object(
  'kinds', (SELECT json_agg(json_build_array(id, slug, label, blaze, short, receives_public,
                              national_name, national_url, national_phone) ORDER BY "order", id)
            FROM territories_sitekind),
  'networks', (SELECT json_agg(json_build_array(id, slug, name) ORDER BY number) FROM members_network),
  'agencies', (SELECT json_agg(json_build_array(id, slug, name) ORDER BY "order", id) FROM territories_agency),
  'basins', (SELECT json_agg(json_build_array(number, number::text, name) ORDER BY number)
             FROM territories_employmentbasin),
  'rules', (SELECT json_agg(json_build_array(
                CASE WHEN kind_id IS NOT NULL THEN 'kind' WHEN network_id IS NOT NULL THEN 'network'
                     ELSE 'organisation' END,
                coalesce(kind_id, network_id, organisation_id), status, need, rank, reason) ORDER BY rank, id)
            FROM territories_routingrule))::text
"""
_kept: Table | None = None


def table() -> Table:
    """The table in force. One exchange with the cache; one statement when rules or lists have changed."""
    global _kept
    token = _token()
    if _kept is None or not token or _kept.token != token:
        _kept = _load(token)
    return _kept


def rules_changed() -> None:
    """Say that rules, kinds, networks, agencies or basins changed: every process reads them again."""
    with suppress(OSError):  # a cache that is away holds nothing out of date
        cache.set(TOKEN, secrets.token_hex(8), timeout=None)


def _token() -> str:
    """The token in force, a new one when the cache forgot it; empty when the cache does not answer."""
    try:
        token = cache.get(TOKEN)
        if token is None:
            token = cache.get_or_set(TOKEN, secrets.token_hex(8), timeout=None)
    except OSError:
        return ""
    return str(token)


def _load(token: str) -> Table:
    with connection.cursor() as cursor:
        cursor.execute(_SQL)
        lists = json.loads(cursor.fetchone()[0])
    return Table(
        token=token,
        kinds={row[0]: Kind(*row) for row in lists["kinds"] or ()},
        networks=tuple(Choice(*row) for row in lists["networks"] or ()),
        agencies=tuple(Choice(*row) for row in lists["agencies"] or ()),
        basins=tuple(Choice(*row) for row in lists["basins"] or ()),
        rules=tuple(
            Rule(family, key, status, need, rank, french(reason), order)
            for order, (family, key, status, need, rank, reason) in enumerate(lists["rules"] or ())
        ),
    )

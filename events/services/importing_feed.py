"""What a reading is: the agenda that is read, what it does, and its report (A6)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from core.journal import Actor
from core.reference import EventType
from events.importers.incoming import Incoming
from events.importers.places import Places
from events.models import Event, Source
from events.rules import is_trusted
from members.models import Organisation

MOST_SAID = 1_000  # rejections, notes and lines kept of one reading


@dataclass
class Feed:
    """One agenda that is read: a source, or a file of an organisation (`name` tells its files apart)."""

    organisation: Organisation
    source: Source | None = None
    name: str = ""
    default_kind: str = EventType.REUNION_INFORMATION
    default_sectors: list[str] = field(default_factory=list)
    default_publics: list[str] = field(default_factory=list)
    trusted: bool = False
    page_url: str = ""

    @classmethod
    def of_source(cls, source: Source) -> Feed:
        return cls(
            source.organisation, source, source.slug, source.default_kind, source.default_sectors,
            source.default_publics, is_trusted(source.organisation), source.page_url,
        )  # fmt: skip

    @classmethod
    def of_file(cls, organisation: Organisation, name: str) -> Feed:
        return cls(organisation, None, name[:120], trusted=is_trusted(organisation))

    def events(self) -> Any:
        """What was ever brought by this agenda (for a file: by any file of the organisation)."""
        brought = Event.objects.exclude(source_uid="")  # as their indexes say, so that a batch is found by them
        if self.source is not None:
            return brought.filter(source=self.source)
        return brought.filter(organisation=self.organisation, source=None)


@dataclass
class Report:
    """What a reading did. `lines` say what is made, changed or withdrawn, the first thousand; `digest` all of them."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    rejected: int = 0
    rejections: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    suspicious: str = ""
    cut: bool = False  # the file stops before its end
    left: int = 0  # new ones that somebody chose not to take

    def __post_init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=32)

    COUNTS = ("created", "updated", "unchanged", "withdrawn", "rejected")

    @property
    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in self.COUNTS}

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    @property
    def changes(self) -> int:
        return self.created + self.updated + self.withdrawn

    @property
    def full(self) -> bool:
        """No more is said of each event: what would be need not be worked out."""
        return len(self.lines) >= MOST_SAID

    def say(self, act: str, title: str, uid: str, digest: str = "", detail: str = "") -> None:
        """`act` is one of `COUNTS`, or « left »: what was left out is told from what is new by its line alone, for the
        digest is of what the file says."""
        setattr(self, act, getattr(self, act) + 1)
        self._hash.update(f"{'created' if act == 'left' else act}\0{uid}\0{digest}\0".encode("utf-8", "replace"))
        if len(self.lines) < MOST_SAID:
            self.lines.append({"act": act, "title": title, "detail": detail, "uid": uid})

    def reject(self, item: Incoming, reason: str) -> None:
        self.rejected += 1
        if len(self.rejections) < MOST_SAID:
            self.rejections.append({"where": item.where[:120], "title": item.title, "reason": reason})

    def note(self, line: str) -> None:
        if len(self.notes) < MOST_SAID and line not in self.notes:
            self.notes.append(line)


@dataclass
class Reading:
    """One reading under way."""

    feed: Feed
    report: Report
    places: Places
    actor: Actor | None
    without: frozenset[str] = frozenset()  # identifiers of new events that are left out

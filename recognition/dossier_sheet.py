"""What the page of a dossier shows at the desk: its step, what was deposited, the examination, its history (R5, R13).

What an organisation types while it completes its dossier is its own until it sends it back: the page shows what the
Region has in hand, that is the last state that was deposited.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.admin_rules import with_names
from core.models import JournalEntry
from recognition import rulebook
from recognition.contents import content_of
from recognition.documents.dossier import context_of
from recognition.dossier_step import path_of, step_of
from recognition.forms.instructing import (
    AssignForm,
    CompleteForm,
    DropForm,
    ExtendForm,
    MessageForm,
    NoteForm,
    ReopenForm,
    RequestForm,
)
from recognition.models import Assessment, Attachment, Candidature, Letter, Message, Snapshot
from recognition.queue import after
from recognition.services.checking import criteria_of, short
from recognition.services.grid import is_assessed

READS_SHOWN = 10
State = Candidature.State


def is_read(dossier: Candidature) -> bool:
    """Whether the Region has it in hand: it was deposited once."""
    return dossier.deposited_at is not None


def mark(dossier: Candidature) -> str:
    """What the page was made from: another mark when a form comes back says that the dossier moved in between."""
    request = dossier.requests.order_by("-pk").values_list("pk", "answered_at", "closed_at").first()
    said = (dossier.state, dossier.deposited_at, dossier.completed_at, dossier.ready_at, request)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def last_snapshot(dossier: Candidature) -> Snapshot | None:
    return dossier.snapshots.order_by("-taken_at", "-pk").first()


def files_in_hand(dossier: Candidature, snapshot: Snapshot | None) -> QuerySet[Attachment]:
    """The files that reached the Region, those that another replaced included; none of a dossier not deposited."""
    rows = Attachment.objects.filter(candidature=dossier).select_related("criterion")
    if not is_read(dossier):
        return rows.none()
    if snapshot is not None:  # what its team added since is not sent yet
        rows = rows.filter(added_at__lte=snapshot.taken_at)
    return rows.order_by("kind", "criterion__order", "pk")


def sheet_of(
    dossier: Candidature, *, at: dt.datetime, today: dt.date, writes: bool, typed: tuple[str, Any] | None = None
) -> dict[str, Any]:
    """The context of the page. `typed`: the name of a form and itself, as it came back refused.

    Names: « demande », « delai », « complet », « classement », « reprise », « message », « note », « suivi ». `writes`:
    who reads it may act.
    """
    step = step_of(dossier, today)
    shown = dict([typed] if typed else [])
    context = {
        "step": step, "path": path_of(step, dossier.state), "acts": step.acts if writes else frozenset(),
        "writes": writes, "seen": mark(dossier), "read": is_read(dossier), "typed": typed[0] if typed else "",
        "requests": list(dossier.requests.all()), "today": today,
        "thread": list(dossier.messages.select_related("author")),
        "unread": dossier.messages.filter(side=Message.Side.CANDIDATE, read_at=None).count(),
        "forms": _forms(dossier, shown, today) if writes else {}, "kept": _kept(typed, step.acts),
        "history": list(dossier.acts.order_by("-at", "-pk")),
        "next": after(dossier, Candidature.objects.all()) if writes else None,
    }  # fmt: skip
    return context | (_in_hand(dossier) if is_read(dossier) else {})


def _forms(dossier: Candidature, shown: dict[str, Any], today: dt.date) -> dict[str, Any]:
    due_on = today + dt.timedelta(days=rulebook.number("piece_days"))
    assign = AssignForm(initial={"to": dossier.assigned_to_id}) if dossier.state in Candidature.EXAMINED else None
    return {
        "request": shown.get("demande") or RequestForm.blank(due_on),
        "complete": shown.get("complet") or CompleteForm(key="complet"),
        "extend": shown.get("delai") or ExtendForm(key="delai"),
        "drop": shown.get("classement") or DropForm(key="classement"),
        "reopen": shown.get("reprise") or ReopenForm(key="reprise"),
        "message": shown.get("message") or MessageForm(key="message"),
        "note": shown.get("note") or NoteForm(key="note"),
        "assign": shown.get("suivi") or assign,
    }


def _kept(typed: tuple[str, Any] | None, acts: frozenset[str]) -> list[str]:
    """The words of a form that the page no longer offers, so that they are not lost."""
    offered = {"demande": "ask", "classement": "drop", "reprise": "reopen"}
    if typed is None or offered.get(typed[0]) in {None, *acts}:
        return []
    return [value for name in ("items", "reason") if (value := str(typed[1].data.get(name, "")).strip())]


def _in_hand(dossier: Candidature) -> dict[str, Any]:
    """What was deposited, and what the Region wrote about it."""
    snapshot = last_snapshot(dossier)
    content = snapshot.content if snapshot else content_of(dossier)
    files = list(files_in_hand(dossier, snapshot))
    for file in files:
        file.dossier_url = reverse(  # type: ignore[attr-defined]
            "admin:recognition_candidature_file", args=[dossier.pk, file.public_id]
        )
    said = context_of(dossier, content, snapshot)
    proofs = defaultdict(list)
    for file in files:
        if file.criterion and file.replaced_at is None:
            proofs[file.criterion.key].append(file)
    for answer in said["answers"]:
        answer["files"] = proofs[answer["key"]]
    return {
        "said": said, "snapshot": snapshot, "files": [file for file in files if file.replaced_at is None],
        "replaced": [file for file in files if file.replaced_at is not None], "grid": grid_of(dossier),
        "notes": list(dossier.notes.select_related("author")), "reads": _reads(dossier),
        "opinions": list(dossier.opinions.select_related("body", "sitting").order_by("body__order")),
        "letters": list(Letter.objects.filter(candidature=dossier).order_by("written_at", "pk")),
        "compares": dossier.snapshots.count() > 1 or dossier.previous_id is not None,
    }  # fmt: skip


def grid_of(dossier: Candidature) -> dict[str, Any]:
    """The grid in one table: a line a criterion, where it was assessed, what was found for the whole and each site."""
    sites = list(dossier.sites.order_by("order", "pk"))
    rows: dict[int, dict[int | None, Assessment]] = defaultdict(dict)
    for row in dossier.assessments.select_related("assessed_by"):
        rows[row.criterion_id][row.site_id] = row
    keys = {site.pk for site in sites}
    lines = []
    for criterion in criteria_of(dossier.charter):
        found = rows[criterion.pk]
        lines.append({
            "criterion": criterion, "short": short(criterion), "whole": found.get(None),
            "sites": [(site, found[site.pk]) for site in sites if site.pk in found],
            "assessed": is_assessed(set(found), keys),
        })  # fmt: skip
    levels = Counter(row.level for found in rows.values() for row in found.values())
    return {
        "lines": lines, "done": sum(line["assessed"] for line in lines), "total": len(lines),
        "levels": [(label, value, levels[value]) for value, label in Assessment.Level.choices if levels[value]],
    }  # fmt: skip


def _reads(dossier: Candidature) -> list[JournalEntry]:
    """Who read its files last; the journal has them all."""
    rows = JournalEntry.objects.filter(
        Q(verb="candidature.read") | Q(verb="candidature.archive"), target_type="recognition.candidature",
        target_key=str(dossier.pk),
    ).order_by("-at", "-pk")  # fmt: skip
    return with_names(rows[:READS_SHOWN])

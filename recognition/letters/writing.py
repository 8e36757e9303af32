"""A letter is written: its words settled for good, its number taken, once for its key (R12, R14)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import structlog
from celery import current_app
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from core.text import of_person
from recognition import rulebook
from recognition.clock import day_of
from recognition.letters import blocks as parts
from recognition.letters.about import About, day_words, gather, region_name
from recognition.letters.blocks import BLOCKS, rule
from recognition.letters.kinds import KINDS, Kind
from recognition.letters.names import MARK, NAMES, fill, values_of
from recognition.models import Candidature, Decision, Letter, LetterKind, LetterTemplate, Notice, Recognition
from recognition.services.numbers import next_number

log = structlog.get_logger("recognition.letters")


@transaction.atomic
def write(
    *,
    kind: str,
    at: dt.datetime,
    key: str,
    candidature: Candidature | None = None,
    recognition: Recognition | None = None,
    decision: Decision | None = None,
    notice: Notice | None = None,
    extra: Mapping[str, str] | None = None,
) -> Letter:
    """Write the letter of this `key`, dated the day of `at` in Paris; the one already written under it, if any.

    `extra` gives values of names (`names.py`) that cannot be found from the rest: `{"date_limite": "1er juin 2028"}`.
    A worker is woken to draw and send it once the transaction commits. Raises `ValidationError` (French) when a ground,
    a signatory, an address, the appeal block or a name used by the words is empty: nothing is written then (R14).
    """
    with connection.cursor() as cursor:  # two writers of one key wait for each other, and no number is lost
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"letter:{key}"])
    if written := Letter.objects.filter(key=key).first():
        return written
    kind = LetterKind(kind)
    number = next_number("L", day_of(at).year)
    about = gather(
        kind=kind, at=at, number=number, candidature=candidature, recognition=recognition, decision=decision,
        notice=notice, extra=extra,
    )  # fmt: skip
    if getattr(about, KINDS[kind].about) is None:
        raise ValueError(f"A letter « {kind} » needs its {KINDS[kind].about}.")
    subject, text = words_of(kind)
    content = content_of(about, subject, text)
    letter = Letter.objects.create(
        key=key, number=number, kind=kind, candidature=about.candidature, recognition=about.recognition,
        decision=decision, notice=about.notice, subject=content["subject"][:200], content=content,
        dated_on=about.dated_on, written_at=at,
    )  # fmt: skip
    transaction.on_commit(wake_worker)
    return letter


def words_of(kind: str) -> tuple[str, str]:
    """Subject and text: the Region's, or ours when it wrote none."""
    said = LetterTemplate.objects.filter(kind=kind).first()
    return (said.subject, said.text) if said else KINDS[kind].words


def content_of(about: About, subject: str, text: str) -> dict[str, Any]:
    """Everything the page is drawn from, as JSON. Raises `ValidationError` as `write` says."""
    kind = KINDS[about.kind]
    values = values_of(about, f"{subject}\n{text}")
    placed = {key: BLOCKS[key](about) for key in kind.blocks}
    return {
        "format": 1,
        "kind": str(about.kind),
        "number": shown_number(about),
        "date": day_words(about.dated_on),
        "sender": sender(),
        "addressee": addressee(about),
        "references": references(about),
        "subject": fill(subject, values, markdown=False),
        "body": body_of(kind, text, values, placed),
        "signature": signature(about, kind),
        "after": after(about, kind),
        "public_url": NAMES["page_publique"].value(about) if about.kind == LetterKind.CERTIFICATE else "",
    }


def body_of(kind: Kind, text: str, values: Mapping[str, str], placed: dict[str, Any]) -> list[dict[str, Any]]:
    """The words and the blocks in their order; a block that the text forgets comes before its last paragraph."""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()]
    marked = [match[1] if (match := MARK.fullmatch(part)) and match[1] in placed else "" for part in paragraphs]
    forgotten = [key for key in kind.blocks if key not in marked]
    body: list[dict[str, Any]] = []
    done: set[str] = set()
    for place, (paragraph, key) in enumerate(zip(paragraphs, marked, strict=True)):
        if place == len(paragraphs) - 1:
            body += [placed[name] for name in forgotten]
        if key:
            body += [] if key in done else [placed[key]]
            done.add(key)
            continue
        words = fill(paragraph, values, markdown=True)
        words = MARK.sub("", words).strip()  # a block named in the middle of a sentence stands on its own instead
        if words:
            body.append({"key": "words", "markdown": words})
    return body


def sender() -> dict[str, Any]:
    """The head of the letter: the Region and the service in charge (CRPA L111-2, R112-5)."""
    return {
        "region": region_name(),
        "service": rule("service_name"),
        "address": parts.lines(rule("service_address")),
        "email": rulebook.text("service_email"),
        "phone": rulebook.text("service_phone"),
    }


def addressee(about: About) -> list[str]:
    """The organisation, who represents it by law, where it sits."""
    dossier = about.candidature
    name = str(about.organisation)
    if dossier is None:
        return [name]
    person = ", ".join(filter(None, (dossier.legal_representative, dossier.legal_representative_title)))
    return [name, *([f"À l’attention {of_person(person)}"] if person else []), *parts.lines(dossier.address)]


def shown_number(about: About) -> str:
    """The number that the paper bears: a receipt has that of the deposit, and no second one."""
    receipt = about.candidature.receipt_number if about.kind == LetterKind.RECEIPT and about.candidature else ""
    return receipt or about.number


def references(about: About) -> list[list[str]]:
    if about.kind == LetterKind.RECEIPT:
        return [["Accusé de réception", shown_number(about)]]
    rows = [["Accusé de réception" if about.kind == LetterKind.COMPLETED else "Lettre", about.number]]
    if about.candidature and about.candidature.receipt_number:
        rows.append(["Dossier", about.candidature.receipt_number])
    return rows


def signature(about: About, kind: Kind) -> dict[str, str] | None:
    """Who signs: the signatory of the decision, or that of the region's rules (CRPA L212-1). None for a receipt.

    A certificate is signed as the decision that it shows.
    """
    if not kind.signed:
        return None
    found = about.decision if kind.about == "decision" or about.kind == LetterKind.CERTIFICATE else None
    if found is None:
        return {"name": rule("signatory"), "title": rule("signatory_title")}
    if not found.signatory.strip() or not found.signatory_title.strip():
        raise ValidationError("Cette lettre ne peut pas être écrite\u00a0: la ou le signataire est vide.")
    return {"name": found.signatory, "title": found.signatory_title}


def after(about: About, kind: Kind) -> list[dict[str, Any]]:
    """What comes under the signature: how to contest; for a receipt, what silence would allow, then the files."""
    if about.kind == LetterKind.RECEIPT:
        return [parts.if_silent(about), parts.files(about)]
    if about.kind == LetterKind.COMPLETED:
        return [parts.completed_files(about)]
    return [parts.appeal(about)] if kind.appeal else []


def wake_worker() -> None:
    try:
        current_app.send_task("recognition.tasks.draw_letters", queue="documents")
    except Exception as error:  # the broker is down: the beat finds the letter when it is back
        log.warning("letters_not_woken", error=type(error).__name__)

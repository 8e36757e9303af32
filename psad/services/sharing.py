"""Sharing with circle 2: chosen items, for a purpose, until a day; taken back at once (D5, D7)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import User
from core.sealing import new_key, opened
from core.secrets import derived_secret, digest
from psad.identity import Identity, bound
from psad.lists import NEUTRAL, SENSITIVE, Need, PartnerKind, Purpose, SharedItem, SharePurpose
from psad.models import Case, Interview, Note, Partner, Proposal, Share, ShareAnswer, ShareItem
from psad.reading import Opened, read
from psad.services.cases import day_of, moved
from psad.services.contacting import LONGEST_NOTE, workable

LONGEST_DAYS = 90
CODE_DIGITS = 8
NOT_TOLD = "Donnez d’abord la notice d’information à la personne, et notez-le\u00a0: rien ne se partage avant."


def share(
    *, case: UUID, partner: UUID, items: Collection[str], purpose: str, until: dt.date, message: str, informed: bool,
    by_link: bool, version: int | None = None, by: User, role: str, at: dt.datetime,
) -> tuple[Share, str, str]:  # fmt: skip
    """Copy the chosen items for one partner, under a key of the share. What is changed later in the case is not sent.

    Returns the share, and for a partner without an account the secret of its link and the code to tell apart (`way_in`:
    the database keeps their digests); empty otherwise. Raises `ValidationError` by field.
    """
    errors = _wrong(items, purpose, until, informed, at)
    if errors:
        raise ValidationError(errors)
    held = workable(case, version)
    if held.informed_at is None:
        raise ValidationError(NOT_TOLD)
    found = Partner.objects.in_force().filter(pk=partner, platform=held.platform_id).first()
    if found is None:
        raise ValidationError({"partner": "Choisissez un partenaire de la plateforme."})
    if found.user_id is None and not by_link:
        raise ValidationError({"by_link": "Cette personne n’a pas de compte\u00a0: partagez par un lien et un code."})
    case_opened = read(held, role=role, verb="case.share", purpose=Purpose.WORK)
    seal, wrapped = new_key()
    row = Share(
        case=held, at=at, by=by, partner=found, purpose=purpose, sealed_key=wrapped, informed=informed,
        ends_at=_end_of(until, at),
    )  # fmt: skip
    secret, code = way_in(row) if by_link else ("", "")
    row.link_digest = digest(secret) if by_link else None
    row.code_digest = digest(f"{row.pk}{code}") if by_link else ""
    row.message = seal.close(message.strip()[:LONGEST_NOTE], bound=f"share/{row.pk}/message")
    row.save(force_insert=True)
    ShareItem.objects.bulk_create(
        ShareItem(share=row, kind=kind, content=seal.close(value, bound=f"share/{row.pk}/{kind}"))
        for kind, value in said(case_opened, items, day_of(at)).items()
    )
    moved(held, "share", by=by, at=at, role=role, items=sorted(items), purpose=purpose, until=until.isoformat())
    return row, secret, code


def revoke(*, share: UUID, by: User, role: str, at: dt.datetime) -> Share:
    """Take back: what was copied is emptied and its key destroyed, at once, also for a page left open. What the partner
    answered becomes notes of the case."""
    row = Share.objects.select_for_update(of=("self",)).select_related("case", "case__platform").get(pk=share)
    if row.sealed_key:  # also that of a link that was burnt
        keep_answers(row)
        empty(row, at)
        moved(row.case, "unshare", by=by, at=at, role=role)
    return row


def answers(row: Share) -> list[tuple[ShareAnswer, str]]:
    """What the partner answered, opened, the latest first; nothing once the share is emptied."""
    if not row.sealed_key:
        return []
    seal = opened(row.sealed_key)
    rows = ShareAnswer.objects.filter(share=row).select_related("by").order_by("-at", "-pk")
    return [(line, str(seal.open(line.text, bound=f"share/{row.pk}/answer/{line.pk}") or "")) for line in rows]


def keep_answers(row: Share) -> None:
    """The key of the share is about to go: its answers are sealed again with the key of the case."""
    told = answers(row)
    if not told or not row.case.sealed_key:
        return
    seal = opened(row.case.sealed_key)
    for line, words in told:
        note = Note(case=row.case, at=line.at, by=line.by)
        said_by = f"Réponse d’un partenaire\u00a0: {words}"
        note.text = seal.close(said_by, bound=bound(row.case, f"note/{note.pk}"))
        note.save(force_insert=True)


def way_in(row: Share) -> tuple[str, str]:
    """The secret of the link of a share and its code of eight digits: written nowhere, made again from its key and that
    of the installation, so that the team can say them again."""
    code = int.from_bytes(hashlib.sha256(derived_secret("psad.share.code", row.pk).encode()).digest()[:8])
    return derived_secret("psad.share", row.pk), f"{code % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def empty(row: Share, at: dt.datetime) -> None:
    """Nothing of a share can be opened any more; that there was one stays known to the team."""
    row.items.update(content=b"")
    row.revoked_at, row.sealed_key, row.message, row.link_digest, row.code_digest = at, "", b"", None, ""
    row.save()


def shown_kind(partner: Partner, *, to_team: bool) -> str:
    """What a partner is called: a social service or the PJJ is a neutral partner outside of circle 1 (D11)."""
    if not to_team and partner.kind in SENSITIVE:
        return NEUTRAL
    return str(PartnerKind(partner.kind).label)


def _wrong(items: Collection[str], purpose: str, until: dt.date, informed: bool, at: dt.datetime) -> dict[str, str]:
    errors = {}
    if not items or not set(items) <= set(SharedItem.values):
        errors["items"] = "Choisissez ce que vous partagez, dans la liste."
    if purpose not in SharePurpose.values:
        errors["purpose"] = "Dites pour quoi, dans la liste."
    days = (until - day_of(at)).days
    if not 1 <= days <= LONGEST_DAYS:
        errors["until"] = f"De demain à dans {LONGEST_DAYS} jours."
    if not informed:
        errors["informed"] = "Informez d’abord la personne\u00a0: elle doit savoir ce qui est partagé, et avec qui."
    return errors


def said(opened: Opened, items: Collection[str], today: dt.date) -> dict[str, Any]:
    """The value of each chosen item, as it is today. A case read `with_latest` is not asked again."""
    case, identity = opened.case, opened.identity
    latest: Any = case if hasattr(case, "last_plan") else with_latest(Case.objects.filter(pk=case.pk)).get()
    ways: dict[SharedItem, Callable[[], Any]] = {
        SharedItem.NAME: lambda: identity.name,
        SharedItem.AGE: lambda: identity.age_on(today),
        SharedItem.COMMUNE: lambda: str(case.commune or identity.town),
        SharedItem.CONTACT: lambda: _contact(identity),
        SharedItem.TRAINING: lambda: " ".join(filter(None, (identity.class_name, identity.school))),
        SharedItem.NEEDS: lambda: [str(Need(need).label) for need in latest.last_needs or []],
        SharedItem.PROPOSAL: lambda: latest.last_solution or "",
        SharedItem.PLAN: lambda: opened.text(latest.last_plan or b"", field=f"interview/{latest.last_interview}") or "",
        SharedItem.FOLLOWER: lambda: str(case.follower) if case.follower else "",
    }
    found = {item: ways[SharedItem(item)]() for item in sorted(items)}
    return {item: value for item, value in found.items() if value not in ("", [], None)}


def _contact(identity: Identity) -> list[str]:
    return [value for value in (identity.phone, identity.other_phone, identity.email) if value]


def with_latest(rows: QuerySet[Case]) -> QuerySet[Any]:
    """Cases with what their last interview and their last proposal say."""
    interview = Interview.objects.filter(case=OuterRef("pk")).order_by("-at", "-pk")
    proposal = Proposal.objects.filter(case=OuterRef("pk")).order_by("-at", "-pk")
    return rows.annotate(
        last_interview=Subquery(interview.values("pk")[:1]), last_needs=Subquery(interview.values("needs")[:1]),
        last_plan=Subquery(interview.values("plan")[:1]),
        last_solution=Subquery(proposal.values("solution__title")[:1]),
    )  # fmt: skip


def _end_of(until: dt.date, at: dt.datetime) -> dt.datetime:
    from psad.services.cases import PARIS

    return dt.datetime.combine(until + dt.timedelta(days=1), dt.time.min, PARIS)


__all__ = [
    "LONGEST_DAYS", "answers", "bound", "empty", "keep_answers", "revoke", "said", "share", "shown_kind", "way_in",
    "with_latest",
]  # fmt: skip

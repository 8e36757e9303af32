"""Documents as people take them away: who may, which version, under what name (B3, D8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.db.models import Q, QuerySet
from django.utils.text import slugify

from accounts.models import User
from bilans import kinds
from bilans.models import Bilan, Campaign, Document, Kind
from bilans.rules import may_read_whole, visible_to
from territories.rules import agencies_of, may_enter_pro

NAME_LENGTH = 80


def readable_by(user: Any) -> QuerySet[Bilan]:
    """The bilans whose document `user` may take, besides what they may open (`rules.visible_to`).

    An officer takes those of the territories they serve, of the PSAD there and of the region, where small counts are
    hidden; never an organisation's, which says them. Who works in the SPRO takes the region's, once it is published.
    """
    visible = visible_to(user)
    if not isinstance(user, User) or not user.is_active or not may_enter_pro(user):
        return visible
    allowed = Q(pk__in=visible.values("pk")) | Q(kind=Kind.REGION, campaign__published__isnull=False)
    if served := agencies_of(user):
        allowed |= kinds.read_there(served) | Q(kind=Kind.REGION)
    return Bilan.objects.filter(allowed, campaign__opened_at__isnull=False)


def version_for(user: Any, bilan: Bilan, number: int | None = None) -> Document | None:
    """The version that `user` takes: the last one; of the region's, for who only reads it, the one that is published.

    An older one, by its number, for the Region alone. None: there is none for them.
    """
    if number is not None:
        return _of(bilan).filter(number=number).first() if may_read_whole(user) else None
    if bilan.kind == Kind.REGION and not (may_read_whole(user) or agencies_of(user)):
        return Document.objects.filter(pk=bilan.campaign.published_id).first()  # type: ignore[misc]
    return _of(bilan).first()


def _of(bilan: Bilan) -> QuerySet[Document]:
    return Document.objects.filter(bilan=bilan).order_by("-number")


@dataclass(frozen=True)
class Paper:
    """What a page shows of the documents of a bilan: the version to take, and, for the Region, those before."""

    bilan: Bilan
    document: Document | None
    older: tuple[Document, ...] = ()
    stale: bool = False  # the bilan changed since it was drawn
    may_produce: bool = False


def paper_of(user: Any, bilan: Bilan) -> Paper:
    """Two queries at most, and no content read."""
    if may_read_whole(user):
        versions = tuple(_of(bilan).defer("content"))
        document, older = (versions[0] if versions else None), versions[1:]
    else:
        document, older = version_for(user, bilan), ()
    return Paper(bilan, document, older, document is not None and _changed_since(bilan, document), True)


def _changed_since(bilan: Bilan, document: Document) -> bool:
    """Whether it was written in, handed in or decided of since. What others say of a territory is not looked at."""
    moments = (bilan.saved_at, bilan.submitted_at, bilan.returned_at, bilan.accepted_at)
    return any(moment is not None and moment > document.made_at for moment in moments)


def file_name(document: Document, campaign: Campaign, suffix: str) -> str:
    """« bilan-2025-mission-locale-de-troyes-v2.pdf », in plain ASCII."""
    name = slugify(document.bilan.name)[:NAME_LENGTH].strip("-") or "document"
    return f"bilan-{campaign.year}-{name}-v{document.number}.{suffix}"


def disposition(document: Document, campaign: Campaign, suffix: str) -> str:
    """To be kept under a name: with its accents where a browser reads them, in plain ASCII where it does not."""
    said = f"Bilan {campaign.year} – {document.bilan.name[:NAME_LENGTH]} (version {document.number}).{suffix}"
    said = "".join("-" if mark in '/\\:*?"<>|' or ord(mark) < ord(" ") else mark for mark in said)
    return f"attachment; filename=\"{file_name(document, campaign, suffix)}\"; filename*=UTF-8''{quote(said, safe='')}"

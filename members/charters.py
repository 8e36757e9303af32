"""The versions of the charter, and which of them an organisation has yet to sign (M3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from members.models import Charter, CharterSignature, Organisation


@dataclass(frozen=True)
class Version:
    """A version in force as one organisation stands before it.

    `signature` is its own; `covered_by` that of the body it is attached to, whose sheet and signature are common.
    """

    charter: Charter
    signature: CharterSignature | None
    covered_by: CharterSignature | None
    may_sign: bool

    @property
    def waits(self) -> bool:
        return self.may_sign and self.signature is None and self.covered_by is None


def in_force() -> list[Charter]:
    """The charter of today, then its amendments in order, in one query.

    Each has `signatories`: how many organisations that belong today signed it.
    """
    counted = Count("signatures", filter=Q(signatures__organisation__status__in=Organisation.BELONGING))
    rows = {row.pk: row for row in Charter.objects.annotate(signatories=counted).order_by("pk")}
    texts = [row for row in rows.values() if row.amends_id is None]
    if not texts:
        return []
    current = max(texts, key=lambda row: (row.signed_on or date.min, row.pk))  # as `Charter.current`
    kept = {current.pk}
    for _ in rows:  # an amendment may amend an amendment
        kept |= {row.pk for row in rows.values() if row.amends_id in kept}
    # Neither open nor signed by anybody: a draft of the Region, which nobody reads yet.
    amendments = [
        rows[pk]
        for pk in kept
        if pk != current.pk and (rows[pk].open_to_signature or rows[pk].signatories)  # type: ignore[attr-defined]
    ]
    amendments.sort(key=lambda row: (row.signed_on or date.max, row.pk))
    return [current, *amendments]


def versions(organisation: Organisation, charters: Iterable[Charter] | None = None) -> list[Version]:
    """The versions in force as `organisation` stands before each; two queries, one when `charters` are given."""
    charters = in_force() if charters is None else list(charters)
    holders = [pk for pk in (organisation.pk, organisation.parent_id) if pk]
    signatures = {
        (signature.charter_id, signature.organisation_id): signature
        for signature in CharterSignature.objects.filter(organisation__in=holders).select_related("organisation")
    }
    return [
        Version(
            charter, signatures.get((charter.pk, organisation.pk)),
            signatures.get((charter.pk, organisation.parent_id or 0)),
            organisation.public and charter.open_to_signature,
        )
        for charter in charters
    ]  # fmt: skip

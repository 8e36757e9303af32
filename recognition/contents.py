"""The dossier word for word, as JSON: what a snapshot keeps, what two dossiers are compared by (R13, R15).

Shape: `{"organisation": {name, siret, …}, "sites": [{pk, name, …}], "answers": [{key, article, title, asked,
text, evidence}], "files": [{kind, criterion, name, size, sha256}], "charter": version, "campaign": year, "kind": …}`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.reference import Access, Channel, Service, Status
from core.text import fold, siret_words
from recognition.models import Attachment, CandidateSite, Candidature
from territories.hours_field import hours_as_text

# What the team types of its organisation, in the order of the form.
ORGANISATION_FIELDS = (
    "siret", "legal_form", "address", "legal_representative", "legal_representative_title", "contact_name",
    "contact_email", "contact_phone", "website", "presentation", "environment", "offer", "team", "coordination",
    "activity_review",
)  # fmt: skip
# What it types of a site.
SITE_FIELDS = (
    "name", "kind", "address", "postal_code", "commune", "lat", "lon", "phone", "email", "website", "hours",
    "hours_text", "publics", "publics_text", "perimeter", "services", "channels", "access", "access_text",
    "has_reception", "has_confidential", "has_internet", "has_telephone",
)  # fmt: skip
ANSWER_FIELDS = ("text", "evidence")
_LISTS: dict[str, Any] = {"publics": Status, "services": Service, "channels": Channel, "access": Access}
_NOT_SHOWN = {"lat", "lon", "pk", "commune_name"}
FILES = "Les pièces"


def content_of(candidature: Candidature) -> dict[str, Any]:
    """The whole dossier as it stands; files by their names and digests. A fixed number of queries."""
    sites = candidature.sites.select_related("kind", "commune").order_by("order", "pk")
    answers = candidature.answers.select_related("criterion").order_by("criterion__order", "pk")
    files = candidature.attachments.filter(replaced_at=None).select_related("criterion").order_by("kind", "pk")
    return {
        "campaign": candidature.campaign.year,
        "charter": candidature.charter.version,
        "kind": candidature.kind,
        "organisation": {"name": candidature.organisation.display_name}
        | {name: getattr(candidature, name) for name in ORGANISATION_FIELDS},
        "sites": [site_content(site) for site in sites],
        "answers": [
            {
                "key": answer.criterion.key,
                "article": answer.criterion.article,
                "title": answer.criterion.in_a_line,
                "asked": answer.criterion.text,
            }
            | {name: getattr(answer, name) for name in ANSWER_FIELDS}
            for answer in answers
        ],
        "files": [file_content(file) for file in files],
    }


def site_content(site: CandidateSite) -> dict[str, Any]:
    said = {name: getattr(site, name) for name in SITE_FIELDS if name not in {"kind", "commune"}}
    return {"pk": site.pk} | said | {
        "kind": site.kind.label if site.kind else "",
        "commune": site.commune_id or "",
        "commune_name": site.commune.name if site.commune else "",
    }  # fmt: skip


def file_content(file: Attachment) -> dict[str, Any]:
    return {
        "kind": file.kind, "criterion": file.criterion.key if file.criterion else "", "name": file.name,
        "size": file.size, "sha256": file.sha256,
    }  # fmt: skip


def digest_of(content: dict[str, Any]) -> str:
    """SHA-256 of the content written in one way only (keys sorted, UTF-8)."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Change:
    """One thing that differs: where, what it is called, and its words before and after (empty: there was none)."""

    section: str
    label: str
    before: str
    after: str


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """What `after` changes of `before`, both as `content_of` gives them, section by section.

    Sites are the same by their key, or by their name when the dossier was copied from another year.
    """
    return [
        *_of_fields("L’organisme", before["organisation"], after["organisation"], _labels(Candidature)),
        *_of_sites(before["sites"], after["sites"]),
        *_of_answers(before["answers"], after["answers"]),
        *_of_files(before, after),
    ]


def _of_sites(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterable[Change]:
    left = list(before)
    labels = _labels(CandidateSite)
    for site in after:
        twin = next((old for old in left if old["pk"] == site["pk"]), None)
        twin = twin or next((old for old in left if fold(old["name"]) == fold(site["name"])), None)
        if twin is None:
            yield Change("Les sites", "Site ajouté", "", site["name"])
            continue
        left.remove(twin)
        yield from _of_fields(f"Site «\u00a0{site['name']}\u00a0»", twin, site, labels)
    for site in left:
        yield Change("Les sites", "Site retiré", site["name"], "")


def _of_answers(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterable[Change]:
    known = {answer["key"]: answer for answer in before}
    now = {answer["key"]: answer for answer in after}
    labels = {"text": "réponse", "evidence": "ce qui le montre"}
    for key in [*now, *(key for key in known if key not in now)]:
        old, new = known.get(key, {}), now.get(key, {})
        yield from _of_fields((new or old)["title"], old, new, labels)


def _of_files(before: dict[str, Any], after: dict[str, Any]) -> Iterable[Change]:
    known = {(file["kind"], file["sha256"]): file for file in before["files"]}
    now = {(file["kind"], file["sha256"]): file for file in after["files"]}
    for key, file in now.items():
        if key not in known:
            yield Change(FILES, kind_words(file["kind"], after["campaign"]), "", file["name"])
    for key, file in known.items():
        if key not in now:
            yield Change(FILES, kind_words(file["kind"], before["campaign"]), file["name"], "")


def new_files(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """The files that `after` holds and `before` does not."""
    known = {(file["kind"], file["criterion"], file["sha256"]) for file in before["files"]}
    return [file for file in after["files"] if (file["kind"], file["criterion"], file["sha256"]) not in known]


def kind_words(kind: str, campaign: int) -> str:
    """What a file is, its year told: that before the year of its campaign (R3)."""
    return str(dict(Attachment.Kind.choices).get(kind, kind)).replace("N-1", str(campaign - 1))


def _of_fields(section: str, before: dict[str, Any], after: dict[str, Any], labels: dict[str, str]) -> Iterable[Change]:
    for name in dict.fromkeys([*after, *before]):
        if name in _NOT_SHOWN or name not in labels:
            continue
        old, new = said(name, before, before.get(name)), said(name, after, after.get(name))
        if old != new:
            yield Change(section, labels[name].capitalize(), old, new)


def said(name: str, whole: dict[str, Any], value: Any) -> str:
    """A value of the content as a person reads it."""
    if name == "siret":
        return siret_words(str(value or ""))
    if name == "hours":
        return hours_as_text(value or {})
    if name == "commune":
        return str(whole.get("commune_name") or value or "")
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        labels = {str(item.value): str(item.label) for item in _LISTS.get(name, ())}
        places = {key: place for place, key in enumerate(labels)}  # in the order of the list, not of the alphabet
        known = sorted(map(str, value), key=lambda item: (places.get(item, len(places)), item))
        return ", ".join(labels.get(item, item) for item in known)
    return str(value or "").replace("\r\n", "\n").strip()


def _labels(model: Any) -> dict[str, str]:
    return {"name": "nom"} | {field.name: str(field.verbose_name) for field in model._meta.concrete_fields}

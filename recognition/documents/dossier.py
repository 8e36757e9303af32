"""A whole dossier on paper: as it stands, or as one of its snapshots keeps it (R13)."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from core.pdf import draw
from recognition.contents import ORGANISATION_FIELDS, SITE_FIELDS, content_of, digest_of, kind_words, said
from recognition.letters.about import moment_words, region_name
from recognition.letters.blocks import size_words
from recognition.models import CandidateSite, Candidature, Snapshot

_SHORT = {
    "siret", "legal_form", "address", "legal_representative", "legal_representative_title", "contact_name",
    "contact_email", "contact_phone", "website",
}  # fmt: skip
_PREMISES = ("has_reception", "has_confidential", "has_internet", "has_telephone")
_NOT_SHOWN = {"lat", "lon", "name", *_PREMISES}
_MOMENTS = {"deposit": "tel que déposé", "answer": "tel que complété"}
NOTHING = "Non renseigné"


def dossier_pdf(candidature: Candidature, snapshot: Snapshot | None = None) -> bytes:
    """The dossier, its sites, its answers, the list of its files with their SHA-256; messages and notes are not in it.

    As `snapshot` keeps it, or as it stands now. A fixed number of queries.
    """
    content = snapshot.content if snapshot else content_of(candidature)
    return draw(render_to_string("documents/dossier.html", context_of(candidature, content, snapshot))).data


def context_of(candidature: Candidature, content: dict[str, Any], snapshot: Snapshot | None) -> dict[str, Any]:
    house, draft = content["organisation"], _draft(candidature, snapshot)
    return {
        "region": region_name(),
        "name": house["name"],
        "facts": _facts(candidature, content, snapshot),
        "short": _fields(Candidature, [name for name in ORGANISATION_FIELDS if name in _SHORT], house),
        "long": [pair for pair in _fields(Candidature, _long(), house) if pair[1] != NOTHING],
        "sites": [_site(site) for site in content["sites"]],
        "answers": content["answers"],
        "files": [_file(file, content["campaign"]) for file in content["files"]],
        "sha256": snapshot.sha256 if snapshot else digest_of(content),
        "draft": draft,
        "foot": f"{house['name'][:60]} · campagne {content['campaign']}{' · brouillon, pas envoyé' if draft else ''}",
    }


def _draft(candidature: Candidature, snapshot: Snapshot | None) -> str:
    """Why what is shown is not what the Region has in hand; empty when it is."""
    if snapshot is not None:
        return ""
    if candidature.deposited_at is None:
        return "ce dossier n’est pas déposé."
    if candidature.state == Candidature.State.INCOMPLETE:
        return "ce qui est complété ici n’est pas encore renvoyé à la Région."
    return ""


def _long() -> list[str]:
    return [name for name in ORGANISATION_FIELDS if name not in _SHORT]


def _facts(candidature: Candidature, content: dict[str, Any], snapshot: Snapshot | None) -> list[tuple[str, str]]:
    kinds = dict(Candidature.Kind.choices)
    moment = (
        f"{_MOMENTS.get(snapshot.moment, snapshot.moment)} le {moment_words(snapshot.taken_at)}" if snapshot else ""
    )
    deposited = moment_words(candidature.deposited_at) if candidature.deposited_at else "pas encore déposé"
    facts = [
        ("Campagne", str(content["campaign"])),
        ("Demande", str(kinds.get(content["kind"], content["kind"]))),
        ("Cahier des charges", f"{candidature.charter.title} (version {content['charter']})"),
        ("Déposé le", deposited),
        ("Accusé de réception", candidature.receipt_number),
        ("Déclaré par", ", ".join(filter(None, (candidature.declared_name, candidature.declared_title)))),
        ("Ce document montre", f"le dossier {moment}" if moment else "le dossier tel qu’il est aujourd’hui"),
        ("État du dossier", str(candidature.get_state_display())),
    ]
    return [(label, value) for label, value in facts if value]


def _fields(model: Any, names: list[str], values: dict[str, Any]) -> list[tuple[str, str]]:
    return [(label_of(model, name), said(name, values, values.get(name)) or NOTHING) for name in names]


def label_of(model: Any, name: str) -> str:
    label = str(model._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


def _site(site: dict[str, Any]) -> dict[str, Any]:
    """What the site says, then its premises, then, in one line, what nobody filled."""
    rows = _fields(CandidateSite, [name for name in SITE_FIELDS if name not in _NOT_SHOWN], site)
    return {
        "name": site["name"],
        "rows": [*(row for row in rows if row[1] != NOTHING), *_premises(site)],
        "empty": ", ".join(label.lower() for label, value in rows if value == NOTHING),
    }


def _premises(site: dict[str, Any]) -> list[tuple[str, str]]:
    there = [label_of(CandidateSite, name).lower() for name in _PREMISES if site.get(name)]
    lacking = [label_of(CandidateSite, name).lower() for name in _PREMISES if not site.get(name)]
    said_so = [("Locaux", ", ".join(there))] if there else []
    return said_so + ([("Il manque dans les locaux", ", ".join(lacking))] if lacking else [])


def _file(file: dict[str, Any], campaign: int) -> dict[str, str]:
    return {
        "name": file["name"], "kind": kind_words(file["kind"], campaign), "size": size_words(file["size"]),
        "sha256": file["sha256"],
    }  # fmt: skip

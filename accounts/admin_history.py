"""The journal as people read it: who, when, what, before and after, in words (S3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.urls import NoReverseMatch, reverse

from accounts.admin_rules import with_names
from core import acts
from core.journal import UNSAID
from core.models import JournalEntry
from core.values import Names, field_of, label_of, shown, want

# What acts say besides columns of a model.
_LABELS = {
    "rows": "lignes", "format": "format", "contacts": "avec les contacts", "count": "changements",
    "sha256": "empreinte du fichier", "version": "version", "factor": "moyen", "created": "créés",
    "updated": "mis à jour", "reason": "raison", "removed": "retirés", "kept": "gardés",
    "closure": "fermeture", "outcome": "réponse", "imported_file": "fichier importé",
    "role": "rôle", "invitation": "invitation n°", "given": "donné", "pack": "pack",
    # the tables of a load
    "departments": "départements", "agencies": "agences", "basins": "bassins d’emploi", "communes": "communes",
    "communes_former_codes": "anciens codes de communes", "contours": "contours", "networks": "réseaux",
    "organisations": "organismes", "site_kinds": "sortes de lieux", "sites": "lieux", "referents": "référent·es",
    "routing": "aiguillage", "plans": "plans", "commitments": "engagements", "signatures": "signatures",
    "quality_criteria": "critères de qualité", "funding_criteria": "critères de financement",
}  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One field: its French name, before and after; both empty when the journal keeps that it changed only."""

    label: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        return f"{self.label}\u00a0: {self.before} → {self.after}" if self.before or self.after else self.label


@dataclass(frozen=True)
class Told:
    """One line of the journal in words; `name` and `url` are of the object today, empty when it is gone."""

    at: datetime
    who: str
    act: str
    kind: str
    name: str
    url: str
    differences: list[Difference]


def told(lines: Iterable[JournalEntry]) -> list[Told]:
    """These lines in words, with one query for the people and one for each kind of thing they name."""
    named = with_names(lines)
    names = Names()
    models = {line.target_type: _model(line.target_type) for line in named}
    for line in named:
        model = models[line.target_type]
        if model is not None:
            names.want(model, line.target_key)
            for field, values in line.changes.items():
                for value in values if isinstance(values, list) else ():
                    want(field_of(model, field), value, names)
    return [_told(line, models[line.target_type], names) for line in named]


def kind_of(target_type: str) -> str:
    """« organisme » for `members.organisation`; what remains of the name when the kind is no more."""
    model = _model(target_type)
    return str(model._meta.verbose_name) if model else target_type.rpartition(".")[2]


def _model(target_type: str) -> type[Model] | None:
    try:
        return apps.get_model(target_type)
    except (LookupError, ValueError):
        return None


def _told(line: Any, model: type[Model] | None, names: Names) -> Told:
    name = names.get(model, line.target_key) if model else ""
    return Told(
        at=line.at,
        who=str(line.shown_actor),
        act=acts.act(line.verb),
        kind=kind_of(line.target_type),
        name=name,
        url=_url(model, line.target_key) if name and model else "",
        differences=[_difference(model, field, values, names) for field, values in line.changes.items()],
    )


def _difference(model: type[Model] | None, field: str, values: Any, names: Names) -> Difference:
    label = _LABELS.get(field) or (label_of(model, field) if model else field.replace("_", " "))
    if not isinstance(values, list) or len(values) != 2:
        return Difference(label)
    if UNSAID in values:
        return Difference(label, *(UNSAID if value == UNSAID else "–" for value in values))
    column = field_of(model, field) if model else None
    if column is None or (field == "kind" and not column.is_relation and not column.choices):
        values = [_VALUES.get(value, value) if isinstance(value, str) else value for value in values]
    before, after = (shown(column, _worded(value), names) for value in values)
    return Difference(label, before, after)


# Values that no column of a model explains.
_VALUES = {
    "manager": "gestionnaire", "member": "membre", "totp": "application de codes", "webauthn": "clé d’accès",
    "recovery_codes": "codes de secours", "pack": "pack régional", "structures": "annuaire des structures",
    "referents": "coordonnées des référent·es",
}  # fmt: skip


def _worded(value: Any) -> Any:
    """The counts of a load, by their French names; a word of the code, in French."""
    if isinstance(value, dict) and value and set(value) <= {"created", "updated", "removed", "kept"}:
        return {_LABELS[name]: count for name, count in value.items()}
    return value


def _url(model: type[Model], key: str) -> str:
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[key])
    except NoReverseMatch:
        return ""

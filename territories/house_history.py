"""What territories tell in the history of an organisation: its places, its referents, the errors told of its sheets."""

from __future__ import annotations

from members import history
from members.history import Source
from members.models import Organisation
from territories.models import Referent, SheetReport, Site

_TOLD = ("name", "address", "postal_code", "phone", "website", "hours_text", "description", "access_text")
_SITES = {
    "site.change": "a mis à jour le lieu « {} »",
    "site.confirm": "a confirmé le lieu « {} »",
    "site.propose": "a proposé le lieu « {} » à la Région",
    "site.withdraw": "a retiré le lieu « {} » de l’annuaire",
    "site.bring_back": "a remis le lieu « {} » dans l’annuaire",
    "site.list": "a fait entrer le lieu « {} » dans l’annuaire",
    "site.unlist": "a sorti le lieu « {} » de l’annuaire",
    "site.close": "a annoncé une fermeture de « {} »",
    "site.open_again": "a retiré une fermeture de « {} »",
    "admin.add": "a créé le lieu « {} »",
    "admin.change": "a modifié le lieu « {} »",
}
_REFERENTS = {
    "referent.name": "a nommé une personne référente ({})",
    "referent.correct": "a modifié une fiche de référent·e ({})",
    "referent.replace": "a remplacé une personne référente ({})",
    "referent.vacate": "a déclaré vacant un poste de référent·e ({})",
    "referent.confirm": "a confirmé une fiche de référent·e ({})",
    "referent.withdraw_name": "a retiré un nom de l’annuaire des référent·es ({})",
    "admin.add": "a créé une fiche de référent·e ({})",
    "admin.change": "a modifié une fiche de référent·e ({})",
}
_REPORTS = {
    "report.receive": "a reçu une erreur signalée sur « {} »",
    "report.answer": "a traité une erreur signalée sur « {} »",
}


def _sites(organisation: Organisation) -> dict[str, str]:
    return {str(pk): name for pk, name in Site.objects.filter(organisation=organisation).values_list("pk", "name")}


def _referents(organisation: Organisation) -> dict[str, str]:
    """By their territory: a referent is a person, whom the sheet names and the history does not."""
    rows = Referent.objects.filter(organisation=organisation).values_list("pk", "agency__name", "town")
    return {str(pk): town or agency or "toute la région" for pk, agency, town in rows}


def _reports(organisation: Organisation) -> dict[str, str]:
    rows = SheetReport.objects.filter(organisation=organisation).values_list("public_id", "title")
    return {str(number): title for number, title in rows}


def connect() -> None:
    labels = {column.name: str(column.verbose_name) for column in Site._meta.concrete_fields if column.name in _TOLD}
    history.register(Source(Site._meta.label_lower, _sites, _SITES, labels))
    history.register(Source(Referent._meta.label_lower, _referents, _REFERENTS))
    history.register(Source(SheetReport._meta.label_lower, _reports, _REPORTS))

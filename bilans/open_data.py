"""The figures of a published synthesis as open data: one line a figure and a class, as the public reads them (O3).

The rows come from the document that was published, never from the values: what is hidden there (« n.c. ») is empty
here, and `etat` says why. A year is settled: its file changes only if the Region publishes another version.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from bilans.breakdowns import classes
from bilans.models import Breakdown, Campaign, Document, Unit
from bilans.published import campaigns, content_of
from core.datasets import Row, Settled

if TYPE_CHECKING:
    from bilans.content import Content

SLUG = re.compile(r"bilans-(\d{4})")
LEVELS = {"agency": "territoire", "basin": "bassin", "network": "reseau"}
STATES = {
    "answered": "connu", "partial": "partiel", "unavailable": "non-disponible", "missing": "non-renseigne",
    "hidden": "non-communique",
}  # fmt: skip
HIDDEN, MISSING, KNOWN = STATES["hidden"], STATES["missing"], STATES["answered"]
_SAID_HIDDEN = "n.c."


class BilanRow(serializers.Serializer[Any]):
    """One figure, or one class of a figure."""

    annee = serializers.IntegerField(help_text="Année dont on rend compte.")
    niveau = serializers.ChoiceField(
        choices=["region", *LEVELS.values()],
        help_text="De qui est le chiffre. D’un territoire ou d’un bassin\u00a0: ce que les organismes y déclarent.",
    )
    code = serializers.CharField(
        allow_null=True,
        help_text="De l’agence (fichier « agences ») ou du bassin (« bassins »)\u00a0; vide pour les autres.",
    )
    nom = serializers.CharField(help_text="Nom de la région, du territoire, du bassin ou du réseau.")
    theme = serializers.CharField(help_text="Partie de la synthèse où le chiffre se lit.")
    indicateur = serializers.CharField(help_text="Clé de l’indicateur, la même d’une année à l’autre.")
    intitule = serializers.CharField(help_text="Intitulé de l’indicateur.")
    unite = serializers.ChoiceField(
        choices=Unit.values,
        help_text="Ce que le chiffre compte\u00a0: "
        + ", ".join(f"« {key} », {said}" for key, said in Unit.choices)
        + ".",
    )
    ventilation = serializers.CharField(
        allow_null=True,
        help_text="Selon quoi le chiffre est partagé\u00a0: « sex » (sexe), « age » (âge), « status » (statut)\u00a0;"
        " vide\u00a0: total.",
    )
    classe = serializers.CharField(allow_null=True, help_text="Clé de la classe\u00a0; vide\u00a0: total.")
    classe_intitule = serializers.CharField(allow_null=True, help_text="Nom de la classe.")
    valeur = serializers.FloatField(
        allow_null=True, help_text="Le chiffre\u00a0; vide quand il n’est pas connu ou pas dit."
    )
    etat = serializers.ChoiceField(
        choices=list(STATES.values()),
        help_text="« partiel »\u00a0: tous n’ont pas répondu\u00a0; « non-communique »\u00a0: moins de cinq personnes,"
        " ou ce qui permettrait de le retrouver. Un chiffre manquant n’est jamais un zéro.",
    )
    reponses = serializers.IntegerField(allow_null=True, help_text="Bilans où ce chiffre est donné.")
    attendus = serializers.IntegerField(allow_null=True, help_text="Bilans où il était demandé.")
    valeur_precedente = serializers.FloatField(
        allow_null=True,
        help_text="Le même chiffre, l’année d’avant. Ceux qui ont répondu ne sont pas tous les mêmes\u00a0: l’écart"
        " entre les deux n’est pas toujours une évolution.",
    )


def table(slug: str) -> Settled | None:
    """The file `bilans-<year>`, once the synthesis of the year is public."""
    found = SLUG.fullmatch(slug)
    campaign = campaigns().filter(year=int(found[1])).first() if found else None
    return _table(campaign) if campaign else None


def tables() -> list[Settled]:
    """A file a published year, the last one first."""
    return [_table(campaign) for campaign in campaigns()]


def _table(campaign: Campaign) -> Settled:
    year, document, content = campaign.year, campaign.published, content_of(campaign)
    if document is None or campaign.published_at is None:
        raise LookupError(year)
    return Settled(
        slug=f"bilans-{year}",
        title=f"Bilan {year} de l’orientation",
        text=f"Tous les chiffres de la synthèse régionale {year}, par territoire, par bassin et par classe, avec ce qui"
        " manque. Les effectifs de moins de cinq personnes sont masqués.",
        serializer=BilanRow,
        given=lambda: rows_of(content),
        key=f"{document.digest}.{document.number}",
        since=campaign.published_at.replace(microsecond=0),
        models=(Campaign, Document),
        frequency="ANNUAL",
    )


def rows_of(content: Content) -> list[Row]:
    """A line for each figure, then one for each of its classes, in the order of the synthesis; each once."""
    rows: dict[tuple[str, ...], Row] = {}
    names = _names()
    for section in content["sections"]:
        for figure in section["figures"]:
            for row in _rows_of_figure(content, section["title"], figure):
                rows.setdefault(_key(row), row)
    labels = {row["indicateur"]: row["intitule"] for row in rows.values()}
    for section in content["sections"]:
        more = [row for one in section["charts"] for row in _rows_of_networks(content, section["title"], one)]
        more += [row for one in section["maps"] for row in _rows_of_map(content, section["title"], one, names)]
        for row in more:
            rows.setdefault(_key(row), row | {"intitule": labels.get(row["indicateur"], row["intitule"])})
    return list(rows.values())


def _key(row: Row) -> tuple[str, ...]:
    place = row["code"] or row["nom"]
    return (row["niveau"], place, row["indicateur"], row["ventilation"] or "", row["classe"] or "")


def _rows_of_figure(content: Content, theme: str, figure: dict[str, Any]) -> list[Row]:
    region = content["subject"]["name"]
    shared = {
        "annee": content["year"], "niveau": "region", "code": None, "nom": region, "theme": theme,
        "indicateur": figure["key"], "intitule": figure["label"], "unite": figure["unit"],
    }  # fmt: skip
    total = shared | {
        "ventilation": None, "classe": None, "classe_intitule": None, "valeur": _number(figure["value"]),
        "etat": STATES[figure["state"]], "reponses": figure["answered"], "attendus": figure["expected"],
        "valeur_precedente": _number(figure["previous"]),
    }  # fmt: skip
    rows = [total]
    for breakdown in figure["breakdowns"]:
        level = LEVELS.get(breakdown["key"])
        for cell in breakdown["cells"]:
            place = {"niveau": level, "code": cell["key"], "nom": cell["label"]} if level else {}
            part = {"ventilation": breakdown["key"], "classe": cell["key"], "classe_intitule": cell["label"]}
            rows.append(shared | place | _class({} if level else part, cell))
    return rows


def _rows_of_networks(content: Content, theme: str, chart: dict[str, Any]) -> list[Row]:
    """A chart of an indicator by network (its key says so): a line a network."""
    key, _, by = chart["key"].rpartition("-")
    if by != "network" or len(chart["series"]) != 1:
        return []
    shared = {
        "annee": content["year"], "niveau": LEVELS[by], "code": None, "theme": theme, "indicateur": key,
        "intitule": chart["title"], "unite": chart["unit"],
    }  # fmt: skip
    return [shared | {"nom": point["label"]} | _class({}, point) for point in chart["series"][0]["points"]]


def _rows_of_map(content: Content, theme: str, drawn: dict[str, Any], names: dict[str, dict[str, str]]) -> list[Row]:
    """A map of an indicator, whose key it has: its values by territory or basin."""
    shared = {
        "annee": content["year"], "niveau": LEVELS[drawn["level"]], "theme": theme, "indicateur": drawn["key"],
        "intitule": drawn["title"], "unite": drawn["unit"],
    }  # fmt: skip
    return [
        shared | {"code": code, "nom": names[drawn["level"]].get(code, code)} | _class({}, cell)
        for code, cell in drawn["values"].items()
    ]


def _class(part: dict[str, Any], cell: dict[str, Any]) -> Row:
    value = _number(cell["value"])
    state = KNOWN if value is not None else HIDDEN if cell["said"] == _SAID_HIDDEN else MISSING
    nothing: Row = {"ventilation": None, "classe": None, "classe_intitule": None}
    return nothing | part | {
        "valeur": value, "etat": state, "reponses": None, "attendus": None, "valeur_precedente": None,
    }  # fmt: skip


def _number(text: str | None) -> int | float | None:
    """A decimal written as text; whole ones without a point."""
    if text is None:
        return None
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)


def _names() -> dict[str, dict[str, str]]:
    """Names of the territories and of the basins, by code: two queries."""
    return {"agency": dict(classes(Breakdown.AGENCY)), "basin": dict(classes(Breakdown.BASIN))}

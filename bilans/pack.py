"""The table of a region pack that holds the common indicators (B1, M6).

Without it a region agrees its own at the desk.
"""

from __future__ import annotations

from bilans import kinds
from bilans.models import Adding, Breakdown, Indicator, Unit
from bilans.services.agreeing import Asked, label_of, refused_columns
from bilans.sources import SOURCES
from core.packs.extra import ExtraTable, register
from core.packs.tables import Row, Table
from core.packs.threeway import Kind, Wanted, Writer
from core.packs.threeway import check as check_fields

INDICATORS = Kind("indicators", Indicator, lambda indicator: indicator.key)
FIRST, LAST = 2000, 2100
_REQUIRED = (
    "key theme theme_order order label definition unit filled_by adding first_year "
    "breakdowns source of_people weight last_year origin"
)
_OPTIONAL = "help nature decimals correctable required public headline wanted replaces"
_TEXTS = ("theme", "label", "definition", "help", "origin", "source", "weight", "replaces")
_CHOICES = {
    "unit": (Unit.values, True),
    "adding": (Adding.values, True),
    "nature": (Indicator.Nature.values, False),
    "wanted": ([value for value in Indicator.Wanted.values if value], False),
}
# An answer that the file leaves empty: the model's own.
_FLAGS = {"correctable": True, "required": True, "public": True, "of_people": False}


def connect() -> None:
    """Declare the table to the packs."""
    register(ExtraTable("indicators", _REQUIRED, _OPTIONAL, check, load))


def check(table: Table) -> None:
    """Say what is wrong, line by line, then from one line to another."""
    table.once("key")
    for row in table:
        row.slug("key")
        for name in ("theme", "label", "definition"):
            row.text(name, required=True)
        _check_choices(row)
        for name in _FLAGS:
            row.choice(name, ("yes", "no"), what="réponse", required=False)
        if (source := row.text("source")) and source not in SOURCES:
            row.wrong("source", f"le portail ne sait pas calculer «\u00a0{source}\u00a0»")
        _check_shape(row)
    check_fields(INDICATORS, _wanted(table))
    _check_links(table)


def _check_choices(row: Row) -> None:
    for name, (allowed, required) in _CHOICES.items():
        row.choice(name, allowed, required=required)
    row.choice("filled_by", kinds.names())
    row.choices("breakdowns", Breakdown.values, what="valeur")


def _check_shape(row: Row) -> None:
    """What the database would refuse, said beside the cell."""
    adding, weight = row.text("adding"), row.text("weight")
    if adding == Adding.MEAN and not weight:
        row.wrong("weight", "une moyenne pondérée dit par quoi elle l’est")
    if weight and adding != Adding.MEAN:
        row.wrong("weight", "seule une moyenne se pondère")
    if row.items("breakdowns") and adding not in (Adding.SUM, Adding.DISTINCT):
        row.wrong("breakdowns", "seul un nombre qui s’additionne se ventile")
    first, last = row.text("first_year"), row.text("last_year")
    if first.isdecimal() and last.isdecimal() and int(last) < int(first):
        row.wrong("last_year", "la dernière année précède la première")


def _check_links(table: Table) -> None:
    """A weight and the indicator that another replaces are lines of the table, filled by the same subjects."""
    by_key = {row.text("key"): row for row in table}
    for row in table:
        for column in ("weight", "replaces"):
            key = row.text(column)
            if not key:
                continue
            other = by_key.get(key)
            if other is None or other is row:
                row.wrong(column, f"aucun autre indicateur «\u00a0{key}\u00a0»")
            elif other.text("filled_by") != row.text("filled_by"):
                row.wrong(column, f"«\u00a0{key}\u00a0» n’est pas rempli par les mêmes")


def load(table: Table, writer: Writer) -> None:
    """Bring the indicators. One that was asked already keeps its meaning: a line of the report, and the rest loads."""
    asked = Asked.now()
    held = {indicator.key: indicator for indicator in Indicator.objects.order_by("pk")}
    wanted = _wanted(table)
    for item in wanted:
        present = held.get(item.key)
        if present is None:
            continue
        refused = refused_columns(present, item.values, asked)
        for name in refused:
            del item.values[name]
        if refused:
            names = ", ".join(label_of(name) for name in refused)
            writer.report.remark(
                f"déjà demandé, sens gardé\u00a0: indicateur {item.key} ({names})\u00a0; "
                "terminez-le et créez-en un autre qui le remplace"
            )
    writer.apply(INDICATORS, wanted)


def _wanted(table: Table) -> list[Wanted]:
    return [Wanted(row.text("key"), _values(row), row) for row in table]


def _values(row: Row) -> dict[str, object]:
    flags = {
        name: default if not row.text(name) else row.text(name) == "yes" for name, default in _FLAGS.items()
    }  # fmt: skip
    return {
        "key": row.text("key"),
        **{name: row.text(name) for name in _TEXTS},
        **{name: row.text(name) if row.text(name) in allowed else "" for name, (allowed, _) in _CHOICES.items()},
        "filled_by": row.text("filled_by") if row.text("filled_by") in kinds.names() else "",
        "nature": row.text("nature") or Indicator.Nature.FOLLOW_UP,
        "breakdowns": row.items("breakdowns"),
        "theme_order": row.integer("theme_order", minimum=1, maximum=99),
        "order": row.integer("order", minimum=1, maximum=999),
        "decimals": row.integer("decimals", required=False, maximum=2) or 0,
        "headline": row.integer("headline", required=False, minimum=1, maximum=20),
        "first_year": row.integer("first_year", minimum=FIRST, maximum=LAST),
        "last_year": row.integer("last_year", required=False, minimum=FIRST, maximum=LAST),
        **flags,
    }

"""Tables of a region pack that are the recognition's: who gives an opinion and who decides, and the rules of the year
(M6, R4, R6, R7). Without them a region has no body, and the rules of `rulebook.KEYS`.
"""

from __future__ import annotations

from itertools import pairwise

from core.packs.extra import ExtraTable, register
from core.packs.tables import Table
from core.packs.threeway import Kind, Wanted, Writer
from core.packs.threeway import check as check_fields
from recognition import rulebook
from recognition.models import Campaign, GoverningBody, Rule

BODIES = Kind("governing_bodies", GoverningBody, lambda body: body.slug)
RULES = Kind("recognition_rules", Rule, lambda rule: rule.key)
# Opinion bodies have two dates in a campaign, the body that decides has one (R6, R7).
MOST_OPINIONS = 2


def connect() -> None:
    """Declare both tables to the packs."""
    register(
        ExtraTable(
            "governing_bodies", "slug name short_name kind order role frequency candidature_month source", "",
            check_bodies, lambda table, writer: writer.apply(BODIES, _bodies(table)),
        )
    )  # fmt: skip
    register(ExtraTable("recognition_rules", "key value source note", "to_confirm", check_rules, _load_rules))


def check_bodies(table: Table) -> None:
    """Say what is wrong, line by line: one body decides, and at most two are asked before it."""
    table.once("slug")
    table.once("order")
    for row in table:
        row.slug("slug")
        row.text("name", required=True)
        row.text("short_name", required=True)
        row.choice("kind", GoverningBody.Kind.values, what="rôle")
    check_fields(BODIES, _bodies(table))
    _check_roles(table)


def _check_roles(table: Table) -> None:
    rows = sorted(table, key=lambda row: row.text("order").zfill(3))
    deciding = [row for row in rows if row.text("kind") == GoverningBody.Kind.DECISION]
    opinions = [row for row in rows if row.text("kind") == GoverningBody.Kind.OPINION]
    for row in deciding[1:]:
        row.wrong("kind", "une seule instance décide")
    for row in opinions[MOST_OPINIONS:]:
        row.wrong("kind", f"{MOST_OPINIONS} instances d’avis au plus")
    if rows and not deciding:
        rows[-1].wrong("kind", "aucune instance ne décide")
    elif rows and rows[-1] not in deciding:
        rows[-1].wrong("order", "l’instance qui décide vient la dernière")


def _bodies(table: Table) -> list[Wanted]:
    texts = ("slug", "name", "short_name", "kind", "role", "frequency", "source")
    numbers = {"order": (True, 99), "candidature_month": (False, 12)}
    return [
        Wanted(
            row.text("slug"),
            {name: row.text(name) for name in texts}
            | {name: row.integer(name, required=must, minimum=1, maximum=top) for name, (must, top) in numbers.items()},
            row,
        )
        for row in table
    ]


def check_rules(table: Table) -> None:
    """Say what is wrong, line by line; then whether the days of a year follow each other."""
    table.once("key")
    right = True
    for row in table:
        if said := rulebook.problem(row.text("key", required=True), row.text("value")):
            row.wrong("value" if row.text("key") in rulebook.KEYS else "key", said)
            right = False
    check_fields(RULES, _rules(table))
    if right and table.rows:
        _check_order(table)


def _check_order(table: Table) -> None:
    """MM-DD texts sort as days do."""
    said = {row.text("key"): row for row in table}
    days = [
        (step, (said[step].text("value") if step in said else "") or rulebook.KEYS[step].default)
        for step in Campaign.STEPS
    ]
    for (former, before), (step, after) in pairwise(days):
        if after < before or (after == before and former == "opens_on"):
            row = said.get(step) or said.get(former) or table.rows[-1]
            labels = rulebook.KEYS[step].label, rulebook.KEYS[former].label
            row.wrong("value", f"«\u00a0{labels[0]}\u00a0» ({after}) vient avant «\u00a0{labels[1]}\u00a0» ({before})")


def _rules(table: Table) -> list[Wanted]:
    return [
        Wanted(
            row.text("key"),
            {name: row.text(name) for name in ("key", "value", "source", "note")}
            | {"to_confirm": row.choice("to_confirm", ("yes", "no"), what="réponse", required=False) == "yes"},
            row,
        )
        for row in table
    ]


def _load_rules(table: Table, writer: Writer) -> None:
    writer.apply(RULES, _rules(table))

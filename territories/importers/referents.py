"""Adds the professional e-mail and telephone of referents, from a file that the Region keeps outside the repository.

Contacts are for signed-in professionals only (T3): no report, journal or log ever shows one.
"""

from __future__ import annotations

import re
from pathlib import Path

from core.models import PackLoad
from core.packs.report import LoadError, Problems, Report
from core.packs.tables import Row, Table, read_table
from core.packs.threeway import Wanted, Writer, check
from core.packs.transaction import one_load
from core.text import fold
from territories.importers import kinds
from territories.importers.after import remember
from territories.importers.pack_places import regional_key, territorial_key, territorial_name
from territories.models import Referent
from territories.withdrawn import is_withdrawn

_SHARED = "id organisation_slug email_published phone_published"
_EITHER = (
    "role also_legal_representative name name_published last_name first_name function phone_e164 place website "
    "member_organisation_slug structure structure_slug agency_slug town town_published area area_published area_source "
    "source_line territory_line note"
)
LAYER = "contacts"


def load_referents(path: Path, *, report: Report | None = None) -> Report:
    """Fill e-mail and telephone of the referents of the pack; nobody is created.

    `path` has the columns of `territorial_referents.csv` or of `regional_referents.csv`, with `email_published` and
    `phone_published`. A line whose identifier, organisation and name are not those of a referent is reported and left.
    `report`, when given, is completed and answered.

    Raises `LoadError`: nothing is written then.
    """
    table, regional = _read(path)
    report = report or Report()
    with one_load():
        load = PackLoad.objects.order_by("-id").first()
        if load is None:
            raise LoadError(["Chargez d’abord un pack régional (manage.py load_region_pack)."])
        people = {r.pack_key: r for r in Referent.objects.exclude(pack_key="").select_related("organisation")}
        wanted = [item for row in table if (item := _match(row, people, report, regional=regional))]
        kind = kinds.referents()
        check(kind, wanted)
        if table.problems.errors:
            raise LoadError(table.problems.lines())
        writer = Writer(report, known={}, layer=LAYER, absent=False)
        writer.apply(kind, wanted)
        if report.changed:
            remember(load, "pack.load_referents", report)
    return report


def _read(path: Path) -> tuple[Table, bool]:
    """The table, and whether it is the regional one (it has `role`, the territorial one has `agency_slug`)."""
    problems = Problems()
    table = read_table(path, problems, required=_SHARED.split(), known=_EITHER.split(), spreadsheet=True)
    table.once("id")
    columns = table.rows[0].cells.keys() if table.rows else {"role"}
    regional = "role" in columns and "agency_slug" not in columns
    if table.rows and not regional and not {"agency_slug", "first_name", "last_name"} <= columns:
        problems.add("ni les colonnes des référent·es de territoire, ni celles de la région", file=path.name, line=1)
    if problems.errors:
        raise LoadError(problems.lines())
    return table, regional


def _match(row: Row, people: dict[str, Referent], report: Report, *, regional: bool) -> Wanted | None:
    """The contacts of the referent this line speaks of; None, with the reason reported, if it is nobody we know."""
    key = regional_key(row) if regional else territorial_key(row)
    name = row.text("name") if regional else territorial_name(row)
    person = people.get(key)
    reason = ""
    if person is None:
        reason = "identifiant inconnu"
    elif person.organisation.slug != row.text("organisation_slug"):
        reason = "l’organisme n’est pas celui de cet identifiant"
    elif person.withdrawn_at or is_withdrawn(person, name):
        reason = "nom retiré à sa demande"
    elif fold(person.name) != fold(name):
        reason = "le nom n’est pas celui de cet identifiant"
    if reason:
        report.remark(f"{row.file}, ligne {row.line}\u00a0: non appliquée ({reason})")
        return None
    values = {"email": row.text("email_published").lower(), "phone": _phone(row)}
    return Wanted(key, values, row, {"email": "email_published", "phone": "phone_published"})


def _phone(row: Row) -> str:
    """« 03 00 00 00 00 » when the file gives the international form, otherwise as published."""
    numbers = row.items("phone_e164")
    if not numbers or not all(re.fullmatch(r"\+33[1-9][0-9]{8}", number) for number in numbers):
        return row.text("phone_published")
    return " / ".join(" ".join(re.findall("..", f"0{number[3:]}")) for number in numbers)

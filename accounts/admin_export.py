"""Any list of the desk leaves it as it is filtered, in CSV or XLSX; that it left, and how many lines, is journaled."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.admin.utils import label_for_field, lookup_field
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from core.journal import record
from core.spreadsheets import csv_file, xlsx_file
from core.values import NOTHING, Names, shown

FORMATS: dict[str, Callable[..., HttpResponse]] = {"csv": partial(csv_file, comma=True), "xlsx": xlsx_file}
MAX_ROWS = 50_000


def export(request: HttpRequest, desk: Any, form: str) -> HttpResponse:
    """The rows that the list shows this person under its filters, all pages; `form` is « csv » or « xlsx ».

    Contacts (`desk.export_contacts`) are there for those whose role reads them, and only in their rows.
    """
    if form not in FORMATS:
        raise Http404
    rows = desk.get_changelist_instance(request).get_queryset(request)[:MAX_ROWS]
    contacts = bool(desk.export_contacts) and desk.may_export_contacts(request)
    columns = [name for name in desk.get_list_display(request) if name not in desk.export_left_out]
    columns += [name for name in desk.export_fields if name not in columns]
    columns += [name for name in desk.export_contacts if contacts and name not in columns]
    names = Names()
    table = [[_cell(desk, row, name, names) for name in columns] for row in desk.prepare_rows(rows)]
    record(
        verb="admin.export", target=desk.model, key="*", actor=request.user,  # type: ignore[arg-type]
        changes={"rows": [None, len(table)], "format": [None, form], "contacts": [None, contacts]},
    )  # fmt: skip
    header = [_capital(str(label_for_field(name, desk.model, desk))) for name in columns]
    title = f"{desk.opts.model_name}-{timezone.localdate():%Y-%m-%d}"
    return FORMATS[form](title, header, table)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _cell(desk: Any, row: Any, name: str, names: Names) -> Any:
    field, _, value = lookup_field(name, row, desk)
    if isinstance(value, SafeString):
        return html.unescape(strip_tags(value))
    if field is not None and field.is_relation:
        return "" if value is None else str(value)
    if isinstance(value, dt.datetime):
        return timezone.localtime(value)
    if isinstance(value, (int, float, dt.date)) and not isinstance(value, bool) and not getattr(field, "choices", None):
        return value
    text = shown(field, value, names)
    return "" if text == NOTHING else text

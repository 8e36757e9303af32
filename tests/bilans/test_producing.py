"""A document is drawn once for what it says, and a version is never written over (B4)."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from bilans.drawing import DRAWING
from bilans.models import Bilan, Document
from bilans.services import producing
from bilans.services.producing import digest_of, pdf_of, produce, sweep
from core.pdf import Pdf
from tests.bilans import sample, world
from tests.pdf import words

pytestmark = pytest.mark.django_db
AT = world.moment(2026, 4, 1)


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def one() -> Bilan:
    made = world.bilan()
    world.value(made, world.indicator("accueillies"), 1234)
    world.indicator("evenements")
    return world.submitted(made)


def files(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "bilans").glob("*"))


def test_B4_the_same_data_draw_nothing_and_other_data_a_new_version(tmp_path: Path) -> None:
    bilan = one()
    with time_machine.travel(AT, tick=False):
        first, drawn = produce(bilan, at=AT)
    assert (drawn, first.number, first.pages > 0, first.size) == (True, 1, True, len(pdf_of(first)))
    assert pdf_of(first)[:5] == b"%PDF-"
    before = pdf_of(first)

    # Another day, another reading of the same rows.
    later = AT + dt.timedelta(days=20)
    with time_machine.travel(later, tick=False):
        same, drawn = produce(Bilan.objects.get(pk=bilan.pk), at=later)
    assert (same.pk, drawn, files(tmp_path)) == (first.pk, False, [Path(str(first.file)).name])

    bilan.values.update(amount=1235)
    second, drawn = produce(Bilan.objects.get(pk=bilan.pk), at=later)
    assert (drawn, second.number, second.sha256 != first.sha256) == (True, 2, True)
    assert (pdf_of(first), len(files(tmp_path))) == (before, 2)


def test_B4_drawn_anew_elsewhere_it_is_the_same_to_the_byte() -> None:
    bilan = one()
    first, _ = produce(bilan, at=AT)
    data = pdf_of(first)
    Document.objects.all().delete()
    again, drawn = produce(bilan, at=AT + dt.timedelta(days=3))
    assert (drawn, again.digest, again.sha256) == (True, first.digest, first.sha256)
    assert pdf_of(again) == data


def test_B4_a_version_keeps_the_content_it_was_drawn_from() -> None:
    made, _ = produce(one(), at=AT)
    kept = Document.objects.get(pk=made.pk).content
    assert digest_of(kept) == made.digest
    assert kept["kind"] == "organisation"


def test_B4_a_lost_file_is_drawn_again_as_a_new_version() -> None:
    bilan = one()
    first, _ = produce(bilan, at=AT)
    Path(first.file.path).unlink()
    second, drawn = produce(bilan, at=AT)
    assert (drawn, second.number, second.sha256) == (True, 2, first.sha256)


def test_B4_what_was_read_before_another_version_came_is_not_kept_over_it() -> None:
    bilan = one()
    first, _ = produce(bilan, at=AT)
    pdf = Pdf(b"%PDF-", 1)
    late = producing._keep(bilan, None, pdf, content={}, digest="0" * 64, at=AT)
    assert (late, list(Document.objects.all())) == (None, [first])


def test_B4_every_page_bears_the_reference_that_the_screens_say_of_its_version() -> None:
    made, _ = produce(one(), at=AT)
    data, said = pdf_of(made), " ".join(made.reference.split())
    assert made.reference.replace("\u00a0", "") == made.digest[:8]
    for page in range(1, made.pages + 1):
        assert f"réf. {said} Page {page} sur {made.pages}" in words(data, page)


@pytest.mark.parametrize("kind", ["organisation", "territory", "psad", "region"])
def test_B4_the_digest_follows_the_content_and_the_drawing_alone(kind: str, monkeypatch: Any) -> None:
    content = getattr(sample, kind)()
    print_ = digest_of(content)
    assert digest_of(dict(reversed(content.items()))) == print_
    assert digest_of(content | {"year": 2024}) != print_
    monkeypatch.setattr(producing, "DRAWING", DRAWING + 1)
    assert digest_of(content) != print_


def test_B4_files_that_no_version_names_are_swept_a_day_after(tmp_path: Path) -> None:
    made, _ = produce(one(), at=AT)
    orphan = tmp_path / "bilans" / "perdu"
    orphan.write_bytes(b"%PDF-")
    now = timezone.now()
    assert sweep(now) == 0  # its row may be on its way
    for path in (orphan, Path(made.file.path)):
        os.utime(path, (now.timestamp() - 2 * 86_400,) * 2)
    assert sweep(now) == 1
    assert files(tmp_path) == [Path(str(made.file)).name]


def test_B4_an_organisation_s_says_its_small_counts_and_the_others_hide_them(monkeypatch: Any) -> None:
    asked: list[tuple[str, bool]] = []

    def content_of(bilan: Bilan, *, at: dt.date, whole: bool = False) -> dict[str, Any]:
        asked.append((bilan.kind, whole))
        return {}

    monkeypatch.setattr(producing, "content_of", content_of)
    for kind in ("organisation", "territory", "psad", "region"):
        producing.said_of(world.bilan(kind), at=AT)
    assert asked == [("organisation", True), ("territory", False), ("psad", False), ("region", False)]

"""Keys of cases wrapped again by a newer key, until the older one can be taken away (issue 6, S5)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.utils import timezone

from core import encryption
from core.encryption import Undecipherable
from core.sealing import new_key, opened
from psad import context, key_rotation, reading
from psad.key_rotation import HOLDERS, rotate_keys
from psad.models import Access, Case, Import, Note, Platform, Report
from psad.services import noting
from tests.psad import world
from tests.psad.test_retention import share

pytestmark = pytest.mark.django_db
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def place(settings: Any) -> Platform:
    """Three cases with a note each, a list, a report, a share, under the old key."""
    settings.ENCRYPTION_KEYS = [OLD]
    made = world.platform()
    head = world.member(made)
    rows = [world.case(made, head, world.young(name)) for name in ("Un", "Deux", "Trois")]
    with context.acting(head):
        for row in rows:
            noting.note(case=row.pk, text="Rappeler", by=head, role="head", at=timezone.now())
        for model, fields in (
            (Import, {"given_by": head, "given_at": timezone.now(), "digest": b"d", "content": b"c"}),
            (Report, {"source": "report", "content": b"c", "sent_at": timezone.now()}),
        ):
            model.objects.create(platform=made, sealed_key=new_key()[1], **fields)
    share(rows[0], made, head, until=timezone.now() + dt.timedelta(days=3))
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    return made


def rotated(capsys: Any) -> list[str]:
    call_command("rotate_keys")
    return [line for line in capsys.readouterr().out.splitlines() if "PSAD" in line]


def read_all() -> list[str]:
    """Every case and its note, in the name of whoever the policies let read them."""
    with context.task("retention"):
        found = []
        for row in Case.objects.order_by("pk"):
            case = reading.read(row, role="head")
            note = Note.objects.get(case=row)
            found.append(f"{case.identity.surname}: {case.text(note.text, field=f'note/{note.pk}')}")
        return sorted(found)


def test_S5_after_the_rotation_the_old_key_can_be_taken_away(place: Platform, settings: Any, capsys: Any) -> None:
    expected = ["dossiers PSAD : 3", "listes PSAD : 1", "partages PSAD : 1", "signalements PSAD : 1"]
    before = read_all()
    assert before == ["Deux: Rappeler", "Trois: Rappeler", "Un: Rappeler"]
    assert rotated(capsys) == expected
    assert rotated(capsys) == [line.partition(" : ")[0] + " : 0" for line in expected], "nothing left to do"
    settings.ENCRYPTION_KEYS = [NEW]
    assert read_all() == before
    with context.task("rotation"):
        for row in Import.objects.all():
            opened(row.sealed_key)
        for report in Report.objects.all():
            opened(report.sealed_key)


def test_S5_before_the_rotation_the_old_key_is_needed(place: Platform, settings: Any) -> None:
    assert len(read_all()) == 3
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(Undecipherable):
        read_all()
    with pytest.raises(CommandError, match="remettez l’ancienne"):
        call_command("rotate_keys")


def test_S5_a_rotation_killed_half_way_goes_on(
    place: Platform, settings: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotation, "_BATCH", 1)
    wrap = encryption.rotate
    done: list[str] = []

    def dies_at_the_third(token: str) -> str:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(wrap(token))
        return done[-1]

    monkeypatch.setattr(key_rotation, "rotate", dies_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        rotate_keys("dossiers PSAD")
    monkeypatch.setattr(key_rotation, "rotate", wrap)
    assert len(read_all()) == 3, "half rotated, everything opens"
    assert rotated(capsys)[0] == "dossiers PSAD : 1"
    settings.ENCRYPTION_KEYS = [NEW]
    assert len(read_all()) == 3


def test_S5_a_rotation_is_written_in_the_log(place: Platform) -> None:
    rotate_keys("dossiers PSAD")
    with context.task("retention"):
        line = Access.objects.get(verb="key.wrapped")
        keys = Case.objects.values_list("log_key", flat=True)
        assert (line.role, line.platform_id, sorted(line.cases)) == ("rotation", place.pk, sorted(keys))


def test_S5_the_rotation_reads_keys_and_no_more(place: Platform) -> None:
    with context.task("rotation"):
        assert Case.objects.count() == 3
        assert Note.objects.count() == 0


def test_S5_every_table_that_keeps_a_key_is_rotated() -> None:
    from django.apps import apps

    keep = {
        m.__name__
        for m in apps.get_app_config("psad").get_models()
        if any(f.name == "sealed_key" for f in m._meta.fields)
    }
    assert keep == set(HOLDERS.values())

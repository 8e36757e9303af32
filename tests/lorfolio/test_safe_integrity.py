"""What the disk or the tables lost, changed, or hold too much: which, and nothing else (L7, S5)."""

from __future__ import annotations

import datetime as dt
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from core.backup.save import _ordinary
from core.encryption import Undecipherable
from lorfolio import key_rotation
from lorfolio.key_rotation import rotate_keys
from lorfolio.lists import Act
from lorfolio.models import Operation, Portfolio, SafeFile
from lorfolio.services import safe, safe_keeping
from lorfolio.tasks import sweep_safes
from tests.lorfolio.people import NOW, PDF, file, portfolio

pytestmark = pytest.mark.django_db
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def place(row: SafeFile) -> Path:
    return Path(safe.storage().path(row.stored))


def aged(path: Path, days: float = 2) -> None:
    then = (timezone.now() - dt.timedelta(days=days)).timestamp()
    os.utime(path, (then, then))


def left_over(days: float = 2) -> str:
    name = secrets.token_hex(32)
    safe.storage().save(name, ContentFile(b"sealed"))
    aged(Path(safe.storage().path(name)), days)
    return name


# --- The check


def test_L7_a_sound_safe_is_said_to_be(capsys: Any) -> None:
    file(portfolio())
    call_command("check_safe")
    assert capsys.readouterr().out == (
        "1 documents et 1 traces vérifiés : 0 absents, 0 modifiés, 0 traces rompues, 0 comptes faux, 0 fichiers de"
        " trop.\n"
    )


def test_L7_the_check_says_which_files_are_missing_altered_or_too_many(capsys: Any) -> None:
    owner = portfolio()
    sound, missing, altered = file(owner), file(owner), file(owner)
    place(missing).unlink()
    with place(altered).open("r+b") as kept:
        kept.seek(15)
        kept.write(b"\0")
    orphan = left_over()
    with pytest.raises(CommandError):
        call_command("check_safe")
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        f"Document dont le fichier manque : {missing.pk}",
        f"Document dont le fichier a été modifié : {altered.pk}",
        f"Fichier qu’aucun document ne nomme (la tâche de la nuit l’effacera) : {orphan}",
    ]
    assert str(sound.pk) not in "".join(lines)


def test_S5_one_file_put_in_the_place_of_another_is_found_and_does_not_open() -> None:
    owner = portfolio()
    first, second = file(owner, data=PDF + b"1"), file(owner, data=PDF + b"2")
    SafeFile.objects.filter(pk=first.pk).update(stored="-")
    SafeFile.objects.filter(pk=second.pk).update(stored=first.stored, stored_sha256=first.stored_sha256)
    SafeFile.objects.filter(pk=first.pk).update(stored=second.stored, stored_sha256=second.stored_sha256)
    for row in SafeFile.objects.all():
        with pytest.raises(Undecipherable):
            safe.read(file=row, portfolio=owner, act=Act.READ, by=safe.OWNER, at=NOW)
    found = safe_keeping.check_own(portfolio=owner, at=NOW)
    assert {state.fault for state in found} == {"altered"}, "the holder's check opens the seal"


def test_L7_a_room_miscounted_is_found(capsys: Any) -> None:
    owner = portfolio()
    file(owner)
    Portfolio.objects.update(used_bytes=1)
    with pytest.raises(CommandError):
        call_command("check_safe")
    assert str(owner.pk) in capsys.readouterr().out


def test_L7_a_file_taken_out_while_we_check_is_no_fault() -> None:
    owner = portfolio()
    kept, gone = file(owner), file(owner)
    rows = [kept, gone]
    place(gone).unlink()
    SafeFile.objects.filter(pk=gone.pk).delete()
    assert [(state.file.pk, state.fault) for state in safe_keeping.examined(rows)] == [(kept.pk, "")]


# --- The trace


@pytest.fixture
def without_triggers() -> Any:
    from pgtrigger import ignore

    with ignore("lorfolio.Operation:operation_unchanged", "lorfolio.Operation:operation_kept"):
        yield


@pytest.mark.usefixtures("without_triggers")
@pytest.mark.parametrize("change", ["act", "at", "file", "label", "by", "portfolio"])
def test_L7_a_line_of_the_trace_changed_is_found(change: str) -> None:
    owner, other = portfolio(), portfolio()
    rows = [file(owner) for _ in range(3)]
    line = Operation.objects.filter(portfolio=owner).order_by("id")[1]
    to: dict[str, Any] = {
        "act": Act.READ, "at": NOW - dt.timedelta(days=1), "file": rows[0].pk, "label": b"", "by": "personne",
        "portfolio": other,
    }  # fmt: skip
    assert safe_keeping.verified(owner) == safe_keeping.Chain(3)
    Operation.objects.filter(pk=line.pk).update(**{change: to[change]})
    chain = safe_keeping.verified(owner)
    assert chain.broken is not None
    assert chain.lines == 1


@pytest.mark.usefixtures("without_triggers")
def test_L7_a_line_taken_out_of_the_middle_is_found_and_the_command_says_whose(capsys: Any) -> None:
    owner = portfolio()
    for _ in range(3):
        file(owner)
    Operation.objects.filter(pk=Operation.objects.order_by("id")[1].pk).delete()
    assert safe_keeping.verified(owner).lines == 1
    with pytest.raises(CommandError):
        call_command("check_safe")
    assert str(owner.pk) in capsys.readouterr().out


@pytest.mark.usefixtures("without_triggers")
def test_S5_who_has_the_tables_without_the_keys_writes_no_line_that_stands() -> None:
    """They know how a line is chained, and all that the tables say; not the key of the person."""
    owner, thief = portfolio(), portfolio()
    file(owner)
    line = Operation.objects.get(portfolio=owner)
    line.by = "un lien de partage"
    line.digest = safe.chained("", line, safe.seal_of(thief))
    Operation.objects.filter(pk=line.pk).update(by=line.by, digest=line.digest)
    assert safe_keeping.verified(owner).broken is not None


# --- What is left over


def test_L7_what_no_row_names_is_swept_after_a_day() -> None:
    row = file(portfolio())
    aged(place(row), 30)
    old, fresh = left_over(2), left_over(0.5)
    assert sweep_safes() == 1
    assert sorted(safe.storage().listdir("")[1]) == sorted([row.stored, fresh])
    assert not safe.storage().exists(old)


def test_L7_a_worker_killed_between_the_disk_and_the_row_leaves_an_orphan_that_goes() -> None:
    """A real process, really gone: nothing of ours runs after the write."""
    owner = portfolio()
    write = safe._write
    child = os.fork()
    if child == 0:

        def dies(stored: str, sealed: bytes) -> None:
            write(stored, sealed)
            os._exit(9)

        safe._write = dies
        file(owner)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    [orphan] = safe.storage().listdir("")[1]
    assert SafeFile.objects.count() == 0
    assert sweep_safes() == 0, "it may be under way"
    aged(Path(safe.storage().path(orphan)))
    assert sweep_safes() == 1
    assert safe.storage().listdir("")[1] == []


def test_L7_two_uploads_on_the_last_room_one_is_kept(settings: Any, transactional_db: None) -> None:
    settings.LORFOLIO_QUOTA_BYTES = len(PDF) + 10
    owner = portfolio()

    def give(number: int) -> str:
        try:
            return file(owner, name=f"{number}.pdf").stored
        except ValidationError:
            return ""
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        kept = [stored for stored in pool.map(give, range(4)) if stored]
    assert len(kept) == 1
    assert safe.storage().listdir("")[1] == kept, "nothing of the others stays on the disk"
    owner.refresh_from_db()
    assert owner.used_bytes == len(PDF)
    assert safe_keeping.verified(owner) == safe_keeping.Chain(1)


# --- Keys, backups


def test_S5_after_the_rotation_the_old_key_can_be_taken_away(settings: Any, capsys: Any) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    owners = [portfolio() for _ in range(3)]
    rows = [file(owner) for owner in owners]
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    call_command("rotate_keys")
    assert "coffres Lorfolio : 3" in capsys.readouterr().out
    assert rotate_keys() == 0, "nothing left to do"
    settings.ENCRYPTION_KEYS = [NEW]
    for owner, row in zip(owners, rows, strict=True):
        owner.refresh_from_db()
        assert safe.read(file=row, portfolio=owner, act=Act.READ, by=safe.OWNER, at=NOW)[1] == PDF
        assert safe_keeping.verified(owner) == safe_keeping.Chain(2), "the trace still stands"


def test_S5_a_rotation_killed_half_way_goes_on(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    for _ in range(3):
        portfolio()
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    monkeypatch.setattr(key_rotation, "_BATCH", 1)
    wrap, done = key_rotation.rotate, []

    def dies_at_the_third(token: str) -> str:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(token)
        return wrap(token)

    with monkeypatch.context() as context:
        context.setattr(key_rotation, "rotate", dies_at_the_third)
        with pytest.raises(KeyboardInterrupt):
            rotate_keys()
    assert rotate_keys() == 1


def test_S5_a_key_lost_is_said_and_changes_nothing(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    portfolio()
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(CommandError, match="remettez l’ancienne"):
        call_command("rotate_keys")


def test_S5_every_table_that_keeps_a_key_is_rotated() -> None:
    models = apps.get_app_config("lorfolio").get_models()
    keep = {model.__name__ for model in models if any(field.name == "sealed_key" for field in model._meta.fields)}
    assert keep == {"Portfolio"}


def test_L7_a_backup_takes_the_sealed_files_with_it(settings: Any) -> None:
    row = file(portfolio())
    odd: list[str] = []
    found = {}
    for path, descriptor in _ordinary(Path(settings.MEDIA_ROOT), odd):
        with os.fdopen(descriptor, "rb") as kept:
            found[path.relative_to(settings.MEDIA_ROOT).as_posix()] = kept.read()
    assert list(found) == [f"lorfolio/{row.stored}"]
    assert odd == []
    assert PDF not in found[f"lorfolio/{row.stored}"]


def test_S5_sealed_files_are_of_this_user_alone() -> None:
    row = file(portfolio())
    assert place(row).stat().st_mode & 0o777 == 0o600
    assert place(row).parent.stat().st_mode & 0o777 == 0o700

"""Backup, wipe, restore: equal data; and every refusal of an archive leaves what is there as it was (S5)."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from core.backup import BackupError
from core.backup import restore as restoring
from core.backup.archive import FORMAT, HEAD, TAIL, Manifest, Source, members, verify
from core.backup.files import Staged
from core.backup.restore import Target, examine, restore
from core.backup.save import LEFT_OUT, save
from tests.core.backup_ground import PHOTO, Installation, drop, loaded, make

NAME = f"spro à côté-{os.getpid()}"
EMPTY = f"spro_vide_{os.getpid()}"
STANDING = f"spro_debout_{os.getpid()}"
COPY = f"spro_copie_{os.getpid()}"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with loaded(NAME, tmp_path_factory.mktemp("source")) as made:
        yield made


@pytest.fixture(scope="module")
def archive(source: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archives") / "nuit.spro"
    with path.open("wb") as file:
        save(owner_url=source.owner_url, media=source.media, out=file)
    return path


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Installation]:
    """An empty database."""
    make(EMPTY)
    yield Installation(EMPTY, tmp_path / "ailleurs")
    drop(EMPTY)


@pytest.fixture
def copy(source: Installation, tmp_path: Path) -> Iterator[Installation]:
    """A database that holds the same, then one person more, and a file of its own."""
    made = source.copy(COPY, tmp_path / "copie")
    made.media.mkdir(parents=True)
    (made.media / "seul.txt").write_text("d’avant")
    yield made
    drop(COPY)


def _target(of: Installation) -> Target:
    return Target(of.owner_url, of.app_url, "spro_app", of.media)


def _bring_back(path: Path, to: Installation) -> None:
    source, target = Source(path), _target(to)
    manifest, state = examine(source, target)
    restore(source, manifest, state, target)


def _without_sessions(everything: dict[str, Any]) -> dict[str, Any]:
    left = dict.fromkeys(set(LEFT_OUT) & set(everything["rows"]), (0, ""))
    return everything | {"rows": everything["rows"] | left}


def test_backup_wipe_restore_ends_with_equal_data(tmp_path: Path) -> None:
    """By the commands themselves, in a database whose name is not the usual one."""
    with loaded(f"{NAME} bis", tmp_path) as portal:
        before = portal.everything()
        assert before["files"] == {"logos/été à Bâle.bin": PHOTO, "vide.txt": b""}
        assert before["rows"]["django_session"][0] == 1
        path = tmp_path / "nuit.spro"
        done = portal.manage("backup", str(path))
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert path.stat().st_mode & 0o777 == 0o600
        assert [entry.name for entry in tmp_path.iterdir() if "nuit" in entry.name] == ["nuit.spro"]

        with psycopg.connect(portal.owner_url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
        for name in portal.files():
            (portal.media / name).unlink()
        (portal.media / "logos").rmdir()

        done = portal.manage("restore", str(path), "--replace", "--no-input")
        assert done.returncode == 0, done.stderr
        assert "1 courriel(s) attendaient de partir" in done.stdout
        after = portal.everything()
        assert after == _without_sessions(before)
        assert sorted(entry.name for entry in portal.media.iterdir()) == ["logos", "vide.txt"]
        _journal_is_append_only(portal)


def _journal_is_append_only(portal: Installation) -> None:
    with pytest.raises(psycopg.errors.RaiseException):
        portal.query("DELETE FROM core_journalentry RETURNING 1")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        portal.query("UPDATE core_journalentry SET verb = 'x' RETURNING 1", url=portal.app_url)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        portal.query("CREATE TABLE mine (id int)", url=portal.app_url)
    last = portal.query("SELECT max(id) FROM core_journalentry")[0][0]
    added = portal.query(
        "INSERT INTO core_journalentry (actor_key, actor_label, verb, target_type, target_key, changes)"
        " VALUES ('', '', 'après', 'x', 'y', '{}') RETURNING id", url=portal.app_url,
    )  # fmt: skip
    assert added[0][0] > last


def test_an_archive_goes_into_an_empty_database_of_another_name(
    source: Installation, archive: Path, elsewhere: Installation
) -> None:
    _bring_back(archive, elsewhere)
    assert elsewhere.everything() == _without_sessions(source.everything())


def test_S5_an_archive_holds_neither_a_session_nor_a_password_of_the_installation(
    source: Installation, archive: Path
) -> None:
    assert source.query("SELECT count(*) FROM django_session") == [(1,)]
    manifest = verify(Source(archive))
    assert {"django_session"} <= set(manifest.left_out) <= set(LEFT_OUT)
    assert {manifest.tables[name] for name in manifest.left_out} == {0}
    whole = archive.read_bytes()
    for url in (source.owner_url, source.app_url):
        assert psycopg.conninfo.conninfo_to_dict(url)["password"].encode() not in whole


def test_what_is_there_is_replaced_and_nothing_of_it_stays(
    source: Installation, archive: Path, copy: Installation
) -> None:
    copy.query("UPDATE members_network SET name = 'autre' RETURNING 1")
    with psycopg.connect(copy.owner_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE public.plus_tard (id int)")
    _bring_back(archive, copy)
    assert copy.everything() == _without_sessions(source.everything())


# --- Refusals: nothing changed


@pytest.fixture(scope="module")
def standing(source: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """What every refusal leaves as it was: one database for all of them."""
    made = source.copy(STANDING, tmp_path_factory.mktemp("debout"))
    made.media.mkdir(parents=True)
    (made.media / "seul.txt").write_text("d’avant")
    yield made
    drop(STANDING)


@pytest.fixture(scope="module")
def as_it_was(standing: Installation) -> dict[str, Any]:
    return standing.everything()


@pytest.fixture
def refused(standing: Installation, as_it_was: dict[str, Any]) -> Callable[..., str]:
    """Restore `path` over `standing`, and return why it was refused, after checking that nothing changed."""

    def attempt(path: Path) -> str:
        with pytest.raises(BackupError) as raised:
            _bring_back(path, standing)
        assert standing.everything() == as_it_was
        assert list(standing.media.glob(".*")) == []
        return str(raised.value)

    return attempt


def _rebuilt(archive: Path, to: Path, change: Callable[[dict[str, Any]], None], head: int = FORMAT) -> Path:
    """The same archive with another manifest, its hashes right: what a clever hand would make."""
    with members(Source(archive)) as found, tarfile.open(to, "w") as tar:
        for name, _, content in found:
            data = content.read()
            if name == HEAD:
                data = json.dumps({"format": head}).encode()
            if name == TAIL:
                manifest = json.loads(data)
                change(manifest)
                data = json.dumps(manifest).encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return to


def test_a_rebuilt_archive_is_fine_as_long_as_nothing_is_changed(
    archive: Path, elsewhere: Installation, tmp_path: Path
) -> None:
    _bring_back(_rebuilt(archive, tmp_path / "a", lambda _: None), elsewhere)


def test_an_archive_of_somebody_else_is_refused(refused: Callable[..., str], tmp_path: Path) -> None:
    text = tmp_path / "lettre.txt"
    text.write_text("Bonjour")
    assert refused(text) == "Ce fichier n’est pas une sauvegarde du portail, ou il est abîmé."
    other = tmp_path / "photos.tar"
    with tarfile.open(other, "w") as tar:
        tar.addfile(tarfile.TarInfo("photo.jpg"))
    assert refused(other) == "Ce fichier n’est pas une sauvegarde du portail."
    assert "No such file" in refused(tmp_path / "absente")


@pytest.mark.parametrize("kept", [0, 1, 400, 5_000, 200_000, -20_000])
def test_a_truncated_archive_is_refused(archive: Path, refused: Callable[..., str], tmp_path: Path, kept: int) -> None:
    short = tmp_path / "courte"
    short.write_bytes(archive.read_bytes()[:kept])
    assert "n’est pas une sauvegarde" in (said := refused(short)) or "incomplète" in said or "abîmé" in said


def test_one_changed_byte_anywhere_is_refused(archive: Path, tmp_path: Path) -> None:
    """In the content, the name and the size of each member."""
    whole = archive.read_bytes()
    with tarfile.open(archive) as tar:
        places = [(m.offset, m.offset + 130, m.offset_data, m.offset_data + m.size - 1) for m in tar if m.size]
    path = tmp_path / "touchée"
    for place in (one for some in places for one in some):
        changed = bytearray(whole)
        changed[place] ^= 1
        path.write_bytes(changed)
        with pytest.raises(BackupError):
            verify(Source(path))


def test_an_archive_of_a_newer_portal_is_refused(archive: Path, refused: Callable[..., str], tmp_path: Path) -> None:
    said = refused(_rebuilt(archive, tmp_path / "a", lambda _: None, head=FORMAT + 1))
    assert said.startswith(f"Cette archive est au format {FORMAT + 1}")
    later = _rebuilt(archive, tmp_path / "b", lambda m: m["migrations"].append("demain.0001_initial"))
    assert "demain.0001_initial est inconnu ici" in refused(later)
    server = _rebuilt(archive, tmp_path / "c", lambda m: m.update(server=99))
    assert refused(server).startswith("L’archive vient de PostgreSQL 99")


@pytest.mark.parametrize(
    "path",
    ["../dehors", "/dehors", "a/../../dehors", "a//b", "./a", "", ".", "a\x00b", ".restauration-x/a", "é" * 200],
)
def test_a_path_that_leaves_the_folder_is_refused(
    archive: Path, refused: Callable[..., str], tmp_path: Path, path: str
) -> None:
    bad = _rebuilt(archive, tmp_path / "a", lambda m: m["files"][0].update(path=path))
    assert refused(bad) == "L’archive nomme un fichier hors de son dossier\u00a0: rien n’est restauré."


def test_a_file_under_a_file_is_refused(archive: Path, refused: Callable[..., str], tmp_path: Path) -> None:
    def under(manifest: dict[str, Any]) -> None:
        manifest["files"][0]["path"], manifest["files"][1]["path"] = "a", "a/b"

    assert "du même nom" in refused(_rebuilt(archive, tmp_path / "a", under))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_a_link_or_a_device_is_refused(archive: Path, refused: Callable[..., str], tmp_path: Path, kind: bytes) -> None:
    path = tmp_path / "lien"
    with tarfile.open(path, "w") as tar:
        member = tarfile.TarInfo(HEAD)
        member.size = len(data := json.dumps({"format": FORMAT}).encode())
        tar.addfile(member, io.BytesIO(data))
        odd = tarfile.TarInfo("fichiers/000000")
        odd.type, odd.linkname = kind, "/etc/passwd"
        tar.addfile(odd)
    assert "autre chose que des fichiers ordinaires" in refused(path)


def test_a_manifest_that_is_not_one_is_refused(archive: Path, refused: Callable[..., str], tmp_path: Path) -> None:
    for number, change in enumerate(
        [
            lambda m: m["tables"].update({'x"; DROP TABLE y; --': 1}),
            lambda m: m["tables"].update(core_journalentry="tout"),
            lambda m: m.update(portal="\x1b[2J"),
            lambda m: m.update(inconnu=1),
            lambda m: m.pop("base"),
        ]
    ):
        assert "son manifeste ne se lit pas" in refused(_rebuilt(archive, tmp_path / str(number), change))
    missing = _rebuilt(archive, tmp_path / "m", lambda m: m["files"].pop())
    assert "le manifeste ne dit pas ce qu’elle contient" in refused(missing)


def test_a_restore_that_fails_half_way_leaves_everything(
    archive: Path, refused: Callable[..., str], tmp_path: Path
) -> None:
    """The dump is broken in its middle, its hashes right; and a dump that lacks rows is not believed."""

    def broken(name: str, data: bytes) -> bytes:
        return data[: len(data) // 2] if name.startswith("base/") else data

    path = _with_base(archive, tmp_path / "a", broken)
    assert "s’est arrêté" in (said := refused(path)) or "PostgreSQL refuse" in said
    fewer = _rebuilt(archive, tmp_path / "b", lambda m: m["tables"].update(core_journalentry=12))
    assert "PostgreSQL refuse" in (said := refused(fewer))
    assert "core_journalentry" in said


def _with_base(archive: Path, to: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The archive with another dump, and a manifest that vouches for it."""
    data = {}
    with members(Source(archive)) as found:
        for name, _, content in found:
            data[name] = change(name, content.read())
    manifest = json.loads(data[TAIL])
    for part in manifest["base"]:
        part.update(size=len(data[part["name"]]), sha256=hashlib.sha256(data[part["name"]]).hexdigest())
    data[TAIL] = json.dumps(manifest).encode()
    with tarfile.open(to, "w") as tar:
        for name, content in data.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return to


def test_files_that_cannot_be_put_in_place_leave_the_database_too(
    archive: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    move = Staged._move

    def full(self: Staged, source: Path, goal: Path) -> None:
        if source.name == "vide.txt":
            raise OSError(28, "No space left on device")
        move(self, source, goal)

    monkeypatch.setattr(Staged, "_move", full)
    assert refused(archive) == "Les fichiers ne se déplacent pas\u00a0: No space left on device. Rien n’a changé."


def test_a_commit_that_fails_puts_the_files_back(
    archive: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = restoring._Psql.commit

    def late(self: restoring._Psql) -> None:
        self.say("SELECT 1/0;\n")
        commit(self)

    monkeypatch.setattr(restoring._Psql, "commit", late)
    assert "division by zero" in refused(archive)


def test_an_interrupted_restore_is_not_walked_over(archive: Path, standing: Installation) -> None:
    (left := standing.media / ".restauration-1234" / "ancien").mkdir(parents=True)
    with pytest.raises(BackupError, match="Une restauration s’est interrompue"):
        _bring_back(archive, standing)
    left.rmdir()
    left.parent.rmdir()


def test_an_archive_that_changes_after_its_examination_is_refused(
    archive: Path, standing: Installation, as_it_was: dict[str, Any]
) -> None:
    manifest, state = examine(Source(archive), _target(standing))
    false = replace(manifest, files=[replace(part, sha256="0" * 64) for part in manifest.files])
    for other in (false, replace(manifest, base=[replace(part, sha256="0" * 64) for part in manifest.base])):
        with pytest.raises(BackupError, match="L’archive a changé pendant la restauration"):
            restore(Source(archive), other, state, _target(standing))
    assert standing.everything() == as_it_was


# --- What the person at the keyboard is asked


@pytest.fixture
def at_hand(standing: Installation, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Installation:
    """The commands of this process speak to `standing`."""
    monkeypatch.setenv("DATABASE_URL", standing.app_url)
    monkeypatch.setenv("DATABASE_OWNER_URL", standing.owner_url)
    settings.DATABASE_APP_ROLE, settings.MEDIA_ROOT = "spro_app", standing.media
    return standing


def _said(*words: str) -> str:
    with pytest.raises(CommandError) as raised:
        call_command(*words, stdout=io.StringIO(), stderr=io.StringIO())
    return str(raised.value)


def test_what_is_there_is_lost_only_on_demand(
    archive: Path, at_hand: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = at_hand.everything()
    assert "n’est pas vide" in _said("restore", str(archive))
    for typed in ("", "oui", NAME):
        monkeypatch.setattr("builtins.input", lambda _, typed=typed: typed)
        assert _said("restore", str(archive), "--replace") == "Ce n’est pas le nom de la base\u00a0: rien n’a changé."
    assert at_hand.everything() == before
    call_command("restore", str(archive), "--check", stdout=(out := io.StringIO()))
    assert out.getvalue().startswith(f"Archive vérifiée\u00a0: base «\u00a0{NAME}\u00a0», portail ")
    assert at_hand.everything() == before


def test_a_portal_that_runs_is_not_replaced_under_its_feet(archive: Path, copy: Installation) -> None:
    with psycopg.connect(copy.app_url, autocommit=True) as web:
        web.execute("SELECT 1")
        done = copy.manage("restore", str(archive), "--replace", "--no-input")
        assert (done.returncode, "1 connexion(s) ouverte(s)" in done.stderr) == (1, True)
        done = copy.manage("restore", str(archive), "--replace", "--no-input", "--force")
        assert done.returncode == 0, done.stderr
        with pytest.raises(psycopg.OperationalError):
            web.execute("SELECT 1")


def test_an_archive_of_an_older_portal_is_migrated(
    source: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    older = source.copy(COPY, tmp_path / "ancien")
    try:
        done = older.manage("migrate", "sessions", "zero", "--verbosity=0")
        assert done.returncode == 0, done.stderr
        with (path := tmp_path / "ancienne").open("wb") as file:
            save(owner_url=older.owner_url, media=older.media, out=file)
    finally:
        drop(COPY)
    assert "django_session" not in verify(Source(path)).tables
    done = elsewhere.manage("restore", str(path))
    assert done.returncode == 0, done.stderr
    assert "migrations…" in done.stdout
    assert elsewhere.query("SELECT count(*) FROM django_session", url=elsewhere.app_url) == [(0,)]


# --- Where an archive is written


def test_an_archive_is_never_written_over_another(archive: Path, at_hand: Installation, tmp_path: Path) -> None:
    path = tmp_path / "nuit.spro"
    path.write_bytes(b"hier")
    assert _said("backup", str(path)) == f"{path} existe déjà\u00a0: choisissez un autre nom, ou ajoutez --replace."
    assert path.read_bytes() == b"hier"
    call_command("backup", str(path), "--replace", "--verbosity=0")
    assert verify(Source(path)).database == STANDING
    (tmp_path / "soir.part").touch()
    assert "une sauvegarde est en cours" in _said("backup", str(tmp_path / "soir"))


def test_a_backup_that_fails_leaves_nothing(
    at_hand: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "archives"
    folder.mkdir()
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    assert "introuvables" in _said("backup", str(folder / "a"))
    for name in ("pg_dump", "pg_restore", "psql"):
        (tmp_path / name).write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'")
        (tmp_path / name).chmod(0o700)
    assert "pg_dump est trop ancien\u00a0: version 9, pour un serveur PostgreSQL" in _said("backup", str(folder / "a"))
    monkeypatch.delenv("DATABASE_OWNER_URL")
    assert "donnez DATABASE_OWNER_URL" in _said("backup", str(folder / "a"))
    assert list(folder.iterdir()) == []


def test_links_among_the_files_are_said_and_left(source: Installation, tmp_path: Path) -> None:
    media = tmp_path / "media"
    (media / ".restauration-x").mkdir(parents=True)
    (media / ".restauration-x" / "vieux").touch()
    (media / "lien").symlink_to("/etc/passwd")
    (media / "dossier").symlink_to("/etc")
    os.mkfifo(media / "tuyau")
    (media / os.fsdecode(b"latin-\xe9")).write_bytes(b"x")
    manifest, odd = save(owner_url=source.owner_url, media=media, out=io.BytesIO())
    assert sorted(odd) == ["dossier", "lien", "tuyau"]
    assert [os.fsencode(part.path) for part in manifest.files] == [b"latin-\xe9"]
    assert Manifest(**json.loads(json.dumps(asdict(manifest)))).format == FORMAT


def test_S5_a_sealed_archive_opens_with_its_passphrase_alone(
    source: Installation, archive: Path, elsewhere: Installation, tmp_path: Path
) -> None:
    phrase, path = tmp_path / "phrase", tmp_path / "scellée"
    phrase.write_text("quatre mots bien choisis ensemble\n")
    done = source.manage("backup", str(path), "--encrypt", str(phrase))
    assert done.returncode == 0, done.stderr
    assert HEAD.encode() not in path.read_bytes()
    with pytest.raises(BackupError, match="Cette archive est scellée"):
        verify(Source(path))
    with pytest.raises(BackupError, match="La phrase secrète n’est pas la bonne"):
        verify(Source(path, b"une autre phrase de mots"))
    done = elsewhere.manage("restore", str(path), "--passphrase", str(phrase))
    assert done.returncode == 0, done.stderr
    assert elsewhere.everything() == _without_sessions(source.everything())

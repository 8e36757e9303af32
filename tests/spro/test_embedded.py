"""The embedded services: joined by every process, stopped by the last one (ADR 0002)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

ROOT = Path(__file__).resolve().parents[2]
USE = "from spro import embedded; import os; embedded.use_if_needed(fast=True); print(os.environ['DATABASE_OWNER_URL'])"


def _environment(folder: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "REDIS_", "SPRO_"))}
    return kept | {"SPRO_LOCAL": str(folder)}


@pytest.fixture
def process(tmp_path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", f"{USE}; input()"],
        cwd=ROOT, env=_environment(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_second_process_joins_and_the_last_one_stops_the_servers(
    process: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    second = subprocess.run(
        [sys.executable, "-c", USE], cwd=ROOT, env=_environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert second.stdout.strip() == url  # the same servers
    with psycopg.connect(url) as connection:  # … which outlived the second
        assert connection.execute("SELECT current_user").fetchone() == ("spro_owner",)
    process.communicate("\n", timeout=60)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)


def test_passwords_are_for_the_owner_of_the_folder_alone(process: subprocess.Popen[str], tmp_path: Path) -> None:
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    path = tmp_path / "services.json"
    assert path.stat().st_mode & 0o077 == 0
    assert len({v for v in json.loads(path.read_text()).values() if isinstance(v, str)}) == 4
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url.replace("spro_owner:", "spro_owner:x"), connect_timeout=2)
    process.communicate("\n", timeout=60)


def test_S2_what_the_services_write_is_read_by_their_owner_alone(tmp_path: Path) -> None:
    """Whatever the umask; and PostgreSQL's log holds no row, even when it refuses one."""
    above, inside = _modes(tmp_path), tmp_path / "a" / "services"
    script = f"import os; os.umask(0o002); {USE}; print(os.environ['REDIS_URL']); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT, env=_environment(inside), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    url, redis_url = process.stdout.readline().strip(), process.stdout.readline().strip()
    with redis.Redis.from_url(redis_url) as valkey:
        valkey.set("a", "b")
        valkey.save()
    with psycopg.connect(url, autocommit=True) as connection:
        options = {
            name: connection.execute(f"SHOW {name}").fetchone()
            for name in ("log_min_error_statement", "log_error_verbosity")
        }
        connection.execute("CREATE TABLE people (name text PRIMARY KEY)")
        connection.execute("INSERT INTO people VALUES ('Camille')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO people VALUES ('Camille')")
    opened = {
        str(path.relative_to(inside)): oct(path.stat().st_mode & 0o777)
        for path in inside.rglob("*")
        if path.stat().st_mode & 0o077
    }
    added = {path: mode & ~above.get(path, mode) for path, mode in _modes(inside).items()}
    log = (inside / "postgres.log").read_text()
    process.communicate("\n", timeout=60)
    assert opened == {}
    assert inside.stat().st_mode & 0o066 == 0  # crossed by those who know a name, never listed
    assert {mode for mode in added.values() if mode & ~0o011} == set()
    assert ("people_pkey" in log, "Camille" in log) == (True, False)
    assert options == {"log_min_error_statement": ("panic",), "log_error_verbosity": ("terse",)}


def _modes(folder: Path) -> dict[Path, int]:
    """The rights of `folder` and of every folder above it."""
    return {path: path.stat().st_mode & 0o7777 for path in (folder, *folder.parents)}

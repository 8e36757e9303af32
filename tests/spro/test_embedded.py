"""The embedded services: joined by every process, stopped by the last one (ADR 0002)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

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

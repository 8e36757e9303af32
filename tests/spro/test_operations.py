"""docs/operations.md says nothing that does not exist: commands, options, settings, addresses, files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.urls import Resolver404, resolve

from tests.spro.test_containers import COMPOSE, listed

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/operations.md").read_text()
CODE = "\n".join(re.findall(r"```\w*\n(.*?)```", TEXT, re.DOTALL)) + "\n" + "\n".join(re.findall(r"`([^`\n]+)`", TEXT))
# A command begins a line or a word of code; `spro` is the script that the text itself defines.
COMMANDS = set(re.findall(r"(?:manage\.py|(?:^|`|\| )spro) ([a-z_]+)((?: +[^\n#|>]*)?)", CODE, re.MULTILINE))
# Words in capitals that are no settings.
NO_SETTINGS = {"FICHIER", "DATABASE", "GET", "JSON", "UPDATE", "DELETE", "TRUNCATE", "PUBLISHER_", "WAL"}


def test_commands_exist_with_their_options() -> None:
    known = get_commands()
    named = {name for name, _ in COMMANDS}
    assert {"backup", "restore", "migrate", "rotate_keys", "remove_factors", "createsuperuser"} <= named
    for name, words in sorted(COMMANDS):
        assert name in known, name
        parser = load_command_class(known[name], name).create_parser("manage.py", name)
        options = {option for action in parser._actions for option in action.option_strings}
        assert set(re.findall(r"(?<!\S)--[a-z-]+", words)) <= options, (name, words)


def test_settings_exist() -> None:
    words = {word for code in re.findall(r"`([^`\n]+)`", TEXT) for word in re.findall(r"\b[A-Z][A-Z_]{3,}\b", code)}
    settings = {word for word in words if "_" in word and word not in NO_SETTINGS}
    assert len(settings) > 30
    assert settings <= listed()


def test_every_retention_is_in_the_table_with_its_default() -> None:
    settings = (ROOT / "spro/settings.py").read_text()
    days = dict(re.findall(r'env\.int\("([A-Z_]+_DAYS)", default=(\d+)\)', settings))
    told = dict(re.findall(r"^\| `([A-Z_]+_DAYS)` \| (\d+) jours? ", TEXT, re.MULTILINE))
    assert told == days


def test_addresses_exist() -> None:
    paths = set(re.findall(r"(?:https://…|example\.org|8000)(/[a-z/-]+/)", TEXT)) | {"/sante/", "/sante/pret/"}
    assert len(paths) >= 5
    for path in paths:
        try:
            resolve(path)
        except Resolver404:
            pytest.fail(f"{path} does not exist")


def test_files_and_services_exist() -> None:
    named = set(re.findall(r"\b((?:core|scripts|spro|docs|data)/[\w./-]+[\w])", TEXT)) - {"spro/beat"}
    files = {
        name
        for name in named
        if "/" in name and not re.search(rf"(?:var/lib|var/backups|etc|opt|sbin|venv/bin)/{name}", TEXT)
    }
    assert {"core/grants.py", "core/backup/sealed.py", "scripts/container/roles.sql", "spro/gunicorn.py"} <= files
    for name in files:
        assert list(ROOT.glob(f"{name}*")), name
    for line in re.findall(r"docker compose (?:stop|start|logs) ([a-z ]+)", TEXT):
        assert set(line.split()) <= set(COMPOSE["services"])


def test_the_roles_are_those_of_the_script() -> None:
    """Two texts, one meaning: the SQL shown and the SQL run (tests/spro/test_containers.py)."""
    script = (ROOT / "scripts/container/roles.sql").read_text()
    for name in ("owner", "app", "database"):
        usual = re.findall(rf"\\set {name} (\w+)", script)[0]
        script = script.replace(f':"{name}"', usual)
    script = re.sub(r":'\w+_password'", "'…'", script)
    shown = re.findall(r"```sql\n(.*?)```", TEXT, re.DOTALL)[0].split(";\n")
    assert [line for line in shown if line] == re.findall(r"^((?:CREATE|REVOKE|GRANT) .*);$", script, re.MULTILINE)

"""Dockerfile, docker-compose.yml and their scripts agree with the code that they carry; the roles' SQL is run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import yaml
from django.urls import resolve
from psycopg import sql

from core.backup.tools import environment, programs
from spro import embedded
from spro.celery import app

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("web", "worker", "beat", "migrate", "outils")
DOCKERFILE = (ROOT / "Dockerfile").read_text()
# Set by the code itself, or of no use in a container.
NOT_TOLD = {"SPRO_WEB", "SPRO_LOCAL", "PORT", "DEBUG", "DEMO", "PG_BIN"}
# What PostgreSQL's image, and our scripts inside it, are told.
OF_THE_SERVERS = {"POSTGRES_USER", "POSTGRES_INITDB_ARGS"}


def read_by_the_code() -> set[str]:
    """Every variable that the settings and the servers' own settings read."""
    text = (ROOT / "spro/settings.py").read_text() + (ROOT / "spro/gunicorn.py").read_text()
    found = re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"|environ(?:\.get\(|\[)"([A-Z_]+)"', text)
    doors = re.findall(r'_door\(\s*"([A-Z]+)"', text)
    of_doors = re.findall(r'env\.str\(f"\{prefix\}(_[A-Z_]+)"', text)
    return {first or second for first, second in found} | {door + end for door in doors for end in of_doors}


def listed() -> set[str]:
    return set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def _interpolated() -> set[str]:
    """What docker compose itself looks for in `.env`."""
    text = (ROOT / "docker-compose.yml").read_text()
    passed = {name for service in OURS for name, value in SERVICES[service]["environment"].items() if value is None}
    return passed | set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", text))


def _instructions(name: str) -> list[str]:
    """The arguments of each `name` of the Dockerfile, continued lines joined."""
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.split(None, 1)[1] for line in joined.splitlines() if line.startswith(f"{name} ")]


# --- Variables


def test_every_setting_is_in_the_example_and_the_reverse() -> None:
    by_others = {"DATABASE_OWNER_URL", "PG_BIN"}  # read by spro/embedded.py and core/backup/tools.py
    with_docker = _interpolated() - read_by_the_code()
    assert read_by_the_code() - {"SPRO_WEB"} | by_others | with_docker == listed()


def test_the_containers_are_told_every_setting_and_nothing_else() -> None:
    assert set(SERVICES["web"]["environment"]) == read_by_the_code() - NOT_TOLD - {"DATABASE_APP_ROLE"}
    assert _interpolated() <= listed()
    for name in ("db", "redis"):
        assert set(SERVICES[name]["environment"]) - OF_THE_SERVERS <= listed()


def test_what_has_no_safe_default_must_be_given() -> None:
    told = SERVICES["web"]["environment"]
    demanded = {name for name, value in told.items() if value and ":?" in value}
    assert demanded == {
        "SECRET_KEY", "ENCRYPTION_KEYS", "ALLOWED_HOSTS", "SITE_URL", "DATABASE_URL", "REDIS_URL", "EMAIL_URL",
        "DEFAULT_FROM_EMAIL", "PSAD_HASH_KEY",
    }  # fmt: skip
    text = (ROOT / "docker-compose.yml").read_text()
    for name in re.findall(r"\$\{([A-Z_]*(?:PASSWORD|KEYS?))\b([^}]*)", text):
        assert name[1].startswith(":?"), name


def test_the_owner_s_address_is_given_to_commands_only() -> None:
    told = {name for name in SERVICES if "OWNER" in str(SERVICES[name]["environment"])}
    assert told == {"migrate", "outils", "db"}
    assert SERVICES["migrate"]["restart"] == SERVICES["outils"]["restart"] == "no"
    assert SERVICES["outils"]["profiles"] == ["outils"]


# --- Commands and addresses


def test_queues_are_those_of_celery() -> None:
    words = SERVICES["worker"]["command"]
    assert words[:4] == ["celery", "-A", "spro", "worker"]
    assert set(words[words.index("-Q") + 1].split(",")) == {queue.name for queue in app.conf.task_queues}
    assert SERVICES["beat"]["command"][:4] == ["celery", "-A", "spro", "beat"]


def test_the_web_is_what_the_image_starts() -> None:
    (started,) = _instructions("CMD")
    assert yaml.safe_load(started) == SERVICES["web"]["command"]
    words = SERVICES["web"]["command"]
    assert words[1] == "spro.wsgi:application"
    assert (ROOT / words[words.index("-c") + 1]).is_file()


def test_commands_of_manage_exist() -> None:
    from django.core.management import get_commands

    said = {SERVICES[name]["command"][2] for name in ("migrate", "outils")}
    said |= set(re.findall(r"python manage\.py (\w+)", DOCKERFILE))
    assert said == {"migrate", "check", "build_fonts", "collectstatic"}
    assert said <= set(get_commands())


@pytest.mark.django_db
def test_the_health_check_says_what_the_portal_says(live_server: Any) -> None:
    """The very script of the image, against a portal that runs, that does not, and that refuses its name."""
    script = SERVICES["web"]["healthcheck"]["test"][2]
    assert yaml.safe_load(_instructions("HEALTHCHECK")[0].split("CMD ")[1]) == ["python", script]
    port = str(urlsplit(live_server.url).port)

    def asked(port: str, hosts: str) -> int:
        given = os.environ | {"PORT": port, "ALLOWED_HOSTS": hosts}
        return subprocess.run([sys.executable, ROOT / script], env=given, check=False).returncode

    assert resolve("/sante/").url_name == "alive"
    assert 'PATH = "/sante/"' in (ROOT / script).read_text()
    assert asked(port, "localhost,exemple.invalid") == 0
    assert asked(port, "") == 0
    assert asked(port, "inconnu.invalid") == 1
    assert asked("1", "localhost") == 1


# --- The image


def test_what_is_copied_is_in_the_tree_and_let_through() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignore[1] == "*"  # nothing enters that is not named after it
    allowed = {line[1:] for line in ignore if line.startswith("!")}
    copied = {word for line in _instructions("COPY") if "--from" not in line for word in shlex.split(line)[:-1]}
    for path in copied:
        assert any(name == path or name.startswith(f"{path}/") for name in tracked), path
        assert path.split("/")[0] in allowed
    assert allowed == {path.split("/")[0] for path in copied}
    assert not {".env", ".git", ".local", ".venv", "docs", "tests"} & allowed
    packages = {name.split("/")[0] for name in tracked if name.endswith("/__init__.py")} - {"tests", "benchmarks"}
    assert packages <= copied


def test_packages_are_pinned_by_their_hashes() -> None:
    assert "pip install --require-hashes -r requirements.txt" in DOCKERFILE
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        assert re.match(r"[a-z0-9._-]+(\[[^\]]+\])?==\S+.*\\$|    --hash=sha256:|    #|$", line, re.IGNORECASE), line


def test_images_are_pinned_by_a_tag_and_named_without_a_registry() -> None:
    images = [line.split()[0] for line in _instructions("FROM")] + [SERVICES[name]["image"] for name in ("db", "redis")]
    for image in images:
        assert re.fullmatch(r"[a-z]+(/[a-z]+)?:[\w.-]*\d[\w.-]*", image), image
    assert {line.split()[0] for line in _instructions("FROM")} == {"python:3.11-slim-trixie"}


def test_the_server_is_new_enough_and_the_client_of_the_same_version() -> None:
    server = int(re.findall(r"postgres:(\d+)", SERVICES["db"]["image"])[0])
    assert server >= 15
    assert re.findall(r"postgresql-client-(\d+)", DOCKERFILE) == [str(server)]


def test_the_image_has_no_secret_in_its_layers() -> None:
    assert _instructions("ARG") == []
    assert not re.search(r"SECRET_KEY|PASSWORD|ENCRYPTION_KEYS|DATABASE_OWNER", DOCKERFILE)


# --- What a container may do


def test_nobody_is_root_and_nothing_is_written_but_where_it_is_said() -> None:
    assert _instructions("USER")[-1] == "10001:10001"
    for name, service in SERVICES.items():
        assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", service["user"]), name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service
        assert "cap_add" not in service


def test_only_the_web_is_reached_and_only_from_the_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:${WEB_PORT:-8000}:8000"]}
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert {name for name, service in SERVICES.items() if "outside" in service["networks"]} == {"web", "worker"}


def test_services_wait_for_what_they_lean_on_and_are_watched() -> None:
    for name in ("web", "worker", "beat"):
        waited = {other: how["condition"] for other, how in SERVICES[name]["depends_on"].items()}
        assert waited == {"migrate": "service_completed_successfully", "redis": "service_healthy"}
        assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES["migrate"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    for name in ("web", "worker", "beat", "db", "redis"):
        assert SERVICES[name]["healthcheck"]["test"]
        assert set(SERVICES[name]["deploy"]["resources"]["limits"]) == {"cpus", "memory"}


def test_files_and_archives_are_where_the_settings_look() -> None:
    (local,) = set(re.findall(r"SPRO_LOCAL=(\S+)", DOCKERFILE))
    for name in ("web", "worker", "outils"):
        assert f"media:{local}/media" in SERVICES[name]["volumes"]
    assert {volume.split(":")[0] for s in SERVICES.values() for volume in s.get("volumes", []) if volume[0] != "."} == {
        *COMPOSE["volumes"]
    }
    for volume in SERVICES["db"]["volumes"][1:]:
        assert (ROOT / volume.split(":")[0]).is_file()


# --- The two roles: the script of the database's image is run


@pytest.fixture(scope="module")
def database() -> Iterator[dict[str, str]]:
    """What scripts/container/roles.sql makes, under names of the test's own; by the server's superuser."""
    given = embedded._secrets(embedded.local_dir())
    parts = urlsplit(os.environ["DATABASE_URL"])
    if parts.port != given.postgres_port:
        pytest.skip("the test server is somebody else's: its superuser is not ours")
    url, suffix = embedded._superuser_url(given), os.getpid()
    names = {"owner": f"essai owner {suffix}", "app": f"essai app {suffix}", "database": f"essai base {suffix}"}
    words = [str(programs(15) / "psql"), "--no-psqlrc", "--quiet", "--file", str(ROOT / "scripts/container/roles.sql")]
    try:
        subprocess.run(
            [*words, *(f"--set={key}={name}" for key, name in names.items())],
            env=environment(url) | {"DATABASE_OWNER_PASSWORD": "mot'é", "DATABASE_APP_PASSWORD": 'de"passe'},
            check=True,
        )
        yield names | {"url": url, "server": f"host=127.0.0.1 port={given.postgres_port}"}
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(names["database"])))
            for role in (names["app"], names["owner"]):
                connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def _as(database: dict[str, str], role: str, password: str) -> psycopg.Connection:
    return psycopg.connect(
        database["server"], user=database[role], password=password, dbname=database["database"], autocommit=True
    )


def test_the_roles_are_no_more_than_the_docs_say(database: dict[str, str]) -> None:
    with psycopg.connect(database["url"], autocommit=True) as connection:
        for role in ("owner", "app"):
            rights = connection.execute(
                "SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,"
                " (SELECT count(*) FROM pg_auth_members WHERE member = r.oid) FROM pg_roles r WHERE rolname = %s",
                [database[role]],
            ).fetchone()
            assert rights == (True, False, False, False, False, False, 0)
        owner = connection.execute(
            "SELECT datdba::regrole::text, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = %s",
            [database["database"]],
        ).fetchone()
        assert owner == (f'"{database["owner"]}"', "UTF8")


def test_the_role_of_the_web_makes_nothing_and_strangers_do_not_connect(database: dict[str, str]) -> None:
    with _as(database, "app", 'de"passe') as web:
        for text in ("CREATE TABLE a (b int)", "CREATE TEMPORARY TABLE a (b int)", "CREATE SCHEMA a",
                     "CREATE EXTENSION unaccent"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                web.execute(text)
    parts = urlsplit(os.environ["DATABASE_URL"])
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(database["server"], user=parts.username, password=parts.password, dbname=database["database"])


def test_the_owner_migrates_what_the_script_made(database: dict[str, str]) -> None:
    """Extensions included: the owner needs nothing of the superuser's afterwards."""
    with _as(database, "owner", "mot'é") as owner:
        for name in ("unaccent", "pg_trgm", "btree_gist"):
            owner.execute(f"CREATE EXTENSION {name}")
        owner.execute("CREATE TABLE a (b int)")
        owner.execute("DROP TABLE a")

"""An installation refuses to serve with the key of the source code; production settings pass Django's own checks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_INHERITED = {
    "DEMO", "DEBUG", "SECRET_KEY", "HTTPS", "ENCRYPTION_KEYS", "PSAD_HASH_KEY", "SECOND_FACTOR_REQUIRED",
    "DJANGO_ALLOW_ASYNC_UNSAFE",
}  # fmt: skip
KEY = "une-cle-longue-et-faite-au-hasard-pour-cet-essai-0123456789-abcdefghij"

BOX_KEY = "YWEtLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLWE="


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    kept |= {"DJANGO_SETTINGS_MODULE": "spro.settings", "LOG_LEVEL": "ERROR"} | environment
    return subprocess.run([sys.executable, *words], cwd=ROOT, env=kept, capture_output=True, text=True, check=False)


def test_production_settings_pass_every_deployment_check() -> None:
    words = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    done = run(*words, HTTPS="1", SECRET_KEY=KEY, ENCRYPTION_KEYS=BOX_KEY, PSAD_HASH_KEY=KEY)
    assert (done.returncode, done.stdout.strip()) == (0, "System check identified no issues (0 silenced).")


def test_secrets_at_rest_have_keys_of_their_own() -> None:
    done = run("manage.py", "check", "--deploy", HTTPS="1", SECRET_KEY=KEY)
    assert (done.returncode, "spro.E002" in done.stderr) == (1, True)


def test_what_finds_a_young_person_again_has_a_key_of_its_own() -> None:
    done = run("manage.py", "check", "--deploy", HTTPS="1", SECRET_KEY=KEY, ENCRYPTION_KEYS=BOX_KEY)
    assert (done.returncode, "spro.E004" in done.stderr) == (1, True)


def test_links_of_mails_lead_to_a_portal_that_said_where_it_is() -> None:
    for environment, found in (({"SITE_URL": ""}, True), ({"SITE_URL": "", "DEMO": "1"}, False)):
        done = run("manage.py", "check", "--deploy", HTTPS="1", **environment)
        assert ("spro.E003" in done.stderr) is found


def test_the_key_of_the_source_code_fails_the_check() -> None:
    done = run("manage.py", "check", "--deploy", HTTPS="1")
    assert (done.returncode, "spro.E001" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("environment", "starts"),
    [({}, False), ({"DEMO": "1"}, True), ({"DEBUG": "1"}, True), ({"SECRET_KEY": KEY}, True)],
)
def test_the_web_server_refuses_the_key_of_the_source_code(environment: dict[str, str], starts: bool) -> None:
    done = run("-c", "import spro.wsgi", **environment)
    assert (done.returncode == 0, "SECRET_KEY est celle du code source" in done.stderr) == (starts, not starts)


READ = (
    "from django.conf import settings as s;"
    "print(s.HTTPS, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0)"
)


@pytest.mark.parametrize(
    ("environment", "https"),
    [({}, True), ({"DEMO": "1"}, False), ({"DEBUG": "1"}, False), ({"HTTPS": "0"}, False),
     ({"DEMO": "1", "HTTPS": "1"}, True)],
)  # fmt: skip
def test_S2_an_installation_keeps_to_https_unless_it_says_otherwise(environment: dict[str, str], https: bool) -> None:
    assert run("-c", READ, SECRET_KEY=KEY, **environment).stdout.split() == [str(https)] * 5


TIMED = (
    "from django.db import connection as c; k = c.cursor(); k.execute('SHOW statement_timeout'); print(k.fetchone()[0])"
)


@pytest.mark.parametrize(
    ("start", "environment", "limit"),
    [
        ("import spro.wsgi;", {}, "3s"),
        ("import spro.wsgi;", {"STATEMENT_TIMEOUT_MS": "750"}, "750ms"),
        ("import django; django.setup();", {}, "0"),  # commands take the time that they need
    ],
)
def test_a_statement_of_a_page_is_timed(start: str, environment: dict[str, str], limit: str) -> None:
    done = run("-c", start + TIMED, SECRET_KEY=KEY, **environment)
    assert (done.stdout.strip(), done.returncode) == (limit, 0), done.stderr

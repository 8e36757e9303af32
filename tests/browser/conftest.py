"""The demonstration itself, started by its own command on an empty folder, in a real Chromium.

One portal serves every test of this folder (they share an xdist group, hence a process).
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.fspath).is_relative_to(ROOT / "tests" / "browser"):
            item.add_marker(pytest.mark.xdist_group("browser"))
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Portal:
    url: str
    folder: Path
    output: list[str]


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("demo")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "REDIS_", "DJANGO_", "SPRO_"))}
    given |= {"PORT": str(port), "SPRO_LOCAL": str(folder), "LOG_LEVEL": "INFO", "DEMO_PSAD": "small"}
    command = [sys.executable, "-m", "spro.demo"]
    with subprocess.Popen(
        command, cwd=ROOT, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as demo:
        output: list[str] = []
        assert demo.stdout is not None
        for line in demo.stdout:
            output.append(line.rstrip())
            if line.startswith("PRET "):
                break
        else:
            pytest.fail("la démonstration n’a pas démarré :\n" + "\n".join(output))
        yield Portal(output[-1].removeprefix("PRET ").rstrip("/"), folder, output)
        demo.terminate()
        demo.wait(60)


def followed(portal: Portal, path: str, cookies: list[dict[str, Any]] | None = None) -> str:
    """The address that `path` names: as it is, or found in a page as `pages.py` says."""
    way, _, tail = path.rpartition(" + ") if " + " in path.rpartition(" > ")[2] else (path, "", "")
    start, found, pattern = way.rpartition(" > ")
    if not found:
        return path
    page = followed(portal, start, cookies)
    kept = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in cookies or [])
    asked = urllib.request.Request(portal.url + page, headers={"Cookie": kept})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        text = answer.read().decode()
    link = re.search(rf'href="({pattern})', text)
    assert link is not None, f"{page}: no {pattern}"
    return link[1] + tail


@pytest.fixture
def path(request: pytest.FixtureRequest, portal: Portal) -> str:
    """A public address of `pages.py`, followed."""
    return followed(portal, request.param)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, portal: Portal) -> Iterator[Page]:
    """A page 1280 px wide, in French, whose relative addresses are the portal's; a script error fails the test."""
    with browser.new_context(
        base_url=portal.url, locale="fr-FR", timezone_id="Europe/Paris", viewport={"width": 1280, "height": 900}
    ) as context:
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        yield page
        assert [e for e in errors if "status of 4" not in e] == []


@pytest.fixture
def plain_page(browser: Browser, portal: Portal) -> Iterator[Page]:
    """A page without JavaScript, as wide as a phone."""
    with browser.new_context(
        base_url=portal.url, locale="fr-FR", java_script_enabled=False, viewport={"width": 390, "height": 844}
    ) as context:
        yield context.new_page()

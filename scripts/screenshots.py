"""The pictures of the README and of `docs/`, taken from the demonstration in headless Chromium: `make screenshots`.

Starts `make demo`'s portal on a free port and a folder of its own, and writes `docs/images/*.png`. Names given as
arguments are those taken (`screenshots.py recognition-seance`); `SCREENSHOTS_OF` names a portal that runs already.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
PICTURES = {
    "accueil": ("/", 1280, 1000, "light"),
    "lieux": ("/lieux/?commune=88160&statut=lyceen&besoin=choisir-formation", 1280, 1000, "light"),
    "lieux-telephone-sombre": ("/lieux/?commune=88160&statut=lyceen&besoin=choisir-formation", 390, 844, "dark"),
    "agenda": ("/agenda/", 1280, 1000, "light"),
    "agenda-mois": ("/agenda/?vue=mois", 1280, 1000, "light"),
    "lorfolio-site-telephone-sombre": ("/p/ines-marechal/", 390, 844, "dark"),
    "territoire": ("/territoires/troyes-chaumont/", 1280, 1000, "light"),
    "bilans-synthese": ("/bilans/ > /bilans/[0-9]{4}/ + #partie-organisations-1", 1280, 1000, "light"),
}
DESK = "/admin/recognition"
# What one signs in for: the demo account, then as above. « /a/ > pattern » is the first such address in the page /a/.
DESKS = {
    "espace-pro": ("manager@demo.invalid", "/pro/", 1280, 1000, "light"),
    "bureau": ("region@demo.invalid", "/admin/", 1280, 1000, "light"),
    "recognition-dossier": (
        "candidat@demo.invalid", "/candidature/ > /candidature/[0-9a-f-]{36}/", 1280, 900, "light",
    ),
    "recognition-campagne": (
        "region@demo.invalid", f"{DESK}/campaign/ > {DESK}/campaign/[0-9]+/change/", 1280, 900,
        "light",
    ),
    "recognition-file": ("region@demo.invalid", f"{DESK}/candidature/", 1280, 900, "light"),
    "recognition-examen": (
        "region@demo.invalid", f"{DESK}/candidature/?state__exact=complete > {DESK}/candidature/[0-9]+/change/", 1280,
        900, "light",
    ),
    "recognition-seance": (
        "region@demo.invalid", f"{DESK}/sitting/ > {DESK}/sitting/[0-9]+/change/", 1280, 1000, "light",
    ),
    "recognition-lettres": ("region@demo.invalid", f"{DESK}/letter/", 1280, 800, "light"),
    "recognition-fiche": (
        "region@demo.invalid", f"{DESK}/recognition/?q=Mirabelle > {DESK}/recognition/[0-9]+/change/", 1280, 1000,
        "light",
    ),
    "bilans-saisie": (
        "manager@demo.invalid", "/pro/bilans/ > /pro/bilans/[0-9a-f-]{36}/ + accueil-et-information/", 1280, 1000,
        "light",
    ),
    "bilans-suivi": ("region@demo.invalid", "/pro/bilans/ > /pro/bilans/[0-9]{4}/suivi/", 1280, 1000, "light"),
    "lorfolio": ("citoyen@demo.invalid", "/lorfolio/", 1280, 1000, "light"),
    "lorfolio-cv-editeur": (
        "citoyen@demo.invalid", '/lorfolio/cv/ > /lorfolio/cv/[0-9a-f-]{36}/(?=">Reconversion)', 1280, 1000, "light",
    ),
}  # fmt: skip
# A letter or a CV, drawn at so many dots per inch: who may open it, its address, how large.
PAPERS = {
    "recognition-attestation": (
        "region@demo.invalid", f"{DESK}/letter/?kind__exact=certificate > {DESK}/letter/[0-9]+/ + pdf/", 60,
    ),
    "bilans-document": (
        "manager@demo.invalid",
        r'/pro/bilans/ > /pro/bilans/[0-9a-f-]{36}/(?="[\s\S]{0,300}Accepté) + document.pdf', 60,
    ),
    "lorfolio-cv": (
        "citoyen@demo.invalid", r"/lorfolio/cv/ > /lorfolio/cv/[0-9a-f-]{36}\.pdf(?=[^«]*«.Reconversion)", 60,
    ),
}  # fmt: skip
COLOURS = 160  # enough for pages of text, and half the weight


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    wanted = set(sys.argv[1:]) or {*PICTURES, *DESKS, *PAPERS}
    if running := os.environ.get("SCREENSHOTS_OF"):
        return take(running.rstrip("/"), wanted)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        given = os.environ | {"PORT": str(port), "SPRO_LOCAL": folder}
        demo = subprocess.Popen(
            [sys.executable, "-m", "spro.demo"], cwd=ROOT, env=given, stdout=subprocess.PIPE, text=True
        )
        try:
            assert demo.stdout is not None  # noqa: S101
            if not any(line.startswith("PRET ") for line in demo.stdout):
                sys.exit("La démonstration n’a pas démarré.")
            take(f"http://127.0.0.1:{port}", wanted)
        finally:
            demo.terminate()
            demo.wait(60)


def take(base: str, wanted: set[str]) -> None:
    path = next(p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for name, (address, *shape) in PICTURES.items():
            if name in wanted:
                _take(Sight(chromium, base, name, "", address), *shape)
        for name, (account, address, *shape) in DESKS.items():
            if name in wanted:
                _take(Sight(chromium, base, name, account, address), *shape)
        for name, (account, address, dots) in PAPERS.items():
            if name in wanted:
                _draw(Sight(chromium, base, name, account, address), dots)
        chromium.close()


@dataclass(frozen=True)
class Sight:
    """A picture to take: `account` is empty for what anybody sees."""

    chromium: Browser
    base: str
    name: str
    account: str
    address: str

    @property
    def path(self) -> Path:
        return IMAGES / f"{self.name}.png"


def _take(sight: Sight, width: int, height: int, scheme: Any) -> None:
    shape: Any = {"width": width, "height": height}
    with sight.chromium.new_context(
        base_url=sight.base, viewport=shape, color_scheme=scheme, locale="fr-FR", reduced_motion="reduce"
    ) as context:
        page = context.new_page()
        _sign_in(page, sight.account)
        page.goto(_found(page, sight.address), wait_until="networkidle")
        page.screenshot(path=sight.path)
    _lighten(sight.path)


def _draw(sight: Sight, dots: int) -> None:
    """The first page of a PDF of the portal (poppler draws it)."""
    with sight.chromium.new_context(base_url=sight.base, locale="fr-FR") as context:
        page = context.new_page()
        _sign_in(page, sight.account)
        data = page.request.get(_found(page, sight.address)).body()
    drawn = ["pdftoppm", "-png", "-singlefile", "-r", str(dots), "-", str(sight.path.with_suffix(""))]
    subprocess.run(drawn, input=data, check=True)
    _lighten(sight.path)


def _sign_in(page: Page, account: str) -> None:
    if not account:
        return
    page.goto("/comptes/connexion/")
    page.fill("[name=login]", account)
    page.fill("[name=password]", "demo-spro-2026")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state("networkidle")


def _found(page: Page, address: str) -> str:
    start, _, pattern = address.partition(" > ")
    if not pattern:
        return address
    page.goto(start)
    pattern, _, tail = pattern.partition(" + ")
    link = re.search(rf'href="({pattern})', page.content())
    if link is None:
        sys.exit(f"Rien à photographier dans {start}")
    return link[1] + tail


def _lighten(path: Path) -> None:
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()

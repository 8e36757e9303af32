"""The pictures of the README, taken from the demonstration in headless Chromium: `make screenshots`.

Starts `make demo`'s portal on a free port and a folder of its own, and writes `docs/images/*.png`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
PICTURES = {
    "accueil": ("/", 1280, 1000, "light"),
    "lieux": ("/lieux/?commune=88160&statut=lyceen&besoin=choisir-formation", 1280, 1000, "light"),
    "lieux-telephone-sombre": ("/lieux/?commune=88160&statut=lyceen&besoin=choisir-formation", 390, 844, "dark"),
    "agenda": ("/agenda/", 1280, 1000, "light"),
    "agenda-mois": ("/agenda/?vue=mois", 1280, 1000, "light"),
    "territoire": ("/territoires/troyes-chaumont/", 1280, 1000, "light"),
}
# What one signs in for: the demo account, then as above.
DESKS = {
    "espace-pro": ("manager@demo.invalid", "/pro/", 1280, 1000, "light"),
    "bureau": ("region@demo.invalid", "/admin/", 1280, 1000, "light"),
}


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
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
            take(f"http://127.0.0.1:{port}")
        finally:
            demo.terminate()
            demo.wait(60)


def take(base: str) -> None:
    path = next(p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for name, (address, width, height, scheme) in PICTURES.items():
            shape = {"width": width, "height": height}
            with chromium.new_context(
                viewport=shape, color_scheme=scheme, locale="fr-FR", reduced_motion="reduce"
            ) as context:
                page = context.new_page()
                page.goto(base + address, wait_until="networkidle")
                page.screenshot(path=IMAGES / f"{name}.png")
        for name, (account, address, width, height, scheme) in DESKS.items():
            with chromium.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme, locale="fr-FR"
            ) as context:
                page = context.new_page()
                page.goto(f"{base}/comptes/connexion/")
                page.fill("[name=login]", account)
                page.fill("[name=password]", "demo-spro-2026")
                page.locator("main form button[type=submit]").first.click()
                page.wait_for_load_state("networkidle")
                page.goto(base + address, wait_until="networkidle")
                page.screenshot(path=IMAGES / f"{name}.png")
        chromium.close()


if __name__ == "__main__":
    main()

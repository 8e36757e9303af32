"""A newcomer's first CV, played on a telephone at the pace of a person: every page is read, every word is typed.

`python -m tests.browser.newcomer http://127.0.0.1:8000 .local/mail` plays it with its pauses and says how long it took;
the test plays it without waiting, and counts the same seconds.
"""

from __future__ import annotations

import re
import sys
import time
import uuid
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

# A person who neither reads nor types fast.
A_WORD_READ = 60 / 150  # seconds
LOOK = 2.0  # seconds, to see where one is now
MOST_READ = 20.0  # of one page, the fifty words that a screen of a telephone holds: then one acts
A_SIGN_TYPED = 0.45  # with a thumb
A_CHOICE = 2.5  # to find and to press
AWAY = 40.0  # to open one's mail on the telephone, and come back

PASSWORD = "le petit chat dort"
DAY = "Accueillir les clients et prendre les commandes\nServir en terrasse\nRendre la monnaie\nNettoyer la salle"


class Human:
    """Somebody before a page; `seconds` counts what it took them."""

    def __init__(self, page: Page, *, waits: bool) -> None:
        self.page, self.waits, self.seconds = page, waits, 0.0
        self.read: set[str] = set()

    def takes(self, seconds: float) -> None:
        self.seconds += seconds
        if self.waits:
            time.sleep(seconds)

    def goes(self, url: str) -> None:
        self.page.goto(url)
        self.reads()

    def reads(self) -> None:
        """What stands in the page and was not read on an earlier one, as far as one reads before acting."""
        lines = {line.strip() for line in self.page.locator("main").inner_text().splitlines()} - self.read
        self.read |= lines
        self.takes(min(MOST_READ, LOOK + sum(len(line.split()) for line in lines) * A_WORD_READ))

    def types(self, field: str | Locator, text: str) -> None:
        found = self.page.locator(field) if isinstance(field, str) else field
        self.takes(A_CHOICE + len(text) * A_SIGN_TYPED)
        found.fill(text)

    def presses(self, target: str | Locator) -> None:
        """Something of the page, which stays."""
        found = self.page.locator(target) if isinstance(target, str) else target
        self.takes(A_CHOICE)
        found.click()

    def leaves_by(self, target: str | Locator) -> None:
        """Something that leads to another page, then read."""
        found = self.page.locator(target) if isinstance(target, str) else target
        self.takes(A_CHOICE)
        with self.page.expect_navigation():
            found.click()
        self.reads()


def play(human: Human, base: str, mails: Path) -> str:
    """From the first page of the portal to a CV: the address of its PDF."""
    page = human.page
    address = f"manon-{uuid.uuid4().hex[:8]}@essai.invalid"
    human.goes(f"{base}/lorfolio/decouvrir/")
    human.leaves_by(page.locator("main a[href*='/comptes/inscription/']").first)
    human.types("[name=email]", address)
    human.types("[name=password1]", PASSWORD)
    human.leaves_by("main form button[type=submit]")
    human.takes(AWAY)
    human.goes(base + _link(mails, address))
    human.leaves_by("main form button[type=submit]")
    if "/lorfolio/" not in page.url:
        human.goes(f"{base}/lorfolio/")
    human.types("[name=given_name]", "Manon")
    human.types("[name=family_name]", "Prévert")
    human.presses(page.get_by_label("Oui", exact=True))
    human.leaves_by(page.get_by_role("button", name="Ouvrir mon Lorfolio"))
    _experience(human)
    _school(human, base)
    human.goes(f"{base}/lorfolio/profil/")
    human.types("[name=headline]", "Serveuse, je cherche une place en salle")
    human.types("[name=phone]", "03 00 00 00 00")
    human.leaves_by(page.locator("main form:has([name=headline]) button[type=submit]").last)
    human.goes(f"{base}/lorfolio/cv/nouveau/")
    with page.expect_navigation():  # the CV is there: what follows is to change it
        human.presses(page.get_by_role("button", name=re.compile("Premier emploi")))
    return page.locator("main a[href$='.pdf']").first.get_attribute("href") or ""


def _experience(human: Human) -> None:
    """A summer job, and the skills that the questions draw out of it."""
    page = human.page
    human.leaves_by("main .home-next a.button")
    if page.locator("[name=title]").count() == 0:
        human.leaves_by(page.get_by_role("link", name=re.compile("emploi")).first)
    if page.locator("[name=kind][type=radio]").count():
        human.presses(page.get_by_label(re.compile("Un emploi")))
    human.types("[name=title]", "Serveuse en terrasse, l’été")
    human.types("[name=organisation]", "Café des Arcades")
    human.leaves_by("button[name=questions]")
    human.types("main textarea", DAY)
    human.leaves_by(page.get_by_role("button", name="Continuer"))
    if page.locator("[name=yes]").count():
        for box in page.locator("main label:has([name=yes])").all()[:4]:
            human.presses(box)
        human.leaves_by("main .form-actions button >> nth=0")
    human.leaves_by("main .form-actions a")  # « J’ai fini »
    human.leaves_by("main .form-actions button >> nth=0")  # own words: none
    if page.locator("main .level-row").count():
        for row in page.locator("main .level-row").all():
            human.presses(row.locator("label").nth(2))
        human.leaves_by("main .form-actions button >> nth=0")


def _school(human: Human, base: str) -> None:
    page = human.page
    human.goes(f"{base}/lorfolio/parcours/ajouter/etudes/")
    human.types("[name=title]", "CAP Cuisine")
    human.types("[name=organisation]", "Lycée hôtelier des Essais")
    human.leaves_by(page.get_by_role("button", name=re.compile("^Enregistrer")))


def _link(mails: Path, address: str) -> str:
    """The path that the last mail to this person leads to, once it has left."""
    limit = time.monotonic() + 90
    while time.monotonic() < limit:
        for kept in sorted(mails.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True):
            text = kept.read_text()
            if address in text and (found := re.search(r"https?://[^/\s]+(/comptes/adresse/confirmer/\S+)", text)):
                return found[1]
        time.sleep(0.5)
    raise AssertionError("no mail came")


def main(base: str, mails: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True, locale="fr-FR")
        begun = time.monotonic()
        human = Human(page, waits=True)
        href = play(human, base.rstrip("/"), Path(mails))
        took = time.monotonic() - begun
        sys.stdout.write(f"{href}\n{took / 60:.1f} minutes, dont {human.seconds / 60:.1f} de la personne\n")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])

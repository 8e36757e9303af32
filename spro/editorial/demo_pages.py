"""Three useful pages for the demonstration, in our own words, from the charter and the law; sources at their foot.

`demo/<address>.md`: the title, the sentence under it, an empty line, the text.
"""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from spro.editorial.models import Version
from spro.editorial.services import create_page, publish

FOLDER = Path(__file__).parent / "demo"
ADDRESSES = ("le-spro", "premier-entretien", "vos-droits-cep-vae-bilan")


@transaction.atomic
def seed() -> int:
    """Publish those that nobody ever wrote here; returns how many. What people changed or withdrew stays theirs."""
    made = 0
    for position, slug in enumerate(ADDRESSES, start=1):
        if Version.objects.filter(slug=slug).exists():
            continue
        title, lead, text = (FOLDER / f"{slug}.md").read_text(encoding="utf-8").split("\n", 2)
        page = create_page(actor=None, slug=slug, title=title, lead=lead, text=text.strip(), position=position)
        publish(page=page, expected=page.revision, actor=None)
        made += 1
    return made

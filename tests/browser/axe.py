"""What axe says of a page, asked once for each width."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

HEIGHTS = {390: 844, 1280: 900}
# Night changes colours and nothing else: there, only what is about colours is asked again.
_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}

# The new colours are there: two frames drawn, no transition under way.
_SETTLED = """async () => {
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
  const ending = (a) => a.effect && a.effect.getComputedTiming().endTime !== Infinity;
  await Promise.allSettled(document.getAnimations().filter(ending).map((a) => a.finished));
}"""


def violations(page: Page, width: int, schemes: tuple[Any, ...] = ("light", "dark")) -> dict[str, Any]:
    """What is wrong with an opened page at `width` px: rule and faulty elements by colour scheme.

    The first scheme is asked every rule, the others those of colours.
    """
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    said: dict[str, Any] = {}
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        page.evaluate(_SETTLED)
        found = Axe().run(page, options=_COLOURS if said else None).response["violations"]
        said[scheme] = [(v["id"], [node["html"][:160] for node in v["nodes"]]) for v in found]
    return said

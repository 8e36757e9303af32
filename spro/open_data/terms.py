"""Under which terms the data leave: licence and attributions of the pack in force (M6), publisher."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from core.models import PackLoad

# Where the text of a licence stands; a licence we do not know is named without address.
LICENCES = {"Licence Ouverte 2.0": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"}


@dataclass(frozen=True)
class Terms:
    """`attributions`: slug of a source to the sentence to repeat; `region` and `bounds` as the pack says them."""

    licence: str = ""
    attributions: dict[str, str] = field(default_factory=dict)
    region: str = ""
    region_insee: str = ""
    pack: str = ""
    since: str = ""  # of the charter, AAAA-MM-JJ
    bounds: tuple[float, ...] = ()  # west, south, east, north, in degrees
    carriers: dict[str, str] = field(default_factory=dict)  # kind of place to « réseau porteur »

    @property
    def licence_url(self) -> str:
        return LICENCES.get(self.licence, "")

    @property
    def publisher(self) -> str:
        return str(settings.PUBLISHER["name"])

    def cited(self, origin: str) -> list[str]:
        """The sentences to repeat for data of this origin: the charter's stands under everything."""
        slugs = dict.fromkeys(("charter", origin))
        return [self.attributions[slug] for slug in slugs if slug in self.attributions]


def terms() -> Terms:
    """What the pack in force says, in one query; empty texts before the first load."""
    facts = PackLoad.current_facts()
    pack = _section(facts, "pack")
    return Terms(
        licence=str(pack.get("licence", "")),
        attributions={str(a.get("slug", "")): str(a.get("text", "")) for a in facts.get("attributions", [])},
        region=str(pack.get("region_name", "")),
        region_insee=str(pack.get("region_insee", "")),
        pack=str(pack.get("slug", "")),
        since=str(_section(facts, "charter").get("published_on", "")),
        bounds=tuple(map(float, _section(facts, "map").get("bounds", ()))),
        carriers=_section(_section(facts, "data_inclusion"), "reseaux_porteurs"),
    )


def _section(facts: dict[str, Any], name: str) -> dict[str, Any]:
    found = facts.get(name)
    return found if isinstance(found, dict) else {}

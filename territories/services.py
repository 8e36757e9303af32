"""Verbs of the territories: every write that has a consequence elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core import search
from core.journal import Actor, record
from core.text import sort_key
from territories import cards, routing, search_entries
from territories.models import Referent, Site
from territories.withdrawn import name_digest, says_name


def settle(site: Site) -> Site:
    """Write on `site` (not saved here) what follows from its organisation, commune and name: network, agency, order.

    A place of the directory is neither proposed nor withdrawn.
    """
    site.network_id = site.organisation.network_id
    site.agency_id = site.commune.agency_id
    site.sort_key = sort_key(site.name)[:200]
    if site.listed:
        site.proposed_at = site.withdrawn_at = None
    return site


@transaction.atomic
def site_changed(sites: QuerySet[Site] | Iterable[Site]) -> int:
    """These sites, their organisation or their kind changed: their cards, words and search entries are written again.

    The one door to `Site.card` and `Site.words`. Returns how many sites.
    """
    keys = list(sites.values_list("pk", flat=True)) if isinstance(sites, QuerySet) else [site.pk for site in sites]
    if not keys:
        return 0
    rows = Site.objects.filter(pk__in=keys)
    count = cards.refresh_cards(rows)
    search.index(search_entries.sites(rows.public()))
    search.forget("site", rows.filter(listed=False).values_list("slug", flat=True))
    return count


@transaction.atomic
def refresh_everything() -> int:
    """After a pack or an upgrade: every card, every search entry of the territories; the routing table is read again.

    Returns how many sites. `manage.py refresh_places` and the pack loader call it.
    """
    count = cards.refresh_cards()
    search.rebuild([kind for kind in search_entries.KINDS if kind in search.kinds()])
    transaction.on_commit(routing.rules_changed)
    return count


@transaction.atomic
def withdraw_name(*, referents: Iterable[Referent], actor: Actor) -> int:
    """Take these names, and what reaches these people, out of the database at once, at their request (T3).

    The function and the organisation stay, the note too unless it names the person. A digest remains, so that neither
    the pack nor the Region's file brings the name back. The journal says that it was done, never the name. Returns how
    many names were withdrawn.
    """
    count = 0
    for referent in Referent.objects.select_for_update().filter(
        pk__in=[referent.pk for referent in referents], withdrawn_at=None
    ):
        referent.withdrawn_at = timezone.now()
        referent.withdrawn_digest = name_digest(referent, referent.name)
        changes = {}
        if says_name(referent.note, referent.name):
            referent.note, changes = "", {"note": ["[non conservé]", ""]}
        referent.pack_values = _without_name(referent.pack_values, referent.name)
        referent.name = referent.email = referent.phone = referent.contact_digest = ""
        referent.contact_confirmed_at = None
        referent.save(
            update_fields=[
                "withdrawn_at", "withdrawn_digest", "name", "email", "phone", "contact_digest", "contact_confirmed_at",
                "pack_values", "note",
            ]
        )  # fmt: skip
        referent.checks.filter(used_at=None).delete()  # no link of theirs opens any more
        record(verb="referent.withdraw_name", target=referent, actor=actor, changes=changes)
        count += 1
    return count


def _without_name(memory: dict[str, Any], person: str) -> dict[str, Any]:
    """What the pack and the files said of a referent, without what names or reaches the person."""
    kept = _without_private(memory, person)
    for layer in [name for name in kept if name.startswith("@")]:
        kept[layer] = _without_private(kept[layer], person)
    return kept | ({"name": ""} if "name" in memory else {})


def _without_private(said: dict[str, Any], person: str) -> dict[str, Any]:
    private = {"name", "email", "phone"} | ({"note"} if says_name(str(said.get("note") or ""), person) else set())
    return {name: value for name, value in said.items() if name not in private}

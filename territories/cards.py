"""The card of a place, written once when the place changes and joined when a list shows it (ADR 0004).

What depends on the visitor or on the day is a slot: one character that no text may hold (private use area of Unicode),
replaced when the card is served. Nothing of a visitor ever enters the stored text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Prefetch, QuerySet
from django.template import Context
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from core.reference import REMOTE_CHANNELS, Service
from core.search import vector
from core.templatetags.typography import french
from core.text import fold
from territories import closures
from territories.models import Closure, Site
from territories.openings import today
from territories.toponyms import NBSP, at, kilometres, of

REASON, DISTANCE, TODAY, BLAZES, ICONS = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
# Stands before and after the days of closure: the card holds them, the day it is read says what to show of them.
CLOSURES = "\ue005"
_SLOTS = str.maketrans(dict.fromkeys((REASON, DISTANCE, TODAY, BLAZES, ICONS, CLOSURES), ""))
BATCH = 1_000
# Every member owes these three (M2): a card says what a place offers beyond them.
_OWED = {Service.ACCUEIL, Service.PREMIERE_INFORMATION, Service.PREMIER_CONSEIL}
# A card has one line for them; the page of the place says each in full.
_BRIEF = {
    Service.CONSEIL_SCOLAIRE: "Orientation scolaire",
    Service.CEP: "Conseil en évolution professionnelle",
    Service.VAE: "VAE",
}

_UPDATE = f"""
UPDATE territories_site s
SET card = n.card,
    words = setweight({vector("n.a")}, 'A') || setweight({vector("n.b")}, 'B')
         || setweight({vector("n.c")}, 'C')
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[]) AS n (id, card, a, b, c)
WHERE s.id = n.id
"""  # noqa: S608 (names of ours)


def refresh_cards(sites: QuerySet[Site] | Iterable[Site] | None = None) -> int:
    """Write again the card and the words of these sites (all of them by default); returns how many.

    Call it through `services.site_changed` when a site changes; `manage.py refresh_places` calls it for all.
    """
    if sites is None:
        sites = Site.objects.all()
    if isinstance(sites, QuerySet):
        sites = sites.select_related("organisation", "kind", "commune__department").defer("card").order_by("pk")
        coming = Closure.objects.filter(ends_on__gte=timezone.localdate())
        sites = sites.prefetch_related(Prefetch("closures", coming))
        sites = sites.iterator(chunk_size=BATCH)
    count = 0
    for batch in _batches(sites):
        rows = [(site.pk, render(site), *words(site)) for site in batch]
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE, [list(column) for column in zip(*rows, strict=True)])
        count += len(batch)
    return count


def render(site: Site) -> str:
    """The card of one site, with its slots."""
    template: Any = get_template("territories/_site_card.html")
    return str(template.template.render(Context({"site": facts(site), "blazes_url": BLAZES, "icons_url": ICONS})))


def _who_runs(site: Site) -> str:
    """The organisation's name, unless the kind or the place already says it (« CCI · CCI Grand Est »)."""
    name = site.organisation.display_name
    said = {fold(site.kind.label), fold(site.name)}
    return "" if any(fold(name).startswith(words) or words.startswith(fold(name)) for words in said) else name


def facts(site: Site) -> dict[str, Any]:
    """What the card's template shows of a site."""
    said = {
        "url": f"/lieux/{site.slug}/",
        "blaze": site.kind.blaze,
        "kind_label": site.kind.label,
        "name": site.name,
        "organisation": _who_runs(site),
        "town": site.commune.name,
        "address": site.address,
        "phone": site.phone,
    }
    return {
        **{name: french(text.translate(_SLOTS)) for name, text in said.items() if name not in {"url", "blaze"}},
        "url": said["url"],
        "blaze": said["blaze"],
        "at_town": _sentence(at(site.commune.name)),
        "services": [
            _BRIEF.get(Service(s)) or Service(s).label for s in site.services if s in Service.values and s not in _OWED
        ],
        "provisional": site.provisional and not site.confirmed_on,
        "closures_slot": _closures_slot(site),
        "remote": any(channel in REMOTE_CHANNELS for channel in site.channels),
        "reason": "",
        "distance_km": None,
        "opening_today": TODAY if site.hours else "",
        "reason_slot": REASON,
        "distance_slot": DISTANCE,
    }


def _closures_slot(site: Site) -> str:
    spans = [(closure.starts_on, closure.ends_on) for closure in site.closures.all()]
    return f"{CLOSURES}{closures.written(spans)}{CLOSURES}" if spans else ""


def words(site: Site) -> tuple[str, str, str]:
    """The words a site is found by: its name; its kind and organisation; its services, place and text."""
    organisation = site.organisation
    return (
        site.name,
        " ".join(filter(None, (site.kind.label, organisation.name, organisation.current_name))),
        " ".join(
            filter(
                None,
                (
                    *(Service(s).label for s in site.services if s in Service.values),
                    site.commune.name,
                    site.commune.department.name,
                    site.postal_code,
                    site.address,
                    site.kind.short,
                    site.description,
                ),
            )
        ),
    )


def fill(card: str, *, reason: str = "", distance: str = "", hours: dict[str, Any] | None = None) -> str:
    """`card` with its slots filled; `reason` is plain text, `distance` comes from `plate`."""
    card = card.replace(REASON, f'<p class="reason">{escape(reason)}</p>' if reason else "").replace(DISTANCE, distance)
    if CLOSURES in card:
        return _with_closures(card, hours or {})
    return card.replace(TODAY, escape(today(hours or {}))) if TODAY in card else card


def _with_closures(card: str, hours: dict[str, Any]) -> str:
    """`card` with what today says of the closures it holds: those that are over say nothing."""
    before, spans, after = card.split(CLOSURES)
    closed, day = closures.read(spans), timezone.localdate()
    span = closures.announced(closed, day)
    said = f'<p class="closed-line">{escape(closures.sentence(span, day))}</p>' if span else ""
    return f"{before}{said}{after}".replace(TODAY, escape(today(hours, closed=closed)))


def joined(items: Iterable[str]) -> SafeString:
    """Filled cards one after the other, with the addresses of the drawings, which change with each version of them."""
    html = "".join(items)
    return mark_safe(html.replace(BLAZES, static("svg/blazes.svg")).replace(ICONS, static("svg/icons.svg")))


def plate(km: float | None, *, same_town: bool, town: str, remote: bool = False) -> str:
    """The plate of a card: « 3,2 km » (read out « à 3,2 km d’Épinal »), « à Épinal » in the same commune."""
    if remote:
        return '<p class="plate remote distance">À distance</p>'
    if same_town:
        return f'<p class="plate distance">{escape(_sentence(at(town)))}</p>'
    if km is None:
        return ""
    return (
        f'<p class="plate distance"><span class="visually-hidden">À </span>{kilometres(km)}'
        f'<span class="visually-hidden">{NBSP}{escape(of(town))}</span></p>'
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _batches(sites: Iterable[Site]) -> Iterator[Sequence[Site]]:
    iterator = iter(sites)
    while batch := list(islice(iterator, BATCH)):
        yield batch

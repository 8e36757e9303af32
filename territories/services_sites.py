"""What an organisation does with its places: the only doors of the espace pro to `Site` and `Closure`.

Each locks the place, writes the journal and has its card and its search entry written again (`site_changed`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from copy import copy
from datetime import date, datetime
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from core.geo import distance_km
from core.journal import UNSAID, Actor, record
from core.links import absolute
from core.merging import three_way
from core.outbox import queue_mail
from core.text import fold
from members.models import Organisation
from territories.confirmations import managers_of
from territories.models import Closure, Commune, Site, SiteKind
from territories.services import settle, site_changed

FARTHEST_KM = 20.0  # a place stands in its commune, or nearly
CLOSURES_KEPT = 30  # coming closures of one place
PROPOSED_KEPT = 50  # places of one organisation that wait for the Region
# What its organisation says of a place; the kind, the slug and the source are the Region's.
EDITED = (
    "name", "description", "address", "postal_code", "commune", "lat", "lon", "provisional", "phone", "email",
    "website", "hours", "hours_text", "services", "channels", "publics", "access", "access_text",
)  # fmt: skip


# They may be somebody's own: the journal, which keeps for good, says that they changed and not to what.
UNSAID_FIELDS = frozenset({"email", "phone"})
_PLACED = ("commune", "lat", "lon", "provisional")  # one answer: where it stands
_SALT = "territories.site-seen"


class StaleSheetError(Exception):
    """Somebody saved other values of the same fields in between: `asked`, some of `EDITED` with « place » for where
    it stands; `site` is as it stands now."""

    def __init__(self, site: Site, asked: Collection[str]) -> None:
        super().__init__("the sheet changed in between")
        self.site = site
        self.asked = frozenset(asked)


def version_of(site: Site) -> str:
    """What a form carries of the sheet it shows, signed: two people who edit one at once do not undo each other."""
    return signing.dumps(said_by(site), salt=_SALT, compress=True)


def said_by(site: Site) -> dict[str, Any]:
    """What the sheet says, as JSON holds it: `EDITED`, where it stands under « place », boxes in alphabetical order."""
    return _comparable({name: getattr(site, name) for name in EDITED})


def as_seen(site: Site, version: str) -> Site:
    """A copy of `site` as the holder of `version` saw it; as it is now when nobody signed that version."""
    seen = copy(site)
    said = _seen(version)
    if said is None:
        return seen
    commune, seen.lat, seen.lon, seen.provisional = said.pop("place")
    seen.commune = site.commune if commune == site.commune_id else Commune.objects.get(pk=commune)
    for name, value in said.items():
        now = getattr(site, name)
        setattr(seen, name, now if _plain_value(now) == value else value)
    return seen


def _seen(version: str) -> dict[str, Any] | None:
    try:
        said: dict[str, Any] = signing.loads(version, salt=_SALT)
    except signing.BadSignature:
        return None
    return said


def _comparable(values: dict[str, Any]) -> dict[str, Any]:
    said = {name: _plain_value(value) for name, value in values.items() if name not in _PLACED}
    if "commune" in values:
        said["place"] = [_plain_value(values[name]) for name in _PLACED]
    return said


def _plain_value(value: Any) -> Any:
    if isinstance(value, Commune):
        return value.pk
    return sorted(value) if isinstance(value, list) else value


def _to_write(site: Site, values: dict[str, Any], version: str) -> dict[str, Any]:
    """Those of `values` to write on `site`: not what the person left as they saw it, which another may have changed.

    Raises `StaleSheetError` for the fields that both changed, each its own way.
    """
    mine = _comparable(values)
    merged = three_way(_seen(version) or {}, said_by(site), mine)
    if merged.conflicts:
        raise StaleSheetError(_lock(site), merged.conflicts)
    return {
        name: value for name, value in values.items() if ("place" if name in _PLACED else name) not in merged.brought
    }


def place_at(commune: Commune, lat: float | None, lon: float | None) -> dict[str, Any]:
    """Where the place stands: at these coordinates, or at the centre of its commune while nobody gave any.

    Raises `ValidationError` (French) when they are more than 20 km away from the commune.
    """
    if lat is None or lon is None:
        return {"commune": commune, "lat": commune.lat, "lon": commune.lon, "provisional": True}
    km = distance_km(lat, lon, commune.lat, commune.lon)
    if km > FARTHEST_KM:
        raise ValidationError(
            f"Ce point est à {round(km)}\u00a0km du centre de la commune ({commune.name})\u00a0: vérifiez-le, ou"
            " laissez les coordonnées vides.",
            code="far",
        )
    return {"commune": commune, "lat": lat, "lon": lon, "provisional": False}


@transaction.atomic
def edit_site(*, site: Site, values: dict[str, Any], version: str, actor: Actor) -> dict[str, list[Any]]:
    """Write `values` (some of `EDITED`) on the sheet, which is thereby confirmed (M1, E3).

    Returns `{field: [before, after]}`, empty when nothing differs. `version` is that of the sheet the person had in
    hand: what they left untouched keeps what is saved; raises `StaleSheetError` for the fields that somebody else
    changed too. Raises `ValidationError` (French) on a bad value.
    """
    if unknown := set(values) - set(EDITED):
        raise KeyError(f"not the organisation's: {sorted(unknown)}")
    locked = _lock(site)
    changes = _apply(locked, _to_write(locked, values, version))
    confirmed = locked.confirmed_on == timezone.localdate()
    if changes:
        settle(locked)
        locked.updated_at = timezone.now()
        locked.full_clean(exclude=["organisation", "kind", "network", "agency", "commune"])
        record(verb="site.change", target=locked, actor=actor, changes=_plain(changes))
    if not confirmed:
        locked.confirmed_on = timezone.localdate()
        record(verb="site.confirm", target=locked, actor=actor)
    if changes or not confirmed:
        locked.save()
        site_changed([locked])
    return changes


@transaction.atomic
def confirm_site(*, site: Site, actor: Actor) -> Site:
    """« Tout est encore juste »: said today by somebody of the organisation."""
    locked = _lock(site)
    before = locked.confirmed_on
    locked.confirmed_on = timezone.localdate()
    if before != locked.confirmed_on:
        locked.save(update_fields=["confirmed_on"])
        site_changed([locked])
        record(verb="site.confirm", target=locked, actor=actor)
    return locked


@transaction.atomic
def propose_site(*, organisation: Organisation, kind: SiteKind, values: dict[str, Any], actor: Actor) -> Site:
    """A place that the organisation adds: it enters the directory once the Region or its agency lists it.

    The same name in the same commune is the same proposal: the place that waits is given back (a double click makes
    one place). Raises `ValidationError` (French) when such a place exists already, or when too many wait.
    """
    owner = Organisation.objects.select_for_update().get(pk=organisation.pk)
    own = Site.objects.filter(organisation=owner)
    for other in own.filter(commune=values["commune"]):
        if fold(other.name) == fold(values["name"]):
            if other.proposed_at:
                return other
            raise ValidationError("Votre organisme a déjà un lieu de ce nom dans cette commune.", code="known")
    if own.filter(proposed_at__isnull=False).count() >= PROPOSED_KEPT:
        raise ValidationError(f"{PROPOSED_KEPT} lieux attendent déjà la réponse de la Région.", code="many")
    now = timezone.now()
    made = Site(organisation=owner, kind=kind, listed=False, proposed_at=now, updated_at=now, **values)
    if made.address:  # without, nobody can go there: proposing it does not say that the sheet is right
        made.confirmed_on = timezone.localdate(now)
    made.source, made.slug = "Saisi par l’organisme", _free_slug(made)
    settle(made)
    made.full_clean(exclude=["organisation", "kind", "network", "agency", "commune"])
    made.save()
    record(verb="site.propose", target=made, actor=actor)
    site_changed([made])
    return made


@transaction.atomic
def list_site(*, site: Site, actor: Actor) -> Site:
    """The Region or its agency lets a proposed place into the directory; one that is there already stays as it is.

    Raises `ValidationError` (French) when nobody proposes it any more, or when its organisation does not belong to the
    network (R11).
    """
    locked = _lock(site)
    if locked.listed:
        return locked
    if locked.proposed_at is None:
        raise ValidationError("Ce lieu n’est plus proposé.", code="decided")
    _belongs(locked)
    return _listed(locked, actor, "site.list")


@transaction.atomic
def refuse_site(*, site: Site, reason: str, actor: Actor) -> bool:
    """The Region or its agency does not let a proposed place in: those who manage its organisation get `reason` once.

    The journal says that it was refused, never the words. False, and nothing happens, when it waits no more.
    Raises `ValidationError` (French) without a reason.
    """
    if not reason.strip():
        raise ValidationError("Dites pourquoi ce lieu est refusé.", code="required")
    locked = _lock(site)
    if locked.listed or locked.proposed_at is None:
        return False
    proposed, locked.proposed_at = locked.proposed_at, None
    locked.save(update_fields=["proposed_at"])
    record(verb="site.refuse", target=locked, actor=actor)
    owner = locked.organisation
    context = {
        "name": locked.name,
        "commune": locked.commune.name,
        "organisation": owner.display_name,
        "reason": reason.strip(),
        "url": absolute(reverse("pro_site", args=[owner.slug, locked.slug])),
    }
    for manager in managers_of([owner])[owner.pk]:
        # A place may be proposed again, and refused again.
        key = f"site-refused:{locked.pk}:{proposed.isoformat()}:{manager.pk}"
        queue_mail(key=key, to=manager.email, template="site_refused", context=context)
    return True


@transaction.atomic
def withdraw_site(*, site: Site, reason: str, actor: Actor) -> Site:
    """The organisation takes its place out of the directory at once, a proposed one too; it may bring it back.

    `reason` is for the journal. Raises `ValidationError` (French) when it is out already.
    """
    locked = _lock(site)
    if not locked.listed and locked.proposed_at is None:
        raise ValidationError("Ce lieu n’est déjà plus dans l’annuaire.", code="out")
    was_listed = locked.listed
    locked.listed, locked.proposed_at = False, None
    # A proposal that its organisation gives up was never accepted: brought back, it is proposed again.
    locked.withdrawn_at = timezone.now() if was_listed else None
    locked.save(update_fields=["listed", "proposed_at", "withdrawn_at"])
    changes = {"listed": [was_listed, False], "reason": ["", reason]}
    record(verb="site.withdraw", target=locked, actor=actor, changes=changes)
    site_changed([locked])
    return locked


@transaction.atomic
def bring_back_site(*, site: Site, actor: Actor) -> Site:
    """A place comes back: at once when its organisation withdrew it, proposed to the Region otherwise.

    Raises `ValidationError` (French) when it is there already, proposed already, or its organisation does not belong.
    """
    locked = _lock(site)
    if locked.listed or locked.proposed_at:
        raise ValidationError("Ce lieu est déjà dans l’annuaire, ou déjà proposé.", code="in")
    if locked.withdrawn_at:
        _belongs(locked)
        return _listed(locked, actor, "site.bring_back")
    locked.proposed_at = timezone.now()
    locked.save(update_fields=["proposed_at"])
    record(verb="site.propose", target=locked, actor=actor)
    return locked


@transaction.atomic
def add_closure(*, site: Site, starts_on: date, ends_on: date, reason: str, actor: Actor) -> Closure:
    """The place does not receive the public from one day to the other, both included; the same one twice is one.

    Raises `ValidationError` (French) when the days are in the wrong order or over, or too many closures wait.
    """
    locked = _lock(site)
    today = timezone.localdate()
    same = locked.closures.filter(starts_on=starts_on, ends_on=ends_on, reason=reason).first()
    if same is not None:
        return same
    if ends_on < today:
        field = "starts_on" if starts_on == ends_on else "ends_on"  # a single day is typed as its beginning
        raise ValidationError({field: ["Cette fermeture est déjà passée."]})
    if locked.closures.filter(ends_on__gte=today).count() >= CLOSURES_KEPT:
        raise ValidationError(f"{CLOSURES_KEPT} fermetures sont déjà annoncées\u00a0: retirez-en une.", code="many")
    closure = Closure(site=locked, starts_on=starts_on, ends_on=ends_on, reason=reason)
    closure.full_clean()
    closure.save()
    days = [starts_on.isoformat(), ends_on.isoformat()]
    record(verb="site.close", target=locked, actor=actor, changes={"closure": [None, days]})
    site_changed([locked])
    return closure


@transaction.atomic
def remove_closure(*, closure: Closure, actor: Actor) -> None:
    """The place receives the public on these days after all. Nothing happens when the closure is gone already."""
    site = _lock(closure.site)
    days = [closure.starts_on.isoformat(), closure.ends_on.isoformat()]
    if Closure.objects.filter(pk=closure.pk).delete()[0]:
        record(verb="site.open_again", target=site, actor=actor, changes={"closure": [days, None]})
        site_changed([site])


@transaction.atomic
def forget_past_closures() -> int:
    """Closures that are over leave the database; returns how many. Their cards say nothing of them already."""
    return Closure.objects.filter(ends_on__lt=timezone.localdate()).delete()[0]


def _lock(site: Site) -> Site:
    locked = Site.objects.select_for_update(of=("self",)).select_related("organisation", "commune", "kind")
    return locked.get(pk=site.pk)


def _belongs(site: Site) -> None:
    if not site.organisation.public:
        raise ValidationError("Cet organisme n’est pas membre du SPRO aujourd’hui.", code="outside")


def _listed(site: Site, actor: Actor, verb: str) -> Site:
    site.listed = True
    settle(site).save()
    record(verb=verb, target=site, actor=actor, changes={"listed": [False, True]})
    site_changed([site])
    return site


def _apply(site: Site, values: dict[str, Any]) -> dict[str, list[Any]]:
    """Put `values` on `site`; what really differs."""
    changes = {}
    for name, value in values.items():
        before = getattr(site, name)
        if before != value:
            changes[name] = [before, value]
            setattr(site, name, value)
    return changes


def _plain(changes: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """As JSON holds them: a commune by its code; of what names or reaches somebody, that it changed."""
    return {
        name: [UNSAID, UNSAID] if name in UNSAID_FIELDS else [_value(before), _value(after)]
        for name, (before, after) in changes.items()
    }


def _value(value: Any) -> Any:
    if isinstance(value, Commune):
        return value.pk
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _free_slug(site: Site) -> str:
    """« mission-locale-troyes-10387 », with a number when another place has it."""
    words: Iterable[str] = (slugify(fold(site.name))[:110], site.commune.insee.lower())
    stem = "-".join(filter(None, words))
    taken = set(Site.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    number, slug = 1, stem
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug

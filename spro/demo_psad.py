"""The PSAD of the demonstration: 33 platforms over the region, their people, invented young people (D1-D7).

A platform stands where there is a CIO; each commune belongs to the nearest. Everybody is invented.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import cos, radians

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from core.links import absolute
from members.models import Organisation
from psad import context, queue
from psad.lists import Answer, Means, PartnerKind, Role, Side, Step
from psad.models import Case, Grant, Partner, Platform, PlatformCommune
from psad.services import young_links
from spro import demo_figures, demo_partners, demo_young
from territories.models import Commune, Site

# CIOs of the same agglomeration as Strasbourg's: one platform for the three.
WITH_STRASBOURG = ("67218", "67447")
HEAD = "cio@demo.invalid"
REASON = "Équipe de la plateforme (démonstration)"
SMALL = {"troyes": 110, "chaumont": 40}
"""How many cases the first start makes: enough of every step to look at."""
WHOLE = 16_000


def seed(people: Mapping[str, User]) -> None:
    """Platforms, then the grants of `people` (keys: cio, ml, adviser, partner, elsewhere), then the first cases.

    What exists is left as it is.
    """
    platforms = _platforms()
    if not {"troyes", "chaumont"} <= platforms.keys():
        return
    _team(platforms["troyes"], cio=people["cio"], ml=people["ml"], adviser=people["adviser"])
    _team(platforms["chaumont"], cio=people["elsewhere"])
    _partner(platforms["troyes"], people["partner"], by=people["cio"])
    for slug, wanted in SMALL.items():
        _fill(platforms[slug], wanted)
    demo_partners.seed(platforms["troyes"], head=people["cio"], partner=people["partner"])


def fill(say: Callable[[str], object]) -> None:
    """Up to 16,000 cases over the platforms, each in a transaction of its own: killed, it goes on where it was.

    `say` is told how far it is; so are the heads, on their queue (`psad.queue.filling`).
    """
    platforms = sorted(_platforms().values(), key=lambda platform: platform.slug)
    wanted, done = WHOLE // max(1, len(platforms)), 0
    for number, platform in enumerate(platforms, start=1):
        queue.now_filling(done, wanted * len(platforms))
        with transaction.atomic():
            _fill(platform, wanted)
        done += wanted
        if number % 3 == 0 or number == len(platforms):
            say(f"PSAD\u00a0: {done} dossiers inventés sur {wanted * len(platforms)}.")
    queue.now_filling(0, 0)
    demo_figures.publish(timezone.now(), say)


def young_link() -> tuple[str, str] | None:
    """The address and the code of a young person of Troyes to whom a solution is proposed; none without such a case."""
    head = User.objects.filter(email=HEAD).first()
    if head is None:
        return None
    with context.acting(head):
        rows = Case.objects.filter(platform__slug="troyes", step=Step.PROPOSING, opposed_at=None, anonymised_at=None)
        held = rows.filter(proposals__answer=Answer.WAITING).order_by("received_on", "pk").first()
        if held is None:
            return None
        given = young_links.give(
            case=held.pk, link_by=Means.TEXT, code_by=Means.PHONE, by=head, role=Role.HEAD, at=timezone.now()
        )
    return absolute(reverse("psad_young_door", args=[given.secret])), given.code


def _fill(platform: Platform, wanted: int) -> None:
    head = _head(platform)
    with context.acting(head):
        known = Case.objects.filter(platform=platform).count()
        if known < wanted:
            demo_young.make(platform, head, first=known, last=wanted)


def _head(platform: Platform) -> User:
    """Who answers for it: somebody invented, who never signs in, where the demonstration has nobody."""
    with context.task("grants"):
        held = Grant.objects.in_force().filter(platform=platform, role=Role.HEAD).order_by("side").first()
    if held is not None:
        found: User = held.user
        return found
    user, _ = User.objects.get_or_create(
        email=f"psad-{platform.slug}@exemple.invalid", defaults={"name": f"Direction du CIO, {platform.name}"}
    )
    _team(platform, cio=user)
    return user


def _platforms() -> dict[str, Platform]:
    """By slug. Each commune goes to the platform whose town is the nearest."""
    known = {row.slug: row for row in Platform.objects.all()}
    if known:
        return known
    towns = list(
        Site.objects.filter(kind__slug="cio").exclude(commune__in=WITH_STRASBOURG).exclude(commune=None)
        .select_related("commune").order_by("slug")
    )  # fmt: skip
    with context.task("grants"):
        for site in towns:
            slug = slugify(site.commune.name)
            known[slug] = Platform.objects.create(
                slug=slug,
                name=site.name.replace("CIO", "PSAD", 1),
                mission_locale=_mission_locale(site.commune),
                phone="03 53 01 00 00",
                email=f"psad-{slug}@demo.invalid",  # no one's: a range kept for fiction
            )
        points = [(known[slugify(site.commune.name)].pk, site.commune.lat, site.commune.lon) for site in towns]
        PlatformCommune.objects.bulk_create(
            PlatformCommune(commune_id=insee, platform_id=min(points, key=lambda point: _far(lat, lon, *point[1:]))[0])
            for insee, lat, lon in Commune.objects.values_list("insee", "lat", "lon")
            if points
        )
    return known


def _mission_locale(town: Commune) -> Organisation | None:
    sites = Site.objects.filter(kind__slug="mission-locale").exclude(commune=None).select_related("commune")
    nearest = min(sites, key=lambda site: _far(town.lat, town.lon, site.commune.lat, site.commune.lon), default=None)
    return nearest.organisation if nearest else None


def _far(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Square of the distance, in degrees of latitude: to compare, at the scale of a region."""
    return (lat - other_lat) ** 2 + ((lon - other_lon) * cos(radians(lat))) ** 2


def _team(platform: Platform, *, cio: User, ml: User | None = None, adviser: User | None = None) -> None:
    wanted = [
        (cio, Role.HEAD, Side.CIO),
        (ml, Role.HEAD, Side.ML),
        (adviser, Role.ADVISER, Side.ML),
    ]
    with context.task("grants"):
        for user, role, side in wanted:
            if user is not None and not Grant.objects.in_force().filter(platform=platform, user=user).exists():
                Grant.objects.create(platform=platform, user=user, role=role, side=side, reason=REASON)


def _partner(platform: Platform, user: User, *, by: User) -> None:
    with context.acting(by):
        if not Partner.objects.in_force().filter(platform=platform, user=user).exists():
            Partner.objects.create(
                platform=platform, user=user, name=user.name, email=user.email, kind=PartnerKind.CFA, given_by=by,
                organisation_name=demo_young.CFA,
            )  # fmt: skip

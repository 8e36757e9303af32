"""The bilan of a platform (PSAD), filled by who heads or coordinates it: counts alone, published ones (D8, D9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Q

from accounts.models import User
from bilans.contents import psad, region
from bilans.kinds import BilanKind, Json, Whose, pairs
from bilans.models import Bilan, Campaign, Kind
from psad.context import acting, task
from psad.lists import Role
from psad.models import Grant, Platform, PlatformCommune
from psad.rules import seen_to_work_in_psad

_HEADS = (Role.HEAD, Role.COORDINATION)


def platforms_of(user: Any) -> frozenset[int]:
    """The platforms whose yearly bilan `user` fills: those they head or coordinate today. Asked once a request's user.

    A bilan holds counts alone, never a case; still, only who answers for the platform speaks in its name.
    """
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    if not hasattr(user, "_bilan_platforms"):
        found: frozenset[int] = frozenset()
        if seen_to_work_in_psad(user):
            with acting(user):
                rows = Grant.objects.in_force().filter(user=user.pk, role__in=_HEADS)
                found = frozenset(rows.filter(platform__active=True).values_list("platform_id", flat=True))
        user._bilan_platforms = found  # type: ignore[attr-defined]
    return user._bilan_platforms  # type: ignore[attr-defined, no-any-return]


class PsadKind(BilanKind):
    key, order = Kind.PSAD.value, 30
    label, plural, title, title_there = "PSAD", "PSAD", "Les PSAD", "Les PSAD"
    words, cover = "Bilan de la PSAD", "Bilan annuel de la plateforme de suivi et d’appui aux décrocheurs"
    counted = ("PSAD", "PSAD")
    column, group = "platform", ""
    template = "documents/bilans/psad.html"
    settled = True

    def missing(self, campaign: Campaign) -> Iterable[Bilan]:
        known = campaign.bilans.filter(platform__isnull=False).values("platform")
        for row in Platform.objects.filter(active=True).exclude(pk__in=known).order_by("name", "pk"):
            yield Bilan(campaign=campaign, kind=self.key, name=row.name[:300], platform=row)

    def left(self) -> Q:
        return Q(platform__active=False)

    def has_left(self, bilan: Bilan) -> bool:
        return bilan.platform is not None and not bilan.platform.active

    def groups(self) -> Mapping[Any, str]:
        """The agency of each platform: that of most of its communes, the first of two alike."""
        rows = PlatformCommune.objects.values_list("platform", "commune__agency__slug", "commune__agency__order")
        most: dict[int, tuple[int, int, str]] = {}
        for platform, slug, order, communes in rows.order_by().annotate(communes=Count("pk")):
            one = (-communes, order, slug)
            most[platform] = min(most.get(platform, one), one)
        return {platform: slug for platform, (_, _, slug) in most.items()}

    def own(self, user: Any) -> Q:
        return Q(platform__in=platforms_of(user))

    def fillers(self, keys: Collection[Any]) -> Whose:
        """Grants are read in the name of the task that names heads (D13)."""
        with task("grants"):
            rows = Grant.objects.in_force().filter(platform__in=keys, role__in=_HEADS)
            return pairs(rows.values_list("platform", "user"))

    def there(self, agencies: Any) -> Q:
        return Q(platform__communes__commune__agency__in=agencies)

    def read_there(self, agencies: Any) -> Q:
        return Q(platform__in=Platform.objects.filter(communes__commune__agency__in=agencies).values("pk"))

    def places(self, bilans: Sequence[Bilan]) -> Whose:
        communes = PlatformCommune.objects.filter(platform__in={bilan.platform_id for bilan in bilans}).order_by()
        platforms = pairs(communes.values_list("platform", "commune__agency").distinct())
        return {bilan.pk: platforms.get(bilan.platform_id, set()) for bilan in bilans}

    def content(self, bilan: Bilan, *, at: dt.date, whole: bool) -> Json:
        return psad.content(bilan, at=at)

    def regional(self, ground: Any, figures: Any) -> list[Json]:
        return region.of_platforms(ground)

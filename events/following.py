"""What follows in the agenda from a change on the floors below, which know nothing of events.

As `territories/following.py`, and for the same reason: an organisation and a place are saved in many ways (their page,
the desk, a pack), and their names stand on stored cards. Dates to come follow, the nearest first, at most `MOST` of
them at once; `manage.py refresh_agenda` writes everything again.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.signals import post_save
from django.utils import timezone

from events import derived, search_entries
from events.models import Event, Session
from members.models import Organisation
from territories.models import Site

MOST = 1_000  # dates written again in the transaction of a change: under a second
_OF_ORGANISATION = frozenset({"name", "current_name", "slug", "network", "network_id", "status"})
_OF_SITE = frozenset({"name", "address", "postal_code", "commune", "commune_id", "lat", "lon", "access", "slug"})


def connect() -> None:
    """Listen to organisations and places; called once, when the application is ready."""
    post_save.connect(organisation_saved, sender=Organisation, dispatch_uid="events.organisation")
    post_save.connect(site_saved, sender=Site, dispatch_uid="events.site")


def organisation_saved(
    instance: Organisation, created: bool, update_fields: Collection[str] | None = None, **_: Any
) -> None:
    """Its events say its name, and are searched by it and by its network."""
    if created or (update_fields is not None and not _OF_ORGANISATION & set(update_fields)):
        return
    _again(Session.objects.filter(event__organisation=instance))


@transaction.atomic
def site_saved(instance: Site, created: bool, update_fields: Collection[str] | None = None, **_: Any) -> None:
    """Dates to come take the name, the address and the position that the place has now, and calendars are told."""
    if created or (update_fields is not None and not _OF_SITE & set(update_fields)):
        return
    said: dict[str, Any] = {
        "place_name": instance.name, "address": instance.address, "postal_code": instance.postal_code,
        "commune_id": instance.commune_id, "town": instance.commune.name, "lat": instance.lat, "lon": instance.lon,
    }  # fmt: skip
    _again(Session.objects.filter(site=instance), said)


@transaction.atomic
def _again(sessions: QuerySet[Session], said: dict[str, Any] | None = None) -> None:
    """Write `said` on those to come that say otherwise, then what is derived of all of them; their events are held
    first, as services hold them."""
    coming = sessions.filter(derived.told(), ends_at__gt=timezone.now()).order_by("starts_at", "pk")
    found = dict(coming.values_list("pk", "event_id")[:MOST])
    if not found:
        return
    keys = sorted(set(found.values()))
    list(Event.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    held = Session.objects.filter(pk__in=found)
    if said:
        held.exclude(**said).update(**said, sequence=F("sequence") + 1, changed_at=timezone.now())
    derived.refresh(held, events=keys)
    search_entries.refresh(keys)

"""What follows here from a change on the floor below, which knows nothing of places.

A signal is the last resort: an organisation is saved in many ways (its page, the desk, a pack), and its name and its
network stand on the cards of its places.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_save

from members.models import Network, Organisation
from territories import routing, services
from territories.models import Site


def connect() -> None:
    """Listen to organisations and networks; called once, when the application is ready."""
    post_save.connect(organisation_saved, sender=Organisation, dispatch_uid="territories.organisation")
    post_save.connect(network_saved, sender=Network, dispatch_uid="territories.network")


def organisation_saved(instance: Organisation, created: bool, **_: Any) -> None:
    """Its places take its network and its name; they leave the directory with it (R11), and come back one by one."""
    if created:
        return
    sites = Site.objects.filter(organisation=instance)
    sites.update(network_id=instance.network_id)
    if not instance.public:
        sites.filter(listed=True).update(listed=False)
    services.site_changed(sites)


def network_saved(**_: Any) -> None:
    """The list of networks is read again."""
    transaction.on_commit(routing.rules_changed)

"""What follows from a change elsewhere: a town, an address, a portfolio that goes."""

from __future__ import annotations

from allauth.account.signals import email_changed
from django.db.models.signals import post_delete, post_save, pre_delete

from lorfolio.models import PersonalSite, Portfolio, Watch
from lorfolio.services import site, watching


def connect() -> None:
    """Called once, when the application is ready."""
    post_save.connect(watching.portfolio_saved, sender=Portfolio, dispatch_uid="lorfolio.watch_town")
    email_changed.connect(watching.address_changed, dispatch_uid="lorfolio.watch_address")
    post_delete.connect(watching.forgotten, sender=Watch, dispatch_uid="lorfolio.watch_gone")
    pre_delete.connect(site.forgotten, sender=PersonalSite, dispatch_uid="lorfolio.site_gone")

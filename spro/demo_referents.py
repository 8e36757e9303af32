"""Invented referents of the demonstration's organisation, so that the yearly « still right? » can be played."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from members.models import Organisation
from territories.models import Agency, Referent
from territories.referents import Sheet, name_referent

DOMAIN = "@demo.invalid"
# Confirmed more than a year ago: `manage.py remind_referents` writes to her.
ASKED = Sheet("Claire Demange", "Conseillère référente", "Troyes", f"referente{DOMAIN}", "03 00 00 00 01", True)
RECENT = Sheet("Yacine Berthelot", "Responsable de secteur", "Romilly-sur-Seine", f"referent{DOMAIN}", "", True)
VACANT = Sheet("", "Conseiller·ère référent·e", "Bar-sur-Aube")


def seed(organisation: Organisation, agency: Agency, manager: User) -> None:
    """One referent to ask, one confirmed today, one vacant post; without effect once one of them is there."""
    if Referent.objects.filter(organisation=organisation, email__endswith=DOMAIN).exists():
        return
    asked = name_referent(organisation=organisation, agencies=[agency], sheet=ASKED, actor=manager)
    Referent.objects.filter(pk__in=[post.pk for post in asked]).update(
        confirmed_on=timezone.localdate() - timedelta(days=400)
    )
    name_referent(organisation=organisation, agencies=[agency], sheet=RECENT, actor=manager)
    if not Referent.objects.filter(organisation=organisation, name="", town=VACANT.town).exists():
        name_referent(organisation=organisation, agencies=[agency], sheet=VACANT, actor=manager)

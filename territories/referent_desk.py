"""What waits about referents: for the managers of organisations, for the Region and its agencies (T2, E3)."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.rules import runs_region
from core.desk import Entry, Task, Waiting, register, register_entry
from core.panels import Panel
from core.panels import register as register_panel
from members.models import Mandate, Organisation
from territories.confirmed import stale
from territories.directory import VACANT
from territories.models import Referent
from territories.rules import agencies_of, may_read_contacts


def connect() -> None:
    """Tell the desks and the menu; called once, when the application is ready."""
    register(Task("pro", "referents-stale", 30, "[Référent·e|Référent·es] à confirmer", _to_confirm))
    register(Task("pro", "referents-vacant", 35, "[Poste|Postes] de référent·e [vacant|vacants]", _vacant))
    register(
        Task(
            "region",
            "referents-unasked",
            40,
            "[Référent·e|Référent·es] que personne ne peut confirmer",
            _unasked,
        )
    )
    register_entry(Entry(30, "Référent·es", "pro_referents", "people", may_read_contacts))
    register_panel(Panel("pro", 30, "Vos référent·es", "territories/pro/referents_panel.html", _panel))


def _managed(user: Any) -> list[Organisation]:
    """The organisations that `user` manages today, by name."""
    held = Mandate.objects.in_force().filter(user=user, role=Mandate.Role.MANAGER)
    found = Organisation.objects.filter(pk__in=held.values("organisation")).exclude(status=Organisation.Status.FORMER)
    return list(found.only("slug", "name", "current_name").order_by("sort_key"))


def _kept_by(houses: list[Organisation]) -> Any:
    return Referent.objects.filter(Q(organisation__in=houses) | Q(structure__in=houses))


def _first_with(houses: list[Organisation], rows: Any) -> str:
    """The page of the first organisation that has such posts."""
    keys = {key for pair in rows.values_list("organisation_id", "structure_id") for key in pair}
    house = next((house for house in houses if house.pk in keys), houses[0])
    return reverse("pro_own_referents", args=[house.slug])


def _to_confirm(user: Any) -> Waiting | None:
    houses = _managed(user)
    if not houses:
        return None
    rows = _kept_by(houses).exclude(VACANT).filter(stale(timezone.localdate()))
    count = rows.count()
    return (count and Waiting(count, _first_with(houses, rows), "Sans confirmation depuis un an.")) or None


def _vacant(user: Any) -> Waiting | None:
    houses = _managed(user)
    if not houses:
        return None
    rows = _kept_by(houses).filter(VACANT)
    count = rows.count()
    return (count and Waiting(count, _first_with(houses, rows), "Nommez quelqu’un pour chaque territoire.")) or None


def unasked(referents: Any) -> Any:
    """Sheets nobody can be asked about: no confirmed contact, and no manager in the organisation."""
    manager = Mandate.objects.in_force().filter(role=Mandate.Role.MANAGER, user__is_active=True)
    rows = referents.public().exclude(VACANT).filter(stale(timezone.localdate()), contact_confirmed_at=None)
    rows = rows.exclude(Exists(manager.filter(organisation=OuterRef("organisation"))))
    return rows.exclude(Exists(manager.filter(organisation=OuterRef("structure"))))


def _unasked(user: Any) -> Waiting | None:
    """Those where `user` serves, with the list of the desk that holds exactly these."""
    rows = unasked(Referent.objects.all())
    if not runs_region(user):
        served = agencies_of(user)
        if not served:
            return None
        rows = rows.filter(agency__in=served)
    count, houses = rows.count(), rows.order_by().values("organisation").distinct().count()
    if not count:
        return None
    said = "Un organisme n’a pas de gestionnaire" if houses == 1 else f"{houses} organismes n’ont pas de gestionnaire"
    url = f"{reverse('admin:territories_referent_changelist')}?due=injoignables"
    return Waiting(count, url, f"{said} sur le portail.")


def _panel(request: HttpRequest, user: Any) -> dict[str, Any] | None:
    """The way to the referents of each organisation one works for."""
    held = Mandate.objects.in_force().filter(user=user)
    houses = Organisation.objects.filter(pk__in=held.values("organisation")).exclude(status=Organisation.Status.FORMER)
    found = list(houses.only("slug", "name", "current_name").order_by("sort_key"))
    return {"organisations": found, "directory": may_read_contacts(user)} if found else None

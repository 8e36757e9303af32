"""Invented people and places for the tests: small functions, each makes one thing with everything it needs."""

from __future__ import annotations

from itertools import count
from typing import Any

from allauth.account.models import EmailAddress

from accounts import conduct
from accounts.models import RegionMandate, User
from core.text import fold, sort_key
from members.models import Mandate, Network, Organisation
from territories.models import (
    Agency,
    Commune,
    Department,
    EmploymentBasin,
    OfficerMandate,
    Referent,
    RoutingRule,
    Site,
    SiteKind,
)
from territories.routing import rules_changed
from territories.services import settle, site_changed

PASSWORD = "une phrase de test assez longue"
_numbers = count(1)


def fresh() -> int:
    """A number that no other thing of the test has."""
    return next(_numbers)


def restart() -> None:
    """Each test counts from 1: neither its names nor its codes rest on the tests that its worker ran before."""
    global _numbers
    _numbers = count(1)


def person(email: str = "", *, verified: bool = True, **fields: Any) -> User:
    """Somebody with an account, a verified address and `PASSWORD`, who accepted the code of conduct."""
    fields = {"conduct_version": conduct.VERSION} | fields
    user = User.objects.create_user(email or f"personne-{fresh()}@exemple.invalid", PASSWORD, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)
    return user


def network(**fields: Any) -> Network:
    number = fresh()
    return Network.objects.create(**{"number": number, "slug": f"reseau-{number}", "name": f"Réseau {number}"} | fields)


def organisation(**fields: Any) -> Organisation:
    number = fresh()
    values = {"slug": f"organisme-{number}", "name": f"Organisme {number}"} | fields
    return Organisation.objects.create(sort_key=sort_key(values["name"]), **values)


def agency(**fields: Any) -> Agency:
    number = fresh()
    return Agency.objects.create(**{"slug": f"agence-{number}", "name": f"Agence {number}", "order": number} | fields)


def professional(role: Mandate.Role = Mandate.Role.MEMBER, **fields: Any) -> User:
    """Somebody of the team of an organisation."""
    user = person(**fields)
    Mandate.objects.create(user=user, organisation=organisation(), role=role)
    return user


def officer(**fields: Any) -> User:
    user = person(**fields)
    OfficerMandate.objects.create(user=user, agency=agency())
    return user


def region_staff(**fields: Any) -> User:
    user = person(**fields)
    RegionMandate.objects.create(user=user)
    return user


def town(name: str = "", *, insee: str = "", lat: float = 48.5, lon: float = 6.5, **fields: Any) -> Commune:
    """A commune with its department, basin and agency (made if not given), its code one that no real one has."""
    number = fresh()
    name = name or f"Commune {number}"
    served = fields.pop("agency", None) or agency()
    department, _ = Department.objects.get_or_create(code=fields.pop("department", "88"), defaults={"name": "Vosges"})
    basin, _ = EmploymentBasin.objects.get_or_create(
        number=fields.pop("basin", number), defaults={"name": f"Bassin {number}", "agency": served}
    )
    return Commune.objects.create(
        insee=insee or f"{88517 + number % 483:05d}", name=name, folded_name=fold(name), lat=lat, lon=lon,
        department=department, basin=basin, agency=served, **fields,
    )  # fmt: skip


def kind(**fields: Any) -> SiteKind:
    number = fresh()
    values = {"slug": f"sorte-{number}", "label": f"Sorte {number}", "blaze": "lieu", "order": number}
    return SiteKind.objects.create(**values | fields)


def site(*, commune: Commune | None = None, card: bool = True, **fields: Any) -> Site:
    """A listed place at its commune, its card written unless `card` is False."""
    number = fresh()
    commune = commune or town()
    values = {
        "slug": f"lieu-{number}", "name": f"Lieu {number}", "commune": commune, "lat": commune.lat, "lon": commune.lon,
    } | fields  # fmt: skip
    if "organisation" not in values:
        values["organisation"] = organisation()
    if "kind" not in values:
        values["kind"] = kind()
    made = Site(**values)
    settle(made).save()
    if card:
        site_changed([made])
    return made


def rule(target: SiteKind | Network | Organisation, *, rank: int = 1, status: str = "", need: str = "") -> RoutingRule:
    """One line of the routing table; its reason names its target and its rank."""
    field = {SiteKind: "kind", Network: "network", Organisation: "organisation"}[type(target)]
    made = RoutingRule.objects.create(
        **{field: target}, rank=rank, status=status, need=need, reason=f"{target} au rang {rank}.", source="essai"
    )
    rules_changed()
    return made


def referent(**fields: Any) -> Referent:
    number = fresh()
    values = {"name": f"Personne {number}", "function": "Conseillère", "email": f"p{number}@exemple.invalid"} | fields
    if "organisation" not in values:
        values["organisation"] = organisation()
    return Referent.objects.create(**values)

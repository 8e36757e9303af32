"""Invented people and places for the tests: small functions, each makes one thing with everything it needs."""

from __future__ import annotations

from itertools import count
from typing import Any

from allauth.account.models import EmailAddress

from accounts.models import RegionMandate, User
from core.text import sort_key
from members.models import Mandate, Network, Organisation
from territories.models import Agency, OfficerMandate

PASSWORD = "une phrase de test assez longue"
_numbers = count(1)


def person(email: str = "", *, verified: bool = True, **fields: Any) -> User:
    """Somebody with an account, a verified address and `PASSWORD`."""
    user = User.objects.create_user(email or f"personne-{next(_numbers)}@exemple.invalid", PASSWORD, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)
    return user


def network(**fields: Any) -> Network:
    number = next(_numbers)
    return Network.objects.create(**{"number": number, "slug": f"reseau-{number}", "name": f"Réseau {number}"} | fields)


def organisation(**fields: Any) -> Organisation:
    number = next(_numbers)
    values = {"slug": f"organisme-{number}", "name": f"Organisme {number}"} | fields
    return Organisation.objects.create(sort_key=sort_key(values["name"]), **values)


def agency(**fields: Any) -> Agency:
    number = next(_numbers)
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

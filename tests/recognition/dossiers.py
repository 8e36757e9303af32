"""Dossiers for the tests: made through the services, so that what they are is what the portal makes."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from io import BytesIO
from typing import Any

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from core.reference import Service
from members.models import Charter, Mandate, Organisation, QualityCriterion
from members.services import grant_mandate
from recognition.clock import PARIS
from recognition.models import Attachment, CandidateSite, Candidature
from recognition.services.attaching import attach
from recognition.services.checking import criteria_of
from recognition.services.saving import add_site, save_answer, save_organisation
from recognition.services.starting import start
from tests import factories as make

FIELDS = {
    "legal_form": "Association", "address": "1 rue des Essais\n88000 Épinal", "legal_representative": "Une Présidente",
    "legal_representative_title": "Présidente", "contact_name": "Une Personne",
    "contact_email": "equipe@exemple.invalid",
    "presentation": "Nous accueillons.", "environment": "Nos partenaires.", "offer": "Trois services partout.",
    "coordination": "Une coordonnatrice.",
}  # fmt: skip
OWED = [Service.ACCUEIL.value, Service.PREMIERE_INFORMATION.value, Service.PREMIER_CONSEIL.value]


def paris(text: str) -> dt.datetime:
    """« 2027-06-01 23:59:59 » on the clocks of Paris."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=PARIS)


AT = paris("2027-03-15 10:00")


def siret(number: int | None = None) -> str:
    """A SIRET whose key holds, of an organisation that nobody has."""
    number = number or make.fresh()
    siren = _with_key(f"8{number:07d}")
    return _with_key(f"{siren}0001")


def _with_key(digits: str) -> str:
    return next(f"{digits}{key}" for key in range(10) if _luhn(f"{digits}{key}") % 10 == 0)


def _luhn(text: str) -> int:
    total = 0
    for place, figure in enumerate(reversed(text)):
        value = int(figure) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total


def charter(version: str = "charte-essai", *, engagements: bool = True, **fields: Any) -> Charter:
    """A cahier des charges with two criteria a candidate answers, and one that is the Region's."""
    made, created = Charter.objects.get_or_create(
        version=version, defaults={"title": "Charte", "signed_on": dt.date(2018, 12, 1)} | fields
    )
    if created:
        for order, (key, article, applies_to) in enumerate(
            [("gratuite", "2.a", "all"), ("membre-coordination", "3.b", "candidate"), ("region", "3.a", "region")], 1
        ):
            QualityCriterion.objects.create(
                charter=made, key=key, order=order, title=key.capitalize(), text=f"Texte {key}.", article=article,
                kind="value", applies_to=applies_to,
            )  # fmt: skip
    return made


def pdf(text: str = "") -> bytes:
    """A PDF of one page; another `text`, another digest."""
    with pikepdf.new() as made:
        made.add_blank_page()
        made.docinfo["/Title"] = text or f"Pièce {make.fresh()}"
        out = BytesIO()
        made.save(out)
    return out.getvalue()


@lru_cache
def paper(name: str) -> bytes:
    """The same bytes for the same name: they are inspected once, in a process that takes its time."""
    return pdf(name)


def upload(name: str = "note.pdf", data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, paper(name) if data is None else data, content_type="application/pdf")


def started(*, user: User | None = None, at: dt.datetime = AT, **fields: Any) -> Candidature:
    """A dossier just begun by `user`, who manages the organisation it makes."""
    charter()
    name = f"Association d’essai {make.fresh()}"
    return start(user=user or make.person(), siret=siret(), organisation_name=name, at=at, **fields)


def manager_of(candidature: Candidature) -> User:
    return Mandate.objects.filter(organisation=candidature.organisation, role="manager").order_by("pk")[0].user


def colleague(organisation: Organisation, role: Mandate.Role = Mandate.Role.MEMBER) -> User:
    user = make.person()
    grant_mandate(user=user, organisation=organisation, role=role, actor=None)
    return user


def site_values(**fields: Any) -> dict[str, Any]:
    """What a whole site says; its commune is made when it is not given."""
    values = {
        "name": f"Site {make.fresh()}", "address": "2 place du Marché", "postal_code": "88000",
        "hours": {"1": [["09:00", "12:00"]]}, "perimeter": "Le bassin d’Épinal", "services": list(OWED),
        "publics_text": "Tout public",
        "has_reception": True, "has_confidential": True, "has_internet": True, "has_telephone": True,
    }  # fmt: skip
    if "commune" not in fields:
        fields["commune"] = make.town()
    return values | {"lat": fields["commune"].lat, "lon": fields["commune"].lon} | fields if fields["commune"] else (
        values | fields
    )  # fmt: skip


def fill(candidature: Candidature, *, at: dt.datetime = AT, sites: int = 1) -> Candidature:
    """Make the dossier whole: nothing lacks before its deposit."""
    user = manager_of(candidature)
    candidature.refresh_from_db()
    save_organisation(candidature=candidature, values=FIELDS, version=candidature.version, user=user, at=at)
    town = make.town()
    for _ in range(sites):
        add_site(candidature=candidature, values=site_values(commune=town), user=user, at=at)
    for criterion in criteria_of(candidature.charter):
        save_answer(
            candidature=candidature, criterion=criterion, values={"text": "Oui.", "evidence": "Notre règlement."},
            version=0, user=user, at=at,
        )  # fmt: skip
    for kind in Attachment.REQUIRED:
        attach(candidature=candidature, kind=kind, upload=upload(f"{kind}.pdf"), user=user, at=at)
    return Candidature.objects.select_related("organisation", "campaign", "charter").get(pk=candidature.pk)


def whole(*, at: dt.datetime = AT, sites: int = 1, user: User | None = None) -> Candidature:
    """A dossier ready to be deposited."""
    return fill(started(user=user, at=at), at=at, sites=sites)


def first_site(candidature: Candidature) -> CandidateSite:
    return candidature.sites.order_by("order", "pk")[0]

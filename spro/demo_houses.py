"""Organisations that no one will find anywhere: who asks to be recognised in the demonstration, and what they write.

Their names, people, addresses and numbers are invented; the SIRETs have a right key and belong to nobody.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from stdnum import luhn

from accounts.models import User
from core.reference import Access, Channel, Service
from recognition.models import Answer, Attachment, Candidature
from recognition.services.attaching import attach
from recognition.services.checking import criteria_of
from recognition.services.saving import add_site, save_organisation
from recognition.services.starting import start
from territories.models import Commune

DOMAIN = "@exemple.invalid"
INVENTED = "Organisme inventé pour la démonstration."
OWED = [Service.ACCUEIL.value, Service.PREMIERE_INFORMATION.value, Service.PREMIER_CONSEIL.value]
WEEK = {day: [["09:00", "12:00"], ["13:30", "17:00"]] for day in "1245"} | {"3": [["13:30", "18:00"]]}


@dataclass(frozen=True)
class House:
    """One organisation: `key` names its mailbox, `number` makes its SIRET, `towns` are INSEE codes of its sites."""

    key: str
    number: int
    name: str
    person: str
    title: str
    does: str
    towns: tuple[str, ...]

    @property
    def email(self) -> str:
        return f"{self.key}{DOMAIN}"

    @property
    def siret(self) -> str:
        siren = f"999999{self.number:02d}"
        siren += luhn.calc_check_digit(siren)
        return f"{siren}9000" + luhn.calc_check_digit(f"{siren}9000")


CANDIDATE = House(
    "escale", 1, "L’Escale aux Mille Chemins", "Ondine Barbelin", "Présidente",
    "Un lieu ouvert à qui cherche sa voie, avec des ateliers de gestes et un jardin.", ("52121", "52269"),
)  # fmt: skip
RENEWING = House(
    "hirondelles", 2, "Le Relais des Hirondelles Bleues", "Anselme Courtabeille", "Président",
    "Accueil et premier conseil dans les vallées, en camion et en local.", ("88413",),
)  # fmt: skip
IN_FORCE = House(
    "mirabelle", 3, "Passerelle Mirabelle", "Héloïse Vantreuil", "Directrice générale",
    "Deux maisons où l’on vient parler métiers et formations, sans rendez-vous.", ("55545", "55029"),
)  # fmt: skip
SUSPENDED = House(
    "libellule", 4, "Cap Libellule", "Firmin Esquilac", "Président",
    "Information sur les métiers du numérique et du soin.", ("08362",),
)  # fmt: skip
REPEALED = House(
    "virage", 5, "L’Atelier du Grand Virage", "Apolline Ruchard", "Gérante",
    "Reconversions, bilans et découverte des gestes du bois.", ("67437",),
)  # fmt: skip
REFUSED = House(
    "declics", 6, "La Fabrique aux Déclics", "Gaspard Lunébois", "Directeur",
    "Ateliers d’orientation en ligne.", ("68112",),
)  # fmt: skip
WITHDRAWN = House(
    "brume", 7, "Les Sentiers de Brume", "Zélie Montcorbier", "Présidente",
    "Chantiers et rencontres de métiers en forêt.", ("57631",),
)  # fmt: skip
DROPPED = House(
    "vigie", 8, "La Petite Vigie", "Octave Sarrequin", "Trésorier",
    "Permanences d’orientation dans un café associatif.", ("54323",),
)  # fmt: skip
DEPOSITED = House(
    "cigogne", 9, "Signal Cigogne", "Eulalie Hartmanswiller", "Présidente",
    "Orientation des jeunes et de leurs parents, en français et en alsacien.", ("67180",),
)  # fmt: skip
INCOMPLETE = House(
    "reglisse", 10, "Trajectoires et Réglisse", "Côme Abelanet", "Directeur",
    "Un accueil itinérant pour les salariées et salariés des petites entreprises.", ("51649",),
)  # fmt: skip
COMPLETE = House(
    "aiguillage", 11, "L’Aiguillage Rouge-Gorge", "Perrine Dautreloup", "Présidente",
    "Deux accueils de quartier pour reprendre des études ou changer de métier.", ("10387", "10323"),
)  # fmt: skip
READY = House(
    "lanterne", 12, "La Lanterne des Possibles", "Basile Fontembroise", "Président",
    "Conseil et premier accueil au marché et en médiathèque.", ("54528",),
)  # fmt: skip
RESERVED = House(
    "coquelicot", 13, "Horizon Coquelicot", "Sidonie Marchelat", "Directrice",
    "Accueil des femmes éloignées de l’emploi, ouvert à toutes et tous.", ("57463",),
)  # fmt: skip
HOUSES = (
    CANDIDATE, RENEWING, IN_FORCE, SUSPENDED, REPEALED, REFUSED, WITHDRAWN, DROPPED, DEPOSITED, INCOMPLETE, COMPLETE,
    READY, RESERVED,
)  # fmt: skip

# How the values are kept, in their words; the other criteria have one of the answers below.
ANSWERS = {
    "gratuite": "Tout est gratuit, sans adhésion. C’est affiché à l’entrée et écrit dans nos statuts (article 4).",
    "proximite": "Nos lieux sont à moins de dix minutes à pied d’un arrêt de bus\u00a0; permanence le samedi.",
    "accessibilite": "Accès de plain-pied, boucle magnétique à l’accueil, documents en facile à lire et à comprendre.",
    "confidentialite": "Les entretiens ont lieu dans un bureau fermé. Chaque membre de l’équipe signe un engagement.",
    "neutralite-objectivite": "Nous présentons toujours plusieurs voies et ne vendons aucune formation.",
    "locaux-minimum": "Un espace d’accueil, un bureau fermé, trois postes reliés à internet et une ligne téléphonique.",
}
ORDINARY = (
    "C’est notre pratique depuis l’ouverture\u00a0; elle est écrite dans notre projet et revue chaque année.",
    "Une personne de l’équipe en est chargée. Nous le suivons par un tableau, relu en réunion tous les trimestres.",
    "Nous le faisons avec les autres membres du territoire\u00a0: dossiers courts, réunions, fiches communes.",
)


def account(house: House) -> User:
    """Who manages it: nobody signs in with it."""
    return User.objects.get_or_create(email=house.email, defaults={"name": house.person})[0]


def begin(house: House, *, user: User, at: dt.datetime) -> Candidature:
    return start(user=user, siret=house.siret, organisation_name=house.name, at=at)


def describe(house: House) -> dict[str, Any]:
    """What the dossier says of the organisation."""
    town = Commune.objects.get(pk=house.towns[0])
    return {
        "legal_form": "Association loi 1901 ou locale", "address": f"3 rue des Essais\n{_postal(town)} {town.name}",
        "legal_representative": house.person, "legal_representative_title": house.title,
        "contact_name": house.person, "contact_email": house.email, "website": f"https://{house.key}.exemple.invalid/",
        "presentation": f"{house.does} {INVENTED}",
        "environment": "Mission locale, CIO, France Travail, centre social, médiathèque\u00a0: nous orientons vers eux "
        "et recevons les personnes qu’ils nous adressent.",
        "offer": "Accueil sans rendez-vous, première information avec nos documents et les leurs, premier conseil en "
        "entretien d’une heure, partout et pour tous les publics.",
        "team": "Deux conseillères, un animateur, une personne à l’accueil.",
        "coordination": "Une coordinatrice réunit l’équipe chaque semaine\u00a0; les plannings sont communs.",
        "activity_review": "Mille entretiens sur la période, la moitié avec des personnes venues sans rendez-vous.",
    }  # fmt: skip


def place(house: House, insee: str, number: int) -> dict[str, Any]:
    """A whole site: the three services, hours, premises."""
    town = Commune.objects.get(pk=insee)
    name = house.name if len(house.towns) == 1 else f"{house.name}, {town.name}"
    return {
        "name": name, "address": f"{number} place de la Démonstration", "postal_code": _postal(town), "commune": town,
        "lat": town.lat, "lon": town.lon, "phone": "03 00 00 00 00", "email": house.email,
        "hours": WEEK, "perimeter": f"{town.name} et les communes à moins de trente minutes",
        "publics_text": "Tout le monde, à tout âge et sans rendez-vous.",
        "services": OWED, "channels": [Channel.SUR_PLACE.value, Channel.TELEPHONE.value], "access": [Access.PMR.value],
        "has_reception": True, "has_confidential": True, "has_internet": True, "has_telephone": True,
    }  # fmt: skip


def _postal(town: Commune) -> str:
    return str((town.postal_codes or [""])[0])


def answer(dossier: Candidature, *, user: User, at: dt.datetime, most: int | None = None) -> None:
    """Answer the criteria of the dossier, in their order; the first `most` only when it is given.

    Written at once: hundreds of answers saved one by one would lengthen the start by half.
    """
    Answer.objects.bulk_create(
        Answer(
            candidature=dossier, criterion=criterion, saved_at=at, saved_by=user,
            text=ANSWERS.get(criterion.key, ORDINARY[number % len(ORDINARY)]),
            evidence="Règlement intérieur, affiché sur place." if number % 3 == 0 else "",
        )
        for number, criterion in enumerate(criteria_of(dossier.charter)[:most])
    )  # fmt: skip


def fill(house: House, dossier: Candidature, *, user: User, at: dt.datetime) -> None:
    """Make the dossier whole: nothing lacks before its deposit."""
    save_organisation(candidature=dossier, values=describe(house), version=dossier.version, user=user, at=at)
    for number, insee in enumerate(house.towns, 1):
        add_site(candidature=dossier, values=place(house, insee, number), user=user, at=at)
    answer(dossier, user=user, at=at)
    for kind in Attachment.REQUIRED:
        give(house, dossier, kind=kind, user=user, at=at)


def give(house: House, dossier: Candidature, *, kind: str, user: User, at: dt.datetime) -> None:
    """One of the three files, of one page."""
    label = Attachment.Kind(kind).label.replace("N-1", str(dossier.campaign.year - 1))
    upload = SimpleUploadedFile(f"{kind}-{house.key}.pdf", _page(label), content_type="application/pdf")
    attach(candidature=dossier, kind=kind, upload=upload, user=user, at=at)


@cache
def _page(*lines: str) -> bytes:
    """A PDF of one page with these lines, in a font that every reader has; the same bytes each time, inspected once."""
    with pikepdf.new() as made:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )  # fmt: skip
        made.add_blank_page(page_size=(595, 842))
        shown = b" T* ".join(b"<" + line.encode("cp1252", "replace").hex().encode() + b"> Tj" for line in lines)
        page = made.pages[0]
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=made.make_indirect(font)))
        page.Contents = made.make_stream(b"BT /F1 18 Tf 28 TL 60 740 Td " + shown + b" ET")
        out = BytesIO()
        made.save(out)
    return out.getvalue()

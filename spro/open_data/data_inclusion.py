"""The directory in the national schema data·inclusion 1.x: a listed place is a structure, each thing it does a service.

Schema and closed lists: the Python package `data-inclusion-schema`, with which the tests validate every row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from django.db.models import Model, QuerySet

from core.datasets import BATCH
from core.links import absolute
from core.reference import Channel, Service
from members.models import Network, Organisation
from members.websites import websites
from spro.open_data import national
from spro.open_data.terms import Terms
from spro.open_data.versions import Version
from territories.exports import directory_sources
from territories.models import Commune, Site, SiteKind
from territories.views.sites import IN_PLAIN_WORDS

SLUG = "structures-data-inclusion"
SCHEMA = "https://github.com/gip-inclusion/data-inclusion-schema"
MODELS: tuple[type[Model], ...] = (Site, SiteKind, Organisation, Network, Commune)
TITLE = "Lieux et services, au schéma national data·inclusion"
TEXT = (
    "Les lieux de l’annuaire (structures) et ce qu’on peut y demander (services), au schéma national de l’offre "
    "d’insertion, version 1. Un lieu placé au centre de sa commune n’y a pas de coordonnées, et sa description dit si "
    "son adresse est inconnue ou à confirmer. Aucune personne n’y est nommée."
)
UNKNOWN = "L’adresse précise n’est pas encore connue\u00a0: demandez-la avant de vous déplacer."
TO_CONFIRM = "L’adresse, publiée avec la charte, reste à confirmer."
Said = dict[str, Any]


def source(terms: Terms) -> str:
    """The producer, as it prefixes every identifier."""
    return f"spro-{terms.pack}" if terms.pack else "spro"


def whole(terms: Terms, version: Version) -> Iterator[bytes]:
    """One object: what the file is, `structures`, then `services`."""
    head = {
        "title": TITLE,
        "description": TEXT,
        "schema": f"{SCHEMA} (v1)",
        "publisher": terms.publisher,
        "licence": terms.licence,
        "licence_url": terms.licence_url or None,
        "attribution": [*terms.cited("charter"), *directory_sources()],
        "modified": version.since,
    }
    yield orjson.dumps(head)[:-1] + b',"structures":[\n'
    yield from _joined(lambda site: [structure(site, terms)])
    yield b'\n],"services":[\n'
    yield from _joined(lambda site: services(site, terms))
    yield b"\n]}\n"


def structure(site: Site, terms: Terms) -> Said:
    """The place; nothing that is not known, no position when it is only that of the commune."""
    about = site.description or site.kind.text or site.kind.short
    doubt = "" if not site.provisional else TO_CONFIRM if site.address else UNKNOWN
    description = " ".join(part for part in (about, doubt) if part)
    carrier = terms.carriers.get(site.kind.slug)
    site_web = next((link.url for link in websites(site.website)), None)
    return _known(
        {
            "source": source(terms),
            "id": _id(site, terms),
            "nom": national.name(site.name),
            "description": description[:10_000] if len(description) >= 5 else None,
            **_shared(site, terms),
            "site_web": site_web,
            "horaires_accueil": national.opening_hours(site.hours),
            "reseaux_porteurs": [carrier] if carrier else None,
        }
    )


def services(site: Site, terms: Terms) -> list[Said]:
    """What can be asked there, in the order of the charter."""
    shared = _shared(site, terms) | {
        "frais": "gratuit",
        "publics": national.publics(site.publics),
        "publics_precisions": national.publics_said(site.publics),
        "modes_accueil": national.welcome(site.channels),
        "modes_mobilisation": _ways(site) or None,
        "mobilisable_par": ["professionnels", "usagers"] if site.kind.receives_public else ["professionnels"],
    }
    return [
        _known(
            {
                "source": source(terms),
                "structure_id": _id(site, terms),
                "id": f"{_id(site, terms)}--{service}",
                "nom": service.label,
                "description": f"{IN_PLAIN_WORDS[service]} Gratuit et confidentiel.",
                "type": national.TYPES.get(service),
                "thematiques": sorted(national.THEMES.get(service, ())) or None,
                **shared,
            }
        )
        for service in map(Service, Service.values)
        if service in site.services
    ]


def _shared(site: Site, terms: Terms) -> Said:
    """What a structure and its services say alike: where, how to reach, since when."""
    known = not site.provisional
    postal_code = site.postal_code if len(site.postal_code) == 5 and site.postal_code.isdigit() else None
    return {
        "lien_source": absolute(site.get_absolute_url()),
        "date_maj": dated(site, terms),
        "adresse": site.address,
        "code_postal": postal_code,
        "commune": site.commune.name,
        "code_insee": site.commune_id,
        "latitude": site.lat if known else None,
        "longitude": site.lon if known else None,
        "telephone": national.phone(site.phone),
        "courriel": national.email(site.email),
    }


def dated(site: Site, terms: Terms) -> dt.date:
    """When somebody last said so: the organisation confirmed it, or a national directory updated it; the date of the
    charter for a place that only the charter names. Loading a file again makes nothing fresher (T2).
    """
    known = [day for day in (site.confirmed_on, site.source_updated_on) if day]
    if not known and site.pack_values and terms.since:
        known = [dt.date.fromisoformat(terms.since)]
    return min(max(known or [site.updated_at.astimezone(dt.UTC).date()]), dt.datetime.now(dt.UTC).date())


def _ways(site: Site) -> list[str]:
    """How somebody begins: only the ways whose means are known."""
    comes = Channel.SUR_PLACE in site.channels and bool(site.address) and site.kind.receives_public
    ways = {
        "envoyer-un-courriel": bool(national.email(site.email)),
        "se-presenter": comes and not site.provisional,
        "telephoner": bool(national.phone(site.phone)),
    }
    return [way for way, open_ in ways.items() if open_]


def _id(site: Site, terms: Terms) -> str:
    return f"{source(terms)}--{site.slug}"


def _known(said: Said) -> Said:
    return {name: value for name, value in said.items() if value not in (None, "")}


def _sites() -> QuerySet[Site]:
    return (
        Site.objects.public()
        .select_related("kind", "commune")
        .defer("card", "words", "commune__position", "position")
        .order_by("pk")
    )


def _joined(shape: Callable[[Site], list[Said]]) -> Iterator[bytes]:
    """What `shape` says of every listed place whose name the schema takes, by batches of places."""
    before, last = b"", 0
    while True:
        found = list(_sites().filter(pk__gt=last)[:BATCH])
        said = [orjson.dumps(item) for site in found if national.name(site.name) for item in shape(site)]
        if said:
            yield before + b",\n".join(said)
            before = b",\n"
        if len(found) < BATCH:
            return
        last = found[-1].pk

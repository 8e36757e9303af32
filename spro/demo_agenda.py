"""The agenda of the demonstration: invented events in every state a visitor or a professional may meet.

Dates are counted from the day of the first start. The organisations are real, what they organise here is not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from core.reference import Access, EventType, Sector, Status
from events import demo_sources
from events.models import Event, Session, Trust
from events.rrules import Rule
from events.seeding import grow
from events.services import sessions as dates
from events.services.recurring import Series, add_rule
from events.services.revising import propose_edit
from events.services.states import publish, refuse, submit, withdraw
from events.services.writing import create_event
from members.models import Organisation
from territories.models import Commune, Site

PARIS = ZoneInfo("Europe/Paris")
FIRST = "forum-des-metiers-de-troyes"
CROWD = 360  # dates of the events that fill the calendar around these
TROYES, EPINAL, METZ, STRASBOURG, REIMS = "10387", "88160", "57463", "67482", "51454"
REGION = "region-grand-est"
WEEK = timedelta(days=7)
INVENTED = "Évènement inventé pour la démonstration."


def seed(organisation: Organisation, author: Any) -> None:
    """Write the events once: with no effect when the first of them is there."""
    if Event.objects.filter(slug=FIRST).exists() or not _stands_here():
        return
    Trust.objects.get_or_create(
        organisation=Organisation.objects.get(slug=REGION), ended_at=None,
        defaults={"granted_label": "Démonstration"},
    )  # fmt: skip
    _told(organisation, author)
    _changed(organisation, author)
    _waiting(organisation, author)
    demo_sources.seed(Organisation.objects.get(slug=REGION), Organisation.objects.filter(slug="crij-lorraine").first())
    for _ in grow(CROWD):
        pass


def _stands_here() -> bool:
    """Whether the pack has the towns and the Region that these events name: another region invents its own."""
    towns = (TROYES, EPINAL, METZ, STRASBOURG, REIMS)
    return (
        Commune.objects.filter(pk__in=towns).count() == len(towns) and Organisation.objects.filter(slug=REGION).exists()
    )


def _day(days: int, weekday: int | None = None) -> date:
    """In `days` days, or on the first such weekday (Monday 0) from then on."""
    day = timezone.localdate() + timedelta(days=days)
    return day if weekday is None else day + timedelta(days=(weekday - day.weekday()) % 7)


def _at(day: date, begin: str, end: str, *, last: date | None = None, **values: Any) -> dict[str, Any]:
    def instant(of: date, hour: str) -> datetime:
        return datetime.combine(of, time.fromisoformat(hour), tzinfo=PARIS)

    return {"starts_at": instant(day, begin), "ends_at": instant(last or day, end)} | values


def _in(insee: str, name: str, address: str = "") -> dict[str, Any]:
    return {"commune": Commune.objects.get(insee=insee), "place_name": name, "address": address}


def _event(
    title: str, kind: str, *sessions: dict[str, Any], organisation: Organisation | None, author: Any, **values: Any
) -> Event:
    kept = {name: values.pop(name) for name in ("flagship", "proposer_name", "proposer_email") if name in values}
    return create_event(
        values={"title": title, "kind": kind, **values}, sessions=sessions, organisation=organisation,
        actor=None, author_key=author.journal_key if author else "", source_note=INVENTED, **kept,
    )  # fmt: skip


def _told(organisation: Organisation, author: Any) -> None:
    """Events as most are: announced, with their dates."""
    saturday = _day(12, 5)
    forum = _event(
        "Forum des métiers de Troyes", EventType.FORUM,
        _at(saturday, "09:30", "17:00", **_in(TROYES, "Halle des métiers", "1 place du Marché")),
        organisation=organisation, author=author, flagship=True,
        summary="Soixante métiers racontés par qui les exerce, et des gestes à essayer.",
        description=(
            "Venez en famille ou entre amis, sans rien préparer\u00a0: des professionnel·les du territoire vous "
            "montrent leur métier.\n\n- Essayez\u00a0: soudure en réalité virtuelle, pâtisserie, soins, code…\n"
            "- Parlez avec une conseillère ou un conseiller, sans rendez-vous.\n"
            "- Repartez avec une idée, un contact ou un rendez-vous.\n\nEntrée libre toute la journée."
        ),
        access=[Access.PMR, Access.LSF, Access.BOUCLE_MAGNETIQUE],
        access_text="Un interprète en langue des signes est présent de 10 h à 16 h, à l’accueil.",
        partners_text="Chambre de métiers, rectorat, entreprises du territoire", website="https://forum.exemple.invalid/",
    )  # fmt: skip
    publish(event=forum, actor=None)
    site = Site.objects.filter(organisation=organisation, listed=True).order_by("pk").first()
    atelier = _event(
        "Un CV qui me ressemble", EventType.ATELIER, organisation=organisation, author=author,
        summary="Deux heures en petit groupe pour écrire un CV clair, même avec peu d’expérience.",
        registration_mode="builtin", publics=[Status.LYCEEN, Status.DEMANDEUR_EMPLOI, Status.DECROCHEUR], age_min=16,
        access=[Access.FALC],
    )  # fmt: skip
    tuesday = _day(2, 1)
    add_rule(
        event=atelier, actor=None,
        series=Series(
            Rule("WEEKLY", tuesday + 9 * WEEK, weekdays=(1,)), tuesday, time(14), time(16),
            fields={"site": site, "seats": 8},
        ),
    )  # fmt: skip
    publish(event=atelier, actor=None)
    online = _event(
        "Parcoursup sans stress\u00a0: vos questions en direct", EventType.WEBINAIRE,
        _at(_day(5, 3), "18:00", "19:00", attendance="online", online_url="https://visio.exemple.invalid/p", seats=99),
        organisation=Organisation.objects.get(slug=REGION), author=None, registration_mode="builtin",
        summary="Une heure pour comprendre le calendrier, les vœux et les réponses.",
        publics=[Status.LYCEEN, Status.PARENT],
    )  # fmt: skip
    publish(event=online, actor=None)
    exhibition = _event(
        "Mains habiles\u00a0: l’exposition des métiers d’art", EventType.SALON,
        _at(_day(-20), "10:00", "18:00", last=_day(45), **_in(STRASBOURG, "Galerie des artisans", "4 quai Vert")),
        organisation=Organisation.objects.get(slug=REGION), author=None, sectors=[Sector.METIERS_ART],
        summary="Verre, bois, cuir, textile\u00a0: vingt ateliers ouverts, des démonstrations chaque après-midi.",
    )  # fmt: skip
    publish(event=exhibition, actor=None)
    hybrid = _event(
        "La VAE, est-ce pour moi\u00a0?", EventType.REUNION_INFORMATION,
        _at(_day(9, 2), "17:30", "19:00", attendance="hybrid", online_url="https://visio.exemple.invalid/vae",
            **_in(METZ, "Maison de la formation", "12 avenue des Métiers")),
        organisation=organisation, author=author, publics=[Status.SALARIE, Status.DEMANDEUR_EMPLOI, Status.BENEVOLE],
        summary="Faire reconnaître son expérience par un diplôme\u00a0: les étapes, les aides, un témoignage.",
    )  # fmt: skip
    publish(event=hybrid, actor=None)


def _changed(organisation: Organisation, author: Any) -> None:
    """Events whose dates met something (A3)."""

    def one(title: str, kind: str, days: int, act: Callable[[Session], Any], insee: str, **values: Any) -> None:
        event = _event(
            title, kind, _at(_day(days, 3), "14:00", "17:00", **_in(insee, "Centre de formation", "8 rue des Écoles")),
            organisation=organisation, author=author, **values,
        )  # fmt: skip
        publish(event=event, actor=None)
        act(Session.objects.get(event=event))

    def later(session: Session) -> Any:
        return dates.reschedule(
            session=session, starts_at=session.starts_at + WEEK, ends_at=session.ends_at + WEEK,
            message="L’intervenante a un empêchement.", actor=None,
        )  # fmt: skip

    one("Job dating de l’hôtellerie", EventType.JOB_DATING, 6,
        lambda s: dates.cancel(session=s, message="Le lieu a subi un dégât des eaux.", actor=None), EPINAL,
        sectors=[Sector.HOTELLERIE])  # fmt: skip
    one("Portes ouvertes des ateliers du bois", EventType.PORTES_OUVERTES, 8, later, EPINAL, sectors=[Sector.BOIS])
    one("Conférence\u00a0: le numérique recrute", EventType.CONFERENCE, 10,
        lambda s: dates.postpone(session=s, message="Une nouvelle date sera annoncée en janvier.", actor=None), REIMS,
        sectors=[Sector.NUMERIQUE])  # fmt: skip
    one("Découvrir les métiers du soin", EventType.REUNION_INFORMATION, 7,
        lambda s: dates.move_online(session=s, online_url="https://visio.exemple.invalid/soin", actor=None,
                                    message="Grève des transports ce jour-là."), REIMS,
        sectors=[Sector.SANITAIRE_SOCIAL])  # fmt: skip
    one("Visite d’un chantier école", EventType.VISITE, 5,
        lambda s: dates.move(session=s, place=_in(TROYES, "Lycée des travaux publics", "20 rue des Bâtisseurs"),
                             message="Le chantier a changé d’adresse.", actor=None), TROYES,
        sectors=[Sector.CONSTRUCTION])  # fmt: skip
    one("Atelier soudure\u00a0: premiers gestes", EventType.ATELIER, 4,
        lambda s: dates.say_full(session=s, full=True, actor=None), TROYES, sectors=[Sector.INDUSTRIE])  # fmt: skip
    gone = _event(
        "Salon du jardin et du paysage", EventType.SALON, _at(_day(15, 5), "10:00", "18:00", **_in(METZ, "Parc")),
        organisation=organisation, author=author, sectors=[Sector.AGRICULTURE],
    )  # fmt: skip
    publish(event=gone, actor=None)
    withdraw(event=gone, reason="Annoncé par erreur.", actor=None)


def _waiting(organisation: Organisation, author: Any) -> None:
    """What somebody has to read: proposals, an edit, a double, a draft."""

    def one(title: str, kind: str, days: int, weekday: int = 2, **values: Any) -> Event:
        place = _at(_day(days, weekday), "09:00", "12:00", **_in(TROYES, "Maison des associations", "3 rue du Pont"))
        event = _event(title, kind, place, **{"organisation": organisation, "author": author} | values)
        return submit(event=event, actor=None, at_once=False)

    one("Rencontre avec des artisanes du cuir", EventType.CONFERENCE, 11, sectors=[Sector.ARTISANAT])
    one("Bourse aux stages de seconde", EventType.FORUM, 20, publics=[Status.LYCEEN, Status.PARENT])
    # The day of the forum of `_told`, which it resembles.
    one("Forum des métiers de Troyes et de l’Aube", EventType.FORUM, 12, 5, organisation=None, author=None,
        organiser_name="Association Un métier pour toi", proposer_name="Paul Delaunay",
        proposer_email="paul.delaunay@exemple.invalid")  # fmt: skip
    refused = one("Vide-grenier des apprentis", EventType.SALON, 14)
    refuse(event=refused, reason="Cet évènement ne porte pas sur l’orientation.", actor=None)
    edited = _event(
        "Essayer les métiers de l’industrie", EventType.STAGE,
        _at(_day(25, 0), "09:00", "17:00", last=_day(25, 0) + timedelta(days=4), **_in(TROYES, "Plateau technique")),
        organisation=organisation, author=author, sectors=[Sector.INDUSTRIE], publics=[Status.DEMANDEUR_EMPLOI],
        summary="Cinq jours sur des machines, avec un tuteur.",
    )  # fmt: skip
    publish(event=edited, actor=None)
    propose_edit(
        event=edited, actor=author,
        values={"summary": "Cinq jours sur des machines, avec une tutrice ou un tuteur, repas compris.", "age_min": 18},
    )  # fmt: skip
    _event(
        "Après-midi jeux", EventType.ATELIER, _at(_day(30, 2), "14:00", "17:00", **_in(TROYES, "Médiathèque")),
        organisation=organisation, author=author,
    )  # fmt: skip

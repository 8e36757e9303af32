"""Two invented agendas as others would publish them, for the demonstration: of each week, always the same events."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from events.importers.calendar_times import PARIS

ICS, OPENAGENDA = "permanences.ics", "rencontres.json"
WEEKS = 9  # published ahead, this one included
_WORKSHOPS = (
    ("Atelier CV et lettre de motivation", "Avec une conseillère, sur ordinateur. Apportez vos documents."),
    ("Réunion d’information sur l’alternance", "Contrats, aides, calendrier\u00a0: tout comprendre en une heure."),
    ("Visite d’un chantier de la rénovation", "Chaussures fermées demandées, casque fourni."),
    ("Job dating de l’hôtellerie-restauration", "Huit établissements recrutent pour la saison."),
    ("Webinaire\u00a0: reprendre des études", "Questions et réponses avec l’université."),
)
_PLACES = (
    "Mission locale, 1 place de l’Exemple, 10000 Troyes",
    "Espace jeunesse, 4 rue des Essais, 10100 Romilly-sur-Seine",
    "Maison des services, 2 quai du Modèle, 10200 Bar-sur-Aube",
)
_MEETINGS = (
    ("Forum des métiers de la forêt et du bois", "Entreprises, écoles et machines à essayer.", "Forum"),
    ("Portes ouvertes des ateliers d’art", "Vitrail, ébénisterie, céramique.", "Portes ouvertes"),
    ("Conférence\u00a0: l’industrie qui recrute", "Des salarié·es racontent leur métier.", "Conférence"),
    ("Rencontre en ligne avec des infirmières", "Un métier, trois parcours.", "Webinaire"),
)
_HALLS = (
    ("Parc des expositions", "Avenue de l’Exemple", "88000", "Épinal", "88160"),
    ("Hall culturel", "Rue du Modèle", "54000", "Nancy", "54395"),
    ("Centre de congrès", "Place des Essais", "57000", "Metz", "57463"),
)


def calendar(today: date) -> tuple[str, str]:
    """An iCalendar: a workshop a week, some online, some cancelled, and a rule that comes back each Wednesday."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Agenda inventé//FR", "X-WR-CALNAME:Permanences et ateliers",
        "X-WR-TIMEZONE:Europe/Paris",
    ]  # fmt: skip
    for number, monday, dice in _weeks(today):
        title, text = _WORKSHOPS[number % len(_WORKSHOPS)]
        start = datetime.combine(monday + timedelta(days=dice.choice((1, 3, 4))), time(dice.choice((9, 10, 14))))
        place = "En ligne" if "Webinaire" in title else _PLACES[number % len(_PLACES)]
        said = [f"SUMMARY:{_escaped(title)}", f"LOCATION:{_escaped(place)}", f"DESCRIPTION:{_escaped(text)}"]
        if number % 7 == 3:
            said += ["STATUS:CANCELLED", "SEQUENCE:1"]
        lines += _vevent(f"atelier-{number}", start, said)
    first = datetime.combine(_monday(today) + timedelta(days=2), time(14))
    said = ["SUMMARY:Permanence sans rendez-vous", f"LOCATION:{_escaped(_PLACES[0])}", "RRULE:FREQ=WEEKLY;COUNT=9"]
    lines += [*_vevent("permanence-du-mercredi", first, said), "END:VCALENDAR"]
    return "\r\n".join(lines) + "\r\n", "text/calendar; charset=utf-8"


def rencontres(today: date) -> tuple[str, str]:
    """An export of OpenAgenda (v2): a meeting a week, of one or two dates, some full, some online."""
    events = [_meeting(*week) for week in _weeks(today)]
    said = {"total": len(events), "events": events, "after": None}
    return json.dumps(said, ensure_ascii=False), "application/json; charset=utf-8"


AGENDAS: dict[str, Callable[[date], tuple[str, str]]] = {ICS: calendar, OPENAGENDA: rencontres}


def _meeting(number: int, monday: date, dice: random.Random) -> dict[str, Any]:
    title, text, keyword = _MEETINGS[number % len(_MEETINGS)]
    name, address, postcode, city, insee = _HALLS[number % len(_HALLS)]
    online = "en ligne" in title
    first = datetime.combine(monday + timedelta(days=dice.choice((2, 5))), time(dice.choice((9, 13, 17))), tzinfo=PARIS)
    days = [first + timedelta(days=rank) for rank in range(1 + number % 2)]
    return {
        "uid": 90_000_000 + number, "slug": f"rencontre-{number}", "status": 5 if number % 6 == 2 else 1, "state": 2,
        "title": {"fr": title}, "description": {"fr": text}, "keywords": {"fr": [keyword]},
        "attendanceMode": 2 if online else 1,
        "onlineAccessLink": "https://visio.exemple.invalid/rencontre" if online else None,
        "timings": [{"begin": day.isoformat(), "end": (day + timedelta(hours=3)).isoformat()} for day in days],
        "location": None if online else {
            "name": name, "address": address, "postalCode": postcode, "city": city, "insee": insee, "countryCode": "FR",
        },
        "registration": [{"type": "link", "value": "https://exemple.invalid/inscription"}],
        "accessibility": {"mi": True},
        "canonicalUrl": f"https://exemple.invalid/agenda/rencontre-{number}",
    }  # fmt: skip


def _weeks(today: date) -> Iterator[tuple[int, date, random.Random]]:
    """Each week published: its number since the beginning of time, its Monday, and its own dice."""
    monday = _monday(today)
    for rank in range(WEEKS):
        day = monday + timedelta(days=7 * rank)
        number = day.toordinal() // 7
        yield number, day, random.Random(number)  # noqa: S311 (no secret)


def _monday(today: date) -> date:
    return today - timedelta(days=today.weekday())


def _vevent(uid: str, start: datetime, said: list[str]) -> list[str]:
    return [
        "BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{start:%Y%m%d}T000000Z",
        f"DTSTART;TZID=Europe/Paris:{start:%Y%m%dT%H%M%S}",
        f"DTEND;TZID=Europe/Paris:{start + timedelta(hours=2):%Y%m%dT%H%M%S}", *said, "END:VEVENT",
    ]  # fmt: skip


def _escaped(text: str) -> str:
    return text.replace(",", "\\,").replace(";", "\\;")

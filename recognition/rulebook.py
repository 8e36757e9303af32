"""What a region decides of its recognition (M6): the keys of `Rule`, their types, what stands when nothing is said.

Dates of the year are « MM-DD »; a day that a year does not have (29 February) is the last of its month.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from recognition.models import Rule

KeyKind = Literal["day", "number", "numbers", "text", "yes", "effect"]


@dataclass(frozen=True)
class Key:
    """One rule: what it is in French, how its text is read, its default, the line it comes from."""

    label: str
    kind: KeyKind
    default: str
    source: str = ""
    least: int = 1  # of a number


# Steps of a campaign are keyed by the column of `Campaign` they fill.
KEYS: dict[str, Key] = {
    "opens_on": Key("Ouverture des candidatures", "day", "02-01", "Choix du portail"),
    "deadline_on": Key("Date limite de dépôt", "day", "06-01", "Annexe 1, art. 4b, l. 1446"),
    "complete_by_on": Key("Fin de l’instruction", "day", "08-31", "Choix du portail"),
    "council_on": Key("Conseil d’Orientation", "day", "09-20", "Annexe 1, art. 4b, l. 1446"),
    "crefop_on": Key("CREFOP", "day", "10-18", "Annexe 1, art. 4b, l. 1446"),
    "commission_on": Key("Commission Permanente", "day", "12-06", "Annexe 1, art. 4b, l. 1446"),
    "notify_by_on": Key("Envoi des courriers au plus tard", "day", "12-20", "Choix du portail"),
    "reminder_days": Key("Rappels avant la date limite (jours)", "numbers", "60 30 7 1", "R12"),
    "piece_days": Key("Délai pour donner une pièce (jours)", "number", "15", "R5"),
    "renewal_months": Key("Ouverture du renouvellement avant le terme (mois)", "number", "3", "Annexe 1, art. 4c"),
    "short_plan_months": Key("Un plan ne donne plus rien à moins de (mois)", "number", "3", "R8"),
    "last_year_follows_calendar": Key(
        "La dernière année d’un plan, le renouvellement suit le calendrier annuel", "yes", "oui", "R9"
    ),
    "answer_days": Key("Délai pour répondre avant une annulation (jours)", "number", "30", "CRPA L122-1", least=15),
    "withdrawal_months": Key("Un retrait se décide dans les (mois)", "number", "4", "CRPA L242-1"),
    "late_step_days": Key("Relance de la Région quand une étape tarde (jours)", "number", "7", "R12"),
    "service_name": Key("Service chargé du dossier", "text", "Service de l’orientation", "CRPA R112-5"),
    "service_address": Key("Adresse du service", "text", "", "CRPA R112-5"),
    "service_email": Key("Courriel du service", "text", "", "CRPA R112-5"),
    "service_phone": Key("Téléphone du service", "text", "", "CRPA R112-5"),
    "silence_months": Key(
        "Le silence de la Région vaut décision au bout de (mois)", "number", "2", "CRPA L231-1, L231-4"
    ),
    "silence_effect": Key("Le silence de la Région vaut", "effect", "rejet", "CRPA L231-1, L231-4"),
    "silence": Key("Ce que vaut le silence de la Région, expliqué", "text", "", "CRPA R112-5, R112-11-1"),
    "receipt_appeal": Key("Recours si la Région ne répond pas (accusé de réception)", "text", "", "CRPA R112-11-1"),
    "appeal": Key("Voies et délais de recours", "text", "", "CRPA R112-5, R421-1 du CJA"),
    "signatory": Key("Signataire des courriers", "text", "", "R14"),
    "signatory_title": Key("Qualité du signataire", "text", "", "R14"),
}


def text(key: str) -> str:
    """The rule as the region says it, or its default. Raises `KeyError` for an unknown key."""
    default = KEYS[key].default
    said = Rule.objects.filter(key=key).values_list("value", flat=True).first()
    return (said or "").strip() or default


def texts(*keys: str) -> dict[str, str]:
    """As `text`, for several rules in one query."""
    said = dict(Rule.objects.filter(key__in=keys).values_list("key", "value"))
    return {key: (said.get(key) or "").strip() or KEYS[key].default for key in keys}


def number(key: str) -> int:
    return int(text(key))


def numbers(key: str) -> tuple[int, ...]:
    """Largest first, each once."""
    return tuple(sorted({int(part) for part in text(key).replace(",", " ").split()}, reverse=True))


def yes(key: str) -> bool:
    return is_yes(text(key))


def is_yes(said: str) -> bool:
    return said.lower() in {"oui", "1", "true", "vrai"}


def day(key: str, year: int) -> dt.date:
    """The day of `year` that the rule names."""
    return day_in(text(key), year)


def day_in(said: str, year: int) -> dt.date:
    """The day of `year` that « MM-DD » names."""
    month, number_of_day = (int(part) for part in said.split("-"))
    return dt.date(year, month, min(number_of_day, calendar.monthrange(year, month)[1]))


def problem(key: str, value: str) -> str:
    """Why `value` cannot stand for the rule `key`, in French; nothing when it can. An empty one leaves the default."""
    if key not in KEYS:
        return f"règle inconnue «\u00a0{key}\u00a0»"
    said, wanted = value.strip(), _WANTED[KEYS[key].kind]
    if not said or re.fullmatch(wanted[0], said, re.IGNORECASE | re.DOTALL) is None:
        return f"{wanted[1]} attendu, «\u00a0{said}\u00a0» lu" if said else ""
    if KEYS[key].kind == "number" and int(said) < KEYS[key].least:
        return f"{KEYS[key].least} au moins attendu, «\u00a0{said}\u00a0» lu"
    if KEYS[key].kind == "day":
        month, number_of_day = (int(part) for part in said.split("-"))
        if not 1 <= month <= 12 or not 1 <= number_of_day <= calendar.monthrange(2024, month)[1]:
            return f"jour de l’année (MM-JJ) attendu, «\u00a0{said}\u00a0» lu"
    return ""


# What the text of each kind of rule looks like, and how to say it.
_WANTED: dict[str, tuple[str, str]] = {
    "day": (r"[0-9]{2}-[0-9]{2}", "jour de l’année (MM-JJ)"),
    "number": (r"[1-9][0-9]{0,2}", "nombre entier de 1 à 999"),
    "numbers": (r"[1-9][0-9]{0,2}([ ,]+[1-9][0-9]{0,2}){0,9}", "nombres séparés par des espaces"),
    "text": (r".*", "texte"),
    "yes": (r"oui|non", "oui ou non"),
    "effect": (r"rejet|accord", "«\u00a0rejet\u00a0» ou «\u00a0accord\u00a0»"),
}


def months_before(day_: dt.date, months: int) -> dt.date:
    """The same day `months` earlier, or the last of that month when it is shorter (29 to 31 of a month)."""
    index = day_.year * 12 + day_.month - 1 - months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day_.day, calendar.monthrange(year, month + 1)[1]))


def months_after(day_: dt.date, months: int) -> dt.date:
    return months_before(day_, -months)

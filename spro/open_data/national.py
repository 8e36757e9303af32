"""Our closed lists in the words of the national ones (data·inclusion, schema 1.x): docs/open-data.md holds the table.

What has no honest equivalent is left out, never forced: « accueil » is no type of service over there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from core.reference import Channel, Service, Status
from territories.openings import ranges

CHOOSE, FORM = "choisir-un-metier--", "se-former--"
TYPES = {
    Service.PREMIERE_INFORMATION: "information",
    Service.ACCOMPAGNEMENT: "accompagnement",
}
THEMES: dict[Service, tuple[str, ...]] = {
    Service.PREMIERE_INFORMATION: (
        f"{CHOOSE}decouvrir-un-metier-ou-un-secteur-dactivite",
        f"{FORM}trouver-sa-formation",
    ),
    Service.PREMIER_CONSEIL: (f"{CHOOSE}confirmer-son-choix-de-metier",),
    Service.CONSEIL: (
        f"{CHOOSE}confirmer-son-choix-de-metier",
        f"{CHOOSE}identifier-ses-points-forts-et-ses-competences",
    ),
    Service.ACCOMPAGNEMENT: (f"{CHOOSE}confirmer-son-choix-de-metier", f"{FORM}trouver-sa-formation"),
    Service.CONSEIL_SCOLAIRE: (f"{FORM}trouver-sa-formation",),
    Service.CEP: (
        f"{CHOOSE}confirmer-son-choix-de-metier",
        f"{CHOOSE}identifier-ses-points-forts-et-ses-competences",
    ),
}
PUBLICS = {
    Status.COLLEGIEN: "jeunes",
    Status.LYCEEN: "jeunes",
    Status.DECROCHEUR: "jeunes",
    Status.ETUDIANT: "etudiants",
    Status.APPRENTI: "actifs",  # an apprentice has a contract of employment
    Status.SALARIE: "actifs",
    Status.CADRE: "actifs",
    Status.AGENT_PUBLIC: "actifs",
    Status.INDEPENDANT: "actifs",
    Status.DEMANDEUR_EMPLOI: "demandeurs-emploi",
    Status.HANDICAP: "personnes-en-situation-de-handicap",
    Status.SOUS_MAIN_DE_JUSTICE: "personnes-en-situation-juridique-specifique",
    Status.RETRAITE: "seniors",
    Status.PARENT: "familles",
}
EVERYBODY = "tous-publics"
WELCOME = {Channel.SUR_PLACE: "en-presentiel"} | dict.fromkeys(
    (Channel.TELEPHONE, Channel.VISIO, Channel.COURRIEL, Channel.EN_LIGNE), "a-distance"
)
_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
# Names kept for tests and documents (RFC 2606, 6761): nobody receives mail there.
_NOWHERE = (".invalid", ".test", ".example", ".localhost", ".local")


def publics(ours: Iterable[str]) -> list[str] | None:
    """The national publics; everybody when we name nobody; None when those we name have no name over there."""
    named = list(ours)
    if not named:
        return [EVERYBODY]
    return sorted({PUBLICS[Status(status)] for status in named if Status(status) in PUBLICS}) or None


def publics_said(ours: Iterable[str]) -> str | None:
    """Our own words for them, which are finer."""
    said = [Status(status).label for status in Status.values if status in set(ours)]
    return f"D’abord pour\u00a0: {', '.join(said)}." if said else None


def welcome(channels: Iterable[str]) -> list[str] | None:
    return sorted({WELCOME[Channel(channel)] for channel in channels}) or None


def phone(published: str) -> str | None:
    """One number, in E.164 when it is an ordinary French one; a short number (3949) as it is."""
    first = re.split(r"[/|,;]| ou ", published)[0]
    digits = re.sub(r"[^0-9+]", "", first.replace("(0)", ""))
    if re.fullmatch(r"0[1-9][0-9]{8}", digits):
        return f"+33{digits[1:]}"
    return digits if re.fullmatch(r"\+[1-9][0-9]{6,14}|[0-9]{4,6}", digits) else None


def email(published: str) -> str | None:
    return None if not published or published.lower().endswith(_NOWHERE) else published


def opening_hours(hours: Any) -> str | None:
    """Our hours as OpenStreetMap writes them: « Mo-Tu 09:00-12:00,14:00-17:00; Fr 09:00-12:00 ». None when unknown."""
    days = [",".join(f"{start}-{end}" for start, end in ranges(hours, day)) for day in range(1, 8)]
    runs: list[list[int]] = []
    for day, said in enumerate(days):
        if said and runs and runs[-1][-1] == day - 1 and days[day - 1] == said:
            runs[-1].append(day)
        elif said:
            runs.append([day])
    return "; ".join(f"{_span(run)} {days[run[0]]}" for run in runs) or None


def _span(run: list[int]) -> str:
    return _DAYS[run[0]] if len(run) == 1 else f"{_DAYS[run[0]]}-{_DAYS[run[-1]]}"


def name(text: str) -> str | None:
    """A name the national schema takes: 3 to 150 characters, no full stop at the end; None when it cannot be one."""
    shown = text.strip()[:150].rstrip(" .")
    return shown if len(shown) >= 3 else None

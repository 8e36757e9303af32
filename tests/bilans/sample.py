"""Contents as rich as a year makes them, one of each kind, in the shape of `bilans/content.py`, without a database."""

from __future__ import annotations

from typing import Any

from bilans.numbers import HIDDEN, bare, change, said

NB = "\u00a0"
AGENCIES = (
    ("charleville-mezieres-verdun", "Charleville-Mézières/Verdun", 3120), ("troyes-chaumont", "Troyes/Chaumont", 4015),
    ("thionville-longwy", "Thionville/Longwy", 2890), ("epinal", "Épinal", 3340),
    ("saint-dizier-bar-le-duc", "Saint-Dizier/Bar-le-Duc", 1760),
    ("chalons-en-champagne", "Châlons-en-Champagne", None),
    ("saverne", "Saverne", 5230), ("metz", "Metz", 7012), ("nancy", "Nancy", 6480), ("mulhouse", "Mulhouse", 5905),
    ("selestat", "Sélestat", 2150), ("strasbourg", "Strasbourg", 9216),
)  # fmt: skip
STATUSES = (
    ("Collégien·ne", 4210), ("Lycéen·ne", 11890), ("Apprenti·e", 2310), ("Étudiant·e", 6045), ("Salarié·e", 5180),
    ("Agent·e public·que", 460), ("Demandeur·se d’emploi", 13720), ("Sans activité", 1240), ("Non renseigné", 2063),
)  # fmt: skip
LONG = (
    "Cette année a d’abord été celle du rapprochement des équipes\u00a0: les permanences communes, ouvertes en "
    "février, ont trouvé leur public dès l’automne. Les personnes reçues en entretien viennent de plus loin, et "
    "reviennent. L’accueil sans rendez-vous recule au profit d’entretiens plus longs, ce que les équipes "
    "souhaitaient.\n\n"
    "Deux points d’attention demeurent\u00a0: les délais d’attente de juin, et les jeunes de plus de vingt ans, que "
    "nous voyons moins que nos partenaires."
)


def figure(key: str, label: str, unit: str, now: int | None, before: int | None = None, **more: Any) -> dict[str, Any]:
    from decimal import Decimal

    amount = None if now is None else Decimal(now)
    earlier = None if before is None else Decimal(before)
    return {
        "key": key, "label": label, "unit": unit, "decimals": 0, "value": None if now is None else str(now),
        "said": said(amount, unit), "state": "missing" if now is None else "answered",
        "previous": None if before is None else str(before),
        "previous_said": said(earlier, unit) if earlier is not None else "",
        "change": change(amount, earlier, unit, year=2024, wanted="up"), "comment": "", "answered": 1, "expected": 1,
        "missing": [], "breakdowns": [],
    } | more  # fmt: skip


def points(rows: Any, unit: str = "people") -> list[dict[str, Any]]:
    from decimal import Decimal

    return [
        {
            "label": label,
            "value": None if value is None else str(value),
            "said": HIDDEN if value is None else bare(Decimal(value), unit),
        }
        for label, value in rows
    ]


def chart(key: str, kind: str, title: str, series: Any) -> dict[str, Any]:
    return {
        "key": key, "kind": kind, "title": title, "unit": "people", "series": series,
        "text": "Les personnes reçues sont d’abord des demandeur·ses d’emploi, puis des lycéen·nes.",
    }  # fmt: skip


def by_status() -> dict[str, Any]:
    return chart(
        "statuts", "bars", "Personnes accueillies selon leur statut", [{"name": "2025", "points": points(STATUSES)}]
    )


def by_year() -> dict[str, Any]:
    now = [(name, value) for _, name, value in AGENCIES]
    before = [(name, None if value is None else round(value * 0.93)) for name, value in now]
    series = [{"name": "2025", "points": points(now)}, {"name": "2024", "points": points(before)}]
    return chart("territoires", "pairs", "Personnes accueillies par territoire, en 2025 et en 2024", series)


def by_sex() -> dict[str, Any]:
    rows = (("Femmes", 24010), ("Hommes", 21620), ("Non renseigné", 1488))
    return chart("sexe", "stack", "Femmes et hommes accueillis", [{"name": "2025", "points": points(rows)}])


def by_age() -> dict[str, Any]:
    rows = (
        ("Moins de 18 ans", 13020), ("18-25 ans", 15440), ("26-44 ans", 11210), ("45 ans et plus", 5890),
        ("Non renseigné", 1558),
    )  # fmt: skip
    return chart("age", "stack", "Âge des personnes accueillies", [{"name": "2025", "points": points(rows)}])


def agencies_map() -> dict[str, Any]:
    values = {code: row for (code, _, _), row in zip(AGENCIES, points([(n, v) for _, n, v in AGENCIES]), strict=True)}
    return {
        "key": "territoires", "title": "Personnes accueillies par territoire", "unit": "people", "level": "agency",
        "values": {code: {"value": row["value"], "said": row["said"]} for code, row in values.items()},
        "text": "Strasbourg, Metz et Nancy reçoivent près de la moitié des personnes.",
    }  # fmt: skip


def basins_map(codes: Any = range(1, 44)) -> dict[str, Any]:
    rows = {code: (code * 7919) % 1900 + 60 for code in codes}
    rows = {code: None if code % 11 == 0 else value for code, value in rows.items()}
    told = points([(str(code), value) for code, value in rows.items()])
    return {
        "key": "bassins", "title": "Personnes accueillies par bassin d’emploi", "unit": "people", "level": "basin",
        "values": {row["label"]: {"value": row["value"], "said": row["said"]} for row in told},
        "text": "Les bassins de Strasbourg, de Metz et de Nancy reçoivent le plus de personnes.",
    }  # fmt: skip


def status_table() -> dict[str, Any]:
    rows = [[label, f"{value}", f"{round(value * 0.9)}", f"{round(value / 471)}{NB}%"] for label, value in STATUSES]
    return {
        "key": "statuts", "title": "Personnes accueillies selon leur statut", "note": "Une personne compte une fois.",
        "header": ["Statut", "2025", "2024", "Part"], "rows": [*rows, ["Ensemble", "47118", "42400", f"100{NB}%"]],
        "numeric": [False, True, True, True], "total": True,
    }  # fmt: skip


def _broken_down() -> list[dict[str, Any]]:
    cells = [
        {"key": label.lower(), "label": label, "value": str(value), "said": str(value), "share": f"{value // 471}{NB}%"}
        for label, value in (("Femmes", 24010), ("Hommes", 21620), ("Non renseigné", 1488))
    ]
    return [{"key": "sex", "title": "Sexe", "cells": cells}]


def _sections() -> list[dict[str, Any]]:
    public = {
        "key": "public", "title": "Le public accueilli", "intro": "Qui a poussé la porte, et d’où.",
        "figures": [
            figure("accueillies", "Personnes accueillies", "people", 47118, 42400, breakdowns=_broken_down()),
            figure("entretiens", "Entretiens de conseil en orientation", "count", 18204, 12911,
                   comment="Les permanences communes ouvertes en février expliquent cette hausse."),
            figure("delai", "Délai moyen avant un premier rendez-vous", "days", 9, 14),
            figure("distance", "Personnes accueillies à distance", "people", None, 3100),
        ],
        "tables": [status_table()], "charts": [by_status(), by_sex(), by_age()], "maps": [],
    }  # fmt: skip
    quality = {
        "key": "qualite", "title": "La qualité du service", "intro": "",
        "figures": [
            figure("satisfaction", "Personnes satisfaites de l’accueil", "share", 92, 90),
            figure("formes", "Professionnel·les formé·es dans l’année", "people", 38, 41),
            figure("heures", "Ouverture au public par semaine", "hours", 36, 36),
        ],
        "tables": [], "charts": [], "maps": [],
    }  # fmt: skip
    return [public, quality]


def _questions(text: str = LONG) -> list[dict[str, str]]:
    return [
        {"title": f"Que s’est-il passé{NB}?", "hint": "Estimer les effets", "text": text},
        {"title": f"A-t-on bien fait{NB}?", "hint": "Porter un jugement", "text": text},
        {"title": f"Comment faire mieux{NB}?", "hint": "Améliorer les actions", "text": ""},
    ]


def _definitions(number: int) -> list[dict[str, str]]:
    one = {
        "definition": "Toute personne reçue au moins une fois dans l’année, comptée une seule fois quel que soit le "
        "nombre de ses venues, sur place ou à distance.",
        "unit": "personnes", "adding": "Somme", "filled_by": "Organisme",
        "origin": "Charte Grand Est, annexe 8, indicateurs de suivi",
    }  # fmt: skip
    return [one | {"key": f"i{rank}", "label": f"Indicateur commun n°{NB}{rank}"} for rank in range(1, number + 1)]


def organisation(**more: Any) -> dict[str, Any]:
    """The account of one house."""
    sections = _sections()
    return {
        "format": 1, "kind": "organisation", "year": 2025,
        "subject": {
            "name": "Mission locale du Pays de la Déodatie", "slug": "mission-locale-deodatie",
            "detail": "Missions locales · Saint-Dié-des-Vosges, Raon-l’Étape",
        },
        "state": {"key": "accepted", "said": "Accepté"},
        "completeness": {
            "expected": 1, "received": 1, "accepted": 1, "missing": [], "asked": 24, "answered": 22,
            "blank": ["Personnes accueillies à distance", "Réclamations reçues"],
        },
        "commentary": LONG, "headlines": [figure for section in sections for figure in section["figures"]][:6],
        "questions": _questions(), "sections": sections, "definitions": _definitions(14),
        "notes": ["Le signe n.c. remplace un nombre de une à quatre personnes."],
    } | more  # fmt: skip


def territory(**more: Any) -> dict[str, Any]:
    """The account of one agency's territory."""
    content = organisation()
    content["sections"][0]["maps"] = [basins_map((5, 8, 14, 20))]
    content["sections"][0]["charts"].append(by_year())
    return content | {
        "kind": "territory", "subject": {"name": "Épinal", "slug": "epinal", "detail": "Vosges · 4 bassins d’emploi"},
        "completeness": content["completeness"] | {
            "expected": 14, "received": 12, "accepted": 9, "missing": ["CIO de Remiremont", "Cap emploi Vosges"],
        },
    } | more  # fmt: skip


def psad(**more: Any) -> dict[str, Any]:
    """The account of one platform."""
    content = organisation()
    subject = {"name": "PSAD des Vosges de l’Ouest", "slug": "vosges-ouest", "detail": "Vittel, Neufchâteau"}
    return content | {
        "kind": "psad", "subject": subject, "sections": content["sections"][:1], "definitions": _definitions(8),
    } | more  # fmt: skip


def region(**more: Any) -> dict[str, Any]:
    """The account of the region, for the CREFOP."""
    content = territory()
    sections = [
        section | {"key": f"{section['key']}-{rank}", "title": f"{section['title']}, volet {rank}"}
        for rank in (1, 2, 3)
        for section in _sections()
    ]
    for rank, section in enumerate(sections):
        section["charts"] = [one | {"key": f"{one['key']}-{rank}"} for one in section["charts"]]
    sections[0]["maps"] = [agencies_map(), basins_map()]
    sections[2]["charts"].append(by_year())
    return content | {
        "kind": "region", "subject": {"name": "Grand Est", "slug": "grand-est", "detail": "12 territoires"},
        "completeness": content["completeness"] | {
            "expected": 118, "received": 104, "accepted": 96, "missing": [f"CIO numéro {n}" for n in range(14)],
        },
        "sections": sections, "definitions": _definitions(48),
    } | more  # fmt: skip

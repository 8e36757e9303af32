"""The words that a CV says by itself, in French and in German; dates as each language writes them."""

from __future__ import annotations

import datetime as dt

from lorfolio.lists import Certainty, ExtraKind, Kind, Level, Section

FR, DE = "fr", "de"
WORDS: dict[str, dict[str, str]] = {
    FR: {
        "cv": "CV", "contact": "Contact", "profile": "Présentation", "photo": "Portrait de",
        Section.EXPERIENCES: "Expériences", Section.STUDIES: "Formation", Section.SKILLS: "Compétences",
        Section.LANGUAGES: "Langues", Section.EXTRAS: "En plus",
        "done": "Ce que j’ai déjà fait", "learnt": "Ce que j’ai appris", "able": "Ce que je sais faire",
        "spoken": "Les langues que je parle", "more": "Et aussi",
        "seen_in": "Mis en pratique", "other_skills": "Autres compétences", "attested_by": "Attesté par",
        "legend_both": (
            "« Attesté » : confirmé par quelqu’un d’autre. « Prouvé » : une preuve existe. Sans mention : déclaré."
        ),
        Certainty.PROVED: "Prouvé", Certainty.ATTESTED: "Attesté",
        "person": "Coordonnées", "name": "Nom", "place": "Lieu", "phone": "Téléphone", "email": "Courriel",
        "url": "Site", "since": "depuis",
        ExtraKind.CERTIFICATE: "Certificats, permis", ExtraKind.AWARD: "Prix", ExtraKind.PUBLICATION: "Réalisations",
        ExtraKind.INTEREST: "Centres d’intérêt", ExtraKind.REFERENCE: "Recommandations",
        "native": "langue maternelle",
    },
    DE: {
        "cv": "Lebenslauf", "contact": "Kontakt", "profile": "Profil", "photo": "Foto von",
        Section.EXPERIENCES: "Berufserfahrung", Section.STUDIES: "Ausbildung", Section.SKILLS: "Kenntnisse",
        Section.LANGUAGES: "Sprachen", Section.EXTRAS: "Weiteres",
        "done": "Erfahrung", "learnt": "Ausbildung", "able": "Kenntnisse", "spoken": "Sprachen", "more": "Weiteres",
        "seen_in": "Eingesetzt", "other_skills": "Weitere Kenntnisse", "attested_by": "Bestätigt von",
        "legend_both": (
            "„Bestätigt“: von einer anderen Person bestätigt. „Belegt“: ein Nachweis liegt vor. Ohne Vermerk:"
            " eigene Angabe."
        ),
        Certainty.PROVED: "Belegt", Certainty.ATTESTED: "Bestätigt",
        "person": "Persönliche Daten", "name": "Name", "place": "Wohnort", "phone": "Telefon", "email": "E-Mail",
        "url": "Website", "since": "seit",
        ExtraKind.CERTIFICATE: "Zertifikate", ExtraKind.AWARD: "Auszeichnungen", ExtraKind.PUBLICATION: "Projekte",
        ExtraKind.INTEREST: "Interessen", ExtraKind.REFERENCE: "Referenzen",
        "native": "Muttersprache",
    },
}  # fmt: skip
# Of an experience that is neither a job nor studies: its slugs are not those of the parts.
KINDS: dict[str, dict[str, str]] = {
    FR: {Kind.VOLUNTEERING: "Bénévolat", Kind.CARE: "Vie de famille", Kind.PASSION: "Passion"},
    DE: {Kind.VOLUNTEERING: "Ehrenamt", Kind.CARE: "Familienarbeit", Kind.PASSION: "Freizeit"},
}
LEVELS: dict[str, dict[int, str]] = {
    FR: {
        Level.UNSAID: "", Level.DISCOVERED: "en découverte", Level.HELPED: "avec de l’aide",
        Level.ALONE: "sans aide", Level.TEACHES: "sait le transmettre",
    },
    DE: {
        Level.UNSAID: "", Level.DISCOVERED: "erste Kenntnisse", Level.HELPED: "mit Anleitung",
        Level.ALONE: "selbstständig", Level.TEACHES: "sehr sicher",
    },
}  # fmt: skip
_MONTHS = (
    "janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
)  # fmt: skip
_LANGUAGES = {
    "francais": "Französisch", "allemand": "Deutsch", "anglais": "Englisch", "espagnol": "Spanisch",
    "italien": "Italienisch", "portugais": "Portugiesisch", "arabe": "Arabisch", "turc": "Türkisch",
    "russe": "Russisch", "ukrainien": "Ukrainisch", "polonais": "Polnisch", "roumain": "Rumänisch",
    "neerlandais": "Niederländisch", "luxembourgeois": "Luxemburgisch", "chinois": "Chinesisch",
    "japonais": "Japanisch", "hebreu": "Hebräisch", "albanais": "Albanisch", "serbe": "Serbisch",
    "croate": "Kroatisch", "grec": "Griechisch", "alsacien": "Elsässisch", "kurde": "Kurdisch", "persan": "Persisch",
    "dari": "Dari", "pachto": "Paschtu", "tigrigna": "Tigrinya", "armenien": "Armenisch", "georgien": "Georgisch",
    "berbere": "Berberisch", "tamoul": "Tamil", "vietnamien": "Vietnamesisch",
    "langue des signes francaise": "Französische Gebärdensprache",
}  # fmt: skip


def language_name(folded: str) -> str:
    """How German calls a language, given its French name folded; empty when it is not in our list."""
    return _LANGUAGES.get(folded, "")


def moment(date: str, lang: str) -> str:
    """« 2024 », « 2024-09 » or « 2024-09-30 » as a CV says it: the day is never worth saying."""
    year, _, rest = date.partition("-")
    if not rest:
        return year
    month = int(rest[:2])
    return f"{month:02}/{year}" if lang == DE else f"{_MONTHS[month - 1]}\u00a0{year}"


def period(starts: str, ends: str, lang: str) -> str:
    """« sept. 2022 – août 2024 », « depuis sept. 2024 », « 09/2022 – 08/2024 »; empty when nothing is known."""
    first, last = (moment(date, lang) if date else "" for date in (starts, ends))
    if not last:
        return f"{WORDS[lang]['since']}\u00a0{first}" if first else ""
    if not first or first == last:
        return last
    return f"{first} – {last}"


def signed(place: str, on: dt.date, lang: str) -> str:
    """« Straßburg, 22.11.2026 »: the last line of a German CV."""
    day = f"{on:%d.%m.%Y}" if lang == DE else f"{on:%d/%m/%Y}"
    return f"{place}, {day}" if place else day

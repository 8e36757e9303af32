"""The headings of a CV that somebody pastes whole: « EXPÉRIENCES PROFESSIONNELLES », « Langues : »."""

from __future__ import annotations

import re

from core.text import fold

WORK, STUDIES, HELPING, SKILLS, LANGUAGES, INTERESTS, ABOUT = (
    "work", "education", "volunteer", "skills", "languages", "interests", "about",
)  # fmt: skip
_MY = r"(?:mes |mon |ma )?"
_SAID = {
    WORK: r"experiences?(?: professionnelles?| pro)?|parcours(?: professionnel)?|emplois?(?: et stages?)?|stages?",
    STUDIES: r"(?:formations?|diplomes?|etudes|scolarite)"
    r"(?: (?:et|initiale|continue|formations?|diplomes?|scolaires?))*|cursus(?: scolaire)?|parcours scolaire",
    HELPING: r"benevolat|engagements?(?: benevoles?| associatifs?)?|vie associative",
    SKILLS: r"competences?(?: (?:professionnelles?|techniques?|cles?|informatiques?|numeriques?|transversales?))?"
    r"|savoir faire|savoir etre|atouts|qualites|logiciels|informatique",
    LANGUAGES: r"langues?(?: (?:etrangeres?|vivantes|parlees))?",
    INTERESTS: r"centres? d ?interets?|loisirs(?: et passions)?|passions|interets",
    ABOUT: r"profil|contacts?|coordonnees|a propos(?: de moi)?|etat civil|informations personnelles"
    r"|curriculum vitae|cv",
}
_HEADINGS = {part: re.compile(_MY + f"(?:{said})") for part, said in _SAID.items()}


def section_of(line: str) -> str:
    """The part of a CV that a line opens; empty when it is no heading."""
    words = " ".join(re.findall(r"[a-z]+|\d+", fold(line)))
    return next((part for part, said in _HEADINGS.items() if said.fullmatch(words)), "")

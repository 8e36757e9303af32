"""The guided questions: from what somebody lived to what they can do, in plain words, a small page at a time (L3).

A page asks about a few skills of one group of the list; the groups that most often speak of a kind of experience come
first. Nothing is asked twice: what was answered is ticked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import slugify

from lorfolio.lists import Kind
from lorfolio.models import Experience, Skill
from metiers import search
from metiers.models import Skill as Reference

PER_PAGE = 6
FIRST_GROUPS = 6
LINES_READ, FOUND_PER_LINE, MOST_FOUND = 8, 3, 12

# What one did in a day, asked in words of that kind of life.
DAY = {
    Kind.WORK: "Que faisiez-vous dans une journée\u00a0?",
    Kind.STUDY: "Qu’avez-vous appris à faire\u00a0?",
    Kind.VOLUNTEERING: "Que faisiez-vous pour les autres\u00a0?",
    Kind.CARE: "Que faites-vous dans une journée ordinaire\u00a0?",
    Kind.PASSION: "Que faites-vous quand vous vous y mettez\u00a0?",
    Kind.OTHER: "Qu’avez-vous fait\u00a0?",
}
EXAMPLES = {
    Kind.WORK: ("J’accueillais les clients", "Je rangeais les rayons", "Je fermais la caisse le soir"),
    Kind.STUDY: ("Lire un plan", "Faire un exposé devant la classe", "Utiliser un tableur"),
    Kind.VOLUNTEERING: ("Je préparais les colis", "J’appelais les familles", "J’entraînais les plus jeunes"),
    Kind.CARE: ("Je prépare les repas", "Je prends les rendez-vous chez le médecin", "Je tiens le budget"),
    Kind.PASSION: ("Je répare des vélos", "Je monte des vidéos", "J’organise les déplacements du club"),
    Kind.OTHER: ("J’ai traversé un pays", "J’ai aidé un voisin à refaire sa cuisine"),
}

_CARE = ("Prendre soin des personnes", "Cuisiner et servir", "Entretenir des lieux", "Accueillir et écouter")
_FIRST = {
    Kind.WORK: (
        "Accueillir et écouter", "Travailler avec d’autres", "Vendre et conseiller", "S’organiser",
        "Sécurité et qualité", "Qualités au travail",
    ),
    Kind.STUDY: (
        "Comprendre et résoudre", "Parler et écrire", "Utiliser le numérique", "Travailler avec d’autres",
        "Connaissances", "S’organiser",
    ),
    Kind.VOLUNTEERING: (
        "Travailler avec d’autres", "Accueillir et écouter", "S’organiser", "Éduquer et transmettre",
        "Parler et écrire", "Diriger et faire grandir",
    ),
    Kind.CARE: (*_CARE, "S’organiser", "Compter et gérer"),
    Kind.PASSION: (
        "Créer et s’exprimer", "Fabriquer et réparer", "Utiliser le numérique", "Qualités au travail",
        "Éduquer et transmettre", "Travailler avec d’autres",
    ),
    Kind.OTHER: (
        "S’organiser", "Qualités au travail", "Comprendre et résoudre", "Travailler avec d’autres",
        "Accueillir et écouter", "Fabriquer et réparer",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Group:
    """A group of the list, as the page of domains shows it; `held`: how many were answered « yes » for it."""

    name: str
    slug: str
    number: int
    held: int

    @property
    def parts(self) -> int:
        return -(-self.number // PER_PAGE)


def groups(experience: Experience | None, portfolio_skills: Sequence[Skill]) -> list[Group]:
    """Every group of the list, those that go with this kind of experience first; one query."""
    rows = Reference.objects.filter(active=True, source=Reference.Source.STARTER).order_by("group", "slug")
    numbers: dict[str, int] = {}
    of: dict[str, str] = {}
    for slug, group in rows.values_list("slug", "group"):
        numbers[group] = numbers.get(group, 0) + 1
        of[slug] = group
    held: dict[str, int] = {}
    for skill in portfolio_skills:
        name = of.get(skill.reference_id or "")
        if name:
            held[name] = held.get(name, 0) + 1
    first = _FIRST[Kind(experience.kind)] if experience else ()
    rank = {name: n for n, name in enumerate(first)}
    found = [Group(name, slugify(name), number, held.get(name, 0)) for name, number in numbers.items()]
    return sorted(found, key=lambda group: (rank.get(group.name, len(rank)), group.slug))


def questions(group: Group, part: int) -> list[Reference]:
    """The skills asked about on page `part` (from 1) of a group; none past its end."""
    rows = Reference.objects.filter(active=True, source=Reference.Source.STARTER, group=group.name).order_by("slug")
    return list(rows[(part - 1) * PER_PAGE : part * PER_PAGE])


def told_by_words(experience: Experience) -> list[Reference]:
    """The skills of the list that the person's own lines may mean, to be confirmed by them."""
    found: dict[str, Reference] = {}
    for line in [experience.title, *experience.highlights][:LINES_READ]:
        for reference in search.skills(line, FOUND_PER_LINE):
            found.setdefault(reference.pk, reference)
    return list(found.values())[:MOST_FOUND]

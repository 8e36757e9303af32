"""What the search finds in the roof: the fixed pages, and the ways in by need, by situation and by service."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse

from core.reference import NEED_PHRASES, STATUS_PHRASES, Need, Service, Status
from core.search import Entry
from spro.editorial import follow
from spro.pages import existing

# Other words that people type for a need or a situation.
NEED_WORDS: dict[Need, str] = {
    Need.INFORMATION_METIERS: "métier professions découverte stage orientation",
    Need.CHOISIR_FORMATION: "parcoursup études école diplôme lycée université bac orientation",
    Need.CHANGER_DE_METIER: "reconversion réorientation évolution transition",
    Need.CEP: "conseil en évolution professionnelle conseiller bilan point carrière",
    Need.VAE: "VAE validation des acquis expérience diplôme",
    Need.BILAN_COMPETENCES: "bilan de compétences atouts savoir-faire tests",
    Need.ALTERNANCE: "apprentissage apprenti contrat professionnalisation CFA",
    Need.EMPLOI: "travail job stage recrutement CV candidature chômage",
    Need.RACCROCHER: "décrochage scolaire raccrochage arrêt rupture retour",
    Need.CREER_ENTREPRISE: "création entreprise entrepreneur micro-entreprise indépendant",
    Need.FINANCEMENT: "CPF compte formation aide bourse argent payer",
    Need.MOBILITE: "étranger Erasmus international déménager transfrontalier Europe",
}
STATUS_WORDS: dict[Status, str] = {
    Status.COLLEGIEN: "collégien collégienne collège troisième brevet",
    Status.LYCEEN: "lycéen lycéenne lycée bac terminale",
    Status.ETUDIANT: "étudiant étudiante université licence BTS",
    Status.APPRENTI: "apprenti apprentie apprentissage CFA alternance",
    Status.DECROCHEUR: "décrocheur décrocheuse décrochage jeune sans solution",
    Status.SALARIE: "salarié salariée entreprise travail",
    Status.CADRE: "cadre ingénieur manager",
    Status.AGENT_PUBLIC: "fonctionnaire contractuel agent public hôpital mairie",
    Status.INDEPENDANT: "indépendant artisan commerçant agriculteur profession libérale",
    Status.DEMANDEUR_EMPLOI: "demandeur demandeuse d’emploi chômeur chômeuse chômage",
    Status.HANDICAP: "handicap handicapé handicapée RQTH maladie",
    Status.SOUS_MAIN_DE_JUSTICE: "justice prison détention probation",
    Status.RETRAITE: "retraité retraitée retraite",
    Status.BENEVOLE: "bénévole bénévolat association engagement",
    Status.PARENT: "parent père mère enfant famille",
    Status.PROFESSIONNEL: "professionnel conseiller éducateur enseignant accompagnant",
}


def needs() -> Iterator[Entry]:
    for need in Need:
        phrase = NEED_PHRASES[need]
        url = _places(besoin=need.value)
        yield Entry("need", need.value, phrase.sentence, url, phrase.hint, aliases=NEED_WORDS[need], weight=9)


def statuses() -> Iterator[Entry]:
    for status in Status:
        phrase = STATUS_PHRASES[status]
        url = _places(statut=status.value)
        aliases = STATUS_WORDS[status]
        yield Entry("status", status.value, phrase.sentence, url, phrase.hint, aliases=aliases, weight=7)


def services() -> Iterator[Entry]:
    for service in Service:
        summary = "Les lieux qui offrent ce service."
        yield Entry("service", service.value, service.label, _places(service=service.value), summary, weight=6)


def pages() -> Iterator[Entry]:
    """The fixed pages, and those that the Region writes."""
    for page in existing():
        yield Entry("page", page.name, page.title, page.url, page.summary, aliases=page.words, weight=5)
    yield from follow.entries()


def _places(**parameters: str) -> str:
    return f"{reverse('sites')}?{urlencode(parameters)}"

"""Closed lists that pages, API and files share; the slugs are fixed interfaces, the labels are what people read."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models


class Status(models.TextChoices):
    """Who the visitor is (M4). Never stored about anybody."""

    COLLEGIEN = "collegien", "Collégien·ne"
    LYCEEN = "lyceen", "Lycéen·ne"
    ETUDIANT = "etudiant", "Étudiant·e"
    APPRENTI = "apprenti", "Apprenti·e"
    DECROCHEUR = "decrocheur", "Sorti·e de l’école sans solution"
    SALARIE = "salarie", "Salarié·e"
    CADRE = "cadre", "Cadre"
    AGENT_PUBLIC = "agent-public", "Agent·e du service public"
    INDEPENDANT = "independant", "Indépendant·e"
    DEMANDEUR_EMPLOI = "demandeur-emploi", "Demandeur·se d’emploi"
    HANDICAP = "handicap", "En situation de handicap"
    SOUS_MAIN_DE_JUSTICE = "sous-main-de-justice", "Sous main de justice"
    RETRAITE = "retraite", "Retraité·e"
    BENEVOLE = "benevole", "Bénévole"
    PARENT = "parent", "Parent"
    PROFESSIONNEL = "professionnel", "Professionnel·le de l’orientation"


class Need(models.TextChoices):
    """What the visitor is after (M4)."""

    INFORMATION_METIERS = "information-metiers", "Découvrir des métiers"
    CHOISIR_FORMATION = "choisir-formation", "Choisir une formation ou des études"
    CHANGER_DE_METIER = "changer-de-metier", "Changer de métier ou de voie"
    CEP = "cep", "Faire le point avec un·e conseiller·ère (CEP)"
    VAE = "vae", "Obtenir un diplôme grâce à mon expérience (VAE)"
    BILAN_COMPETENCES = "bilan-competences", "Savoir ce que je sais faire"
    ALTERNANCE = "alternance", "Trouver une alternance"
    EMPLOI = "emploi", "Trouver un emploi, un job ou un stage"
    RACCROCHER = "raccrocher", "Reprendre des études ou une formation"
    CREER_ENTREPRISE = "creer-entreprise", "Créer ou reprendre une entreprise"
    FINANCEMENT = "financement", "Payer une formation"
    MOBILITE = "mobilite", "Partir ailleurs, en France ou à l’étranger"


class Service(models.TextChoices):
    """Services of annexe 1, article 1 (M2); the first three are owed by every member."""

    ACCUEIL = "accueil", "Accueil"
    PREMIERE_INFORMATION = "premiere-information", "Première information"
    PREMIER_CONSEIL = "premier-conseil", "Premier conseil"
    CONSEIL = "conseil", "Conseil personnalisé"
    ACCOMPAGNEMENT = "accompagnement", "Accompagnement"
    CONSEIL_SCOLAIRE = "conseil-scolaire", "Conseil en orientation scolaire"
    CEP = "cep", "Conseil en évolution professionnelle"
    VAE = "vae", "Conseil en validation des acquis de l’expérience"


class Channel(models.TextChoices):
    """How a service is given (M2)."""

    SUR_PLACE = "sur-place", "Sur place"
    TELEPHONE = "telephone", "Par téléphone"
    VISIO = "visio", "En visioconférence"
    COURRIEL = "courriel", "Par courriel"
    EN_LIGNE = "en-ligne", "En ligne"


REMOTE_CHANNELS = (Channel.TELEPHONE, Channel.VISIO, Channel.COURRIEL, Channel.EN_LIGNE)


class Access(models.TextChoices):
    """Accessibility facts of a place or an event."""

    PMR = "pmr", "Accès de plain-pied"
    LSF = "lsf", "Langue des signes française"
    FALC = "falc", "Facile à lire et à comprendre"
    BOUCLE_MAGNETIQUE = "boucle-magnetique", "Boucle magnétique"


class EventType(models.TextChoices):
    """What an event of the agenda is (A1)."""

    PORTES_OUVERTES = "portes-ouvertes", "Portes ouvertes"
    FORUM = "forum", "Forum"
    SALON = "salon", "Salon"
    ATELIER = "atelier", "Atelier"
    CONFERENCE = "conference", "Conférence"
    WEBINAIRE = "webinaire", "Webinaire"
    VISITE = "visite", "Visite"
    JOB_DATING = "job-dating", "Job dating"
    STAGE = "stage", "Stage"
    REUNION_INFORMATION = "reunion-information", "Réunion d’information"


class Sector(models.TextChoices):
    """The sectors of the COT (J1); `tous` says that an event is about all of them."""

    AGRICULTURE = "agriculture", "Agriculture, viticulture, paysage"
    ARTISANAT = "artisanat", "Artisanat"
    BOIS = "bois", "Bois"
    CONSTRUCTION = "construction", "Construction, travaux publics"
    HOTELLERIE = "hotellerie-restauration-tourisme", "Hôtellerie, restauration, tourisme"
    INDUSTRIE = "industrie", "Industrie"
    NUMERIQUE = "numerique", "Logiciels et numérique"
    SANITAIRE_SOCIAL = "sanitaire-social", "Sanitaire et social"
    COMMERCE = "commerce", "Commerce"
    METIERS_ART = "metiers-d-art", "Métiers d’art"
    TOUS = "tous", "Tous les secteurs"


@dataclass(frozen=True)
class Phrase:
    """How a person says a status or a need: a sentence, a hint, and a heading or an icon to show it under."""

    sentence: str
    hint: str
    group: str = ""
    icon: str = ""
    short: str = ""


STATUS_PHRASES: dict[Status, Phrase] = {
    Status("collegien"): Phrase(
        "Je suis au collège",
        "Découvrir des métiers, préparer la suite de la troisième.",
        group="Études et formation",
        short="Collégien·ne",
    ),
    Status("lyceen"): Phrase(
        "Je suis au lycée",
        "Choisir une voie, une spécialité, des études ou un métier.",
        group="Études et formation",
        short="Lycéen·ne",
    ),
    Status("etudiant"): Phrase(
        "Je fais des études supérieures",
        "Continuer, changer de filière, trouver un stage ou un emploi.",
        group="Études et formation",
        short="Étudiant·e",
    ),
    Status("apprenti"): Phrase(
        "Je suis en apprentissage",
        "Trouver un contrat, en changer, préparer l’après.",
        group="Études et formation",
        short="Apprenti·e",
    ),
    Status("decrocheur"): Phrase(
        "J’ai arrêté l’école ou ma formation",
        "Vous avez 16 ans ou plus : des solutions existent, sans jugement.",
        group="Études et formation",
        short="Sorti·e de l’école sans solution",
    ),
    Status("salarie"): Phrase(
        "Je suis salarié·e",
        "Dans une entreprise ou une association : évoluer, se former, changer.",
        group="Au travail",
        short="Salarié·e",
    ),
    Status("cadre"): Phrase(
        "Je suis cadre", "Faire le point, évoluer, changer de poste ou d’entreprise.", group="Au travail", short="Cadre"
    ),
    Status("agent-public"): Phrase(
        "Je travaille dans le service public",
        "Fonctionnaire ou contractuel·le : évoluer, se former, changer.",
        group="Au travail",
        short="Agent·e du service public",
    ),
    Status("independant"): Phrase(
        "Je suis à mon compte",
        "Artisan·e, commerçant·e, agriculteur·rice, profession libérale…",
        group="Au travail",
        short="Indépendant·e",
    ),
    Status("demandeur-emploi"): Phrase(
        "Je cherche un emploi",
        "Inscrit·e ou non à France Travail.",
        group="En recherche",
        short="Demandeur·se d’emploi",
    ),
    Status("handicap"): Phrase(
        "Je suis en situation de handicap",
        "Avec ou sans reconnaissance officielle, en emploi ou non.",
        group="Ma situation",
        short="En situation de handicap",
    ),
    Status("sous-main-de-justice"): Phrase(
        "Je suis suivi·e par la justice",
        "Votre choix n’est pas enregistré. On vous reçoit comme tout le monde.",
        group="Ma situation",
        short="Sous main de justice",
    ),
    Status("retraite"): Phrase(
        "Je suis à la retraite",
        "Retravailler, apprendre, transmettre, s’engager.",
        group="Ma situation",
        short="Retraité·e",
    ),
    Status("benevole"): Phrase(
        "Je suis bénévole",
        "Faire reconnaître ce que vous savez faire, aller plus loin.",
        group="Ma situation",
        short="Bénévole",
    ),
    Status("parent"): Phrase(
        "Je cherche pour mon enfant",
        "Aider votre enfant à choisir, ou à repartir.",
        group="J’aide quelqu’un",
        short="Parent",
    ),
    Status("professionnel"): Phrase(
        "J’accompagne d’autres personnes",
        "Professionnel·le de l’orientation, de l’emploi, du social ou de l’école.",
        group="J’aide quelqu’un",
        short="Professionnel·le de l’orientation",
    ),
}
NEED_PHRASES: dict[Need, Phrase] = {
    Need("information-metiers"): Phrase(
        "Découvrir des métiers", "Ce qu’on y fait, où, avec quelle formation.", icon="loupe", short="Métiers"
    ),
    Need("choisir-formation"): Phrase(
        "Choisir une formation ou des études",
        "Comparer les voies, les écoles, les diplômes.",
        icon="livre",
        short="Formation",
    ),
    Need("changer-de-metier"): Phrase(
        "Changer de métier ou de voie",
        "Préparer une reconversion ou une réorientation.",
        icon="bifurcation",
        short="Changer de voie",
    ),
    Need("cep"): Phrase(
        "Faire le point avec un·e conseiller·ère",
        "Le conseil en évolution professionnelle (CEP), pour qui travaille ou cherche un emploi.",
        icon="dialogue",
        short="Conseil en évolution (CEP)",
    ),
    Need("vae"): Phrase(
        "Obtenir un diplôme grâce à mon expérience",
        "La validation des acquis de l’expérience (VAE).",
        icon="medaille",
        short="VAE",
    ),
    Need("bilan-competences"): Phrase(
        "Savoir ce que je sais faire",
        "Repérer ses compétences, ses envies, ses atouts.",
        icon="boussole",
        short="Bilan de compétences",
    ),
    Need("alternance"): Phrase(
        "Trouver une alternance",
        "Apprentissage ou contrat en alternance : métier, formation, employeur.",
        icon="engrenage",
        short="Alternance",
    ),
    Need("emploi"): Phrase(
        "Trouver un emploi, un job ou un stage", "Chercher, candidater, se préparer.", icon="mallette", short="Emploi"
    ),
    Need("raccrocher"): Phrase(
        "Reprendre des études ou une formation",
        "Après un arrêt, une rupture de contrat ou une pause.",
        icon="retour",
        short="Raccrocher",
    ),
    Need("creer-entreprise"): Phrase(
        "Créer ou reprendre une entreprise",
        "Une idée, un projet, une activité à votre compte.",
        icon="etincelle",
        short="Créer une activité",
    ),
    Need("financement"): Phrase(
        "Payer une formation", "Aides, bourses, compte formation : qui peut aider ?", icon="piece", short="Financement"
    ),
    Need("mobilite"): Phrase(
        "Partir ailleurs, en France ou à l’étranger",
        "Étudier, travailler ou se former dans une autre région ou un autre pays.",
        icon="chemin",
        short="Mobilité",
    ),
}

"""Closed lists that pages, API and files share; the slugs are fixed interfaces, the labels are what people read."""

from __future__ import annotations

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
    CHOISIR_FORMATION = "choisir-formation", "Choisir une formation"
    CHANGER_DE_METIER = "changer-de-metier", "Changer de métier"
    CEP = "cep", "Faire le point avec un conseil en évolution professionnelle"
    VAE = "vae", "Faire reconnaître mon expérience (VAE)"
    BILAN_COMPETENCES = "bilan-competences", "Faire un bilan de compétences"
    ALTERNANCE = "alternance", "Trouver une alternance"
    EMPLOI = "emploi", "Trouver un emploi"
    RACCROCHER = "raccrocher", "Reprendre mes études ou une formation"
    CREER_ENTREPRISE = "creer-entreprise", "Créer ou reprendre une entreprise"
    FINANCEMENT = "financement", "Financer une formation"
    MOBILITE = "mobilite", "Partir étudier ou travailler ailleurs"


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

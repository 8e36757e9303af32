"""The closed lists of a case. None of them carries offences, health, nationality, social or family situation (D11)."""

from __future__ import annotations

from django.db import models


class Side(models.TextChoices):
    """Which of the two heads answers for a person of circle 1 (D1): the mission locale's alone convokes (D12)."""

    CIO = "cio", "CIO"
    ML = "ml", "Mission locale"


class Role(models.TextChoices):
    HEAD = "head", "Responsable de la plateforme"
    COORDINATION = "coordination", "Coordination"
    ADVISER = "adviser", "Conseil et accompagnement"


class Sex(models.TextChoices):
    WOMAN = "f", "Féminin"
    MAN = "m", "Masculin"
    UNKNOWN = "", "Non renseigné"


class Origin(models.TextChoices):
    """Where the training was left (D3)."""

    SCHOOL = "scolaire", "Formation scolaire"
    APPRENTICESHIP = "apprentissage", "Apprentissage"
    HIGHER = "superieur", "Enseignement supérieur"


class Source(models.TextChoices):
    """How the platform learned of the person (D2)."""

    RIO = "rio", "Liste RIO"
    REPORT = "report", "Signalement"
    SELF = "self", "Demande de la personne"
    TRANSFER = "transfer", "Autre plateforme"


class Step(models.TextChoices):
    """The four steps of D2, each with what is waited for; closed is none of them."""

    RECEIVED = "received", "Reçu"
    PREPARING = "preparing", "Premier contact préparé"
    CONTACTING = "contacting", "À joindre"
    PROPOSING = "proposing", "Solution à trouver"
    FOLLOWED = "followed", "En solution, suivi"
    CLOSED = "closed", "Clos"


class Disposition(models.TextChoices):
    """What the platform answers to a line of a list (D14)."""

    TO_CONTACT = "to_contact", "À contacter"
    ALREADY = "already", "Déjà accompagné·e"
    SOLVED = "solved", "A trouvé une solution"
    MOVED = "moved", "A déménagé"
    UNREACHABLE = "unreachable", "Injoignable"
    WRONG = "wrong", "Inscrit·e par erreur"


class ClosingReason(models.TextChoices):
    LASTING = "lasting", "Raccrochage durable"
    SOLVED = "solved", "Solution trouvée par la personne"
    UNREACHABLE = "unreachable", "Injoignable"
    REFUSED = "refused", "Ne souhaite pas d’accompagnement"
    OPPOSED = "opposed", "S’est opposé·e au traitement"
    MOVED = "moved", "A déménagé"
    TRANSFERRED = "transferred", "Transmis à une autre plateforme"
    WRONG = "wrong", "Inscrit·e par erreur"
    DEPARTMENT = "department", "Transmis au conseil départemental (16-18 ans)"
    MERGED = "merged", "Réuni à un autre dossier de la même personne"


class Means(models.TextChoices):
    PHONE = "phone", "Téléphone"
    TEXT = "text", "SMS"
    EMAIL = "email", "Courriel"
    LETTER = "letter", "Courrier"
    VISIT = "visit", "Visite"
    MEETING = "meeting", "Rendez-vous"


class Outcome(models.TextChoices):
    """What an attempt gave."""

    REACHED = "reached", "Jeune joint·e"
    FAMILY = "family", "Famille jointe"
    MESSAGE = "message", "Message laissé"
    NO_ANSWER = "no_answer", "Pas de réponse"
    WRONG = "wrong", "Coordonnées fausses"


class Need(models.TextChoices):
    ORIENTATION = "orientation", "Choisir une orientation"
    TRAINING = "training", "Trouver une formation"
    CONTRACT = "contract", "Trouver un contrat d’apprentissage"
    RETURN = "return", "Reprendre des études"
    WORK = "work", "Trouver un emploi"
    DISCOVERY = "discovery", "Découvrir des métiers"
    CONFIDENCE = "confidence", "Reprendre confiance"
    LANGUAGE = "language", "Consolider les savoirs de base"
    MOBILITY = "mobility", "Se déplacer"
    HOUSING = "housing", "Être hébergé·e près de la formation"
    DIGITAL = "digital", "S’équiper ou apprendre le numérique"


class Answer(models.TextChoices):
    """What the person said of a proposal (D6)."""

    WAITING = "waiting", "Réponse attendue"
    ACCEPTED = "accepted", "Acceptée"
    REFUSED = "refused", "Refusée"
    WITHDRAWN = "withdrawn", "Retirée"


class SolutionKind(models.TextChoices):
    SCHOOL = "school", "Retour en formation scolaire"
    MICRO = "micro", "Structure de retour à l’école (microlycée, MLDS…)"
    APPRENTICESHIP = "apprenticeship", "Apprentissage"
    REGION = "region", "Formation de la Région"
    E2C = "e2c", "École de la deuxième chance"
    CIVIC = "civic", "Service civique"
    PACEA = "pacea", "Accompagnement de la mission locale"
    EPIDE = "epide", "Internat d’insertion"
    WORK = "work", "Emploi"
    INTERNSHIP = "internship", "Stage, découverte d’un métier"
    OTHER = "other", "Autre"


class CheckResult(models.TextChoices):
    """What a check at 1, 3, 6 or 12 months says of the raccrochage (D2)."""

    HOLDS = "holds", "Toujours en solution"
    OTHER = "other", "Dans une autre solution"
    BROKEN = "broken", "Sans solution"
    UNKNOWN = "unknown", "Non joint·e"


class PartnerKind(models.TextChoices):
    """Circle 2 (D5), as circle 1 reads it; `NEUTRAL` is what anybody else reads (D11)."""

    CFA = "cfa", "CFA"
    PRIVATE = "private", "Établissement privé"
    FARMING = "farming", "Établissement agricole"
    CHAMBER = "chamber", "Chambre consulaire"
    FOQUALE = "foquale", "Réseau FoQuaLE"
    TRAINING = "training", "Organisme de formation"
    INSERTION = "insertion", "Structure d’insertion"
    SOCIAL = "social", "Service social"
    PJJ = "pjj", "Protection judiciaire de la jeunesse"
    OTHER = "other", "Autre partenaire"


# Kinds whose very name says something of the person: outside circle 1 they are « un partenaire » (D11).
SENSITIVE = frozenset({PartnerKind.SOCIAL, PartnerKind.PJJ})
NEUTRAL = "Partenaire de la plateforme"


class SharedItem(models.TextChoices):
    """What can be shown of a case to a partner, one by one (D5)."""

    NAME = "name", "Prénom et nom"
    AGE = "age", "Âge"
    COMMUNE = "commune", "Commune"
    CONTACT = "contact", "Coordonnées de la personne"
    TRAINING = "training", "Formation quittée"
    NEEDS = "needs", "Besoins"
    PROPOSAL = "proposal", "Solution proposée"
    PLAN = "plan", "Plan convenu"
    FOLLOWER = "follower", "Qui l’accompagne"


class Purpose(models.TextChoices):
    """Why a case is read (D8)."""

    WORK = "work", "Accompagnement"
    PREPARE = "prepare", "Préparation d’un contact"
    TAKE_OVER = "take_over", "Reprise d’un accompagnement"
    MEETING = "meeting", "Temps d’échange de la plateforme"
    CHECK = "check", "Vérification de la liste"
    RIGHTS = "rights", "Demande de la personne"
    BREAK_GLASS = "break_glass", "Accès exceptionnel"


class SharePurpose(models.TextChoices):
    FIND = "find", "Aider à joindre la personne"
    OFFER = "offer", "Proposer une place"
    HOST = "host", "Accueillir la personne"
    FOLLOW = "follow", "Savoir si la solution tient"

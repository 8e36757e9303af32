"""The closed lists of the room; the slugs are kept, the labels are what people read."""

from __future__ import annotations

from django.db import models


class Kind(models.TextChoices):
    """What an experience was. All are worth telling."""

    WORK = "emploi", "Un emploi, un stage, un job"
    STUDY = "etudes", "Des études, une formation"
    VOLUNTEERING = "benevolat", "Du bénévolat, un engagement"
    CARE = "proche", "S’occuper de quelqu’un, de la maison"
    PASSION = "passion", "Une passion, un sport, un projet à soi"
    OTHER = "autre", "Autre chose"


class ExtraKind(models.TextChoices):
    CERTIFICATE = "certificat", "Certificat, permis, habilitation"
    AWARD = "prix", "Prix, distinction"
    PUBLICATION = "publication", "Publication, réalisation"
    INTEREST = "interet", "Centre d’intérêt"
    REFERENCE = "reference", "Recommandation"


class Level(models.IntegerChoices):
    """How well one does it, in the person's own judgement."""

    UNSAID = 0, "Sans préciser"
    DISCOVERED = 1, "Je découvre"
    HELPED = 2, "J’y arrive avec de l’aide"
    ALONE = 3, "J’y arrive sans aide"
    TEACHES = 4, "Je peux l’apprendre à quelqu’un"


class Cefr(models.TextChoices):
    """Common European Framework of Reference for Languages; « natif » is the first language."""

    UNSAID = "", "Sans préciser"
    A1 = "A1", "A1 – quelques mots"
    A2 = "A2", "A2 – phrases simples"
    B1 = "B1", "B1 – je me débrouille"
    B2 = "B2", "B2 – à l’aise"
    C1 = "C1", "C1 – courant"
    C2 = "C2", "C2 – comme une langue maternelle"
    NATIVE = "natif", "Langue maternelle"


class ProofKind(models.TextChoices):
    FILE = "fichier", "Un document du coffre"
    LINK = "lien", "Un lien"
    BADGE = "badge", "Un badge numérique"
    ATTESTATION = "attestation", "L’attestation de quelqu’un"


class Certainty(models.TextChoices):
    """How sure an item is (L11): worked out from its proofs, never typed."""

    DECLARED = "declare", "Déclaré"
    PROVED = "prouve", "Preuve jointe"
    ATTESTED = "atteste", "Attesté"


class CvModel(models.TextChoices):
    CHRONOLOGICAL = "chronologique", "Chronologique"
    SKILLS = "competences", "Par compétences"
    FIRST_JOB = "premier-emploi", "Premier emploi"
    LEBENSLAUF = "lebenslauf", "Lebenslauf (en allemand)"
    BILINGUAL = "bilingue", "Français et allemand"


class Accent(models.TextChoices):
    """The colour of a CV or a site; each is readable on white, and its white text on it (WCAG AA)."""

    PINE = "sapin", "Sapin"
    INK = "encre", "Encre"
    BRICK = "brique", "Brique"
    PLUM = "prune", "Prune"
    SLATE = "ardoise", "Ardoise"


class SiteModel(models.TextChoices):
    PAGE = "page", "Une page, de haut en bas"
    CARDS = "cartes", "Des cartes"
    STORY = "recit", "Un récit, dans l’ordre des années"


class SiteState(models.TextChoices):
    PRIVATE = "prive", "Privé : moi seul·e"
    LINK = "lien", "Par lien : qui en a l’adresse"
    PUBLIC = "public", "Public"


class Act(models.TextChoices):
    """What the trace of the safe says was done (CPCE L103: the holder can read every operation)."""

    DEPOSIT = "depot", "Déposé"
    READ = "lecture", "Ouvert"
    DOWNLOAD = "telechargement", "Téléchargé"
    RENAME = "renommage", "Renommé"
    DELETE = "suppression", "Supprimé"
    SHARE = "partage", "Partagé"
    SHARE_OPENED = "partage-ouvert", "Ouvert par un lien de partage"
    SHARE_ENDED = "partage-retire", "Partage retiré"
    SHOWN = "montre", "Montré"  # by the site, a CV, to an adviser
    EXPORT = "export", "Sorti en entier"
    CHECK = "verification", "Intégrité vérifiée"
    KEY = "cle", "Clé protégée de nouveau"


class Section(models.TextChoices):
    """The parts of a CV, a site, a shared view; their order is the person's."""

    EXPERIENCES = "experiences", "Expériences"
    STUDIES = "etudes", "Formation"
    SKILLS = "competences", "Compétences"
    LANGUAGES = "langues", "Langues"
    EXTRAS = "plus", "En plus"

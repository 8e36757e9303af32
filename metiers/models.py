"""Jobs and skills: the official directory (ROME 4.0) when it was loaded, and a starter list of ours."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Now


class RomeLoad(models.Model):
    """One reading of a folder of the ROME: its version, what it brought, what it could not."""

    version = models.CharField("version", max_length=40)
    loaded_at = models.DateTimeField("chargé le", db_default=Now(), editable=False)
    counts = models.JSONField("nombres", default=dict)
    report = ArrayField(models.TextField(), verbose_name="compte rendu", default=list, blank=True)

    class Meta:
        verbose_name = "chargement du ROME"
        verbose_name_plural = "chargements du ROME"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"ROME {self.version}"


class JobDomain(models.Model):
    """« Grand domaine »: one letter."""

    code = models.CharField("code", max_length=1, primary_key=True)
    label = models.CharField("intitulé", max_length=200)

    def __str__(self) -> str:
        return self.label


class ProfessionalDomain(models.Model):
    """« Domaine professionnel »: three characters."""

    code = models.CharField("code", max_length=3, primary_key=True)
    label = models.CharField("intitulé", max_length=200)
    domain = models.ForeignKey(JobDomain, models.CASCADE, verbose_name="grand domaine")

    def __str__(self) -> str:
        return self.label


class Job(models.Model):
    """A métier of the ROME. One that a newer version no longer has stays, closed: people have it as their target."""

    code = models.CharField("code", max_length=8, primary_key=True)
    label = models.CharField("intitulé", max_length=250)
    folded = models.CharField(max_length=250, editable=False)
    domain = models.ForeignKey(ProfessionalDomain, models.CASCADE, related_name="jobs", verbose_name="domaine")
    definition = models.TextField("définition", blank=True)
    riasec_major = models.CharField("RIASEC", max_length=1, blank=True)
    riasec_minor = models.CharField("RIASEC second", max_length=1, blank=True)
    regulated = models.BooleanField("réglementé", null=True, blank=True)
    managerial = models.BooleanField("encadrement", null=True, blank=True)
    digital = models.BooleanField("numérique", null=True, blank=True)
    ecology = models.CharField("transition écologique", max_length=20, blank=True)
    parent = models.CharField("fiche d’avant", max_length=8, blank=True)
    active = models.BooleanField("dans la dernière version", default=True)

    class Meta:
        verbose_name = "métier"
        indexes = [GinIndex(OpClass("folded", "gin_trgm_ops"), name="job_label_trigrams")]

    def __str__(self) -> str:
        return self.label


class JobName(models.Model):
    """An « appellation »: how people name a métier. `rare` ones are found, not proposed first."""

    ogr = models.PositiveIntegerField("code OGR", primary_key=True)
    label = models.CharField("intitulé", max_length=250)
    folded = models.CharField(max_length=250, editable=False)
    job = models.ForeignKey(Job, models.CASCADE, related_name="names", verbose_name="métier")
    main = models.BooleanField("principale", default=False)
    rare = models.BooleanField("rare", default=False)

    class Meta:
        verbose_name = "appellation"
        indexes = [GinIndex(OpClass("folded", "gin_trgm_ops"), name="job_name_trigrams")]

    def __str__(self) -> str:
        return self.label


class Interest(models.Model):
    """« Centre d’intérêt »: what one feels like doing, and the métiers where one does it."""

    code = models.PositiveIntegerField("code", primary_key=True)
    label = models.CharField("intitulé", max_length=200)
    definition = models.TextField("définition", blank=True)
    jobs = models.ManyToManyField(Job, through="JobInterest", related_name="interests", verbose_name="métiers")

    def __str__(self) -> str:
        return self.label


class JobInterest(models.Model):
    interest = models.ForeignKey(Interest, models.CASCADE)
    job = models.ForeignKey(Job, models.CASCADE)
    main = models.BooleanField("principal", default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["interest", "job"], name="job_interest_once")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.interest_id}"


class JobSector(models.Model):
    """« Secteur d’activité » of the ROME (not the sectors of the COT)."""

    code = models.PositiveIntegerField("code", primary_key=True)
    label = models.CharField("intitulé", max_length=200)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, verbose_name="secteur au-dessus")
    jobs = models.ManyToManyField(Job, through="JobInSector", related_name="sectors", verbose_name="métiers")

    def __str__(self) -> str:
        return self.label


class JobInSector(models.Model):
    sector = models.ForeignKey(JobSector, models.CASCADE)
    job = models.ForeignKey(Job, models.CASCADE)
    main = models.BooleanField("principal", default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sector", "job"], name="job_sector_once")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.sector_id}"


class Skill(models.Model):
    """A skill that people may recognise as theirs: of our starter list, or of the ROME when its folder brings them."""

    class Kind(models.TextChoices):
        KNOW_HOW = "savoir-faire", "Savoir-faire"
        ATTITUDE = "savoir-etre", "Savoir-être"
        KNOWLEDGE = "savoir", "Connaissance"

    class Source(models.TextChoices):
        STARTER = "portail", "Liste du portail"
        ROME = "rome", "ROME"

    slug = models.SlugField("identifiant", max_length=120, primary_key=True)
    label = models.CharField("intitulé", max_length=250)
    folded = models.CharField(max_length=250, editable=False)
    group = models.CharField("groupe", max_length=80)  # « Accueillir et écouter »: how lists are cut
    kind = models.CharField("sorte", max_length=14, choices=Kind, default=Kind.KNOW_HOW)
    # What one asks somebody who would never name the skill: « Avez-vous déjà rendu la monnaie, tenu une caisse ? »
    question = models.CharField("question en mots simples", max_length=250, blank=True)
    synonyms = models.CharField("autres mots", max_length=400, blank=True)  # « caisse ; encaisser »
    also = models.CharField(max_length=800, blank=True, editable=False)  # synonyms and question, folded: searched too
    source = models.CharField("source", max_length=8, choices=Source, default=Source.STARTER)
    active = models.BooleanField("proposée", default=True)

    class Meta:
        verbose_name = "compétence"
        indexes = [
            GinIndex(OpClass("folded", "gin_trgm_ops"), name="skill_label_trigrams"),
            GinIndex(OpClass("also", "gin_trgm_ops"), name="skill_also_trigrams"),
        ]

    def __str__(self) -> str:
        return self.label


class JobFamily(models.Model):
    """A family of métiers of our starter list, with the skills that matter there: a landmark, said to be ours.

    `prefixes` are the beginnings of the ROME codes it covers: the longest that fits a métier says its family.
    """

    slug = models.SlugField("identifiant", max_length=80, primary_key=True)
    label = models.CharField("intitulé", max_length=150)
    folded = models.CharField(max_length=150, editable=False)
    sector = models.CharField("secteur de l’agenda", max_length=40, blank=True)  # slug of core.reference.Sector
    prefixes = ArrayField(models.CharField(max_length=5), verbose_name="codes ROME", default=list, blank=True)
    examples = models.CharField("par exemple", max_length=400, blank=True)  # « Couvreur·se ; Charpentier·ère »
    also = models.CharField(max_length=900, blank=True, editable=False)  # examples, both genders, folded: searched too
    skills = models.ManyToManyField(Skill, through="FamilySkill", related_name="families", verbose_name="compétences")
    active = models.BooleanField("proposée", default=True)

    class Meta:
        verbose_name = "famille de métiers"
        verbose_name_plural = "familles de métiers"

    def __str__(self) -> str:
        return self.label


class FamilySkill(models.Model):
    family = models.ForeignKey(JobFamily, models.CASCADE)
    skill = models.ForeignKey(Skill, models.CASCADE)
    essential = models.BooleanField("indispensable", default=False)
    position = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["family", "skill"], name="family_skill_once")]

    def __str__(self) -> str:
        return f"{self.family_id} {self.skill_id}"


class JobSkill(models.Model):
    """A skill of one métier, when the folder of the ROME says it."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="job_skills")
    skill = models.ForeignKey(Skill, models.CASCADE)
    essential = models.BooleanField("indispensable", default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "skill"], name="job_skill_once")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.skill_id}"

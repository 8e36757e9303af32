"""One source of truth, many selections of it: a CV, the site, what an adviser is shown (L4, L5, L9)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lorfolio.lists import Accent, CvModel, Section, SiteModel, SiteState
from lorfolio.models.base import Owned
from lorfolio.models.path import Experience, Extra, Language, Skill


class Selection(Owned):
    """Items of the portfolio, chosen and put in order. The items themselves are never copied."""

    sections = ArrayField(
        models.CharField(max_length=12, choices=Section), verbose_name="ordre des parties", default=list, blank=True
    )
    # {"experience/<uuid>": digest}: every item there was when the person last looked, empty when it was not shown.
    seen = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = "sélection"

    def __str__(self) -> str:
        return str(self.pk)


class Choice(models.Model):
    """One item of a selection."""

    selection = models.ForeignKey(Selection, models.CASCADE, related_name="choices")
    position = models.PositiveIntegerField(default=0)
    experience = models.ForeignKey(Experience, models.CASCADE, null=True, blank=True)
    skill = models.ForeignKey(Skill, models.CASCADE, null=True, blank=True)
    language = models.ForeignKey(Language, models.CASCADE, null=True, blank=True)
    extra = models.ForeignKey(Extra, models.CASCADE, null=True, blank=True)
    file = models.ForeignKey("lorfolio.SafeFile", models.CASCADE, null=True, blank=True)

    ITEMS = ("experience", "skill", "language", "extra", "file")

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    Q(experience__isnull=False, skill=None, language=None, extra=None, file=None)
                    | Q(experience=None, skill__isnull=False, language=None, extra=None, file=None)
                    | Q(experience=None, skill=None, language__isnull=False, extra=None, file=None)
                    | Q(experience=None, skill=None, language=None, extra__isnull=False, file=None)
                    | Q(experience=None, skill=None, language=None, extra=None, file__isnull=False)
                ),
                name="choice_of_one_item", violation_error_message="Un choix porte sur une seule chose.",
            ),
            *(
                models.UniqueConstraint(fields=["selection", item], name=f"choice_{item}_once")
                for item in ("experience", "skill", "language", "extra", "file")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.position)


class Cv(Owned):
    """A saved selection with its headline and its model; drawn again each time it is asked for."""

    selection = models.OneToOneField(Selection, models.CASCADE, related_name="cv")
    name = models.CharField("nom de ce CV (pour vous)", max_length=120)
    headline = models.CharField("titre du CV", max_length=160, blank=True)
    summary = models.TextField("accroche", max_length=1_200, blank=True)
    model = models.CharField("modèle", max_length=16, choices=CvModel, default=CvModel.CHRONOLOGICAL)
    accent = models.CharField("couleur", max_length=8, choices=Accent, default=Accent.PINE)
    with_photo = models.BooleanField("montrer ma photo", default=False)
    with_email = models.BooleanField("montrer mon adresse électronique", default=True)
    with_phone = models.BooleanField("montrer mon téléphone", default=True)
    with_place = models.BooleanField("montrer ma commune", default=True)
    with_certainty = models.BooleanField("montrer ce qui est prouvé ou attesté", default=True)
    # Headline and summary in the other language: {"de": {"headline": …, "summary": …}}.
    translations = models.JSONField("traductions", default=dict, blank=True)
    # When the person last looked at it as up to date: what changed or appeared since is said.
    seen_at = models.DateTimeField("vu à jour le", null=True, blank=True, editable=False)
    # Digest of the person's own lines (name, contact, photo) at that moment.
    seen_person = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = "CV"
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.name


class PersonalSite(Owned):
    """A person's page at `/p/<slug>/`: private, by link (the slug cannot be guessed) or public (L5)."""

    portfolio = models.OneToOneField("lorfolio.Portfolio", models.CASCADE, related_name="site", editable=False)
    selection = models.OneToOneField(Selection, models.CASCADE, related_name="site")
    slug = models.SlugField("adresse", max_length=60, unique=True)
    state = models.CharField("qui peut le voir", max_length=8, choices=SiteState, default=SiteState.PRIVATE)
    indexable = models.BooleanField("trouvable par les moteurs de recherche", default=False)
    model = models.CharField("modèle", max_length=8, choices=SiteModel, default=SiteModel.PAGE)
    accent = models.CharField("couleur", max_length=8, choices=Accent, default=Accent.PINE)
    name = models.CharField("nom affiché", max_length=120, blank=True)
    headline = models.CharField("titre", max_length=160, blank=True)
    about = models.TextField("présentation", max_length=3_000, blank=True)
    with_photo = models.BooleanField("montrer ma photo", default=False)
    with_contact = models.BooleanField("un formulaire pour m’écrire", default=False)
    with_certainty = models.BooleanField("montrer ce qui est prouvé ou attesté", default=True)
    with_place = models.BooleanField("montrer ma commune", default=False)
    with_links = models.BooleanField("montrer mes pages ailleurs", default=False)
    published_at = models.DateTimeField("ouvert le", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "site personnel"
        constraints = [
            models.CheckConstraint(
                condition=Q(indexable=False) | Q(state=SiteState.PUBLIC), name="site_indexable_if_public",
                violation_error_message="Seul un site public peut être trouvé par les moteurs de recherche.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.slug


class RetiredAddress(models.Model):
    """An address that showed a personal site and shows nothing any more: it answers « gone », and nobody else takes it.

    `digest` is keyed by the installation: a dump does not tell whose name it was. `portfolio` may take it again.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    portfolio = models.ForeignKey("lorfolio.Portfolio", models.SET_NULL, null=True, related_name="+")
    retired_on = models.DateField()

    def __str__(self) -> str:
        return f"{self.retired_on:%d/%m/%Y}"

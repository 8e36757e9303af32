"""Pages, their versions, their former addresses, the images they show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from core import markdown


class PageQuerySet(models.QuerySet["Page"]):
    def visible(self, at: datetime | None = None) -> PageQuerySet:
        """What the public reads at this instant: the clock decides, no task has to pass."""
        at = at or timezone.now()
        return self.filter(state=Page.State.RELEASED, publish_at__lte=at).exclude(unpublish_at__lte=at)

    def promised(self, at: datetime | None = None) -> PageQuerySet:
        """What is read, or will be at its date."""
        return self.filter(state=Page.State.RELEASED).exclude(unpublish_at__lte=at or timezone.now())


class Page(models.Model):
    """A page of the portal's own; its text now is that of its latest version.

    What is decided is stored (`state`, two dates); what follows from the clock is asked (`stage`).
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Brouillon"
        RELEASED = "released", "Publication décidée"
        WITHDRAWN = "withdrawn", "Retirée"

    class Stage(models.TextChoices):
        """Where a page stands at an instant."""

        DRAFT = "draft", "Brouillon"
        SCHEDULED = "scheduled", "Programmée"
        PUBLISHED = "published", "En ligne"
        WITHDRAWN = "withdrawn", "Retirée"

    slug = models.SlugField(
        "adresse", max_length=80, unique=True, error_messages={"unique": "Une autre page a déjà cette adresse."},
        help_text="Les derniers mots de l’adresse, sans accent ni espace : « premier-entretien ».",
    )  # fmt: skip
    title = models.CharField("titre", max_length=120)
    lead = models.CharField("chapeau", max_length=300, help_text="Une phrase qui dit ce que la page apprend.")
    text = models.TextField("texte", validators=[MaxLengthValidator(markdown.LONGEST)])
    position = models.PositiveSmallIntegerField(
        "place au pied des pages", null=True, blank=True,
        help_text="Un rang dans « Le portail », au pied de chaque page ; vide : la page n’y est pas.",
    )  # fmt: skip
    state = models.CharField("état", max_length=12, choices=State.choices, default=State.DRAFT, editable=False)
    publish_at = models.DateTimeField("en ligne à partir du", null=True, blank=True, editable=False)
    unpublish_at = models.DateTimeField("jusqu’au", null=True, blank=True, editable=False)
    # Since when the public may hold its address: from then on, a change of address leaves a redirection.
    first_shown_at = models.DateTimeField("montrée depuis le", null=True, editable=False)
    revision = models.PositiveIntegerField("numéro de version", default=0, editable=False)
    changed_at = models.DateTimeField("mise à jour", default=timezone.now, editable=False)
    # The stage that search, menu and journal last heard of (`follow.py`).
    told_stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.DRAFT, editable=False)

    objects = PageQuerySet.as_manager()

    class Meta:
        verbose_name = "page"
        verbose_name_plural = "pages"
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="released") | Q(publish_at__isnull=False), name="page_released_has_a_date"
            ),
            models.CheckConstraint(
                condition=Q(unpublish_at=None) | Q(unpublish_at__gt=models.F("publish_at")),
                name="page_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("editorial_page", args=[self.slug])

    def stage_at(self, at: datetime) -> Page.Stage:
        """Where the page stands at `at`."""
        if self.state != Page.State.RELEASED or self.publish_at is None:
            return Page.Stage.WITHDRAWN if self.state == Page.State.WITHDRAWN else Page.Stage.DRAFT
        if at < self.publish_at:
            return Page.Stage.SCHEDULED
        return Page.Stage.WITHDRAWN if self.unpublish_at and at >= self.unpublish_at else Page.Stage.PUBLISHED

    @property
    def stage(self) -> Page.Stage:
        return self.stage_at(timezone.now())


class Version(models.Model):
    """The page as somebody saved it, whole: never changed, never taken away."""

    append_only = True

    page = models.ForeignKey(Page, models.PROTECT, related_name="versions", verbose_name="page")
    number = models.PositiveIntegerField("numéro")
    slug = models.SlugField("adresse", max_length=80)
    title = models.CharField("titre", max_length=120)
    lead = models.CharField("chapeau", max_length=300)
    text = models.TextField("texte")
    position = models.PositiveSmallIntegerField("place au pied des pages", null=True)
    # An opaque key, as in the journal: a version outlives the account.
    author_key = models.CharField("clé de l’auteur·rice", max_length=64, blank=True)
    author_label = models.CharField("auteur·rice", max_length=200, blank=True)
    at = models.DateTimeField("date", db_default=Now(), editable=False)
    summary = models.CharField("ce qui change", max_length=300)

    class Meta:
        verbose_name = "version"
        verbose_name_plural = "versions"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["page", "number"], name="page_version_once")]

    def __str__(self) -> str:
        return f"{self.title} (version {self.number})"


class FormerAddress(models.Model):
    """Where a page was: its readers are led on (301)."""

    slug = models.SlugField("adresse", max_length=80, unique=True)
    page = models.ForeignKey(Page, models.CASCADE, related_name="former_addresses", verbose_name="page")

    class Meta:
        verbose_name = "ancienne adresse"
        verbose_name_plural = "anciennes adresses"

    def __str__(self) -> str:
        return self.slug


class PageImage(models.Model):
    """An image of the library, drawn again by `core/images.py`; a page shows it by `![…](image:NUMBER)`."""

    name = models.CharField("nom du fichier", max_length=40, unique=True, editable=False)
    title = models.CharField("nom dans la bibliothèque", max_length=120)
    alternative = models.CharField(
        "texte de remplacement", max_length=250, blank=True,
        help_text="Ce que l’image montre, pour qui ne la voit pas : « Une conseillère reçoit un lycéen ».",
    )  # fmt: skip
    decorative = models.BooleanField(
        "image décorative", default=False, help_text="Elle n’apprend rien : les lecteurs d’écran la passent."
    )
    credit = models.CharField("crédit", max_length=120, blank=True, help_text="Qui l’a faite, sous quelle licence.")
    source = models.CharField("source", max_length=300, blank=True, help_text="D’où elle vient ; n’est pas montrée.")
    width = models.PositiveIntegerField("largeur", editable=False)
    height = models.PositiveIntegerField("hauteur", editable=False)
    small_width = models.PositiveIntegerField("largeur de la petite", default=0, editable=False)
    size = models.PositiveIntegerField("poids (octets)", editable=False)
    sha256 = models.CharField("empreinte", max_length=64, editable=False)
    added_at = models.DateTimeField("ajoutée le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "image"
        verbose_name_plural = "images"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decorative=True, alternative="") | Q(decorative=False) & ~Q(alternative=""),
                name="image_said_or_decorative",
                violation_error_message="Dites ce que l’image montre, ou cochez « image décorative ».",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def url(self) -> str:
        return reverse("editorial_image", args=[self.name])

    @property
    def small_url(self) -> str:
        return reverse("editorial_image", args=[f"{self.name}-s"]) if self.small_width else ""

    @property
    def code(self) -> str:
        """What one writes in a text to show it."""
        return f"![{self.alternative}](image:{self.pk})"

    def picture(self) -> markdown.Picture:
        return markdown.Picture(
            self.url, self.width, self.height, self.alternative, self.credit, self.small_url, self.small_width
        )


def content_of(source: Any) -> dict[str, Any]:
    """What a version keeps of a page (or of another version)."""
    return {name: getattr(source, name) for name in CONTENT}


CONTENT = ("slug", "title", "lead", "text", "position")

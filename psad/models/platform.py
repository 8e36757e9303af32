"""Platforms: their perimeter, who works there and why, circle 2, meetings, kit (D1, D5, D10, D13)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models import Period, User, one_at_a_time
from members.models import Organisation
from psad.lists import PartnerKind, Role, Side
from psad.models.base import Keyed
from territories.models import Commune


def usual_checks() -> list[int]:
    """Months after a solution has begun (D2)."""
    return [1, 3, 6, 12]


class Platform(models.Model):
    """A plate-forme de suivi et d’appui aux décrocheurs: no young person's data, anybody may know that it exists."""

    slug = models.SlugField("adresse", max_length=80, unique=True)
    name = models.CharField("nom", max_length=150)
    active = models.BooleanField("en service", default=True)
    cio = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="CIO", editable=True
    )
    mission_locale = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="mission locale"
    )
    # What the two heads set (issue: local settings).
    first_contact = models.CharField("premier contact fait par", max_length=10, choices=Side, blank=True)
    attempts_needed = models.PositiveSmallIntegerField(
        "essais avant « injoignable »", default=4, validators=[MinValueValidator(2), MaxValueValidator(12)]
    )
    means_needed = models.PositiveSmallIntegerField(
        "moyens différents", default=2, validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    check_months = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name="vérifications (mois)", default=usual_checks
    )
    contact_days = models.PositiveSmallIntegerField("premier contact sous (jours)", default=15)
    phone = models.CharField("téléphone de l’accueil", max_length=20, blank=True)
    email = models.EmailField("adresse électronique de l’accueil", blank=True)

    class Meta:
        verbose_name = "plateforme"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class PlatformCommune(models.Model):
    """A commune is in one platform at most: its key says so (D1)."""

    commune = models.OneToOneField(
        Commune, models.PROTECT, primary_key=True, related_name="psad", verbose_name="commune"
    )
    platform = models.ForeignKey(Platform, models.CASCADE, related_name="communes", verbose_name="plateforme")

    class Meta:
        verbose_name = "commune d’une plateforme"
        verbose_name_plural = "communes des plateformes"

    def __str__(self) -> str:
        return f"{self.commune} ({self.platform})"


class Grant(Keyed, Period):
    """A person works in circle 1 of a platform: named, dated, reasoned, revocable (D13).

    A head and a coordination read every case of the platform; an adviser those that were given to them (`CaseGrant`).
    """

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="grants", verbose_name="plateforme")
    user = models.ForeignKey(User, models.CASCADE, related_name="psad_grants", verbose_name="compte")
    role = models.CharField("rôle", max_length=12, choices=Role)
    side = models.CharField("au titre de", max_length=3, choices=Side)
    reason = models.CharField("motif", max_length=300)
    given_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")
    end_reason = models.CharField("motif de fin", max_length=300, blank=True, editable=False)
    ended_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")

    class Meta(Period.Meta):
        verbose_name = "habilitation"
        constraints = [
            *Period.Meta.constraints,
            one_at_a_time(
                "psad_grant_once", "platform", "user", message="Cette personne est déjà habilitée ces jours-là."
            ),
            models.UniqueConstraint(
                fields=["platform", "side"],
                condition=Q(role="head", ended_at=None, ends_on=None),
                name="psad_one_head_a_side",
                violation_error_message="Ce côté de la plateforme a déjà une personne responsable.",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="psad_grant_reasoned"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.get_side_display()}"


class Partner(Keyed, Period):
    """A person of an organisation of circle 2 (D5)."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="partners", verbose_name="plateforme")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    organisation_name = models.CharField("organisme", max_length=200)
    kind = models.CharField("sorte", max_length=12, choices=PartnerKind)
    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="psad_partnerships", verbose_name="compte"
    )
    name = models.CharField("nom de la personne", max_length=150)
    email = models.EmailField("adresse électronique")
    given_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")

    class Meta(Period.Meta):
        verbose_name = "partenaire (cercle 2)"
        verbose_name_plural = "partenaires (cercle 2)"


class Meeting(Keyed):
    """A key moment of the year, circles 1 and 2 together. Its text names no young person (said beside the field)."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="meetings")
    held_on = models.DateField("jour")
    place = models.CharField("lieu", max_length=200, blank=True)
    title = models.CharField("titre", max_length=150)
    agenda = models.TextField("ordre du jour", max_length=10_000, blank=True)
    minutes = models.TextField("compte rendu", max_length=20_000, blank=True)
    attendance = models.TextField("présences", max_length=4_000, blank=True)
    with_partners = models.BooleanField("avec le cercle 2", default=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")

    class Meta:
        verbose_name = "temps d’échange"
        verbose_name_plural = "temps d’échange"
        ordering = ("-held_on",)


class KitItem(Keyed):
    """A tool that the platform shares: a link or a text (D10); of every platform when none is named."""

    platform = models.ForeignKey(Platform, models.CASCADE, null=True, blank=True, related_name="kit")
    title = models.CharField("titre", max_length=150)
    text = models.TextField("texte", max_length=10_000, blank=True)
    address = models.URLField("adresse", blank=True)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "outil partagé"
        verbose_name_plural = "outils partagés"
        ordering = ("order", "title")

    def __str__(self) -> str:
        return self.title

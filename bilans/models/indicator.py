"""Common indicators, agreed as data: definition, unit, who fills, how it adds up, years of validity (B1; GE art. 5)."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from core.models import PackManaged


class Kind(models.TextChoices):
    """Of whom a bilan is the yearly account (B3): the kinds of this room. Others register theirs (`bilans/kinds`)."""

    ORGANISATION = "organisation", "Organisme"
    TERRITORY = "territory", "Territoire"
    PSAD = "psad", "PSAD"
    REGION = "region", "Région"


def kind_choices() -> list[tuple[str, str]]:
    """Every kind that is registered (`bilans/kinds`), those of `Kind` and others: what a column may hold."""
    from bilans import kinds

    return kinds.choices()


class Unit(models.TextChoices):
    """What a value counts; `share` is in percent (0 to 100), `score` out of 5."""

    PEOPLE = "people", "personnes"
    COUNT = "count", "nombre"
    EVENTS = "events", "évènements"
    SITES = "sites", "lieux"
    HOURS = "hours", "heures"
    DAYS = "days", "jours"
    FTE = "fte", "ETP"
    EUROS = "euros", "euros"
    SHARE = "share", "%"
    SCORE = "score", "sur 5"


class Adding(models.TextChoices):
    """How the values of several subjects make one (B1)."""

    SUM = "sum", "Somme"
    MEAN = "mean", "Moyenne pondérée"
    DISTINCT = "distinct", "Comptage distinct"
    NONE = "none", "Ne s’additionne pas"


class Breakdown(models.TextChoices):
    """How a value may be shared out; its classes are in `bilans/breakdowns.py`."""

    STATUS = "status", "Statut"
    SEX = "sex", "Sexe"
    AGE = "age", "Âge"
    AGENCY = "agency", "Territoire"
    BASIN = "basin", "Bassin d’emploi"


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    def of_year(self, year: int) -> IndicatorQuerySet:
        """Those agreed for `year`, in the order of the forms."""
        until = Q(last_year=None) | Q(last_year__gte=year)
        return self.filter(until, first_year__lte=year).order_by("theme_order", "theme", "order", "key")


# What a figure of one year must share with that of another to be compared (B1).
MEANING = ("filled_by", "unit", "adding", "weight", "breakdowns", "source", "of_people", "first_year")
_MEANING_KEPT = """
IF (OLD.filled_by, OLD.unit, OLD.adding, OLD.weight, OLD.breakdowns, OLD.source, OLD.of_people, OLD.first_year)
IS DISTINCT FROM
(NEW.filled_by, NEW.unit, NEW.adding, NEW.weight, NEW.breakdowns, NEW.source, NEW.of_people, NEW.first_year)
AND EXISTS (
    SELECT 1 FROM bilans_campaign c WHERE c.opened_at IS NOT NULL
    AND c.year BETWEEN OLD.first_year AND COALESCE(OLD.last_year, 32767)
) THEN RAISE EXCEPTION 'pgtrigger: an indicator keeps its meaning once asked (B1)' USING ERRCODE = 'check_violation';
END IF; RETURN NEW;
"""


class Indicator(PackManaged):
    """One common indicator (B1): the same definition for everybody, for the years it is valid.

    Its meaning (who fills, unit, how it adds up, source) never changes once a campaign that asks it has opened: it is
    ended, and another takes its place (`replaces`). `services/agreeing.py` holds it, the pack's import too.
    """

    class Nature(models.TextChoices):
        FOLLOW_UP = "follow-up", "Suivi"
        QUALITY = "quality", "Qualité"
        PERFORMANCE = "performance", "Performance"

    class Wanted(models.TextChoices):
        """Which way is better; documents never call a move good or bad without it."""

        UP = "up", "Une hausse est un progrès"
        DOWN = "down", "Une baisse est un progrès"
        NEITHER = "", "Ni l’un ni l’autre"

    key = models.SlugField("clé", max_length=60, unique=True)
    theme = models.CharField("thème", max_length=80)
    theme_order = models.PositiveSmallIntegerField("ordre du thème", default=1)
    order = models.PositiveSmallIntegerField("ordre", default=1)
    label = models.CharField("intitulé", max_length=160)
    definition = models.TextField("définition")
    help = models.TextField("aide à la saisie", blank=True)
    nature = models.CharField("nature", max_length=12, choices=Nature, default=Nature.FOLLOW_UP)
    unit = models.CharField("unité", max_length=10, choices=Unit)
    decimals = models.PositiveSmallIntegerField("décimales", default=0)
    filled_by = models.CharField("rempli par", max_length=12, choices=kind_choices)
    adding = models.CharField("consolidation", max_length=8, choices=Adding, default=Adding.SUM)
    # Of a weighted mean: the key of the indicator, in the same bilans, that says how much each value weighs.
    weight = models.SlugField("pondéré par", max_length=60, blank=True)
    breakdowns = ArrayField(
        models.CharField(max_length=10, choices=Breakdown), verbose_name="ventilations", default=list, blank=True
    )
    # Name of a function of `bilans/sources.py`; empty when people type the value.
    source = models.CharField("calculé par", max_length=60, blank=True)
    # Whether people may correct what was computed (they then say why); a PSAD's flows are published once and for all.
    correctable = models.BooleanField("corrigeable", default=True)
    required = models.BooleanField("attendu", default=True)
    # Counts people: classes under five are hidden wherever others read them (D8, S2).
    of_people = models.BooleanField("compte des personnes", default=False)
    public = models.BooleanField("public", default=True, help_text="Paraît dans la synthèse publique et son fichier.")
    headline = models.PositiveSmallIntegerField("rang parmi les chiffres clés", null=True, blank=True)
    wanted = models.CharField("sens souhaité", max_length=4, choices=Wanted, blank=True, default=Wanted.NEITHER)
    first_year = models.PositiveSmallIntegerField("première année")
    last_year = models.PositiveSmallIntegerField("dernière année", null=True, blank=True)
    replaces = models.SlugField("remplace", max_length=60, blank=True)
    origin = models.CharField("source du texte", max_length=300, blank=True)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = "indicateur"
        ordering = ["filled_by", "theme_order", "theme", "order", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_year=None) | Q(last_year__gte=F("first_year")), name="indicator_years",
                violation_error_message="La dernière année précède la première.",
            ),
            models.CheckConstraint(
                condition=Q(weight="") | Q(adding=Adding.MEAN), name="indicator_weight_of_mean",
                violation_error_message="Seule une moyenne se pondère.",
            ),
            models.CheckConstraint(
                condition=~Q(adding=Adding.MEAN) | ~Q(weight=""), name="indicator_mean_weighted",
                violation_error_message="Une moyenne pondérée dit par quoi elle l’est.",
            ),
            models.CheckConstraint(
                condition=Q(breakdowns=[]) | Q(adding__in=[Adding.SUM, Adding.DISTINCT]), name="indicator_broken_down",
                violation_error_message="Seul un nombre qui s’additionne se ventile.",
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Trigger(
                name="meaning_kept", when=pgtrigger.Before, operation=pgtrigger.Update, func=_MEANING_KEPT
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def computed(self) -> bool:
        """Whether the portal works it out."""
        return bool(self.source)

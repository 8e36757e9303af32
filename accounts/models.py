"""People who sign in."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower, Now
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who signs in with `email` (kept in lower case); without a password nobody can sign in."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """Anyone with an account. What a person may do comes from mandates, never from a flag on this row.

    `is_superuser` is for the installation's own technician only.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(
        "adresse électronique", unique=True, error_messages={"unique": "Cette adresse a déjà un compte."}
    )
    name = models.CharField("nom affiché", max_length=150, blank=True)
    is_active = models.BooleanField("compte ouvert", default=True)
    created_at = models.DateTimeField("créé le", db_default=Now(), editable=False)
    # The code of conduct of those who work in the SPRO: the version accepted, once each.
    conduct_version = models.CharField("code de conduite accepté", max_length=20, blank=True, editable=False)
    conduct_accepted_at = models.DateTimeField("accepté le", null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        verbose_name = "compte"
        verbose_name_plural = "comptes"
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="user_email_once", violation_error_message="Cette adresse a déjà un compte."
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        """How the desk greets."""
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Whether the admin opens for this person: Django asks; the answer is a rule, not a column."""
        from accounts.rules import may_enter_admin

        return bool(may_enter_admin(self))

    @property
    def journal_key(self) -> str:
        return str(self.id)

    @property
    def journal_label(self) -> str:
        """A role, not a name: the journal cannot forget one."""
        from accounts.rules import role_label

        return role_label(self)


class PeriodQuerySet(models.QuerySet[Any]):
    def in_force(self) -> PeriodQuerySet:
        """Those that hold today (Europe/Paris)."""
        today = timezone.localdate()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today, ended_at=None)


class Period(models.Model):
    """A right that a person holds between two dates, both included; no end means until further notice.

    `ended_at` is the moment somebody put an end to it: it holds no more from the next request on, whatever the dates.
    """

    starts_on = models.DateField("du", default=timezone.localdate)
    ends_on = models.DateField("au", null=True, blank=True)
    ended_at = models.DateTimeField("retiré le", null=True, blank=True, editable=False)
    objects = PeriodQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="%(app_label)s_%(class)s_period",
                violation_error_message="La fin ne peut précéder le début.",
            )
        ]

    @property
    def in_force(self) -> bool:
        """As `PeriodQuerySet.in_force`, for a row at hand."""
        today = timezone.localdate()
        return self.ended_at is None and self.starts_on <= today and (self.ends_on is None or today <= self.ends_on)


def one_at_a_time(name: str, *fields: str, message: str) -> ExclusionConstraint:
    """No two periods of the same `fields` share a day, those that were put an end to aside."""
    days = Func("starts_on", "ends_on", Value("[]"), function="daterange", output_field=DateRangeField())
    return ExclusionConstraint(
        name=name,
        expressions=[*((field, RangeOperators.EQUAL) for field in fields), (days, RangeOperators.OVERLAPS)],
        condition=Q(ended_at=None),
        violation_error_message=message,
    )


class RegionMandate(Period):
    """A person works for the Region and runs the whole portal (S3)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="region_mandates", verbose_name="compte")

    class Meta(Period.Meta):
        verbose_name = "mandat de la Région"
        verbose_name_plural = "mandats de la Région"
        constraints = [
            *Period.Meta.constraints,
            one_at_a_time(
                "region_mandate_one_at_a_time", "user",
                message="Cette personne a déjà un mandat de la Région sur ces dates.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user} (Région)"

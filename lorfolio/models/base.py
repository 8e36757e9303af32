"""What the tables of a portfolio share."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now

PARTIAL = r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"


class PartialDateField(models.CharField):
    """« 2024 », « 2024-09 » or « 2024-09-30 »: what the person knows of a date; text that sorts as time does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"max_length": 10, "blank": True, "default": ""}
        super().__init__(*args, **kwargs)
        self.validators = [RegexValidator(PARTIAL, "Écrivez une année, ou un mois et une année.")]


class Owned(models.Model):
    """A row of a portfolio, named by an unguessable key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    portfolio = models.ForeignKey("lorfolio.Portfolio", models.CASCADE, related_name="%(class)ss", editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    changed_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True

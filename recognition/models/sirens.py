"""To whom a SIREN belongs, when the Region had to say so: somebody else typed it (R1)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from members.models import Organisation


class SirenHolder(models.Model):
    """A company or association number that one organisation alone may lodge a dossier under."""

    siren = models.CharField("SIREN", max_length=9, unique=True, help_text="Les 9 premiers chiffres du SIRET.")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="sirens", verbose_name="organisme")
    reason = models.TextField("raison", help_text="Comment la Région s’en est assurée.")
    tied_at = models.DateTimeField("attribué le", editable=False)

    class Meta:
        verbose_name = "SIREN attribué"
        verbose_name_plural = "SIREN attribués"
        ordering = ["siren"]
        constraints = [
            models.CheckConstraint(
                condition=Q(siren__regex=r"^[0-9]{9}$"), name="siren_holder_digits",
                violation_error_message="Un SIREN a 9 chiffres.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.siren

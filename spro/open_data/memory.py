"""What the database remembers of the files of open data: since when each says what it says."""

from __future__ import annotations

from django.db import models


class DataVersion(models.Model):
    """Since when the tables of a file say what they say (`spro/open_data/versions.py`)."""

    name = models.CharField("tables", max_length=60, unique=True)
    touched = models.CharField("empreinte des lignes écrites", max_length=40)
    said = models.CharField("empreinte de ce qu’elles disent", max_length=40)
    since = models.DateTimeField("depuis le")

    class Meta:
        verbose_name = "version de données ouvertes"
        verbose_name_plural = "versions de données ouvertes"

    def __str__(self) -> str:
        return self.name

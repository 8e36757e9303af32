"""What every table of a case shares."""

from __future__ import annotations

import uuid

from django.db import models


class Keyed(models.Model):
    """A row named by an unguessable key, made before it is written: nothing is read back from the database, whose
    policies may let a row in that its author may not read (a report sent through a public link)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True

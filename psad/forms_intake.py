"""What is typed or given so that a person is met: lists, reports, links."""

from __future__ import annotations

from django import forms
from django.conf import settings


class ListForm(forms.Form):
    """A RIO list."""

    file = forms.FileField(
        label="La liste RIO",
        help_text=f"CSV, XLSX ou ODS, {settings.IMPORT_MAX_BYTES // 1_000_000}\u00a0Mo au plus. Rien n’est écrit avant"
        " que vous ayez relu ce qu’elle changerait.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.ods"}),
        error_messages={"required": "Choisissez un fichier.", "empty": "Ce fichier est vide."},
    )

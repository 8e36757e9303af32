"""What a person gives to their safe, says of a file, and shows by a link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from lorfolio.forms.plain import Plain, text, words

MOST_AT_ONCE = 20
OPENINGS = ((1, "1 fois"), (3, "3 fois"), (10, "10 fois"), (50, "50 fois"))
_DAYS = ((1, "1 jour"), (7, "7 jours"), (30, "30 jours"), (90, "90 jours"))


class _Files(forms.FileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """Several files at once."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list) else [data] if data else []
        if len(given) > MOST_AT_ONCE:
            raise ValidationError(f"Donnez {MOST_AT_ONCE} fichiers au plus à la fois.")
        if not given:
            raise ValidationError(self.error_messages["required"])
        return given


class Deposit(Plain):
    """`file` cleans to a list of Django files, unread."""

    file = _FilesField(
        label="Choisissez un ou plusieurs fichiers",
        widget=_Files(attrs={"multiple": True}),
        error_messages={"required": "Choisissez au moins un fichier."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        each = settings.LORFOLIO_FILE_BYTES // 1_000_000
        self.fields[
            "file"
        ].help_text = f"PDF, images, sons, vidéos, documents de bureau ou textes. {each}\u00a0Mo au plus en une fois."


class Naming(Plain):
    name = text("Nom du document", 120, "Donnez un nom à ce document.")
    note = words("Note pour vous", 500, hint="Vous seul·e la lisez. Par exemple\u00a0: valable jusqu’en juin.", rows=2)


class Sharing(Plain):
    """`files` are those of the safe: (id, name)."""

    documents = forms.MultipleChoiceField(
        label="Les documents à montrer", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins un document.", "invalid_choice": "Choisissez dans la liste."},
    )  # fmt: skip
    label = text(
        "Pour qui, pour quoi\u00a0?", 120, "Dites pour qui est ce lien\u00a0: vous le retrouverez plus facilement.",
        hint="Pour vous seul·e\u00a0: la personne qui reçoit le lien ne le voit pas.",
    )  # fmt: skip
    days = forms.TypedChoiceField(label="Le lien s’ouvre pendant", coerce=int, initial=7, widget=forms.RadioSelect)
    most = forms.TypedChoiceField(
        label="Il peut être ouvert", coerce=int, initial=3, choices=OPENINGS, widget=forms.RadioSelect,
        help_text="Une ouverture dure une demi-heure, et permet de télécharger tous les documents du lien.",
    )  # fmt: skip

    def __init__(self, *args: Any, files: Sequence[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held: Any = self.fields["documents"]
        held.choices = [(str(key), name) for key, name in files]
        lasting: Any = self.fields["days"]
        lasting.choices = [(days, label) for days, label in _DAYS if days <= settings.LORFOLIO_SHARE_DAYS]

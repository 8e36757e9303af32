"""`/psad/<platform>/acces-exceptionnel/`: a case that nobody gave, opened for a few hours by necessity (D13).

The person is named whole, in the body of the request: nothing is listed. Both heads are told at once.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.reauth import recent_factor_required
from core.fair_use import fair_use
from psad import reading
from psad.http import circle1
from psad.identity import Identity
from psad.intake.matching import keys_of
from psad.lists import Purpose
from psad.models import Case, Grant, Platform
from psad.services import granting
from psad.services.granting import BREAK_GLASS_HOURS, SHORTEST_REASON

ARCHIVED = "Ce dossier est archivé\u00a0: seule une personne responsable de la plateforme peut l’ouvrir."
UNKNOWN = "Aucun dossier ouvert de la plateforme ne répond à ces mots\u00a0: vérifiez l’écriture et la date."


class BreakGlass(forms.Form):
    surname = forms.CharField(
        label="Nom", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Écrivez le nom."},
    )  # fmt: skip
    given_names = forms.CharField(
        label="Prénom", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Écrivez le prénom."},
    )  # fmt: skip
    birth_date = forms.DateField(
        label="Date de naissance", widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"}),
        error_messages={"required": "Écrivez la date.", "invalid": "Écrivez une date, par exemple 14/03/2009."},
    )  # fmt: skip
    reason = forms.CharField(
        label="Pourquoi ce dossier doit être ouvert maintenant", min_length=SHORTEST_REASON, max_length=300,
        help_text="Les deux responsables le liront. Rien sur la santé, la nationalité, la situation sociale ou"
        " familiale, ni sur la justice.",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={"required": "Dites pourquoi.", "min_length": "Dites pourquoi, en quelques mots."},
    )  # fmt: skip
    hours = forms.IntegerField(
        label="Pendant combien d’heures", min_value=1, max_value=BREAK_GLASS_HOURS, initial=2,
        help_text=f"De 1 à {BREAK_GLASS_HOURS}.",
        error_messages={
            "required": "Écrivez un nombre d’heures.", "invalid": "Écrivez un nombre d’heures.",
            "min_value": f"De 1 à {BREAK_GLASS_HOURS} heures.", "max_value": f"De 1 à {BREAK_GLASS_HOURS} heures.",
        },
    )  # fmt: skip


@circle1
@recent_factor_required
@fair_use
@require_http_methods(["GET", "HEAD", "POST"])
def open_by_necessity(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    """The form; a POST opens the case, told to both heads, or says that nobody answers, which is logged as well."""
    form = BreakGlass(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = _named(platform, form.cleaned_data)
        if found is None:
            reading.log(platform.pk, role=grant.role, verb="case.not_found", purpose=Purpose.BREAK_GLASS)
            form.add_error(None, UNKNOWN)
        # Theirs already: nothing to break.
        elif Case.objects.filter(pk=found).exists() or _opened(form, platform, grant, found):
            return redirect("psad_case", platform.slug, found)
    context = {"platform": platform, "grant": grant, "here": "acces", "form": form}
    return render(request, "psad/cases/break_glass.html", context)


def _opened(form: BreakGlass, platform: Platform, grant: Grant, case: UUID) -> bool:
    given: dict[str, Any] = {"reason": form.cleaned_data["reason"], "hours": form.cleaned_data["hours"]}
    try:
        with transaction.atomic():
            granting.break_glass(platform=platform.pk, case=case, user=grant.user, at=timezone.now(), **given)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    except Case.DoesNotExist:
        form.add_error(None, ARCHIVED)
        return False
    return True


def _named(platform: Platform, typed: dict[str, Any]) -> UUID | None:
    """The key of the case of this very person in the platform, and nothing of what it holds."""
    who = Identity(typed["surname"], typed["given_names"], typed["birth_date"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM psad_match(%s, %s)", [platform.pk, [keys_of(who, platform.pk).match]])
        row = cursor.fetchone()
    return row[0] if row else None

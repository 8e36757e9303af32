"""To whom a SIREN belongs, said at the desk when somebody else had typed it (R1)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from stdnum.fr import siren as siren_number

from accounts.admin_rules import RulesAdmin, actor
from recognition.models import SirenHolder
from recognition.services.sirens import tie


class SirenForm(ModelForm):
    class Meta:
        model = SirenHolder
        fields = ("siren", "organisation", "reason")

    def clean_siren(self) -> str:
        number = str(self.cleaned_data["siren"])
        if not siren_number.is_valid(number):
            self.add_error("siren", "Ce numéro n’est pas un SIREN\u00a0: vérifiez ses 9 chiffres.")
        return number


@admin.register(SirenHolder)
class SirenHolderAdmin(RulesAdmin):
    form = SirenForm
    list_display = ("siren", "organisation", "tied_at")
    list_select_related = ("organisation",)
    search_fields = ("siren", "organisation__name", "organisation__current_name")
    autocomplete_fields = ("organisation",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("siren", "tied_at") if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        made = tie(
            siren=obj.siren, organisation=obj.organisation, reason=obj.reason, at=timezone.now(), actor=actor(request)
        )
        obj.pk, obj.tied_at, obj._state.adding = made.pk, made.tied_at, False

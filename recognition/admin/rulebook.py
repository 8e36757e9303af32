"""The rules of the recognition at the desk: what each says, what it may be, what stands when it says nothing (M6)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.admin_filters import due_filter
from accounts.admin_rules import RulesAdmin
from recognition import rulebook
from recognition.due import to_confirm
from recognition.models import Rule

_HOW = {
    "day": "Un jour de l’année, mois puis jour\u00a0: 06-01 pour le 1er juin. Vaut pour les campagnes à venir.",
    "number": "Un nombre entier.",
    "numbers": "Des nombres, séparés par des espaces.",
    "text": "Un texte, tel qu’il sera imprimé.",
    "yes": "«\u00a0oui\u00a0» ou «\u00a0non\u00a0».",
    "effect": "«\u00a0rejet\u00a0» ou «\u00a0accord\u00a0».",
}


class RuleForm(forms.ModelForm):
    class Meta:
        model = Rule
        fields = ("key", "value", "source", "note", "to_confirm")
        widgets = {"value": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        key = rulebook.KEYS.get(self.instance.key)
        if "key" in self.fields:
            known = set(Rule.objects.values_list("key", flat=True))
            left = [(name, rule.label) for name, rule in rulebook.KEYS.items() if name not in known]
            self.fields["key"] = forms.ChoiceField(label="Règle", choices=left)
        elif key and "value" in self.fields:
            default = f" Sans valeur\u00a0: {key.default}." if key.default else " Sans valeur\u00a0: rien."
            self.fields["value"].help_text = _HOW[key.kind] + default

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        key = cleaned.get("key") or self.instance.key
        said = rulebook.problem(key, cleaned.get("value", ""))
        if said:
            self.add_error("value", ValidationError(f"{said[:1].upper()}{said[1:]}."))
        return cleaned


@admin.register(Rule)
class RuleAdmin(RulesAdmin):
    form = RuleForm
    list_display = ("shown_label", "shown_value", "source", "to_confirm")
    list_filter = (due_filter(a_confirmer=("À confirmer", to_confirm)),)
    ordering = ("key",)
    search_fields = ("key", "value", "note")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and len(rulebook.KEYS) > Rule.objects.count()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("shown_label" if obj else "key", "value", "source", "note", "to_confirm")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("shown_label",) if obj else ()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Titled by what the rule is called."""
        rule = Rule.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        said = {"title": self.shown_label(rule), "subtitle": None} if rule else {}
        return super().change_view(request, object_id, form_url, said | (extra_context or {}))

    @admin.display(description="règle", ordering="key")
    def shown_label(self, rule: Rule) -> str:
        known = rulebook.KEYS.get(rule.key)
        return known.label if known else rule.key

    @admin.display(description="valeur")
    def shown_value(self, rule: Rule) -> str:
        known = rulebook.KEYS.get(rule.key)
        default = known.default if known else ""
        text = rule.value.strip() or (f"{default} (par défaut)" if default else "–")
        return text if len(text) <= 120 else f"{text[:119]}…"

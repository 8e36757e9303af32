"""The charter at the Region's desk: an amendment is a draft, then published for good; signatures hardly change (M3)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse

from accounts.admin_rules import RulesAdmin, actor
from core import markdown
from core.journal import record
from members.models import Charter, CharterSignature
from members.services_charter import publish, to_tell, withdraw_signature

NO_NAME = "Gardé au journal, qui ne s’efface pas : n’y écrivez aucun nom."


class CharterForm(forms.ModelForm):
    """A version added here amends another: the charter itself comes with a region pack, with its numbered texts."""

    class Meta:
        model = Charter
        fields = ("amends", "version", "title", "signed_on", "text")
        labels = {"version": "identifiant", "signed_on": "date"}
        help_texts = {
            "version": "En un mot, par exemple « avenant-1 » : il figure dans l’adresse et sur l’attestation."
        }

    def clean_amends(self) -> Charter:
        amended: Charter | None = self.cleaned_data["amends"]
        if amended is None:
            raise ValidationError("Choisissez le texte que cet avenant modifie.")
        return amended

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if len(text) > markdown.LONGEST:
            raise ValidationError(f"Un texte compte au plus {markdown.LONGEST} caractères.")
        if problems := markdown.refusals(text):
            raise ValidationError([ValidationError(problem) for problem in problems])
        if not text.strip() and (not self.instance.pk or self.instance.amends_id):
            raise ValidationError("Écrivez ce que change cet avenant : c’est ce texte que l’on signe.")
        return text


def is_draft(charter: Charter) -> bool:
    """An amendment that may still change: neither open to signature nor signed by anybody."""
    return bool(charter.amends_id) and not charter.open_to_signature and not charter.signatures.exists()


@admin.register(Charter)
class CharterAdmin(RulesAdmin):
    """An amendment is saved as a draft; publishing it is an act of its own, which writes to those who may sign."""

    form = CharterForm
    list_display = ("title", "version", "amends", "signed_on", "open_to_signature")
    list_select_related = ("amends",)
    change_form_template = add_form_template = "admin/members/charter_form.html"

    def get_fields(self, request: HttpRequest, obj: Charter | None = None) -> Any:
        typed = ("amends", "version", "title", "signed_on", "text")
        return (*typed, "open_to_signature") if obj else typed

    def get_readonly_fields(self, request: HttpRequest, obj: Charter | None = None) -> Any:
        """What may be or was signed does not change under the signatures: one publishes an amendment."""
        if obj is None:
            return ()
        given = ("amends", "version", "open_to_signature")
        if obj.amends_id is None:
            return (*given, *(("text", "signed_on") if obj.signatures.exists() else ()))
        return given if is_draft(obj) else (*given, "title", "text", "signed_on")

    def save_model(self, request: HttpRequest, obj: Charter, form: Any, change: bool) -> None:
        if not change:
            obj.open_to_signature = False
        super().save_model(request, obj, form, change)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        charter = self.get_object(request, object_id)
        told = len(to_tell(charter)) if charter is not None and is_draft(charter) else None
        return super().change_view(request, object_id, form_url, {"told": told} | (extra_context or {}))

    # --- publishing

    def publish_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """What publishing does, then done on a POST; the sheet again for what is no draft."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        charter = get_object_or_404(self.get_queryset(request), pk=key)
        if request.method == "POST":
            self._publish(request, charter)
        elif is_draft(charter):
            context = {
                **self.admin_site.each_context(request),
                "title": "Publier cet avenant",
                "opts": self.opts,
                "original": charter,
                "told": len(to_tell(charter)),
                "text": markdown.render(charter.text, heading_level=2),
            }
            return render(request, "admin/members/charter/publish.html", context)
        return HttpResponseRedirect(reverse("admin:members_charter_change", args=[charter.pk]))

    def _publish(self, request: HttpRequest, charter: Charter) -> None:
        try:
            told = publish(charter=charter, actor=actor(request))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return
        people = "1 gestionnaire en est informé·e" if told == 1 else f"{told} gestionnaires en sont informé·es"
        messages.success(request, f"Cet avenant est ouvert à la signature\u00a0; {people} par courriel.")

    # --- the text as members will read it

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("apercu/", view(self.preview), name="members_charter_preview"),
            path("<int:key>/publier/", view(self.publish_view), name="members_charter_publish"),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """What is typed in the form, as members would read it; nothing is written."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        text = request.POST.get("text", "").replace("\x00", "")[: markdown.LONGEST]
        context = {
            "title": request.POST.get("title", "").strip()[:200] or "Avenant sans titre",
            "text": markdown.render(text, heading_level=2),
            "problems": markdown.refusals(text),
        }
        answer = render(request, "members/charter_preview.html", context)
        answer["Cache-Control"] = "private, no-store"
        return answer


class SignatureForm(forms.ModelForm):
    reason = forms.CharField(label="Motif", required=False, max_length=300, help_text=NO_NAME)
    withdraw = forms.BooleanField(label="Retirer cette signature", required=False)

    class Meta:
        model = CharterSignature
        fields = ("charter", "organisation", "signatory", "title", "signed_on")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance.pk and not (cleaned.get("reason") or "").strip():
            self.add_error("reason", "Dites pourquoi cette signature change : elle engage un organisme.")
        return cleaned


@admin.register(CharterSignature)
class CharterSignatureAdmin(RulesAdmin):
    """A signature is neither edited nor removed by those who gave it: only here, with a reason kept in the journal."""

    form = SignatureForm
    list_display = ("organisation", "charter", "signed_on", "signatory")
    list_filter = ("charter",)
    list_select_related = ("organisation", "charter")
    search_fields = ("organisation__name", "signatory")
    autocomplete_fields = ("organisation",)
    unsaid_fields = ("signatory",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        given = ("charter", "organisation", "signatory", "title", "signed_on")
        return (*given, "reason", "withdraw") if obj else given

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("charter", "organisation") if obj else ()

    def save_model(self, request: HttpRequest, obj: CharterSignature, form: Any, change: bool) -> None:
        if change and form.cleaned_data["withdraw"]:
            kept = CharterSignature.objects.select_related("charter").get(pk=obj.pk)
            withdraw_signature(signature=kept, reason=form.cleaned_data["reason"], actor=actor(request))
            return
        super().save_model(request, obj, form, change)
        if change:
            reason = {"reason": [None, form.cleaned_data["reason"].strip()]}
            record(verb="charter.correct", target=obj, actor=actor(request), changes=reason)

    def response_change(self, request: HttpRequest, obj: CharterSignature) -> HttpResponse:
        """A signature that was taken out has no page any more."""
        if CharterSignature.objects.filter(pk=obj.pk).exists():
            return super().response_change(request, obj)
        messages.success(request, "La signature est retirée ; le motif est au journal.")
        return self.response_post_save_change(request, obj)

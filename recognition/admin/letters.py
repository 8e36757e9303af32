"""Letters at the desk: their words with a preview, those that left, how far a batch is, one made again (R12, R14)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_POST

from accounts.admin_filters import due_filter
from accounts.admin_rules import ReadOnlyAdmin, RulesAdmin, actor
from accounts.rules import runs_region
from core.journal import record
from recognition.forms.letters import LetterTemplateForm
from recognition.letters.blocks import BLOCKS
from recognition.letters.drawing import pdf_of, redo
from recognition.letters.kinds import KINDS
from recognition.letters.names import names_of
from recognition.letters.papers import paper_name
from recognition.letters.preview import preview
from recognition.letters.waiting import batches, failed
from recognition.letters.writing import words_of
from recognition.models import Letter, LetterKind, LetterTemplate
from recognition.services.consulting import took_letter

BLOCK_WORDS = {
    "la_decision": "la décision, sa délibération, les avis", "motifs": "les motifs",
    "texte_de_loi": "ce que dit la loi", "pour_repondre": "comment et jusqu’à quand répondre",
    "recu": "ce qui a été reçu", "complement": "ce qui a été complété",
    "service_charge": "le service chargé du dossier",
    "silence": "ce que vaut le silence", "reconnaissance": "les dates de la reconnaissance",
    "pour_renouveler": "jusqu’à quand renouveler",
}  # fmt: skip


def pdf_response(data: bytes, name: str) -> HttpResponse:
    """A PDF that the browser shows, kept by nobody on the way."""
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


@admin.register(LetterTemplate)
class LetterTemplateAdmin(RulesAdmin):
    """The words that the Region wrote; without them a letter has ours. Deleting a row gives ours back."""

    form = LetterTemplateForm
    delete_rule = runs_region
    list_display = ("kind", "subject", "updated_at")
    fields = ("kind", "subject", "text")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.preview_view)
        name = "recognition_lettertemplate_preview"
        return [path("apercu/<slug:kind>/", view, name=name), *super().get_urls()]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def preview_view(self, request: HttpRequest, kind: str) -> HttpResponse:
        """The PDF of the words in force, or, posted, of those being typed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if kind not in KINDS:
            raise Http404
        subject, text = words_of(kind)
        if request.method == "POST":
            form = LetterTemplateForm({**request.POST.dict(), "kind": kind}, initial={"kind": kind})
            form.fields["kind"].disabled = True  # a kind that has its words already is previewed too
            if not form.is_valid():
                said = [str(error) for errors in form.errors.values() for error in errors]
                return HttpResponse("\n".join(said), status=422, content_type="text/plain; charset=utf-8")
            subject, text = form.cleaned_data["subject"], form.cleaned_data["text"]
        return pdf_response(preview(kind, subject, text).data, f"apercu-{kind}.pdf")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Our words for the kind that was chosen, to be rewritten."""
        known = set(LetterTemplate.objects.values_list("kind", flat=True))
        left = [kind for kind in KINDS if kind not in known] or list(KINDS)
        kind = request.GET.get("kind", "")
        kind = kind if kind in left else left[0]
        subject, text = KINDS[kind].words
        return {"kind": kind, "subject": subject, "text": text}

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        obj.updated_at = timezone.now()
        super().save_model(request, obj, form, change)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        kind = context["adminform"].form.of
        context |= {
            "kind": kind,
            "kind_label": LetterKind(kind).label,
            "names": names_of(kind),
            "blocks": [(key, BLOCK_WORDS[key]) for key in KINDS[kind].blocks if key in BLOCKS],
            "appeal": KINDS[kind].appeal,
            "ours": KINDS[kind].words,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        written = {row.kind: row for row in LetterTemplate.objects.all()}
        kinds = [(kind, LetterKind(kind).label, written.get(kind)) for kind in KINDS]
        return super().changelist_view(request, {"kinds": kinds} | (extra_context or {}))


@admin.register(Letter)
class LetterAdmin(ReadOnlyAdmin):
    """Numbered, archived, read against their SHA-256."""

    list_display = ("number", "kind", "shown_organisation", "dated_on", "state", "pages", "sent_at")
    list_filter = (due_filter(en_echec=("En échec", failed)), "state", "kind", "dated_on")
    list_select_related = ("candidature__organisation", "recognition__organisation")
    search_fields = ("number", "subject", "candidature__organisation__name", "recognition__organisation__name")
    fields = (
        "number", "kind", "subject", "candidature", "recognition", "decision", "notice", "dated_on", "state",
        "written_at", "drawn_at", "sent_at", "pages", "sha256", "attempts", "error",
    )  # fmt: skip

    def get_urls(self) -> list[Any]:
        site, name = self.admin_site, "recognition_letter"
        return [
            path("<int:key>/pdf/", site.admin_view(self.pdf_view), name=f"{name}_pdf"),
            path("<int:key>/refaire/", site.admin_view(self.redo_view), name=f"{name}_redo"),
            *super().get_urls(),
        ]

    @admin.display(description="organisme")
    def shown_organisation(self, letter: Letter) -> str:
        subject = letter.candidature or letter.recognition
        return str(subject.organisation) if subject else "–"

    def pdf_view(self, request: HttpRequest, key: int) -> HttpResponse:
        letter = self._theirs(request, key)
        try:
            return pdf_response(_taken(request, letter), paper_name(letter))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return self._back(letter)

    @method_decorator(require_POST)
    def redo_view(self, request: HttpRequest, key: int) -> HttpResponse:
        letter = self._theirs(request, key)
        try:
            made = redo(letter=letter, at=timezone.now())
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            record(verb="letter.redo", target=made, actor=actor(request))
            said = "Le fichier est refait, à l’identique." if made.sha256 else "La lettre est remise en production."
            messages.success(request, said)
        return self._back(letter)

    def _theirs(self, request: HttpRequest, key: int) -> Letter:
        if not self.has_view_permission(request):
            raise PermissionDenied
        letter: Letter | None = self.get_queryset(request).filter(pk=key).first()
        if letter is None:
            raise Http404
        return letter

    def _back(self, letter: Letter) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:recognition_letter_change", args=[letter.pk]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        letter = self.get_object(request, object_id)
        context = {"broken": _broken(letter), "may_redo": _may_redo(letter)} if letter else {}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {"batches": batches()} | (extra_context or {}))


def _taken(request: HttpRequest, letter: Letter) -> bytes:
    """Its file, read by this person. Raises `ValidationError` when it is missing or changed."""
    data = pdf_of(letter)
    took_letter(letter=letter, actor=actor(request))
    return data


def _broken(letter: Letter) -> str:
    """What is wrong with the archived file, or nothing."""
    if not letter.sha256:
        return ""
    try:
        pdf_of(letter)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _may_redo(letter: Letter) -> bool:
    return letter.state == Letter.State.FAILED or bool(_broken(letter))

"""The Region's pages at the desk: written, previewed, published at a date, compared and restored."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from accounts.admin_rules import RulesAdmin, actor
from core.differences import compare, in_words
from core.links import absolute
from spro.editorial import services
from spro.editorial.forms import PageForm, PreviewForm, PublicationForm
from spro.editorial.models import CONTENT, Page, Version
from spro.editorial.people import with_authors
from spro.views.editorial import drawn

VERSIONS_SHOWN = 200


class StageFilter(admin.SimpleListFilter):
    title = "état"
    parameter_name = "etat"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in Page.Stage.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now, released = timezone.now(), Page.State.RELEASED
        wanted = self.value()
        if wanted == Page.Stage.DRAFT:
            return queryset.filter(state=Page.State.DRAFT)
        if wanted == Page.Stage.SCHEDULED:
            return queryset.filter(state=released, publish_at__gt=now)
        if wanted == Page.Stage.PUBLISHED:
            return queryset.filter(state=released, publish_at__lte=now).exclude(unpublish_at__lte=now)
        if wanted == Page.Stage.WITHDRAWN:
            return queryset.filter(state=Page.State.WITHDRAWN) | queryset.filter(state=released, unpublish_at__lte=now)
        return queryset


@admin.register(Page)
class PageAdmin(RulesAdmin):
    """Every write goes through `services`: versions, lock, journal and search are theirs."""

    form = PageForm
    list_display = ("title", "shown_stage", "address", "position", "changed_at")
    list_filter = (StageFilter,)
    search_fields = ("title", "lead", "slug", "text")
    ordering = ("title", "pk")
    prepopulated_fields: ClassVar[Any] = {"slug": ("title",)}
    fields = ("title", "slug", "lead", "text", "position", "expected")
    change_form_template = "admin/spro/page/change_form.html"
    add_form_template = "admin/spro/page/change_form.html"

    @admin.display(description="état")
    def shown_stage(self, page: Page) -> str:
        stage = page.stage
        if stage == Page.Stage.SCHEDULED and page.publish_at:
            return f"{stage.label} le {timezone.localtime(page.publish_at):%d/%m/%Y à %H:%M}"
        return str(stage.label)

    @admin.display(description="adresse", ordering="slug")
    def address(self, page: Page) -> str:
        return page.get_absolute_url()

    # --- saving

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        content = {name: form.cleaned_data[name] for name in CONTENT}
        if change:
            saved = services.write_page(
                page=obj, expected=form.cleaned_data["expected"], actor=actor(request), **content
            )  # fmt: skip
        else:
            saved = services.create_page(actor=actor(request), **content)
        obj.pk, obj._state.adding = saved.pk, False
        obj.refresh_from_db()

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        form = context["adminform"].form
        stale: Page | None = getattr(form, "stale", None)
        if stale is not None:
            last = with_authors(Version.objects.filter(page=stale, number=stale.revision))
            context |= {"stale": stale, "stale_by": last[0] if last else None}
            context["stale_rows"] = compare(stale.text, form.typed_text)
            context["stale_title"] = (stale.title, str(form.data.get("title", "")))
            context["stale_lead"] = (stale.lead, str(form.data.get("lead", "")))
        return super().render_change_form(request, context, *args, **kwargs)

    # --- addresses of its own

    def get_urls(self) -> list[Any]:
        def ours(route: str, view: Any, name: str) -> Any:
            return path(route, self.admin_site.admin_view(view), name=f"spro_page_{name}")

        return [
            ours("apercu/", self.preview_typed, "preview_typed"),
            ours("<int:key>/apercu/", self.preview_saved, "preview"),
            ours("<int:key>/publication/", self.publication, "publication"),
            ours("<int:key>/versions/", self.versions, "versions"),
            ours("<int:key>/versions/<int:number>/", self.version, "version"),
            *super().get_urls(),
        ]

    def preview_typed(self, request: HttpRequest) -> HttpResponse:
        """What is in the form, as everyone would read it; nothing is written."""
        self._only_the_region(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = PreviewForm(request.POST)
        if not form.is_valid():
            problems = [str(problem) for found in form.errors.values() for problem in found]
            nothing = SimpleNamespace(title="Aperçu impossible", lead="", text="", changed_at=timezone.now())
            return self._preview(request, nothing, problems)
        typed = SimpleNamespace(**form.cleaned_data, changed_at=timezone.now())
        typed.title = typed.title or "Page sans titre"
        return self._preview(request, typed, services.text_problems(typed.text))

    def preview_saved(self, request: HttpRequest, key: int) -> HttpResponse:
        """The saved text, for whoever works at the desk (officers too): an address to hand to a colleague.

        `version` in the query chooses an older one.
        """
        page = get_object_or_404(Page, pk=key)
        number = request.GET.get("version", "")
        if not number:
            return self._preview(request, page, [])
        if not (number.isascii() and number.isdigit() and len(number) < 9):
            number = "0"
        version = get_object_or_404(Version, page=page, number=int(number))
        shown = SimpleNamespace(title=version.title, lead=version.lead, text=version.text, changed_at=version.at)
        return self._preview(request, shown, [])

    def _preview(self, request: HttpRequest, shown: Any, problems: list[str]) -> HttpResponse:
        answer = render(request, "editorial/preview.html", drawn(shown) | {"problems": problems})
        answer["Cache-Control"] = "private, no-store"
        return answer

    def publication(self, request: HttpRequest, key: int) -> HttpResponse:
        """When the page is shown: now, at a date, until a date, no more."""
        self._only_the_region(request)
        page = get_object_or_404(Page, pk=key)
        form = PublicationForm(
            request.POST or None, initial={"expected": page.revision, "until": page.unpublish_at, "at": _to_come(page)}
        )
        if request.method == "POST" and self._act(request, page, form):
            return HttpResponseRedirect(reverse("admin:spro_page_publication", args=[page.pk]))
        link = absolute(reverse("admin:spro_page_preview", args=[page.pk]))
        context = {"form": form, "stage": page.stage, "preview_link": link}
        return self._answer(request, page, "publication", "Publication", context)

    def _act(self, request: HttpRequest, page: Page, form: PublicationForm) -> bool:
        """Whether what the button says was done; the form says why not."""
        try:
            if "withdraw" in request.POST:
                services.withdraw(page=page, actor=actor(request))
                said = "La page est retirée : son adresse le dit à qui y vient."
            elif "unschedule" in request.POST:
                services.back_to_draft(page=page, actor=actor(request))
                said = "La publication programmée est abandonnée."
            elif form.is_valid():
                done = services.publish(page=page, actor=actor(request), **form.cleaned_data)
                said = "C’est programmé." if done.stage == Page.Stage.SCHEDULED else "La page est en ligne."
            else:
                return False
        except services.StaleError as error:
            form.add_error(None, "Le texte a changé depuis que cette page est ouverte : relisez-le avant de publier.")
            form.data = {**request.POST.dict(), "expected": str(error.current.revision)}
            return False
        except ValidationError as error:
            if form.is_bound and not hasattr(form, "cleaned_data"):
                form.full_clean()
            form.add_error(None, error)
            return False
        self.message_user(request, said, messages.SUCCESS)
        return True

    def versions(self, request: HttpRequest, key: int) -> HttpResponse:
        self._only_the_region(request)
        page = get_object_or_404(Page, pk=key)
        listed = Version.objects.filter(page=page).defer("text")[:VERSIONS_SHOWN]
        return self._answer(request, page, "versions", "Versions", {"versions": with_authors(listed)})

    def version(self, request: HttpRequest, key: int, number: int) -> HttpResponse:
        """A version beside the one before it (`avec=actuelle`: beside the present one); POST brings it back."""
        self._only_the_region(request)
        page = get_object_or_404(Page, pk=key)
        version = get_object_or_404(Version, page=page, number=number)
        if request.method == "POST":
            self._restore(request, page, number)
            return HttpResponseRedirect(reverse("admin:spro_page_versions", args=[page.pk]))
        with_present = request.GET.get("avec") == "actuelle"
        other: Any = page if with_present else Version.objects.filter(page=page, number=number - 1).first()
        before, after = (version, page) if with_present else (other, version)
        rows = compare(before.text if before else "", after.text)
        fields = [
            (str(Page._meta.get_field(name).verbose_name), getattr(before, name, None), getattr(after, name))  # type: ignore[union-attr]
            for name in CONTENT
            if name != "text" and getattr(before, name, None) != getattr(after, name)
        ]
        context = {"version": with_authors([version])[0], "rows": rows, "said": in_words(rows), "fields": fields}
        context |= {"with_present": with_present, "is_last": number == page.revision}
        context["left"] = f"Version {number}" if with_present else f"Version {number - 1}"
        context["right"] = "Maintenant" if with_present else f"Version {number}"
        return self._answer(request, page, "version", f"Version {number}", context)

    def _restore(self, request: HttpRequest, page: Page, number: int) -> None:
        if page.stage == Page.Stage.PUBLISHED and request.POST.get("live") != "1":
            self.message_user(
                request, "Cette page est en ligne\u00a0: confirmez que cette version doit s’y lire.", messages.WARNING
            )
            return
        typed = request.POST.get("expected", "")
        expected = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else -1
        try:
            services.restore_version(page=page, number=number, expected=expected, actor=actor(request))
        except services.StaleError:
            self.message_user(
                request, "Une version a été enregistrée entre-temps : relisez-la d’abord.", messages.WARNING
            )
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
        else:
            self.message_user(request, f"La version {number} est de nouveau celle de la page.", messages.SUCCESS)

    def _only_the_region(self, request: HttpRequest) -> None:
        if not self.has_change_permission(request):
            raise PermissionDenied

    def _answer(
        self, request: HttpRequest, page: Page, template: str, title: str, context: dict[str, Any]
    ) -> HttpResponse:
        whole = {
            **self.admin_site.each_context(request), "title": f"{title} : {page}", "opts": self.opts, "page": page,
            "here": title, **context,
        }  # fmt: skip
        return TemplateResponse(request, f"admin/spro/page/{template}.html", whole)


def _to_come(page: Page) -> Any:
    return page.publish_at if page.stage == Page.Stage.SCHEDULED else None

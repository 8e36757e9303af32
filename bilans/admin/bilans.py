"""Bilans at the Region's desk: the queue of those to read, the page of each, accepted or sent back (B2, S3)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.admin_filters import due_filter
from accounts.admin_rules import actor
from bilans import kinds, queue
from bilans.addressees import fillers
from bilans.forms import ReasonForm, SeenForm
from bilans.models import Bilan, Kind
from bilans.reading import reading_of
from bilans.rules import may_read_whole
from bilans.services import deciding
from recognition.admin.acts import ActsAdmin, address_of
from territories.models import Agency


class PlaceFilter(admin.SimpleListFilter):
    """The territory that a bilan speaks of: its agency, that of its platform, those of its organisation's places."""

    title, parameter_name = "territoire", "territoire"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Agency.objects.order_by("order").values_list("slug", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen not in {key for key, _ in self.lookup_choices}:
            return queryset
        return queryset.filter(pk__in=in_place(Bilan.objects.all(), Q(slug=chosen)).values("pk"))


def in_place(rows: QuerySet[Bilan], agencies: Q) -> QuerySet[Bilan]:
    """The bilans of `rows` that speak of one of these agencies' territories."""
    found = Agency.objects.filter(agencies)
    return rows.filter(kinds.there(found))


class Queue(ChangeList):
    """Sorted as the queue is, here only."""

    def _get_default_ordering(self) -> list[str]:
        return ["rank", "submitted_at", "name"]


@admin.register(Bilan)
class BilanAdmin(ActsAdmin):
    """Read whole by the Region's staff alone: small counts are in it."""

    view_rule = may_read_whole
    list_display = ("name", "kind", "shown_year", "state", "submitted_at", "saved_at", "network")
    list_filter = (
        due_filter(
            a_relire=("Déposés à relire", queue.to_read),
            en_retard=("En retard", queue.late),
            a_reprendre=("À reprendre", queue.to_redo),
            commences=("Commencés", queue.begun),
            vierges=("Pas commencés", queue.untouched),
        ),
        "campaign", "state", "kind", "organisation__network", PlaceFilter,
    )  # fmt: skip
    search_fields = ("name", "organisation__name", "organisation__current_name")
    search_help_text = "Nom de l’organisme, du territoire, de la plateforme"
    export_fields = ("first_saved_at", "returned_at", "accepted_at")
    named = ("campaign", "organisation__network", "agency", "platform")
    fields = ()
    acts: ClassVar[dict[str, tuple[str, str]]] = {
        "accept": ("accepter/", "accept_view"),
        "return": ("renvoyer/", "return_view"),
        "reopen": ("rouvrir/", "reopen_view"),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Bilan]:
        rows: QuerySet[Bilan] = super().get_queryset(request)
        return queue.queued(
            rows.filter(campaign__opened_at__isnull=False).select_related("campaign", "organisation__network")
        )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Queue

    # --- columns

    @admin.display(description="année", ordering="campaign__year")
    def shown_year(self, bilan: Bilan) -> int:
        return bilan.campaign.year

    @admin.display(description="réseau", ordering="organisation__network__number")
    def network(self, bilan: Bilan) -> str:
        found = bilan.organisation.network if bilan.organisation else None
        return str(found) if found else "—"

    # --- the list, the page

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context: dict[str, Any] = {}
        if request.method == "GET" and self.has_view_permission(request):
            rows = Bilan.objects.filter(campaign__opened_at__isnull=False)
            context["waiting"] = [
                {"due": due, "label": label, "count": count}
                for due, label, count in (
                    ("a-relire", "à relire", queue.to_read(rows).count()),
                    ("en-retard", "en retard", queue.late(rows).count()),
                )
                if count
            ]
        return super().changelist_view(request, context | (extra_context or {}))

    def sheet(self, row: Bilan, today: Any, typed: tuple[str, Any] | None) -> dict[str, Any]:
        name, given = typed or ("", None)
        decides = row.kind != Kind.REGION
        shown = {"seen": row.version}
        submitted, accepted = row.state == Bilan.State.SUBMITTED, row.state == Bilan.State.ACCEPTED
        return {
            "title": row.name, "typed": name, "next": queue.after(row, self._opened()),
            "accepting": (given if name == "accepter" else SeenForm(initial=shown, key="accepter"))
            if submitted and decides else None,
            "returning": (given if name == "renvoyer" else ReasonForm(initial=shown, key="renvoyer"))
            if submitted and decides else None,
            "reopening": (given if name == "rouvrir" else ReasonForm(initial=shown, key="rouvrir"))
            if accepted else None,
            **reading_of(row),
        }  # fmt: skip

    # --- what is decided

    def accept_view(self, request: HttpRequest, key: int) -> HttpResponse:
        row, form = self._decided(request, key), SeenForm(request.POST, key="accepter")
        return self.do(
            request, row, form,
            lambda: deciding.accept(row, user=actor(request), at=timezone.now(), seen=form.cleaned_data["seen"]),
            name="accepter", done=f"Le bilan de {row.name} est accepté.", to=lambda _: self._next(request, row),
        )  # fmt: skip

    def return_view(self, request: HttpRequest, key: int) -> HttpResponse:
        row, form = self._decided(request, key), ReasonForm(request.POST, key="renvoyer")
        return self.do(
            request, row, form,
            lambda: deciding.send_back(row, user=actor(request), at=timezone.now(), **form.cleaned_data),
            name="renvoyer", done=f"Le bilan de {row.name} est renvoyé\u00a0: {_told(row)}",
            to=lambda _: self._next(request, row),
        )  # fmt: skip

    def reopen_view(self, request: HttpRequest, key: int) -> HttpResponse:
        row, form = self.theirs(request, key), ReasonForm(request.POST, key="rouvrir")
        return self.do(
            request, row, form,
            lambda: deciding.reopen(
                row, user=actor(request), at=timezone.now(), reason=form.cleaned_data["reason"]
            ),
            name="rouvrir",
            done=(
                "Le bilan de la région est rouvert\u00a0: corrigez-le, déposez-le, puis publiez sa nouvelle version."
                if row.kind == Kind.REGION
                else f"Le bilan de {row.name} est rouvert\u00a0: {_told(row)}"
            ),
        )  # fmt: skip

    def _decided(self, request: HttpRequest, key: int) -> Bilan:
        """A bilan that is read here; the Region's own is accepted by publishing it, and reopened to be corrected."""
        row: Bilan = self.theirs(request, key)
        if row.kind == Kind.REGION:
            raise PermissionDenied
        return row

    def _next(self, request: HttpRequest, row: Bilan) -> str:
        """To the next one that waits to be read; back to the queue when it is empty."""
        found = queue.after(row, self._opened())
        if found is not None:
            messages.info(request, "Voici le suivant qui attend.")
            return address_of(found)
        return reverse("admin:bilans_bilan_changelist")

    @staticmethod
    def _opened() -> QuerySet[Bilan]:
        return Bilan.objects.filter(campaign__opened_at__isnull=False)


def _told(row: Bilan) -> str:
    """Who takes the bilan up again: those who may write it, when there are any."""
    if fillers([row])[row.pk]:
        return "ses auteur·rices sont prévenu·es."
    return "personne n’a encore de compte pour le reprendre, et personne n’est prévenu."

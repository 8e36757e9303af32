"""The Region's desk: networks, organisations, who works for them, the charter and its signatures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.admin_filters import due_filter
from accounts.admin_periods import InForceFilter, PeriodAdmin
from accounts.admin_rules import ReadOnlyAdmin, RulesAdmin, actor
from core import search
from core.text import sort_key
from members import admin_charter, due, search_entries  # noqa: F401 (the charter registers itself)
from members.models import (
    Commitment,
    FundingCriterion,
    Invitation,
    Mandate,
    Network,
    Organisation,
    Plan,
    QualityCriterion,
)
from members.services import end_mandate, grant_mandate


class _PublicPageAdmin(RulesAdmin):
    """The address of a public page does not change once it is given."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (
            ["slug", *super().get_readonly_fields(request, obj)] if obj else super().get_readonly_fields(request, obj)
        )


@admin.register(Network)
class NetworkAdmin(_PublicPageAdmin):
    list_display = ("number", "name", "short")
    list_display_links = ("name",)
    search_fields = ("name", "name_published")
    ordering = ("number",)

    def save_model(self, request: HttpRequest, obj: Network, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        search.index(entry for entry in search_entries.networks() if entry.key == obj.slug)


@admin.register(Organisation)
class OrganisationAdmin(_PublicPageAdmin):
    list_display = ("shown_name", "kind", "network", "status", "place", "confirmed_on")
    list_filter = (
        due_filter(
            orphelins=("Sans gestionnaire", due.without_manager),
            a_confirmer=("Fiche non confirmée depuis un an", due.unconfirmed),
        ),
        "status", "network", "kind",
    )  # fmt: skip
    export_fields = ("website", "presentation", "fte", "published_on")
    search_fields = ("name", "current_name", "name_published", "place", "slug")
    list_select_related = ("network",)
    autocomplete_fields = ("network", "parent")
    ordering = ("sort_key",)
    # The name of a natural person.
    unsaid_fields = ("legal_representative",)

    @admin.display(description="nom", ordering="sort_key")
    def shown_name(self, organisation: Organisation) -> str:
        return organisation.display_name

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Recognised, candidate, former: the recognition alone writes them, by a decision (R1, R7, R11)."""
        form = super().get_form(request, obj, change, **kwargs)
        if "status" in form.base_fields:
            mine = obj.status if obj is not None else ""
            form.base_fields["status"].choices = [  # type: ignore[attr-defined]
                (value, label) for value, label in Organisation.Status.choices
                if value in Organisation.TYPED or value == mine
            ]  # fmt: skip
        return form

    def save_model(self, request: HttpRequest, obj: Organisation, form: ModelForm, change: bool) -> None:
        obj.sort_key = sort_key(obj.display_name)
        super().save_model(request, obj, form, change)
        if obj.public:
            search.index([search_entries.organisation(obj)])
        else:
            search.forget("organisation", [obj.slug])


@admin.register(Mandate)
class MandateAdmin(PeriodAdmin):
    scope_fields = ("organisation", "role")
    list_display = ("user", "organisation", "role", "starts_on", "ends_on", "ended_at")
    list_filter = (InForceFilter, "role", "organisation__network")
    list_select_related = ("user", "organisation")
    search_fields = ("user__email", "user__name", "organisation__name", "organisation__current_name")
    autocomplete_fields = ("user", "organisation")

    def grant(self, request: HttpRequest, wanted: Mandate) -> Mandate:
        return grant_mandate(
            user=wanted.user, organisation=wanted.organisation, role=Mandate.Role(wanted.role), actor=actor(request),
            starts_on=wanted.starts_on, ends_on=wanted.ends_on,
        )  # fmt: skip

    def end(self, request: HttpRequest, mandate: Mandate) -> Mandate:
        return end_mandate(mandate=mandate, actor=actor(request))


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Whom organisations asked to join them; sent, revoked and sent again in the espace pro."""

    list_display = ("email", "organisation", "role", "created_at", "expires_at", "accepted_at", "revoked_at")
    fields = ("email", "organisation", "role", "invited_by", "created_at", "expires_at", "accepted_at", "accepted_by",
              "revoked_at")  # fmt: skip
    list_filter = (
        due_filter(
            "état", en_cours=("En cours", due.still_open), expirees=("Restées sans réponse", due.expired),
        ),
        "role", "organisation__network",
    )  # fmt: skip
    list_select_related = ("organisation",)
    search_fields = ("email", "organisation__name", "organisation__current_name")


@admin.register(Plan)
class PlanAdmin(_PublicPageAdmin):
    list_display = ("name", "starts_on", "ends_on", "invented")


# The words that the pack of a region uses for the texts of its charter; another one is shown as it is written.
FRENCH = {
    "accessibility": "Accessibilité", "dossier_piece": "Pièce du dossier", "engagement": "Engagement",
    "premises": "Locaux", "procedure": "Procédure", "service": "Service", "value": "Valeur",
    "all": "Tous", "candidate": "Organisme candidat", "member": "Organisme membre", "region": "Région",
    "action_type": "Type d’action", "appreciation_criterion": "Critère d’appréciation",
    "communication": "Communication", "evaluation_aim": "But de l’évaluation",
    "evaluation_rule": "Règle d’évaluation", "finality": "Finalité", "funding_rule": "Règle de financement",
    "indicator": "Indicateur", "objective": "Objectif", "participation_rule": "Règle de participation",
    "perimeter": "Périmètre", "project_holder": "Porteur de projet", "public": "Public",
    "success_condition": "Condition de réussite", "theme": "Thème", "transversal_priority": "Priorité transversale",
}  # fmt: skip


class InFrench(admin.AllValuesFieldListFilter):
    """By a word of the pack, read in French."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            word = str(choice["display"])
            yield {**choice, "display": FRENCH.get(word, word)}


class _CharterTextAdmin(RulesAdmin):
    """The words of the charter: corrected here, brought by the pack."""

    add_rule = ReadOnlyAdmin.add_rule
    readonly_fields = ("charter", "key", "source_line")
    search_fields = ("title", "text", "key")
    list_display: Any = ("order", "title", "source_line", "charter")
    list_display_links: Any = ("title",)
    list_select_related = ("charter",)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        search.index(entry for entry in search_entries.charter() if entry.key.endswith(f"-{obj.key}"))


@admin.register(Commitment)
class CommitmentAdmin(_CharterTextAdmin):
    list_display: Any = ("engagement_number", "order", "__str__", "axis_number", "party")
    list_display_links: Any = ("__str__",)
    list_filter = ("party", "axis_number", "charter")


@admin.register(QualityCriterion)
class QualityCriterionAdmin(_CharterTextAdmin):
    list_filter = (("kind", InFrench), ("applies_to", InFrench), "charter")


@admin.register(FundingCriterion)
class FundingCriterionAdmin(_CharterTextAdmin):
    list_filter = (("kind", InFrench), "charter")

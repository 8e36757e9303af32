"""The Region's desk for the territories: staff work on everything, an officer on the territory they serve (S3)."""

from __future__ import annotations

from typing import Any

import rules as rules_engine
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts.admin_filters import due_filter
from accounts.admin_periods import InForceFilter, PeriodAdmin
from accounts.admin_rules import ReadOnlyAdmin, RulesAdmin, actor, with_names
from accounts.rules import runs_region
from core.models import JournalEntry
from core.reference import Access, Channel, Service, Status
from members.models import Organisation
from territories import due, routing, services
from territories.admin_proposed import ProposedPlaces
from territories.due import served
from territories.hours_field import HoursField
from territories.models import (
    Agency,
    Closure,
    Commune,
    Contour,
    Department,
    EmploymentBasin,
    FormerCommune,
    OfficerMandate,
    Referent,
    ReferentCheck,
    RoutingRule,
    SheetReport,
    Site,
    SiteKind,
)
from territories.referent_desk import unasked
from territories.rules import agencies_of, is_any_officer, is_officer, may_read_contacts
from territories.services_sites import UNSAID_FIELDS, list_site
from territories.withdrawn import is_withdrawn, settle_name

# Lists and objects that an officer reads or changes; the rest of the desk is the Region's.
reads_desk = runs_region | is_any_officer
serves = runs_region | is_officer


class ServedFilter(admin.RelatedFieldListFilter):
    """The territories that the person serves; all of them for the Region. One alone is no choice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "territoire"

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        chosen = super().field_choices(field, request, model_admin)
        if runs_region.test(request.user):
            return chosen
        mine = {str(key) for key in agencies_of(request.user)}
        return [choice for choice in chosen if str(choice[0]) in mine]


class NetworkFilter(admin.RelatedFieldListFilter):
    """By family of organisations; the column is a copy, and has no name of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "réseau"


class ServedAdmin(RulesAdmin):
    """Rows that stand in a territory: an officer sees, chooses and leaves them in those they serve."""

    view_rule, change_rule, add_rule = serves, serves, runs_region

    def scope(self, user: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return served(user, queryset)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if not runs_region.test(request.user):
            agencies = agencies_of(request.user)
            model = db_field.remote_field.model
            if model is Organisation:
                here = Q(sites__agency__in=agencies) | Q(referents__agency__in=agencies)
                here |= Q(structure_referents__agency__in=agencies)
                kwargs["queryset"] = Organisation.objects.filter(pk__in=Organisation.objects.filter(here).values("pk"))
            elif model is Commune:
                kwargs["queryset"] = Commune.objects.filter(agency__in=agencies)
            elif model is Agency:
                kwargs |= {"queryset": Agency.objects.filter(pk__in=agencies), "required": True}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ListsAdmin(RulesAdmin):
    """What the pages keep in mind (lists, routing table): saving or deleting one has it read again."""

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        transaction.on_commit(routing.rules_changed)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        transaction.on_commit(routing.rules_changed)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset)
        transaction.on_commit(routing.rules_changed)


def https_by_default(field: Any, **kwargs: Any) -> Any:
    """The form field of a model field; an address of the web typed without its scheme is https."""
    if isinstance(field, models.URLField):
        return field.formfield(assume_scheme="https", **kwargs)
    return field.formfield(**kwargs)


class SiteForm(forms.ModelForm):
    """Closed lists as boxes, so that nobody types a value that does not exist."""

    class Meta:
        model = Site
        fields = (
            "name", "slug", "organisation", "kind", "description", "address", "postal_code", "commune", "lat", "lon",
            "phone", "email", "website", "hours", "hours_text", "services", "channels", "publics", "not_for", "access",
            "access_text", "provisional", "source", "source_url", "source_updated_on", "note", "listed", "updated_at",
        )  # fmt: skip
        formfield_callback = https_by_default
        help_texts = {
            "provisional": "Coché, le point exact n’est pas connu\u00a0: la carte montre le centre de la commune."
        }

    hours = HoursField(label="Horaires")
    services = forms.MultipleChoiceField(
        label="Services", choices=Service.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    channels = forms.MultipleChoiceField(
        label="Modes de contact", choices=Channel.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    publics = forms.MultipleChoiceField(
        label="Publics nommés d’abord", choices=Status.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    not_for = forms.MultipleChoiceField(
        label="Jamais proposé à", choices=Status.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    access = forms.MultipleChoiceField(
        label="Accessibilité", choices=Access.choices, required=False, widget=forms.CheckboxSelectMultiple
    )


class ClosureInline(admin.TabularInline):
    """When the place does not receive the public; told in the history of the place."""

    model = Closure
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(serves.test(request.user, obj))

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(Site)
class SiteAdmin(ProposedPlaces, ServedAdmin):
    form = SiteForm
    fieldsets = (
        ("Identité", {"fields": ("name", "slug", "organisation", "kind", "description")}),
        ("Adresse", {"fields": ("address", "postal_code", "commune", "lat", "lon", "provisional")}),
        ("Contacts", {"fields": ("phone", "email", "website", "channels")}),
        (
            "Horaires et fermetures",
            {"fields": ("hours", "hours_text"), "description": "Les fermetures se notent au bas de la page."},
        ),
        ("Publics et services", {"fields": ("services", "publics", "not_for", "access", "access_text")}),
        ("Interne", {"fields": ("listed", "source", "source_url", "source_updated_on", "note", "updated_at")}),
    )
    inlines = (ClosureInline,)
    list_display = ("name", "kind", "commune", "shown_agency", "shown_state", "confirmed_on", "updated_at")
    list_filter = (
        due_filter(
            proposes=("Proposés, à lister", due.proposed), adresse=("Sans adresse exacte", due.without_address),
            horaires=("Sans horaires", due.without_hours),
            a_confirmer=("Non confirmés depuis un an", due.unconfirmed),
        ),
        "listed", ("agency", ServedFilter), ("network", NetworkFilter), "kind", "provisional",
    )  # fmt: skip
    list_select_related = ("kind", "commune", "agency", "organisation")
    search_fields = ("name", "address", "commune__name", "organisation__name", "organisation__current_name")
    export_fields = (
        "organisation", "address", "postal_code", "phone", "email", "website", "lat", "lon", "hours", "services",
        "source",
    )  # fmt: skip
    actions = ("list_places",)
    autocomplete_fields = ("organisation", "kind", "commune")
    readonly_fields = ("slug", "source", "source_url", "source_updated_on", "updated_at")
    unsaid_fields = tuple(sorted(UNSAID_FIELDS))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_readonly_fields(request, obj) if obj else ("updated_at",)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        services.settle(obj)
        obj.updated_at = timezone.now()
        super().save_model(request, obj, form, change)
        services.site_changed([obj])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if any(formset.has_changed() for formset in formsets):
            services.site_changed([form.instance])

    @admin.display(description="territoire", ordering="agency__order")
    def shown_agency(self, site: Site) -> str:
        return str(site.agency)

    @admin.display(description="état", ordering="listed")
    def shown_state(self, site: Site) -> str:
        if site.listed:
            return "Dans l’annuaire"
        return "Proposé, à lister" if site.proposed_at else "Hors de l’annuaire"

    @admin.action(description="Lister ces lieux dans l’annuaire", permissions=["change"])
    def list_places(self, request: HttpRequest, queryset: QuerySet[Site]) -> None:
        """Places that their organisations proposed enter the directory; any other is left as it is."""
        listed = 0
        for site in due.proposed(queryset):
            if not self.has_change_permission(request, site):
                continue
            try:
                list_site(site=site, actor=actor(request))
            except ValidationError as error:
                self.message_user(request, f"{site}\u00a0: {' '.join(error.messages)}", messages.WARNING)
            else:
                listed += 1
        if listed:
            self.message_user(request, f"Lieux mis dans l’annuaire\u00a0: {listed}.", messages.SUCCESS)
        else:
            self.message_user(request, "Aucun de ces lieux n’attendait d’être listé.", messages.WARNING)


class ReferentForm(forms.ModelForm):
    """A successor may be entered over a name withdrawn, never that name again."""

    class Meta:
        model = Referent
        fields = "__all__"  # noqa: DJ007 (the desk chooses them)
        formfield_callback = https_by_default

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if is_withdrawn(self.instance, name):
            raise forms.ValidationError("Cette personne a demandé que son nom soit retiré.", code="withdrawn")
        return name


@admin.register(Referent)
class ReferentAdmin(ServedAdmin):
    form = ReferentForm
    unsaid_fields = ("name", "email", "phone")
    list_display = ("organisation", "agency", "town", "shown_name", "function", "confirmed_on", "withdrawn_at")
    list_filter = (
        due_filter(
            vacant=("Postes vacants", due.vacant), jamais=("Jamais confirmés", due.never_confirmed),
            a_confirmer=("Confirmés il y a plus d’un an", due.confirmed_long_ago),
            injoignables=("Que personne ne peut confirmer", unasked),
        ),
        ("agency", ServedFilter), ("organisation__network", NetworkFilter), "confirmed_on", "withdrawn_at",
    )  # fmt: skip
    list_select_related = ("organisation", "agency", "structure")
    search_fields = ("name", "organisation__name", "organisation__current_name", "structure__name", "town", "function")
    export_fields = ("structure", "area", "role", "published_on")
    export_contacts = ("email", "phone")
    contacts_rule = may_read_contacts
    autocomplete_fields = ("organisation", "structure", "agency")
    readonly_fields = ("withdrawn_at", "source_line")
    actions = ("withdraw_names",)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        settle_name(obj)
        super().save_model(request, obj, form, change)

    @admin.display(description="nom")
    def shown_name(self, referent: Referent) -> str:
        return str(referent) if not referent.withdrawn_at else "Nom retiré"

    @admin.action(description="Retirer le nom des pages, tout de suite", permissions=["change"])
    def withdraw_names(self, request: HttpRequest, queryset: QuerySet[Referent]) -> None:
        """At the person's request (T3): the name leaves every page at once; the post stays."""
        count = services.withdraw_name(referents=queryset, actor=actor(request))
        self.message_user(request, f"Noms retirés\u00a0: {count}.", messages.SUCCESS)


@admin.register(ReferentCheck)
class ReferentCheckAdmin(ReadOnlyAdmin):
    """The yearly « still right? »: whom it was asked, what they answered. The link itself is nobody's to read."""

    view_rule = reads_desk  # `scope` leaves to an officer those of the territories they serve
    list_display = ("referent", "organisation", "agency", "sent_on", "expires_on", "used_at", "outcome")
    fields = ("referent", "sent_on", "expires_on", "used_at", "outcome")
    list_filter = ("outcome", "sent_on", ("referent__agency", ServedFilter))
    list_select_related = ("referent__organisation", "referent__agency")
    search_fields = ("referent__name", "referent__organisation__name", "referent__organisation__current_name")
    date_hierarchy = "sent_on"

    def scope(self, user: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return served(user, queryset, "referent__agency_id")

    @admin.display(description="organisme", ordering="referent__organisation__sort_key")
    def organisation(self, check: ReferentCheck) -> str:
        return str(check.referent.organisation)

    @admin.display(description="territoire", ordering="referent__agency__order")
    def agency(self, check: ReferentCheck) -> str:
        return str(check.referent.agency or "Toute la région")


@admin.register(SheetReport)
class SheetReportAdmin(ReadOnlyAdmin):
    """Errors that readers told: read here, answered in the espace pro. Who told is not shown."""

    view_rule = serves
    list_display = ("title", "kind", "subject", "agency", "created_at", "state")
    fields = ("title", "kind", "organisation", "agency", "subject", "message", "created_at", "state", "answer",
              "handled_at", "handled_by", "answer_link")  # fmt: skip
    readonly_fields = ("answer_link", "handled_by")
    list_filter = (
        due_filter(a_traiter=("À traiter", due.told), en_retard=("Depuis plus de 7 jours", due.told_long_ago)),
        "state", "subject", "kind", ("agency", ServedFilter),
    )  # fmt: skip
    list_select_related = ("agency", "organisation")
    search_fields = ("title", "message", "organisation__name", "organisation__current_name")
    date_hierarchy = "created_at"
    export_fields = ("organisation", "message", "answer", "handled_at")

    def scope(self, user: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return served(user, queryset)

    @admin.display(description="répondu par")
    def handled_by(self, report: SheetReport) -> str:
        """The name that the account has today and the role in which it answered, from the journal."""
        lines = JournalEntry.objects.filter(
            verb="report.answer", target_type=self.opts.label_lower, target_key=str(report.public_id)
        )
        return next((str(line.shown_actor) for line in with_names(lines[:1])), "–")  # type: ignore[attr-defined]

    @admin.display(description="répondre")
    def answer_link(self, report: SheetReport) -> str:
        if report.state != SheetReport.State.WAITING:
            return "C’est fait."
        return format_html('<a href="{}">Traiter dans l’espace pro</a>', reverse("pro_report", args=[report.public_id]))


@admin.register(SiteKind)
class SiteKindAdmin(ListsAdmin):
    list_display = ("label", "slug", "blaze", "network", "receives_public", "order")
    search_fields = ("label", "slug")
    readonly_fields = ("slug",)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        services.site_changed(obj.sites.all())  # its name and its sign stand on their cards


@admin.register(RoutingRule)
class RoutingRuleAdmin(ListsAdmin):
    delete_rule = runs_region
    list_display = ("status", "need", "target", "rank", "reason")
    list_filter = ("status", "need", "rank", "kind")
    list_select_related = ("kind", "organisation", "network")
    search_fields = ("reason", "source")
    autocomplete_fields = ("kind", "organisation", "network")

    @admin.display(description="lieux")
    def target(self, rule: RoutingRule) -> str:
        return str(rule.kind or rule.organisation or rule.network)


@admin.register(Agency)
class AgencyAdmin(ListsAdmin):
    view_rule = reads_desk
    add_rule = rules_engine.always_deny
    list_display = ("name", "order", "cto_installed_year")
    search_fields = ("name", "slug")
    readonly_fields = ("slug",)


@admin.register(EmploymentBasin)
class EmploymentBasinAdmin(ListsAdmin):
    view_rule = reads_desk
    add_rule = rules_engine.always_deny
    list_display = ("number", "name", "agency", "agency_source")
    list_filter = ("agency",)
    list_select_related = ("agency",)
    search_fields = ("name",)
    autocomplete_fields = ("agency",)
    readonly_fields = ("number",)


@admin.register(Commune)
class CommuneAdmin(RulesAdmin):
    view_rule = reads_desk
    add_rule = rules_engine.always_deny
    list_display = ("name", "insee", "department", "basin", "agency", "population")
    list_filter = ("agency", "department")
    list_select_related = ("department", "basin", "agency")
    search_fields = ("name", "insee", "folded_name")
    autocomplete_fields = ("basin", "agency")
    readonly_fields = ("insee", "department")


@admin.register(OfficerMandate)
class OfficerMandateAdmin(PeriodAdmin):
    scope_fields = ("agency",)
    list_display = ("user", "agency", "starts_on", "ends_on", "ended_at")
    list_filter = (InForceFilter, "agency")
    list_select_related = ("user", "agency")
    autocomplete_fields = ("user", "agency")


@admin.register(Department)
class DepartmentAdmin(ReadOnlyAdmin):
    view_rule = reads_desk
    list_display = ("code", "name", "prefecture")
    search_fields = ("name", "code")


@admin.register(FormerCommune)
class FormerCommuneAdmin(ReadOnlyAdmin):
    list_display = ("former_insee", "commune")
    list_select_related = ("commune__department",)
    search_fields = ("former_insee", "commune__name")


@admin.register(Contour)
class ContourAdmin(ReadOnlyAdmin):
    list_display = ("name", "kind", "code")
    list_filter = ("kind",)
    fields = ("kind", "code", "name")

"""`/pro/organisme/<slug>/equipe/`: who works there, who is invited, who leaves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.reauth import recent_login_required
from accounts.rules import works
from members import services_invitations, services_team
from members.forms import HandOverForm, InviteForm, RoleForm
from members.models import Invitation, Mandate
from members.views.pro_access import Place, manager_page, member_page, say

READ_WRITE = ["GET", "HEAD", "POST"]


@require_safe
@member_page
def people(request: HttpRequest, place: Place) -> HttpResponse:
    """The team; managers also see when each was last seen, and the invitations sent."""
    mandates = Mandate.objects.in_force().filter(organisation=place.organisation).select_related("user")
    context = place.page(
        "pro_people",
        mandates=list(mandates.order_by("-role", "user__name", "user__email")),
        invitations=list(_open(place).select_related("invited_by")) if place.manages else [],
        now=timezone.now(),
    )
    return render(request, "members/pro/people.html", context)


@require_http_methods(READ_WRITE)
@manager_page
def invite(request: HttpRequest, place: Place) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            services_invitations.invite(
                organisation=place.organisation, email=values["email"], role=Mandate.Role(values["role"]),
                message=values["message"], actor=_me(request),
            )  # fmt: skip
        except ValidationError as error:
            say(form, error)
        else:
            messages.success(request, f"L’invitation part vers {values['email'].lower()}.")
            return redirect(place.url("pro_people"))
    context = place.page("pro_people", title="Inviter une personne", form=form)
    return render(request, "members/pro/invite.html", context)


@require_POST
@manager_page
def resend(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    invitation = get_object_or_404(_open(place), pk=pk)
    try:
        services_invitations.resend(invitation=invitation, actor=_me(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"L’invitation repart vers {invitation.email}. Le lien précédent ne sert plus.")
    return redirect(place.url("pro_people"))


@require_POST
@manager_page
def revoke(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=pk, organisation=place.organisation)
    try:
        services_invitations.revoke(invitation=invitation, actor=_me(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "L’invitation est annulée : son lien n’ouvre plus rien.")
    return redirect(place.url("pro_people"))


@require_http_methods(READ_WRITE)
@manager_page
def role(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    """Another role for somebody of the team."""
    mandate = _mandate(place, pk)
    form = RoleForm(request.POST or None, initial={"role": mandate.role})
    if request.method == "POST" and form.is_valid():
        try:
            wanted = Mandate.Role(form.cleaned_data["role"])
            services_team.change_role(mandate=mandate, role=wanted, actor=_me(request))
        except ValidationError as error:
            say(form, error)
        else:
            messages.success(request, f"Rôle de {mandate.user} : {wanted.label}.")
            return redirect(place.url("pro_people"))
    context = place.page("pro_people", title="Changer de rôle", form=form, person=mandate)
    return render(request, "members/pro/role.html", context)


@require_http_methods(READ_WRITE)
@manager_page
def end(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    """A page that says what will happen, then the end of the mandate."""
    mandate = _mandate(place, pk)
    if mandate.pk == place.mandate.pk:
        return redirect(place.url("pro_leave"))
    if request.method == "POST":
        try:
            services_team.remove(mandate=mandate, actor=_me(request))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, f"{mandate.user} ne fait plus partie de l’équipe.")
        return redirect(place.url("pro_people"))
    context = place.page("pro_people", title="Mettre fin à une participation", person=mandate)
    return render(request, "members/pro/end.html", context)


@require_http_methods(READ_WRITE)
@member_page
def leave(request: HttpRequest, place: Place) -> HttpResponse:
    """Leave by oneself; who alone manages hands over first."""
    if request.method == "POST":
        try:
            services_team.leave(mandate=place.mandate, actor=_me(request))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect(place.url("pro_leave"))
        messages.success(request, f"Vous avez quitté l’équipe de {place.organisation.display_name}.")
        return redirect(_home(request))
    alone = place.manages and not services_team.managers_besides(place.mandate)
    context = place.page("pro_people", title="Quitter l’équipe", alone=alone)
    return render(request, "members/pro/leave.html", context)


@require_http_methods(READ_WRITE)
@manager_page
@recent_login_required
def transfer(request: HttpRequest, place: Place) -> HttpResponse:
    """Hand the management over: in one step, after saying again who one is."""
    form = HandOverForm(request.POST or None, organisation=place.organisation)
    if request.method == "POST" and form.is_valid():
        heir = form.cleaned_data["to"]
        try:
            services_team.hand_over_and_tell(mandate=place.mandate, to=heir, actor=_me(request))
        except ValidationError as error:
            say(form, error)
        else:
            messages.success(request, f"{heir} gère maintenant la page de {place.organisation.display_name}.")
            return redirect(_home(request))
    context = place.page("pro_people", title="Passer la main", form=form)
    return render(request, "members/pro/hand_over.html", context)


def _home(request: HttpRequest) -> str:
    """Where one goes from a team one has just left: the espace pro while it is still open."""
    return "pro_home" if works(request.user) else "account_home"


def _open(place: Place) -> Any:
    return Invitation.objects.filter(organisation=place.organisation, accepted_at=None, revoked_at=None)


def _mandate(place: Place, pk: int) -> Mandate:
    rows = Mandate.objects.in_force().filter(organisation=place.organisation).select_related("user")
    found: Mandate = get_object_or_404(rows, pk=pk)
    return found


def _me(request: HttpRequest) -> Any:
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user

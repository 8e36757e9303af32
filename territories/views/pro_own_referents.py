"""`/pro/organisme/<slug>/referents/`: an organisation keeps its own referents (T2, E3).

Its people read; its managers name, correct, replace, leave vacant, confirm, withdraw. Anyone else: 404.
"""

from __future__ import annotations

import uuid
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.models import Organisation
from members.rules import is_manager_of, is_member_of
from territories import referents as posts
from territories import services
from territories.confirmed import is_stale, may_be_written_to
from territories.forms_referents import NewReferentForm, SheetForm
from territories.models import Referent
from territories.views.pro_referents import person

ACTS = {
    "vacant": {
        "title": "Déclarer ce poste vacant",
        "text": "Le nom et les coordonnées quittent l’annuaire tout de suite. Le poste reste visible, vacant.",
        "button": "Déclarer vacant",
    },
    "retirer": {
        "title": "Retirer ce nom, à la demande de la personne",
        "text": "Le nom et les coordonnées quittent toutes les pages tout de suite, et aucun fichier ne les ramènera. "
        "Cela ne s’annule pas.",
        "button": "Retirer le nom",
    },
    "supprimer": {
        "title": "Supprimer ce poste",
        "text": "Pour un poste ouvert par erreur. Si quelqu’un l’a quitté, déclarez-le plutôt vacant.",
        "button": "Supprimer le poste",
    },
}


def _house(request: HttpRequest, slug: str, *, manage: bool = False) -> Organisation:
    """The organisation, for its people; 404 for others, 403 for those of its people who do not manage it."""
    house = Organisation.objects.exclude(status=Organisation.Status.FORMER).filter(slug=slug).first()
    if house is None or not is_member_of(request.user, house):
        raise Http404
    if manage and not is_manager_of(request.user, house):
        raise PermissionDenied
    return house


def _post(house: Organisation, public_id: str) -> Referent:
    return get_object_or_404(posts.of_organisation(house), public_id=public_id)


@never_cache
@require_safe
def own_referents(request: HttpRequest, slug: str) -> HttpResponse:
    """The posts by territory, the region first; what waits for a confirmation, what is vacant."""
    house = _house(request, slug)
    rows = sorted(posts.of_organisation(house), key=lambda post: post.agency.order if post.agency else 0)
    groups = [
        {"agency": agency, "people": [_line(post) for post in some]}
        for agency, some in groupby(rows, key=lambda post: post.agency)
    ]
    context = {
        "organisation": house,
        "manages": is_manager_of(request.user, house),
        "groups": groups,
        "count": len(rows),
        "stale": sum(is_stale(post) for post in rows),
        "vacant": sum(not post.public_name for post in rows),
        "today": timezone.localdate(),
    }
    return render(request, "territories/pro/referents_own.html", context)


def _line(post: Referent) -> dict[str, Any]:
    return person(post) | {"reachable": may_be_written_to(post), "contact": bool(post.email or post.phone)}


@never_cache
@require_POST
def confirm(request: HttpRequest, slug: str) -> HttpResponse:
    """« Tout est encore juste » for one sheet (`fiche`) or all of them; `contacts` says that mail may be sent there."""
    house = _house(request, slug, manage=True)
    rows = posts.of_organisation(house)
    if "fiche" in request.POST:
        rows = rows.filter(pk=_post(house, _uuid(request.POST["fiche"])).pk)
    user: Any = request.user
    count = posts.confirm(referents=rows, actor=user, contacts="contacts" in request.POST)
    messages.success(request, "Fiche confirmée." if count == 1 else f"{count}\u00a0fiches confirmées.")
    return redirect("pro_own_referents", house.slug)


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise Http404 from error


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Name somebody on one or several territories, or open vacant posts."""
    house = _house(request, slug, manage=True)
    form = NewReferentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        try:
            made = posts.name_referent(organisation=house, agencies=form.chosen(), sheet=form.sheet(), actor=user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            said = "C’est enregistré" if len(made) == 1 else f"C’est enregistré sur {len(made)} territoires"
            messages.success(request, f"{said}\u00a0: l’annuaire est à jour.")
            return redirect("pro_own_referents", house.slug)
    context = {"organisation": house, "form": form, "title": "Nommer un·e référent·e", "button": "Nommer"}
    return render(request, "territories/pro/referents_form.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Correct the sheet of the person who holds the post."""
    house = _house(request, slug, manage=True)
    post = _post(house, public_id)
    if not post.public_name:
        return redirect("pro_referent_replace", house.slug, public_id)
    shown = {name: getattr(post, name) for name in ("name", "function", "town", "email", "phone")}
    shown |= {"contacts_right": may_be_written_to(post), "version": posts.version_of(post)}
    form = SheetForm(request.POST or None, initial=shown, others=posts.siblings(post, house))
    return _sheet_page(request, house, post, form, replaces=False)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Give the post to somebody else; nothing of the former person stands in the form but the post itself."""
    house = _house(request, slug, manage=True)
    post = _post(house, public_id)
    shown = {"function": post.function, "town": post.town, "version": posts.version_of(post)}
    return _sheet_page(request, house, post, SheetForm(request.POST or None, initial=shown), replaces=True)


def _sheet_page(
    request: HttpRequest, house: Organisation, post: Referent, form: SheetForm, *, replaces: bool
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        sheet, version = form.sheet(), form.cleaned_data["version"]
        try:
            if replaces:
                posts.replace_holder(referent=post, sheet=sheet, actor=user, version=version)
            else:
                posts.correct(referent=post, sheet=sheet, actor=user, version=version, also=form.also())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            count = 1 + len(form.also())
            said = "C’est enregistré" if count == 1 else f"C’est enregistré sur {count} territoires"
            messages.success(request, f"{said}\u00a0: l’annuaire est à jour.")
            return redirect("pro_own_referents", house.slug)
    title = "Corriger une fiche"
    if replaces:
        title = "Remplacer la personne" if post.public_name else "Nommer quelqu’un à ce poste"
    context = {"organisation": house, "form": form, "post": post, "title": title, "button": "Enregistrer"}
    return render(request, "territories/pro/referents_form.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, slug: str, public_id: str, act: str) -> HttpResponse:
    """A page that asks once more, then does it: leave vacant, withdraw a name, delete a post opened here."""
    house = _house(request, slug, manage=True)
    if act not in ACTS:
        raise Http404
    post = _post(house, public_id)
    if request.method != "POST":
        context = {"organisation": house, "post": post, "act": ACTS[act]}
        return render(request, "territories/pro/referents_act.html", context)
    user: Any = request.user
    try:
        if act == "vacant":
            posts.vacate(referent=post, actor=user)
        elif act == "retirer":
            services.withdraw_name(referents=[post], actor=user)
        else:
            posts.remove_post(referent=post, actor=user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, "C’est fait\u00a0: l’annuaire est à jour.")
    return redirect("pro_own_referents", house.slug)

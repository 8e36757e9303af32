"""The page of a case and what is done on it: one form an act, wrong words kept and explained (D2, S4)."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from psad import queue
from psad.case_page import CasePage, offered, open_case
from psad.forms import work as forms
from psad.http import circle1
from psad.lists import Role
from psad.models import Case, Grant, Obligation, Platform
from psad.services import closing, contacting, granting, noting, obligation, proposing, transferring
from psad.services.cases import Conflict, locked

Service = Callable[..., Any]
# Act of the address: its form, the service, what is said once it is done.
ACTS: dict[str, tuple[type[forms.Act], Service, str]] = {
    "preparer": (forms.Prepare, contacting.prepare, "Le premier contact est préparé."),
    "essai": (forms.Attempt, contacting.attempt, "L’essai est noté."),
    "injoignable": (
        forms.Unreachable,
        contacting.say_unreachable,
        "La réponse à la liste est «\u00a0injoignable\u00a0».",
    ),
    "informer": (forms.Inform, contacting.inform, "La notice est notée comme donnée."),
    "entretien": (forms.Interview, proposing.interview, "L’entretien est noté."),
    "proposer": (forms.Propose, proposing.propose, "La solution est proposée, sa place est tenue."),
    "reponse": (forms.Reply, proposing.answer, "La réponse est notée."),
    "verification": (forms.Verify, proposing.check, "La vérification est notée."),
    "note": (forms.Note, noting.note, "La note est écrite."),
    "famille": (forms.Family, noting.represent, "Le contact de la famille est à jour."),
    "clore": (forms.Close, closing.close, "Le dossier est clos."),
    "rouvrir": (forms.Reopen, closing.reopen, "Le dossier est rouvert."),
    "obligation": (forms.Oblige, obligation.begin, "L’obligation de formation est suivie : il reste à convoquer."),
    "convoquer": (forms.Convoke, obligation.convoke, "La convocation est notée : deux mois courent."),
    "presente": (forms.Comply, obligation.comply, "La personne s’est présentée : le délai s’arrête."),
    "departement": (forms.PassOn, obligation.pass_on, "Le dossier est transmis au conseil départemental."),
    "transmettre": (forms.Offer, transferring.offer, "Le dossier est proposé à l’autre plateforme."),
    "donner": (forms.Give, granting.give, "Le dossier est donné."),
}


@circle1
@require_safe
def one(request: HttpRequest, case: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    """Who it is, what now, all that was done."""
    page = open_case(case_of(platform, case), grant, timezone.localdate())
    transferring.found_here(page.case, page.opened.identity)
    return shown(request, page, platform)


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, case: UUID, act: str, *, platform: Platform, grant: Grant) -> HttpResponse:
    """The page with one form open; a POST does it, then comes back to the page."""
    if act not in ACTS:
        raise Http404
    found = case_of(platform, case)
    if act in {"donner", "transmettre"} and grant.role not in {Role.HEAD, Role.COORDINATION}:
        raise PermissionDenied
    kind, service, said = ACTS[act]
    if request.method != "POST":
        return shown(request, open_case(found, grant, timezone.localdate(), act=act), platform)
    form = kind(request.POST, auto_id=f"{act}-%s", **_lists(kind, found, grant))
    if form.is_valid() and _done(form, service, found, grant):
        messages.success(request, said)
        # Given to somebody else by who reads it by a grant of the case: it is theirs no more.
        still = Case.objects.filter(pk=found.pk).exists()
        return redirect("psad_case", platform.slug, found.pk) if still else redirect("psad_queue", platform.slug)
    # What it is now: somebody may have changed it since.
    page = open_case(case_of(platform, case), grant, timezone.localdate(), act=act, typed=form)
    return shown(request, page, platform, form=form)


def _done(form: forms.Act, service: Service, case: Case, grant: Grant) -> bool:
    """Do it, with what the service asks for; what it refuses goes beside its field, in the form as it was typed."""
    given = form.values() | {
        "case": case.pk, "cases": [case.pk], "by": grant.user, "role": grant.role, "grant": grant, "at": timezone.now(),
    }  # fmt: skip
    takes = signature(service).parameters
    try:
        if "obligation" in takes:
            found = Obligation.objects.filter(case=case, ended_at=None).values_list("pk", flat=True).first()
            if found is None:
                raise ValidationError("Cette convocation est terminée\u00a0: rechargez la page.")
            given["obligation"] = found
        with transaction.atomic():
            if "version" not in takes:  # two clicks, two people: once, whatever the act
                locked(case.pk, version=given.get("version"))
            service(**{name: value for name, value in given.items() if name in takes})
    except Conflict as conflict:
        form.add_error(None, conflict)
        _look_again(form, case)
    except ValidationError as error:
        explain(form, error)
    except ObjectDoesNotExist:  # an address or a field that names nothing here
        raise Http404 from None
    else:
        return True
    return False


def _look_again(form: forms.Act, case: Case) -> None:
    """Keep what was typed, take the version that the page now shows: sent again, it passes."""
    data: Any = form.data
    form.data = data.copy()
    form.data["version"] = str(Case.objects.values_list("version", flat=True).get(pk=case.pk))  # type: ignore[index]


def explain(form: forms.Act, error: ValidationError) -> None:
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for field, faults in error.error_dict.items():
        form.add_error(field if field in form.fields else None, faults)


def _lists(kind: type[forms.Act], case: Case, grant: Grant) -> dict[str, Any]:
    """What the form lets choose from."""
    if issubclass(kind, forms.Team):
        return {"team": queue.nameable(case, grant)}
    if kind is forms.Interview:
        return {"informed": case.informed_at is not None}
    return {"solutions": list(offered(case.platform_id, timezone.localdate()))} if kind is forms.Propose else {}


def case_of(platform: Platform, key: UUID) -> Case:
    """404 for what is of another platform, not given, anonymous, or nowhere: the same answer."""
    rows = Case.objects.select_related("platform", "commune", "follower", "opened_by")
    found = rows.filter(platform=platform, pk=key, anonymised_at=None).first()
    if found is None:
        raise Http404
    return found


def shown(request: HttpRequest, page: CasePage, platform: Platform, **more: Any) -> HttpResponse:
    context = {
        "platform": platform, "grant": page.grant, "here": "dossier", "page": page, "case": page.case,
        "crumbs": [{"label": "À faire", "url": reverse("psad_queue", args=[platform.slug])}],
    } | more  # fmt: skip
    return render(request, "psad/cases/case.html", context)

"""Where somebody tells the platform of a young person, or a young person of themselves: nothing is answered but thanks
(D2, D10). No page says whether anybody is known."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.api.throttle import FairUse
from core.fair_use import fair_use
from core.http import private
from psad import context
from psad.forms.intake import PersonForm, ReportForm, SelfForm
from psad.http import by_link
from psad.lists import Source
from psad.models import Platform, ReportLink
from psad.rules import works_in_psad
from psad.services import reporting
from territories.rules import may_enter_pro

_LATER = "Beaucoup de messages viennent de chez vous\u00a0: envoyez celui-ci dans {minutes}\u00a0min. Rien n’est perdu."
_NO_PLATFORM = (
    "Aucune plateforme ne couvre encore cette commune\u00a0: la mission locale ou le CIO le plus proche vous répondra."
)


class TellingUse(FairUse):
    """So many sent by one visitor, whose address is written nowhere."""

    scope = "signalements"


@by_link
@fair_use
@require_http_methods(["GET", "HEAD", "POST"])
def by_school(request: HttpRequest, token: str) -> HttpResponse:
    """The form that a school, a CFA or a service opens by the link it was given."""
    with context.task("intake"):
        link = reporting.link_of(token)
    if link is None:
        return render(request, "psad/telling/unknown.html", status=404)
    form = ReportForm(request.POST or None, today=timezone.localdate())
    if request.method == "POST" and _sent(request, form, Source.REPORT, platform=link.platform, link=link):
        return redirect("psad_told")
    return render(request, "psad/telling/report.html", {"form": form, "link": link})


@fair_use
@require_http_methods(["GET", "HEAD", "POST"])
def by_professional(request: HttpRequest) -> HttpResponse:
    """The same form for whoever works in the SPRO or in either circle: the commune says which platform reads it."""
    if not may_enter_pro(request.user) and not works_in_psad(request.user):
        raise PermissionDenied
    user: Any = request.user
    form = ReportForm(request.POST or None, today=timezone.localdate(), initial={"reporter_name": user.name})
    if request.method == "POST" and _sent(request, form, Source.REPORT):
        return redirect("psad_told")
    return private(render(request, "psad/telling/report.html", {"form": form}))


@by_link
@fair_use
@require_http_methods(["GET", "HEAD", "POST"])
def by_oneself(request: HttpRequest) -> HttpResponse:
    """A young person asks to be called."""
    form = SelfForm(request.POST or None, today=timezone.localdate())
    if request.method == "POST" and _sent(request, form, Source.SELF):
        return redirect("psad_asked")
    return render(request, "psad/telling/self.html", {"form": form})


@by_link
@require_safe
def told(request: HttpRequest) -> HttpResponse:
    return render(request, "psad/telling/thanks.html", {"own": False})


@by_link
@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    return render(request, "psad/telling/thanks.html", {"own": True})


def _sent(
    request: HttpRequest, form: PersonForm, source: Source, *, platform: Platform | None = None,
    link: ReportLink | None = None,
) -> bool:  # fmt: skip
    """Whether the page of thanks comes; otherwise the form says why not, and keeps what was typed."""
    if form.trapped:  # a program believes that it succeeded
        return True
    if not form.is_valid():
        return False
    use = TellingUse()
    if not use.allow_request(request, None):  # type: ignore[arg-type]  # it reads `method` and `META` only
        form.add_error(None, _LATER.format(minutes=-(-max(1, round(use.wait())) // 60)))
        return False
    with context.task("intake"):
        place = platform or reporting.platform_of(form.cleaned_data["commune"].pk)
        if place is None:
            form.add_error("commune", _NO_PLATFORM)
            return False
        reporting.send(platform=place, source=source, said=form.said(), at=timezone.now(), link=link)
    return True

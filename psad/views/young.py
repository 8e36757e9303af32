"""`/mon-accompagnement/`: what the PSAD is, in plain words; a person's own page behind their link and their code."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.api.throttle import FairUse
from core.fair_use import fair_use
from core.http import drawn, private
from core.sealing import opened
from psad import context, reading
from psad.forms.young import Code, Oppose, Rectify
from psad.http import by_link
from psad.identity import identity_of
from psad.lists import Purpose
from psad.models import Case, Platform, Proposal, Wish, YoungLink
from psad.reading import Opened
from psad.services import young_links, young_rights
from psad.services.cases import YOUNG
from psad.young import copy as young_copy
from psad.young import notice
from psad.young.page import YoungPage

View = Callable[..., HttpResponse]
COOKIE, SALT, PATH = "ma_page", "psad.young", "/mon-accompagnement/"
WRONG = (
    "Ce lien et ce code n’ouvrent pas de page. Vérifiez les chiffres\u00a0; si cela ne change rien, demandez un nouveau"
    " lien à la personne qui vous accompagne."
)
_LATER = "Beaucoup d’essais viennent de chez vous\u00a0: réessayez dans {minutes}\u00a0min."


class CodeUse(FairUse):
    """So many codes tried by one visitor, whose address is written nowhere."""

    scope = "codes"


# --- Public


@by_link
@require_safe
def explained(request: HttpRequest) -> HttpResponse:
    """Who, why, what for, which rights."""
    return render(request, "psad/young/explained.html", {"publisher": settings.PUBLISHER})


@by_link
@require_safe
def told(request: HttpRequest, platform: str = "") -> HttpResponse:
    """The information notice in force, to read and to print; with a platform, how to reach it."""
    place = get_object_or_404(Platform, slug=platform, active=True) if platform else None
    shown = {
        "platform": place, "version": notice.CURRENT, "text": notice.template_of(notice.CURRENT),
        "publisher": settings.PUBLISHER,
    }  # fmt: skip
    return render(request, "psad/young/notice.html", shown)


@by_link
@fair_use
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest, token: str) -> HttpResponse:
    """Asks for the code. Looking at it uses nothing up (a mail's scanner looks); whatever is wrong answers the same."""
    form = Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        use = CodeUse()
        if not use.allow_request(request, None):  # type: ignore[arg-type]  # it reads `method` and `META` only
            form.add_error(None, _LATER.format(minutes=-(-max(1, round(use.wait())) // 60)))
        elif kept := young_links.enter(token=token, code=form.cleaned_data["code"], at=timezone.now()):
            return _welcomed(kept)
        else:
            form.add_error(None, WRONG)
    return render(request, "psad/young/door.html", {"form": form})


def _welcomed(kept: str) -> HttpResponse:
    answer = redirect("psad_young")
    answer.set_signed_cookie(
        COOKIE, kept, salt=SALT, max_age=young_links.SESSION_MINUTES * 60, path=PATH, httponly=True,
        secure=settings.SESSION_COOKIE_SECURE, samesite="Strict",
    )  # fmt: skip
    return answer


# --- Their own page


def own(*methods: str) -> Callable[[View], View]:
    """A page of the person: the view is given `page`. Without a session in force, a page that says so, with what was
    typed. `methods`: those it takes; another one answers 405 whoever asks."""

    def decorated(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest) -> HttpResponse:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            kept = young_links.kept_by(request.get_signed_cookie(COOKIE, "", salt=SALT) or "")
            if kept is None:
                return _ended(request)
            link, session = kept
            with context.linked(link):
                page = _opened(session)
                if page is None:
                    return _ended(request)
                return private(drawn(view(request, page)))

        return by_link(wrapper)

    return decorated


def _opened(session: str) -> YoungPage | None:
    """The person's case, its reading logged first; none once the link is taken back or the half hour is over."""
    rows = YoungLink.objects.filter(session_digest=session).exclude(session_digest="")
    link = rows.select_related(
        "case", "case__commune", "case__platform__cio", "case__platform__mission_locale"
    ).first()  # fmt: skip
    if link is None:
        return None
    case: Case = link.case
    reading.log(case.platform_id, role=YOUNG, verb="young.read", purpose=Purpose.RIGHTS, cases=[case.log_key])
    seal = opened(case.sealed_key)
    return YoungPage(Opened(case, identity_of(case, seal), seal), link, timezone.localdate())


def _ended(request: HttpRequest) -> HttpResponse:
    typed = request.POST.get("text", "")[: young_rights.LONGEST_WISH] if request.method == "POST" else ""
    answer = render(request, "psad/young/ended.html", {"typed": typed}, status=403)
    answer.delete_cookie(COOKIE, path=PATH, samesite="Strict")
    return private(answer)


@own("GET", "HEAD")
def page(request: HttpRequest, page: YoungPage) -> HttpResponse:
    return _page(request, page)


@own("POST")
def answer(request: HttpRequest, page: YoungPage) -> HttpResponse:
    """« Ça m’intéresse » or « non merci »."""
    said = request.POST.get("said", "")
    if said not in {"oui", "non"}:
        raise Http404
    try:
        young_rights.answer(
            case=page.case.pk, proposal=_uuid(request), interested=said == "oui", at=timezone.now()
        )  # fmt: skip
    except Proposal.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "Votre réponse est enregistrée\u00a0; l’équipe la lira.")
    return redirect("psad_young")


@own("GET", "HEAD", "POST")
def rectify(request: HttpRequest, page: YoungPage) -> HttpResponse:
    form = Rectify(request.POST or None)
    if request.method == "POST" and form.is_valid():
        young_rights.ask(
            case=page.case.pk, kind=Wish.Kind.RECTIFY, text=form.cleaned_data["text"], at=timezone.now()
        )  # fmt: skip
        messages.success(request, "Votre demande est enregistrée\u00a0: l’équipe vous répond dans le mois.")
        return redirect("psad_young")
    return render(request, "psad/young/rectify.html", {"form": form, "page": page})


@own("GET", "HEAD", "POST")
def oppose(request: HttpRequest, page: YoungPage) -> HttpResponse:
    form = Oppose(request.POST or None)
    if request.method == "POST" and form.is_valid():
        young_rights.oppose(case=page.case.pk, text=form.cleaned_data["text"], at=timezone.now())
        messages.success(request, "C’est entendu\u00a0: plus personne ne vous contacte.")
        return redirect("psad_young")
    return render(request, "psad/young/oppose.html", {"form": form, "page": page})


@own("POST")
def copy(request: HttpRequest, page: YoungPage) -> HttpResponse:
    """The page to read, or the archive (`forme` says), made now and kept nowhere."""
    at = timezone.now()
    young_rights.copied(case=page.case.pk, at=at)
    if request.POST.get("forme") == "page":
        text = young_copy.readable(page, timezone.localtime(at))
        return HttpResponse(text, headers={"Content-Disposition": f'attachment; filename="{young_copy.READABLE}"'})
    data = young_copy.archive(page, timezone.localtime(at))
    return HttpResponse(
        data, content_type="application/zip", headers={"Content-Disposition": 'attachment; filename="mon-dossier.zip"'}
    )


@own("POST")
def notes(request: HttpRequest, page: YoungPage) -> HttpResponse:
    """Ask for what the team hands over itself."""
    young_rights.ask(case=page.case.pk, kind=Wish.Kind.EXPORT, at=timezone.now())
    messages.success(request, "Votre demande est enregistrée\u00a0: l’équipe vous remet ses notes dans le mois.")
    return redirect("psad_young")


@by_link
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    kept = young_links.kept_by(request.get_signed_cookie(COOKIE, "", salt=SALT) or "")
    if kept is not None:
        young_links.leave(link=kept[0], session=kept[1])
    answer = redirect("psad_young_left")
    answer.delete_cookie(COOKIE, path=PATH, samesite="Strict")
    return answer


@by_link
@require_safe
def left(request: HttpRequest) -> HttpResponse:
    return render(request, "psad/young/left.html")


def _page(request: HttpRequest, page: YoungPage) -> HttpResponse:
    return render(request, "psad/young/page.html", {"page": page, "case": page.case})


def _uuid(request: HttpRequest) -> Any:
    from uuid import UUID

    try:
        return UUID(request.POST.get("proposal", ""))
    except ValueError:
        raise Http404 from None

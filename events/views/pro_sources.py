"""`/pro/agenda/sources/`: the agendas of one's organisation that the portal reads by itself (A6)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from celery import current_app
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.api.throttle import FairUse
from events.forms_sources import SourceForm
from events.models import Source
from events.pro_access import houses_of
from events.services import giving_up
from events.services.importing import BusyError, Report
from events.services.reading import LargeTryError, ReadError, preview
from members.models import Organisation

RUNS_SHOWN, LINES_SHOWN = 10, 50
View = Callable[..., HttpResponse]
TOO_MANY = "Vous avez fait beaucoup d’essais en peu de temps\u00a0: réessayez dans {minutes}\u00a0min."


class TryUse(FairUse):
    """So many readings asked by one person while they wait for the page, of sources and of files."""

    scope = "tries"
    rate = "40/hour"

    def get_ident(self, request: Any) -> str:
        return f"person {request.user.pk}"


def too_many(request: HttpRequest) -> str:
    """The sentence (French) that asks who tries too often to wait; empty otherwise."""
    use = TryUse()
    if use.allow_request(request, None):  # type: ignore[arg-type]  # it reads `method` and `user` only
        return ""
    return TOO_MANY.format(minutes=max(1, round(use.wait() / 60)))


def for_houses(view: View) -> View:
    """`view(request, houses, …)` for who works for an organisation that may publish; 403 for anybody else."""

    @never_cache
    @wraps(view)
    def wrapper(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        houses = houses_of(request.user)
        if not houses:
            raise PermissionDenied
        return view(request, houses, **kwargs)

    return wrapper


def for_source(view: View) -> View:
    """`view(request, source)` for who works for the organisation of the source; 404 for anybody else."""

    @never_cache
    @wraps(view)
    def wrapper(request: HttpRequest, slug: str) -> HttpResponse:
        source = Source.objects.select_related("organisation").filter(slug=slug).first()
        if source is None or source.organisation not in houses_of(request.user):
            raise Http404
        return view(request, source)

    return wrapper


@require_safe
@for_houses
def sources(request: HttpRequest, houses: list[Organisation]) -> HttpResponse:
    """Each source, and how its last reading went."""
    rows = Source.objects.filter(organisation__in=houses).select_related("organisation").order_by("name", "pk")
    return render(request, "events/pro/sources.html", {"sources": list(rows), "several": len(houses) > 1})


@require_http_methods(["GET", "HEAD", "POST"])
@for_houses
def new(request: HttpRequest, houses: list[Organisation]) -> HttpResponse:
    """A new source, tried before it is kept."""
    return _form_page(request, SourceForm(request.POST or None, houses=houses), None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_source
def edit(request: HttpRequest, source: Source) -> HttpResponse:
    return _form_page(request, SourceForm(request.POST or None, houses=[], source=source), source)


@require_safe
@for_source
def source(request: HttpRequest, source: Source) -> HttpResponse:
    """One source: its last readings, what was refused and why."""
    runs = list(source.runs.order_by("-id")[:RUNS_SHOWN])
    last = next((run for run in runs if run.rejected), None)
    context = {
        "source": source, "runs": runs, "rejections": (last.rejections if last else [])[:LINES_SHOWN],
        "rejected": last, "events": source.events.count(), "partial": bool(source.last_error and not source.failures),
    }  # fmt: skip
    return render(request, "events/pro/source.html", context)


@require_POST
@for_source
def read_now(request: HttpRequest, source: Source) -> HttpResponse:
    """Have it read by a worker at once; `retirer`: what it gives no more is withdrawn, even if that is most of it."""
    Source.objects.filter(pk=source.pk).update(next_run_at=timezone.now(), active=True)
    try:
        current_app.send_task(
            "events.tasks.read_one_source", args=[source.pk], kwargs={"withdraw": "retirer" in request.POST},
            queue="imports",
        )  # fmt: skip
    except Exception:
        messages.info(request, "La lecture aura lieu dans quelques minutes.")
    else:
        messages.success(request, "La lecture est demandée\u00a0: rechargez cette page dans un instant.")
    return redirect("pro_source", source.slug)


@require_POST
@for_source
def pause(request: HttpRequest, source: Source) -> HttpResponse:
    """Stop reading it, or begin again; its events stay as they are."""
    active = "reprendre" in request.POST
    Source.objects.filter(pk=source.pk).update(active=active, next_run_at=timezone.now())
    said = "L’agenda est lu de nouveau." if active else "L’agenda est en pause\u00a0: ses évènements restent en ligne."
    messages.success(request, said)
    return redirect("pro_source", source.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@for_source
def unfollow(request: HttpRequest, source: Source) -> HttpResponse:
    """Read it no more, for good; its events stay."""
    if request.method == "POST":
        try:
            kept = giving_up.unfollow(source=source, actor=request.user)  # type: ignore[arg-type]
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
            return redirect("pro_source", source.slug)
        said = (
            "aucun évènement n’en venait." if not kept else "ses évènements restent, c’est vous qui les tenez à jour."
        )
        messages.success(request, f"«\u00a0{source.name}\u00a0» n’est plus suivi\u00a0: {said}")
        return redirect("pro_sources")
    context = {"source": source, "events": giving_up.in_sight(source.events.all()).count()}
    return render(request, "events/pro/source_unfollow.html", context)


def _form_page(request: HttpRequest, form: SourceForm, source: Source | None) -> HttpResponse:
    """`essayer` shows what a reading would bring; `enregistrer` keeps what can be read, which is then read.

    What cannot be read is kept only `en_pause`, with the reason.
    """
    tried: Report | None = None
    refused = ""
    if request.method == "POST" and form.is_valid():
        written, keeps = form.written(), "enregistrer" in request.POST or "en_pause" in request.POST
        if not keeps or form.moved:
            tried, refused = _tried(request, written, keeps=keeps)
        if keeps and (not refused or "en_pause" in request.POST):
            return _kept(request, written, refused)
        if refused:
            form.add_error("url", refused)
    context = {
        "form": form, "source": source, "tried": tried, "shown": tried.lines[:LINES_SHOWN] if tried else [],
        "refused": tried.rejections[:LINES_SHOWN] if tried else [], "unread": bool(refused),
    }  # fmt: skip
    return render(request, "events/pro/source_form.html", context)


def _tried(request: HttpRequest, written: Source, *, keeps: bool) -> tuple[Report | None, str]:
    """What a reading would bring, or why it cannot be read (French). To keep it, too large to wait for is no fault."""
    if said := too_many(request):
        return None, said
    try:
        return preview(written, withdraw=False, waiting=True), ""
    except (LargeTryError, BusyError) as error:
        return None, "" if keeps else str(error)
    except ReadError as error:
        return None, str(error)


def _kept(request: HttpRequest, written: Source, refused: str) -> HttpResponse:
    written.next_run_at = timezone.now()
    if refused:
        written.active, written.failures, written.last_error = False, max(written.failures, 1), refused
        written.withheld = False
        messages.warning(request, "L’agenda est enregistré, en pause\u00a0: il ne se lit pas encore.")
    else:
        messages.success(request, "L’agenda est enregistré\u00a0: il sera lu dans la minute.")
    written.save()
    return redirect("pro_source", written.slug)

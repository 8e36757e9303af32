"""`/lorfolio/projet/etapes/…`: what there is to do, one thing at a time (L6)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from events.models import Event, Session
from lorfolio.forms.project import StepForm
from lorfolio.http import mine, owner
from lorfolio.models import Portfolio, Step, Target
from lorfolio.services import projecting
from territories.models import Site

TEMPLATE = "lorfolio/project/step.html"


@owner
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    """A new step; a page of the agenda or of the directory may bring its own (`evenement`, `lieu`: public slugs)."""
    if request.method == "POST":
        form = StepForm(request.POST, portfolio=portfolio)
        if form.is_valid():
            try:
                projecting.add_step(portfolio=portfolio, values=form.values())
            except ValidationError as error:
                form.add_error(None, error.messages)  # type: ignore[arg-type]
            else:
                messages.success(request, "L’étape est dans votre projet.")
                return redirect("lorfolio_project")
    else:
        form = StepForm(initial=_proposed(request, portfolio), portfolio=portfolio)
    return render(request, TEMPLATE, {"form": form, "event": _event(form)})


@owner
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    """Read and change a step."""
    row = mine(Step, portfolio, key, "place", "event", "target")
    form = StepForm(request.POST or None, instance=row, portfolio=portfolio)
    if request.method == "POST" and form.is_valid():
        projecting.edit_step(step=row, values=form.values())
        messages.success(request, "C’est enregistré.")
        return redirect("lorfolio_project")
    return render(request, TEMPLATE, {"form": form, "step": row, "event": _event(form)})


@owner
@require_POST
def mark(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    """Done (`fait=1`), or to do again."""
    row = mine(Step, portfolio, key)
    done = request.POST.get("fait") == "1"
    projecting.mark(step=row, done=done, at=timezone.now())
    messages.success(request, "Une étape de faite\u00a0!" if done else "L’étape est de nouveau à faire.")
    return redirect("lorfolio_project")


@owner
@require_POST
def forget(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    projecting.forget_step(step=mine(Step, portfolio, key))
    messages.success(request, "L’étape est effacée.")
    return redirect("lorfolio_project")


def _proposed(request: HttpRequest, portfolio: Portfolio) -> dict[str, Any]:
    """What the address says: an event, a place, one of one's own targets. What is unknown is left out."""
    asked: dict[str, Any] = {}
    if slug := request.GET.get("evenement", "")[:140]:
        event = Event.objects.public().filter(slug=slug).first()
        if event is not None:
            asked |= {"title": f"Aller à\u00a0: {event.title}"[:200], "event_slug": event.slug, "remind": "veille"}
            coming = Session.objects.filter(event=event, starts_at__gt=timezone.now()).order_by("starts_at").first()
            if coming is not None:
                asked["due_on"] = timezone.localdate(coming.starts_at)
    if slug := request.GET.get("lieu", "")[:140]:
        site = Site.objects.public().filter(slug=slug).first()
        if site is not None:
            asked |= {"title": f"Contacter\u00a0: {site.name}"[:200], "place_slug": site.slug, "place_words": site.name}
    if key := _uuid(request.GET.get("metier", "")):
        asked["target"] = Target.objects.filter(portfolio=portfolio, pk=key).first()
    return asked


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _event(form: StepForm) -> Event | None:
    slug = form["event_slug"].value()
    return Event.objects.public().filter(slug=slug).first() if slug else None

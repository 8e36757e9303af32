"""What an officer does from the page of a sitting: each act is a POST that goes through a service (R6, R7, R13).

Two officers may have the page open: what one had read comes back with their form, and is not overwritten unseen.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

import rules
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from accounts.admin_rules import RulesAdmin, actor
from recognition.forms.sittings import AgendaForm, DetailsForm, MinutesForm, OpinionForm, RecusalForm, tell
from recognition.models import AgendaItem, Candidature, Opinion, Sitting
from recognition.services import sitting as services
from recognition.services.agenda import candidates_for, held
from recognition.sitting_sheet import details_stamp, opinion_stamp, stamp

NOTHING = "Rien n’a été enregistré."
_SEEN = (
    "Quelqu’un a écrit ici depuis que vous avez ouvert la page\u00a0: relisez ce qui est enregistré, puis choisissez."
)


class SittingActs(RulesAdmin):
    """The acts on one sitting; it is never changed by Django's own form."""

    change_rule = delete_rule = rules.always_deny

    def get_urls(self) -> list[Any]:
        view, one = self.admin_site.admin_view, "<int:key>/dossiers/<int:dossier>/"
        acts: dict[str, tuple[str, Callable[..., HttpResponse]]] = {
            "fill": ("<int:key>/remplir/", self.fill_view),
            "put": ("<int:key>/inscrire/", self.put_view),
            "details": ("<int:key>/modifier/", self.details_view),
            "cancel": ("<int:key>/annuler/", self.cancel_view),
            "minutes": ("<int:key>/compte-rendu/", self.minutes_view),
            "take_off": (f"{one}retirer/", self.take_off_view),
            "raise": (f"{one}monter/", self.raise_view),
            "opinion": (f"{one}avis/", self.opinion_view),
            "unsay": (f"{one}avis/effacer/", self.unsay_view),
            "recuse": (f"{one}deport/", self.recuse_view),
            "unrecuse": ("<int:key>/deports/<int:recusal>/effacer/", self.unrecuse_view),
        }
        own = [path(route, view(act), name=f"recognition_sitting_{name}") for name, (route, act) in acts.items()]
        return [*own, *super().get_urls()]

    # --- the agenda

    @method_decorator(require_POST)
    def fill_view(self, request: HttpRequest, key: int) -> HttpResponse:
        sitting = self.theirs(request, key)
        try:
            added = services.fill_agenda(sitting=sitting, at=timezone.now(), actor=actor(request))
        except ValidationError as error:
            messages.warning(request, f"{NOTHING} {' '.join(error.messages)}")
        else:
            many = f"Dossiers inscrits à l’ordre du jour\u00a0: {len(added)}."
            messages.success(request, many if added else "Aucun autre dossier n’attend cette instance.")
        return self.sheet(sitting)

    @method_decorator(require_POST)
    def put_view(self, request: HttpRequest, key: int) -> HttpResponse:
        sitting = self.theirs(request, key)
        form = AgendaForm(request.POST, rows=candidates_for(sitting))

        def put() -> AgendaItem:
            return services.put_on_agenda(
                sitting=sitting, candidature=form.cleaned_data["candidature"], at=timezone.now(), actor=actor(request)
            )

        return self.do(
            request, sitting, form, put, name="agenda", done="Ce dossier est à l’ordre du jour.", anchor="ordre-du-jour"
        )

    @method_decorator(require_POST)
    def take_off_view(self, request: HttpRequest, key: int, dossier: int) -> HttpResponse:
        sitting, row = self.line(request, key, dossier)
        return self.at_once(
            request, sitting,
            lambda: services.take_off(sitting=sitting, candidature=row, at=timezone.now(), actor=actor(request)),
            f"{row.organisation} n’est plus à l’ordre du jour.",
        )  # fmt: skip

    @method_decorator(require_POST)
    def raise_view(self, request: HttpRequest, key: int, dossier: int) -> HttpResponse:
        sitting, row = self.line(request, key, dossier)
        return self.at_once(
            request, sitting, lambda: services.raise_item(sitting=sitting, candidature=row, actor=actor(request)),
            f"{row.organisation} passe plus tôt.",
        )  # fmt: skip

    # --- what is said of a dossier

    @method_decorator(require_POST)
    def opinion_view(self, request: HttpRequest, key: int, dossier: int) -> HttpResponse:
        sitting, row = self.line(request, key, dossier)
        form = OpinionForm(request.POST, key=f"avis_{row.pk}")

        def say() -> Opinion:
            mine = held(sitting)
            _unseen(request, opinion_stamp(mine.opinions.filter(candidature=row).first()))
            return services.record_opinion(
                sitting=mine, candidature=row, value=form.cleaned_data["value"],
                reasons=form.cleaned_data["reasons"], **form.votes(), at=timezone.now(), actor=actor(request),
            )  # fmt: skip

        done = f"L’avis sur {row.organisation} est enregistré."
        return self.do(
            request, sitting, form, say, name=f"avis-{row.pk}", done=done, anchor=f"dossier-{row.pk}", then=_next
        )

    @method_decorator(require_POST)
    def unsay_view(self, request: HttpRequest, key: int, dossier: int) -> HttpResponse:
        sitting, row = self.line(request, key, dossier)
        return self.at_once(
            request, sitting,
            lambda: services.remove_opinion(sitting=sitting, candidature=row, at=timezone.now(), actor=actor(request)),
            f"L’avis sur {row.organisation} est effacé.",
        )  # fmt: skip

    @method_decorator(require_POST)
    def recuse_view(self, request: HttpRequest, key: int, dossier: int) -> HttpResponse:
        sitting, row = self.line(request, key, dossier)
        form = RecusalForm(request.POST, key=f"deport_{row.pk}")

        def recuse() -> Any:
            return services.recuse(
                sitting=sitting, candidature=row, at=timezone.now(), actor=actor(request), **form.cleaned_data
            )

        name, anchor = f"deport-{row.pk}", f"dossier-{row.pk}"
        return self.do(request, sitting, form, recuse, name=name, done="Le déport est noté.", anchor=anchor)

    @method_decorator(require_POST)
    def unrecuse_view(self, request: HttpRequest, key: int, recusal: int) -> HttpResponse:
        sitting = self.theirs(request, key)
        row = sitting.recusals.filter(pk=recusal).first()
        if row is None:
            raise Http404
        return self.at_once(
            request, sitting,
            lambda: services.unrecuse(recusal=row, at=timezone.now(), actor=actor(request)), "Ce déport est effacé.",
        )  # fmt: skip

    # --- the sitting itself

    @method_decorator(require_POST)
    def details_view(self, request: HttpRequest, key: int) -> HttpResponse:
        sitting = self.theirs(request, key)
        form = DetailsForm(request.POST, key="seance")

        def change() -> Sitting:
            mine = held(sitting)
            _unseen(request, details_stamp(mine))
            return services.change_sitting(
                sitting=mine, values=form.cleaned_data, reason=form.cleaned_data["reason"], at=timezone.now(),
                actor=actor(request),
            )  # fmt: skip

        return self.do(
            request, sitting, form, change, name="seance", done="La séance est enregistrée.", anchor="seance"
        )

    @method_decorator(require_POST)
    def cancel_view(self, request: HttpRequest, key: int) -> HttpResponse:
        sitting = self.theirs(request, key)
        try:
            services.cancel_sitting(sitting=sitting, actor=actor(request))
        except ValidationError as error:
            messages.warning(request, f"{NOTHING} {' '.join(error.messages)}")
            return self.sheet(sitting)
        messages.success(request, "La séance est annulée.")
        return HttpResponseRedirect(reverse("admin:recognition_sitting_changelist"))

    @method_decorator(require_POST)
    def minutes_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Kept as they are typed, or closed for good with « arreter »."""
        sitting, closes = self.theirs(request, key), "arreter" in request.POST
        form = MinutesForm(request.POST, key="compte_rendu")
        if closes and not request.POST.get("sure"):
            form.add_error("sure", "Relisez la séance, puis cochez cette case\u00a0: après, plus rien n’y change.")

        def write() -> Sitting:
            mine, text, at = held(sitting), form.cleaned_data["minutes"], timezone.now()
            _unseen(request, stamp(mine.minutes))
            if closes:
                return services.close_minutes(sitting=mine, minutes=text, at=at, actor=actor(request))
            return services.change_sitting(sitting=mine, values={"minutes": text}, at=at, actor=actor(request))

        done = "Le compte rendu est arrêté\u00a0: la séance ne change plus." if closes else "Le compte rendu est gardé."
        return self.do(request, sitting, form, write, name="compte-rendu", done=done, anchor="compte-rendu")

    # --- how each is answered

    def do(
        self, request: HttpRequest, sitting: Sitting, form: forms.Form, act: Callable[[], Any], *, name: str,
        done: str, anchor: str, then: Callable[[Sitting], str] | None = None,
    ) -> HttpResponse:  # fmt: skip
        """Do `act`, or show the page again with what was typed and what is wrong beside its field."""
        if form.is_valid():
            try:
                with transaction.atomic():
                    act()
            except ValidationError as error:
                tell(form, error)
        if form.errors:
            sure = format_html('{} <a href="#{}">Voir ce qui ne va pas</a>', NOTHING, anchor)
            messages.error(request, sure)
            return self._again(request, sitting, (name, form))
        messages.success(request, done)
        return HttpResponseRedirect(f"{self.address(sitting)}#{then(sitting) if then else anchor}")

    def at_once(self, request: HttpRequest, sitting: Sitting, act: Callable[[], Any], done: str) -> HttpResponse:
        """A button without a form."""
        try:
            act()
        except ValidationError as error:
            messages.warning(request, f"{NOTHING} {' '.join(error.messages)}")
        else:
            messages.success(request, done)
        return HttpResponseRedirect(f"{self.address(sitting)}#ordre-du-jour")

    def _again(self, request: HttpRequest, sitting: Sitting, typed: tuple[str, forms.Form]) -> HttpResponse:
        shown = copy(request)
        shown.method = "GET"  # the page to read, answered to a form
        return self.change_view(shown, str(sitting.pk), "", {"typed": typed})

    def theirs(self, request: HttpRequest, key: int) -> Sitting:
        """The sitting of this address, for who may read it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        sitting: Sitting | None = self.get_queryset(request).filter(pk=key).first()
        if sitting is None:
            raise Http404
        return sitting

    def line(self, request: HttpRequest, key: int, dossier: int) -> tuple[Sitting, Candidature]:
        """The sitting, and a dossier of its agenda."""
        sitting = self.theirs(request, key)
        rows = Candidature.objects.filter(agenda_items__sitting=sitting).select_related("organisation", "campaign")
        row = rows.filter(pk=dossier).first()
        if row is None:
            raise Http404
        return sitting, row

    def address(self, sitting: Sitting) -> str:
        return reverse("admin:recognition_sitting_change", args=[sitting.pk])

    def sheet(self, sitting: Sitting) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.address(sitting))


def _next(sitting: Sitting) -> str:
    """Where the page goes on: the next dossier to speak of, the minutes when there is none."""
    said = Opinion.objects.filter(sitting=sitting).values("candidature")
    left = sitting.items.filter(candidature__state=Candidature.State.READY).exclude(candidature__in=said)
    item = left.order_by("order").first()
    return f"dossier-{item.candidature_id}" if item else "compte-rendu"


def _unseen(request: HttpRequest, now: str) -> None:
    """Raises `ValidationError` when what the form was made from is no longer what is there."""
    if request.POST.get("seen", "") != now:
        raise ValidationError(_SEEN)

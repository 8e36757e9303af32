"""What an officer of the Region does from the page of a dossier: each act is a POST that goes through a service (R5).

Two officers may have the page open: what was read comes back with each form, and nothing is done of a dossier that
moved in between; what was typed is kept.
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
from accounts.rules import runs_region
from recognition.dossier_sheet import is_read, mark
from recognition.forms.instructing import (
    AssignForm,
    CompleteForm,
    DropForm,
    ExtendForm,
    MessageForm,
    NoteForm,
    ReopenForm,
    RequestForm,
)
from recognition.forms.sittings import tell
from recognition.models import Candidature, Message
from recognition.rules import may_examine, may_read_examination
from recognition.services import instructing
from recognition.services.messaging import mark_read, send_message
from territories.rules import is_any_officer

NOTHING = "Rien n’a été fait."
MOVED = "Ce dossier a changé depuis que vous avez ouvert la page\u00a0: relisez-le, puis recommencez si besoin."


@rules.predicate
def reads(user: Any, obj: Any = None) -> bool:
    """An officer: of any agency for the list, of the dossier's once it is deposited for one row (S3)."""
    return bool(is_any_officer(user)) if obj is None else bool(may_read_examination.test(user, obj))


class CandidatureActs(RulesAdmin):
    """The acts on one dossier; it is never changed by Django's own form, nor added, nor deleted."""

    view_rule = runs_region | reads
    add_rule = change_rule = delete_rule = rules.always_deny

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        acts: dict[str, tuple[str, Callable[..., HttpResponse]]] = {
            "ask": ("demander", self.ask_view),
            "extend": ("prolonger", self.extend_view),
            "complete": ("complet", self.complete_view),
            "ready": ("pret", self.ready_view),
            "reopen": ("reprendre", self.reopen_view),
            "drop": ("classer", self.drop_view),
            "assign": ("suivi", self.assign_view),
            "note": ("note", self.note_view),
            "message": ("message", self.message_view),
            "heard": ("lu", self.heard_view),
        }
        own = [
            path(f"<int:key>/{route}/", view(act), name=f"recognition_candidature_{name}")
            for name, (route, act) in acts.items()
        ]
        return [*own, *super().get_urls()]

    # --- the steps

    @method_decorator(require_POST)
    def ask_view(self, request: HttpRequest, key: int) -> HttpResponse:
        dossier, form = self.mine(request, key), RequestForm(request.POST, key="demande")

        def ask() -> Any:
            _unmoved(request, dossier)
            return instructing.ask(
                candidature=dossier, items=form.lines(), reason=form.cleaned_data["reason"],
                due_on=form.cleaned_data["due_on"], at=timezone.now(), actor=actor(request),
            )  # fmt: skip

        done = "La demande est partie\u00a0: le dossier est rouvert à l’organisme, qui est prévenu par courriel."
        return self.do(request, dossier, form, ask, name="demande", done=done)

    @method_decorator(require_POST)
    def complete_view(self, request: HttpRequest, key: int) -> HttpResponse:
        dossier, form = self.mine(request, key), CompleteForm(request.POST, key="complet")
        if form.is_valid():
            done = "Le dossier est complet\u00a0: l’organisme est prévenu. Il reste à l’examiner."
            return self.step(request, key, instructing.declare_complete, done)
        messages.error(request, f"{NOTHING} Relisez, puis cochez la case.")
        return self._again(request, dossier, ("complet", form))

    @method_decorator(require_POST)
    def extend_view(self, request: HttpRequest, key: int) -> HttpResponse:
        dossier, form = self.mine(request, key), ExtendForm(request.POST, key="delai")

        def extend() -> Any:
            due_on = form.cleaned_data["due_on"]
            return instructing.extend(candidature=dossier, due_on=due_on, at=timezone.now(), actor=actor(request))

        done = "Le délai est prolongé\u00a0: l’organisme est prévenu par courriel."
        return self.do(request, dossier, form, extend, name="delai", done=done)

    @method_decorator(require_POST)
    def ready_view(self, request: HttpRequest, key: int) -> HttpResponse:
        return self.step(request, key, instructing.make_ready, "Le dossier est prêt pour l’avis des instances.")

    @method_decorator(require_POST)
    def reopen_view(self, request: HttpRequest, key: int) -> HttpResponse:
        dossier, form = self.mine(request, key), ReopenForm(request.POST, key="reprise")

        def reopen() -> Any:
            _unmoved(request, dossier)
            return instructing.reopen(candidature=dossier, at=timezone.now(), actor=actor(request), **form.cleaned_data)

        return self.do(request, dossier, form, reopen, name="reprise", done="L’examen reprend.")

    @method_decorator(require_POST)
    def drop_view(self, request: HttpRequest, key: int) -> HttpResponse:
        dossier, form = self.mine(request, key), DropForm(request.POST, key="classement")

        def drop() -> Any:
            _unmoved(request, dossier)
            reason = form.cleaned_data["reason"]
            return instructing.drop(candidature=dossier, reason=reason, at=timezone.now(), actor=actor(request))

        done = "Le dossier est classé sans suite\u00a0: l’organisme est prévenu."
        if not is_read(dossier):
            done = "Le brouillon est classé\u00a0: toute son équipe est prévenue, et son SIRET est de nouveau libre."
        return self.do(request, dossier, form, drop, name="classement", done=done)

    # --- among colleagues, and with the organisation

    @method_decorator(require_POST)
    def assign_view(self, request: HttpRequest, key: int) -> HttpResponse:
        dossier, form = self.mine(request, key), AssignForm(request.POST)

        def assign() -> Any:
            to = actor(request) if "moi" in request.POST else form.cleaned_data["to"]
            return instructing.assign(candidature=dossier, to=to, at=timezone.now(), actor=actor(request))

        return self.do(request, dossier, form, assign, name="suivi", done="C’est noté.", anchor="suivi")

    @method_decorator(require_POST)
    def note_view(self, request: HttpRequest, key: int) -> HttpResponse:
        dossier, form = self.mine(request, key), NoteForm(request.POST, key="note")
        if not is_read(dossier):
            raise Http404

        def write() -> Any:
            return instructing.write_note(
                candidature=dossier, text=form.cleaned_data["text"], user=actor(request), at=timezone.now()
            )

        return self.do(request, dossier, form, write, name="note", done="La note est gardée.", anchor="notes")

    @method_decorator(require_POST)
    def message_view(self, request: HttpRequest, key: int) -> HttpResponse:
        dossier, form = self.mine(request, key), MessageForm(request.POST, key="message")

        def send() -> Any:
            return send_message(
                candidature=dossier, side=Message.Side.REGION, text=form.cleaned_data["text"], author=actor(request),
                at=timezone.now(),
            )  # fmt: skip

        done = "Le message est envoyé\u00a0: l’organisme est prévenu par courriel."
        return self.do(request, dossier, form, send, name="message", done=done, anchor="messages")

    @method_decorator(require_POST)
    def heard_view(self, request: HttpRequest, key: int) -> HttpResponse:
        dossier = self.mine(request, key)
        mark_read(candidature=dossier, side=Message.Side.REGION, at=timezone.now())
        return HttpResponseRedirect(f"{self.address(dossier)}#messages")

    # --- how each is answered

    def do(
        self, request: HttpRequest, dossier: Candidature, form: forms.Form, act: Callable[[], Any], *, name: str,
        done: str, anchor: str = "a-faire",
    ) -> HttpResponse:  # fmt: skip
        """Do `act`, or show the page again with what was typed and what is wrong beside its field."""
        if form.is_valid():
            try:
                with transaction.atomic():
                    act()
            except ValidationError as error:
                tell(form, error)
        if form.errors:
            messages.error(request, format_html('{} <a href="#{}">Voir ce qui ne va pas</a>', NOTHING, f"form-{name}"))
            return self._again(request, dossier, (name, form))
        messages.success(request, done)
        return HttpResponseRedirect(f"{self.address(dossier)}#{anchor}")

    def step(self, request: HttpRequest, key: int, verb: Callable[..., Any], done: str) -> HttpResponse:
        """A step without a form: one button."""
        dossier = self.mine(request, key)
        try:
            with transaction.atomic():
                _unmoved(request, dossier)
                verb(candidature=dossier, at=timezone.now(), actor=actor(request))
        except ValidationError as error:
            messages.warning(request, f"{NOTHING} {' '.join(error.messages)}")
        else:
            messages.success(request, done)
        return HttpResponseRedirect(self.address(dossier))

    def _again(self, request: HttpRequest, dossier: Candidature, typed: tuple[str, forms.Form]) -> HttpResponse:
        shown = copy(request)
        shown.method = "GET"  # the page to read, answered to a form
        return self.change_view(shown, str(dossier.pk), "", {"typed": typed})

    def theirs(self, request: HttpRequest, key: int) -> Candidature:
        """The dossier of this address, for who may read it."""
        dossier: Candidature | None = self.get_queryset(request).filter(pk=key).first()
        if dossier is None or not self.has_view_permission(request, dossier):
            raise Http404
        return dossier

    def mine(self, request: HttpRequest, key: int) -> Candidature:
        """The same, for who examines it: an officer of an agency reads, and does not act."""
        dossier = self.theirs(request, key)
        if not may_examine.test(request.user):
            raise PermissionDenied
        return dossier

    def address(self, dossier: Candidature) -> str:
        return reverse("admin:recognition_candidature_change", args=[dossier.pk])


def _unmoved(request: HttpRequest, dossier: Candidature) -> None:
    """Hold the row; raises `ValidationError` when it is no longer what the page showed."""
    held = Candidature.objects.select_for_update().get(pk=dossier.pk)
    if request.POST.get("seen", "") != mark(held):
        raise ValidationError(MOVED)

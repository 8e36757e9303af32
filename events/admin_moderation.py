"""What moderators do from a sheet of the desk: each act is a POST, goes through a service, and is told when it is late.

Two people may have the same sheet open: an act carries what its author had read (`seen`), and is not done when the
event changed since, or when somebody else decided; the message then says who and what, and what was typed is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from accounts.admin_history import told
from accounts.admin_rules import ReadOnlyAdmin, actor
from core.models import JournalEntry
from events import due
from events.models import Event
from events.services import duplicates, highlighting, states
from events.services.states import MOVED_ON
from events.services.telling import addressees

State = Event.State
_DECISIONS = ("event.publish", "event.refuse", "event.withdraw", "event.merged")
_NOTHING = "Rien n’a été fait."
_EDITED = f"{_NOTHING} L’évènement a changé depuis que vous l’avez ouvert\u00a0: relisez-le, puis décidez."
SOONEST = (F("first_starts_at").asc(nulls_last=True), F("proposed_at").asc(nulls_last=True), "pk")
QUEUE = "?due=a-relire"


class ReasonForm(forms.Form):
    """Why it is refused or withdrawn."""

    reason = forms.CharField(
        label="Motif", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites pourquoi."},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, help_text: str = "", prefix: str = "") -> None:
        super().__init__(data, auto_id=f"id_{prefix}_%s" if prefix else "id_%s")
        self.fields["reason"].help_text = help_text


class RefusalForm(ReasonForm):
    """And whether its author is asked to complete it, or told that it has no place in the agenda."""

    COMPLETE, NO = "completer", "non"

    answer = forms.ChoiceField(
        label="La réponse", widget=forms.RadioSelect, required=False, initial=COMPLETE,
        choices=[(COMPLETE, "À compléter\u00a0: il revient à qui l’a proposé, qui peut le corriger"),
                 (NO, "Refusé\u00a0: il n’a pas sa place dans l’agenda")],
    )  # fmt: skip

    @property
    def to_complete(self) -> bool:
        return bool(self.cleaned_data["answer"] == self.COMPLETE)


def refusal_form(data: Any = None) -> RefusalForm:
    return RefusalForm(data, help_text="Envoyé par courriel à qui a proposé l’évènement.", prefix="refus")


def withdrawal_form(data: Any = None) -> ReasonForm:
    help_text = "Gardé avec l’évènement, dont la page reste et dit qu’il est retiré."
    return ReasonForm(data, help_text=help_text, prefix="retrait")


class ModeratedEvents(ReadOnlyAdmin):
    """The acts on one event; whoever may not read it does not know them (404)."""

    actions = ("publish_chosen",)

    def get_urls(self) -> list[Any]:
        acts = {"publier": self.publish_view, "refuser": self.refuse_view, "retirer": self.withdraw_view,
                "temps-fort": self.flagship_view}  # fmt: skip
        view, names = self.admin_site.admin_view, {"temps-fort": "flagship", "publier": "publish", "refuser": "refuse"}
        own = [
            path(f"<int:key>/{word}/", view(act), name=f"events_event_{names.get(word, 'withdraw')}")
            for word, act in acts.items()
        ]  # fmt: skip
        return [*own, *super().get_urls()]

    @admin.action(description="Publier")
    def publish_chosen(self, request: HttpRequest, queryset: QuerySet[Event]) -> None:
        """Those of the list that wait, one by one: one that cannot be published stops none of the others.

        What looks like another event is left: it is compared on its sheet, then published there.
        """
        done, left, chosen = 0, [], list(queryset.order_by(*SOONEST))
        alike = duplicates.find_each([event for event in chosen if event.state == State.PROPOSED])
        for event in chosen:
            if event.pk in alike:
                continue
            if event.state != State.PROPOSED:
                left.append(f"«\u00a0{event.title}\u00a0» ({event.get_state_display().lower()})")
                continue
            try:
                states.publish(event=event, actor=actor(request))
            except ValidationError as error:
                left.append(f"«\u00a0{event.title}\u00a0» ({' '.join(error.messages)})")
            else:
                done += 1
        if done:
            messages.success(request, f"Évènements publiés\u00a0: {done}.")
        if left:
            messages.warning(request, f"Laissés tels quels\u00a0: {', '.join(left)}.")
        to_compare = [(event, *alike[event.pk][0]) for event in chosen if event.pk in alike]
        if to_compare:
            messages.warning(request, _to_compare(to_compare))

    @method_decorator(require_POST)
    def publish_view(self, request: HttpRequest, key: int) -> HttpResponse:
        event = self.theirs(request, key)
        back = event.state == State.REFUSED
        act = (lambda held: states.submit(event=held, actor=actor(request), at_once=True)) if back else (
            lambda held: states.publish(event=held, actor=actor(request)))  # fmt: skip
        told_by_mail = event.state == State.PROPOSED and addressees(event)
        written = " Un courriel le dit à qui l’a proposé." if told_by_mail else ""
        return self._decide(request, event, act, f"«\u00a0{event.title}\u00a0» est dans l’agenda.{written}")

    @method_decorator(require_POST)
    def refuse_view(self, request: HttpRequest, key: int) -> HttpResponse:
        event, form = self.theirs(request, key), refusal_form(request.POST)
        written = (
            "le motif part par courriel à qui l’a proposé." if addressees(event)
            else "aucun courriel ne part\u00a0: nous ne connaissons l’adresse de personne."
        )  # fmt: skip
        return self._with_reason(
            request, event, form,
            lambda held: states.refuse(
                event=held, reason=form.cleaned_data["reason"], to_complete=form.to_complete, actor=actor(request)
            ),
            f"«\u00a0{event.title}\u00a0» n’entre pas dans l’agenda\u00a0; {written}",
        )  # fmt: skip

    @method_decorator(require_POST)
    def withdraw_view(self, request: HttpRequest, key: int) -> HttpResponse:
        event, form = self.theirs(request, key), withdrawal_form(request.POST)
        return self._with_reason(
            request, event, form,
            lambda held: states.withdraw(event=held, reason=form.cleaned_data["reason"], actor=actor(request)),
            "Cet évènement est retiré\u00a0; les calendriers le disent annulé.",
        )  # fmt: skip

    @method_decorator(require_POST)
    def flagship_view(self, request: HttpRequest, key: int) -> HttpResponse:
        event, wanted = self.theirs(request, key), request.POST.get("flagship") == "1"
        highlighting.set_flagship(event=event, flagship=wanted, actor=actor(request))
        messages.success(request, "C’est un temps fort." if wanted else "Ce n’est plus un temps fort.")
        return self.sheet(event)

    def theirs(self, request: HttpRequest, key: int) -> Event:
        """The event of this address, among those that this person moderates."""
        event: Event | None = self.get_queryset(request).filter(pk=key).first()
        if event is None or not self.has_view_permission(request, event):
            raise Http404
        return event

    def sheet(self, event: Event) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:events_event_change", args=[event.pk]))

    def queue(self, request: HttpRequest) -> QuerySet[Event]:
        """What this person has to read, the soonest event first."""
        return due.proposed(self.get_queryset(request)).order_by(*SOONEST)

    def _next(self, request: HttpRequest, event: Event) -> HttpResponseRedirect:
        """The sheet of what comes after `event` in the queue, from its beginning again at its end; then the list."""
        rows = self.queue(request).exclude(pk=event.pk)
        later = Q(first_starts_at=None)
        if event.first_starts_at is not None:
            later |= Q(first_starts_at__gt=event.first_starts_at)
        following = rows.filter(later).first() or rows.first()
        if following is not None:
            return self.sheet(following)
        messages.info(request, "Il n’y a plus rien à relire.")
        return HttpResponseRedirect(reverse("admin:events_event_changelist"))

    def _with_reason(
        self, request: HttpRequest, event: Event, form: ReasonForm, act: Callable[[Event], Any], done: str
    ) -> HttpResponse:
        if not form.is_valid():
            messages.error(request, f"{_NOTHING} {' '.join(map(str, form.errors.get('reason', ['Choisissez.'])))}")
            return self._again(request, event, form)
        return self._decide(request, event, act, done, form)

    def _again(self, request: HttpRequest, event: Event, form: ReasonForm) -> HttpResponse:
        """The sheet as it stands now, with what was typed: nobody writes a reason twice."""
        shown = copy(request)
        shown.method = "GET"  # the page to read, answered to a form
        return self.change_view(shown, str(event.pk), "", {"typed": form})

    def _decide(
        self, request: HttpRequest, event: Event, act: Callable[[Event], Any], done: str,
        form: ReasonForm | None = None,
    ) -> HttpResponse:  # fmt: skip
        late = ""
        try:
            with transaction.atomic():
                held = Event.objects.select_for_update().get(pk=event.pk)
                if held.state == event.state and request.POST.get("seen", "") != held.updated_at.isoformat():
                    late = decided_meanwhile(held, request.POST.get("was", held.state)) or _EDITED
                else:
                    act(held)
        except ValidationError as error:
            said = decided_meanwhile(event, "") if MOVED_ON in error.messages else ""
            late = said or f"{_NOTHING} {' '.join(error.messages)}"
        if late:
            messages.warning(request, late)
            return self.sheet(event) if form is None else self._again(request, event, form)
        messages.success(request, done)
        return self._next(request, event) if "next" in request.POST else self.sheet(event)


def _to_compare(found: list[tuple[Event, Event, list[str]]]) -> SafeString:
    """Which were left because they look like another, each leading to its sheet, where both are compared."""
    lines = format_html_join(
        "\u00a0; ",
        '<a href="{}">{}</a> ressemble à «\u00a0{}\u00a0» ({})',
        [
            (reverse("admin:events_event_change", args=[event.pk]), event.title, other.title, ", ".join(why))
            for event, other, why in found
        ],
    )
    return format_html("À comparer avant de publier, depuis leur fiche\u00a0: {}.", lines)


def decided_meanwhile(event: Event, was: str) -> str:
    """« Rien n’a été fait : Camille a publié l’évènement le 3 mars à 10 h 04 »; empty when nobody decided since."""
    if event.state == was:
        return ""
    last = JournalEntry.objects.filter(
        target_type="events.event", target_key=str(event.pk), verb__in=_DECISIONS
    ).order_by("-id")[:1]  # fmt: skip
    for line in told(last):
        state = str(event.get_state_display()).lower()
        return f"{_NOTHING} Quelqu’un a décidé avant vous\u00a0: {line.who} {line.act} (état\u00a0: {state})."
    return f"{_NOTHING} {MOVED_ON}"

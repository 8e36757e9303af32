"""What moderators do from a sheet of the desk: each act is a POST, goes through a service, and is told when it is late.

Two people may have the same sheet open: an act carries what its author had read (`seen`), and is not done when the
event changed since, or when somebody else decided; the message then says who and what.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from accounts.admin_history import told
from accounts.admin_rules import ReadOnlyAdmin, actor
from core.models import JournalEntry
from events.models import Event
from events.services import highlighting, states
from events.services.states import MOVED_ON

State = Event.State
_DECISIONS = ("event.publish", "event.refuse", "event.withdraw", "event.merged")
_NOTHING = "Rien n’a été fait."
_EDITED = f"{_NOTHING} L’évènement a changé depuis que vous l’avez ouvert\u00a0: relisez-le, puis décidez."


class ReasonForm(forms.Form):
    """Why it is refused or withdrawn."""

    reason = forms.CharField(
        label="Motif", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites pourquoi."},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, help_text: str = "", prefix: str = "") -> None:
        super().__init__(data, auto_id=f"id_{prefix}_%s" if prefix else "id_%s")
        self.fields["reason"].help_text = help_text


REFUSAL_HELP = "Envoyé par courriel à qui a proposé l’évènement."
WITHDRAWAL_HELP = "Gardé avec l’évènement, dont la page reste et dit qu’il est retiré."


class ModeratedEvents(ReadOnlyAdmin):
    """The acts on one event; whoever may not read it does not know them (404)."""

    def get_urls(self) -> list[Any]:
        acts = {"publier": self.publish_view, "refuser": self.refuse_view, "retirer": self.withdraw_view,
                "temps-fort": self.flagship_view}  # fmt: skip
        view, names = self.admin_site.admin_view, {"temps-fort": "flagship", "publier": "publish", "refuser": "refuse"}
        own = [
            path(f"<int:key>/{word}/", view(act), name=f"events_event_{names.get(word, 'withdraw')}")
            for word, act in acts.items()
        ]  # fmt: skip
        return [*own, *super().get_urls()]

    @method_decorator(require_POST)
    def publish_view(self, request: HttpRequest, key: int) -> HttpResponse:
        event = self.theirs(request, key)
        back = event.state == State.REFUSED
        act = (lambda held: states.submit(event=held, actor=actor(request), at_once=True)) if back else (
            lambda held: states.publish(event=held, actor=actor(request)))  # fmt: skip
        return self._decide(request, event, act, "Cet évènement est dans l’agenda.")

    @method_decorator(require_POST)
    def refuse_view(self, request: HttpRequest, key: int) -> HttpResponse:
        return self._with_reason(
            request, key, states.refuse, "Cet évènement est refusé\u00a0; qui l’a proposé l’apprend."
        )

    @method_decorator(require_POST)
    def withdraw_view(self, request: HttpRequest, key: int) -> HttpResponse:
        return self._with_reason(
            request, key, states.withdraw, "Cet évènement est retiré\u00a0; les calendriers le disent annulé."
        )

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

    def _with_reason(self, request: HttpRequest, key: int, door: Callable[..., Any], done: str) -> HttpResponse:
        event, form = self.theirs(request, key), ReasonForm(request.POST)
        if not form.is_valid():
            messages.error(request, f"{_NOTHING} {' '.join(map(str, form.errors['reason']))}")
            return self.sheet(event)
        reason = form.cleaned_data["reason"]
        return self._decide(
            request, event, lambda held: door(event=held, reason=reason, actor=actor(request)), done
        )  # fmt: skip

    def _decide(self, request: HttpRequest, event: Event, act: Callable[[Event], Any], done: str) -> HttpResponse:
        try:
            with transaction.atomic():
                held = Event.objects.select_for_update().get(pk=event.pk)
                if held.state == event.state and request.POST.get("seen", "") != held.updated_at.isoformat():
                    late = decided_meanwhile(held, request.POST.get("was", held.state))
                    messages.warning(request, late or _EDITED)
                    return self.sheet(event)
                act(held)
        except ValidationError as error:
            said = decided_meanwhile(event, "") if MOVED_ON in error.messages else ""
            messages.warning(request, said or f"{_NOTHING} {' '.join(error.messages)}")
        else:
            messages.success(request, done)
        return self.sheet(event)


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

"""Who opens a page of `/pro/agenda/`, and which events they find there (A5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.rules import runs_region
from events.models import Event
from events.rules import may_edit, may_enter_desk, may_read_registrations, publishes_at_once, works_for_organiser
from members.models import Organisation
from members.rules import mandates_of
from territories.rules import agencies_of, may_enter_pro


@dataclass(frozen=True)
class Desk:
    """The event in hand; `at_once`: what this person writes of it needs nobody's reading; `names`: they read who
    registered."""

    event: Event
    at_once: bool
    names: bool = False
    theirs: bool = False  # they wrote it: of the team that runs it, or its author

    def url(self, name: str, *args: Any) -> str:
        return reverse(name, args=[self.event.slug, *args])

    def page(self, here: str = "", **context: Any) -> dict[str, Any]:
        """The context that every page of the event shares; `here` names a page under it."""
        return {
            "event": self.event,
            "at_once": self.at_once,
            "names": self.names,
            "theirs": self.theirs,
            "here": here,
            **context,
        }


def houses_of(user: Any) -> list[Organisation]:
    """The organisations that `user` may publish for today, by name."""
    held = mandates_of(user).filter(organisation__status__in=Organisation.BELONGING)
    return list(Organisation.objects.filter(pk__in=held.values("organisation")).order_by("sort_key", "pk"))


def houses_for(user: Any) -> list[Organisation]:
    """The organisations in whose name `user` may announce an event: one's own first, then, for those who serve the
    Region, every one of the SPRO."""
    own = houses_of(user)
    if not may_enter_desk(user):
        return own
    mine = {house.pk for house in own}
    others = Organisation.objects.filter(status__in=Organisation.BELONGING).order_by("sort_key", "pk")
    return own + [house for house in others if house.pk not in mine]


def in_hand(user: Any) -> Q:
    """The events that `user` may write, as a condition: those of one's organisations, what one wrote at the desk, and
    of what was handed in, those of one's agencies, or all (`events.rules.may_edit`)."""
    held = mandates_of(user).filter(organisation__status__in=Organisation.BELONGING)
    mine = Q(organisation__in=held.values("organisation"))
    if not may_enter_desk(user):
        return mine
    read = Q() if runs_region(user) else Q(agency__in=agencies_of(user))
    return mine | Q(author_key=user.journal_key) | (~Q(state=Event.State.DRAFT) & read)


def pro_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For whoever works in the SPRO; 403 for anybody else."""

    @never_cache
    @wraps(view)
    def wrapper(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not may_enter_pro(request.user):
            raise PermissionDenied
        return view(request, **kwargs)

    return wrapper


def event_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """`view(request, desk, …)` for who may write the event of the address today; 404 for anybody else."""
    return _page_for(may_edit, view)


def people_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The same for who may read the names of those who registered (S2)."""
    return _page_for(may_read_registrations, view)


def _page_for(rule: Callable[[Any, Event], bool], view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @never_cache
    @wraps(view)
    def wrapper(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
        rows = Event.objects.select_related("organisation", "agency", "source", "merged_into")
        event = rows.filter(slug=slug).first()
        if event is None or not rule(request.user, event):
            raise Http404
        names = bool(may_read_registrations(request.user, event))
        theirs = bool(works_for_organiser(request.user, event)) or event.author_key == str(request.user.pk)
        return view(request, Desk(event, publishes_at_once(request.user, event), names, theirs), **kwargs)

    return wrapper

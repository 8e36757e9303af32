"""Who opens a page of a bilan, and what every such page shows around it: its state, its parts, who writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from bilans import checking, kinds, rules
from bilans.models import Bilan
from bilans.sheet import Sheet, sheet_of

View = Callable[..., HttpResponseBase]
_WITH = ("campaign", "organisation", "agency", "platform")
# Who wrote so lately is said to be writing.
_LATELY = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class Desk:
    """The bilan in hand, who reads it, when."""

    request: HttpRequest
    bilan: Bilan
    at: dt.datetime

    @property
    def user(self) -> User:
        """Signed in: the middleware says so."""
        return self.request.user  # type: ignore[return-value]

    @cached_property
    def speaks(self) -> bool:
        """Speaks in the name of its subject."""
        return bool(rules.speaks_for(self.user, self.bilan))

    @property
    def editable(self) -> bool:
        return self.bilan.writable and self.speaks

    @property
    def why_not(self) -> str:
        """Why it is only read; empty when the person writes."""
        if why := checking.why_unwritable(self.bilan):
            return why
        return "" if self.speaks else "Vous lisez ce bilan\u00a0; ses auteur·rices seul·es y écrivent."

    def sheet(self) -> Sheet:
        """As it is saved now: read again after a writing."""
        return sheet_of(self.bilan)

    def url(self, name: str, *args: Any) -> str:
        return reverse(name, args=[self.bilan.public_id, *args])

    def page_of(self, part: str) -> str:
        """The page where `part` is filled: a theme, or the questions."""
        return self.url("pro_bilan_questions") if part == checking.QUESTIONS else self.url("pro_bilan_part", part)

    def page(self, here: str, sheet: Sheet, **context: Any) -> dict[str, Any]:
        """The context every page of the bilan shares; `here`: which line of its menu is current."""
        campaign = self.bilan.campaign
        return {
            "bilan": self.bilan, "campaign": campaign, "sheet": sheet, "editable": self.editable,
            "speaks": self.speaks, "why_not": self.why_not, "here": here, "menu": self.menu(here, sheet),
            "writing": self.writing(), "days_left": (campaign.due_on - timezone.localdate(self.at)).days,
            "before": campaign.year - 1, **context,
        }  # fmt: skip

    def menu(self, here: str, sheet: Sheet) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = [
            {"key": part.slug, "label": part.title, "url": self.url("pro_bilan_part", part.slug), "answered":
             part.answered, "asked": part.asked}
            for part in sheet.parts
        ]  # fmt: skip
        asked = [question for question in sheet.questions if question.required]
        lines.append({
            "key": checking.QUESTIONS, "label": "Les trois questions", "url": self.url("pro_bilan_questions"),
            "answered": sum(question.answered for question in asked), "asked": len(asked),
        })  # fmt: skip
        review = "Relire et déposer" if self.editable else "Tout le bilan"
        lines.append({"key": "relire", "label": review, "url": self.url("pro_bilan_review"), "asked": 0})
        return [line | {"current": line["key"] == here} for line in lines]

    def around(self, here: str, sheet: Sheet) -> dict[str, Any]:
        """The pages before and after `here`, for the foot of a page."""
        lines = self.menu(here, sheet)
        place = next(place for place, line in enumerate(lines) if line["current"])
        return {
            "place": place + 1, "places": len(lines) - 1, "previous": lines[place - 1] if place else None,
            "next": lines[place + 1] if place + 1 < len(lines) else None,
        }  # fmt: skip

    def writers(self) -> list[dict[str, Any]]:
        """Who wrote in it, the last one first; `lately`, for who is writing now."""
        rows = self.bilan.writers.select_related("user").order_by("-last_at", "-pk")
        return [
            {"name": who(row.user), "key": str(row.user_id), "at": row.last_at,
             "lately": self.at - row.last_at < _LATELY,
             "minutes": max(0, int((self.at - row.last_at).total_seconds() // 60)), "me": row.user_id == self.user.pk}
            for row in rows
        ]  # fmt: skip

    def writing(self) -> list[dict[str, Any]]:
        """The others who wrote in it lately, while it is being written."""
        if not self.editable:
            return []
        return [line for line in self.writers() if line["lately"] and not line["me"]]


def reads_bilan(*methods: str) -> Callable[[View], View]:
    """The view gets a `Desk`; 404 for whoever may not open the bilan. GET and HEAD, `methods` besides."""
    return _with_desk(require_http_methods(["GET", "HEAD", *methods]) if methods else require_safe)


def changes_bilan(view: View) -> View:
    """As `reads_bilan`, for what a form alone asks."""
    return _with_desk(require_POST)(view)


def _with_desk(allowed: Callable[[View], View]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, key: UUID, **kwargs: Any) -> HttpResponseBase:
            rows = rules.visible_to(request.user).select_related(*_WITH)
            return view(Desk(request, get_object_or_404(rows, public_id=key), timezone.now()), **kwargs)

        return never_cache(allowed(wrapper))

    return decorate


def by_autosave(request: HttpRequest) -> bool:
    """Whether the small script of the page saves, and reads JSON."""
    return request.headers.get("X-Autosave") == "1"


def as_json(status: int = 200, **content: Any) -> JsonResponse:
    return JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})


def clock(at: dt.datetime) -> str:
    """« 9 h 05 », on the clocks of Paris."""
    return f"{timezone.localtime(at):%-H\u00a0h\u00a0%M}"


def who(user: User) -> str:
    """A colleague as the team knows them."""
    return user.name or user.email


def kind_words(bilan: Bilan) -> str:
    """« Bilan d’organisme »: what sort of bilan it is."""
    return kinds.get(bilan.kind).words

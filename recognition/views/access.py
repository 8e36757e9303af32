"""Who opens a page of a dossier, and what every such page shows around it: its state, its parts, what lacks."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from members.rules import is_manager_of
from recognition.clock import day_of
from recognition.deadlines import Window, window_of
from recognition.models import Candidature, Message, PieceRequest, Recognition
from recognition.requested import Asked, asked
from recognition.services.checking import SECTIONS, Gap, gaps
from recognition.standing import standing, until_words

View = Callable[..., HttpResponseBase]
_PAGES = {
    "organisme": "candidature_organisation", "sites": "candidature_sites", "criteres": "candidature_criteria",
    "pieces": "candidature_files",
}  # fmt: skip

_WITH = ("organisation", "campaign", "charter", "renews", "saved_by", "deposited_by")


@dataclass(frozen=True)
class Desk:
    """The dossier in hand, who reads it, when."""

    request: HttpRequest
    dossier: Candidature
    at: dt.datetime

    @cached_property
    def missing(self) -> list[Gap]:
        """What it lacks, read once, and after what the page saved: ask for it last."""
        if not self.dossier.editable:
            return []
        return gaps(self.dossier if self.request.method in {"GET", "HEAD"} else _read(self.dossier.public_id))

    @cached_property
    def request_open(self) -> PieceRequest | None:
        """What the Region waits for, while the dossier is being completed."""
        if self.dossier.state != Candidature.State.INCOMPLETE:
            return None
        return self.dossier.requests.filter(answered_at=None, closed_at=None).first()

    @cached_property
    def asked(self) -> list[dict[str, str]]:
        """Each thing that the Region asks, with where it is (empty when its words do not say)."""
        items = asked(self.request_open.items) if self.request_open else []
        return [{"text": one.text, "part": one.part, "anchor": one.anchor, "url": self._place(one)} for one in items]

    def _place(self, one: Asked) -> str:
        if not one.part:
            return ""
        return self.url(_PAGES[one.part]) + (f"#{one.anchor}" if one.anchor else "")

    def lacks(self) -> dict[str, int]:
        """How many things each part lacks."""
        counts: Counter[str] = Counter(gap.section for gap in self.missing)
        return {key: counts[key] for key in SECTIONS}

    @property
    def user(self) -> User:
        """Signed in: the middleware says so."""
        return self.request.user  # type: ignore[return-value]

    @property
    def signs(self) -> bool:
        """May deposit, complete, withdraw."""
        return bool(is_manager_of(self.user, self.dossier.organisation))

    @cached_property
    def window(self) -> Window:
        """Between which days it may be deposited."""
        return window_of(self.dossier)

    def url(self, name: str, *args: Any) -> str:
        return reverse(name, args=[self.dossier.public_id, *args])

    def page(self, here: str, **context: Any) -> dict[str, Any]:
        """The context every page of the dossier shares; `here`: which line of its menu is current."""
        unread = self.dossier.messages.filter(side=Message.Side.REGION, read_at=None).count()
        return {
            "dossier": self.dossier,
            "editable": self.dossier.editable,
            "granted": self._granted(),
            "window": self.window,
            "limit": self.window.last_on,
            "missing": self.missing,
            "menu": self._menu(here, unread),
            "here": here,
            "unread": unread,
            "asked": self.asked,
            **context,
        }

    def _granted(self) -> dict[str, Any] | None:
        """What a dossier that was granted gives today: the right, how it stands, until when; None when it gives none,
        or not yet."""
        if self.dossier.state != Candidature.State.GRANTED:
            return None
        row = Recognition.objects.select_related("organisation").filter(candidature=self.dossier).first()
        if row is None:
            return None
        return {"recognition": row, "standing": standing(row, day_of(self.at)), "until": until_words(row)}

    def _menu(self, here: str, unread: int) -> list[dict[str, Any]]:
        counts = self.lacks()
        lines: list[dict[str, Any]] = [
            {"key": "", "label": "Vue d’ensemble", "url": self.url("candidature"), "kind": "page"}
        ]
        for key, label in SECTIONS.items():
            lines.append({
                "key": key, "label": label, "url": self.url(_PAGES[key]), "kind": "part", "lacks": counts[key],
                "asked": any(one["part"] == key for one in self.asked),
            })  # fmt: skip
        lines += self._acts(unread)
        return [line | {"current": line["key"] == here} for line in lines]

    def _acts(self, unread: int) -> list[dict[str, Any]]:
        states = Candidature.State
        sent = self.dossier.deposited_at is not None and not self.dossier.editable
        read = "Le dossier envoyé" if sent else "Relire le dossier"
        acts: list[dict[str, Any]] = [{"key": "relire", "label": read, "url": self.url("candidature_read")}]
        if self.dossier.state == states.DRAFT:
            acts.append({"key": "deposer", "label": "Vérifier et déposer", "url": self.url("candidature_deposit")})
        if self.dossier.state == states.INCOMPLETE:
            acts.append({"key": "completer", "label": "Renvoyer à la Région", "url": self.url("candidature_complete")})
        if self.dossier.receipt_number:
            acts.append({"key": "accuse", "label": "Accusé de réception", "url": self.url("candidature_receipt")})
        acts.append({"key": "messages", "label": "Messages", "url": self.url("candidature_messages"), "unread": unread})
        return [act | {"kind": "act"} for act in acts]


def reads_dossier(*methods: str) -> Callable[[View], View]:
    """The view gets a `Desk`; 404 for whoever does not work for the organisation. GET and HEAD, `methods` besides."""
    allowed = require_http_methods(["GET", "HEAD", *methods]) if methods else require_safe

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, key: UUID, **kwargs: Any) -> HttpResponseBase:
            return view(desk_of(request, key), **kwargs)

        return never_cache(allowed(wrapper))

    return decorate


def desk_of(request: HttpRequest, key: UUID) -> Desk:
    rows = Candidature.objects.visible_to(request.user).select_related(*_WITH)
    return Desk(request, get_object_or_404(rows, public_id=key), timezone.now())


def _read(key: UUID) -> Candidature:
    return Candidature.objects.select_related(*_WITH).get(public_id=key)


def said(error: ValidationError) -> str:
    return " ".join(error.messages)


def by_autosave(request: HttpRequest) -> bool:
    """Whether the small script of the page saves, and reads JSON."""
    return request.headers.get("X-Autosave") == "1"


def as_json(status: int = 200, **content: Any) -> JsonResponse:
    return JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})


def refuse(request: HttpRequest, error: ValidationError) -> None:
    messages.error(request, said(error))


def clock(at: dt.datetime | None) -> str:
    """« 9 h 05 », on the clocks of Paris."""
    return f"{timezone.localtime(at):%-H\u00a0h\u00a0%M}" if at else ""


def who(user: User | None) -> str:
    """A colleague as the team knows them."""
    return (user.name or user.email) if user is not None else "une personne de votre équipe"

"""Who opens a page of `/pro/organisme/`: 404 for who does not work there, 403 for a manager's act by a member."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from members import pro_pages
from members.models import Mandate, Organisation
from members.rules import mandates_of


@dataclass(frozen=True)
class Place:
    """The organisation in hand, and the mandate by which this person works there."""

    organisation: Organisation
    mandate: Mandate

    @property
    def manages(self) -> bool:
        return self.mandate.role == Mandate.Role.MANAGER

    def url(self, name: str, *args: Any) -> str:
        return reverse(name, args=[self.organisation.slug, *args])

    def page(self, current: str, title: str = "", **context: Any) -> dict[str, Any]:
        """The context that every page of the organisation shares; `current` is the url name of its tab."""
        crumbs = [{"label": "Espace pro", "url": reverse("pro_home")}]
        if current != "pro_organisation" or title:
            crumbs.append({"label": self.organisation.display_name, "url": self.url("pro_organisation")})
        if title and current != "pro_organisation":
            crumbs.append({"label": pro_pages.label(current), "url": self.url(current)})
        here = title or (self.organisation.display_name if current == "pro_organisation" else pro_pages.label(current))
        return {
            "organisation": self.organisation, "mandate": self.mandate, "manages": self.manages,
            "crumbs": crumbs, "here": here, **context,
        }  # fmt: skip


def member_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """`view(request, place, …)` for who works in the organisation of the address today; 404 for anybody else."""

    @never_cache
    @wraps(view)
    def wrapper(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
        rows = mandates_of(request.user).select_related("organisation__network", "organisation__parent")
        mandate = rows.filter(organisation__slug=slug).first()
        if mandate is None:
            raise Http404
        return view(request, Place(mandate.organisation, mandate), **kwargs)

    return wrapper


def manager_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """As `member_page`, and 403 for who works there without managing."""

    @wraps(view)
    def managed(request: HttpRequest, place: Place, **kwargs: Any) -> HttpResponse:
        if not place.manages:
            raise PermissionDenied
        return view(request, place, **kwargs)

    return member_page(managed)


def say(form: Form, error: ValidationError) -> None:
    """What a service refuses, beside the field it names when the form has it."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)

"""`/charte/`: the values, the commitments, the signatures (M3), and the *cahier des charges* of annexe 1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core.http import public_page
from core.markdown import render as markdown
from members import charters
from members.models import Charter, Commitment, QualityCriterion


@dataclass(frozen=True)
class Party:
    """Who commits, and to what."""

    name: str
    commitments: list[Commitment]


@dataclass(frozen=True)
class Engagement:
    """One engagement of the charter: an axis, or the tools of article 4 when `axis` is None."""

    number: int
    axis: int | None
    title: str
    parties: list[Party]


@dataclass
class Article:
    """A part of the *cahier des charges* (« 1.a »): its titles and the requirements under each."""

    code: str
    titles: list[tuple[str, list[QualityCriterion]]] = field(default_factory=list)


@public_page
def charter(request: HttpRequest) -> HttpResponse:
    """The charter in force and its amendments. 404 before a region pack is loaded."""
    versions = charters.in_force()
    if not versions:
        raise Http404
    current, *amendments = versions
    signatures = current.signatures.select_related("organisation__network").order_by(
        "organisation__network__number", "organisation__sort_key"
    )
    context = {
        "charter": current,
        "engagements": engagements(current.commitments.order_by("engagement_number", "order")),
        "signatures": list(signatures),
        "text": markdown(current.text, heading_level=3) if current.text else "",
        "amendments": [
            {"charter": version, "text": markdown(version.text, heading_level=4) if version.text else ""}
            for version in amendments
        ],
    }
    return render(request, "members/charter.html", context)


@public_page
def criteria(request: HttpRequest) -> HttpResponse:
    """The *cahier des charges*: what every structure of the network owes to the public."""
    current = _current()
    context = {"charter": current, "articles": articles(current.qualitycriterions.order_by("order"))}
    return render(request, "members/criteria.html", context)


def engagements(commitments: Iterable[Commitment]) -> list[Engagement]:
    """The commitments by engagement, then by who commits, in the order of the text."""
    found = []
    for number, rows in groupby(commitments, key=lambda c: c.engagement_number):
        group = list(rows)
        parties = [Party(name, list(some)) for name, some in groupby(group, key=lambda c: c.get_party_display())]
        found.append(Engagement(number, group[0].axis_number, group[0].title, parties))
    return found


def articles(criteria: Iterable[QualityCriterion]) -> list[Article]:
    """The requirements by article, then by title, in the order of the text."""
    found = []
    for code, rows in groupby(criteria, key=lambda c: c.article):
        found.append(Article(code, [(title, list(some)) for title, some in groupby(rows, key=lambda c: c.title)]))
    return found


def _current() -> Charter:
    current = Charter.current()
    if current is None:
        raise Http404
    return current

"""`/organismes/`: the signatories, and the sheet of each as annexe 2 prints it (M1)."""

from __future__ import annotations

from itertools import groupby

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from core import panels
from core.http import public_page
from core.text import fold
from members.activities import nested
from members.listing import Line, lines
from members.models import Network, Organisation
from members.people import representatives
from members.websites import websites

LONGEST_QUERY = 120
CARD_FIELDS = ("slug", "name", "current_name", "name_published", "sort_key", "kind", "place", "status", "network")


@public_page
def organisations(request: HttpRequest) -> HttpResponse:
    """The organisations by network, missions locales apart; `q` and `reseau` choose among them."""
    query = " ".join(request.GET.get("q", "").split())[:LONGEST_QUERY]
    chosen = request.GET.get("reseau", "")
    networks = list(Network.objects.only("slug", "name", "current_name", "number").order_by("number"))
    known = {network.slug for network in networks}
    found = list(_chosen(query, chosen if chosen in known else ""))
    context = {
        "q": query,
        "chosen": chosen,
        "unknown_network": chosen not in known and bool(chosen),
        "networks": networks,
        "groups": _by_network([o for o in found if o.kind == Organisation.Kind.ORGANISATION]),
        "missions": lines(o for o in found if o.kind == Organisation.Kind.MISSION_LOCALE),
        "count": len(found),
    }
    return render(request, "members/organisations.html", context)


@public_page
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """The sheet of one organisation, with its sites and referents as panels of the room above."""
    subject = get_object_or_404(Organisation.objects.public().select_related("network", "parent"), slug=slug)
    children = list(subject.children.public().only(*CARD_FIELDS).order_by("sort_key"))
    signature = subject.signatures.select_related("charter").order_by("-signed_on").first()
    context = {
        "organisation": subject,
        "crumbs": [_crumb(subject)],
        "fte": (fte := "" if subject.fte is None else f"{subject.fte.normalize():f}".replace(".", ",")),
        "fte_note": "" if subject.fte_note.strip() == fte else subject.fte_note.strip(),
        "representatives": representatives(subject.legal_representative, subject.legal_representative_title),
        "activities": nested(subject.activities),
        "websites": websites(subject.website),
        "same_today": _same_today(subject),
        "children": lines(child for child in children if child.kind == Organisation.Kind.ORGANISATION),
        "missions": lines(child for child in children if child.kind == Organisation.Kind.MISSION_LOCALE),
        "signature": signature,
        "signatories": representatives(signature.signatory, signature.title) if signature else [],
        "panels": panels.collect("organisation", request, subject),
    }
    return render(request, "members/organisation.html", context)


def _crumb(organisation: Organisation) -> dict[str, str]:
    """The way back up: the network, or the list for an associated partner and for a network of its own name."""
    if organisation.network and organisation.network.display_name != organisation.display_name:
        return {"label": organisation.network.display_name, "url": organisation.network.get_absolute_url()}
    return {"label": "Les organismes", "url": reverse("organisations")}


def _same_today(organisation: Organisation) -> list[Organisation]:
    """The other signatories that bear the same name today (two funds that became one operator)."""
    if not organisation.current_name:
        return []
    others = Organisation.objects.public().filter(current_name=organisation.current_name).exclude(pk=organisation.pk)
    return list(others.only("slug", "name", "current_name").order_by("sort_key"))


def _chosen(query: str, network: str) -> QuerySet[Organisation]:
    rows = Organisation.objects.public().only(
        *CARD_FIELDS, "network__name", "network__current_name", "network__slug", "network__number"
    )
    rows = rows.select_related("network")
    if network:
        rows = rows.filter(network__slug=network)
    for word in fold(query).split():  # `sort_key` is folded: accents and capitals do not count
        rows = rows.filter(
            Q(sort_key__contains=word)
            | Q(name__icontains=word)
            | Q(current_name__icontains=word)
            | Q(slug__contains=word)
        )
    return rows.order_by("network__number", "sort_key")


def _by_network(rows: list[Organisation]) -> list[tuple[Network | None, list[Line]]]:
    """Groups in the order of the networks; those of no network (associated partners) come last."""
    return [(network, lines(group)) for network, group in groupby(rows, key=lambda row: row.network)]

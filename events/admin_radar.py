"""The radar's page at the desk and its two files: an officer sees what touches their territory (G6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from accounts.rules import runs_region
from core.reference import EventType, Sector, Status
from core.spreadsheets import csv_file
from core.values import day_in_words
from events import radar
from events.render import times
from territories.models import Agency, EmploymentBasin
from territories.rules import agencies_of

PERIODS = [("3", "3 mois"), ("6", "6 mois"), ("12", "un an")]
SAME = [("bassin", "Même bassin d’emploi"), ("secteur", "Un secteur en commun"), ("public", "Un public en commun")]


class RadarForm(forms.Form):
    """What to look at; whatever is not understood is said, and the rest is used."""

    agence = forms.ModelChoiceField(
        Agency.objects.none(), label="Territoire", required=False, empty_label="Tous", to_field_name="slug"
    )
    bassin = forms.ModelChoiceField(
        EmploymentBasin.objects.none(), label="Bassin d’emploi", required=False, empty_label="Tous"
    )
    secteur = forms.ChoiceField(
        label="Secteur", required=False, choices=[("", "Tous"), *((v, Sector(v).label) for v in radar.SECTORS)]
    )
    public = forms.ChoiceField(label="Public", required=False, choices=[("", "Tous"), *Status.choices])
    jours = forms.IntegerField(
        label="Jours entre deux évènements, au plus", required=False, min_value=1, max_value=radar.MOST_DAYS,
        error_messages=dict.fromkeys(
            ("min_value", "max_value", "invalid"), f"Choisissez entre 1 et {radar.MOST_DAYS} jours."
        ),
    )  # fmt: skip
    mois = forms.ChoiceField(label="Chocs dans les", required=False, choices=PERIODS)
    meme = forms.MultipleChoiceField(
        label="Ce qu’ils ont en commun", required=False, choices=SAME, widget=forms.CheckboxSelectMultiple
    )
    precis = forms.BooleanField(
        label="Manques\u00a0: ne pas compter les évènements ouverts à tous les secteurs ou à tout public",
        required=False,
    )

    def __init__(self, data: Any, user: Any) -> None:
        started = bool(data)
        given = data.copy()
        given.setdefault("jours", str(radar.DAYS))
        given.setdefault("mois", str(radar.QUARTER))
        if not started:
            given.setlist("meme", ["bassin"])
        super().__init__(given)
        self.served = served_by(user)
        agencies, basins = Agency.objects.order_by("order"), EmploymentBasin.objects.order_by("name")
        if self.served is not None:
            agencies, basins = agencies.filter(pk__in=self.served), basins.filter(agency__in=self.served)
        self.fields["agence"].queryset = agencies  # type: ignore[attr-defined]
        self.fields["bassin"].queryset = basins  # type: ignore[attr-defined]

    def asked(self) -> radar.Asked:
        self.is_valid()
        said = self.cleaned_data
        agency, basin = said.get("agence"), said.get("bassin")
        return radar.Asked(
            agencies=frozenset({agency.pk}) if agency else self.served, basin=basin.pk if basin else None,
            sector=said.get("secteur") or "", public=said.get("public") or "", days=said.get("jours") or radar.DAYS,
            months=int(said.get("mois") or radar.QUARTER), same=frozenset(said.get("meme") or ()),
            named_only=bool(said.get("precis")),
        )  # fmt: skip


def radar_view(request: HttpRequest, site: Any, opts: Any) -> HttpResponse:
    form = RadarForm(request.GET, request.user)
    asked = form.asked()
    found, gaps = radar.clashes(asked), radar.gaps(asked)
    context = {
        **site.each_context(request), "title": "Radar de l’agenda", "opts": opts, "form": form, "asked": asked,
        "clashes": [clash_line(clash, form.served) for clash in found.found], "more": found.more, "cut": found.cut,
        "territories": _territories(gaps, asked), "gaps": len(gaps), "query": request.GET.urlencode(),
        "shown": radar.CLASHES_SHOWN, "looked_at": radar.LOOKED_AT,
    }  # fmt: skip
    return TemplateResponse(request, "admin/events/event/radar.html", context)


def served_by(user: Any) -> frozenset[int] | None:
    """The agencies whose events `user` reads at the desk; None for those who read them all."""
    return None if runs_region.test(user) else agencies_of(user)


def clash_line(clash: radar.Clash, served: frozenset[int] | None) -> dict[str, Any]:
    """A clash in words, each event with the address where one may read it (`served_by`; empty: nowhere)."""
    apart = "le même jour" if clash.days == 0 else f"à {clash.days} jour{'s' if clash.days > 1 else ''}"
    first, second = _great(clash.first, served), _great(clash.second, served)
    return {"apart": apart, "shared": clash.shared, "events": [first, second], "other": second}


def _great(event: radar.Great, served: frozenset[int] | None) -> dict[str, Any]:
    url = "" if event.proposed else reverse("event", args=[event.slug])
    if served is None or event.agency in served:
        url = reverse("admin:events_event_change", args=[event.event])
    return {"event": event, "day": _day(event), "kind": _kind(event), "url": url}


def _day(event: radar.Great) -> str:
    return day_in_words(times.local(event.starts_at).date())


def _kind(event: radar.Great) -> str:
    kind = str(EventType(event.kind).label)
    return ", ".join([kind, *(["temps fort"] if event.flagship else []), *(["proposé"] if event.proposed else [])])


def _territories(gaps: Iterable[radar.Gap], asked: radar.Asked) -> list[dict[str, Any]]:
    """The gaps by territory: one line a basin for all the sectors that lack the same publics."""
    lines: dict[tuple[str, int], dict[tuple[str, ...], list[radar.Gap]]] = {}
    for gap in gaps:
        lines.setdefault((gap.agency_name, gap.basin), {}).setdefault(gap.publics, []).append(gap)
    found: dict[str, list[dict[str, Any]]] = {}
    for (agency, _), by_publics in lines.items():
        for publics, same in by_publics.items():
            sectors = [str(Sector(gap.sector).label) for gap in same]
            whole = not asked.sector and len(sectors) == len(radar.SECTORS)
            found.setdefault(agency, []).append({
                "basin": same[0].basin_name, "publics": _publics(publics, asked),
                "sectors": "Tous les secteurs" if whole else " ; ".join(sectors),
            })  # fmt: skip
    return [{"agency": agency, "rows": rows} for agency, rows in found.items()]


def _publics(missing: tuple[str, ...], asked: radar.Asked) -> str:
    """« tous les publics », « tous les publics, sauf : Lycéen·ne, Parent », « Cadre, Retraité·e »."""
    left = [] if asked.public else [value for value in Status.values if value not in missing]
    if not asked.public and not left:
        return "tous les publics"
    if 0 < len(left) < len(missing):
        return f"tous les publics, sauf\u00a0: {_labels(left)}"
    return _labels(missing)


def _labels(publics: Iterable[str]) -> str:
    return ", ".join(str(Status(value).label) for value in publics)


def radar_csv(request: HttpRequest, part: str) -> HttpResponse:
    """`chocs.csv` or `manques.csv`, with the filters of the page; 404 for another."""
    asked = RadarForm(request.GET, request.user).asked()
    if part == "chocs":
        head = ["Écart (jours)", "En commun"]
        for rank in ("1", "2"):
            head += [f"{name} {rank}" for name in ("Date", "Évènement", "Type", "Organisé par", "Commune", "Bassin")]
        rows = [
            [clash.days, " ; ".join(clash.shared), *_cells(clash.first), *_cells(clash.second)]
            for clash in radar.clashes(asked).found
        ]  # fmt: skip
    elif part == "manques":
        head = ["Territoire", "Bassin", "Secteur", "Public sans évènement"]
        rows = [
            [gap.agency_name, gap.basin_name, str(Sector(gap.sector).label), str(Status(public).label)]
            for gap in radar.gaps(asked) for public in gap.publics
        ]  # fmt: skip
    else:
        raise Http404
    return csv_file(f"radar-{part}-{timezone.localdate():%Y-%m-%d}", head, rows)


def _cells(event: radar.Great) -> list[Any]:
    day = times.local(event.starts_at).date().isoformat()
    return [day, event.title, _kind(event), event.organiser, event.town, event.basin_name]

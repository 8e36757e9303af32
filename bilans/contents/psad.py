"""The bilan of a PSAD: its published flows as steps, what became of the young people, the life of the platform (D9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bilans import numbers
from bilans.consolidation import Figure
from bilans.contents.frame import assembled
from bilans.contents.organisation import explanations, intro, unanswered
from bilans.contents.own import headlines, own, themes
from bilans.contents.shapes import Json, chart, figure, point, section, text_of
from bilans.contents.words import first_letter, fraction
from bilans.models import Bilan, Unit
from bilans.numbers import HIDDEN, NBSP, counted, percent_of

# By the names of their sources: the steps in order, the kinds of solution, what lasted and what did not.
STEPS = ("psad_received", "psad_prepared", "psad_contacted", "psad_proposed", "psad_solved")
SOLUTIONS = ("psad_solved_school", "psad_solved_apprentice", "psad_solved_training", "psad_solved_other")
LASTING = ((3, "psad_held3", "psad_lost3"), (6, "psad_held6", "psad_lost6"))
# The theme where each chart stands is that of these indicators.
FLOWS = "psad_"
_PLACED = (("funnel", {STEPS[0]}), ("solutions", set(SOLUTIONS)), ("lasting", {LASTING[0][1]}))
NOTE = (
    "Les nombres de jeunes des PSAD sont ceux que le portail a publiés une fois pour toutes, sans saisie. "
    "Une personne compte une fois à chaque étape, dans l’année où elle la passe\u00a0: les étapes ne s’emboîtent pas."
)


def content(bilan: Bilan, *, at: dt.date) -> dict[str, Any]:
    """What the document of a platform says: counts alone, and those that were published."""
    found = own(bilan)
    asked = asked_of(found.figures)
    platform = bilan.platform
    heads = [str(side) for side in (platform.cio, platform.mission_locale) if side] if platform else []
    return assembled(
        replace(found, figures=asked),
        subject={"name": bilan.name, "slug": platform.slug if platform else "", "detail": " · ".join(heads)},
        headlines=[figure(one, bilan.campaign) for one in _first(found.figures)],
        sections=[
            *_silence(found.figures, bilan.campaign.year),
            *_sections(found.figures, bilan, found.comments),
            *explanations(found),
            *unanswered(replace(found, figures=asked)),
        ],
        definitions=[one.indicator for one in asked.values()],
        notes=[NOTE] if len(asked) == len(found.figures) else [],
    )


def unpublished(figures: Mapping[str, Figure]) -> bool:
    """Whether the flows of the year are told nowhere: not published, or no platform has them."""
    flows = [one for one in figures.values() if one.indicator.source.startswith(FLOWS)]
    return bool(flows) and all(one.amount is None and not one.hidden for one in flows)


def silence(figures: Mapping[str, Figure], year: int) -> str:
    """Said once, in place of a column of blanks."""
    if not unpublished(figures):
        return ""
    return f"Les nombres de jeunes des PSAD n’ont pas été publiés pour {year}\u00a0: ce document n’en donne aucun."


def asked_of(figures: Mapping[str, Figure]) -> dict[str, Figure]:
    """Without the flows of a year that tells none."""
    alone = unpublished(figures)
    return {key: one for key, one in figures.items() if not alone or not one.indicator.source.startswith(FLOWS)}


def _silence(figures: Mapping[str, Figure], year: int) -> list[Json]:
    text = silence(figures, year)
    return [section("unpublished", "Les jeunes accompagnés", intro=text)] if text else []


def _first(figures: Mapping[str, Figure]) -> list[Figure]:
    """The key figures; of a year that tells no flow, what the platform did."""
    kept = headlines(asked_of(figures).values())
    if not unpublished(figures):
        return kept
    spare = [one for one in asked_of(figures).values() if one not in kept and one.amount is not None]
    return (kept + spare)[:3]


def _sections(figures: Mapping[str, Figure], bilan: Bilan, comments: Mapping[str, str]) -> list[Json]:
    year = bilan.campaign.year
    drawn = {chart["key"]: chart for chart in charts(figures, year)}
    sections = []
    for rank, (theme, among) in enumerate(themes(figures.values()).items(), start=1):
        shown = [figure(one, bilan.campaign, comment=comments.get(one.indicator.key, "")) for one in among]
        sources = {one.indicator.source for one in among}
        mine = [
            drawn.pop(key) for key, of in _PLACED if key in drawn and sources & of
        ]  # fmt: skip
        sections.append(section(f"theme-{rank}", theme, intro=intro(shown, mine, year), figures=shown, charts=mine))
    return sections


def charts(figures: Mapping[str, Figure], year: int) -> list[Json]:
    """The steps as a funnel, the kinds of solution, what lasts: of a platform, or of the region."""
    by_source = {one.indicator.source: one for one in figures.values() if one.indicator.source}
    steps = [by_source[name] for name in STEPS if name in by_source]
    kinds = [by_source[name] for name in SOLUTIONS if name in by_source]
    found = []
    if _told(steps) > 1:
        found.append(_bars("funnel", "D’une étape à l’autre", steps, year, _funnel(by_source)))
    if _told(kinds) > 1:
        found.append(_bars("solutions", "Sortes de solutions commencées", kinds, year, _kinds(kinds, by_source)))
    return found + _lasting(by_source, year)


def _told(figures: Sequence[Figure]) -> int:
    return sum(one.amount is not None and not one.hidden for one in figures)


def _bars(key: str, title: str, figures: Sequence[Figure], year: int, text: str) -> Json:
    points = [
        point(_label(one), None, HIDDEN if one.hidden else numbers.MISSING) if one.hidden or one.amount is None
        else point(_label(one), text_of(one.amount), numbers.number(one.amount))
        for one in figures
    ]  # fmt: skip
    return chart(key, "bars", title, unit=Unit.PEOPLE, series=[(str(year), points)], text=text)


def _label(one: Figure) -> str:
    """« dont apprentissage » stands alone in a chart: « Apprentissage »."""
    return first_letter(one.indicator.label.removeprefix("dont "))


def amount(by_source: Mapping[str, Figure], name: str) -> Decimal | None:
    """A published count; none when it is hidden or not there."""
    one = by_source.get(name)
    return None if one is None or one.hidden else one.amount


def _funnel(by_source: Mapping[str, Figure]) -> str:
    received, contacted, solved = (amount(by_source, name) for name in (STEPS[0], STEPS[2], STEPS[4]))
    sentences = []
    if received:
        sentences.append(f"{young(received)} {_verb(received, 'est entré·e', 'sont entré·es')} dans l’accompagnement")
    if contacted is not None and contacted > 0:
        sentences.append(f"{young(contacted)} {_verb(contacted, 'a été joint·e', 'ont été joint·es')} dans l’année")
    if solved is not None and solved > 0:
        sentences.append(f"{young(solved)} {_verb(solved, 'a commencé', 'ont commencé')} une solution")
    text = " ".join(f"{first_letter(sentence)}." for sentence in sentences)
    if any(one.hidden for one in by_source.values()):
        text += " Les étapes marquées n.c. comptent trop peu de jeunes pour être communiquées."
    return text.strip()


def _kinds(kinds: Sequence[Figure], by_source: Mapping[str, Figure]) -> str:
    told = sorted(
        ((one.amount, _label(one)) for one in kinds if one.amount and not one.hidden), key=lambda row: (-row[0], row[1])
    )
    total = amount(by_source, STEPS[4])
    if not told:
        return ""
    most, label = told[0]
    if len(told) > 1 and told[1][0] == most:
        return (
            f"«{NBSP}{label}{NBSP}» et «{NBSP}{told[1][1]}{NBSP}» viennent en tête, à égalité ({numbers.number(most)})."
        )
    share = f", soit {fraction(most, total)} des solutions commencées" if total and most < total else ""
    text = f"Première issue{NBSP}: «{NBSP}{label}{NBSP}» ({young(most)}){share}"
    if len(told) > 1:
        text += f"{NBSP}; vient ensuite «{NBSP}{told[1][1]}{NBSP}» ({numbers.number(told[1][0])})"
    return text + "."


def _lasting(by_source: Mapping[str, Figure], year: int) -> list[Json]:
    """At three and six months: those still in a solution beside those who are not, or who cannot be found."""
    held: list[Json] = []
    lost: list[Json] = []
    texts: list[str] = []
    for months, name, other in LASTING:
        stays, leaves = amount(by_source, name), amount(by_source, other)
        if stays is None or leaves is None or not stays + leaves:
            continue
        label = f"À {months} mois"
        held.append(point(label, text_of(stays), numbers.number(stays)))
        lost.append(point(label, text_of(leaves), numbers.number(leaves)))
        texts.append(f"{'À' if not texts else 'à'} {months} mois, {percent_of(stays, stays + leaves)} "
                     f"({numbers.number(stays)} sur {numbers.number(stays + leaves)})")  # fmt: skip
    if not held:
        return []
    text = f"{f'{NBSP}; '.join(texts)} des jeunes dont la solution a été vérifiée y sont toujours."
    series = [("Toujours en solution", held), ("Sans solution ou sans nouvelles", lost)]
    return [chart("lasting", "stack", "Les solutions durent-elles\u00a0?", unit=Unit.PEOPLE, series=series, text=text)]


def young(count: Decimal) -> str:
    """« 1 jeune », « 34 jeunes »."""
    return counted(count, "jeune", "jeunes")


def _verb(count: Decimal, one: str, several: str) -> str:
    return several if count >= 2 else one

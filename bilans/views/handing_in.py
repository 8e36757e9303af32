"""Reading the whole bilan once more, handing it in, taking it back (B2)."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from bilans import checking
from bilans.models import Kind
from bilans.services import writing
from bilans.views.desk import Desk, changes_bilan, reads_bilan
from bilans.views.writing import refuse_others


@reads_bilan()
def review(desk: Desk) -> HttpResponse:
    """All of it on one page; before handing it in, what is missing."""
    return _review(desk)


def _review(desk: Desk, status: int = 200) -> HttpResponse:
    sheet = desk.sheet()
    pages = {part.slug: part.title for part in sheet.parts} | {checking.QUESTIONS: "Les trois questions"}
    gaps = checking.gaps(sheet) if desk.editable else []
    missing = [
        {"title": title, "url": desk.page_of(slug), "gaps": here}
        for slug, title in pages.items()
        if (here := [gap for gap in gaps if gap.part == slug])
    ]
    context = desk.page(
        "relire", sheet, missing=missing, standing=checking.standing(sheet, gaps),
        around=desk.around("relire", sheet),
        takes_back=desk.speaks and not checking.why_not_taken_back(desk.bilan),
    )  # fmt: skip
    return render(desk.request, "bilans/writing/review.html", context, status=status)


@changes_bilan
def submit(desk: Desk) -> HttpResponse:
    """Hand it in; something is missing: the page that says what."""
    refuse_others(desk)
    try:
        writing.submit(desk.bilan, user=desk.user, at=desk.at)
    except writing.Incomplete:
        return _review(desk, 400)
    except writing.AlreadySubmitted:
        messages.info(desk.request, "Ce bilan était déjà déposé.")
    except ValidationError as error:
        messages.error(desk.request, " ".join(error.messages))
    else:
        of_region = desk.bilan.kind == Kind.REGION
        then = "Sa synthèse peut être publiée." if of_region else "La Région l’a reçu."
        messages.success(desk.request, f"Le bilan est déposé. {then}")
    return redirect(desk.url("pro_bilan"))


@changes_bilan
def take_back(desk: Desk) -> HttpResponse:
    """Open it again, by its own people, while the Region has not decided of it."""
    refuse_others(desk)
    try:
        writing.take_back(desk.bilan, user=desk.user, at=desk.at)
    except ValidationError as error:
        messages.error(desk.request, " ".join(error.messages))
    else:
        messages.success(desk.request, "Le bilan est repris\u00a0: il n’est plus déposé, et vous y écrivez de nouveau.")
    return redirect(desk.url("pro_bilan"))

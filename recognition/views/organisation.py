"""`/candidature/<uuid>/organisme/`: what the dossier says of the organisation (R3)."""

from __future__ import annotations

from functools import partial

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from recognition.contents import ORGANISATION_FIELDS
from recognition.forms.parts import OrganisationForm
from recognition.models import Candidature
from recognition.services.saving import Saved, save_organisation
from recognition.views.access import Desk, by_autosave, reads_dossier
from recognition.views.limits import count_siret
from recognition.views.saving import Attempt, answer_script, attempt, show_mine, tell

TEMPLATE = "recognition/organisation.html"


@reads_dossier("POST")
def edit(desk: Desk) -> HttpResponse:
    """A form while the dossier is written, a page to read afterwards."""
    if not desk.dossier.editable:
        return render(desk.request, TEMPLATE, desk.page("organisme", lines=lines(desk.dossier)))
    if desk.request.method != "POST":
        form = OrganisationForm(candidature=desk.dossier)
        return render(desk.request, TEMPLATE, desk.page("organisme", form=form))
    form = OrganisationForm(desk.request.POST, candidature=desk.dossier)
    done = attempt(form, partial(_save, desk, form))
    if by_autosave(desk.request):
        return answer_script(desk, done)
    return _answer(desk, done)


def _save(desk: Desk, form: OrganisationForm, values: dict[str, object]) -> Saved:
    typed = str(values.get("siret", desk.dossier.siret))
    if typed != desk.dossier.siret:
        try:
            count_siret(desk.request, typed)
        except ValidationError as error:
            raise ValidationError({"siret": error.messages}) from error
    return save_organisation(
        candidature=desk.dossier, values=values, version=form.version, base=form.seen, user=desk.user, at=desk.at
    )


def _answer(desk: Desk, done: Attempt) -> HttpResponse:
    if done.whole:
        tell(desk, done)
        return redirect(desk.url("candidature_sites" if "suite" in desk.request.POST else "candidature_organisation"))
    show_mine(done)
    context = desk.page("organisme", form=done.form, attempt=done)
    return render(desk.request, TEMPLATE, context, status=409 if done.met else 200)


def lines(dossier: Candidature) -> list[tuple[str, str]]:
    """What the dossier says of the organisation, to read: label and words, those that say something."""
    labels = {field.name: str(field.verbose_name) for field in dossier._meta.concrete_fields}
    said = [(labels[name].capitalize(), str(getattr(dossier, name))) for name in ORGANISATION_FIELDS]
    return [("SIRET" if label == "Siret" else label, words) for label, words in said if words.strip()]

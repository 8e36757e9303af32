"""`/lorfolio/importer/`: a CV from elsewhere is read, shown, then added if the person says so; nothing kept between."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from core.fair_use import AccountUse
from core.uploads import in_memory
from lorfolio.forms.interchange import ApplyForm, FileForm, PasteForm
from lorfolio.http import owner
from lorfolio.interchange.bounded import JSON_BYTES
from lorfolio.interchange.reading import FORMATS, Read
from lorfolio.models import Portfolio
from lorfolio.services import importing

PARTS = {
    "work": "Emplois et stages", "volunteer": "Bénévolat", "education": "Études et formations",
    "projects": "Projets, passions, autres", "skills": "Compétences", "languages": "Langues",
    "certificates": "Certificats et permis", "awards": "Prix", "publications": "Réalisations",
    "interests": "Centres d’intérêt", "references": "Recommandations",
}  # fmt: skip
LINES = {
    "given_name": "prénom", "family_name": "nom", "headline": "titre", "summary": "présentation",
    "email": "adresse électronique", "phone": "téléphone", "place": "commune", "url": "site",
    "profiles": "pages ailleurs",
}  # fmt: skip
AGAIN = "Redonnez votre fichier\u00a0: il n’a pas pu être relu."


class UploadUse(AccountUse):
    scope = "uploads"


@in_memory
@owner
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    """The page; a POST reads (`act=file`, `act=paste`) and shows, or adds what was shown (`act=add`)."""
    act = request.POST.get("act", "")
    if request.method != "POST" or act not in ("file", "paste", "add"):
        return _page(request, FileForm(), PasteForm())
    use = UploadUse()
    if not use.allow_request(request, None):  # type: ignore[arg-type]  # it reads `method` and `user` only
        response = render(request, "429.html", {"seconds": use.seconds()}, status=429)
        response["Retry-After"] = str(use.seconds())
        return response
    if act == "add":
        return _add(request, portfolio)
    file = FileForm(request.POST, request.FILES) if act == "file" else FileForm()
    paste = PasteForm(request.POST) if act == "paste" else PasteForm()
    if act == "file" and file.is_valid():
        return _shown(request, portfolio, file.cleaned_data["file"], file, paste)
    if act == "paste" and paste.is_valid() and paste.read:
        return _shown(request, portfolio, paste.read, file, paste)
    return _page(request, file, paste, status=422)


def _add(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    form = ApplyForm(request.POST)
    if not form.is_valid():
        again = FileForm(files={})
        again.errors["file"] = again.error_class([AGAIN])
        return _page(request, again, PasteForm(), status=422)
    read: Read = form.cleaned_data["document"]
    added = importing.apply(
        portfolio=portfolio, incoming=read.incoming, chosen=set(request.POST.getlist("item")),
        replace_person=form.cleaned_data["replace"], actor=portfolio.user, at=timezone.now(),
    )  # fmt: skip
    words = {0: "Rien de nouveau à ajouter\u00a0: tout y était déjà.", 1: "Une chose a été ajoutée à votre Lorfolio."}
    messages.success(request, words.get(added, f"{added} choses ont été ajoutées à votre Lorfolio."))
    only_skills = bool(read.incoming.rows) and all(row.item == "skill" for row in read.incoming.rows)
    return redirect("/lorfolio/competences/" if only_skills else "/lorfolio/parcours/")


def _shown(request: HttpRequest, portfolio: Portfolio, read: Read, file: FileForm, paste: PasteForm) -> HttpResponse:
    """What the file would add, beside what is there already and what we did not understand."""
    carried = read.carried
    if len(carried.encode()) > JSON_BYTES:
        file.add_error(None, "Ce CV est trop long pour être montré\u00a0: gardez-en l’essentiel.")
        return _page(request, file, paste, status=422)
    made = importing.plan(portfolio, read.incoming)
    groups = [
        {"title": title, "rows": [planned for planned in made.rows if planned.row.part == part]}
        for part, title in PARTS.items()
    ]
    context: dict[str, Any] = {
        "format": FORMATS[read.format], "carried": carried, "groups": [group for group in groups if group["rows"]],
        "new": len(made.of_state(importing.NEW)), "alike": len(made.of_state(importing.ALIKE)),
        "same": len(made.of_state(importing.SAME)), "fills": [LINES[name] for name in made.fills],
        "differs": [LINES[name] for name in made.differs], "unknown": read.incoming.unknown,
        "remarks": read.incoming.remarks, "pasted": read.format == "paste",
    }  # fmt: skip
    context["anything"] = context["new"] + context["alike"] + len(made.fills) + len(made.differs)
    return render(request, "lorfolio/interchange/preview.html", context)


def _page(request: HttpRequest, file: FileForm, paste: PasteForm, status: int = 200) -> HttpResponse:
    return render(request, "lorfolio/interchange/bring.html", {"file": file, "paste": paste}, status=status)

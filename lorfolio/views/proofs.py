"""Joining a proof to an experience, a skill or a thing « en plus »: a document, a link, a badge, somebody's word."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.fair_use import AccountUse
from core.uploads import in_memory
from lorfolio.forms.proofs import AskAttestation, BadgeProof, FileProof, LinkProof
from lorfolio.http import is_minor, mine, owner
from lorfolio.models import Experience, Extra, Portfolio, Proof, SafeFile, Skill
from lorfolio.services import attesting, proofs

FORM = require_http_methods(["GET", "HEAD", "POST"])
MODELS: dict[str, Any] = {"experience": Experience, "competence": Skill, "plus": Extra}
PLACES = {
    "experience": "/lorfolio/parcours/{}/",
    "competence": "/lorfolio/competences/{}/",
    "plus": "/lorfolio/parcours/plus/{}/",
}


class UploadUse(AccountUse):
    scope = "uploads"


class AttestationUse(AccountUse):
    scope = "attestations"


def _item(portfolio: Portfolio, of: str, key: UUID) -> Any:
    if of not in MODELS:
        raise Http404
    return mine(MODELS[of], portfolio, key)


def place_of(item: Any) -> str:
    """The page of an item."""
    of = next(name for name, model in MODELS.items() if isinstance(item, model))
    return PLACES[of].format(item.pk)


@owner
@require_safe
def choose(request: HttpRequest, portfolio: Portfolio, of: str, key: UUID) -> HttpResponse:
    """Which kind of proof: four doors."""
    item = _item(portfolio, of, key)
    shown = {"item": item, "of": of, "back": place_of(item), "minor": is_minor(portfolio)}
    return render(request, "lorfolio/proofs/choose.html", shown)


@in_memory
@owner
@FORM
def file(request: HttpRequest, portfolio: Portfolio, of: str, key: UUID) -> HttpResponse:
    item = _item(portfolio, of, key)
    files = proofs.files_of(portfolio)
    form = FileProof(request.POST, request.FILES, files=files) if request.method == "POST" else FileProof(files=files)
    if request.method == "POST" and form.is_valid():
        said, given = form.cleaned_data, form.cleaned_data.get("file")
        try:
            if given is not None:
                _count(UploadUse(), request, "Beaucoup de fichiers viennent de votre compte")
                data = given.read(settings.LORFOLIO_FILE_BYTES + 1)
                proofs.join_file(
                    item=item, title=said["title"] or "Document", at=timezone.now(), name=given.name or "", data=data
                )
            else:
                kept = mine(SafeFile, portfolio, UUID(said["kept"]))
                proofs.join_file(item=item, title=said["title"] or "Document", at=timezone.now(), file=kept)
            return _joined(request, item)
        except ValidationError as refused:
            form.add_error(None if hasattr(refused, "error_dict") else "file", refused)
    return _page(request, item, of, form, "Un document", files=True)


@owner
@FORM
def link(request: HttpRequest, portfolio: Portfolio, of: str, key: UUID) -> HttpResponse:
    item = _item(portfolio, of, key)
    form = LinkProof(request.POST) if request.method == "POST" else LinkProof()
    if request.method == "POST" and form.is_valid():
        try:
            proofs.join_link(item=item, title=form.cleaned_data["title"], url=form.cleaned_data["url"])
            return _joined(request, item)
        except ValidationError as refused:
            form.add_error(None, refused)
    return _page(request, item, of, form, "Un lien")


@in_memory
@owner
@FORM
def badge(request: HttpRequest, portfolio: Portfolio, of: str, key: UUID) -> HttpResponse:
    item = _item(portfolio, of, key)
    form = BadgeProof(request.POST, request.FILES) if request.method == "POST" else BadgeProof()
    if request.method == "POST" and form.is_valid():
        said, read = form.cleaned_data, form.badge
        try:
            proofs.join_badge(
                item=item, title=said["title"] or (read.name if read else ""), badge=read.kept() if read else {},
                url=said["url"] or (read.url if read else ""),
            )  # fmt: skip
            return _joined(request, item)
        except ValidationError as refused:
            form.add_error(None, refused)
    return _page(request, item, of, form, "Un badge numérique", files=True)


@owner
@FORM
def attestation(request: HttpRequest, portfolio: Portfolio, of: str, key: UUID) -> HttpResponse:
    """Asks somebody by mail; off under fifteen (L10)."""
    item = _item(portfolio, of, key)
    form = AskAttestation(request.POST) if request.method == "POST" else AskAttestation()
    minor = is_minor(portfolio)
    if request.method == "POST" and not minor and form.is_valid():
        said = form.cleaned_data
        try:
            _count(AttestationUse(), request, "Vous avez déjà écrit à beaucoup de monde aujourd’hui")
            attesting.ask(
                item=item,
                name=said["asked_name"],
                email=said["asked_email"],
                message=said["message"],
                at=timezone.now(),
            )
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, "Le message est parti. Vous serez prévenu·e de la réponse.")
            return redirect(place_of(item))
    shown = {"item": item, "of": of, "form": form, "back": place_of(item), "words": attesting.words_of(item),
    "minor": minor,
             "days": settings.LORFOLIO_ATTESTATION_DAYS}  # fmt: skip
    return render(request, "lorfolio/proofs/attestation.html", shown)


@owner
@FORM
def take_off(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    proof = mine(Proof, portfolio, key, "skill", "experience", "extra")
    back = place_of(proofs.item_of(proof))
    if request.method == "POST":
        proofs.take_off(proof=proof)
        messages.success(request, "La preuve est retirée.")
        return redirect(back)
    words = "Elle ne sera plus montrée nulle part. Si c’est un document, il reste dans votre coffre."
    return render(request, "lorfolio/path/remove.html", {"row": proof, "back": back, "words": words})


def _page(request: HttpRequest, item: Any, of: str, form: Any, title: str, *, files: bool = False) -> HttpResponse:
    shown = {"item": item, "of": of, "form": form, "title": title, "back": place_of(item), "files": files}
    return render(request, "lorfolio/proofs/form.html", shown)


def _joined(request: HttpRequest, item: Any) -> HttpResponse:
    messages.success(request, "La preuve est jointe.")
    return redirect(place_of(item))


def _count(use: AccountUse, request: HttpRequest, words: str) -> None:
    """Raises `ValidationError` (French) once this account asked for too much."""
    if not use.allow_request(request, None):  # type: ignore[arg-type]  # it reads `method` and `user` only
        hours, minutes = divmod(-(-use.seconds() // 60), 60)
        later = f"{hours}\u00a0h" if hours else f"{minutes}\u00a0min"
        raise ValidationError(f"{words}\u00a0: réessayez dans {later}.", code="many")

"""What commits the organisation: check and deposit, receipt, send back, withdraw (R2-R5, R14)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from recognition import rulebook
from recognition.addressees import managers_of
from recognition.clock import day_of
from recognition.contents import kind_words, new_files
from recognition.forms.acts import AnswerRequestForm, DepositForm, WithdrawForm
from recognition.letters.about import silent_on
from recognition.letters.blocks import silence_accepts
from recognition.models import OWED, Candidature, Letter, LetterKind, PieceRequest, Snapshot
from recognition.services import depositing
from recognition.services.checking import SECTIONS, Gap
from recognition.services.depositing import AlreadyDeposited, TooLate
from recognition.views.access import Desk, reads_dossier, refuse

State = Candidature.State
_RECEIPTS = (LetterKind.RECEIPT, LetterKind.COMPLETED)


@reads_dossier("POST")
def deposit(desk: Desk) -> HttpResponse:
    """What lacks, told place by place; nothing lacks: the declaration."""
    if desk.dossier.state != State.DRAFT:
        return redirect(desk.url("candidature_receipt" if desk.dossier.receipt_number else "candidature"))
    data = desk.request.POST if desk.request.method == "POST" else None
    form = DepositForm(data, initial={"name": desk.user.name})
    if form.is_valid() and (answer := _deposit(desk, form)) is not None:
        return answer
    context = desk.page(
        "deposer", form=form, signs=desk.signs, groups=list(_grouped(desk.missing)), grid=_grid(desk),
        managers=[] if desk.signs else [user.name or user.email for user in managers_of(desk.dossier.organisation)],
        open=desk.window.opens_on <= day_of(desk.at), owed=[service.label for service in OWED],
    )  # fmt: skip
    return render(desk.request, "recognition/deposit.html", context)


def _deposit(desk: Desk, form: DepositForm) -> HttpResponse | None:
    """Where to go; None: the page is shown again with what is wrong."""
    given = form.cleaned_data
    try:
        depositing.deposit(
            candidature=desk.dossier, user=desk.user, name=given["name"], title=given["title"], at=desk.at
        )
    except AlreadyDeposited:
        messages.info(desk.request, "Ce dossier était déjà déposé\u00a0: voici son accusé de réception.")
        return redirect(desk.url("candidature_receipt"))
    except TooLate as late:
        messages.warning(desk.request, " ".join(late.messages))
        return redirect(desk.url("candidature"))
    except ValidationError as error:
        refuse(desk.request, error)
        return None
    messages.success(desk.request, "Le dossier est déposé. La Région l’a reçu.")
    return redirect(desk.url("candidature_receipt"))


@reads_dossier()
def receipt(desk: Desk) -> HttpResponse:
    """What was received, when, under which number; the letter beside, as soon as it is drawn (R14)."""
    letters = {letter.key: letter for letter in desk.dossier.letters.filter(kind__in=_RECEIPTS)}
    snapshots = list(desk.dossier.snapshots.order_by("taken_at", "pk"))
    kept = snapshots[0] if snapshots else None
    context = desk.page(
        "accuse", letter=letters.get(f"receipt:{desk.dossier.pk}"), kept=kept,
        silent_on=silent_on(desk.dossier) if desk.dossier.state in Candidature.OPEN else None,
        accepts=silence_accepts(rulebook.text("silence_effect")),
        files=_listed(kept.content["files"], desk.dossier) if kept else [],
        answers=list(_answers(desk.dossier, snapshots, letters)),
    )  # fmt: skip
    return render(desk.request, "recognition/receipt.html", context)


def _answers(dossier: Candidature, snapshots: list[Snapshot], letters: dict[str, Letter]) -> Iterable[dict[str, Any]]:
    """Each time the dossier was sent back: what was asked, what was answered, the files that came with it (R13)."""
    asked = {request.answered_at: request for request in dossier.requests.exclude(answered_at=None)}
    for before, kept in pairwise(snapshots):
        yield {
            "kept": kept, "request": asked.get(kept.taken_at), "letter": letters.get(f"completed:{kept.pk}"),
            "files": _listed(new_files(before.content, kept.content), dossier),
        }  # fmt: skip


def _listed(files: list[dict[str, Any]], dossier: Candidature) -> list[dict[str, Any]]:
    return [file | {"label": kind_words(file["kind"], dossier.campaign.year)} for file in files]


@reads_dossier("POST")
def complete(desk: Desk) -> HttpResponse:
    """What the Region asked, what still lacks, and sending it back (R5)."""
    request = open_request(desk.dossier)
    data = desk.request.POST if desk.request.method == "POST" else None
    form = AnswerRequestForm(data)
    if desk.dossier.state == State.INCOMPLETE and form.is_valid():
        try:
            depositing.answer_request(
                candidature=desk.dossier, text=form.cleaned_data["text"], user=desk.user, at=desk.at
            )
        except ValidationError as error:
            refuse(desk.request, error)
        else:
            messages.success(desk.request, "Le dossier complété est renvoyé à la Région.")
            return redirect(desk.url("candidature"))
    context = desk.page(
        "completer", form=form, piece_request=request, signs=desk.signs, groups=list(_grouped(desk.missing))
    )
    return render(desk.request, "recognition/complete.html", context)


@reads_dossier("POST")
def withdraw(desk: Desk) -> HttpResponse:
    """The organisation gives its dossier up; asked once more, because it cannot be undone."""
    deposited = desk.dossier.deposited_at is not None
    data = desk.request.POST if desk.request.method == "POST" else None
    form = WithdrawForm(data, needed=deposited)
    possible = desk.dossier.state in Candidature.OPEN
    if possible and form.is_valid():
        try:
            depositing.withdraw(
                candidature=desk.dossier, reason=form.cleaned_data["reason"], user=desk.user, at=desk.at
            )
        except ValidationError as error:
            refuse(desk.request, error)
        else:
            messages.success(desk.request, "Le dossier est retiré.")
            return redirect(desk.url("candidature"))
    context = desk.page("retirer", form=form, signs=desk.signs, possible=possible, deposited=deposited)
    return render(desk.request, "recognition/withdraw.html", context)


def open_request(dossier: Candidature) -> PieceRequest | None:
    return dossier.requests.filter(answered_at=None, closed_at=None).first()


def _grouped(missing: Iterable[Gap]) -> Iterable[dict[str, Any]]:
    held: dict[str, list[Gap]] = {}
    for gap in missing:
        held.setdefault(gap.section, []).append(gap)
    for key, label in SECTIONS.items():
        if key in held:
            yield {"key": key, "label": label, "gaps": held[key]}


def _grid(desk: Desk) -> list[dict[str, Any]]:
    """The three services owed, site by site: all or nothing (R2)."""
    sites = desk.dossier.sites.order_by("order", "pk").only("pk", "name", "services", "candidature")
    return [{"site": site, "owed": [service in site.services for service in OWED]} for site in sites]


def days_left(desk: Desk) -> int:
    return (desk.window.last_on - day_of(desk.at)).days

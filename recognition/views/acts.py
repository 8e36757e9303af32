"""What commits the organisation: check and deposit, receipt, send back, withdraw (R2-R5, R14)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from recognition.addressees import managers_of
from recognition.clock import day_of
from recognition.forms import AnswerRequestForm, DepositForm, WithdrawForm
from recognition.models import OWED, Candidature, LetterKind, PieceRequest
from recognition.services import depositing
from recognition.services.checking import SECTIONS, Gap
from recognition.services.depositing import AlreadyDeposited, TooLate
from recognition.views.access import Desk, reads_dossier, refuse

State = Candidature.State


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
    letter = desk.dossier.letters.filter(kind=LetterKind.RECEIPT).order_by("pk").first()
    kept = desk.dossier.snapshots.filter(moment="deposit").order_by("pk").first()
    context = desk.page("accuse", letter=letter, kept=kept, files=kept.content["files"] if kept else [])
    return render(desk.request, "recognition/receipt.html", context)


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

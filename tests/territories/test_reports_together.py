"""Two acts at the same instant on one sheet or on one report: they wait for each other and nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from core.models import OutboxMail
from territories import reports, services_sites
from territories.models import SheetReport, Site
from tests import factories


def at_once(*acts: Callable[[], str]) -> list[str]:
    """What each act answers when all begin together; the name of the refusal otherwise."""
    start, outcomes = threading.Barrier(len(acts)), []

    def run(act: Callable[[], str]) -> None:
        try:
            start.wait(10)
            outcomes.append(act())
        except (reports.AlreadyHandledError, reports.TooManyWaitingError, services_sites.StaleSheetError) as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_leaves_and_the_other_is_told() -> None:
    site, actor = factories.site(), factories.person()
    sheet = reports.sheet_of("site", site.slug)
    assert sheet is not None
    report = reports.receive(sheet=sheet, subject="autre", message="Un mot", email="a@exemple.invalid")

    def answer() -> str:
        return reports.answer(report=report, state="mended", words="", actor=actor).state

    assert at_once(answer, answer) == ["AlreadyHandledError", "mended"]
    assert OutboxMail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_sheets_saved_at_once_each_keeps_its_field_and_only_the_same_field_is_asked_again() -> None:
    site, actor = factories.site(), factories.person()
    version = services_sites.version_of(Site.objects.get(pk=site.pk))
    seen = {"phone": "", "description": ""}

    def save(values: dict[str, str]) -> Callable[[], str]:
        def act() -> str:
            return ",".join(services_sites.edit_site(site=site, values=values, version=version, actor=actor))

        return act

    assert at_once(save(seen | {"phone": "0329000000"}), save(seen | {"description": "Autre"})) == [
        "description", "phone"
    ]  # fmt: skip
    site.refresh_from_db()
    assert (site.phone, site.description) == ("0329000000", "Autre")
    assert at_once(save({"email": "a@exemple.invalid"}), save({"email": "b@exemple.invalid"})) == [
        "StaleSheetError", "email"
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_reports_sent_at_once_are_counted_exactly() -> None:
    site = factories.site()
    sheet = reports.sheet_of("site", site.slug)
    assert sheet is not None
    for number in range(reports.WAITING_KEPT - 1):
        reports.receive(sheet=sheet, subject="autre", message=f"Message {number}")

    def tell(words: str) -> Callable[[], str]:
        return lambda: reports.receive(sheet=sheet, subject="autre", message=words).state

    assert at_once(tell("Bleu"), tell("Vert"), tell("Gris")) == [*["TooManyWaitingError"] * 2, "waiting"]
    assert SheetReport.objects.count() == reports.WAITING_KEPT

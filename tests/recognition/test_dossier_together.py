"""Two people at the same instant on one dossier: nothing twice, nothing lost (R1, R3, R13). Real threads, real rows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from stdnum import luhn

from core.models import OutboxMail
from members.models import Mandate, Organisation
from recognition.models import Act, Attachment, Candidature, Letter, PrivateNote, Rule, Snapshot, Visit
from recognition.services.attaching import attach
from recognition.services.depositing import AlreadyDeposited, deposit
from recognition.services.instructing import write_note
from recognition.services.saving import Conflict, save_organisation
from recognition.services.starting import start
from recognition.services.visiting import plan_visit
from tests import factories as make
from tests.recognition import dossiers as d

pytestmark = pytest.mark.django_db(transaction=True)
AT = d.AT


def together(*acts: Callable[[], Any]) -> list[str]:
    """What came of acts begun at the same instant, each on its own connection: « done », or the name of the refusal."""
    gate, outcomes = threading.Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            act()
            outcomes.append("done")
        except (ValidationError, Conflict) as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(outcomes)


def test_R13_two_managers_deposit_at_once_one_receipt() -> None:
    for key in ("service_address", "service_email", "service_phone", "silence", "receipt_appeal", "appeal"):
        Rule.objects.create(key=key, value="Dit par la Région.")
    dossier = d.whole()
    people = [d.manager_of(dossier), d.colleague(dossier.organisation, Mandate.Role.MANAGER)]

    def put(user: Any) -> None:
        deposit(candidature=dossier, user=user, name="Une Personne", title="Directrice", at=AT)

    assert together(*(lambda user=user: put(user) for user in people)) == [AlreadyDeposited.__name__, "done"]
    dossier.refresh_from_db()
    assert (dossier.state, dossier.receipt_number) == ("deposited", "AR-2027-0001")
    assert (Snapshot.objects.count(), Letter.objects.count(), Act.objects.filter(kind="deposited").count()) == (1, 1, 1)
    assert OutboxMail.objects.filter(key__startswith="candidature-deposited").count() == 3


@pytest.mark.parametrize("same", [True, False], ids=["one SIRET", "two of one SIREN"])
def test_R1_two_drafts_that_take_one_siren_at_once_the_second_is_refused(same: bool) -> None:
    drafts = [d.started(user=make.person(), at=AT) for _ in range(2)]
    first = d.siret()
    numbers = [first, first if same else sibling(first)]

    def take(draft: Candidature, number: str) -> None:
        user = d.manager_of(draft)
        save_organisation(candidature=draft, values={"siret": number}, version=draft.version, user=user, at=AT)

    acts = [
        lambda draft=draft, number=number: take(draft, number) for draft, number in zip(drafts, numbers, strict=True)
    ]
    assert together(*acts) == ["ValidationError", "done"]
    assert Candidature.objects.filter(siret__startswith=first[:9]).count() == 1


def sibling(siret: str) -> str:
    """Another establishment of the same SIREN."""
    stem = f"{siret[:9]}0002"
    return stem + str(luhn.calc_check_digit(stem))


def test_R1_a_double_click_begins_one_dossier_for_one_organisation() -> None:
    d.charter()
    user, siret = make.person(), d.siret()

    def begin() -> None:
        start(user=user, siret=siret, organisation_name="Une association", at=AT)

    assert together(begin, begin) == ["ValidationError", "done"]
    assert (Candidature.objects.count(), Organisation.objects.count()) == (1, 1)


def test_R1_two_colleagues_begin_one_dossier() -> None:
    d.charter()
    house = make.organisation(status=Organisation.Status.CANDIDATE)
    people = [d.colleague(house), d.colleague(house)]

    def begin(user: Any) -> None:
        start(user=user, siret=d.siret(), organisation=house, at=AT)

    assert together(*(lambda user=user: begin(user) for user in people)) == ["ValidationError", "done"]
    assert Candidature.objects.count() == 1


def test_R3_two_colleagues_save_one_field_at_once() -> None:
    dossier = d.started()
    people = {"Un": d.manager_of(dossier), "Deux": d.colleague(dossier.organisation)}

    def save(text: str) -> None:
        save_organisation(candidature=dossier, values={"presentation": text}, version=1, user=people[text], at=AT)

    assert together(*(lambda text=text: save(text) for text in people)) == ["Conflict", "done"]
    dossier.refresh_from_db()
    assert dossier.version == 2
    assert dossier.presentation in people


def test_R3_two_colleagues_give_the_same_slot_its_file() -> None:
    dossier = d.started()
    people = [d.manager_of(dossier), d.colleague(dossier.organisation)]

    def give(user: Any) -> None:
        attach(candidature=dossier, kind="note", upload=d.upload(), user=user, at=AT)

    assert together(*(lambda user=user: give(user) for user in people)) == ["done", "done"]
    kept = Attachment.objects.get()
    assert kept.file.storage.exists(str(kept.file.name))


def test_R10_five_clicks_at_once_plan_one_visit_and_write_one_note() -> None:
    dossier, staff = d.whole(), make.region_staff()
    deposit(candidature=dossier, user=d.manager_of(dossier), name="Une Personne", title="Directrice", at=AT)
    dossier.refresh_from_db()

    def plan() -> None:
        plan_visit(candidature=dossier, planned_on=AT.date(), site_name="Le lieu", visitors="Sam", at=AT, actor=None)

    def write() -> None:
        write_note(candidature=dossier, text="À rappeler.", user=staff, at=AT)

    assert together(*[plan] * 5) == ["done"] * 5
    assert together(*[write] * 5) == ["done"] * 5
    assert (Visit.objects.count(), PrivateNote.objects.count()) == (1, 1)
    plan_visit(candidature=dossier, planned_on=AT.date(), site_name="L’autre lieu", at=AT, actor=None)
    assert Visit.objects.count() == 2

"""The Region accepts, sends back with a reason, reopens: once, with its trace and its mail (B2)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from accounts.models import User
from bilans.models import Act, Bilan, Kind, Writer
from bilans.services.deciding import accept, reopen, send_back
from bilans.services.telling import tell_submitted
from core.models import JournalEntry, OutboxMail
from members.models import Mandate
from tests import factories as make
from tests.bilans import world as w

pytestmark = pytest.mark.django_db
AT = w.moment(2026, 4, 2, 10)


def ready(email: str = "autrice@exemple.invalid", **fields: Any) -> tuple[Bilan, User]:
    """A submitted bilan of a house, and somebody of its team."""
    house = make.organisation(name="Maison")
    author = make.person(email)
    Mandate.objects.create(user=author, organisation=house, role=Mandate.Role.MEMBER)
    return w.submitted(w.bilan(subject=house, **fields)), author


def mails() -> list[tuple[str, str]]:
    return list(OutboxMail.objects.order_by("pk").values_list("to", "subject"))


def test_B2_accepting_is_told_written_and_journaled_once() -> None:
    (row, _), staff = ready(), make.region_staff()
    accept(row, user=staff, at=AT)
    accept(row, user=staff, at=AT)
    row.refresh_from_db()
    assert (row.state, row.accepted_at) == ("accepted", AT)
    act = row.acts.get(done=Act.Done.ACCEPTED)
    assert (act.user_key, act.label) == (str(staff.pk), "Région")
    assert list(JournalEntry.objects.values_list("verb", "target_key")) == [("bilan.accept", str(row.public_id))]
    assert mails() == [("autrice@exemple.invalid", "Le bilan 2025 est accepté : Maison")]


def test_B2_sent_back_with_a_reason_its_people_read_and_may_write_again() -> None:
    (row, _), staff = ready(), make.region_staff()
    send_back(row, user=staff, reason="  Précisez\r\nvos effectifs. ", at=AT)
    send_back(row, user=staff, reason="Précisez\nvos effectifs.", at=AT)
    row.refresh_from_db()
    assert (row.state, row.return_reason, row.returned_at) == ("returned", "Précisez\nvos effectifs.", AT)
    assert row.writable
    assert row.acts.get(done=Act.Done.RETURNED).reason == "Précisez\nvos effectifs."
    mail = OutboxMail.objects.get()
    assert mail.subject == "À reprendre : le bilan 2025 de Maison"
    assert "Précisez\nvos effectifs." in mail.text
    assert f"/pro/bilans/{row.public_id}/" in mail.text
    assert "avant la fin du 30 avril 2026" in mail.text
    # A journal keeps for good: no words that somebody typed.
    assert JournalEntry.objects.get().changes == {}


@pytest.mark.parametrize("reason", ["", " \n "])
def test_B2_nothing_is_sent_back_without_a_reason(reason: str) -> None:
    (row, _), staff = ready(), make.region_staff()
    with pytest.raises(ValidationError, match="Dites ce qui est à reprendre"):
        send_back(row, user=staff, reason=reason, at=AT)
    assert Bilan.objects.get().state == "submitted"


def test_B2_after_the_closing_it_is_still_accepted_and_a_return_does_not_reopen_the_writing() -> None:
    year = w.campaign(2025, closed_at=w.moment(2026, 5, 1))
    (row, _), (other, _) = ready(of=year), ready("autre@exemple.invalid", of=year)
    staff = make.region_staff()
    accept(row, user=staff, at=w.moment(2026, 5, 12))
    send_back(other, user=staff, reason="Trop tard.", at=w.moment(2026, 5, 12))
    assert Bilan.objects.get(pk=row.pk).state == "accepted"
    assert not Bilan.objects.select_related("campaign").get(pk=other.pk).writable
    assert "Le dépôt est clos" in OutboxMail.objects.get(to="autre@exemple.invalid").text


def test_B2_what_was_accepted_is_reopened_with_a_reason() -> None:
    (row, _), staff = ready(), make.region_staff()
    said = w.value(row, w.indicator(), 12)
    accept(row, user=staff, at=AT)
    OutboxMail.objects.all().delete()
    reopen(row, user=staff, reason="Un chiffre est faux.", at=AT)
    row.refresh_from_db()
    assert (row.state, row.accepted_at, row.return_reason) == ("returned", None, "Un chiffre est faux.")
    said.amount = 13
    said.save()  # what the database refused while it was accepted
    assert row.acts.first().done == Act.Done.REOPENED  # type: ignore[union-attr]
    assert "a rouvert le bilan 2025 de Maison" in OutboxMail.objects.get().text
    with pytest.raises(ValidationError, match="n’est pas accepté"):
        reopen(row, user=staff, reason="Encore.", at=AT)


@pytest.mark.parametrize("state", ["draft", "returned"])
def test_B2_what_is_not_submitted_is_not_decided_of(state: str) -> None:
    (row, _), staff = ready(), make.region_staff()
    Bilan.objects.update(state=state, return_reason="Voir.")
    with pytest.raises(ValidationError, match="n’est plus à lire"):
        accept(row, user=staff, at=AT)
    assert mails() == []


def test_B2_what_changed_since_it_was_read_is_not_accepted() -> None:
    (row, _), staff = ready(), make.region_staff()
    Bilan.objects.update(version=4)
    with pytest.raises(ValidationError, match="a changé depuis"):
        accept(row, user=staff, at=AT, seen=3)
    accept(row, user=staff, at=AT, seen=4)
    assert Bilan.objects.get().state == "accepted"


@pytest.mark.parametrize("who", ["author", "officer", "technician"])
def test_B2_the_region_alone_decides(who: str) -> None:
    row, author = ready()
    people = {"author": author, "officer": make.officer(), "technician": make.person(is_superuser=True)}
    with pytest.raises(PermissionDenied):
        accept(row, user=people[who], at=AT)
    with pytest.raises(PermissionDenied):
        send_back(row, user=people[who], reason="Non.", at=AT)
    with pytest.raises(PermissionDenied):
        reopen(row, user=people[who], reason="Non.", at=AT)
    assert Bilan.objects.get().state == "submitted"


def test_B2_the_acknowledgement_goes_to_who_wrote_and_to_all_its_people_when_nobody_is_known_to_have() -> None:
    row, author = ready()
    writer = make.person("plume@exemple.invalid")
    tell_submitted(row)
    Writer.objects.create(bilan=row, user=writer, last_at=AT)
    row.submitted_at = w.moment(2026, 3, 20)
    tell_submitted(row)
    tell_submitted(row)
    assert mails() == [
        (author.email, "Le bilan 2025 est déposé : Maison"),
        ("plume@exemple.invalid", "Le bilan 2025 est déposé : Maison"),
    ]


def test_the_region_is_not_told_of_its_own_bilan() -> None:
    row, staff = w.submitted(w.bilan(Kind.REGION)), make.region_staff()
    accept(row, user=staff, at=AT)
    assert mails() == []


# --- At the same instant


def together(*acts: Callable[[], Any]) -> list[str]:
    """What came of acts begun at the same instant, each on its own connection."""
    gate, outcomes = threading.Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            act()
            outcomes.append("done")
        except ValidationError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_B2_two_officers_at_once_one_decision() -> None:
    (row, _), one, other = ready(), make.region_staff(), make.region_staff()
    found = together(
        lambda: accept(Bilan.objects.get(pk=row.pk), user=one, at=AT),
        lambda: send_back(Bilan.objects.get(pk=row.pk), user=other, reason="Voir.", at=AT),
    )
    assert found == ["done", "refused"]
    state = Bilan.objects.get().state
    assert list(row.acts.exclude(done=Act.Done.SUBMITTED).values_list("done", flat=True)) == [state]
    assert len(mails()) == 1


@pytest.mark.django_db(transaction=True)
def test_B2_a_double_click_is_one_act() -> None:
    (row, _), staff = ready(), make.region_staff()
    press = lambda: accept(Bilan.objects.get(pk=row.pk), user=staff, at=AT)  # noqa: E731
    assert together(press, press) == ["done", "done"]
    assert row.acts.filter(done=Act.Done.ACCEPTED).count() == 1
    assert len(mails()) == 1

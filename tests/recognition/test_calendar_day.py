"""The daily pass: each act once, whatever the day it is done, however often, by however many (R4, R5, R6, R12)."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection

from core.models import OutboxMail
from recognition.clock import morning_of
from recognition.models import Act, Campaign, Candidature, PassDay, PieceRequest
from recognition.services import campaigns, opening, reminding
from recognition.services.day import run_day
from tests import factories as make
from tests.recognition import sittings
from tests.recognition.dossiers import charter, fill, manager_of, paris, started, whole


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2027-{text}")


def pass_(*days: str) -> list[tuple[str, str]]:
    """What the passes of these days did: `(kind, day)` of each act."""
    return [(act.kind, f"{act.at:%m-%d}") for text in days for act in run_day(day(text))]


def draft(**fields: Any) -> Candidature:
    """A dossier in preparation since January, its campaign open."""
    dossier = started(at=paris("2027-01-15 10:00"), **fields)
    run_day(day("02-01"))
    OutboxMail.objects.all().delete()
    return dossier


def mails() -> list[tuple[str, str]]:
    return list(OutboxMail.objects.order_by("pk").values_list("to", "subject"))


# --- Opening, closing


@pytest.mark.django_db
def test_R12_the_first_pass_prepares_the_campaign_of_the_year() -> None:
    charter()
    assert pass_("01-05") == [("campaign_created", "01-05")]
    assert pass_("01-05") == []


@pytest.mark.django_db
def test_R12_the_campaign_opens_on_its_day_and_those_who_prepare_are_told_once() -> None:
    dossier = started(at=paris("2027-01-15 10:00"))
    assert pass_("01-31", "02-01", "02-01", "02-02") == [("campaign_opened", "02-01")]
    assert Campaign.objects.get(year=2027).opened_at == morning_of(day("02-01"))
    assert mails() == [(manager_of(dossier).email, "Les candidatures 2027 sont ouvertes")]
    assert "1er juin 2027, 23\u00a0h\u00a059" in OutboxMail.objects.get().text


@pytest.mark.django_db
def test_R15_the_campaign_opens_under_the_text_in_force_that_day() -> None:
    dossier = started(at=paris("2027-01-15 10:00"))
    newer = charter("texte-2027", signed_on=day("01-20"))
    run_day(day("02-01"))
    dossier.refresh_from_db()
    assert (Campaign.objects.get(year=2027).charter, dossier.charter) == (newer, newer)


@pytest.mark.django_db
def test_R4_the_campaign_closes_after_its_last_day_and_drafts_go_on_whole() -> None:
    dossier = fill(draft())
    before = (dossier.presentation, dossier.sites.count(), dossier.answers.count(), dossier.attachments.count())
    run_day(day("05-31"))
    OutboxMail.objects.all().delete()
    assert pass_("06-01") == []
    assert pass_("06-02") == [("campaign_created", "06-02"), ("campaign_closed", "06-02"), ("carried", "06-02")]
    dossier.refresh_from_db()
    after = (dossier.presentation, dossier.sites.count(), dossier.answers.count(), dossier.attachments.count())
    assert (dossier.state, dossier.campaign.year, after) == ("draft", 2028, before)
    assert mails() == [(manager_of(dossier).email, "Votre dossier est gardé pour la campagne 2028")]
    assert pass_("06-02", "06-03") == []


@pytest.mark.django_db
def test_R4_a_dossier_deposited_in_time_stays_in_its_campaign() -> None:
    from recognition.services.depositing import deposit

    dossier = whole(at=paris("2027-02-15 10:00"))
    deposit(
        candidature=dossier, user=manager_of(dossier), name="Une Présidente", title="Présidente",
        at=paris("2027-06-01 23:59:59"),
    )  # fmt: skip
    run_day(day("06-02"))
    dossier.refresh_from_db()
    assert (dossier.state, dossier.campaign.year) == ("deposited", 2027)
    closed = Act.objects.get(kind="campaign_closed").text
    assert closed == "Clôture des candidatures 2027\u00a0: 1 dossier déposé."


# --- Reminders


@pytest.mark.django_db
def test_R12_reminders_leave_at_60_30_7_and_1_days() -> None:
    dossier = draft()
    sent = [
        f"{on:%m-%d}"
        for on in (day("03-01") + dt.timedelta(days=number) for number in range(93))
        if ("reminder", f"{on:%m-%d}") in [(act.kind, f"{act.at:%m-%d}") for act in run_day(on)]
    ]
    assert sent == ["04-02", "05-02", "05-25", "05-31"]
    assert mails()[:4] == [(manager_of(dossier).email, "Votre dossier n’est pas encore déposé")] * 4


@pytest.mark.django_db
def test_R12_no_reminder_for_what_is_deposited_nor_for_who_began_since() -> None:
    deposited = draft()
    sittings_state(deposited, "deposited")
    run_day(day("05-02"))
    late = started(at=paris("2027-05-03 10:00"))
    assert pass_("05-03", "05-24") == []
    assert pass_("05-25") == [("reminder", "05-25")]
    assert Act.objects.filter(kind="reminder").values_list("candidature", flat=True).get() == late.pk


def sittings_state(dossier: Candidature, state: str) -> None:
    Candidature.objects.filter(pk=dossier.pk).update(
        state=state, deposited_at=paris("2027-03-01 10:00"), receipt_number=f"AR-2027-{dossier.pk:04d}"
    )


@pytest.mark.django_db
def test_R12_a_deadline_moved_away_is_reminded_anew() -> None:
    dossier = draft()
    assert pass_("05-02") == [("reminder", "04-02"), ("reminder", "05-02")]
    campaigns.move_step(
        campaign=dossier.campaign, step="deadline_on", day=day("07-01"), reason="Report.", at=paris("2027-05-03 10:00"),
        actor=make.region_staff(),
    )  # fmt: skip
    run_day(day("06-01"))
    assert list(Act.objects.filter(kind="reminder").order_by("at").values_list("at__date", flat=True)) == [
        day("04-02"), day("05-02"), day("05-03"), day("06-01"),  # before the first limit, then the second
    ]  # fmt: skip


@pytest.mark.django_db
def test_R12_who_deposits_while_the_reminder_is_being_written_is_not_reminded() -> None:
    dossier = draft()
    due = reminding.to_remind(day("04-02"))
    sittings_state(dossier, "deposited")
    for candidature, days in due:
        reminding.remind(candidature=candidature, days=days, at=morning_of(day("04-02")))
    assert (len(due), Act.objects.filter(kind="reminder").count(), mails()) == (1, 0, [])


# --- Days missed


@pytest.mark.django_db
def test_R12_days_missed_are_caught_up_in_order_each_as_of_its_day() -> None:
    draft()
    run_day(day("04-01"))
    assert pass_("06-03") == [
        ("reminder", "04-02"), ("reminder", "05-02"), ("reminder", "05-25"), ("reminder", "05-31"),
        ("campaign_created", "06-02"), ("campaign_closed", "06-02"), ("carried", "06-02"),
    ]  # fmt: skip
    assert PassDay.objects.count() == 123  # each day from 1 February to 3 June


@pytest.mark.django_db
def test_R12_the_very_first_pass_does_not_remind_of_what_the_next_reminder_says() -> None:
    started(at=paris("2027-01-15 10:00"))
    assert [kind for kind, _ in pass_("05-26")] == ["campaign_opened", "reminder"]


@pytest.mark.django_db
def test_R12_a_day_left_by_a_failure_is_done_by_the_next_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    draft()
    run_day(day("04-01"))
    whole_again = reminding.tell_organisation
    monkeypatch.setattr(reminding, "tell_organisation", _breaks)
    with pytest.raises(RuntimeError, match="coupure"):
        run_day(day("04-02"))
    assert (Act.objects.filter(kind="reminder").count(), PassDay.objects.filter(on=day("04-02")).exists()) == (0, False)
    monkeypatch.setattr(reminding, "tell_organisation", whole_again)
    assert pass_("04-04") == [("reminder", "04-02")]
    assert len(mails()) == 1


def _breaks(**_: Any) -> None:
    raise RuntimeError("coupure")


@pytest.mark.django_db
def test_R12_what_a_person_must_mend_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    first, _second = draft(), started(at=paris("2027-01-16 10:00"))
    real = reminding.tell_organisation

    def refuse_one(**given: Any) -> int:
        if given["candidature"].pk == first.pk:
            raise ValidationError("Il manque quelque chose.")
        return real(**given)

    monkeypatch.setattr(reminding, "tell_organisation", refuse_one)
    assert pass_("04-02") == [("reminder", "04-02")]
    assert PassDay.objects.filter(on=day("04-02")).exists()
    monkeypatch.setattr(reminding, "tell_organisation", real)
    assert pass_("04-03") == [("reminder", "04-03")]


@pytest.mark.django_db(transaction=True)
def test_R12_two_passes_at_once_do_each_act_once() -> None:
    for _ in range(4):
        draft()
    gate, done, errors = Barrier(2), [], []

    def go() -> None:
        gate.wait()
        try:
            done.extend(act.key for act in run_day(day("06-02")))
        except Exception as error:  # said by the test's own thread
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(done) == len(set(done)) == Act.objects.filter(automatic=True).exclude(kind="campaign_opened").exclude(
        at__lt=morning_of(day("02-02"))
    ).count()  # fmt: skip
    kinds = sorted(Act.objects.filter(kind__in=["reminder", "carried"]).values_list("kind", flat=True))
    assert kinds == ["carried"] * 4 + ["reminder"] * 16
    assert OutboxMail.objects.count() == OutboxMail.objects.values("key").distinct().count() == 20


# --- The command


def command(*words: str) -> list[str]:
    out = StringIO()
    call_command("recognition_day", *words, stdout=out)
    return out.getvalue().splitlines()


@pytest.mark.django_db
def test_R12_the_command_says_a_line_an_act_and_none_the_second_time() -> None:
    dossier = draft()
    said = "Rappel\u00a0: le dossier n’est pas déposé, la date limite est le 1er juin 2027."
    assert command("--on", "2027-04-02") == [f"2027-04-02 reminder {dossier}\u00a0: {said}"]
    assert command("--on", "2027-04-02") == []


@pytest.mark.django_db
def test_R12_the_command_refuses_a_day_it_cannot_read() -> None:
    with pytest.raises(CommandError, match="AAAA-MM-JJ"):
        command("--on", "2 avril")


# --- Pieces


@pytest.mark.django_db
def test_R5_a_piece_is_reminded_three_days_before_then_once_it_is_late() -> None:
    make.region_staff(email="region@exemple.invalid")
    dossier = draft()
    sittings_state(dossier, "incomplete")
    PieceRequest.objects.create(
        candidature=dossier, items=["Les comptes"], reason="Illisibles.", asked_at=paris("2027-06-10 10:00"),
        due_on=day("06-25"),
    )  # fmt: skip
    run_day(day("06-21"))
    OutboxMail.objects.all().delete()
    assert pass_("06-22", "06-23", "06-25", "06-26", "06-30") == [("piece_due", "06-22"), ("piece_due", "06-26")]
    assert mails() == [
        (manager_of(dossier).email, "La Région attend vos compléments"),
        (manager_of(dossier).email, "La Région attend toujours vos compléments"),
        ("region@exemple.invalid", f"Compléments en retard\u00a0: {dossier.organisation}"),
    ]


@pytest.mark.django_db
def test_R5_an_answered_request_is_not_reminded() -> None:
    dossier = draft()
    sittings_state(dossier, "incomplete")
    PieceRequest.objects.create(
        candidature=dossier, items=["Les comptes"], reason="Illisibles.", asked_at=paris("2027-06-10 10:00"),
        due_on=day("06-25"), answered_at=paris("2027-06-12 10:00"),
    )  # fmt: skip
    run_day(day("06-26"))
    assert not Act.objects.filter(kind="piece_due").exists()


# --- Referrals, late steps


@pytest.fixture
def region() -> str:
    return make.region_staff(email="region@exemple.invalid").email


def closed_campaign() -> Campaign:
    made = sittings.campaign()
    Campaign.objects.filter(pk=made.pk).update(
        opened_at=morning_of(made.opens_on), closed_at=morning_of(made.deadline_on + dt.timedelta(days=1))
    )
    PassDay.objects.create(on=day("08-31"))
    sittings.campaign(2028)
    return made


@pytest.mark.django_db
def test_R6_each_body_is_asked_in_its_turn_once_a_dossier(region: str) -> None:
    closed_campaign()
    council, crefop, _ = sittings.bodies()
    dossier = sittings.ready("Maison")
    held = sittings.sitting(council, sittings.COUNCIL_DAY)
    done = [line for line in pass_("09-01", "09-01", "09-02") if line[0] != "receipt_failed"]  # a dossier made as a row
    assert done == [("referral", "09-01"), ("agenda", "09-01"), ("referral", "09-01")]
    assert list(held.items.values_list("candidature", flat=True)) == [dossier.pk]
    assert mails() == [(region, "Saisine\u00a0: Conseil d’Orientation")]
    assert "séance du 20 septembre 2027" in OutboxMail.objects.get().text
    sittings.say(held, dossier)
    sittings.close(held)
    run_day(day("09-20"))
    assert [subject for _, subject in mails()] == ["Saisine\u00a0: Conseil d’Orientation"]
    run_day(day("09-21"))
    assert [subject for _, subject in mails()][1:] == ["Saisine\u00a0: CREFOP"]
    other = sittings.sitting(crefop, sittings.CREFOP_DAY, dossier)
    sittings.say(other, dossier)
    sittings.close(other)
    run_day(day("10-19"))
    assert [subject for _, subject in mails()][2:] == ["Saisine\u00a0: Commission Permanente"]
    assert "Aucune séance n’est prévue" in OutboxMail.objects.latest("pk").text
    asked = Act.objects.filter(candidature=dossier, kind="referral").values_list("text", flat=True)
    assert list(asked) == [
        "Saisine pour avis\u00a0: Conseil d’Orientation.", "Saisine pour avis\u00a0: CREFOP.",
        "Saisine pour décision\u00a0: Commission Permanente.",
    ]  # fmt: skip


@pytest.mark.django_db
def test_R12_a_late_step_is_told_to_the_region_every_week_until_it_is_done(region: str) -> None:
    closed_campaign()
    sittings.bodies()
    dossier = sittings.ready("Maison", state="complete")
    told = [line for line in pass_("09-06", "09-07", "09-08", "09-14", "09-15") if line[0] == "late_step"]
    assert told == [("late_step", "09-07"), ("late_step", "09-14")]
    assert Act.objects.filter(kind="late_step").values_list("text", flat=True)[0] == (
        "Étape en retard\u00a0: Fin de l’instruction (31 août 2027), 1 dossier n’est pas prêt pour avis."
    )
    assert mails() == [(region, "Campagne 2027\u00a0: une étape est en retard")] * 2
    Candidature.objects.filter(pk=dossier.pk).update(state="dropped")
    assert [line for line in pass_("09-21", "09-28") if line[0] == "late_step"] == []


@pytest.mark.django_db
def test_R12_a_service_with_its_own_address_is_written_to_alone(region: str) -> None:
    from recognition.models import Rule

    Rule.objects.create(key="service_email", value="service@exemple.invalid")
    closed_campaign()
    sittings.bodies()
    sittings.ready("Maison")
    run_day(day("09-01"))
    assert mails() == [("service@exemple.invalid", "Saisine\u00a0: Conseil d’Orientation")]


@pytest.mark.django_db
def test_R12_a_pass_with_nothing_to_do_asks_the_same_of_the_database_whatever_the_dossiers(
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(3):
        draft()
    run_day(day("02-02"))
    with django_assert_max_num_queries(45):
        assert run_day(day("02-02")) == []


@pytest.mark.django_db
def test_R4_nothing_is_carried_before_the_last_second() -> None:
    dossier = draft()
    assert opening.to_carry(day("06-01")) == []
    opening.carry_on(candidature=dossier, at=paris("2027-06-01 23:59:59"))
    dossier.refresh_from_db()
    assert dossier.campaign.year == 2027

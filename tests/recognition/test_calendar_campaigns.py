"""Campaigns: their dates from the rules, the last second of a deadline, dates moved with a trace (R4, R12, R13, M6)."""

from __future__ import annotations

import datetime as dt
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from core.models import JournalEntry, OutboxMail
from recognition import rulebook
from recognition.clock import PARIS, day_of, end_of, morning_of
from recognition.deadlines import in_time
from recognition.models import Act, Campaign, CampaignMove, Rule
from recognition.services import campaigns
from recognition.services.depositing import TooLate, deposit
from tests import factories as make
from tests.recognition.dossiers import charter, manager_of, paris, started, whole

AT = paris("2027-01-10 09:00")
DAYS_2027 = [
    dt.date(2027, 2, 1), dt.date(2027, 6, 1), dt.date(2027, 8, 31), dt.date(2027, 9, 20), dt.date(2027, 10, 18),
    dt.date(2027, 12, 6), dt.date(2027, 12, 20),
]  # fmt: skip


def campaign(year: int = 2027) -> Campaign:
    charter()
    return campaigns.create(year=year, at=AT, actor=None)


@pytest.mark.django_db
def test_R4_a_campaign_has_the_dates_of_the_rules() -> None:
    made = campaign()
    assert [getattr(made, step) for step in Campaign.STEPS] == DAYS_2027
    assert Act.objects.get().text == "Campagne 2027 préparée\u00a0: dossiers du 1er février 2027 au 1er juin 2027."


@pytest.mark.django_db
def test_R12_no_body_is_made_to_sit_on_a_weekend() -> None:
    dates = campaigns.propose(2026)
    assert (dates["council_on"], dates["commission_on"]) == (dt.date(2026, 9, 21), dt.date(2026, 12, 7))  # Sundays
    assert dates["crefop_on"] == dt.date(2026, 10, 19)
    assert campaigns.propose(2025)["council_on"] == dt.date(2025, 9, 22)  # a Saturday
    assert campaigns.propose(2031)["deadline_on"] == dt.date(2031, 6, 1)  # a Sunday: the dossiers come all the same


@pytest.mark.django_db
@pytest.mark.parametrize(("year", "day"), [(2027, dt.date(2027, 2, 28)), (2028, dt.date(2028, 2, 29))])
def test_M6_29_february_is_the_last_day_of_february(year: int, day: dt.date) -> None:
    Rule.objects.create(key="opens_on", value="02-29")
    assert campaign(year).opens_on == day


@pytest.mark.django_db
def test_M6_rules_out_of_order_make_no_campaign() -> None:
    Rule.objects.create(key="council_on", value="11-20")
    with pytest.raises(ValidationError, match="ne se suivent pas"):
        campaign()
    assert not Campaign.objects.exists()


@pytest.mark.django_db
def test_R4_the_database_refuses_steps_out_of_order() -> None:
    made = campaign()
    with pytest.raises(IntegrityError, match="campaign_steps_in_order"), transaction.atomic():
        Campaign.objects.filter(pk=made.pk).update(crefop_on=dt.date(2027, 9, 1))


@pytest.mark.django_db
def test_R15_no_campaign_without_a_cahier_des_charges() -> None:
    with pytest.raises(ValidationError, match="cahier des charges"):
        campaigns.create(year=2027, at=AT, actor=None)


@pytest.mark.django_db
def test_R4_the_campaign_of_a_day_is_this_year_until_the_deadline_then_the_next() -> None:
    charter()
    years = [campaigns.campaign_for(day).year for day in (dt.date(2027, 6, 1), dt.date(2027, 6, 2))]
    assert (years, Campaign.objects.count()) == ([2027, 2028], 2)


@pytest.mark.django_db(transaction=True)
def test_R12_two_people_who_ask_at_once_get_one_campaign() -> None:
    charter()
    gate, found = Barrier(2), []

    def ask() -> None:
        gate.wait()
        found.append(campaigns.campaign_of(year=2031, at=AT).pk)
        connection.close()

    threads = [Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(set(found)), Campaign.objects.count(), Act.objects.count()) == (1, 1, 1)


# --- The last second


@pytest.mark.django_db
def test_R4_the_last_second_of_the_deadline_is_in_time() -> None:
    dossier = whole()
    made = deposit(
        candidature=dossier, user=manager_of(dossier), name="Une Présidente", title="Présidente",
        at=paris("2027-06-01 23:59:59"),
    )  # fmt: skip
    assert (made.state, made.campaign.year) == ("deposited", 2027)


@pytest.mark.django_db
def test_R4_one_second_late_is_offered_to_the_next_year_and_kept_whole() -> None:
    dossier = whole()
    said = (dossier.presentation, dossier.sites.count(), dossier.answers.count(), dossier.attachments.count())
    with pytest.raises(TooLate, match="campagne 2028"):
        deposit(
            candidature=dossier, user=manager_of(dossier), name="Une Présidente", title="Présidente",
            at=paris("2027-06-02 00:00:00"),
        )  # fmt: skip
    dossier.refresh_from_db()
    kept = (dossier.presentation, dossier.sites.count(), dossier.answers.count(), dossier.attachments.count())
    assert (dossier.state, dossier.campaign.year, kept) == ("draft", 2028, said)


@pytest.mark.parametrize(
    ("day", "end"),
    [
        ("2027-03-28", "2027-03-28T22:00:00+00:00"),  # the hour that does not exist: the day has 23
        ("2027-10-31", "2027-10-31T23:00:00+00:00"),  # the hour that comes twice: the day has 25
        ("2028-02-29", "2028-02-29T23:00:00+00:00"),
    ],
)
def test_R4_a_deadline_on_the_night_the_clocks_change_ends_at_midnight_in_paris(day: str, end: str) -> None:
    date = dt.date.fromisoformat(day)
    assert end_of(date) == dt.datetime.fromisoformat(end)
    assert day_of(end_of(date) - dt.timedelta(seconds=1)) == date
    assert day_of(end_of(date)) == date + dt.timedelta(days=1)
    assert morning_of(date).astimezone(PARIS).hour == 7


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "open_"),
    [
        ("2027-10-31T00:30:00+00:00", True),  # 2:30, the first time
        ("2027-10-31T01:30:00+00:00", True),  # 2:30 again
        ("2027-10-31T22:59:59+00:00", True),
        ("2027-10-31T23:00:00+00:00", False),
    ],
)
def test_R4_the_deadline_holds_through_the_hour_that_comes_twice(at: str, open_: bool) -> None:
    dossier = started()
    Campaign.objects.filter(year=2027).update(
        deadline_on=dt.date(2027, 10, 31), complete_by_on=dt.date(2027, 11, 5), council_on=dt.date(2027, 11, 10),
        crefop_on=dt.date(2027, 11, 20),
    )  # fmt: skip
    dossier.campaign.refresh_from_db()
    assert in_time(dossier, dt.datetime.fromisoformat(at)) is open_


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [("2028-05-31", 3, "2028-02-29"), ("2027-05-31", 3, "2027-02-28"), ("2028-12-31", 3, "2028-09-30"),
     ("2028-02-29", 12, "2027-02-28")],
)  # fmt: skip
def test_R9_months_before_a_day_that_the_month_does_not_have(day: str, months: int, before: str) -> None:
    assert rulebook.months_before(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(before)


# --- Dates that move


@pytest.mark.django_db
def test_R12_a_date_moved_leaves_its_trace_and_those_who_prepare_a_dossier_are_told() -> None:
    dossier = started()
    made, staff = dossier.campaign, make.region_staff()
    move = campaigns.move_step(
        campaign=made, step="deadline_on", day=dt.date(2027, 6, 15), reason="Grève.", at=AT, actor=staff
    )
    assert move is not None
    assert (move.before, move.after, move.reason, move.actor_label) == (
        dt.date(2027, 6, 1), dt.date(2027, 6, 15), "Grève.", "Région",
    )  # fmt: skip
    made.refresh_from_db()
    assert made.deadline_on == dt.date(2027, 6, 15)
    assert Act.objects.filter(kind="campaign_moved").values_list("text", flat=True).get() == (
        "Date limite de dépôt\u00a0: le 15 juin 2027 au lieu du 1er juin 2027. Grève."
    )
    assert JournalEntry.objects.get(verb="campaign.move").changes == {"deadline_on": ["2027-06-01", "2027-06-15"]}
    assert list(OutboxMail.objects.values_list("to", "subject")) == [
        (manager_of(dossier).email, "Une date de la campagne 2027 change")
    ]
    lines = {line.key: line for line in campaigns.timeline(made, on=dt.date(2027, 6, 15))}
    assert (lines["deadline_on"].state, lines["deadline_on"].moved_from) == ("today", dt.date(2027, 6, 1))
    assert [line.state for line in lines.values()] == ["past", "today", *["coming"] * 5]


@pytest.mark.django_db
@pytest.mark.parametrize("step", Campaign.STEPS)
def test_R12_no_date_is_moved_into_the_past(step: str) -> None:
    made = campaign()
    with pytest.raises(ValidationError) as refused:
        campaigns.move_step(
            campaign=made, step=step, day=dt.date(2027, 1, 9), reason="Essai.", at=AT, actor=make.region_staff()
        )
    assert refused.value.message_dict == {step: [campaigns.PAST]}
    assert not CampaignMove.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "reason", "said"),
    [
        ({"deadline_on": dt.date(2027, 6, 15)}, "  ", campaigns.NO_REASON),
        ({"council_on": dt.date(2027, 10, 19)}, "Essai.", "ne se suivent pas"),
        ({"deadline_on": dt.date(2028, 6, 1), "complete_by_on": dt.date(2028, 6, 2)}, "Essai.", "année"),
        ({"year": dt.date(2028, 6, 1)}, "Essai.", "Étape inconnue"),
    ],
)
def test_R12_what_is_wrong_moves_nothing(days: dict[str, dt.date], reason: str, said: str) -> None:
    made = campaign()
    with pytest.raises(ValidationError) as refused:
        campaigns.move_steps(campaign=made, days=days, reason=reason, at=AT, actor=make.region_staff())
    assert said in " ".join(refused.value.messages)
    made.refresh_from_db()
    assert [getattr(made, step) for step in Campaign.STEPS] == DAYS_2027


@pytest.mark.django_db
def test_R12_several_dates_move_together_or_not_at_all() -> None:
    made, staff = campaign(), make.region_staff()
    days = {"council_on": dt.date(2027, 10, 20), "crefop_on": dt.date(2027, 11, 3)}
    assert len(campaigns.move_steps(campaign=made, days=days, reason="Élections.", at=AT, actor=staff)) == 2
    made.refresh_from_db()
    assert (made.council_on, made.crefop_on) == (dt.date(2027, 10, 20), dt.date(2027, 11, 3))
    assert campaigns.move_steps(campaign=made, days=days, reason="Élections.", at=AT, actor=staff) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("step", "field"), [("opens_on", "opened_at"), ("deadline_on", "closed_at")])
def test_R12_a_step_already_done_does_not_move(step: str, field: str) -> None:
    made = campaign()
    Campaign.objects.filter(pk=made.pk).update(**{"opened_at": AT, field: AT})
    with pytest.raises(ValidationError) as refused:
        campaigns.move_step(
            campaign=made, step=step, day=getattr(made, step) + dt.timedelta(days=1), reason="Essai.", at=AT,
            actor=make.region_staff(),
        )  # fmt: skip
    assert refused.value.message_dict == {step: [campaigns.DONE]}

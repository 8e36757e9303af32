"""The calendar of the bilans runs by itself: prepared, opened for everybody, reminded, closed, each once (B2)."""

from __future__ import annotations

import datetime as dt
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from bilans.models import Act, Bilan, Campaign, Kind
from bilans.services.campaigns import close_campaign, create_campaign, move, open_campaign
from bilans.services.day import run_day
from core.models import OutboxMail
from members.models import Mandate, Organisation
from recognition.clock import morning_of
from tests import factories as make
from tests.bilans import world as w
from tests.psad.world import member, platform

pytestmark = pytest.mark.django_db
OPENS, DUE, CLOSES = dt.date(2026, 1, 15), dt.date(2026, 3, 31), dt.date(2026, 4, 30)


def planned(**fields: Any) -> Campaign:
    return w.campaign(2025, opened=False, opens_on=OPENS, due_on=DUE, closes_on=CLOSES, **fields)


def team(house: Organisation, **fields: Any) -> User:
    user = make.person(**fields)
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MEMBER)
    return user


def subjects_of(campaign: Campaign) -> list[tuple[str, str]]:
    return list(campaign.bilans.order_by("kind", "name").values_list("kind", "name"))


def mails(prefix: str = "") -> list[tuple[str, str]]:
    """Who was written to, and the subject; in order, forgotten once read."""
    found = list(
        OutboxMail.objects.filter(subject__startswith=prefix).order_by("to", "pk").values_list("to", "subject")
    )
    OutboxMail.objects.all().delete()
    return found


# --- Prepared


def test_B2_the_campaign_of_the_year_is_prepared_in_december() -> None:
    assert run_day(dt.date(2026, 11, 30)) == []
    (act,) = run_day(dt.date(2026, 12, 1))
    made = Campaign.objects.get()
    assert (made.year, made.opens_on, made.due_on, made.closes_on) == (
        2026, dt.date(2027, 1, 15), dt.date(2027, 3, 31), dt.date(2027, 4, 30),
    )  # fmt: skip
    assert act.text == "Campagne préparée\u00a0: ouverture le 15 janvier 2027, bilans à rendre le 31 mars 2027."
    assert run_day(dt.date(2026, 12, 1)) == run_day(dt.date(2026, 12, 2)) == []


def test_B2_a_december_that_was_missed_is_caught_up_in_january_and_never_after_the_due_day() -> None:
    assert run_day(dt.date(2027, 3, 31)) == []
    assert not Campaign.objects.exists()
    assert [act.text[:9] for act in run_day(dt.date(2027, 1, 20))] == ["Campagne ", "Ouverture"]


def test_B2_dates_come_from_the_settings(settings: Any) -> None:
    settings.BILANS_DAYS = {"prepared": "11-01", "opens": "02-01", "due": "04-15", "closes": "02-29"}
    from bilans.calendar import proposed

    assert proposed(2026) == {
        "opens_on": dt.date(2027, 2, 1), "due_on": dt.date(2027, 4, 15), "closes_on": dt.date(2027, 2, 28),
    }  # fmt: skip


# --- Opened


def test_B3_opening_makes_the_bilan_of_every_subject_once() -> None:
    house = make.organisation(name="Maison")
    make.organisation(name="Associée", status=Organisation.Status.ASSOCIATED)
    make.organisation(name="Candidate", status=Organisation.Status.CANDIDATE)
    make.organisation(name="Partie", status=Organisation.Status.FORMER)
    make.organisation(name="Reconnue", status=Organisation.Status.RECOGNISED)
    make.agency(name="Agence de Troyes")
    platform("troyes")
    platform("fermee", active=False)
    campaign = planned()
    assert run_day(OPENS - dt.timedelta(days=1)) == []
    (act,) = run_day(OPENS)
    assert subjects_of(campaign) == [
        ("organisation", "Maison"), ("organisation", "Reconnue"), ("psad", "PSAD de Troyes"), ("region", "Région"),
        ("territory", "Agence de Troyes"),
    ]  # fmt: skip
    campaign.refresh_from_db()
    assert (campaign.opened_at, act.text, act.label) == (
        morning_of(OPENS),
        "Ouverture\u00a0: 4 bilans à remplir.",
        "calendrier",
    )
    assert Act.objects.filter(done=Act.Done.OPENED).count() == 5
    assert Bilan.objects.get(organisation=house).state == "draft"
    assert run_day(OPENS) == run_day(OPENS + dt.timedelta(days=1)) == []


def test_B2_a_missed_opening_is_caught_up_and_never_once_the_closing_is_past() -> None:
    planned()
    assert run_day(CLOSES + dt.timedelta(days=1)) == []
    assert len(run_day(OPENS + dt.timedelta(days=9))) == 1


def test_B2_whoever_fills_is_written_to_once_for_all_their_bilans() -> None:
    first, second = make.organisation(name="Première"), make.organisation(name="Seconde")
    both = team(first, email="a-deux@exemple.invalid")
    Mandate.objects.create(user=both, organisation=second, role=Mandate.Role.MANAGER)
    team(second, email="b-une@exemple.invalid")
    make.officer(email="c-agence@exemple.invalid")
    place = platform("troyes")
    member(place, user=make.person("d-cio@exemple.invalid"))
    member(place, role="adviser", user=make.person("e-conseil@exemple.invalid"))
    make.region_staff(email="f-region@exemple.invalid")
    planned(word="Un mot de la Région.")
    run_day(OPENS)
    several = OutboxMail.objects.get(to="a-deux@exemple.invalid")
    assert "- Première (Organisme)\n- Seconde (Organisme)" in several.text
    assert "Un mot de la Région." in several.text
    assert "/pro/bilans/\n" in several.text
    single = OutboxMail.objects.get(to="d-cio@exemple.invalid")
    assert f"/pro/bilans/{Bilan.objects.get(kind=Kind.PSAD).public_id}/" in single.text
    assert mails() == [
        ("a-deux@exemple.invalid", "Vos bilans 2025 sont à remplir"),
        ("b-une@exemple.invalid", "Votre bilan 2025 est à remplir"),
        ("c-agence@exemple.invalid", "Votre bilan 2025 est à remplir"),
        ("d-cio@exemple.invalid", "Votre bilan 2025 est à remplir"),
        ("f-region@exemple.invalid", "Les bilans 2025 sont ouverts"),
    ]


def test_B2_the_region_is_told_of_bilans_that_nobody_may_fill() -> None:
    make.organisation(name="Sans personne")
    make.region_staff(email="region@exemple.invalid")
    planned()
    run_day(OPENS)
    text = OutboxMail.objects.get(subject="Les bilans 2025 sont ouverts").text
    assert "Personne n’a de compte pour remplir 1 bilan\u00a0: Sans personne." in text


# --- Who joins, who leaves


def test_B3_who_joins_after_the_opening_has_a_bilan_and_who_leaves_keeps_theirs() -> None:
    leaving = make.organisation(name="Qui part")
    team(leaving, email="parti@exemple.invalid")
    campaign = planned()
    run_day(OPENS)
    leaving.status = Organisation.Status.FORMER
    leaving.save()
    joining = make.organisation(name="Qui arrive")
    team(joining, email="arrive@exemple.invalid")
    mails()
    (act,) = run_day(OPENS + dt.timedelta(days=3))
    assert act.text == "1 bilan de plus à remplir\u00a0: Qui arrive."
    assert mails() == [("arrive@exemple.invalid", "Votre bilan 2025 est à remplir")]
    assert campaign.bilans.filter(organisation__isnull=False).count() == 2
    run_day(DUE - dt.timedelta(days=7))
    assert mails() == [("arrive@exemple.invalid", "Votre bilan 2025 est attendu dans 7\u00a0jours")]


# --- Reminders


def test_B2_reminders_leave_on_their_days_to_who_has_not_submitted() -> None:
    late, done = make.organisation(name="Tardive"), make.organisation(name="Prompte")
    team(late, email="tardive@exemple.invalid")
    team(done, email="prompte@exemple.invalid")
    planned()
    run_day(OPENS)
    w.submitted(Bilan.objects.get(organisation=done))
    mails()
    sent = {}
    for number in (-31, -30, -29, -8, -7, -6, -2, -1, 0, 1, 2, 7, 8, 9, 15, 22, 29, 30):
        on = DUE + dt.timedelta(days=number)
        run_day(on)
        for to, subject in mails("V"):
            sent[f"{on:%m-%d}"] = (to, subject)
    assert sent == {
        "03-01": ("tardive@exemple.invalid", "Votre bilan 2025 est attendu dans 30\u00a0jours"),
        "03-24": ("tardive@exemple.invalid", "Votre bilan 2025 est attendu dans 7\u00a0jours"),
        "03-30": ("tardive@exemple.invalid", "Votre bilan 2025 est attendu demain"),
        "04-01": ("tardive@exemple.invalid", "Votre bilan 2025 est en retard"),
        "04-08": ("tardive@exemple.invalid", "Votre bilan 2025 est en retard"),
        "04-15": ("tardive@exemple.invalid", "Votre bilan 2025 est en retard"),
        "04-22": ("tardive@exemple.invalid", "Votre bilan 2025 est en retard"),
        "04-29": ("tardive@exemple.invalid", "Votre bilan 2025 est en retard"),
    }


def test_B2_a_missed_reminder_is_sent_once_the_last_of_them_alone() -> None:
    team(make.organisation(), email="une@exemple.invalid")
    planned()
    run_day(OPENS)
    mails()
    run_day(DUE - dt.timedelta(days=3))
    assert mails() == [("une@exemple.invalid", "Votre bilan 2025 est attendu dans 3\u00a0jours")]
    run_day(DUE - dt.timedelta(days=2))
    assert mails() == []


def test_B2_a_campaign_opened_late_does_not_remind_of_days_gone_by() -> None:
    team(make.organisation(), email="une@exemple.invalid")
    campaign = planned()
    open_campaign(campaign, at=morning_of(DUE - dt.timedelta(days=10)))
    mails()
    assert run_day(DUE - dt.timedelta(days=9)) == []
    run_day(DUE - dt.timedelta(days=7))
    assert len(mails()) == 1


def test_B2_the_region_is_told_who_is_late() -> None:
    make.organisation(name="Tardive")
    make.region_staff(email="region@exemple.invalid")
    planned()
    run_day(OPENS)
    run_day(DUE + dt.timedelta(days=1))
    mail = OutboxMail.objects.get(subject__startswith="Bilans 2025 en retard")
    assert mail.subject == "Bilans 2025 en retard\u00a0: 1"
    assert "Relance après l’échéance\u00a0: un bilan n’est pas déposé.\n\nTardive\n" in mail.text


# --- Closed, moved


def test_B2_it_closes_after_its_last_day_and_nothing_more_is_written() -> None:
    campaign = planned()
    make.organisation()
    run_day(OPENS)
    assert run_day(CLOSES) is not None
    campaign.refresh_from_db()
    assert campaign.closed_at is None
    act = run_day(CLOSES + dt.timedelta(days=1))[-1]
    campaign.refresh_from_db()
    assert (campaign.running, act.text) == (False, "Clôture\u00a0: 0 bilan sur 1 déposé, aucun accepté.")
    # The Region's own is written once the others are in.
    assert [bilan.kind for bilan in Bilan.objects.select_related("campaign") if bilan.writable] == ["region"]
    assert run_day(CLOSES + dt.timedelta(days=2)) == []


def test_B2_moving_the_closing_of_a_closed_campaign_opens_it_again_and_says_why() -> None:
    campaign, staff = planned(), make.region_staff()
    team(make.organisation(), email="une@exemple.invalid")
    run_day(OPENS)
    close_campaign(campaign, at=morning_of(CLOSES), actor=staff)
    mails()
    act = move(
        campaign, days={"closes_on": dt.date(2026, 5, 15)}, reason="Trop de bilans manquent.",
        at=morning_of(dt.date(2026, 5, 4)), actor=staff,
    )  # fmt: skip
    assert act is not None
    assert act.text == "Campagne rouverte\u00a0: clôture le 15 mai 2026. Trop de bilans manquent."
    assert campaign.running
    assert mails("Bilans 2025") == [("une@exemple.invalid", "Bilans 2025 : à rendre pour le 31 mars 2026")]
    assert [act.text[:7] for act in run_day(dt.date(2026, 5, 16))] == ["Clôture"]


def test_B2_dates_move_in_order_with_a_reason_and_never_into_the_past() -> None:
    from django.core.exceptions import ValidationError

    campaign, staff = planned(), make.region_staff()
    at = morning_of(dt.date(2026, 1, 2))
    with pytest.raises(ValidationError, match="Dites pourquoi"):
        move(campaign, days={"due_on": dt.date(2026, 4, 10)}, reason=" ", at=at, actor=staff)
    with pytest.raises(ValidationError, match="ne se suivent pas"):
        move(campaign, days={"due_on": dt.date(2026, 5, 10)}, reason="Retard.", at=at, actor=staff)
    with pytest.raises(ValidationError, match="passée"):
        move(campaign, days={"opens_on": dt.date(2026, 1, 1)}, reason="Retard.", at=at, actor=staff)
    open_campaign(campaign, at=at, actor=staff)
    assert campaign.opens_on == dt.date(2026, 1, 2)
    with pytest.raises(ValidationError, match="ouverte"):
        move(campaign, days={"opens_on": dt.date(2026, 2, 1)}, reason="Retard.", at=at, actor=staff)


def test_B2_one_campaign_a_year() -> None:
    from django.core.exceptions import ValidationError

    create_campaign(year=2025)
    with pytest.raises(ValidationError):
        create_campaign(year=2025)


# --- Commands, two passes at once


def test_the_command_says_one_line_an_act(capsys: pytest.CaptureFixture[str]) -> None:
    planned()
    call_command("bilans_day", on="2026-01-15")
    assert capsys.readouterr().out == "2026-01-15 Bilans 2025\u00a0: Ouverture\u00a0: 0 bilan à remplir.\n"
    call_command("bilans_day", on="2026-01-15")
    assert capsys.readouterr().out == ""


@pytest.mark.django_db(transaction=True)
def test_B2_two_passes_at_once_do_each_act_once() -> None:
    team(make.organisation(), email="une@exemple.invalid")
    planned()
    gate = Barrier(2)
    found: list[int] = []

    def go() -> None:
        try:
            gate.wait(10)
            found.append(len(run_day(OPENS)))
        finally:
            connection.close()

    threads = [Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(found) == [0, 1]
    assert Bilan.objects.count() == Act.objects.filter(done=Act.Done.OPENED).count() == 2
    assert mails() == [("une@exemple.invalid", "Votre bilan 2025 est à remplir")]

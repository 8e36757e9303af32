"""The yearly « still right? » (T2): to whom, when, once; nothing to a contact that nobody confirmed."""

from __future__ import annotations

import datetime as dt
import threading
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from core.models import JournalEntry, OutboxMail
from core.outbox import queue_mail
from members.models import Mandate, Organisation
from territories.confirmations import masked, remind
from territories.confirmed import person_digest
from territories.models import OrganisationCheck, Referent, ReferentCheck
from territories.referents import Sheet, replace_holder
from tests.factories import agency, organisation, person, referent

DAY = dt.date(2026, 11, 22)
pytestmark = pytest.mark.django_db


def confirmed(**fields: object) -> Referent:
    """A referent whose contacts somebody of the organisation confirmed; their sheet itself is old."""
    post = referent(contact_confirmed_at=timezone.now(), **fields)
    post.contact_digest = person_digest(post)
    post.save()
    return post


def manager_of(house: Organisation, **fields: object) -> User:
    user = person(**fields)
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MANAGER)
    return user


def command(*words: str) -> list[str]:
    out = StringIO()
    call_command("remind_referents", *words, stdout=out)
    return out.getvalue().splitlines()


def recipients() -> list[str]:
    return sorted(OutboxMail.objects.values_list("to", flat=True))


def test_T2_a_referent_whose_contacts_are_confirmed_is_asked_once() -> None:
    confirmed(email="zoe@exemple.invalid", organisation=organisation(name="Maison"))
    assert command("--on", "2026-11-22") == ["z…@exemple.invalid (référent·e, Maison\u00a0: 1 fiche)"]
    assert command("--on", "2026-11-22") == []
    assert recipients() == ["zoe@exemple.invalid"]
    check = ReferentCheck.objects.get()
    assert (check.sent_on, check.expires_on) == (DAY, DAY + dt.timedelta(days=60))
    mail = OutboxMail.objects.get()
    assert "/referents/confirmer/" in mail.text
    assert check.digest not in mail.text
    for promise in ("Pourquoi ce message", "Comment ne plus le recevoir", "deux fois par an", "21 janvier 2027"):
        assert promise in mail.text


def test_T2_nothing_is_mailed_to_a_contact_that_nobody_confirmed() -> None:
    house = organisation()
    referent(email="du.pack@exemple.invalid", organisation=house)
    changed = confirmed(email="ancien@exemple.invalid", organisation=house)
    Referent.objects.filter(pk=changed.pk).update(email="nouveau@exemple.invalid")  # by whatever door
    assert remind(DAY) == []
    manager = manager_of(house)
    assert [mail.kind for mail in remind(DAY)] == ["manager"]
    assert recipients() == [manager.email]
    assert "exemple.invalid" not in OutboxMail.objects.get().text


def test_T2_a_manager_gets_one_mail_for_all_the_sheets() -> None:
    house = organisation(name="Maison", slug="maison")
    for _ in range(3):
        referent(organisation=house)
    referent(organisation=house, name="")
    first, second = manager_of(house), manager_of(house)
    closed = manager_of(house, is_active=False)
    lines = command("--on", "2026-11-22")
    assert lines == [f"{masked(user.email)} (gestionnaire, Maison\u00a0: 4 fiches)" for user in (first, second)]
    assert recipients() == sorted([first.email, second.email])
    assert closed.email not in recipients()
    mail = OutboxMail.objects.first()
    assert mail
    assert "3 fiches de référent·e" in mail.text
    assert "1 poste de référent·e est vacant" in mail.text
    assert "/pro/organisme/maison/referents/" in mail.text


def test_T2_the_structure_answers_before_the_body_that_names() -> None:
    wide, house = organisation(), organisation()
    referent(organisation=wide, structure=house)
    above = manager_of(wide)
    assert [mail.masked for mail in remind(DAY)] == [masked(above.email)]
    below = manager_of(house)
    remind(DAY + dt.timedelta(days=30))
    assert recipients() == sorted([above.email, below.email])


def test_T2_a_person_on_several_territories_gets_one_mail() -> None:
    house = organisation()
    for place in (None, agency(), agency()):
        confirmed(name="Zoé Élan", email="zoe@exemple.invalid", organisation=house, agency=place)
    assert [mail.sheets for mail in remind(DAY)] == [3]
    assert (OutboxMail.objects.count(), ReferentCheck.objects.count()) == (1, 3)


def test_T2_never_two_mails_a_day_to_one_address() -> None:
    for _ in range(2):
        confirmed(email="commun@exemple.invalid")
    assert len(remind(DAY)) == 1
    assert len(remind(DAY)) == 0
    assert len(remind(DAY + dt.timedelta(days=1))) == 1
    assert OutboxMail.objects.count() == 2


@pytest.mark.parametrize(
    ("confirmed_on", "asked"),
    [
        (None, 1),
        (DAY, 0),
        (dt.date(2025, 11, 22), 0),  # a year ago to the day
        (dt.date(2025, 11, 21), 1),
    ],
)
def test_T2_stale_is_more_than_twelve_months(confirmed_on: dt.date | None, asked: int) -> None:
    confirmed(confirmed_on=confirmed_on)
    assert len(remind(DAY)) == asked


def test_T2_one_reminder_after_thirty_days_and_no_more_in_the_year() -> None:
    confirmed()
    days = [day for day in range(366) if remind(DAY + dt.timedelta(days=day))]
    assert days == [0, 30, 365]
    subjects = list(OutboxMail.objects.order_by("pk").values_list("subject", flat=True))
    assert [subject.startswith("Rappel") for subject in subjects] == [False, True, True]


def test_T2_managers_too_are_asked_twice_a_year_at_most() -> None:
    house = organisation()
    referent(organisation=house)
    manager_of(house)
    days = [day for day in range(0, 366, 5) if remind(DAY + dt.timedelta(days=day))]
    assert days == [0, 30, 365]
    assert OrganisationCheck.objects.count() == 3


def test_T2_a_missed_day_is_caught_up() -> None:
    confirmed(confirmed_on=dt.date(2025, 11, 21))
    assert remind(dt.date(2026, 11, 21)) == []
    # Nobody ran it on the 22nd nor on the 23rd.
    assert len(remind(dt.date(2026, 11, 24))) == 1


def test_T2_an_answer_silences_the_reminder() -> None:
    post = confirmed()
    remind(DAY)
    Referent.objects.filter(pk=post.pk).update(confirmed_on=DAY)
    assert remind(DAY + dt.timedelta(days=30)) == []
    assert len(remind(DAY + dt.timedelta(days=366))) == 1


def test_T2_nobody_else_is_asked() -> None:
    confirmed(withdrawn_at=timezone.now())
    confirmed(email="")
    confirmed(organisation=organisation(status=Organisation.Status.FORMER))
    confirmed(organisation=organisation(status=Organisation.Status.CANDIDATE))
    assert remind(DAY) == []


def test_T2_who_is_no_longer_manager_is_not_asked() -> None:
    house = organisation()
    referent(organisation=house)
    manager_of(house)
    Mandate.objects.update(ended_at=timezone.now())
    assert remind(DAY) == []


def test_T2_the_reminder_of_a_successor_starts_anew() -> None:
    post = confirmed()
    remind(timezone.localdate())
    replace_holder(
        referent=post, sheet=Sheet("Ali Bois", email="ali@exemple.invalid", contacts_right=True), actor=person()
    )
    assert ReferentCheck.objects.count() == 0
    assert remind(timezone.localdate()) == []


def test_T2_a_wrong_date_is_said_in_french() -> None:
    for wrong in ("demain", "2026-02-30", "20261122", "22/11/2026", "", "1815-06-18"):
        with pytest.raises(CommandError) as refusal:
            command("--on", wrong)
        assert refusal.value.returncode == 1
        assert "date" in str(refusal.value)
    assert not OutboxMail.objects.exists()


def test_no_name_nor_address_goes_to_the_journal_nor_to_the_screen() -> None:
    confirmed(name="Zoé Élan", email="zoe.elan@exemple.invalid")
    lines = command()
    assert len(lines) == 1
    assert "zoe.elan" not in lines[0]
    assert "Zoé" not in lines[0]
    assert not JournalEntry.objects.exists()


def test_a_thousand_sheets_are_few_queries(django_assert_max_num_queries) -> None:
    house = organisation()
    Referent.objects.bulk_create(Referent(organisation=house, name=f"P{n}") for n in range(1_000))
    manager_of(house)
    with django_assert_max_num_queries(12):
        assert len(remind(DAY)) == 1


@pytest.mark.django_db(transaction=True)
def test_T2_two_workers_at_once_write_each_mail_once() -> None:
    house = organisation()
    manager_of(house)
    referent(organisation=house)
    for _ in range(3):
        confirmed(organisation=house)
    start, written = threading.Barrier(3), []

    def run() -> None:
        try:
            start.wait(10)
            written.append(len(remind(DAY)))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(written) == [0, 0, 4]
    assert (OutboxMail.objects.count(), ReferentCheck.objects.count()) == (4, 3)


def test_T2_the_beat_asks_every_day_and_its_task_is_known() -> None:
    from spro.celery import app

    app.loader.import_default_modules()
    entry = app.conf.beat_schedule["referents"]
    assert entry["task"] in app.tasks
    assert entry["options"] == {"queue": "calendar"}
    assert entry["schedule"].day_of_week == set(range(7))
    confirmed()
    app.tasks[entry["task"]].apply().get()
    assert OutboxMail.objects.count() == 1


def test_no_mail_is_written_while_nobody_said_where_the_portal_is(settings: Any) -> None:
    settings.SITE_URL_KNOWN = False
    with pytest.raises(CommandError, match="SITE_URL n’est pas donnée"):
        call_command("remind_referents")
    with pytest.raises(ImproperlyConfigured):
        queue_mail(key="k", to="a@exemple.invalid", template="report_answered", context={})
    assert not OutboxMail.objects.exists()


def test_T2_the_mail_of_a_manager_says_how_many_others_are_asked_themselves() -> None:
    house = organisation(name="Maison")
    manager_of(house, email="gestion@exemple.invalid")
    referent(organisation=house, name="Sans Adresse")
    for number in range(2):
        confirmed(organisation=house, name=f"Zoé {number}", email=f"zoe{number}@exemple.invalid")
    assert len(remind(DAY)) == 3
    text = OutboxMail.objects.get(to="gestion@exemple.invalid").text
    assert "1 fiche de référent·e n’a pas été confirmée" in text
    assert "2 autres personnes, dont vous avez confirmé l’adresse, sont interrogées directement" in text

"""Accounts that nobody uses are told, then forgotten; whoever works in the SPRO stays (D13)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts import dormant
from accounts.dormant import forget_dormant, forget_mandates
from accounts.models import User
from core.models import JournalEntry, OutboxMail
from members.models import Mandate
from territories.confirmations import forget_old
from territories.models import ReferentCheck
from tests.accounts.tools import sign_in
from tests.factories import person, professional, referent, region_staff

pytestmark = pytest.mark.django_db


def seen(user: User, days: int) -> User:
    """As if `user` had last signed in `days` ago."""
    moment = timezone.now() - timedelta(days=days)
    User.objects.filter(pk=user.pk).update(last_login=moment, created_at=moment)
    return user


def ended(user: User, days: int) -> User:
    """As if the mandate of `user` had ended `days` ago."""
    last = timezone.localdate() - timedelta(days=days)
    Mandate.objects.filter(user=user).update(starts_on=last - timedelta(days=100), ends_on=last)
    return user


def after(days: int) -> Any:
    return time_machine.travel(timezone.now() + timedelta(days=days))


def test_D13_an_account_that_does_not_serve_is_told_then_forgotten_thirty_days_later(browser: Client) -> None:
    user = seen(person("loin@exemple.invalid"), 1096)
    assert forget_dormant() == (1, 0)
    assert forget_dormant() == (0, 0)
    mail = OutboxMail.objects.get()
    assert (mail.to, "/comptes/connexion/" in mail.text) == (user.email, True)
    with after(22):
        assert forget_dormant() == (0, 0)
    with after(23):
        assert forget_dormant() == (1, 0)
        assert OutboxMail.objects.latest("pk").subject.startswith("Dernier rappel")
    with after(29):
        assert forget_dormant() == (0, 0)
    with after(31):
        assert forget_dormant() == (0, 1)
    assert User.objects.count() == 0
    assert OutboxMail.objects.count() == 0, "the mails kept the address"
    lines = JournalEntry.objects.order_by("pk").values_list("verb", "target_key", "changes")
    assert list(lines) == [
        ("account.warn", str(user.pk), {}), ("account.warn", str(user.pk), {}), ("account.forget", str(user.pk), {}),
    ]  # fmt: skip
    assert browser.get("/comptes/").status_code == 302


def test_D13_signing_in_after_the_mail_is_enough_to_stay(browser: Client) -> None:
    user = seen(person(), 1096)
    forget_dormant()
    sign_in(browser, user)
    with after(31):
        assert forget_dormant() == (0, 0)


def test_D13_a_year_after_the_last_mandate_and_the_last_visit() -> None:
    left = seen(ended(professional(), 366), 366)
    seen(ended(professional(), 366), 100)  # still comes
    seen(ended(professional(), 100), 2000)  # ended lately
    assert forget_dormant() == (1, 0)
    assert OutboxMail.objects.get().to == left.email
    with after(24):
        assert forget_dormant() == (1, 0)
    with after(31):
        assert forget_dormant() == (0, 1)
    assert not User.objects.filter(pk=left.pk).exists()


def test_D13_whoever_works_here_and_the_technician_are_never_forgotten() -> None:
    kept = [seen(user, 5000) for user in (professional(), region_staff(), person(is_superuser=True))]
    soon = seen(professional(), 5000)
    start = timezone.localdate() + timedelta(days=10)
    Mandate.objects.filter(user=soon).update(starts_on=start, ends_on=None)
    assert forget_dormant() == (0, 0)
    with after(40):
        assert forget_dormant() == (0, 0)
    assert set(User.objects.all()) == {*kept, soon}


def test_D13_a_notice_that_came_late_moves_the_end(settings: Any) -> None:
    """The machine was off for two months: nobody is erased less than seven days after the last word."""
    seen(person(), 1096)
    assert forget_dormant() == (1, 0)
    with after(60):
        assert forget_dormant() == (1, 0)
        day = timezone.localdate() + timedelta(days=7)
        assert OutboxMail.objects.latest("pk").key.endswith(f"{day.isoformat()}:7")
    now = timezone.now()
    told = [now - timedelta(days=60), now - timedelta(days=6)]  # the database dates the journal, whatever a test says
    assert not dormant._in_time(told, now)
    assert dormant._in_time(told, now + timedelta(days=1))


def test_D13_one_notice_is_enough_where_the_installation_says_so(settings: Any) -> None:
    settings.ACCOUNT_NOTICE_DAYS = [30]
    seen(person(), 1096)
    assert forget_dormant() == (1, 0)
    assert "Dernier rappel" not in OutboxMail.objects.get().subject
    with after(30):
        assert forget_dormant() == (0, 1)


def test_mandates_that_ended_long_ago_leave_the_database() -> None:
    ended(professional(), 1097)
    kept = [ended(professional(), 1000), professional()]
    assert forget_mandates() == 1
    assert set(Mandate.objects.values_list("user", flat=True)) == {user.pk for user in kept}


def test_confirmations_asked_two_years_ago_leave_the_database() -> None:

    post = referent()
    today = timezone.localdate()
    for days in (731, 100):
        day = today - timedelta(days=days)
        ReferentCheck.objects.create(referent=post, digest=f"{days:064}", sent_on=day, expires_on=day)
    assert forget_old() == 1
    assert ReferentCheck.objects.get().sent_on == today - timedelta(days=100)

"""`manage.py remove_factors`: phone, key and codes are lost; a technician opens the way again, and it is told."""

from __future__ import annotations

import io

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from core.models import JournalEntry, OutboxMail
from tests.factories import person

pytestmark = pytest.mark.django_db


def test_factors_go_the_journal_and_the_person_are_told() -> None:
    user, other = person("perdue@exemple.invalid"), person()
    for owner in (user, other):
        Authenticator.objects.create(user=owner, type="totp", data={"secret": "x"})
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": "x", "used_mask": 0})
    call_command("remove_factors", " Perdue@exemple.invalid ", stdout=(said := io.StringIO()))
    assert said.getvalue().startswith("2 moyen(s) retiré(s).")
    assert list(Authenticator.objects.values_list("user", flat=True)) == [other.pk]
    lines = JournalEntry.objects.filter(verb="factor.remove").values_list("target_key", "actor_label", "changes")
    assert list(lines) == [(str(user.pk), "système", {"factor": [None, "totp"]})]
    assert list(OutboxMail.objects.values_list("to", flat=True)) == ["perdue@exemple.invalid"]


@pytest.mark.parametrize("email", ["inconnue@exemple.invalid", "sans@exemple.invalid"])
def test_nobody_else_is_touched(email: str) -> None:
    person("sans@exemple.invalid")
    with pytest.raises(CommandError):
        call_command("remove_factors", email)
    assert not JournalEntry.objects.filter(verb="factor.remove").exists()


def test_open_sessions_are_closed(client: object) -> None:
    user = person("perdue@exemple.invalid")
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    from allauth.usersessions.models import UserSession
    from django.contrib.sessions.backends.cached_db import SessionStore

    store = SessionStore()
    store["a"] = 1
    store.save()
    UserSession.objects.create(user=user, ip="127.0.0.1", session_key=store.session_key, user_agent="essai")
    call_command("remove_factors", "perdue@exemple.invalid", stdout=io.StringIO())
    assert not UserSession.objects.filter(user=user).exists()
    assert not SessionStore().exists(store.session_key)

"""What is kept no longer than needed, and a mail server that fails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.dormant import purge_unverified_accounts
from accounts.models import User
from core.models import OutboxMail
from core.outbox import MAX_ATTEMPTS, dead_mails, purge
from tests.factories import person

pytestmark = pytest.mark.django_db


def test_S2_sent_mails_and_texts_of_dead_ones_are_forgotten() -> None:
    old = timezone.now() - timedelta(days=31)
    OutboxMail.objects.create(key="sent", to="a@exemple.invalid", subject="Ancien", text="", sent_at=old)
    OutboxMail.objects.create(
        key="dead", to="a@exemple.invalid", subject="Mort", text="secret", attempts=MAX_ATTEMPTS, not_before=old
    )
    waiting = OutboxMail.objects.create(key="waiting", to="a@exemple.invalid", subject="En attente", text="gardé")
    assert (purge(), dead_mails()) == (2, 1)
    assert dict(OutboxMail.objects.values_list("subject", "text")) == {"Mort": "", waiting.subject: "gardé"}
    assert dict(OutboxMail.objects.values_list("subject", "to")) == {"Mort": "", waiting.subject: "a@exemple.invalid"}
    assert purge() == 0


def test_S2_accounts_never_confirmed_are_forgotten() -> None:
    never, proved = person(verified=False), person()
    recent = person(verified=False)
    User.objects.exclude(pk=recent.pk).update(created_at=timezone.now() - timedelta(days=8))
    assert purge_unverified_accounts() == 1
    assert set(User.objects.values_list("pk", flat=True)) == {proved.pk, recent.pk}
    assert never.pk is not None

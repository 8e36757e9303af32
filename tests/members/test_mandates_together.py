"""Two acts at the same instant on the people of one organisation: they wait for each other."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from members.models import Mandate
from members.services import grant_mandate
from tests.factories import organisation, person


@pytest.mark.django_db(transaction=True)
def test_of_two_grants_at_once_one_is_refused_with_words() -> None:
    house, user = organisation(), person()
    start, outcomes = threading.Barrier(2), []

    def grant() -> None:
        try:
            start.wait(10)
            grant_mandate(user=user, organisation=house, role=Mandate.Role.MEMBER, actor=None)
            outcomes.append("granted")
        except ValidationError as refusal:
            outcomes.append(refusal.messages[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=grant) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["Cette personne a déjà un mandat dans cet organisme sur ces dates.", "granted"]
    assert Mandate.objects.count() == 1

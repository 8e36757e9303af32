"""What the account tests share."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from core.models import OutboxMail

LINK = re.compile(r"http://testserver(\S+)")


@pytest.fixture
def browser() -> Client:
    """A visitor's browser, which CSRF protects as everybody's."""
    return Client(enforce_csrf_checks=False)


def last_link(to: str) -> str:
    """The path of the link in the last mail written to this address."""
    found = LINK.search(OutboxMail.objects.filter(to=to).latest("pk").text)
    assert found is not None
    return found.group(1)

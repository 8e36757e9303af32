"""What the account tests share."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from core.models import OutboxMail


@pytest.fixture
def browser() -> Client:
    """A visitor's browser, which CSRF protects as everybody's."""
    return Client(enforce_csrf_checks=False)


def last_link(to: str) -> str:
    """The path of the link in the last mail written to this address."""
    link = re.compile(re.escape(settings.SITE_URL) + r"(\S+)")
    found = link.search(OutboxMail.objects.filter(to=to).latest("pk").text)
    assert found is not None
    return found.group(1)

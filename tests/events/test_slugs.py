"""No event may take the address of another page of the agenda."""

from __future__ import annotations

import pytest

from events.services.writing import free_slug
from events.slugs import RESERVED
from events.urls import urlpatterns


def first_words() -> set[str]:
    """What stands right after `/agenda/` or `/pro/agenda/` in the addresses of the portal, when it is a fixed word."""
    found = set()
    for route in (str(each.pattern) for each in urlpatterns):
        for head in ("agenda/", "pro/agenda/"):
            if route.startswith(head) and (word := route.removeprefix(head).split("/")[0]) and "<" not in word:
                found.add(word)
    return found


def test_every_fixed_word_of_the_addresses_is_reserved() -> None:
    assert {word for word in first_words() if "." not in word} - RESERVED == set()


@pytest.mark.django_db
@pytest.mark.parametrize("title", ["Proposer", "Inscription", "Import", "Préparer"])
def test_an_event_named_as_a_page_gets_another_slug(title: str) -> None:
    assert free_slug(title) not in RESERVED

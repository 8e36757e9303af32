"""Two people who choose one address at the same moment: one has it, the other is told (L5)."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from lorfolio.lists import SiteState
from lorfolio.models import PersonalSite
from lorfolio.services import site as sites
from tests.lorfolio.people import NOW, portfolio


@pytest.mark.django_db(transaction=True)
def test_L5_one_address_is_one_persons() -> None:
    made = [sites.make(portfolio=portfolio()) for _ in range(2)]
    ready, said = threading.Barrier(2), []

    def take(site: PersonalSite) -> None:
        try:
            ready.wait(timeout=30)
            sites.show_to_all(site=site, slug="le-meme-nom", indexable=False, at=NOW)
            said.append("")
        except ValidationError as refused:
            said.append(refused.message_dict["slug"][0])
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(site,)) for site in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(said) == ["", sites.TAKEN]
    states = sorted(PersonalSite.objects.values_list("state", flat=True))
    assert states == sorted([SiteState.PRIVATE, SiteState.PUBLIC])

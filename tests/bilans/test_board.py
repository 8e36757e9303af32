"""The board of completion: by territory and by network, who has not submitted, who is reminded (issue 8, 2; S3)."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bilans.board import Asked, board
from bilans.models import Act, Bilan, Campaign, Kind
from core.models import OutboxMail
from members.models import Mandate, Organisation
from territories.models import OfficerMandate, Site
from tests import factories as make
from tests.bilans import world as w

pytestmark = pytest.mark.django_db
URL = "/pro/bilans/2025/suivi/"
NOW = w.moment(2026, 3, 10)


def house(name: str, *, at: Any = None, **fields: Any) -> Organisation:
    made = make.organisation(name=name, **fields)
    if at is not None:
        make.site(organisation=made, commune=at)
    return made


def team(home: Organisation, email: str) -> User:
    user = make.person(email)
    Mandate.objects.create(user=user, organisation=home, role=Mandate.Role.MEMBER, starts_on=dt.date(2026, 1, 1))
    return user


def names(found: Any) -> list[str]:
    return [line.bilan.name for line in found.lines]


def test_each_step_is_counted_by_territory_network_and_kind() -> None:
    here, network = make.town(), make.network(name="Missions locales")
    w.accepted(w.bilan(subject=house("Acceptée", at=here, network=network)))
    w.submitted(w.bilan(subject=house("Déposée", at=here, network=network)))
    w.returned(w.bilan(subject=house("Renvoyée", at=here)))
    w.bilan(subject=house("Commencée", network=network), first_saved_at=NOW)
    w.bilan(Kind.TERRITORY, here.agency)
    w.bilan(Kind.REGION)
    found = board(make.region_staff(), Campaign.objects.get(), Asked())
    assert found.everything.by_step == {
        "accepte": 1, "depose": 1, "a-reprendre": 1, "commence": 1, "a-remplir": 2,
    }  # fmt: skip
    assert (found.everything.received, found.everything.total, found.everything.percent) == (2, 6, 33)
    (place,) = found.places
    assert (place.label, place.counts.said) == (here.agency.name, "1 accepté, 1 déposé, 1 à reprendre, 1 à remplir")
    (line,) = found.networks
    assert (line.label, line.counts.received, line.counts.total) == ("Missions locales", 2, 3)
    assert [row.counts.total for row in found.kinds] == [4, 1, 1]
    assert [row.label for row in found.kinds] == ["Organismes", "Territoires", "Région"]
    assert sorted(names(found)) == sorted(["Commencée", "Renvoyée", here.agency.name, "Région"])


def test_a_house_that_receives_in_two_territories_counts_in_each_and_once_in_all() -> None:
    home = house("Deux lieux", at=make.town())
    make.site(organisation=home, commune=make.town())
    w.bilan(subject=home)
    found = board(make.region_staff(), Campaign.objects.get(), Asked())
    assert [row.counts.total for row in found.places] == [1, 1]
    assert found.everything.total == 1
    assert len(found.lines) == 1


def test_filters_narrow_the_list_and_unknown_words_ask_for_nothing(client: Client) -> None:
    here, network = make.town(), make.network()
    w.bilan(subject=house("Ici", at=here, network=network))
    w.submitted(w.bilan(subject=house("Là", network=network)))
    client.force_login(make.region_staff())

    def shown(query: str) -> list[str]:
        return names(client.get(f"{URL}?{query}").context["board"])

    assert shown("") == ["Ici"]
    assert shown("etat=tous") == ["Ici", "Là"]
    assert shown("etat=depose") == ["Là"]
    assert shown(f"etat=tous&territoire={here.agency.slug}") == ["Ici"]
    assert shown(f"etat=tous&reseau={network.slug}&sorte=organisation") == ["Ici", "Là"]
    assert shown("sorte=psad") == []
    assert shown("etat=rien&territoire=nulle-part&reseau=x&sorte=autre") == ["Ici"]


def test_S3_an_officer_sees_their_territories_alone(client: Client) -> None:
    here, there = make.town(), make.town()
    both = house("Ici et là", at=here)
    make.site(organisation=both, commune=there)
    w.bilan(subject=both)
    w.bilan(subject=house("Là", at=there))
    w.bilan(Kind.TERRITORY, here.agency)
    w.bilan(Kind.REGION)
    officer = make.person()
    OfficerMandate.objects.create(user=officer, agency=here.agency)
    client.force_login(officer)
    answer = client.get(f"{URL}?etat=tous")
    assert sorted(names(answer.context["board"])) == sorted(["Ici et là", here.agency.name])
    assert [row.label for row in answer.context["board"].places] == [here.agency.name]
    text = answer.content.decode()
    assert "Là" not in [line.strip() for line in text.split("<")]
    assert "/admin/bilans/" not in text
    assert "Relancer" not in text


def test_the_board_costs_the_same_with_one_bilan_and_with_three(client: Client) -> None:
    here, network = make.town(), make.network()

    def one_more(name: str) -> None:
        home = house(name, at=here, network=network)
        team(home, f"{name}@exemple.invalid")
        Act.objects.create(bilan=w.bilan(subject=home), done=Act.Done.REMINDED)

    client.force_login(make.region_staff())
    one_more("une")
    client.get(URL)
    with CaptureQueriesContext(connection) as one:
        client.get(URL)
    one_more("deux")
    one_more("trois")
    with CaptureQueriesContext(connection) as three:
        client.get(URL)
    assert len(three) == len(one)


def test_who_left_and_what_nobody_may_fill_is_marked(client: Client) -> None:
    w.bilan(subject=house("Partie", status=Organisation.Status.FORMER))
    w.bilan(subject=house("Sans compte"))
    home = house("Suivie")
    team(home, "une@exemple.invalid")
    w.bilan(subject=home)
    client.force_login(make.region_staff())
    lines = {line.bilan.name: (line.left, line.orphan) for line in client.get(URL).context["board"].lines}
    assert lines == {"Partie": (True, True), "Sans compte": (False, True), "Suivie": (False, False)}


def test_a_long_list_is_read_page_by_page_and_taken_away_whole(client: Client) -> None:
    for number in range(27):
        w.bilan(subject=house(f"Maison {number:02}"))
    client.force_login(make.region_staff())

    def shown(query: str) -> tuple[int, str]:
        answer = client.get(f"{URL}?{query}")
        html = answer.content.decode().replace("\u00a0", " ")
        return sum(html.count(f"Maison {number:02}") for number in range(27)), html

    first, html = shown("sorte=organisation")
    assert first == 25
    assert "1 à 25 sur 27" in html
    assert 'href="?sorte=organisation&amp;page=2#liste"' in html
    second, html = shown("sorte=organisation&page=2")
    assert second == 2
    assert 'href="?sorte=organisation#liste"' in html
    assert shown("page=99")[0] == 2
    assert shown("page=rien")[0] == 25
    assert len(client.get(f"{URL}liste.csv").content.decode().splitlines()) == 28


def test_the_list_is_taken_away_as_it_is_filtered(client: Client) -> None:
    here = make.town()
    w.bilan(subject=house("=Ici", at=here))
    w.submitted(w.bilan(subject=house("Déposée")))
    client.force_login(make.region_staff())
    answer = client.get(f"{URL}liste.csv")
    assert answer.status_code == 200
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in rows] == ["Bilan", "'=Ici"]
    assert rows[1][1:5] == ["Organisme", "", here.agency.name, "À remplir"]
    assert client.get(f"{URL}liste.xlsx").status_code == 200
    assert client.get(f"{URL}liste.pdf").status_code == 404


def test_the_counts_narrow_the_list_that_is_shown_and_no_other(client: Client) -> None:
    here, there = make.town(), make.town()
    w.submitted(w.bilan(subject=house("Ici", at=here)))
    w.submitted(w.bilan(subject=house("Là", at=there)))
    client.force_login(make.region_staff())
    html = client.get(f"{URL}?territoire={here.agency.slug}").content.decode()
    assert f'<a href="?territoire={here.agency.slug}&amp;etat=depose#liste"><span class="board-key' in html
    # Folded on a phone, where the list would come after all of them; open where one is chosen.
    assert '<details class="board-fold" open><summary>2 territoires</summary>' in html
    assert '<details class="board-fold"><summary>2 territoires</summary>' in client.get(URL).content.decode()


def test_an_officer_opens_from_the_board_the_bilan_that_they_write_and_no_other(client: Client) -> None:
    here = make.town()
    mine, other = w.bilan(Kind.TERRITORY, here.agency), w.bilan(subject=house("Ici", at=here))
    officer = make.person()
    OfficerMandate.objects.create(user=officer, agency=here.agency)
    client.force_login(officer)
    html = client.get(URL).content.decode()
    assert f'href="/pro/bilans/{mine.public_id}/"' in html
    assert str(other.public_id) not in html
    assert "Par territoire" not in html  # theirs is told above, whole
    assert client.get(f"/pro/bilans/{mine.public_id}/").status_code == 200


def test_a_year_that_is_not_open_does_not_exist(client: Client) -> None:
    w.campaign(2025, opened=False)
    client.force_login(make.region_staff())
    assert client.get(URL).status_code == 404
    assert client.get("/pro/bilans/1999/suivi/").status_code == 404


# --- Reminding again


def test_B2_the_region_reminds_those_of_the_list_once_a_day(client: Client) -> None:
    late, done, other = house("Tardive"), house("Déposée"), house("Autre")
    for home, email in ((late, "tardive"), (done, "deposee"), (other, "autre")):
        team(home, f"{email}@exemple.invalid")
    network = make.network()
    late.network = network
    late.save()
    row = w.bilan(subject=late)
    w.submitted(w.bilan(subject=done))
    w.bilan(subject=other)
    w.bilan(Kind.REGION)
    with time_machine.travel(NOW):
        staff = make.region_staff()
        client.force_login(staff)
        answer = client.post(f"{URL}relancer/", {"reseau": network.slug})
        assert (answer.status_code, answer["Location"]) == (302, f"{URL}?reseau={network.slug}")
        client.post(f"{URL}relancer/", {"reseau": network.slug})
        assert list(OutboxMail.objects.values_list("to", "subject")) == [
            ("tardive@exemple.invalid", "Votre bilan 2025 est attendu dans 21\u00a0jours")
        ]
        assert list(Act.objects.filter(done=Act.Done.REMINDED).values_list("bilan", flat=True)) == [row.pk]
        client.post(f"{URL}relancer/")
    assert sorted(OutboxMail.objects.values_list("to", flat=True)) == [
        "autre@exemple.invalid", "tardive@exemple.invalid",
    ]  # fmt: skip
    with time_machine.travel(w.moment(2026, 3, 11)):
        client.force_login(staff)
        client.post(f"{URL}relancer/")
    assert OutboxMail.objects.count() == 4


@pytest.mark.parametrize("closed", [True, False])
def test_B2_nobody_is_reminded_once_the_campaign_is_closed_nor_by_an_officer(client: Client, closed: bool) -> None:
    here = make.town()
    home = house("Tardive", at=here)
    team(home, "tardive@exemple.invalid")
    w.bilan(subject=home)
    officer = make.person()
    OfficerMandate.objects.create(user=officer, agency=here.agency)
    if closed:
        Campaign.objects.update(closed_at=NOW)
    client.force_login(make.region_staff() if closed else officer)
    assert client.post(f"{URL}relancer/").status_code == (302 if closed else 403)
    assert not OutboxMail.objects.exists()
    assert Bilan.objects.count() == Site.objects.count() == 1

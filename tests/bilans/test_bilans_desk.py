"""The Region's desk: the queue of bilans to read, the page of each, campaigns; what waits (S3, B2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bilans.models import Act, Bilan, Campaign, Kind
from core.desk import waiting
from members.models import Mandate, Organisation
from tests import factories as make
from tests.bilans import world as w

pytestmark = pytest.mark.django_db
LIST = "/admin/bilans/bilan/"


@pytest.fixture
def staff(client: Client) -> Any:
    user = make.region_staff()
    client.force_login(user)
    return user


def page(row: Bilan) -> str:
    return f"{LIST}{row.pk}/change/"


def house(name: str, **fields: Any) -> Organisation:
    return make.organisation(name=name, **fields)


def post(client: Client, row: Bilan, act: str, **data: Any) -> Any:
    return client.post(f"{LIST}{row.pk}/{act}/", {"seen": row.version} | data)


# --- The queue


def test_S3_what_is_to_read_comes_first_the_oldest_at_the_top(client: Client, staff: Any) -> None:
    w.bilan(subject=house("À remplir"))
    w.accepted(w.bilan(subject=house("Accepté")))
    w.returned(w.bilan(subject=house("Renvoyé")))
    w.submitted(w.bilan(subject=house("Récent")), at=w.moment(2026, 3, 20))
    w.submitted(w.bilan(subject=house("Ancien")), at=w.moment(2026, 3, 2))
    w.submitted(w.bilan(Kind.REGION, name="Région"), at=w.moment(2026, 3, 1))
    answer = client.get(LIST)
    found = [row.name for row in answer.context["cl"].result_list]
    assert found == ["Ancien", "Récent", "Renvoyé", "À remplir", "Région", "Accepté"]
    assert "<b>2</b> à relire" in answer.content.decode()
    assert [row.name for row in client.get(f"{LIST}?due=a-relire").context["cl"].result_list] == ["Ancien", "Récent"]


def test_S3_the_queue_narrows_by_network_and_by_territory(client: Client, staff: Any) -> None:
    network, town = make.network(name="Missions locales"), make.town()
    near = house("Ici", network=network)
    make.site(organisation=near, commune=town)
    w.bilan(subject=near)
    w.bilan(Kind.TERRITORY, town.agency)
    w.bilan(subject=house("Ailleurs"))
    by_network = client.get(f"{LIST}?organisation__network__id__exact={network.pk}").context["cl"].result_list
    assert [row.name for row in by_network] == ["Ici"]
    by_place = client.get(f"{LIST}?territoire={town.agency.slug}").context["cl"].result_list
    assert sorted(row.name for row in by_place) == sorted(["Ici", town.agency.name])


def test_the_queue_costs_the_same_with_one_bilan_and_with_three(client: Client, staff: Any) -> None:
    network = make.network()
    w.submitted(w.bilan(subject=house("Une", network=network)))
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    w.submitted(w.bilan(subject=house("Deux", network=network)))
    w.submitted(w.bilan(subject=house("Trois", network=network)))
    with CaptureQueriesContext(connection) as three:
        client.get(LIST)
    assert [q["sql"][:150] for q in three] == [q["sql"][:150] for q in one]


# --- The page of one


def test_B2_the_page_shows_what_moved_with_its_comment_before_everything(client: Client, staff: Any) -> None:
    home, asked, quiet, unsaid = house("Maison"), w.indicator(label="Personnes reçues"), w.indicator(), w.indicator()
    before = w.bilan(subject=home, of=w.campaign(2024))
    w.value(before, asked, 100)
    w.value(before, quiet, 50)
    w.accepted(before)
    row = w.bilan(subject=home, happened="Une année pleine.")
    w.value(row, asked, 150, comment="Deux lieux de plus.")
    w.value(row, quiet, 51)
    w.value(row, unsaid, unavailable=True)
    w.submitted(row)
    answer = client.get(page(row))
    assert [line.indicator for line in answer.context["moved"]] == [asked]
    assert [line.indicator for line in answer.context["silent"]] == [unsaid]
    text = answer.content.decode()
    assert text.index("Deux lieux de plus.") < text.index("Une année pleine.")
    assert "3 réponses sur 3 indicateurs, 1 variation à regarder" in text


def test_B2_accepting_leads_to_the_next_and_then_to_the_queue(client: Client, staff: Any) -> None:
    first = w.submitted(w.bilan(subject=house("Premier")), at=w.moment(2026, 3, 1))
    second = w.submitted(w.bilan(subject=house("Second")), at=w.moment(2026, 3, 2))
    answer = post(client, first, "accepter")
    assert (answer.status_code, answer["Location"]) == (302, page(second))
    answer = post(client, second, "accepter")
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert set(Bilan.objects.values_list("state", flat=True)) == {"accepted"}


def test_B2_a_return_without_a_reason_says_so_beside_the_field(client: Client, staff: Any) -> None:
    row = w.submitted(w.bilan(subject=house("Maison")))
    answer = post(client, row, "renvoyer", reason=" ")
    assert answer.status_code == 200
    assert "Dites ce qui est à reprendre" in answer.content.decode()
    assert Bilan.objects.get().state == "submitted"
    assert post(client, row, "renvoyer", reason="Précisez.").status_code == 302
    assert Bilan.objects.get().return_reason == "Précisez."


def test_B2_what_changed_meanwhile_is_read_again_before_it_is_accepted(client: Client, staff: Any) -> None:
    row = w.submitted(w.bilan(subject=house("Maison")))
    Bilan.objects.update(version=2)
    answer = client.post(f"{LIST}{row.pk}/accepter/", {"seen": 1})
    assert answer.status_code == 200
    assert "Ce bilan a changé depuis que vous l’avez ouvert" in answer.content.decode()
    assert Bilan.objects.get().state == "submitted"


def test_B2_reopened_from_its_page(client: Client, staff: Any) -> None:
    row = w.accepted(w.bilan(subject=house("Maison")))
    assert "Rouvrir ce bilan" in client.get(page(row)).content.decode()
    assert post(client, row, "rouvrir", reason="Un chiffre est faux.").status_code == 302
    assert Bilan.objects.get().acts.first().done == Act.Done.REOPENED  # type: ignore[union-attr]


@pytest.mark.parametrize("somebody", [True, False])
def test_B2_the_desk_says_whether_anybody_is_told(client: Client, staff: Any, somebody: bool) -> None:
    row = w.submitted(w.bilan())
    if somebody:
        Mandate.objects.create(user=make.person(), organisation=row.organisation, role=Mandate.Role.MEMBER)
    data = {"reason": "Vérifiez.", "seen": row.version}
    answer = client.post(f"{LIST}{row.pk}/renvoyer/", data, follow=True)
    said = [str(message) for message in answer.context["messages"]]
    assert [text.partition("\u00a0: ")[2] for text in said if "renvoyé" in text] == [
        "ses auteur·rices sont prévenu·es."
        if somebody
        else "personne n’a encore de compte pour le reprendre, et personne n’est prévenu."
    ]


def test_B2_the_region_does_not_accept_its_own_here(client: Client, staff: Any) -> None:
    row = w.submitted(w.bilan(Kind.REGION))
    text = client.get(page(row)).content.decode()
    assert "s’accepte en publiant sa synthèse" in text
    assert "Accepter ce bilan" not in text


def test_D8_whoever_runs_the_machine_reads_no_bilan(client: Client) -> None:
    row = w.submitted(w.bilan())
    client.force_login(make.person(is_superuser=True))
    assert client.get(LIST).status_code == 403
    assert client.get(page(row)).status_code == 403
    assert post(client, row, "accepter").status_code == 403
    assert Bilan.objects.get().state == "submitted"


# --- Campaigns


def test_B2_a_campaign_is_added_with_proposed_dates_moved_and_opened_once_confirmed(client: Client) -> None:
    house("Maison")
    with time_machine.travel(w.moment(2026, 1, 5)):
        client.force_login(make.region_staff())
        assert client.post("/admin/bilans/campaign/add/", {"year": "2025"}).status_code == 302
        campaign = Campaign.objects.get()
        assert campaign.due_on == dt.date(2026, 3, 31)
        address = f"/admin/bilans/campaign/{campaign.pk}/"
        moved = {"opens_on": "2026-01-15", "due_on": "2026-04-10", "closes_on": "2026-04-30", "reminder_days": "15, 3",
                 "variation": "25", "word": "Bonne année."}  # fmt: skip
        answer = client.post(f"{address}change/", moved)
        assert answer.status_code == 200
        assert "Dites pourquoi ces dates changent" in answer.content.decode()
        assert client.post(f"{address}change/", moved | {"reason": "Les vacances."}).status_code == 302
        campaign.refresh_from_db()
        assert (campaign.due_on, campaign.reminder_days, campaign.variation, campaign.word) == (
            dt.date(2026, 4, 10), [15, 3], 25, "Bonne année.",
        )  # fmt: skip
        client.post(f"{address}ouvrir/")
        campaign.refresh_from_db()
        assert campaign.opened_at is None
        client.post(f"{address}ouvrir/", {"sure": "on"})
        campaign.refresh_from_db()
        assert (campaign.running, campaign.bilans.count()) == (True, 2)
        text = client.get(f"{address}change/").content.decode()
        assert "ouverte, bilans à rendre le 10 avril 2026" in text
        assert "Dates déplacées\u00a0: à rendre le 10 avril 2026. Les vacances." in text
        client.post(f"{address}clore/", {"sure": "on"})
        campaign.refresh_from_db()
        assert not campaign.running


# --- The first pages


def test_S3_the_first_page_says_what_is_to_read_and_what_is_late() -> None:
    w.submitted(w.bilan(), at=w.moment(2026, 3, 2))
    w.bilan()
    w.bilan(subject=house("Partie", status=Organisation.Status.FORMER))
    w.bilan(Kind.REGION)
    with time_machine.travel(w.moment(2026, 4, 2)):
        found = {
            line["key"]: (line["title"], line["count"], line["detail"])
            for line in waiting("region", make.region_staff())
        }
    assert found["bilans-to-read"] == ("Bilan à relire", 1, "le plus ancien attend depuis le 2 mars 2026")
    assert found["bilans-late"] == ("Bilan en retard", 1, "ils étaient attendus pour le 31 mars 2026")
    assert "bilans-synthesis" not in found
    Campaign.objects.update(closed_at=w.moment(2026, 5, 1))
    with time_machine.travel(w.moment(2026, 5, 2)):
        keys = [line["key"] for line in waiting("region", make.region_staff())]
    assert "bilans-synthesis" in keys
    assert "bilans-late" not in keys


def test_E4_whoever_fills_is_told_what_is_due_and_what_came_back() -> None:
    home = house("Maison")
    user = make.person()
    Mandate.objects.create(user=user, organisation=home, role=Mandate.Role.MEMBER, starts_on=dt.date(2026, 1, 1))
    row = w.bilan(subject=home)
    w.bilan(subject=house("Autre"))

    def line(on: dt.datetime) -> Any:
        with time_machine.travel(on):
            found = [line for line in waiting("pro", type(user).objects.get(pk=user.pk)) if line["key"] == "bilans"]
        return (found[0]["count"], found[0]["url"], found[0]["detail"], found[0]["late"]) if found else None

    url = f"/pro/bilans/{row.public_id}/"
    assert line(w.moment(2026, 3, 1)) == (1, url, "À rendre pour le 31 mars 2026.", False)
    assert line(w.moment(2026, 4, 1)) == (1, url, "À rendre depuis le 31 mars 2026.", True)
    w.returned(row)
    assert line(w.moment(2026, 3, 20)) == (
        1, url, "À rendre pour le 31 mars 2026. La Région en renvoie 1\u00a0: ses remarques y sont.", False,
    )  # fmt: skip
    w.submitted(row)
    assert line(w.moment(2026, 3, 20)) is None

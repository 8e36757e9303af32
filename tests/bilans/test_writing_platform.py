"""The bilan of a platform, filled and handed in by who heads it (B2, D8)."""

from __future__ import annotations

import pytest
from django.test import Client

from bilans.models import Act, Bilan, Kind, Value
from psad.lists import Role
from tests.bilans import world
from tests.psad import world as psad

pytestmark = [pytest.mark.usefixtures("february"), pytest.mark.django_db]


@pytest.mark.parametrize("role", [Role.HEAD, Role.COORDINATION])
def test_B2_who_answers_for_a_platform_fills_its_bilan_and_hands_it_in(client: Client, role: str) -> None:
    place = psad.platform("ici")
    row = world.bilan(Kind.PSAD, place)
    flow = world.indicator(
        "flux", filled_by=Kind.PSAD, source="psad_received", adding="distinct", unit="people", of_people=True,
        correctable=False, theme="Jeunes reçu·es",
    )  # fmt: skip
    world.indicator("reunions", filled_by=Kind.PSAD, theme="Vie de la plateforme", theme_order=2)
    world.value(row, flow, hidden=True)
    here = f"/pro/bilans/{row.public_id}/"
    client.force_login(psad.member(place, role))
    assert here in client.get("/pro/bilans/").content.decode()

    # What was published of young people is read, never typed.
    assert 'name="v:flux"' not in client.get(f"{here}jeunes-recues/").content.decode()
    client.post(f"{here}jeunes-recues/", {"v:flux": "3"})
    assert Value.objects.get(indicator=flow).amount is None

    missing = client.post(f"{here}deposer/")
    assert missing.status_code == 400
    assert "Le bilan ne peut pas encore être déposé" in missing.content.decode()
    assert client.post(f"{here}vie-de-la-plateforme/", {"v:reunions": "4"}).status_code == 302
    sentence = "Chaque jeune signalé a été rappelé dans le mois."
    questions = {"t:happened": sentence, "t:judged": sentence, "t:better": sentence}
    assert client.post(f"{here}questions/", questions).status_code == 302
    answer = client.post(f"{here}deposer/")
    assert (answer.status_code, answer["Location"]) == (302, here)
    row.refresh_from_db()
    assert row.state == Bilan.State.SUBMITTED
    assert list(row.acts.values_list("done", flat=True)) == [Act.Done.SUBMITTED]
    # Until the Region decides, it is taken back.
    client.post(f"{here}reprendre/")
    row.refresh_from_db()
    assert row.state == Bilan.State.DRAFT

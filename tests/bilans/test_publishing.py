"""The regional synthesis is published from a year that does not change any more, and taken back (B3, B4, D8, S3)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from accounts.models import User
from bilans.models import Bilan, Campaign, CampaignAct, Document, Kind
from bilans.services import asking, publishing, writing
from core.models import JournalEntry, SearchDocument
from tests import factories
from tests.bilans import public, world

pytestmark = pytest.mark.django_db
AT = world.moment(2026, 5, 12, 10)
State = Bilan.State


@pytest.fixture
def staff() -> User:
    return factories.region_staff()


def year(*, closed: bool = True, others: str = State.SUBMITTED, region: str = State.SUBMITTED) -> Campaign:
    """2025: a house that answered, the bilan of the region with its three answers, each in its state."""
    made = public.closed() if closed else world.campaign()
    house = world.bilan(of=made, name="Maison de l’orientation")
    world.value(house, world.indicator("personnes-recues", of_people=True, headline=1, unit="people"), 1234)
    own = world.bilan(Kind.REGION, of=made, happened="Beaucoup.", judged="Bien.", better="Mieux.")
    for bilan, state in ((house, others), (own, region)):
        if state in Bilan.COUNTED:
            world.submitted(bilan)
        if state == State.ACCEPTED:
            world.accepted(bilan)
    return made


def publish(campaign: Campaign, staff: User) -> Document:
    return publishing.publish(campaign, actor=staff, at=AT)


def test_B3_publishing_accepts_the_bilan_of_the_region_draws_and_freezes_its_document(
    client: Client, staff: User, django_capture_on_commit_callbacks: Any
) -> None:
    campaign = year()
    with django_capture_on_commit_callbacks(execute=True):
        document = publish(campaign, staff)
    campaign.refresh_from_db()
    own = Bilan.objects.get(kind=Kind.REGION)
    assert (campaign.published_id, campaign.published_at, own.state) == (document.pk, AT, State.ACCEPTED)
    assert (document.bilan_id, document.content["state"]["key"]) == (own.pk, "accepted")
    page = client.get("/bilans/2025/").content.decode()
    assert ("1\u202f234" in page, "Beaucoup." in page) == (True, True)
    pdf: Any = client.get("/bilans/2025/synthese.pdf")
    assert b"".join(pdf.streaming_content)[:5] == b"%PDF-"
    for form, start in (("xlsx", b"PK"), ("ods", b"PK")):
        assert client.get(f"/bilans/2025/synthese.{form}").content[:2] == start
    data: Any = client.get("/donnees/bilans-2025.csv")
    assert b"personnes-recues" in b"".join(data.streaming_content)
    acts = list(CampaignAct.objects.values_list("text", "at"))
    assert acts == [("Synthèse publiée (version 1 du document).", AT)]
    entry = JournalEntry.objects.get(verb="bilans.publish")
    assert (entry.actor_key, entry.target_key) == (str(staff.pk), str(campaign.pk))
    assert SearchDocument.objects.filter(kind="bilan", key="2025").count() == 1

    with pytest.raises(ValidationError) as again:
        publish(campaign, staff)
    assert again.value.messages == [publishing.ALREADY]
    assert (CampaignAct.objects.count(), Document.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"closed": False}, publishing.NOT_CLOSED),
        ({"region": State.DRAFT}, publishing.NOT_WRITTEN),
        ({"others": State.DRAFT}, publishing.NOTHING_IN),
    ],
)
def test_B3_what_may_still_change_or_says_nothing_is_not_published(
    client: Client, staff: User, state: dict[str, Any], said: str
) -> None:
    campaign = year(**state)
    with pytest.raises(ValidationError) as refused:
        publish(campaign, staff)
    assert refused.value.messages == [said]
    assert (Document.objects.count(), CampaignAct.objects.count()) == (0, 0)
    assert Bilan.objects.filter(kind=Kind.REGION, state=State.ACCEPTED).count() == 0
    assert client.get("/bilans/2025/").status_code == 404


def test_B3_a_year_whose_bilans_are_all_accepted_needs_no_closing() -> None:
    campaign = year(closed=False, others=State.ACCEPTED)
    assert publishing.hindrances(campaign, publishing.regional(campaign)) == []


def test_B3_a_year_that_is_not_open_or_has_no_region_says_so() -> None:
    shut = world.campaign(2024, opened=False)
    assert publishing.hindrances(shut, None) == [publishing.NOT_OPEN]
    assert publishing.hindrances(public.closed(), None) == [publishing.NO_BILAN]


def test_D8_only_the_staff_of_the_region_publishes() -> None:
    with pytest.raises(PermissionDenied):
        publish(year(), factories.officer())
    assert Bilan.objects.filter(kind=Kind.REGION, state=State.ACCEPTED).count() == 0


@pytest.mark.parametrize("wrong", [{"year": 2024}, {"kind": "territory"}, {"state": {"key": "submitted", "said": ""}}])
def test_D8_a_document_that_is_not_final_is_not_for_the_public(wrong: dict[str, Any]) -> None:
    assert publishing.unfit(public.content(), 2025) == []
    assert publishing.unfit(public.content() | wrong, 2025) == [publishing.NOT_FINAL]


def test_D8_a_document_with_an_indicator_kept_inside_is_not_for_the_public() -> None:
    world.indicator("delai", label="Délai moyen", public=False)
    assert publishing.unfit(public.content(), 2025) == [
        "Ce document montre des indicateurs qui ne sont pas publics\u00a0: «\u00a0Délai moyen\u00a0»."
    ]


def test_D8_a_synthesis_is_taken_back_with_a_reason_and_its_document_stays(
    client: Client, staff: User, django_capture_on_commit_callbacks: Any
) -> None:
    campaign = public.published()
    assert client.get("/").status_code == 200  # the home page keeps its key figures
    with pytest.raises(ValidationError) as refused:
        publishing.withdraw(campaign, actor=staff, at=AT, reason=" \n ")
    assert refused.value.messages == [publishing.NO_REASON]
    with django_capture_on_commit_callbacks(execute=True):
        publishing.withdraw(campaign, actor=staff, at=AT, reason="Un chiffre\nest faux.")
    assert [client.get(url).status_code for url in ("/bilans/2025/", "/donnees/bilans-2025.csv")] == [404, 404]
    assert "/bilans/2025/" not in client.get("/").content.decode()
    assert "/bilans/2025/" not in client.get("/sitemap.xml").content.decode()
    assert (Document.objects.count(), CampaignAct.objects.get().text) == (
        1, "Synthèse retirée\u00a0: Un chiffre est faux.",
    )  # fmt: skip
    assert JournalEntry.objects.get(verb="bilans.withdraw").target_key == str(campaign.pk)
    with pytest.raises(ValidationError) as again:
        publishing.withdraw(campaign, actor=staff, at=AT, reason="Encore.")
    assert again.value.messages == [publishing.NOT_PUBLIC]


def said(client: Client, campaign: Campaign) -> str:
    html = client.get(f"/admin/bilans/campaign/{campaign.pk}/change/").content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").replace("&nbsp;", " ").split())


def test_S3_the_desk_says_what_stands_in_the_way_and_publishes_nothing_by_mistake(client: Client, staff: User) -> None:
    campaign = year(region=State.DRAFT)
    client.force_login(staff)
    assert "Le bilan de la région n’est pas déposé" in said(client, campaign)
    url = f"/admin/bilans/campaign/{campaign.pk}/publier/"
    assert [client.get(url).status_code, client.post(url).status_code] == [405, 302]
    assert client.post(url, {"sure": "on"}).status_code == 302
    campaign.refresh_from_db()
    assert campaign.published_id is None


def test_S3_the_desk_takes_a_synthesis_back(client: Client, staff: User) -> None:
    campaign = public.published()
    client.force_login(staff)
    assert "Publiée depuis le 12 mai 2026" in said(client, campaign)
    url = f"/admin/bilans/campaign/{campaign.pk}/retirer/"
    client.post(url, {"reason": ""})
    assert Campaign.objects.get(pk=campaign.pk).published_id is not None
    assert client.post(url, {"reason": "Un chiffre est faux."}).status_code == 302
    assert Campaign.objects.get(pk=campaign.pk).published_id is None


def test_S4_a_reason_refused_comes_back_beside_its_field_with_what_was_typed(client: Client, staff: User) -> None:
    campaign = public.published()
    client.force_login(staff)
    url, long = f"/admin/bilans/campaign/{campaign.pk}/retirer/", "Un chiffre est faux. " * 13
    for typed, why in (("", publishing.NO_REASON), (long, "250 caractères")):
        answer = client.post(url, {"reason": typed})
        said = answer.content.decode()
        assert answer.status_code == 200
        assert why in said
        assert typed.strip() in said
        assert '<details class="desk-answer" id="retirer" open>' in said
    assert Campaign.objects.get(pk=campaign.pk).published_id is not None


def test_B4_what_was_published_is_corrected_and_stays_as_it_was_meanwhile(client: Client, staff: User) -> None:
    """A wrong word in the synthesis: reopened with a reason, written again, handed in, published in its place."""
    campaign = year()
    first = publish(campaign, staff)
    own = Bilan.objects.get(kind=Kind.REGION)
    client.force_login(staff)
    page = f"/admin/bilans/bilan/{own.pk}/change/"
    assert f'{page}#rouvrir"' in client.get(f"/admin/bilans/campaign/{campaign.pk}/change/").content.decode()
    assert "reste en ligne" in client.get(page).content.decode()
    reason = {"reason": "Un mot est faux.", "seen": own.version}
    assert client.post(f"/admin/bilans/bilan/{own.pk}/rouvrir/", reason).status_code == 302
    answers = f"/pro/bilans/{own.public_id}/"
    assert "puis à publier" in client.get(answers).content.decode()
    words = {"t:happened": "Bien davantage encore.", "t:judged": "Plutôt bien fait.", "t:better": "En faire plus."}
    own.refresh_from_db()
    assert writing.save(own, user=staff, changes=words, version=own.version, at=AT).written == set(words)
    assert client.post(f"{answers}deposer/").status_code == 302
    assert "Beaucoup." in client.get("/bilans/2025/").content.decode()
    assert client.post(f"/admin/bilans/campaign/{campaign.pk}/publier/", {"sure": "on"}).status_code == 302
    assert "Beaucoup." in client.get("/bilans/2025/").content.decode()
    assert asking.work(campaign.pk) == "published"
    campaign.refresh_from_db()
    said = client.get("/bilans/2025/").content.decode()
    assert ("Beaucoup." in said, "Bien davantage encore." in said) == (False, True)
    assert (campaign.published_id == first.pk, Document.objects.filter(bilan=own).count()) == (False, 2)
    assert CampaignAct.objects.filter(text="Synthèse publiée remplacée par la version 2 du document.").count() == 1


def test_S3_an_officer_does_neither(client: Client) -> None:
    campaign = public.published()
    client.force_login(factories.officer())
    for act in ("publier", "annuler", "retirer"):
        url = f"/admin/bilans/campaign/{campaign.pk}/{act}/"
        assert client.post(url, {"sure": "on", "reason": "Pour voir."}).status_code == 403
    assert Campaign.objects.get(pk=campaign.pk).published_id is not None

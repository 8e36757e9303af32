"""One opening and one limit for a renewal, wherever they are read, and the deposit obeys them (R4, R9)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from core.models import OutboxMail
from core.values import day_in_words
from members.models import Mandate, Organisation
from recognition.candidate_entries import _drafts
from recognition.clock import morning_of
from recognition.deadlines import limit_on, window, window_of
from recognition.dossier_step import step_of
from recognition.letters.about import gather
from recognition.models import Campaign, Candidature, LetterKind, Recognition, Rule
from recognition.services import campaigns, opening, reminding, renewing
from recognition.services.depositing import TooLate, deposit
from recognition.services.saving import save_organisation
from recognition.services.starting import start_renewal
from tests import factories as make
from tests.recognition import dossiers as d
from tests.recognition import letter_world as world

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)

# The term, when the renewal opens, its last day; campaigns run from 1 February to 1 June.
TERMS = {
    "2029-03-22": ("2028-02-01", "2028-12-22"),  # before the deadline of its year: the campaign of the year before
    "2029-05-31": ("2028-02-01", "2029-02-28"),  # the limit is in the year of the term, the campaign is not
    "2029-06-01": ("2029-02-01", "2029-06-01"),  # on the deadline: the term itself
    "2029-06-15": ("2029-02-01", "2029-06-01"),
    "2029-12-31": ("2029-02-01", "2029-09-30"),  # after the deadline: three months before the term
}
# Where the last year does not follow the annual calendar: three months, that end three months before the term.
QUARTERS = {"2029-03-22": ("2028-09-22", "2028-12-22"), "2029-12-31": ("2029-06-30", "2029-09-30")}
EITHER = [("oui", term) for term in TERMS] + [("non", term) for term in QUARTERS]
DAYS = [(follows, term, place) for follows, term in EITHER for place in ("first", "after the deadline", "last")]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def recognised(term: str, follows: str = "oui") -> Recognition:
    Rule.objects.create(key="last_year_follows_calendar", value=follows)
    world.world.plan(2024, 2030)
    made = world.recognition(
        world.dossier(state="granted", siret=d.siret()), term_on=day(term), ends_on=day(term),
        starts_on=dt.date(2028, 1, 3),
    )  # fmt: skip
    house = made.organisation
    house.status = Organisation.Status.RECOGNISED
    house.save()
    d.charter("cdc")
    user = d.colleague(house, Mandate.Role.MANAGER)
    Mandate.objects.filter(user=user).update(starts_on="2026-01-01")
    return made


def begun(right: Recognition, on: dt.date) -> Candidature:
    """The renewal, begun that day by hand, and whole the same hour."""
    at, user = morning_of(on), d.manager_of(right.candidature)
    dossier = d.fill(start_renewal(recognition=right, user=user, at=at), at=at)
    dossier.sites.filter(name="Le lieu").delete()  # the copied one, bare
    dossier.refresh_from_db()
    values = {"activity_review": "Mille personnes reçues."}
    save_organisation(candidature=dossier, values=values, version=dossier.version, user=user, at=at)
    return Candidature.objects.select_related("organisation", "campaign", "charter", "renews").get(pk=dossier.pk)


def put(dossier: Candidature, at: dt.datetime) -> Candidature:
    return deposit(candidature=dossier, user=d.manager_of(dossier), name="Une Personne", title="Directrice", at=at)


def chosen(right: Recognition, place: str) -> dt.date:
    """A day on which the organisation begins."""
    allowed = window(right)
    if place == "after the deadline":
        return min(max(allowed.opens_on, dt.date(allowed.year, 6, 2)), allowed.last_on)
    return allowed.opens_on if place == "first" else allowed.last_on


@pytest.mark.parametrize(("follows", "term"), EITHER)
def test_R9_the_window_for_each_term_and_never_after_it(follows: str, term: str) -> None:
    found = window(recognised(term, follows))
    said = (TERMS if follows == "oui" else QUARTERS)[term]
    assert (found.opens_on, found.last_on) == (day(said[0]), day(said[1]))
    assert found.last_on <= day(term)


@pytest.mark.parametrize(("follows", "term", "place"), DAYS)
def test_R9_a_renewal_may_be_deposited_from_the_day_it_is_invited_until_its_limit(
    follows: str, term: str, place: str
) -> None:
    right = recognised(term, follows)
    allowed = window(right)
    assert right in renewing.to_invite(allowed.opens_on)
    assert right not in renewing.to_invite(allowed.opens_on - DAY)
    on = chosen(right, place)
    dossier = begun(right, on)
    assert (window_of(dossier), dossier.campaign.year) == (allowed, allowed.year)
    assert put(dossier, morning_of(on) + dt.timedelta(hours=1)).state == "deposited"


@pytest.mark.parametrize(("follows", "term", "place"), DAYS)
def test_R9_until_the_last_second_then_it_is_a_first_request(follows: str, term: str, place: str) -> None:
    right = recognised(term, follows)
    dossier = begun(right, chosen(right, place))
    midnight = dt.datetime.combine(limit_on(dossier) + DAY, dt.time(), d.PARIS)
    with pytest.raises(TooLate):
        put(dossier, midnight)
    dossier.refresh_from_db()
    assert (dossier.kind, dossier.state, dossier.campaign.deadline_on >= midnight.date()) == ("first", "draft", True)
    Candidature.objects.filter(pk=dossier.pk).update(kind="renewal", renews=right)
    assert put(Candidature.objects.get(pk=dossier.pk), midnight - dt.timedelta(seconds=1)).state == "deposited"


@pytest.mark.parametrize(("follows", "term", "place"), DAYS)
def test_R9_every_screen_mail_and_desk_gives_the_limit_that_the_deposit_obeys(
    follows: str, term: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = recognised(term, follows)
    on, limit = chosen(right, place), window(right).last_on
    user, words = d.manager_of(right.candidature), day_in_words(limit)
    monkeypatch.setattr("django.utils.timezone.now", lambda: morning_of(on).astimezone(dt.UTC))
    client = Client()
    client.force_login(user)
    page = client.get(f"/candidature/renouveler/{right.public_id}/")
    assert (page.context["refusal"], page.context["window"].last_on) == ("", limit)
    assert client.get("/candidature/").context["renewals"] == [{"recognition": right, "limit": limit}]
    letter = gather(
        kind=LetterKind.RENEWAL, at=morning_of(on), number="L", candidature=None, recognition=right, decision=None,
        notice=None, extra=None,
    )  # fmt: skip
    assert letter.limit_on == limit

    dossier = begun(right, on)
    for path in ("", "deposer/"):
        shown = client.get(f"{dossier.get_absolute_url()}{path}")
        assert shown.context["limit"] == limit
        assert f"<strong>{words} à 23&nbsp;h&nbsp;59</strong>" in shown.content.decode()
    assert (shown.context["open"], "Déposer le dossier" in shown.content.decode()) == (True, True)
    assert client.get(dossier.get_absolute_url()).context["days_left"] == (limit - on).days
    waiting = _drafts(user)
    assert waiting is not None
    assert waiting.detail.endswith(f"avant la fin du {words}.")
    assert f"au plus tard le {words}." in step_of(dossier, on).text
    Campaign.objects.update(opened_at=morning_of(dt.date(2028, 1, 1)))
    reminding.remind(candidature=dossier, days=7, at=morning_of(on))
    assert f"Date limite\u00a0: le {words}, à" in OutboxMail.objects.filter(key__startswith="reminder:")[0].text


@pytest.mark.parametrize("term", TERMS)
def test_R9_the_pass_carries_it_the_day_after_its_limit_and_says_what_follows(term: str) -> None:
    right = recognised(term)
    dossier = begun(right, window(right).opens_on)
    limit = limit_on(dossier)
    assert dossier not in opening.to_carry(limit)
    assert dossier in opening.to_carry(limit + DAY)
    opening.carry_on(candidature=dossier, at=morning_of(limit + DAY))
    dossier.refresh_from_db()
    assert (dossier.kind, dossier.renews) == ("first", None)
    mail = OutboxMail.objects.filter(key__startswith="carried:")[0]
    assert f"prendra fin à son terme, le {day_in_words(day(term))}." in mail.text
    assert f"au {day_in_words(dossier.campaign.deadline_on)}." in mail.text
    assert opening.to_carry(limit + DAY) == []


def test_R9_a_deadline_moved_after_the_term_neither_closes_nor_exceeds_the_renewal() -> None:
    right = recognised("2029-06-15")
    dossier = begun(right, dt.date(2029, 2, 1))
    campaigns.move_step(
        campaign=dossier.campaign, step="deadline_on", day=dt.date(2029, 7, 1), reason="Grève.",
        at=morning_of(dt.date(2029, 5, 20)), actor=make.region_staff(),
    )  # fmt: skip
    dossier = Candidature.objects.select_related("campaign", "renews").get(pk=dossier.pk)
    assert limit_on(dossier) == dt.date(2029, 6, 15)
    assert "jusqu’au 15 juin 2029, 23" in OutboxMail.objects.filter(key__startswith="campaign-moved:")[0].text
    assert put(dossier, d.paris("2029-06-15 23:59:59")).state == "deposited"


def test_R9_a_renewal_begun_in_a_later_campaign_keeps_the_limit_of_its_term() -> None:
    """As the portal made them before: the dossier said 1 June, after the term."""
    right = recognised("2029-03-22")
    dossier = begun(right, dt.date(2028, 11, 22))
    Candidature.objects.filter(pk=dossier.pk).update(campaign=world.world.campaign(2029))
    dossier = Candidature.objects.select_related("campaign", "renews", "organisation").get(pk=dossier.pk)
    assert limit_on(dossier) == dt.date(2028, 12, 22)
    assert opening.to_carry(dt.date(2028, 12, 23)) == [dossier]
    opening.carry_on(candidature=dossier, at=morning_of(dt.date(2028, 12, 23)))
    dossier.refresh_from_db()
    assert (dossier.kind, dossier.campaign.year) == ("first", 2029)
    told = OutboxMail.objects.filter(key__startswith="carried:").count()
    opening.carry_on(candidature=Candidature.objects.get(pk=dossier.pk), at=morning_of(dt.date(2029, 6, 2)))
    dossier.refresh_from_db()
    assert dossier.campaign.year == 2030
    assert OutboxMail.objects.filter(key__startswith="carried:").count() == 2 * told > 0


@pytest.mark.parametrize(("follows", "term"), EITHER)
def test_R9_neither_the_day_before_it_opens_nor_the_day_after_its_limit(follows: str, term: str) -> None:
    right = recognised(term, follows)
    allowed = window(right)
    user: Any = d.manager_of(right.candidature)
    for on in (allowed.opens_on - DAY, allowed.last_on + DAY):
        with pytest.raises(ValidationError):
            start_renewal(recognition=right, user=user, at=morning_of(on))
    assert not right.renewals.exists()


def test_R9_the_window_costs_two_queries(django_assert_num_queries: Any) -> None:
    right = recognised("2029-03-22")
    with django_assert_num_queries(2):
        window(right)

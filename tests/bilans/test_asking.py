"""The publication asked at the desk and made by a worker: once, whoever asks, whatever dies meanwhile (B3, B4, S3)."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from bilans.content import content_of
from bilans.models import Bilan, Campaign, CampaignAct, Document, Indicator, Kind
from bilans.services import asking, bulk, deciding, producing, publishing, running
from bilans.tasks import publish_synthesis
from core.models import JournalEntry, OutboxMail
from tests import factories
from tests.bilans import world
from tests.bilans.test_publishing import year

pytestmark = pytest.mark.django_db
State = Bilan.State
PAGE = "/admin/bilans/campaign/{}/change/"


@pytest.fixture(autouse=True)
def _files_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def staff() -> User:
    return factories.region_staff()


@pytest.fixture
def during(monkeypatch: Any) -> list[Any]:
    """What happens, each once, while a document is worked out, as the minute that it takes would let it."""
    acts: list[Any] = []

    def slow(bilan: Bilan, **how: Any) -> Any:
        if acts:
            acts.pop(0)()
        return content_of(bilan, **how)

    monkeypatch.setattr(producing, "content_of", slow)
    return acts


def asked(staff: User, **how: Any) -> Campaign:
    campaign = year(**how)
    assert asking.ask(campaign, actor=staff, at=timezone.now()) is True
    return campaign


def now(campaign: Campaign) -> Campaign:
    return Campaign.objects.get(pk=campaign.pk)


def own() -> Bilan:
    return Bilan.objects.get(kind=Kind.REGION)


def acts() -> list[str]:
    return list(CampaignAct.objects.order_by("pk").values_list("text", flat=True))


def verbs() -> list[str]:
    found = JournalEntry.objects.filter(target_type="bilans.campaign")
    return list(found.order_by("pk").values_list("verb", flat=True))


def request_of(campaign: Campaign) -> tuple[Any, ...]:
    return tuple(getattr(now(campaign), name) for name in publishing.NO_REQUEST)


def test_B3_asking_accepts_and_a_worker_draws_freezes_and_publishes_in_the_name_of_who_asked(
    client: Client, staff: User
) -> None:
    campaign = asked(staff)
    assert (own().state, Document.objects.count(), now(campaign).published_id) == (State.ACCEPTED, 0, None)
    assert client.get("/bilans/2025/").status_code == 404
    assert publish_synthesis(campaign.pk) == "published"
    document = Document.objects.get()
    assert (now(campaign).published_id, request_of(campaign)) == (document.pk, (None, None, 0, ""))
    assert client.get("/bilans/2025/").status_code == 200
    assert acts() == ["Publication de la synthèse demandée.", "Synthèse publiée (version 1 du document)."]
    assert verbs() == ["bilans.ask", "bilans.publish"]
    entries = JournalEntry.objects.filter(verb__startswith="bilans.")
    assert set(entries.values_list("actor_key", flat=True)) == {str(staff.pk)}
    mail = OutboxMail.objects.get(to=staff.email)
    assert (mail.subject, "/bilans/2025/" in mail.text) == ("La synthèse 2025 est publiée", True)
    assert publish_synthesis(campaign.pk) is None


def test_B4_two_clicks_and_two_officers_make_one_publication(staff: User) -> None:
    campaign, other = asked(staff), factories.region_staff()
    for who in (staff, other):
        assert asking.ask(campaign, actor=who, at=timezone.now()) is False
    assert now(campaign).publication_asked_by == staff
    assert [asking.work(campaign.pk) for _ in range(3)] == ["published", None, None]
    assert (Document.objects.count(), verbs()) == (1, ["bilans.ask", "bilans.publish"])


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"closed": False}, publishing.NOT_CLOSED),
        ({"region": State.DRAFT}, publishing.NOT_WRITTEN),
        ({"others": State.DRAFT}, publishing.NOTHING_IN),
    ],
)
def test_B3_what_stands_in_the_way_is_said_at_once_and_nothing_is_asked(
    staff: User, state: dict[str, Any], said: str
) -> None:
    campaign = year(**state)
    with pytest.raises(ValidationError) as refused:
        asking.ask(campaign, actor=staff, at=timezone.now())
    assert refused.value.messages == [said]
    assert (request_of(campaign), acts(), own().state == State.ACCEPTED) == ((None, None, 0, ""), [], False)


def test_D8_only_the_staff_of_the_region_asks_and_calls_off(staff: User) -> None:
    campaign = asked(staff)
    for act in (asking.ask, asking.call_off):
        with pytest.raises(PermissionDenied):
            act(campaign, actor=factories.officer(), at=timezone.now())
    assert now(campaign).publishing


# --- What happens between the two


def test_B4_a_bilan_reopened_meanwhile_is_not_published_and_who_asked_is_told(staff: User) -> None:
    campaign = asked(staff)
    deciding.reopen(own(), user=staff, reason="Un mot est faux.", at=timezone.now())
    assert asking.work(campaign.pk) == "failed"
    held = now(campaign)
    assert (held.publication_error, held.published_id, held.publishing) == (publishing.NOT_WRITTEN, None, False)
    assert acts()[-1].startswith("Publication demandée, non aboutie\u00a0: Le bilan de la région n’est pas déposé")
    mail = OutboxMail.objects.get(to=staff.email, subject="La synthèse 2025 n’est pas publiée")
    assert publishing.NOT_WRITTEN in mail.text
    assert asking.work(campaign.pk) is None


def test_B4_what_is_accepted_after_the_asking_is_not_what_was_asked_for(staff: User) -> None:
    campaign = asked(staff)
    bilan = own()
    deciding.reopen(bilan, user=staff, reason="Un mot est faux.", at=timezone.now())
    world.submitted(bilan, at=timezone.now())
    assert asking.work(campaign.pk) == "failed"
    assert now(campaign).publication_error == publishing.REOPENED
    assert own().state == State.SUBMITTED  # nobody accepted what nobody read
    assert asking.ask(campaign, actor=staff, at=timezone.now()) is True
    assert (asking.work(campaign.pk), now(campaign).published_id) == ("published", Document.objects.get().pk)


def test_B4_a_bilan_reopened_while_it_is_drawn_is_not_published(staff: User, during: list[Any]) -> None:
    campaign = asked(staff)

    def reopened() -> None:
        bilan = own()
        deciding.reopen(bilan, user=staff, reason="Un mot est faux.", at=timezone.now())
        world.submitted(bilan, at=timezone.now())
        deciding.accept(bilan, user=staff, at=timezone.now())

    during.append(reopened)
    assert asking.work(campaign.pk) == "failed"
    assert (now(campaign).publication_error, now(campaign).published_id) == (publishing.REOPENED, None)


def test_B3_another_bilan_reopened_while_it_is_drawn_leaves_the_year_unsettled(staff: User, during: list[Any]) -> None:
    campaign = asked(staff, closed=False, others=State.ACCEPTED)
    house = Bilan.objects.exclude(kind=Kind.REGION).get()
    during.append(lambda: deciding.reopen(house, user=staff, reason="À revoir.", at=timezone.now()))
    assert asking.work(campaign.pk) == "failed"
    assert publishing.NOT_CLOSED in now(campaign).publication_error
    assert now(campaign).published_id is None


def test_D8_an_indicator_that_must_stay_inside_keeps_the_synthesis_inside(staff: User) -> None:
    campaign = asked(staff)
    document, read = publishing.draw(now(campaign), at=timezone.now())
    Indicator.objects.filter(key="personnes-recues").update(public=False, label="Délai interne")
    with pytest.raises(ValidationError) as refused:
        publishing.freeze(campaign, document, read=read, actor=staff, at=timezone.now())
    assert "ne sont pas publics\u00a0: «\u00a0Délai interne\u00a0»" in refused.value.messages[0]
    assert now(campaign).published_id is None


@pytest.mark.parametrize("drawing", [False, True])
def test_B4_what_is_called_off_does_not_appear(staff: User, during: list[Any], drawing: bool) -> None:
    campaign = asked(staff)

    def called_off() -> None:
        asking.call_off(campaign, actor=staff, at=timezone.now())

    if drawing:
        during.append(called_off)
    else:
        called_off()
    assert asking.work(campaign.pk) == ("dropped" if drawing else None)
    assert (now(campaign).published_id, request_of(campaign)) == (None, (None, None, 0, ""))
    assert acts()[-1] == "Publication demandée annulée\u00a0: elle ne paraîtra pas."
    assert verbs() == ["bilans.ask", "bilans.call_off"]
    with pytest.raises(ValidationError) as again:
        called_off()
    assert again.value.messages == [asking.NOT_ASKED]


def test_B4_called_off_and_asked_anew_while_it_is_drawn_is_published_once_for_the_second(
    staff: User, during: list[Any]
) -> None:
    campaign, other = asked(staff), factories.region_staff()

    def anew() -> None:
        asking.call_off(campaign, actor=staff, at=timezone.now())
        asking.ask(campaign, actor=other, at=timezone.now())

    during.append(anew)
    assert asking.work(campaign.pk) == "published"
    assert JournalEntry.objects.get(verb="bilans.publish").actor_key == str(other.pk)
    assert Document.objects.count() == 1


@pytest.mark.parametrize("drawing", [False, True])
def test_D8_a_synthesis_taken_back_meanwhile_does_not_come_back_by_itself(
    staff: User, during: list[Any], drawing: bool
) -> None:
    campaign = year()
    publishing.publish(campaign, actor=staff, at=timezone.now())
    bilan = own()
    deciding.reopen(bilan, user=staff, reason="Un mot est faux.", at=timezone.now())
    world.submitted(bilan, at=timezone.now())
    asking.ask(campaign, actor=staff, at=timezone.now())

    def taken_back() -> None:
        publishing.withdraw(campaign, actor=staff, at=timezone.now(), reason="Un chiffre est faux.")

    if drawing:
        during.append(taken_back)
    else:
        taken_back()
    assert asking.work(campaign.pk) == ("dropped" if drawing else None)
    assert now(campaign).published_id is None
    assert acts()[-1] == "Synthèse retirée, publication demandée annulée\u00a0: Un chiffre est faux."


def test_B4_published_meanwhile_by_a_command_nothing_is_left_to_make(staff: User, during: list[Any]) -> None:
    campaign = asked(staff)
    during.append(lambda: publishing.publish(campaign, actor=staff, at=timezone.now()))
    assert asking.work(campaign.pk) == "dropped"
    assert (request_of(campaign), verbs()) == ((None, None, 0, ""), ["bilans.ask", "bilans.publish"])


def test_B4_the_same_document_is_not_published_twice_and_the_page_says_so(staff: User) -> None:
    campaign = asked(staff)
    asking.work(campaign.pk)
    asking.ask(campaign, actor=staff, at=timezone.now())
    assert asking.work(campaign.pk) == "failed"
    assert now(campaign).publication_error == publishing.ALREADY
    assert Document.objects.count() == 1


@pytest.mark.parametrize("how", ["gone", "no more staff"])
def test_S3_nothing_is_published_in_the_name_of_who_works_here_no_more(staff: User, how: str) -> None:
    campaign = asked(staff)
    if how == "gone":
        Campaign.objects.update(publication_asked_by=None)
    else:
        User.objects.filter(pk=staff.pk).update(is_active=False)
    assert asking.work(campaign.pk) == "failed"
    assert (now(campaign).publication_error, now(campaign).published_id) == (asking.NOBODY, None)
    assert OutboxMail.objects.count() == 0


# --- What dies


def test_B4_a_passing_failure_is_tried_again_at_once(staff: User, during: list[Any]) -> None:
    campaign = asked(staff)

    def broken() -> None:
        raise OSError("disque plein")

    during.append(broken)
    assert asking.work(campaign.pk) == "published"


def test_B4_a_lasting_failure_is_said_and_can_be_asked_again(staff: User, during: list[Any]) -> None:
    campaign = asked(staff)

    def broken() -> None:
        raise OSError("disque plein")

    during += [broken] * running.MAX_ATTEMPTS
    assert asking.work(campaign.pk) == "failed"
    assert now(campaign).publication_error == "OSError\u00a0: disque plein"
    assert asking.wake_lost(timezone.now() + dt.timedelta(hours=1)) == 0
    assert asking.ask(campaign, actor=staff, at=timezone.now()) is True
    assert (asking.work(campaign.pk), now(campaign).publication_error) == ("published", "")


def test_B4_what_a_killed_worker_left_is_taken_up_and_what_kills_every_worker_fails(staff: User) -> None:
    campaign = asked(staff)
    Campaign.objects.update(publication_attempts=running.MAX_ATTEMPTS)
    assert asking.work(campaign.pk) is None
    assert now(campaign).publication_error == running.KILLED
    asking.ask(campaign, actor=staff, at=timezone.now())
    Campaign.objects.update(publication_attempts=1)
    assert asking.work(campaign.pk) == "published"


def test_B4_the_beat_calls_again_for_what_waits_and_for_nothing_else(staff: User, monkeypatch: Any) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **how: sent.append((name, how["args"], how["queue"])))
    campaign = asked(staff)
    soon, later = timezone.now(), timezone.now() + 2 * bulk.QUIET_AFTER
    assert (asking.wake_lost(soon), sent) == (0, [])
    assert (asking.wake_lost(later), asking.wake_lost(later)) == (1, 1)
    assert sent == [("bilans.tasks.publish_synthesis", [campaign.pk], "documents")] * 2
    asking.work(campaign.pk)
    assert asking.wake_lost(later) == 0


@pytest.mark.django_db(transaction=True)
def test_B4_two_workers_at_once_draw_it_once(staff: User, during: list[Any]) -> None:
    campaign = asked(staff)
    second: list[Any] = []

    def other() -> None:
        def there() -> None:
            second.append(asking.work(campaign.pk))
            connection.close()

        one = threading.Thread(target=there)
        one.start()
        one.join()

    during.append(other)
    assert (asking.work(campaign.pk), second) == ("published", [None])
    assert (Document.objects.count(), verbs()) == (1, ["bilans.ask", "bilans.publish"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_B4_two_officers_in_the_same_second_ask_once(staff: User) -> None:
    campaign, other = year(), factories.region_staff()
    ready, answers = threading.Barrier(2, timeout=30), []

    def asks(who: User) -> None:
        ready.wait()
        answers.append(asking.ask(campaign, actor=who, at=timezone.now()))
        connection.close()

    officers = [threading.Thread(target=asks, args=[who]) for who in (staff, other)]
    for one in officers:
        one.start()
    for one in officers:
        one.join()
    assert (sorted(answers), verbs()) == ([False, True], ["bilans.ask"])

"""« Signaler une erreur »: told without an account, received once, handled once, then forgotten (S2)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.desk import waiting
from core.models import JournalEntry, OutboxMail
from members.models import Mandate
from territories import reports, services_sites
from territories.models import OfficerMandate, SheetReport, Site
from territories.tasks import forget_reports, tell_reports
from tests import factories

pytestmark = pytest.mark.django_db


def page(client: Client, url: str) -> dict[str, str]:
    """The form of this page, filled."""
    html = client.get(url).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', html)
    assert token is not None
    return {"subject": "adresse", "message": "C’est au 3, pas au 1.", "email": "", "token": token[1], "website": ""}


def url_of(site: Site) -> str:
    return f"/signaler/site/{site.slug}/"


def manager_of(site: Site, **fields: Any) -> User:
    user = factories.person(**fields)
    Mandate.objects.create(user=user, organisation=site.organisation, role=Mandate.Role.MANAGER)
    return user


def told(site: Site, message: str = "L’adresse a changé.", **fields: Any) -> SheetReport:
    sheet = reports.sheet_of("site", site.slug)
    assert sheet is not None
    return reports.receive(sheet=sheet, subject="adresse", message=message, **fields)


def test_an_error_is_told_without_an_account_nor_a_cookie(client: Client) -> None:
    site = factories.site()
    assert url_of(site) in client.get(site.get_absolute_url()).content.decode()
    answer = client.post(url_of(site), page(client, url_of(site)) | {"email": "lecteur@exemple.invalid"})
    assert (answer.status_code, answer["Location"]) == (303, f"{url_of(site)}merci/")
    assert client.get(answer["Location"]).status_code == 200
    report = SheetReport.objects.get()
    assert (report.kind, report.key, report.title) == ("site", site.slug, site.name)
    assert (report.organisation, report.agency, report.state) == (site.organisation, site.agency, "waiting")
    assert client.cookies == {}
    assert answer["Cache-Control"].split(", ")[-1] == "private"
    said = str(list(JournalEntry.objects.values()))
    assert "lecteur@" not in said
    assert "au 3, pas au 1" not in said
    assert "au 3, pas au 1" not in client.get(site.get_absolute_url()).content.decode()


def test_every_public_sheet_may_be_told_of_and_no_other(client: Client) -> None:
    site = factories.site(organisation=factories.organisation(network=factories.network()))
    house, network, agency = site.organisation, site.network, site.agency
    assert network is not None
    for kind, thing in (("organisation", house), ("network", network), ("territory", agency)):
        url = f"/signaler/{kind}/{thing.slug}/"
        assert f'href="{url}"' in client.get(thing.get_absolute_url()).content.decode()
        assert client.post(url, page(client, url)).status_code == 303
    assert [(r.kind, r.organisation, r.agency) for r in SheetReport.objects.order_by("id")] == [
        ("organisation", house, agency), ("network", None, None), ("territory", None, agency)
    ]  # fmt: skip
    hidden = factories.site(listed=False)
    former = factories.organisation(status="former")
    for url in (url_of(hidden), f"/signaler/organisation/{former.slug}/", f"/signaler/user/{site.slug}/"):
        assert [client.get(url).status_code, client.post(url, {}).status_code] == [404, 404]


def test_a_program_that_fills_the_trap_is_thanked_and_nothing_is_kept(client: Client) -> None:
    site = factories.site()
    html = client.get(url_of(site)).content.decode()
    assert '<div class="report-trap" aria-hidden="true">' in html
    assert 'name="website" tabindex="-1" autocomplete="off"' in html
    answer = client.post(url_of(site), page(client, url_of(site)) | {"website": "https://spam.invalid"})
    assert answer["Location"] == f"{url_of(site)}merci/"
    assert not SheetReport.objects.exists()


def test_a_form_of_another_page_or_of_another_site_is_refused_and_its_words_are_kept(client: Client) -> None:
    site, other = factories.site(), factories.site()
    stolen = page(client, url_of(other))
    answer = client.post(url_of(site), stolen)
    assert "Ce formulaire a été ouvert ailleurs" in answer.content.decode()
    assert stolen["message"] in answer.content.decode()
    again = stolen | {"token": re.search(r'name="token" value="([^"]+)"', answer.content.decode())[1]}  # type: ignore[index]
    foreign = client.post(url_of(site), again, headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 200
    assert not SheetReport.objects.exists()
    assert client.post(url_of(site), again).status_code == 303


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"message": "x" * 1_000_000}, "message"),
        ({"message": "bonjour\x00le NUL"}, "message"),
        ({"message": "  "}, "message"),
        ({"subject": "inventé"}, "subject"),
        ({"email": "pas une adresse"}, "email"),
        ({"email": "a@exemple.invalid\nBcc: b@exemple.invalid"}, "email"),
        ({"email": "сamille@exemple.invalid"}, "email"),
    ],
)
def test_odd_messages_are_refused_with_a_reason(client: Client, changes: dict[str, str], field: str) -> None:
    site = factories.site()
    answer = client.post(url_of(site), page(client, url_of(site)) | changes)
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {field}
    assert not SheetReport.objects.exists()


def test_the_same_words_are_one_report(client: Client) -> None:
    site = factories.site()
    said = page(client, url_of(site))
    for _ in range(3):
        assert client.post(url_of(site), said).status_code == 303
    assert client.post(url_of(site), said | {"message": "C'EST au 3, pas au 1"}).status_code == 303
    assert SheetReport.objects.count() == 1
    assert client.post(url_of(site), said | {"email": "a@exemple.invalid"}).status_code == 303
    assert SheetReport.objects.count() == 2  # somebody waits for an answer


def test_two_hundred_reports_of_a_sheet_are_twenty(client: Client) -> None:
    site = factories.site()
    refused = 0
    for n in range(200):
        try:
            told(site, f"Message {n}")
        except reports.TooManyWaitingError:
            refused += 1
    assert (SheetReport.objects.count(), refused) == (reports.WAITING_KEPT, 200 - reports.WAITING_KEPT)
    answer = client.post(url_of(site), page(client, url_of(site)) | {"message": "Encore"})
    assert answer.status_code == 409
    assert "n’a pas été gardé" in answer.content.decode()


def test_one_visitor_tells_so_many_an_hour_and_no_address_is_kept(client: Client, monkeypatch: Any) -> None:
    from territories.views.reports import ReportUse

    monkeypatch.setattr(ReportUse, "rate", "2/hour", raising=False)
    sites = [factories.site() for _ in range(3)]
    forms = [page(client, url_of(site)) for site in sites]
    answers = [client.post(url_of(site), form) for site, form in zip(sites, forms, strict=True)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert "C’est au 3, pas au 1." in answers[2].content.decode()
    keys = [key.decode() for key in cache._cache.get_client().keys("*reports*")]  # type: ignore[attr-defined]
    assert keys
    assert not any("127.0.0.1" in key for key in keys)


def test_what_a_reader_wrote_is_text_at_the_desk(client: Client) -> None:
    site = factories.site()
    report = told(site, "=HYPERLINK(1) <script>alert(1)</script>")
    client.force_login(manager_of(site))
    html = client.get(f"/pro/signalements/{report.public_id}/").content.decode()
    assert "=HYPERLINK(1) &lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_report_is_handled_once_and_the_second_person_is_told(client: Client) -> None:
    site = factories.site()
    report = told(site, email="lecteur@exemple.invalid")
    first, second = Client(), Client()
    first.force_login(manager_of(site))
    second.force_login(manager_of(site))
    url = f"/pro/signalements/{report.public_id}/"
    html = second.get(url).content.decode()
    assert "lecteur@" not in html
    assert f"/pro/organisme/{site.organisation.slug}/lieux/{site.slug}/" in html
    assert (
        first.post(url, {"state": "mended", "words": "Merci, c’est fait.", "sure": "on"})["Location"]
        == "/pro/signalements/"
    )
    answer = second.post(url, {"state": "dismissed", "words": "Non."}, follow=True)
    assert "Quelqu’un a déjà traité ce signalement" in answer.content.decode()
    report.refresh_from_db()
    assert (report.state, report.answer, report.email) == ("mended", "Merci, c’est fait.", "")
    mail = OutboxMail.objects.get()
    assert (mail.to, mail.key) == ("lecteur@exemple.invalid", f"report-{report.public_id}")
    assert "Merci, c’est fait." in mail.text
    assert "Elle est corrigée" in mail.text
    assert site.get_absolute_url() in mail.text
    assert JournalEntry.objects.filter(verb="report.answer").count() == 1


def test_who_looks_after_a_sheet_and_who_does_not(client: Client) -> None:
    site = factories.site()
    report = told(site)
    url = f"/pro/signalements/{report.public_id}/"
    member = factories.person()
    Mandate.objects.create(user=member, organisation=site.organisation, role=Mandate.Role.MEMBER)
    officer = factories.person()
    OfficerMandate.objects.create(user=officer, agency=site.agency)
    expected = [
        (manager_of(site), 200, 200), (officer, 200, 200), (factories.region_staff(), 200, 200),
        (factories.professional(Mandate.Role.MANAGER), 200, 404), (factories.officer(), 200, 404),
        (member, 403, 404), (factories.person(), 403, 404),
    ]  # fmt: skip
    for user, listed, alone in expected:
        client.force_login(user)
        got = [client.get(path).status_code for path in ("/pro/signalements/", url)]
        assert got == [listed, alone], user
        if alone == 404:
            assert client.post(url, {"state": "mended"}).status_code == 404
    report.refresh_from_db()
    assert report.state == "waiting"
    assert client.get("/pro/signalements/00000000-0000-0000-0000-000000000000/").status_code == 404


def lines(user: User) -> list[tuple[int, bool]]:
    return [(line["count"], line["late"]) for line in waiting("pro", user) if line["key"] == "reports"]


def test_a_report_waits_for_the_manager_then_for_the_agency_then_for_the_region() -> None:
    site = factories.site()
    officer, region = factories.person(), factories.region_staff()
    OfficerMandate.objects.create(user=officer, agency=site.agency)
    report = told(site)
    assert (lines(officer), lines(region)) == ([(1, False)], [])  # nobody manages it
    manager = manager_of(site)
    assert (lines(manager), lines(officer), lines(region)) == ([(1, False)], [], [])
    SheetReport.objects.filter(pk=report.pk).update(created_at=timezone.now() - timedelta(days=31))
    assert (lines(manager), lines(region)) == ([(1, True)], [(1, True)])
    reports.answer(report=report, state="dismissed", words="", actor=manager)
    assert (lines(manager), lines(officer), lines(region)) == ([], [], [])
    network = factories.network()
    sheet = reports.sheet_of("network", network.slug)
    assert sheet is not None
    reports.receive(sheet=sheet, subject="autre", message="Un mot")
    assert (lines(officer), lines(region)) == ([], [(1, False)])


def test_one_mail_a_day_gathers_what_is_new() -> None:
    site = factories.site()
    other = factories.site(organisation=site.organisation)
    manager, second = manager_of(site), manager_of(site)
    told(site)
    told(site, "Et le téléphone aussi.")
    told(other)
    assert tell_reports() == 2
    assert sorted(OutboxMail.objects.values_list("to", flat=True)) == sorted([manager.email, second.email])
    mail = OutboxMail.objects.get(to=manager.email)
    assert mail.subject == "3 erreurs signalées attendent votre réponse"
    assert "/pro/signalements/" in mail.text
    assert "L’adresse a changé." not in mail.text
    assert tell_reports() == 0
    told(site, "Encore autre chose.")
    assert tell_reports() == 0  # the mail of the day has left
    assert OutboxMail.objects.count() == 2


def test_without_a_manager_the_agency_is_told_and_never_a_contact_of_the_pack() -> None:
    site = factories.site(email="accueil@exemple.invalid")
    factories.referent(organisation=site.organisation, agency=site.agency)
    officer = factories.person()
    OfficerMandate.objects.create(user=officer, agency=site.agency)
    told(site)
    assert tell_reports() == 1
    assert OutboxMail.objects.get().to == officer.email


def test_S2_addresses_go_after_ninety_days_and_reports_after_a_year(settings: Any) -> None:
    site = factories.site()
    now = timezone.now()
    kept, old, gone = (told(site, f"Message {n}", email=f"p{n}@exemple.invalid") for n in range(3))
    for report, days in ((old, settings.REPORT_ADDRESS_DAYS + 1), (gone, settings.REPORT_DAYS + 1)):
        SheetReport.objects.filter(pk=report.pk).update(created_at=now - timedelta(days=days))
    assert forget_reports() == 2
    assert list(SheetReport.objects.order_by("id").values_list("pk", "email")) == [
        (kept.pk, "p0@exemple.invalid"), (old.pk, "")
    ]  # fmt: skip
    assert forget_reports() == 0


def test_the_cost_of_the_desk_does_not_depend_on_how_much_waits(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    site = factories.site()
    client.force_login(manager_of(site))
    for n in range(15):
        told(site, f"Message {n}")
    with django_assert_max_num_queries(20):
        client.get("/pro/signalements/")


def test_the_tasks_are_in_the_calendar() -> None:
    from spro.celery import app

    planned = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {
        f"territories.tasks.{name}" for name in ("tell_reports", "forget_reports", "forget_past_closures")
    } <= planned


def test_a_report_that_nobody_near_looks_after_waits_for_the_region() -> None:
    region = factories.region_staff()
    site = factories.site()
    told(site)
    assert lines(region) == [(1, False)]
    OfficerMandate.objects.create(user=factories.person(), agency=site.agency)
    assert lines(region) == []


def test_mended_is_asked_twice_while_the_sheet_has_not_changed(client: Client) -> None:
    site = factories.site()
    boss = manager_of(site)
    report, other = told(site), told(site, "Les horaires ont changé.")
    SheetReport.objects.update(created_at=timezone.now() - timedelta(hours=1))
    client.force_login(boss)
    url = f"/pro/signalements/{report.public_id}/"
    answer = client.post(url, {"state": "mended", "words": ""})
    assert answer.context["form"].errors.keys() == {"sure"}
    report.refresh_from_db()
    assert report.state == "waiting"
    services_sites.edit_site(
        site=site, values={"address": "3 rue Neuve"}, version=services_sites.version_of(site), actor=boss
    )
    assert client.post(url, {"state": "mended", "words": ""}).status_code == 302
    dismissed = client.post(f"/pro/signalements/{other.public_id}/", {"state": "dismissed", "words": ""})
    assert dismissed.status_code == 302


def test_the_message_stays_at_hand_in_the_list_and_while_the_sheet_is_corrected(client: Client) -> None:
    site = factories.site()
    first, second = told(site, "C’est au 3, pas au 1."), told(site, "Le téléphone est faux.", email="l@exemple.invalid")
    client.force_login(manager_of(site))
    html = client.get("/pro/signalements/").content.decode()
    assert "C’est au 3, pas au 1." in html
    assert html.count("Réponse attendue") == 1
    mend = client.get(f"/pro/signalements/{second.public_id}/").context["mend_url"]
    shown = client.get(mend)
    assert shown.context["told"] == [second, first]
    assert "Le téléphone est faux." in shown.content.decode()


def test_S2_a_report_is_late_after_a_week_and_the_regions_after_a_month(client: Client) -> None:
    report = told(factories.site())
    for days, said in ((6, (False, False)), (8, (True, False)), (31, (True, True))):
        report.created_at = timezone.now() - timedelta(days=days)
        assert (reports.is_late(report), reports.is_escalated(report)) == said

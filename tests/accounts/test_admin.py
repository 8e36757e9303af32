"""The Region's desk: it opens by mandates, every save is a row of the journal, no secret is shown (S3)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from accounts.admin_rules import RulesAdmin
from accounts.models import RegionMandate, User
from core.models import JournalEntry, OutboxMail
from core.outbox import MAX_ATTEMPTS, queue_raw
from members.models import Mandate
from spro.admin_site import PortalAdminSite
from territories.models import OfficerMandate
from tests.factories import (
    agency,
    kind,
    network,
    officer,
    organisation,
    person,
    professional,
    referent,
    region_staff,
    rule,
    site,
    town,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    return region_staff(name="Thomas")


@pytest.fixture
def desk(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def test_one_sign_in_for_the_whole_portal(client: Client) -> None:
    assert client.get("/admin/")["Location"] == "/comptes/connexion/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/accounts/user/")["Location"] == (
        "/comptes/connexion/?next=%2Fadmin%2Faccounts%2Fuser%2F"
    )
    assert client.get("/admin/login/?next=//evil.example")["Location"] == "/comptes/connexion/?next=%2Fadmin%2F"


@pytest.mark.parametrize("make", [person, professional])
@pytest.mark.parametrize("url", ["/admin/", "/admin/login/", "/admin/accounts/user/", "/admin/nothing/"])
def test_whoever_holds_no_mandate_for_it_finds_nothing(client: Client, make: Any, url: str) -> None:
    client.force_login(make())
    assert client.get(url).status_code == 404


def test_the_desk_speaks_french_under_our_name(desk: Client) -> None:
    html = desk.get("/admin/").content.decode()
    assert "<title>Ce qui attend aujourd’hui – Bureau de la Région</title>" in html.replace("\n", "")
    assert "Django" not in html


def registered() -> list[Any]:
    return sorted(admin.site._registry.values(), key=lambda each: each.opts.label_lower)


def test_every_list_opens_by_predicates_and_none_by_a_library() -> None:
    assert isinstance(admin.site._wrapped, PortalAdminSite)
    assert [each.opts.label_lower for each in registered() if not isinstance(each, RulesAdmin)] == []
    rooms = {each.opts.app_label for each in registered()}
    assert rooms <= {"core", "accounts", "members", "territories", "events", "recognition", "psad", "bilans", "spro"}


def test_a_list_of_ours_without_predicates_is_an_error() -> None:
    with pytest.raises(ImproperlyConfigured, match="RulesAdmin"):
        PortalAdminSite().register(User, admin.ModelAdmin)


def test_every_list_and_every_form_answers(desk: Client) -> None:
    answers = {}
    for each in registered():
        names = f"admin:{each.opts.app_label}_{each.opts.model_name}"
        listed = desk.get(reverse(f"{names}_changelist"), {"q": "a"}).status_code
        answers[each.opts.label_lower] = (listed, desk.get(reverse(f"{names}_add")).status_code)
    odd = {label: codes for label, codes in answers.items() if codes not in {(200, 200), (200, 403), (302, 403)}}
    assert odd == {}


def test_an_officer_s_desk_does_not_hold_accounts_nor_mail(client: Client) -> None:
    client.force_login(officer())
    assert client.get("/admin/").status_code == 200
    for url in ("/admin/accounts/user/", "/admin/accounts/regionmandate/", "/admin/core/outboxmail/"):
        assert client.get(url).status_code == 403
    assert client.post("/admin/accounts/regionmandate/add/", {"user": "x"}).status_code == 403


def test_no_form_of_the_desk_carries_a_style_or_a_script_of_its_own(desk: Client) -> None:
    """The desk lives under the policy of the whole portal: `script-src 'self'; style-src 'self'`."""
    inline = re.compile(r"<style|<script(?![^>]*(?: src=|application/json))|\sstyle=|\son\w+=|select2")
    for each in registered():
        answer = desk.get(reverse(f"admin:{each.opts.app_label}_{each.opts.model_name}_add"))
        if answer.status_code == 200:
            assert inline.findall(answer.content.decode()) == [], each.opts.label


# --- accounts


def test_people_are_found_by_address_and_no_secret_is_shown(desk: Client) -> None:
    user = person("ines@exemple.invalid")
    assert "ines@exemple.invalid" in desk.get("/admin/accounts/user/", {"q": "INES@"}).content.decode()
    html = desk.get(f"/admin/accounts/user/{user.pk}/change/").content.decode()
    assert user.password not in html
    assert user.password.split("$")[-1] not in html


def test_closing_an_account_is_journaled_before_and_after(desk: Client, staff: User) -> None:
    user = person("ines@exemple.invalid", name="Inès")
    desk.post(f"/admin/accounts/user/{user.pk}/change/", {"name": "Inès M."})
    user.refresh_from_db()
    assert user.is_active is False
    line = JournalEntry.objects.get(verb="admin.change")
    assert (line.actor_key, line.target_type, line.target_key) == (str(staff.pk), "accounts.user", str(user.pk))
    assert line.changes == {"is_active": [True, False], "name": ["[non conservé]", "[non conservé]"]}


def test_a_save_that_changes_nothing_writes_nothing(desk: Client) -> None:
    user = person("ines@exemple.invalid", name="Inès")
    desk.post(f"/admin/accounts/user/{user.pk}/change/", {"name": "Inès", "is_active": "on"})
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("field", ["is_superuser", "password", "email", "user_permissions", "groups"])
def test_nobody_rises_by_a_field_that_the_form_does_not_show(desk: Client, field: str) -> None:
    user = person("ines@exemple.invalid")
    before = User.objects.filter(pk=user.pk).values().get()
    desk.post(f"/admin/accounts/user/{user.pk}/change/", {"name": "", "is_active": "on", field: "1"})
    assert User.objects.filter(pk=user.pk).values().get() == before


def test_the_region_does_not_close_the_technician_s_account(desk: Client) -> None:
    technician = person(is_superuser=True)
    assert desk.post(f"/admin/accounts/user/{technician.pk}/change/", {"name": ""}).status_code == 403
    technician.refresh_from_db()
    assert technician.is_active is True


def test_an_account_opened_at_the_desk_has_no_password_and_a_mail(desk: Client) -> None:
    desk.post("/admin/accounts/user/add/", {"email": "Karim@Exemple.invalid", "name": "Karim"})
    user = User.objects.get(email="karim@exemple.invalid")
    assert user.has_usable_password() is False
    mail = OutboxMail.objects.get()
    assert (mail.to, "http://127.0.0.1:8000/comptes/mot-de-passe/oubli/" in mail.text) == (user.email, True)
    assert JournalEntry.objects.get().verb == "account.open"


def test_accounts_are_not_deleted_at_the_desk(desk: Client) -> None:
    user = person()
    assert desk.post(f"/admin/accounts/user/{user.pk}/delete/", {"post": "yes"}).status_code == 403
    desk.post("/admin/accounts/user/", {"action": "delete_selected", "_selected_action": str(user.pk), "post": "yes"})
    assert User.objects.filter(pk=user.pk).exists()


# --- mandates


def test_a_mandate_given_at_the_desk_goes_through_its_door(desk: Client, staff: User) -> None:
    user, house = person(), organisation()
    desk.post(
        "/admin/members/mandate/add/",
        {"user": str(user.pk), "organisation": house.pk, "role": "manager", "starts_on": "2026-01-05", "ends_on": ""},
    )
    assert Mandate.objects.get().role == "manager"
    line = JournalEntry.objects.get()
    assert (line.verb, line.actor_key) == ("mandate.grant", str(staff.pk))


def test_S4_a_second_mandate_at_the_desk_is_refused_with_words(desk: Client) -> None:
    house = organisation()
    user = person()
    Mandate.objects.create(user=user, organisation=house)
    data = {"user": str(user.pk), "organisation": house.pk, "role": "member", "starts_on": "2026-01-05", "ends_on": ""}
    html = desk.post("/admin/members/mandate/add/", data).content.decode()
    assert "Cette personne a déjà un mandat dans cet organisme sur ces dates." in html
    assert Mandate.objects.count() == 1


def test_a_mandate_ends_by_the_action_of_the_list_and_is_never_rewritten(desk: Client) -> None:
    user = professional()
    mandate = Mandate.objects.get()
    desk.post(f"/admin/members/mandate/{mandate.pk}/change/", {"role": "manager", "starts_on": "2020-01-01"})
    mandate.refresh_from_db()
    assert mandate.role == "member"
    desk.post("/admin/members/mandate/", {"action": "put_an_end", "_selected_action": mandate.pk})
    mandate.refresh_from_db()
    assert mandate.in_force is False
    assert JournalEntry.objects.get().verb == "mandate.end"
    assert user.mandates.count() == 1


def test_S3_the_region_names_its_own_staff(desk: Client, client: Client) -> None:
    user = person()
    desk.post("/admin/accounts/regionmandate/add/", {"user": str(user.pk), "starts_on": "2026-01-05", "ends_on": ""})
    client.force_login(user)
    assert client.get("/admin/").status_code == 200
    mandate = RegionMandate.objects.get(user=user)
    desk.post("/admin/accounts/regionmandate/", {"action": "put_an_end", "_selected_action": mandate.pk})
    assert client.get("/admin/").status_code == 404


# --- members


def test_an_organisation_edited_keeps_its_address_and_tells_the_journal(desk: Client) -> None:
    house = organisation(name="Mission locale de Troyes", network=network())
    form = desk.get(f"/admin/members/organisation/{house.pk}/change/").context["adminform"].form
    data = {name: value for name, value in form.initial.items() if value is not None and name in form.fields}
    data |= {"name": "École de Troyes", "slug": "autre", "activities": ""}
    answer = desk.post(f"/admin/members/organisation/{house.pk}/change/", data)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    slug = house.slug
    house.refresh_from_db()
    assert (house.slug, house.name, house.sort_key) == (slug, "École de Troyes", "ecole de troyes")
    line = JournalEntry.objects.get()
    assert line.changes == {"name": ["Mission locale de Troyes", "École de Troyes"]}
    history = desk.get(f"/admin/members/organisation/{house.pk}/history/").content.decode()
    assert "Mission locale de Troyes → École de Troyes" in history


def test_the_history_of_what_one_may_not_see_is_closed(client: Client) -> None:
    user = person()
    client.force_login(officer())
    assert client.get(f"/admin/accounts/user/{user.pk}/history/").status_code == 404


# --- the ground


def test_the_desk_reads_that_mail_leaves_and_never_what_it_says(desk: Client) -> None:
    """A letter holds the link that opens somebody's account: the Region must not be able to use it."""
    queue_raw(key="a", to="ines@exemple.invalid", subject="Objet", text="http://testserver/secret/")
    row = OutboxMail.objects.get()
    for url in ("/admin/core/outboxmail/", f"/admin/core/outboxmail/{row.pk}/change/"):
        html = desk.get(url).content.decode()
        assert "Objet" in html
        assert "secret" not in html
        assert "ines@exemple.invalid" not in html


@pytest.mark.parametrize("model", ["journalentry", "outboxmail", "packload"])
def test_the_ground_is_read_only(desk: Client, model: str) -> None:
    assert desk.get(f"/admin/core/{model}/").status_code == 200
    assert desk.get(f"/admin/core/{model}/add/").status_code == 403


def test_a_list_costs_the_same_with_one_row_and_with_many(desk: Client, django_assert_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    professional()
    desk.get("/admin/members/mandate/")
    with CaptureQueriesContext(connection) as one:
        desk.get("/admin/members/mandate/")
    for _ in range(3):
        professional()
    with django_assert_num_queries(len(one)):
        desk.get("/admin/members/mandate/")


def test_signing_out_of_the_desk_takes_a_post(desk: Client) -> None:
    assert desk.get("/admin/logout/").status_code == 405
    assert desk.get("/admin/").status_code == 200
    assert desk.post("/admin/logout/")["Location"] == "/"
    assert desk.get("/admin/").status_code == 302


# --- what an address may ask of the desk


@pytest.mark.parametrize(
    "lookup",
    [
        "accounts/user/?password__startswith=argon2", "core/outboxmail/?text__contains=http",
        "core/outboxmail/?text__regex=(", "accounts/regionmandate/?user__password__contains=a",
        "territories/referent/?email__contains=a",
    ],
)  # fmt: skip
def test_S3_a_list_is_filtered_by_what_it_offers_only(desk: Client, lookup: str) -> None:
    assert desk.get(f"/admin/{lookup}").status_code == 400


@pytest.mark.parametrize(
    "lookup",
    ["accounts/user/?is_active__exact=1", "territories/site/?agency__id__exact=1", "core/journalentry/?at__year=2026",
     "accounts/regionmandate/?etat=en-cours", "territories/referent/?withdrawn_at__isnull=True"],
)  # fmt: skip
def test_the_filters_a_list_offers_answer(desk: Client, lookup: str) -> None:
    assert desk.get(f"/admin/{lookup}").status_code == 200


# --- an officer stays in the territories they serve


def _form(page: Any) -> dict[str, Any]:
    fields = page.context["adminform"].form
    values = {name: fields[name].value() for name in fields.fields}
    for inline in page.context["inline_admin_formsets"]:
        management = inline.formset.management_form
        values |= {management.add_prefix(name): management[name].value() for name in management.fields}
    return {name: "" if value is None else value for name, value in values.items() if value is not False}


def test_S3_an_officer_does_not_move_a_place_out_of_their_territory(client: Client) -> None:
    user = officer()
    mine = OfficerMandate.objects.get().agency
    place = site(commune=town(agency=mine))
    elsewhere = town()
    client.force_login(user)
    url = f"/admin/territories/site/{place.pk}/change/"
    values = _form(client.get(url))
    assert client.post(url, values | {"name": "Nouveau nom"}).status_code == 302
    refused = client.post(url, values | {"commune": elsewhere.pk})
    assert list(refused.context["adminform"].form.errors) == ["commune"]
    refused = client.post(url, values | {"organisation": organisation().pk})
    assert list(refused.context["adminform"].form.errors) == ["organisation"]
    place.refresh_from_db()
    assert (place.name, place.agency) == ("Nouveau nom", mine)


def test_S3_an_officer_does_not_move_a_referent_out_of_their_territory(client: Client) -> None:
    user = officer()
    mine = OfficerMandate.objects.get().agency
    named = referent(agency=mine)
    client.force_login(user)
    url = f"/admin/territories/referent/{named.pk}/change/"
    values = _form(client.get(url))
    for other in (agency().pk, ""):
        refused = client.post(url, values | {"agency": other})
        assert list(refused.context["adminform"].form.errors) == ["agency"]
    named.refresh_from_db()
    assert named.agency == mine


def test_S3_what_another_agency_serves_does_not_exist(client: Client) -> None:
    other = site()
    client.force_login(officer())
    for page in ("change", "history"):
        assert client.get(f"/admin/territories/site/{other.pk}/{page}/").status_code == 404


# --- the journal


def test_the_journal_keeps_a_role_and_shows_the_name_of_today(desk: Client, staff: User) -> None:
    added = network()
    url = f"/admin/members/network/{added.pk}/change/"
    desk.post(url, _form(desk.get(url)) | {"short": "Autre chose"})
    line = JournalEntry.objects.get(verb="admin.change")
    assert (line.actor_label, line.actor_key) == ("Région", str(staff.pk))
    User.objects.filter(pk=staff.pk).update(name="Thomas Nouveau")
    assert "Thomas Nouveau (Région)" in desk.get("/admin/core/journalentry/").content.decode()
    assert "Thomas Nouveau (Région)" in desk.get(f"/admin/members/network/{added.pk}/history/").content.decode()


def test_a_line_of_the_routing_table_that_is_deleted_leaves_its_values(desk: Client) -> None:
    gone = rule(kind(), rank=3)
    desk.post(f"/admin/territories/routingrule/{gone.pk}/delete/", {"post": "yes"})
    line = JournalEntry.objects.get(verb="admin.delete")
    assert (line.changes["rank"], line.changes["reason"]) == ([3, None], [gone.reason, None])


# --- opening hours


def test_opening_hours_are_typed_one_line_a_day(desk: Client) -> None:
    place = site()
    url = f"/admin/territories/site/{place.pk}/change/"
    values = _form(desk.get(url))
    typed = "Lundi : 9h-12h, 14h-17h30\nSamedi : 9h-12h"
    assert desk.post(url, values | {"hours": typed}).status_code == 302
    place.refresh_from_db()
    assert place.hours == {"1": [["09:00", "12:00"], ["14:00", "17:30"]], "6": [["09:00", "12:00"]]}
    assert typed in desk.get(url).content.decode()
    for wrong in ("[]", '{"7": 5}', "Lundi : 12h-9h", "Lundi : 9h-12h, 11h-13h"):
        refused = desk.post(url, values | {"hours": wrong})
        assert list(refused.context["adminform"].form.errors) == ["hours"]


def _told(client: Client) -> list[tuple[str, str]]:
    waiting = client.get("/admin/").context["waiting"]
    return [(line["url"], str(line["count"])) for line in waiting if line["title"] == "Courriels qui ne partent pas"]


def _first_page(client: Client) -> str:
    return client.get("/admin/").content.decode()


def test_the_first_page_counts_the_mails_that_will_not_leave(desk: Client) -> None:
    for number, attempts in enumerate((0, MAX_ATTEMPTS - 1, MAX_ATTEMPTS, MAX_ATTEMPTS)):
        queue_raw(key=str(number), to="ines@exemple.invalid", subject="Objet", text="Texte")
        OutboxMail.objects.filter(key=str(number)).update(attempts=attempts)
    ((url, count),) = _told(desk)
    assert (count, desk.get(url).status_code) == ("2", 200)
    OutboxMail.objects.update(attempts=0)
    assert _told(desk) == []


def test_an_officer_is_not_told_of_mails_they_may_not_see(client: Client) -> None:
    queue_raw(key="a", to="ines@exemple.invalid", subject="Objet", text="Texte")
    OutboxMail.objects.update(attempts=MAX_ATTEMPTS)
    client.force_login(officer())
    assert (_told(client), "<title>" in _first_page(client)) == ([], True)

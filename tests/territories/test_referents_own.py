"""An organisation keeps its own referents (T2): its managers write, its people read, nobody else knows the page."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.models import JournalEntry
from core.packs.report import Report
from core.packs.threeway import Wanted, Writer
from core.packs.transaction import one_load
from members.models import Mandate, Organisation
from territories.confirmed import may_be_written_to
from territories.forms_pro import SheetForm as PlaceForm
from territories.forms_referents import SheetForm
from territories.importers import kinds
from territories.models import Agency, Referent, ReferentCheck
from territories.referents import Sheet, confirm, correct, name_referent, replace_holder, vacate, version_of
from territories.services import withdraw_name
from tests.factories import agency, officer, organisation, person, professional, referent, region_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Organisation:
    return organisation(slug="maison", name="Maison")


@pytest.fixture
def manager(house: Organisation) -> User:
    user = person()
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MANAGER)
    return user


@pytest.fixture
def desk(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def page(rest: str = "") -> str:
    return f"/pro/organisme/maison/referents/{rest}"


def every_page(post: Referent) -> list[str]:
    own = f"{post.public_id}/"
    return [page("nouveau/"), page(own)] + [
        page(f"{own}{act}/") for act in ("remplacer", "vacant", "retirer", "supprimer")
    ]


def typed(**fields: object) -> dict[str, object]:
    return {"name": "Zoé Élan", "function": "Conseillère", "town": "Épinal", "email": "", "phone": ""} | fields


# --- Who


def test_M_people_of_the_house_read_and_its_managers_write(client: Client, house: Organisation) -> None:
    post = referent(organisation=house)
    member = person()
    Mandate.objects.create(user=member, organisation=house)
    client.force_login(member)
    assert client.get(page()).status_code == 200
    assert [client.get(url).status_code for url in every_page(post)] == [403] * 6
    assert [client.post(url, typed()).status_code for url in [page("confirmer/"), *every_page(post)]] == [403] * 7
    post.refresh_from_db()
    assert (post.confirmed_on, Referent.objects.count()) == (None, 1)


@pytest.mark.parametrize("make", [person, professional, officer, region_staff])
def test_others_do_not_know_these_pages(client: Client, house: Organisation, make) -> None:
    post = referent(organisation=house)
    client.force_login(make())
    assert [client.get(url).status_code for url in [page(), *every_page(post)]] == [404] * 7
    assert [client.post(url, typed()).status_code for url in [page("confirmer/"), *every_page(post)]] == [404] * 7


def test_a_manager_does_not_reach_the_sheet_of_another_house(desk: Client, house: Organisation) -> None:
    elsewhere = referent()
    assert [desk.get(url).status_code for url in every_page(elsewhere)[1:]] == [404] * 5
    assert desk.post(page("confirmer/"), {"fiche": elsewhere.public_id}).status_code == 404
    assert desk.post(page("confirmer/"), {"fiche": "n’importe quoi"}).status_code == 404
    assert desk.get(page(f"{referent(organisation=house).public_id}/exploser/")).status_code == 404
    elsewhere.refresh_from_db()
    assert elsewhere.confirmed_on is None


def test_an_ended_mandate_shuts_the_door(desk: Client, house: Organisation) -> None:
    assert desk.get(page()).status_code == 200
    Mandate.objects.update(ended_at=timezone.now())
    assert desk.get(page()).status_code == 404
    assert desk.post(page("nouveau/"), typed(territories="region")).status_code == 404


def test_the_page_shuts_with_the_organisation_that_left(desk: Client, house: Organisation) -> None:
    Organisation.objects.update(status=Organisation.Status.FORMER)
    assert desk.get(page()).status_code == 404


# --- What


def test_T2_the_same_person_is_named_on_several_territories_at_once(desk: Client, house: Organisation) -> None:
    agency(slug="ici"), agency(slug="la")
    answer = desk.post(
        page("nouveau/"),
        typed(
            territories=["region", "ici", "la"],
            email="Zoe@Exemple.invalid",
            contacts_right="on",
            phone="03 00 00 00 00",
        ),
    )
    assert (answer.status_code, answer["Location"]) == (302, page())
    posts = list(Referent.objects.order_by("agency__order"))
    assert sorted(post.agency.slug if post.agency else "" for post in posts) == ["", "ici", "la"]
    assert {(p.name, p.email, p.confirmed_on) for p in posts} == {
        ("Zoé Élan", "zoe@exemple.invalid", timezone.localdate())
    }
    assert all(may_be_written_to(post) for post in posts)
    again = desk.post(page("nouveau/"), typed(territories=["ici"]))
    assert (again.status_code, Referent.objects.count()) == (200, 3)
    assert "déjà référente ici" in again.content.decode()


def test_T2_several_people_may_serve_one_territory(desk: Client, house: Organisation) -> None:
    agency(slug="ici")
    for name in ("Zoé Élan", "Ali Bois", ""):
        desk.post(page("nouveau/"), typed(name=name, territories=["ici"]))
    assert sorted(Referent.objects.values_list("name", flat=True)) == ["", "Ali Bois", "Zoé Élan"]


def test_T2_a_correction_keeps_the_person_and_confirms(desk: Client, house: Organisation) -> None:
    post = referent(organisation=house, name="Zoe Elan", email="zoe@exemple.invalid")
    seen = version_of(post)
    desk.post(page(f"{post.public_id}/"), typed(email="zoe@exemple.invalid", version=seen))
    post.refresh_from_db()
    assert (post.name, post.town, post.confirmed_on) == ("Zoé Élan", "Épinal", timezone.localdate())
    assert not may_be_written_to(post)  # nobody said that the address is right


def test_T2_a_new_address_must_be_confirmed_again(manager: User, house: Organisation) -> None:
    post = referent(organisation=house, name="Zoé Élan", email="zoe@exemple.invalid")
    confirm(referents=[post], actor=manager, contacts=True)
    post.refresh_from_db()
    assert may_be_written_to(post)
    same = correct(referent=post, sheet=Sheet("Zoé Élan", "Directrice", "", "zoe@exemple.invalid"), actor=manager)
    assert may_be_written_to(same)
    other = correct(referent=post, sheet=Sheet("Zoé Élan", "Directrice", "", "autre@exemple.invalid"), actor=manager)
    assert not may_be_written_to(other)


def test_T2_who_is_replaced_leaves_nothing(desk: Client, house: Organisation) -> None:
    post = referent(
        organisation=house, name="Inès Exemple", email="ines@exemple.invalid", phone="06 00 00 00 00", note="Inès…"
    )
    form = desk.get(page(f"{post.public_id}/remplacer/")).content.decode()
    assert "ines@" not in form
    assert "06 00" not in form
    desk.post(page(f"{post.public_id}/remplacer/"), typed(version=version_of(post)))
    post.refresh_from_db()
    assert (post.name, post.email, post.phone, post.note) == ("Zoé Élan", "", "", "")
    assert post.published_on == timezone.localdate()
    said = repr(list(JournalEntry.objects.values_list("changes", flat=True)))
    assert [word for word in ("Exemple", "Élan", "ines@") if word in said] == []
    assert JournalEntry.objects.get().verb == "referent.replace"


def test_T2_a_vacancy_is_declared_and_stays_visible(desk: Client, house: Organisation) -> None:
    post = referent(organisation=house, name="Inès Exemple", phone="06 00 00 00 00")
    assert desk.get(page(f"{post.public_id}/vacant/")).status_code == 200
    post.refresh_from_db()
    assert post.name == "Inès Exemple"
    for _ in range(2):  # a double click
        assert desk.post(page(f"{post.public_id}/vacant/")).status_code == 302
    post.refresh_from_db()
    assert (post.name, post.email, post.phone, post.vacant) == ("", "", "", True)
    assert JournalEntry.objects.filter(verb="referent.vacate").count() == 1
    assert "Poste vacant" in desk.get(page()).content.decode()


def test_T3_a_name_withdrawn_does_not_come_back_by_the_form(desk: Client, house: Organisation) -> None:
    post = referent(organisation=house, name="Inès Exemple")
    desk.post(page(f"{post.public_id}/retirer/"))
    post.refresh_from_db()
    assert (post.name, post.withdrawn_at is None) == ("", False)
    answer = desk.post(page(f"{post.public_id}/remplacer/"), typed(name="ines EXEMPLE", version=version_of(post)))
    assert "demandé que son nom soit retiré" in answer.content.decode()
    desk.post(page(f"{post.public_id}/remplacer/"), typed(version=version_of(post)))
    post.refresh_from_db()
    assert (post.public_name, post.withdrawn_at) == ("Zoé Élan", None)


def test_T2_confirm_one_or_all(desk: Client, house: Organisation) -> None:
    first = referent(organisation=house, email="a@exemple.invalid")
    second = referent(structure=house, email="b@exemple.invalid")
    elsewhere = referent()
    today = timezone.localdate()
    desk.post(page("confirmer/"), {"fiche": first.public_id})
    assert [r.confirmed_on for r in Referent.objects.order_by("pk")] == [today, None, None]
    desk.post(page("confirmer/"), {"contacts": "oui"})
    for post in (first, second, elsewhere):
        post.refresh_from_db()
    assert [post.confirmed_on for post in (first, second, elsewhere)] == [today, today, None]
    assert [may_be_written_to(post) for post in (first, second, elsewhere)] == [True, True, False]
    assert desk.get(page("confirmer/")).status_code == 405


def test_a_post_of_the_charter_is_not_deleted_one_opened_here_is(desk: Client, house: Organisation) -> None:
    charter, own = referent(organisation=house, pack_key="r1"), referent(organisation=house)
    for post in (charter, own):
        desk.post(page(f"{post.public_id}/supprimer/"))
    assert list(Referent.objects.all()) == [charter]


# --- Wrong, hostile, at once


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Zoé\r\nBcc: a@b.fr"}, {"name": "Zoé\u202eetc"}, {"email": "a@b.fr\nBcc: c@d.fr"},
        {"email": "pas une adresse"}, {"email": "zoé@exemple.invalid"}, {"phone": "appelez-moi"}, {"phone": "<script>"},
        {"contacts_right": "on"}, {"name": "x" * 201}, {"territories": ["nulle-part"]}, {"territories": []},
        {"function": "a\x00b"},
    ],
)  # fmt: skip
def test_what_is_not_a_sheet_is_refused_with_words(desk: Client, house: Organisation, wrong: dict) -> None:
    answer = desk.post(page("nouveau/"), typed(territories=["region"]) | wrong)
    assert (answer.status_code, Referent.objects.count()) == (200, 0)
    assert answer.content.decode().count('class="errorlist') >= 1


def test_a_script_in_a_name_is_only_text(desk: Client, house: Organisation) -> None:
    referent(organisation=house, name="<script>alert(1)</script>", function="<img src=x onerror=alert(1)>")
    html = desk.get(page()).content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html


def test_two_people_do_not_write_over_each_other(desk: Client, house: Organisation, manager: User) -> None:
    post = referent(organisation=house, name="Inès Exemple")
    seen = version_of(post)
    replace_holder(referent=post, sheet=Sheet("Ali Bois"), actor=manager)
    answer = desk.post(page(f"{post.public_id}/"), typed(version=seen))
    assert "a changé pendant que vous écriviez" in answer.content.decode()
    post.refresh_from_db()
    assert post.name == "Ali Bois"


def test_a_post_deleted_meanwhile_says_so(house: Organisation, manager: User) -> None:
    post = referent(organisation=house)
    Referent.objects.all().delete()
    with pytest.raises(ValidationError, match="n’existe plus"):
        vacate(referent=post, actor=manager)


def test_a_link_sent_to_the_former_holder_dies_with_the_change(house: Organisation, manager: User) -> None:
    post = referent(organisation=house, name="Inès Exemple")
    confirm(referents=[post], actor=manager, contacts=True)
    today = timezone.localdate()
    ReferentCheck.objects.create(referent=post, digest="x", sent_on=today, expires_on=today)
    post.refresh_from_db()
    correct(referent=post, sheet=Sheet("Inès Exemple", email=post.email, town="Metz"), actor=manager)
    assert ReferentCheck.objects.count() == 1
    replace_holder(referent=post, sheet=Sheet("Ali Bois", email=post.email), actor=manager)
    assert ReferentCheck.objects.count() == 0


# --- The pack


def load(owner: Organisation, name: str, email: str = "") -> Referent:
    values = {"pack_key": "r1", "name": name, "organisation_id": owner.pk, "town": "Metz", "email": email}
    with one_load():
        Writer(Report(), known={}).apply(kinds.referents(), [Wanted("r1", values)])
    return Referent.objects.get(pack_key="r1")


@pytest.mark.parametrize("act", ["replace", "vacate", "correct"])
def test_what_the_organisation_wrote_survives_the_next_pack(house: Organisation, manager: User, act: str) -> None:
    post = load(house, "Inès Exemple")
    if act == "vacate":
        vacate(referent=post, actor=manager)
    elif act == "replace":
        replace_holder(referent=post, sheet=Sheet("Ali Bois", town="Nancy"), actor=manager)
    else:
        correct(referent=post, sheet=Sheet("Inès EXEMPLE-BOIS", town="Nancy"), actor=manager)
    fields = ("name", "town", "confirmed_on", "published_on")
    before = Referent.objects.values(*fields).get()
    for name in ("Inès Exemple", "Inès Exemple", "Paul Neuf"):
        load(house, name)
        assert Referent.objects.values(*fields).get() == before


def test_T2_an_address_that_a_file_changes_is_no_longer_confirmed(house: Organisation, manager: User) -> None:
    post = load(house, "Inès Exemple", "ines@exemple.invalid")
    confirm(referents=[post], actor=manager, contacts=True)
    post = load(house, "Inès Exemple", "ines@exemple.invalid")
    assert may_be_written_to(post)
    post = load(house, "Inès Exemple", "accueil@exemple.invalid")
    assert post.email == "accueil@exemple.invalid"
    assert (may_be_written_to(post), post.contact_confirmed_at, post.confirmed_on) == (False, None, None)


def test_T3_a_withdrawal_at_the_desk_takes_the_confirmation_too(house: Organisation, manager: User) -> None:
    post = referent(organisation=house)
    confirm(referents=[post], actor=manager, contacts=True)
    withdraw_name(referents=[post], actor=region_staff())
    post.refresh_from_db()
    assert (post.contact_confirmed_at, post.contact_digest) == (None, "")


# --- Weight


@pytest.mark.parametrize("url", [page(), "/pro/"])
def test_the_page_costs_the_same_for_one_or_thirty(
    desk: Client, house: Organisation, url: str, django_assert_max_num_queries
) -> None:
    places: list[Agency | None] = [None, *(agency() for _ in range(3))]
    for number in range(30):
        referent(organisation=house, agency=places[number % 4])
    with django_assert_max_num_queries(46 if url == "/pro/" else 18):
        assert desk.get(url).status_code == 200


def test_naming_is_one_door_for_the_region_too(house: Organisation, manager: User) -> None:
    made = name_referent(organisation=house, agencies=[None], sheet=Sheet("Zoé Élan"), actor=manager)
    assert [(post.agency, post.name) for post in made] == [(None, "Zoé Élan")]
    assert JournalEntry.objects.get().changes == {"agency": [None, None]}


# --- The same person on several territories


def test_T2_what_changes_of_a_person_is_applied_to_their_other_posts_ticked(desk: Client, house: Organisation) -> None:
    here, there, third = agency(slug="ici"), agency(slug="la"), agency(slug="loin")
    known = {"organisation": house, "name": "Zoé Élan", "email": "zoe@exemple.invalid", "phone": "03 00 00 00 00"}
    one = referent(agency=here, function="Conseillère", town="Ici", **known)
    two = referent(agency=there, function="Directrice", town="La", **known)
    unticked = referent(agency=third, town="Loin", **known)
    other = referent(organisation=house, agency=there, name="Zoé Élan", email="autre@exemple.invalid")
    elsewhere = referent(agency=there, **known | {"organisation": organisation()})
    form = desk.get(page(f"{one.public_id}/")).context["form"]
    assert form["also"].initial == [str(two.public_id), str(unticked.public_id)]
    sent = typed(
        name="Zoé Élan-Bois", function="Conseillère", town="Ici", email="zoe@exemple.invalid", phone="3949",
        version=version_of(one), also=[str(two.public_id)],
    )  # fmt: skip
    assert desk.post(page(f"{one.public_id}/"), sent).status_code == 302
    for post in (one, two, unticked, other, elsewhere):
        post.refresh_from_db()
    assert (one.name, one.phone) == ("Zoé Élan-Bois", "3949")
    assert (two.name, two.phone, two.function, two.town) == ("Zoé Élan-Bois", "3949", "Directrice", "La")
    assert {post.name for post in (unticked, other, elsewhere)} == {"Zoé Élan"}
    forged = sent | {"version": version_of(one), "also": [str(other.public_id)]}
    assert desk.post(page(f"{one.public_id}/"), forged).context["form"].errors.keys() == {"also"}


@pytest.mark.parametrize(
    ("number", "right"),
    [("+33 (0)3 00 00 00 00", True), ("3949", True), ("39 49", True), ("03 00 00 00 00", True),
     ("+33 3 00 00 00 00", True),
     ("03.00.00.00.00 / 06 00 00 00 00", True), ("03 29", False), ("9", False), ("03 00 00 00", False), ("+33", False),
     ("13 00 00 00 00", False), ("03 00 00 00 00 00", False), ("appelez-moi", False),
     ("03 00 00 00 00 poste 12", False)],
)  # fmt: skip
def test_one_rule_for_the_telephones_of_places_and_of_referents(number: str, right: bool) -> None:
    typed_phone = {"phone": number, "name": "Zoé Élan", "commune": "x"}
    assert ("phone" not in SheetForm(typed_phone).errors) is right
    assert ("phone" not in PlaceForm(typed_phone).errors) is right


def test_T2_the_page_of_an_organisation_says_unconfirmed_once_when_nobody_is_else_on_each_name(
    client: Client, house: Organisation
) -> None:
    day = timezone.localdate().replace(year=2018, month=12, day=5)
    posts = [referent(organisation=house, name=name, published_on=day) for name in ("Zoé Élan", "Ali Bois")]
    url = house.get_absolute_url()
    html = client.get(url).content.decode()
    assert (html.count("Noms publiés en décembre 2018"), html.count("Publié en décembre 2018, non")) == (1, 0)
    Referent.objects.filter(pk=posts[0].pk).update(confirmed_on=timezone.localdate())
    html = client.get(url).content.decode()
    assert (html.count("Noms publiés en décembre 2018"), html.count("Publié en décembre 2018, non")) == (0, 1)

"""A school, a professional, a young person writes to a platform; who sends learns nothing (D2, D10, D11)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.models import OutboxMail
from psad import context, reading
from psad.lists import Role, Side, Source
from psad.models import Access, Case, Note, Platform, PlatformCommune, Report, ReportLink
from psad.services import reporting
from tests.factories import person, professional, town
from tests.psad import world

pytestmark = pytest.mark.django_db
INBOX = "/psad/troyes/signalements/"


@pytest.fixture
def place() -> Platform:
    made = world.platform("troyes", email="accueil@exemple.invalid")
    with context.task("grants"):
        here = town("Troyes", insee="10387", postal_codes=["10000"], department="10")
        PlatformCommune.objects.create(commune=here, platform=made)
    return made


@pytest.fixture
def head(place: Platform) -> User:
    return world.member(place)


@pytest.fixture
def link(place: Platform, head: User) -> ReportLink:
    with context.acting(head):
        return reporting.make_link(platform=place, name="Lycée Exemple", uai="0100001A", by=head, at=timezone.now())


def typed(**values: str) -> dict[str, str]:
    return {
        "given_names": "Zoé", "surname": "Canari", "birth_date": world.BORN.isoformat(), "commune": "Troyes",
        "phone": "06 00 00 00 01", "reporter_name": "Dominique Essai", "reporter_contact": "0300000000",
        "message": "Plutôt le soir",
    } | values  # fmt: skip


def signed(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(link: ReportLink) -> str:
    return f"/psad/signaler/{reporting.token_of(link)}/"


def the_report(head: User) -> Report:
    with context.acting(head):
        return Report.objects.get()


def test_D10_a_school_reports_and_is_thanked_whoever_it_is(place: Platform, head: User, link: ReportLink) -> None:
    world.case(place, head, world.young("Canari", "Zoé"))
    client = Client()
    answers = [client.post(address(link), typed(given_names=name)) for name in ("Zoé", "Inconnue")]
    assert {(one.status_code, one["Location"]) for one in answers} == {(302, "/psad/signaler/merci/")}
    with context.acting(head):
        assert Report.objects.count() == 2
        assert [b"Canari" in bytes(one.content) for one in Report.objects.all()] == [False, False]


def test_a_mail_says_once_a_day_that_something_waits_and_nothing_else(
    place: Platform, head: User, link: ReportLink
) -> None:
    for _ in range(2):
        Client().post(address(link), typed())
    mail = OutboxMail.objects.get()
    assert (mail.to, mail.subject) == ("accueil@exemple.invalid", "Un message vous attend sur le portail")
    assert [word in mail.text.lower() for word in ("zoé", "canari", "troyes", "psad", "signal")] == [False] * 5


def test_D10_a_link_that_ended_answers_as_one_that_never_was(place: Platform, head: User, link: ReportLink) -> None:
    with context.acting(head):
        reporting.end_link(link, at=timezone.now())
    ended, never = Client().get(address(link)), Client().get("/psad/signaler/jamais/")
    assert (ended.status_code, never.status_code, ended.content) == (404, 404, never.content)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"birth_date": f"{timezone.localdate().year - 15}-01-01"}, "birth_date"),
        ({"birth_date": "2099-01-01"}, "birth_date"),
        ({"surname": "=1+1"}, "surname"),
        ({"commune": "Nulle Part"}, "commune"),
        ({"reporter_name": ""}, "reporter_name"),
    ],
)
def test_S4_a_wrong_value_is_told_beside_its_field_and_nothing_is_kept(
    values: dict[str, str], field: str, place: Platform, head: User, link: ReportLink
) -> None:
    answer = Client().post(address(link), typed(**values))
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])
    with context.acting(head):
        assert not Report.objects.exists()


def test_D2_a_young_person_asks_to_be_called_and_their_commune_finds_the_platform(place: Platform, head: User) -> None:
    page = Client().get("/mon-accompagnement/demande/").content.decode()
    assert "Plateforme" not in page
    answer = Client().post("/mon-accompagnement/demande/", typed())
    assert answer["Location"] == "/mon-accompagnement/demande/merci/"
    report = the_report(head)
    assert (report.platform, report.source) == (place, Source.SELF)


def test_D2_what_is_missing_to_call_back_is_said_at_once_and_the_telephone_fills_in_the_rest(place: Platform) -> None:
    answer = Client().post("/mon-accompagnement/demande/", {"surname": ""})
    form = answer.context["form"]
    assert sorted(form.errors) == ["birth_date", "commune", "given_names", "phone", "surname"]
    purposes = {name: form.fields[name].widget.attrs["autocomplete"] for name in ("given_names", "birth_date", "phone")}
    assert purposes == {"given_names": "given-name", "birth_date": "bday", "phone": "tel"}  # WCAG 1.3.5
    assert form.fields["phone"].help_text.endswith("l’un des deux suffit.")


def test_a_commune_without_a_platform_is_told_what_else_there_is(place: Platform) -> None:
    town("Loin", insee="88001")
    answer = Client().post("/mon-accompagnement/demande/", typed(commune="88001"))
    assert "mission locale" in answer.context["form"].errors["commune"][0]


def test_so_many_messages_from_one_visitor(
    place: Platform, head: User, link: ReportLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    from psad.views import telling

    monkeypatch.setattr(telling.TellingUse, "rate", "1/hour", raising=False)
    client = Client()
    client.post(address(link), typed())
    assert "Rien n’est perdu" in str(client.post(address(link), typed()).context["form"].errors)
    with context.acting(head):
        assert Report.objects.count() == 1


def test_a_program_that_fills_what_nobody_sees_is_thanked_and_nothing_is_kept(
    place: Platform, head: User, link: ReportLink
) -> None:
    assert Client().post(address(link), typed(website="x")).status_code == 302
    with context.acting(head):
        assert not Report.objects.exists()


def test_a_professional_reports_from_their_account_a_citizen_does_not(place: Platform, head: User) -> None:
    assert signed(professional()).post("/psad/signaler/", typed())["Location"] == "/psad/signaler/merci/"
    assert the_report(head).platform == place
    assert (signed(person()).get("/psad/signaler/").status_code, Client().get("/psad/signaler/").status_code) == (
        403, 302,
    )  # fmt: skip


def test_D2_a_report_opens_a_case_and_nothing_of_it_stays(place: Platform, head: User, link: ReportLink) -> None:
    Client().post(address(link), typed())
    report = the_report(head)
    client = signed(head)
    words = client.get(f"{INBOX}{report.pk}/").content.decode()
    assert [part in words for part in ("Zoé Canari", "Dominique Essai", "Ouvrir un dossier")] == [True] * 3
    client.post(f"{INBOX}{report.pk}/", {"acte": "ouvrir"})
    with context.acting(head):
        opened = reading.read(Case.objects.get(), role="head")
        note = Note.objects.get()
        assert opened.identity.phone == "06 00 00 00 01"
        assert opened.text(note.text, field=f"note/{note.pk}") == (
            "Signalé par Dominique Essai, 0300000000, Lycée Exemple\nPlutôt le soir"
        )
        handled = Report.objects.get()
        assert (handled.state, bytes(handled.content), handled.sealed_key) == ("taken", b"", "")
        verbs = list(Access.objects.order_by("seq").values_list("verb", flat=True))
    assert verbs == ["report.sent", "report.read", "case.opened", "case.read"]


def test_D4_a_report_of_somebody_known_joins_their_case(place: Platform, head: User, link: ReportLink) -> None:
    case = world.case(place, head, world.young("Canari", "Zoé"))
    Client().post(address(link), typed(class_name="CAP"))
    report = the_report(head)
    client = signed(head)
    words = client.get(f"{INBOX}{report.pk}/").content.decode()
    assert ("a déjà un dossier" in words, 'value="ouvrir"' in words) == (True, False)
    client.post(f"{INBOX}{report.pk}/", {"acte": "ouvrir"})  # refused: one person, one case
    assert the_report(head).state == "waiting"
    client.post(f"{INBOX}{report.pk}/", {"acte": "rapprocher", "dossier": str(case.pk)})
    with context.acting(head):
        identity = reading.read(Case.objects.get(), role="head").identity
    assert (identity.class_name, identity.phone, identity.other_phone) == ("CAP", "0600000000", "06 00 00 00 01")


def test_D4_names_that_sound_the_same_are_shown_side_by_side(place: Platform, head: User, link: ReportLink) -> None:
    world.case(place, head, world.young("Thiébaut", "Zoé", birth_date=dt.date(2009, 1, 1)))
    Client().post(address(link), typed(surname="Tiebault"))
    words = signed(head).get(f"{INBOX}{the_report(head).pk}/").content.decode()
    assert ("Zoé Thiébaut" in words, "Un dossier au nom proche" in words) == (True, True)


def test_D2_a_dismissed_report_leaves_its_reason_alone(place: Platform, head: User, link: ReportLink) -> None:
    Client().post(address(link), typed())
    report = the_report(head)
    client = signed(head)
    client.post(f"{INBOX}{report.pk}/", {"acte": "ecarter", "reason": "x"})
    assert the_report(head).state == "waiting"
    client.post(f"{INBOX}{report.pk}/", {"acte": "ecarter", "reason": "diploma"})
    held = the_report(head)
    assert (held.state, held.reason, bytes(held.content)) == ("dismissed", "A déjà un diplôme du niveau attendu", b"")


def test_D8_reports_are_sorted_by_who_reads_the_whole_platform(place: Platform, head: User, link: ReportLink) -> None:
    Client().post(address(link), typed())
    key = the_report(head).pk
    far = world.member(world.platform("chaumont"))
    adviser = world.member(place, Role.ADVISER, Side.ML)
    routes = [INBOX, f"{INBOX}{key}/", "/psad/troyes/liens/", f"/psad/troyes/liens/{link.pk}/"]
    assert [signed(head).get(route).status_code for route in routes] == [200] * 4
    assert [signed(adviser).get(route).status_code for route in routes] == [403] * 4
    assert [signed(far).get(route).status_code for route in routes] == [404] * 4
    assert signed(far).get(f"/psad/chaumont/signalements/{key}/").status_code == 404
    assert signed(far).get(f"/psad/chaumont/liens/{link.pk}/").status_code == 404


def test_a_link_is_made_printed_and_ended(place: Platform, head: User) -> None:
    client = signed(head)
    made = client.post("/psad/troyes/liens/", {"acte": "creer", "name": "CFA Exemple", "uai": ""})
    with context.acting(head):
        link = ReportLink.objects.get()
    page = client.get(made["Location"])
    assert f"{address(link)}</code>" in page.content.decode()
    assert Client().get(address(link)).status_code == 200
    client.post("/psad/troyes/liens/", {"acte": "terminer", "lien": str(link.pk)})
    assert (Client().get(address(link)).status_code, client.get(made["Location"]).status_code) == (404, 404)


def test_the_inbox_costs_the_same_for_one_and_ten(
    place: Platform, head: User, link: ReportLink, django_assert_max_num_queries: Any
) -> None:
    for name in "abcdefghij":
        Client().post(address(link), typed(surname=f"Nom{name}"))
    reader = signed(head)
    with django_assert_max_num_queries(14):  # two of them open and close the savepoint of the test
        words = reader.get(INBOX).content.decode()
    assert words.count("Zoé Nom") == 10

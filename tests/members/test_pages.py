"""Networks, organisations (M1) and charter (M3) as a visitor reads them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from members.activities import Activity, nested
from members.models import Charter, CharterSignature, Commitment, Organisation, QualityCriterion
from members.websites import Website, websites
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def charter() -> Charter:
    charter = Charter.objects.create(
        version="2018-2022", title="Charte d’essai", signed_on=date(2018, 12, 1),
        values=[{"title": "La gratuité", "text": "Aucune contrepartie.", "source": "Annexe 1, l. 1353"}],
    )  # fmt: skip
    commitments = (
        (1, 1, "signatories", "se réunir"),
        (1, 1, "region", "coordonner"),
        (7, None, "signatories", "capitaliser"),
    )
    for order, (number, axis, party, text) in enumerate(commitments):
        Commitment.objects.create(
            charter=charter, key=f"{number}-{party}", order=order, title=f"Titre {number}", text=text,
            engagement_number=number, axis_number=axis, party=party, source_line="403",
        )  # fmt: skip
    QualityCriterion.objects.create(
        charter=charter, key="accueil", order=1, title="L’accueil", text="une première réponse", article="1.a",
        kind="service", applies_to="candidate", checklist=["accueillir tout public"], source_line="1299",
    )  # fmt: skip
    return charter


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_networks_show_their_line_and_link(client: Client) -> None:
    network = factories.network(name="Réseau d’essai", short="Pour les jeunes", blaze="cio")
    page = text_of(client.get("/reseaux/"))
    assert (f'href="/reseaux/{network.slug}/"' in page, "Pour les jeunes" in page, "blazes.svg#cio" in page) == (
        True,
    ) * 3


def test_a_network_links_to_its_places(client: Client) -> None:
    network, empty = factories.network(), factories.network()
    factories.site(organisation=factories.organisation(network=network))
    pages = [text_of(client.get(f"/reseaux/{some.slug}/")) for some in (network, empty)]
    assert [f'href="/lieux/?reseau={network.slug}"' in pages[0], "Voir ses lieux" in pages[1]] == [True, False]


def test_a_network_bears_the_name_of_today(client: Client) -> None:
    network = factories.network(name="Pôle emploi", current_name="France Travail", current_name_source="Une loi.")
    factories.organisation(network=network)
    said = "France Travail (Pôle emploi dans la charte)"
    for url in ("/", "/reseaux/", "/organismes/", "/plan-du-site/", f"/reseaux/{network.slug}/"):
        assert said in text_of(client.get(url)), url
    assert "Nommé Pôle emploi dans la charte. Une loi." in text_of(client.get(f"/reseaux/{network.slug}/"))


def test_two_signatories_that_became_one_body_stand_on_one_line_and_name_each_other(client: Client) -> None:
    network = factories.network()
    first, second = (
        factories.organisation(name=name, current_name="OCAPIAT", network=network) for name in ("FAFSEA", "OPCALIM")
    )
    page = text_of(client.get(f"/reseaux/{network.slug}/"))
    assert (
        f'<li>OCAPIAT <small>(réunit 2 signataires de la charte&nbsp;: <a href="/organismes/{first.slug}/">FAFSEA</a>'
        f' et <a href="/organismes/{second.slug}/">OPCALIM</a>)</small></li>'
    ) in page
    sheet = text_of(client.get(f"/organismes/{second.slug}/"))
    assert f'le même nom&nbsp;: <a href="/organismes/{first.slug}/">FAFSEA</a>.' in sheet


def test_the_site_of_a_body_that_changed_its_name_is_no_link(client: Client) -> None:
    subject = factories.organisation(current_name="Neuf", website="www.ancien.fr", published_on=date(2018, 12, 1))
    page = text_of(client.get(f"/organismes/{subject.slug}/"))
    assert ('href="https://www.ancien.fr' in page, "www.ancien.fr" in page) == (False, True)
    assert "Adresse publiée en 2018, n’existe peut-être plus." in page


def test_an_organisation_that_the_charter_does_not_present_shows_the_text_of_its_network(client: Client) -> None:
    network = factories.network(text="Le réseau vous aide.", text_source="Annexe 2, l. 1297-1324")
    page = text_of(client.get(f"/organismes/{factories.organisation(network=network).slug}/"))
    assert ["Le réseau vous aide." in page, "Source&nbsp;: Annexe 2." in page] == [True, True]


def test_M1_several_representatives_are_a_list_and_a_lone_number_is_not_said_twice(client: Client) -> None:
    subject = factories.organisation(
        legal_representative="Ana A | Bo B", legal_representative_title="Présidente | Adjoint", fte=3, fte_note="3",
        published_on=date(2018, 12, 1),
    )  # fmt: skip
    page = text_of(client.get(f"/organismes/{subject.slug}/"))
    assert '<ul class="plain"><li>Ana A, Présidente</li><li>Bo B, Adjoint</li></ul>' in page
    assert ["|" in page.partition("En bref")[2], "<small>3</small>" in page] == [False, False]


def test_a_former_member_is_no_longer_listed(client: Client) -> None:
    network = factories.network()
    factories.organisation(name="Parti", network=network, status=Organisation.Status.FORMER)
    pages = [text_of(client.get(url)) for url in (f"/reseaux/{network.slug}/", "/organismes/")]
    assert ["Parti" in page for page in pages] == [False, False]


def test_organisations_are_found_without_accents_and_by_network(client: Client) -> None:
    network = factories.network()
    factories.organisation(name="Université d’Épinal", network=network)
    factories.organisation(name="Autre", network=factories.network())
    counts = [
        client.get("/organismes/", query).context["count"]
        for query in ({}, {"q": "epinal"}, {"q": "ÉPINAL universite"}, {"reseau": network.slug}, {"q": "rien"})
    ]
    assert counts == [2, 1, 1, 1, 0]


def test_S4_an_unknown_network_is_said_and_all_are_shown(client: Client) -> None:
    factories.organisation()
    response = client.get("/organismes/", {"reseau": "inconnu"})
    assert (response.status_code, response.context["unknown_network"], response.context["count"]) == (200, True, 1)


def test_M1_the_sheet_says_what_annexe_2_prints(client: Client) -> None:
    parent = factories.organisation(name="Organisme parent")
    subject = factories.organisation(
        name="Ancien nom", current_name="Nom d’aujourd’hui", current_name_source="Une loi.", parent=parent,
        legal_representative="Camille Exemple", legal_representative_title="Présidente",
        presentation="Nous aidons. | Nous écoutons.",
        activities=["Nous faisons :", "informer", "conseiller"], fte="2.50", fte_note="dont un mi-temps",
        website="www.exemple.fr | javascript:alert(1)", place="Metz | Nancy", published_on=date(2018, 12, 1),
    )  # fmt: skip
    factories.organisation(name="Organisme enfant", parent=subject)
    page = text_of(client.get(f"/organismes/{subject.slug}/"))
    for said in (
        "<h1>Nom d’aujourd’hui</h1>", "Nommé Ancien nom dans la charte.", "Une loi.", "Organisme parent",
        "Camille Exemple, Présidente", "Représentant·e légal·e en décembre 2018",
        "Publié à cette date, non confirmé.", "<p>Nous aidons.</p> <p>Nous écoutons.</p>",
        "<li>Nous faisons\u00a0:<ul><li>informer</li><li>conseiller</li></ul></li>", "2,5 équivalents temps plein",
        "dont un mi-temps", "Metz, Nancy", "Organisme enfant",
    ):  # fmt: skip
        assert " ".join(said.split()) in page
    assert "javascript:" not in page


def test_M1_what_people_typed_is_escaped(client: Client) -> None:
    subject = factories.organisation(
        name="<script>x</script>", presentation="<img src=x onerror=y>", activities=["<b>"]
    )
    page = client.get(f"/organismes/{subject.slug}/").content.decode()
    assert ("<script>x" in page, "<img src=x" in page, "<li><b>" in page) == (False, False, False)


def test_M3_the_charter_says_values_commitments_by_party_and_who_signed(client: Client, charter: Charter) -> None:
    signatory = factories.organisation(name="Signataire")
    CharterSignature.objects.create(charter=charter, organisation=signatory, signatory="Camille Exemple")
    page = text_of(client.get("/charte/"))
    for said in ("La gratuité", "Aucune contrepartie.", "Annexe 1", "Les signataires s’engagent à",
                 "se réunir", "La Région s’engage", "coordonner", "Les outils", "capitaliser", "Camille Exemple",
                 'href="/charte/criteres/"'):  # fmt: skip
        assert " ".join(said.split()) in page.replace("&nbsp;", " ")
    assert "403" not in page
    engagements = client.get("/charte/").context["engagements"]
    assert [(e.number, e.axis, [p.name for p in e.parties]) for e in engagements] == [
        (1, 1, ["Les signataires", "La Région"]),
        (7, None, ["Les signataires"]),
    ]  # fmt: skip


def test_M3_the_criteria_can_be_read_and_linked_to(client: Client, charter: Charter) -> None:
    page = text_of(client.get("/charte/criteres/"))
    assert [said in page for said in ('id="accueil"', "Une première réponse", "accueillir tout public")] == [True] * 3


@pytest.mark.parametrize("url", ["/reseaux/inconnu/", "/organismes/inconnu/", "/charte/", "/charte/criteres/"])
def test_what_does_not_exist_is_a_404(client: Client, url: str) -> None:
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_is_written_there(client: Client, method: str) -> None:
    assert getattr(client, method)("/reseaux/").status_code == 405


@pytest.mark.parametrize("rows", [1, 3])
def test_query_budgets_do_not_grow(client: Client, charter: Charter, django_assert_num_queries: Any, rows: int) -> None:
    network = factories.network()
    made = [factories.organisation(network=network) for _ in range(rows)]
    for organisation in made:
        CharterSignature.objects.create(charter=charter, organisation=organisation)
    budgets = {
        "/reseaux/": 1, f"/reseaux/{network.slug}/": 6, "/organismes/": 2, f"/organismes/{made[0].slug}/": 6,
        "/charte/": 3, "/charte/criteres/": 2,
    }  # fmt: skip
    for url, budget in budgets.items():
        with django_assert_num_queries(budget):
            assert client.get(url).status_code == 200


def test_activities_are_nested_under_what_introduces_them() -> None:
    items = ["Un", "Ceci :", "a", "b", "Une phrase. Et une autre.", "Cela :", "c"]
    assert nested(items) == [
        Activity("Un"), Activity("Ceci :", ["a", "b"]), Activity("Une phrase. Et une autre."),
        Activity("Cela :", ["c"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("published", "links"),
    [
        ("www.uha.fr", [Website("https://www.uha.fr", "www.uha.fr")]),
        ("http://a.fr/ | https://b.fr/x", [Website("http://a.fr/", "a.fr"), Website("https://b.fr/x", "b.fr/x")]),
        ("javascript:alert(1)", []),
        ("ftp://a.fr", []),
        ("https://user:pass@a.fr", []),
        ("néant", []),
        ('www.a.fr" onclick="x', []),
        ("http://[oops", []),
        ("", []),
    ],
)
def test_only_web_addresses_become_links(published: str, links: list[Website]) -> None:
    assert websites(published) == links

"""A project: targets, what one can do already, steps, all of it the person's alone (L1, L6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from core.text import fold
from lorfolio.comparing import compare
from lorfolio.models import Portfolio, Step, Target
from lorfolio.services import projecting
from metiers.loading.rome import load_rome
from metiers.loading.starter import load_starter
from metiers.models import JobFamily, Skill
from tests.factories import person, site, town
from tests.lorfolio.people import NOW, portfolio, skill
from tests.metiers.rome import folder

pytestmark = pytest.mark.django_db


@pytest.fixture
def lists() -> None:
    load_starter(Path(settings.BASE_DIR) / "data" / "competences")


@pytest.fixture
def me() -> Portfolio:
    return portfolio()


@pytest.fixture
def browser(client: Client, me: Portfolio) -> Client:
    client.force_login(me.user)
    return client


def add(browser: Client, **fields: str) -> Any:
    return browser.post(reverse("lorfolio_target_add"), fields)


def target(owner: Portfolio, **fields: Any) -> Target:
    return Target.objects.create(portfolio=owner, **{"title": "Menuisier"} | fields)


def step(owner: Portfolio, **fields: Any) -> Step:
    return Step.objects.create(portfolio=owner, **{"title": "Appeler le CFA"} | fields)


# --- Targets


@pytest.mark.usefixtures("lists")
def test_L6_without_a_script_the_words_are_asked_about_once(browser: Client, me: Portfolio) -> None:
    asked = add(browser, title="caissiere")
    assert asked.status_code == 200
    assert Target.objects.count() == 0
    form = asked.context["form"]
    assert [value for value, _ in form.fields["choice"].choices] == ["famille/vente-magasin", "mots"]
    made = add(browser, title="caissiere", choice="famille/vente-magasin")
    row = Target.objects.get(portfolio=me)
    assert made.headers["Location"] == reverse("lorfolio_target", args=[row.pk])
    assert (row.title, row.family_id, row.job_id) == ("Caissier·ère", "vente-magasin", None)


@pytest.mark.usefixtures("lists")
def test_L6_ones_own_words_are_kept(browser: Client, me: Portfolio) -> None:
    add(browser, title="caissiere de nuit", choice="mots")
    made = Target.objects.get(portfolio=me)
    assert (made.title, made.family_id, made.job_id) == ("caissiere de nuit", None, None)
    page = browser.get(reverse("lorfolio_target", args=[Target.objects.get().pk]))
    assert page.context["compared"].total == 0


@pytest.mark.usefixtures("lists")
def test_L6_with_a_script_the_choice_is_made_already(browser: Client, me: Portfolio) -> None:
    add(browser, title="Cuisine", value="famille/cuisine")
    assert Target.objects.values_list("title", "family").get() == ("Cuisine", "cuisine")


@pytest.mark.usefixtures("lists")
def test_L6_a_metier_of_the_rome_brings_its_family(browser: Client, me: Portfolio, tmp_path: Path) -> None:
    load_rome(folder(tmp_path))
    JobFamily.objects.filter(pk="jardins-paysage").update(prefixes=["Z"])
    add(browser, title="Dompteur / Dompteuse de nuages", value="metier/Z1001")
    assert Target.objects.values_list("job", "family").get() == ("Z1001", "jardins-paysage")
    page = browser.get(reverse("lorfolio_target", args=[Target.objects.get().pk])).content.decode()
    assert "Dompte, nourrit et promène des nuages." in page
    assert "Métier réglementé" in page


def test_S4_a_title_is_asked_for_and_a_long_one_stays(browser: Client) -> None:
    assert add(browser, title="").context["form"].errors == {"title": ["Écrivez un métier, ou quelques mots."]}
    refused = add(browser, title="a" * 201)
    assert refused.context["form"].errors.keys() == {"title"}
    assert "a" * 201 in refused.content.decode()


def test_L6_two_clicks_make_one_target_and_one_put_aside_comes_back(me: Portfolio) -> None:
    first = projecting.add_target(portfolio=me, title="Menuisière")
    assert projecting.add_target(portfolio=me, title="MENUISIÈRE").pk == first.pk
    projecting.drop_target(target=first, at=NOW)
    projecting.add_target(portfolio=me, title="Menuisière")
    assert Target.objects.values_list("dropped_at", flat=True).get() is None


def test_L6_targets_and_steps_are_bounded(me: Portfolio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projecting, "MOST_TARGETS", 1)
    monkeypatch.setattr(projecting, "MOST_STEPS", 1)
    projecting.add_target(portfolio=me, title="Un")
    with pytest.raises(ValidationError):
        projecting.add_target(portfolio=me, title="Deux")
    projecting.add_step(portfolio=me, values={"title": "Un"})
    with pytest.raises(ValidationError):
        projecting.add_step(portfolio=me, values={"title": "Deux"})


@pytest.mark.parametrize(("act", "left"), [
    ("ecarter", [("Deux", False), ("Un", True)]), ("premier", [("Un", False), ("Deux", False)]),
    ("supprimer", [("Deux", False)]),
])  # fmt: skip
def test_L6_put_aside_put_first_erased(browser: Client, me: Portfolio, act: str, left: list[tuple[str, bool]]) -> None:
    target(me, title="Deux", position=0)
    row = target(me, title="Un", position=1)
    kept = step(me, target=row)
    answer = browser.post(reverse("lorfolio_target_act", args=[row.pk]), {"acte": act})
    assert answer.headers["Location"] == reverse("lorfolio_project")
    found = [(one.title, one.dropped_at is not None) for one in Target.objects.order_by("dropped_at", "position")]
    assert sorted(found) == sorted(left)
    if act == "premier":
        assert [one.title for one in Target.objects.all()] == ["Un", "Deux"]
    kept.refresh_from_db()
    assert (kept.target is None) == (act == "supprimer")
    assert browser.post(reverse("lorfolio_target_act", args=[target(me).pk]), {"acte": "autre"}).status_code == 404


# --- What one can do already


@pytest.mark.usefixtures("lists")
def test_L6_skills_are_compared_by_reference_and_by_words(me: Portfolio) -> None:
    row = target(me, family_id="vente-magasin")
    skill(me, "Je rends la monnaie", reference_id="encaisser")
    skill(me, "Conseiller un client", level=1)  # in one's own words, the same
    skill(me, "Faire du pain")
    found = compare(me, [row])[row.pk]
    assert found.source == "famille"
    assert [(one.skill.pk, one.learning) for one in found.held] == [("conseiller-client", True), ("encaisser", False)]
    family = list(JobFamily.objects.get(pk="vente-magasin").skills.values_list("pk", flat=True))
    assert found.total == len(family)
    assert {one.skill.pk for one in found.missing} == set(family) - {"encaisser", "conseiller-client"}
    essential = [one.essential for one in found.missing]
    assert essential == sorted(essential, reverse=True)
    assert (found.essential_held, found.essential_total) == (2, 5)


@pytest.mark.usefixtures("lists")
def test_L6_the_skills_of_the_metier_pass_before_our_landmark(me: Portfolio, tmp_path: Path) -> None:
    load_rome(folder(tmp_path, skills=True))
    row = target(me, job_id="Z1001", family_id="cuisine")
    skill(me, "Siffler")
    found = compare(me, [row])[row.pk]
    assert (found.source, [one.skill.pk for one in found.held]) == ("rome", ["rome-101"])
    assert [one.skill.pk for one in found.missing] == ["rome-100"]


@pytest.mark.usefixtures("lists")
def test_L6_where_the_list_comes_from_is_said(browser: Client, me: Portfolio, tmp_path: Path) -> None:
    load_rome(folder(tmp_path, skills=True), version="4.0 inventée")
    ours = browser.get(reverse("lorfolio_target", args=[target(me, family_id="cuisine").pk])).content.decode()
    theirs = browser.get(reverse("lorfolio_target", args=[target(me, job_id="Z1001").pk])).content.decode()
    assert "Ce n’est pas une liste officielle" in ours
    assert "celles du ROME (France Travail), version 4.0 inventée" in theirs
    assert "Ce n’est pas une liste officielle" not in theirs


@pytest.mark.usefixtures("lists")
def test_L6_a_missing_skill_becomes_a_step_once(browser: Client, me: Portfolio) -> None:
    row = target(me, family_id="cuisine")
    address = reverse("lorfolio_goal_add", args=[row.pk])
    for _ in range(2):
        browser.post(address, {"competence": "composer-menu"})
    made = Step.objects.get(portfolio=me)
    assert (made.title, made.target_id) == ("Apprendre\u00a0: Composer un menu", row.pk)
    assert "Dans mes étapes" in browser.get(reverse("lorfolio_target", args=[row.pk])).content.decode()
    assert browser.post(address, {"competence": "rien"}).status_code == 404
    assert browser.get(address).status_code == 405


@pytest.mark.usefixtures("lists")
def test_L6_a_skill_one_has_already_is_held_at_a_click(browser: Client, me: Portfolio) -> None:
    row = target(me, family_id="cuisine")
    address = reverse("lorfolio_goal_add", args=[row.pk])
    for _ in range(2):
        browser.post(address, {"competence": "cuisiner", "acte": "sais"})
    assert me.skills.values_list("reference", flat=True).get() == "cuisiner"  # type: ignore[attr-defined]
    assert [one.skill.pk for one in compare(me, [row])[row.pk].held] == ["cuisiner"]
    assert Step.objects.count() == 0


def test_the_folded_words_of_a_skill_are_those_of_the_reference() -> None:
    row = Skill(label="Écouter quelqu’un sans juger", folded=fold("Écouter quelqu’un sans juger"))
    assert row.folded == "ecouter quelqu un sans juger"


# --- Who may open what


ROUTES: list[Callable[[Portfolio], str]] = [
    lambda _: reverse("lorfolio_project"),
    lambda _: reverse("lorfolio_target_add"),
    lambda _: reverse("lorfolio_step_add"),
    lambda owner: reverse("lorfolio_target", args=[target(owner).pk]),
    lambda owner: reverse("lorfolio_step", args=[step(owner).pk]),
]
ACTS = ("lorfolio_target_act", "lorfolio_goal_add", "lorfolio_step_mark", "lorfolio_step_forget")


@pytest.mark.parametrize("route", ROUTES)
def test_L1_a_page_is_its_owners_alone(client: Client, me: Portfolio, route: Callable[[Portfolio], str]) -> None:
    address = route(me)
    assert client.get(address).headers["Location"].startswith("/comptes/connexion/")
    client.force_login(me.user)
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store, max-age=0"
    client.force_login(person())
    assert client.get(address).headers["Location"] == reverse("lorfolio_open")
    client.force_login(portfolio(person()).user)
    assert client.get(address).status_code == (404 if "-" in address.rsplit("/", 2)[1] else 200)


@pytest.mark.parametrize("name", ACTS)
def test_L1_nobody_acts_on_what_is_anothers(client: Client, me: Portfolio, name: str) -> None:
    row = step(me) if "step" in name else target(me)
    client.force_login(portfolio(person()).user)
    for key in (row.pk, uuid4()):
        assert client.post(reverse(name, args=[key]), {"acte": "supprimer", "fait": "1"}).status_code == 404
    assert (Step if "step" in name else Target).objects.filter(pk=row.pk).exists()


def test_L1_anothers_target_is_no_choice_of_a_step(browser: Client, me: Portfolio) -> None:
    other = target(portfolio(person()))
    answer = browser.post(reverse("lorfolio_step_add"), {"title": "Voir", "target": str(other.pk)})
    assert answer.context["form"].errors.keys() == {"target"}
    asked = browser.get(reverse("lorfolio_step_add"), {"metier": str(other.pk)})
    assert asked.context["form"]["target"].value() is None


@pytest.mark.parametrize(
    "name", ["lorfolio_skill_suggestions", "lorfolio_job_suggestions", "lorfolio_place_suggestions"]
)
def test_L1_suggestions_are_for_who_is_signed_in_and_kept_by_no_cache(client: Client, me: Portfolio, name: str) -> None:
    assert client.get(reverse(name), {"q": "cui"}).status_code == 302
    client.force_login(me.user)
    assert client.get(reverse(name), {"q": "cui\x00"}).status_code == 400
    answer = client.get(reverse(name), {"q": "cui" + "é" * 300})
    assert answer.json() == {"results": []}
    assert answer.headers["Cache-Control"] == "private, no-store, max-age=0"
    assert client.post(reverse(name)).status_code == 405


@pytest.mark.usefixtures("lists")
def test_L3_suggestions_answer_what_the_field_needs(browser: Client) -> None:
    first = browser.get(reverse("lorfolio_skill_suggestions"), {"q": "tenir une cais"}).json()["results"][0]
    assert first == {
        "value": "encaisser",
        "label": "Tenir une caisse",
        "hint": "Vendre et conseiller",
        "text": "Tenir une caisse",
    }
    place = site(name="Mission locale d’Exempleville", commune=town("Exempleville"))
    assert browser.get(reverse("lorfolio_place_suggestions"), {"q": "mission exemple"}).json()["results"] == [
        {"value": place.slug, "label": place.name, "hint": str(place.commune), "text": place.name}
    ]


# --- Lists


@pytest.mark.usefixtures("lists")
def test_the_page_costs_the_same_with_one_target_and_with_four(
    browser: Client, me: Portfolio, django_assert_max_num_queries: Any
) -> None:
    Portfolio.objects.filter(pk=me.pk).update(commune=town())
    for number, family in enumerate(("cuisine", "soins", "transport", "logistique")):
        row = target(me, title=family, family_id=family)
        step(me, title=family, target=row, due_on=dt.date(2026, 11, 20 + number), place=site())
        if number in (0, 3):
            with django_assert_max_num_queries(17):
                assert browser.get(reverse("lorfolio_project")).status_code == 200

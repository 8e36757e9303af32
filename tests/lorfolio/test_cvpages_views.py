"""The pages of one's CVs: to their owner alone, without script, with what was typed kept (L1, L4, S1, S4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from lorfolio import selecting
from lorfolio.lists import CvModel
from lorfolio.models import Cv, Experience, Portfolio
from lorfolio.services import cvs
from tests.factories import person
from tests.lorfolio.people import NOW, experience, extra, language, portfolio, skill

pytestmark = pytest.mark.django_db
ON_A_CV = ("", "apercu/", "vignette/", "machine/", "supprimer/")
POSTS = ("", "vu/", "copier/", "supprimer/")


@pytest.fixture
def owner() -> Portfolio:
    made = portfolio()
    experience(made, title="Vendeuse", organisation="Boulangerie Exemple", starts="2022-09")
    experience(made, title="CAP Commerce", kind="etudes", starts="2020", ends="2022")
    skill(made, "Tenir une caisse", level=3)
    language(made)
    extra(made, title="Permis B")
    return made


@pytest.fixture
def cv(owner: Portfolio) -> Cv:
    return cvs.make(portfolio=owner, model=CvModel.CHRONOLOGICAL, at=NOW)


@pytest.fixture
def signed(owner: Portfolio) -> Client:
    client = Client()
    client.force_login(owner.user)
    return client


def page(cv: Cv, what: str = "") -> str:
    return f"/lorfolio/cv/{cv.pk}/{what}"


def typed(cv: Cv, **more: Any) -> dict[str, Any]:
    """The form as the page sends it."""
    return {
        "name": cv.name, "model": cv.model, "accent": cv.accent, "headline": cv.headline, "summary": cv.summary,
        "with_email": "on", "with_phone": "on", "with_place": "on", "with_certainty": "on", "with_items": "1",
        "section": cv.selection.sections,
        "item": [f"{kind}/{key}" for kind, key in selecting.keys_of(cv.selection)],
    } | more  # fmt: skip


def test_L1_another_persons_cv_is_not_there(cv: Cv) -> None:
    stranger = Client()
    stranger.force_login(portfolio().user)
    for what in ON_A_CV:
        assert stranger.get(page(cv, what)).status_code == 404, what
    for what in POSTS:
        assert stranger.post(page(cv, what), typed(cv)).status_code == 404, what
    for ending in ("docx", "odt"):
        assert stranger.get(f"/lorfolio/cv/{cv.pk}.{ending}").status_code == 404
    assert Cv.objects.get().name == cv.name


def test_L1_the_pages_of_cvs_ask_who_one_is(cv: Cv) -> None:
    anonymous = Client()
    addresses = [page(cv, what) for what in ON_A_CV] + ["/lorfolio/cv/", "/lorfolio/cv/nouveau/"]
    for address in [*addresses, f"/lorfolio/cv/{cv.pk}.docx", "/lorfolio/cv/modeles/competences/"]:
        answer = anonymous.get(address)
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/comptes/connexion/"), address


def test_L1_who_has_no_portfolio_is_sent_to_open_one() -> None:
    client = Client()
    client.force_login(person())
    assert client.get("/lorfolio/cv/")["Location"] == reverse("lorfolio_open")


def test_L1_pages_are_kept_by_nobody(signed: Client, cv: Cv) -> None:
    for address in ["/lorfolio/cv/", *(page(cv, what) for what in ON_A_CV), f"/lorfolio/cv/{cv.pk}.odt"]:
        assert signed.get(address)["Cache-Control"] == "private, no-store, max-age=0", address


def test_L4_three_clicks_make_a_cv(signed: Client, owner: Portfolio) -> None:
    assert "/lorfolio/cv/nouveau/" in signed.get("/lorfolio/cv/").content.decode()
    gallery = signed.get("/lorfolio/cv/nouveau/").content.decode()
    assert gallery.count('name="model"') == len(CvModel)
    answer = signed.post("/lorfolio/cv/nouveau/", {"model": "competences", "click": str(uuid4())})
    made = Cv.objects.get(portfolio=owner)
    assert answer["Location"] == page(made)
    assert made.model == "competences"
    shown = signed.get(page(made, "apercu/")).content.decode()
    assert "Tenir une caisse" in shown
    assert "Vendeuse" in shown


def test_S4_a_model_that_is_none_is_refused(signed: Client) -> None:
    answer = signed.post("/lorfolio/cv/nouveau/", {"model": "autre"})
    assert answer.status_code == 422
    assert "Choisissez un modèle." in answer.content.decode()
    assert signed.get("/lorfolio/cv/modeles/autre/").status_code == 404
    assert Cv.objects.count() == 0


def test_L4_the_form_saves_everything_at_once(signed: Client, owner: Portfolio, cv: Cv) -> None:
    kept = list(reversed(selecting.keys_of(cv.selection)))[:2]
    sent = typed(
        cv, name="Boulangeries", headline="Vendeuse", summary="Bonjour", accent="prune",
        item=[f"{kind}/{key}" for kind, key in kept], section=["langues", "competences"], headline_de="Verkäuferin",
    )  # fmt: skip
    del sent["with_phone"]
    assert signed.post(page(cv), sent)["Location"] == page(cv)
    saved = Cv.objects.select_related("selection").get()
    assert (saved.name, saved.headline, saved.accent, saved.with_phone) == ("Boulangeries", "Vendeuse", "prune", False)
    assert saved.translations == {"de": {"headline": "Verkäuferin"}}
    assert selecting.keys_of(saved.selection) == kept
    assert saved.selection.sections[:2] == ["langues", "competences"]


def test_S4_what_was_typed_and_ticked_is_kept(signed: Client, cv: Cv) -> None:
    one = selecting.keys_of(cv.selection)[0]
    answer = signed.post(page(cv), typed(cv, name="", headline="Gardé", item=[f"{one[0]}/{one[1]}"]))
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "Donnez un nom à ce CV." in said
    assert 'value="Gardé"' in said
    assert said.count('name="item"') == 5
    boxes = [line for line in said.split("<input") if 'name="item"' in line.partition(">")[0]]
    assert [f"{one[0]}/{one[1]}" in box for box in boxes if " checked" in box.partition(">")[0]] == [True]
    assert Cv.objects.get().headline == ""


@pytest.mark.parametrize(
    ("field", "value"), [("model", "autre"), ("accent", "rose"), ("headline", "x" * 161), ("name", "x" * 121)]
)
def test_S4_a_value_out_of_bounds_is_refused(signed: Client, cv: Cv, field: str, value: str) -> None:
    assert signed.post(page(cv), typed(cv, **{field: value})).status_code == 422
    assert getattr(Cv.objects.get(), field) == getattr(cv, field)


def test_L1_an_item_of_another_person_is_not_taken_in(signed: Client, cv: Cv) -> None:
    theirs = experience(portfolio())
    sent = typed(cv)
    signed.post(page(cv), sent | {"item": [*sent["item"], f"experience/{theirs.pk}", "experience/x", "file/../etc"]})
    assert theirs.pk not in {key for _, key in selecting.keys_of(Cv.objects.get().selection)}
    assert signed.post(page(cv), sent | {"move": f"experience/{theirs.pk}:1"}).status_code == 302


def test_S1_items_move_without_script(signed: Client, owner: Portfolio, cv: Cv) -> None:
    second = experience(owner, title="Avant", starts="2010", ends="2011")
    selecting.add(selection=cv.selection, item=second)
    answer = signed.post(page(cv), typed(cv, headline="Typed meanwhile", move=f"experience/{second.pk}:-1"))
    assert answer["Location"] == f"{page(cv)}#contenu-du-cv"
    lived = [key for kind, key in selecting.keys_of(Cv.objects.get().selection) if kind == "experience"]
    assert lived[0] == second.pk
    assert Cv.objects.get().headline == "Typed meanwhile"


def test_S1_parts_move_without_script(signed: Client, cv: Cv) -> None:
    signed.post(page(cv), typed(cv, move_section="langues:-1"))
    assert Cv.objects.get().selection.sections == ["experiences", "etudes", "langues", "competences", "plus"]
    signed.post(page(cv), typed(Cv.objects.get(), move_section="experiences:-1"))
    assert Cv.objects.get().selection.sections[0] == "experiences"


def test_L4_another_model_brings_its_order_unless_one_chose_ones_own(signed: Client, cv: Cv) -> None:
    signed.post(page(cv), typed(cv, model="competences"))
    changed = Cv.objects.select_related("selection").get()
    assert changed.selection.sections[0] == "competences"
    signed.post(page(cv), typed(changed, section=["plus"], model="chronologique"))
    assert Cv.objects.get().selection.sections[0] == "plus"


def test_L4_what_is_saved_by_itself_answers_in_a_word(signed: Client, cv: Cv) -> None:
    answer = signed.post(page(cv), typed(cv, headline="Seule"), headers={"Accept": "application/json"})
    assert list(answer.json()) == ["saved"]
    assert Cv.objects.get().headline == "Seule"
    refused = signed.post(page(cv), typed(cv, name=""), headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()) == (422, {"errors": {"name": ["Donnez un nom à ce CV."]}})


def test_L4_a_cv_deleted_in_another_tab_is_not_made_again(signed: Client, cv: Cv) -> None:
    sent = typed(cv)
    cvs.delete(cv=cv)
    assert signed.post(page(cv), sent).status_code == 404
    assert Cv.objects.count() == 0


def test_L4_the_list_says_what_changed_since(signed: Client, owner: Portfolio, cv: Cv) -> None:
    assert "cv-changes" not in signed.get("/lorfolio/cv/").content.decode()
    Experience.objects.filter(title="Vendeuse").update(title="Première vendeuse")
    skill(owner, "Conduire un chariot")
    said = signed.get("/lorfolio/cv/").content.decode()
    assert "2 choses ont changé depuis" in said
    assert "«\u00a0Première vendeuse\u00a0» a changé." in said
    assert "«\u00a0Conduire un chariot\u00a0» est nouveau" in said
    signed.post(page(cv, "vu/"))
    assert "cv-changes" not in signed.get("/lorfolio/cv/").content.decode()


def test_L4_saving_oneself_says_that_one_has_seen(signed: Client, owner: Portfolio, cv: Cv) -> None:
    Experience.objects.filter(title="Vendeuse").update(title="Première vendeuse")
    signed.post(page(cv), typed(cv), headers={"Accept": "application/json"})
    assert "«\u00a0Première vendeuse\u00a0» a changé." in signed.get(page(cv)).content.decode()
    signed.post(page(cv), typed(cv))
    assert "a changé." not in signed.get(page(cv)).content.decode()


def test_L4_the_list_leads_to_every_format(signed: Client, cv: Cv) -> None:
    said = signed.get("/lorfolio/cv/").content.decode()
    for ending in ("pdf", "docx", "odt", "json", "xml"):
        assert f'href="/lorfolio/cv/{cv.pk}.{ending}"' in said


def test_L4_copy_and_deletion_are_forms(signed: Client, cv: Cv) -> None:
    click = str(uuid4())
    answers = {signed.post(page(cv, "copier/"), {"click": click})["Location"] for _ in range(2)}
    assert answers == {f"/lorfolio/cv/{click}/"}
    assert signed.get(page(cv, "copier/")).status_code == 405
    assert signed.get(page(cv, "supprimer/")).status_code == 200
    assert signed.post(page(cv, "supprimer/"))["Location"] == "/lorfolio/cv/"
    assert list(Cv.objects.values_list("pk", flat=True)) == [UUID(click)]


@pytest.mark.parametrize("what", ["apercu/", "vignette/"])
def test_S2_only_our_own_pages_frame_a_preview(signed: Client, cv: Cv, what: str) -> None:
    answer = signed.get(page(cv, what))
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    editor = signed.get(page(cv))
    assert (editor["X-Frame-Options"], "frame-ancestors 'none'" in editor["Content-Security-Policy"]) == ("DENY", True)
    for address in (page(cv), "/lorfolio/cv/", "/lorfolio/cv/nouveau/"):
        assert "frame-src 'self'" in signed.get(address)["Content-Security-Policy"], address


def test_S1_small_drawings_hold_nothing_that_takes_the_focus(signed: Client, cv: Cv) -> None:
    Portfolio.objects.update(url="https://exemple.invalid", phone="03 00 00 00 00")
    assert "<a " in signed.get(page(cv, "apercu/")).content.decode()
    for address in (page(cv, "vignette/"), *(f"/lorfolio/cv/modeles/{model}/" for model in CvModel)):
        said = signed.get(address).content.decode()
        assert "<a " not in said, address
        assert "Camille" in said, address


def test_L1_a_hidden_line_is_not_in_the_preview(signed: Client, owner: Portfolio, cv: Cv) -> None:
    Portfolio.objects.update(phone="03 11 22 33 44")
    hidden = experience(owner, title="Ce que je garde pour moi")
    assert "03 11 22 33 44" in signed.get(page(cv, "apercu/")).content.decode()
    sent = typed(cv)
    del sent["with_phone"]
    signed.post(page(cv), sent)
    said = signed.get(page(cv, "apercu/")).content.decode()
    assert "03 11 22 33 44" not in said
    assert hidden.title not in said


def test_S4_the_words_of_a_person_are_never_markup(signed: Client, owner: Portfolio, cv: Cv) -> None:
    evil = "<script>alert(1)</script>"
    Experience.objects.filter(portfolio=owner).update(title=evil)
    Cv.objects.update(name=evil, headline=evil)
    for address in ("/lorfolio/cv/", *(page(cv, what) for what in ON_A_CV)):
        assert evil not in signed.get(address).content.decode(), address


def test_L4_the_list_asks_the_same_whatever_its_length(
    signed: Client, owner: Portfolio, cv: Cv, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        cvs.make(portfolio=owner, model=CvModel.SKILLS, at=NOW)
    for _ in range(8):
        experience(owner)
    with django_assert_max_num_queries(13):
        signed.get("/lorfolio/cv/")


def test_L4_the_editor_asks_the_same_whatever_there_is(
    signed: Client, owner: Portfolio, cv: Cv, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        experience(owner)
        skill(owner)
    with django_assert_max_num_queries(14):
        signed.get(page(cv))

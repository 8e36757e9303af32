"""A professional of the SPRO sees what was chosen, for a time, comments only; everything else answers 404 (L9, E4)."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core import desk
from core.models import OutboxMail
from lorfolio.models import Advice, Comment, Portfolio, Step, Target, Visit
from lorfolio.services import advising
from members.models import Mandate, Organisation
from tests.factories import officer, person, professional, region_staff
from tests.lorfolio.people import cv, experience, file, language, portfolio, skill

pytestmark = pytest.mark.django_db
SECRET = "ce-que-je-garde-pour-moi"
INVITE = "/lorfolio/conseil/inviter/"


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.SECOND_FACTOR_REQUIRED = False


def as_(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def invited(owner: Portfolio, adviser: User | None = None, **more: Any) -> Advice:
    """An invitation, accepted when an adviser is given."""
    values = {"email": adviser.email if adviser else "conseil@exemple.invalid", "keys": []} | more
    values.setdefault("until", timezone.localdate() + dt.timedelta(days=30))
    made = advising.invite(portfolio=owner, at=timezone.now(), **values)
    if adviser is not None:
        advising.accept(advice=made, user=adviser, at=timezone.now())
        made.refresh_from_db()
    return made


def link(to: str) -> str:
    found = re.search(r"(/pro/lorfolio/[\w-]{43}/)", OutboxMail.objects.filter(to=to).latest("pk").text)
    assert found is not None
    return found.group(1)


def page_of(advice: Advice) -> str:
    return f"/pro/lorfolio/{advice.pk}/"


# --- the person invites


def test_L9_a_person_invites_and_the_adviser_accepts_at_that_address() -> None:
    owner, adviser = portfolio(), professional(name="Dominique Exemple")
    lived, kept = experience(owner, title="Boulangerie"), experience(owner, title=SECRET)
    browser = as_(owner.user)
    form = browser.get(INVITE).context["form"]
    assert set(form.initial["experiences"]) == {f"experience/{lived.pk}", f"experience/{kept.pk}"}
    answer = browser.post(INVITE, {
        "email": adviser.email.upper(), "message": "Merci.", "experiences": [f"experience/{lived.pk}"], "span": 30,
    })  # fmt: skip
    advice = Advice.objects.get()
    assert answer["Location"] == f"/lorfolio/conseil/{advice.pk}/"
    mail = OutboxMail.objects.get()
    assert (mail.to, mail.subject) == (adviser.email, "Une personne souhaite vous montrer son Lorfolio")
    pro = as_(adviser)
    path = link(adviser.email)
    assert pro.get(path).status_code == 200
    assert Advice.objects.get().accepted_at is None, "reading accepts nothing"
    assert pro.post(path)["Location"] == page_of(advice)
    advice.refresh_from_db()
    place = Organisation.objects.get().display_name
    assert (advice.adviser, advice.email, advice.adviser_words) == (adviser, "", f"Dominique Exemple, {place}")
    text = pro.get(page_of(advice)).content.decode()
    assert "Boulangerie" in text
    assert SECRET not in text
    assert pro.get(path)["Location"] == page_of(advice), "the link of the mail leads there again"


def test_L9_nothing_that_was_not_chosen_is_shown_and_no_way_to_reach_the_person() -> None:
    owner = portfolio(phone="0600000000", summary=SECRET, place=SECRET, url=f"https://exemple.invalid/{SECRET}")
    shown, adviser = experience(owner, title="Boulangerie"), professional()
    able = skill(owner, label=SECRET)
    able.experiences.add(shown)
    language(owner, name=SECRET)
    file(owner, name=f"{SECRET}.pdf")
    cv(owner, name=SECRET)
    Target.objects.create(portfolio=owner, title=SECRET)
    Step.objects.create(portfolio=owner, title=SECRET)
    advice = invited(owner, adviser, keys=[("experience", shown.pk)])
    text = as_(adviser).get(page_of(advice)).content.decode()
    assert "Boulangerie" in text
    for word in (SECRET, "0600000000", owner.user.email):
        assert word not in text


def test_L9_project_and_cvs_are_shown_when_chosen() -> None:
    owner, adviser = portfolio(), professional()
    shown, kept = cv(owner, name="CV boulangerie"), cv(owner)
    Target.objects.create(portfolio=owner, title="Boulangère")
    advice = invited(owner, adviser, cvs=[shown], with_project=True)
    browser = as_(adviser)
    text = browser.get(page_of(advice)).content.decode()
    assert ("CV boulangerie" in text, "Boulangère" in text, kept.name in text) == (True, True, False)
    drawn = browser.get(f"{page_of(advice)}cv/{shown.pk}.pdf")
    assert (drawn.status_code, drawn["Content-Type"], drawn.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert "no-store" in drawn["Cache-Control"]
    assert browser.get(f"{page_of(advice)}cv/{kept.pk}.pdf").status_code == 404
    assert Visit.objects.filter(what="Le CV «\u00a0CV boulangerie\u00a0»").count() == 1


def test_L9_another_persons_things_are_not_shown_whatever_the_form_says() -> None:
    owner, other = portfolio(), portfolio()
    theirs = experience(other, title=SECRET)
    answer = as_(owner.user).post(INVITE, {
        "email": "a@exemple.invalid", "experiences": [f"experience/{theirs.pk}"], "span": 30,
    })  # fmt: skip
    assert answer.status_code == 200
    advice = invited(owner, keys=[("experience", theirs.pk)], cvs=[cv(other)])
    assert (advice.selection.choices.count(), advice.cvs.count()) == (0, 0)


@pytest.mark.parametrize("days", [-1, 181])
def test_L9_an_invitation_lasts_at_most_half_a_year(days: int) -> None:
    with pytest.raises(ValidationError) as refused:
        invited(portfolio(), until=timezone.localdate() + dt.timedelta(days=days))
    assert list(refused.value.message_dict) == ["until"]


def test_S4_what_was_typed_stays_and_errors_stand_beside_fields() -> None:
    owner = portfolio()
    lived = experience(owner)
    answer = as_(owner.user).post(INVITE, {"email": "rien", "message": "Bonjour", "span": 30, "experiences": []})
    assert list(answer.context["form"].errors) == ["email"]
    assert "Bonjour" in answer.content.decode()
    answer = as_(owner.user).post(INVITE, {"email": "a@exemple.invalid", "span": 30})
    assert answer.context["form"].non_field_errors() == ["Cochez au moins une chose à montrer."]
    answer = as_(owner.user).post(INVITE, {
        "email": owner.user.email, "span": 30, "experiences": [f"experience/{lived.pk}"],
    })  # fmt: skip
    assert list(answer.context["form"].errors) == ["email"]
    assert not Advice.objects.exists()


def test_two_clicks_invite_once() -> None:
    owner = portfolio()
    assert invited(owner) == invited(owner)
    assert OutboxMail.objects.count() == 1
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=2)), pytest.raises(ValidationError):
        invited(owner)


def test_L10_before_fifteen_nobody_is_invited() -> None:
    owner = portfolio(minor_until=timezone.localdate() + dt.timedelta(days=400))
    with pytest.raises(ValidationError):
        invited(owner)


def test_the_mails_of_one_account_are_counted(settings: Any) -> None:
    from lorfolio.views.advice import InviteUse

    owner = portfolio()
    lived = experience(owner)
    browser, codes = as_(owner.user), []
    InviteUse.THROTTLE_RATES = {**InviteUse.THROTTLE_RATES, "attestations": "1/day"}
    try:
        for name in ("a", "b"):
            answer = browser.post(INVITE, {
                "email": f"{name}@exemple.invalid", "span": 30, "experiences": [f"experience/{lived.pk}"],
            })  # fmt: skip
            codes.append(answer.status_code)
    finally:
        del InviteUse.THROTTLE_RATES
    assert codes == [302, 200]
    assert Advice.objects.count() == 1


# --- who opens the link


def test_L9_who_is_not_of_the_network_is_told_why() -> None:
    owner = portfolio()
    invited(owner)
    path = link("conseil@exemple.invalid")
    for stranger in (person("conseil@exemple.invalid"), officer(), region_staff()):
        for answer in (as_(stranger).get(path), as_(stranger).post(path, {"typed": "conseil@exemple.invalid"})):
            assert (answer.status_code, answer.context["state"]) == (403, "outside")
            assert owner.given_name not in answer.content.decode()
    assert Client().get(path)["Location"].startswith("/comptes/connexion/?next=")


def test_L9_another_address_of_the_network_says_which_one_was_invited() -> None:
    invited(portfolio())
    path, browser = link("conseil@exemple.invalid"), as_(professional())
    assert browser.get(path).context["state"] == "other"
    assert list(browser.post(path, {"typed": "autre@exemple.invalid"}).context["form"].errors) == ["typed"]
    assert browser.post(path, {"typed": " Conseil@exemple.invalid"}).status_code == 302
    assert Advice.objects.get().accepted_at is not None


def test_L9_an_address_that_is_not_proved_is_not_the_one_invited() -> None:
    invited(portfolio())
    user = professional()
    user.emailaddress_set.create(email="conseil@exemple.invalid", verified=False)
    assert as_(user).get(link("conseil@exemple.invalid")).context["state"] == "other"


def test_L9_the_first_who_accepts_is_the_only_one() -> None:
    first, second = professional(), professional()
    advice = invited(portfolio(), first)
    with pytest.raises(ValidationError):
        advising.accept(advice=advice, user=second, at=timezone.now())
    assert as_(second).get(page_of(advice)).status_code == 404


def test_L9_no_thank_you() -> None:
    advice = invited(portfolio())
    browser = as_(professional())
    path = link("conseil@exemple.invalid")
    assert browser.post(path, {"no": "1"}).status_code == 302
    advice.refresh_from_db()
    assert (advice.declined_at is None, advice.email) == (False, "")
    assert browser.get(path).status_code == 404


# --- it ends


def _revoked(advice: Advice, _: User) -> None:
    advising.revoke(advice=advice, at=timezone.now())


def _over(advice: Advice, _: User) -> None:
    Advice.objects.update(until=timezone.localdate() - dt.timedelta(days=1))


def _left(advice: Advice, adviser: User) -> None:
    Mandate.objects.filter(user=adviser).update(ended_at=timezone.now())


def _former(advice: Advice, adviser: User) -> None:
    Organisation.objects.update(status=Organisation.Status.FORMER)


def _young(advice: Advice, _: User) -> None:
    Portfolio.objects.update(minor_until=timezone.localdate() + dt.timedelta(days=1))


@pytest.mark.parametrize("end", [_revoked, _over, _left, _former, _young])
def test_L9_it_stops_at_the_next_request(end: Any) -> None:
    owner, adviser = portfolio(), professional()
    shown = cv(owner)
    advice = invited(owner, adviser, cvs=[shown])
    browser = as_(adviser)
    path = link(adviser.email)
    assert browser.get(page_of(advice)).status_code == 200
    end(advice, adviser)
    for page in (page_of(advice), f"{page_of(advice)}cv/{shown.pk}.pdf"):
        assert browser.get(page).status_code == 404
    assert browser.post(page_of(advice), {"text": "Encore", "about": ""}).status_code == 404
    assert browser.get(path).status_code == 404
    assert not Comment.objects.exists()
    assert desk.waiting("pro", User.objects.get(pk=adviser.pk)) == []


def test_L1_other_people_find_nothing() -> None:
    owner, adviser = portfolio(), professional()
    advice = invited(owner, adviser)
    theirs = [f"/lorfolio/conseil/{advice.pk}/{rest}" for rest in ("", "choix/", "retirer/", "effacer/")]
    other = portfolio()
    for path in theirs:
        method = "post" if path.endswith(("retirer/", "effacer/")) else "get"
        assert getattr(as_(other.user), method)(path).status_code == 404, path
        assert getattr(as_(adviser), method)(path)["Location"] == "/lorfolio/ouvrir/", path
        assert getattr(Client(), method)(path)["Location"].startswith("/comptes/connexion/"), path
    for user in (professional(), region_staff(), officer(), person(), owner.user):
        assert as_(user).get(page_of(advice)).status_code == 404
    assert as_(adviser).get(page_of(Advice(pk=uuid.uuid4()))).status_code == 404
    advice.refresh_from_db()
    assert advice.revoked_at is None


@pytest.mark.parametrize(("make", "status"), [(professional, 200), (person, 403), (officer, 403), (region_staff, 403)])
def test_E4_the_list_is_for_professionals(make: Any, status: int) -> None:
    assert as_(make()).get("/pro/lorfolio/").status_code == status


# --- what they say, and the trace


def test_L9_comments_and_answers_with_neutral_mails() -> None:
    owner, adviser = portfolio(), professional()
    lived = experience(owner, title="Boulangerie")
    advice = invited(owner, adviser, keys=[("experience", lived.pk)])
    OutboxMail.objects.all().delete()
    about, pro, mine = f"experience/{lived.pk}", as_(adviser), as_(owner.user)
    for words in ("Dites combien de pains.", "Dites combien de pains.", "Et depuis quand\u00a0?"):
        assert pro.post(page_of(advice), {"text": words, "about": about}).status_code == 302
    assert Comment.objects.filter(by_owner=False).count() == 2, "sent twice is said once"
    assert advising.unread(owner) == 2
    mail = OutboxMail.objects.get()
    assert (mail.to, mail.subject) == (owner.user.email, "Du nouveau dans votre Lorfolio")
    assert "pains" not in mail.text
    assert mine.get("/lorfolio/conseil/").context["open"][0][0].new == 2
    page = mine.get(f"/lorfolio/conseil/{advice.pk}/")
    assert "Dites combien de pains." in page.content.decode()
    assert advising.unread(owner) == 0
    assert mine.post(f"/lorfolio/conseil/{advice.pk}/", {"text": "Deux cents.", "about": about}).status_code == 302
    assert OutboxMail.objects.latest("pk").to == adviser.email
    assert [line["count"] for line in desk.waiting("pro", User.objects.get(pk=adviser.pk))] == [1]
    assert pro.get("/pro/lorfolio/").context["advices"][0].new == 1
    assert "Deux cents." in pro.get(page_of(advice)).content.decode()
    assert pro.get("/pro/lorfolio/").context["advices"][0].new == 0
    experience(owner)
    lived.refresh_from_db()
    assert lived.title == "Boulangerie"


def test_L9_a_comment_is_about_what_is_shown() -> None:
    owner, adviser = portfolio(), professional()
    hidden = experience(owner)
    advice = invited(owner, adviser)
    browser = as_(adviser)
    for about in (f"experience/{hidden.pk}", "n’importe quoi"):
        assert browser.post(page_of(advice), {"text": "Mot", "about": about}).status_code == 404
    answer = browser.post(page_of(advice), {"text": " ", "about": ""})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["text"])
    assert not Comment.objects.exists()


def test_L9_what_is_said_is_text() -> None:
    owner, adviser = portfolio(), professional()
    advice = invited(owner, adviser)
    as_(adviser).post(page_of(advice), {"text": "<script>alert(1)</script>", "about": ""})
    text = as_(owner.user).get(f"/lorfolio/conseil/{advice.pk}/").content.decode()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_L9_the_person_reads_when_they_were_looked_at() -> None:
    owner, adviser = portfolio(), professional()
    advice = invited(owner, adviser)
    browser = as_(adviser)
    browser.get(page_of(advice))
    browser.get(page_of(advice))
    assert Visit.objects.count() == 1
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1)):
        browser.get(page_of(advice))
    page = as_(owner.user).get(f"/lorfolio/conseil/{advice.pk}/")
    assert [visit.what for visit in page.context["visits"]] == ["Le contenu choisi"] * 2


def test_L9_what_is_shown_changes_at_once_and_words_stay() -> None:
    owner, adviser = portfolio(), professional()
    lived, other = experience(owner, title="Boulangerie"), experience(owner, title="Menuiserie")
    advice = invited(owner, adviser, keys=[("experience", lived.pk)])
    pro = as_(adviser)
    pro.post(page_of(advice), {"text": "Très bien.", "about": f"experience/{lived.pk}"})
    page = f"/lorfolio/conseil/{advice.pk}/choix/"
    browser = as_(owner.user)
    assert browser.get(page).context["form"].initial["experiences"] == [f"experience/{lived.pk}"]
    browser.post(page, {"experiences": [f"experience/{other.pk}"], "span": 0})
    text = pro.get(page_of(advice)).content.decode()
    assert ("Menuiserie" in text, "Boulangerie" in text, "Très bien." in text) == (True, False, True)


def test_L9_the_person_ends_it_then_forgets_it() -> None:
    owner, adviser = portfolio(), professional()
    advice = invited(owner, adviser)
    browser = as_(owner.user)
    browser.post(f"/lorfolio/conseil/{advice.pk}/retirer/")
    browser.post(f"/lorfolio/conseil/{advice.pk}/retirer/")
    assert as_(adviser).get(page_of(advice)).status_code == 404
    assert browser.post(f"/lorfolio/conseil/{advice.pk}/effacer/")["Location"] == "/lorfolio/conseil/"
    assert not Advice.objects.exists()


def test_L9_addresses_of_what_is_over_are_forgotten() -> None:
    invited(portfolio())
    assert advising.end_over(today=timezone.localdate()) == 0
    assert advising.end_over(today=timezone.localdate() + dt.timedelta(days=31)) == 1
    assert Advice.objects.get().email == ""


def test_the_pages_ask_as_much_for_many_as_for_one(django_assert_max_num_queries: Any) -> None:
    owner, adviser = portfolio(), professional()
    items = [("experience", experience(owner).pk) for _ in range(6)] + [("skill", skill(owner).pk) for _ in range(6)]
    advice = invited(owner, adviser, keys=items, cvs=[cv(owner) for _ in range(3)], with_project=True)
    for number in range(8):
        Comment.objects.create(advice=advice, at=timezone.now(), text=str(number))
        invited(owner, email=f"c{number}@exemple.invalid")
        invited(portfolio(), adviser)
    mine, pro = as_(owner.user), as_(adviser)
    with django_assert_max_num_queries(14):
        assert mine.get("/lorfolio/conseil/").status_code == 200
    with django_assert_max_num_queries(24):
        assert mine.get(f"/lorfolio/conseil/{advice.pk}/").status_code == 200
    with django_assert_max_num_queries(14):
        assert pro.get("/pro/lorfolio/").status_code == 200
    with django_assert_max_num_queries(32):
        assert pro.get(page_of(advice)).status_code == 200

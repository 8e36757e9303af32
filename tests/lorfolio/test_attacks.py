"""What an attacker and a regulator tried (issue 7): each found a hole, or says that there is none (L1, L3, S2)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.models import OutboxMail
from lorfolio import letters
from lorfolio.interchange.incoming import close
from lorfolio.models import Portfolio, Skill
from lorfolio.services import advising, attesting, proofs, skills
from lorfolio.skill_keys import skill_key
from lorfolio.urls import urlpatterns
from spro import logs
from tests.factories import person
from tests.lorfolio import people
from tests.spro.access_lorfolio import NOBODY

pytestmark = pytest.mark.django_db
# It carries a signature of its own instead of a cookie (tests/lorfolio/test_site_messages.py).
EXCEPT = {"p/<slug:slug>/ecrire/"}


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def signed(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("C", "c"), ("C++", "c++"), ("C#", "c#"), ("C♯", "c#"), ("  c ++ ", "c"), ("C/C++", "c c++"),
        ("C++11", "c++ 11"), ("Notepad++ et F#", "notepad++ et f#"), ("Bac+2", "bac 2"),
        ("Été à l’École", "ete a l ecole"),
        ("+", "+"), ("#", "#"), ("电工", "电工"), ("x" * 300, "x" * 160),
    ],
)  # fmt: skip
def test_L3_the_key_of_a_skill_keeps_the_signs_of_its_name(label: str, key: str) -> None:
    assert skill_key(label) == key
    assert close("skill", {"label": label}) == ("skill", key)


def test_L3_c_and_c_plus_plus_and_c_sharp_are_three_skills() -> None:
    owner = people.portfolio()
    for label in ("C", "C++", "C#", "c++", "c#", "C"):
        skills.hold(portfolio=owner, label=label)
    assert sorted(Skill.objects.filter(portfolio=owner).values_list("label", flat=True)) == ["C", "C#", "C++"]
    plus = Skill.objects.get(portfolio=owner, label="C++")
    skills.change(skill=plus, facts={"label": "C+", "level": 0, "note": "", "keywords": []}, experiences=[])
    assert Skill.objects.get(pk=plus.pk).folded == "c+"


# --- what the portal writes to people outside

LINKS = ("http://piege.invalid", "www.piege.invalid", "piege.xyz", "Voir piege.top/gain", "ftp://piege", "a.piege/x")
WORDS = (
    "Chez Dupont, fin 2019. J’y étais.",
    "M. Dupont et J.-P. Martin",
    "3.5 jours",
    "Formation CAP/BEP",
    "etc.Merci",
)


@pytest.mark.parametrize("words", LINKS)
def test_S4_no_link_of_a_stranger_leaves_in_a_mail_of_the_portal(words: str) -> None:
    """By the message of an attestation, of an invitation, or by a name."""
    owner = people.portfolio()
    browser, able = signed(owner.user), people.skill(owner, "Cuisiner")
    asked = {"asked_name": "Dominique", "asked_email": "chef@exemple.invalid", "message": words}
    page = browser.post(f"/lorfolio/preuves/competence/{able.pk}/attestation/", asked)
    assert list(page.context["form"].errors) == ["message"]
    given = {"email": "chef@exemple.invalid", "message": words, "skills": [f"skill/{able.pk}"], "span": 30}
    page = browser.post("/lorfolio/conseil/inviter/", given)
    assert list(page.context["form"].errors) == ["message"]
    Portfolio.objects.filter(pk=owner.pk).update(given_name=words[:80], family_name="")
    browser.post(f"/lorfolio/preuves/competence/{able.pk}/attestation/", asked | {"message": ""})
    browser.post("/lorfolio/conseil/inviter/", given | {"message": ""})
    mails = OutboxMail.objects.filter(to="chef@exemple.invalid")
    assert mails.count() == 2
    assert [mail.key for mail in mails if words in mail.text + mail.subject] == []


@pytest.mark.parametrize("words", WORDS)
def test_S4_plain_words_are_no_link(words: str) -> None:
    assert not letters.has_link(words)


def test_S4_a_name_of_several_lines_writes_no_paragraph_of_its_own() -> None:
    """Asked by hand: a browser sends no line break in a field of one line."""
    user = person("mechant@exemple.invalid")
    browser = signed(user)
    name = "Inès\r\n\r\nVotre compte est bloqu\u00e9\u2028rappelez le 0800\u202e"
    browser.post("/lorfolio/ouvrir/", {"given_name": name, "family_name": "", "grown": "oui"})
    assert Portfolio.objects.get(user=user).given_name == "Inès Votre compte est bloqué rappelez le 0800"


def test_S4_a_name_keeps_the_joiners_of_its_writing() -> None:
    user = person()
    name = "علی\u200cرضا 👩\u200d🍳"
    signed(user).post("/lorfolio/ouvrir/", {"given_name": name, "family_name": "", "grown": "oui"})
    assert Portfolio.objects.get(user=user).given_name == name


def test_L10_the_address_of_who_answered_is_not_kept_by_the_outbox() -> None:
    """Sent mails are forgotten after a month: not what a person answered, declined, or was spared."""
    owner, at = people.portfolio(), people.NOW
    able = people.skill(owner, "Cuisiner")
    asked = [
        attesting.ask(item=able, name="X", email=f"{n}@exemple.invalid", message="", at=at) for n in range(3)
    ]  # fmt: skip
    invited = [
        advising.invite(portfolio=owner, email=f"pro{n}@exemple.invalid", until=timezone.localdate(at), at=at)
        for n in range(3)
    ]
    OutboxMail.objects.update(sent_at=at)
    attesting.answer(proof=asked[0], confirmed=False, at=at)
    proofs.take_off(proof=asked[1])
    advising.decline(advice=invited[0], at=at)
    advising.revoke(advice=invited[1], at=at)
    kept = OutboxMail.objects.filter(to__endswith="@exemple.invalid").exclude(to=owner.user.email)
    assert sorted(kept.values_list("to", flat=True)) == ["2@exemple.invalid", "pro2@exemple.invalid"]
    attesting.forget_expired(at=at + dt.timedelta(days=60))
    advising.end_over(today=timezone.localdate(at) + dt.timedelta(days=1))
    assert not kept.exists()


# --- what a log, a cache, a frame keep


def test_S2_an_incident_in_a_lorfolio_says_where_and_not_what(caplog: pytest.LogCaptureFixture) -> None:
    word = "Zéphyrine-Canari"
    raised = (
        f'Traceback (most recent call last):\n  File "/srv/lorfolio/content.py", line 3, in whole\n'
        f"    return said[word]\nKeyError: '{word}'"
    )
    told = logs._scrub_event(None, "", {"event": "x", "exception": raised})
    assert word not in told["exception"]
    assert told["exception"].endswith("KeyError: […]")


@pytest.mark.parametrize(
    ("path", "status"),
    [(f"/lorfolio/cv/{NOBODY}/", 404), ("/lorfolio/nulle-part/", 404), ("/pro/lorfolio/", 403)],
)  # fmt: skip
def test_S2_a_refusal_too_is_kept_by_no_cache(path: str, status: int) -> None:
    answer = signed(people.portfolio().user).get(path)
    assert answer.status_code == status
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"


def test_S2_the_page_that_says_what_it_is_stays_open_to_all() -> None:
    answer = Client().get("/lorfolio/decouvrir/")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "public, max-age=60")
    assert not answer.has_header("X-Robots-Tag")


@pytest.mark.parametrize("route", sorted({str(p.pattern) for p in urlpatterns} - EXCEPT))
def test_S2_no_form_of_another_site_writes_anything(route: str) -> None:
    """A POST without the token of our own pages: refused before any view."""
    owner = people.portfolio()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner.user)
    path = "/" + re.sub(r"<uuid:\w+>", str(owner.pk), route)
    path = re.sub(r"<int:\w+>", "1", path)
    path = re.sub(r"<\w+:\w+>", "x", path)
    assert browser.post(path, {"act": "add"}).status_code == 403


@pytest.mark.parametrize("path", ["", "profil/", "coffre/", "site/", "cv/", "conseil/", "projet/", "emporter/"])
def test_S2_no_other_site_frames_a_page_of_one_s_own(path: str) -> None:
    answer = signed(people.portfolio().user).get(f"/lorfolio/{path}")
    assert answer.status_code == 200
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]

"""ProConnect and FranceConnect, played with a provider of the tests: whatever does not hold to the letter stays out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from accounts.dormant import purge_unverified_accounts
from accounts.models import User
from accounts.proof import ELSEWHERE
from accounts.services import open_account
from core.models import JournalEntry, OutboxMail
from tests.accounts.conftest import last_link
from tests.accounts.oidc_provider import CLIENT, SECRET, Provider, running
from tests.accounts.tools import CODE, code_of, give_application, grow_old, sign_in, signed_in, type_password
from tests.factories import person

SITE = "https://orientation.exemple.test"
DOORS = "/comptes/fournisseurs/"
pytestmark = pytest.mark.django_db


@pytest.fixture(params=["RS256", "ES256"])
def provider(request: Any, settings: Any) -> Iterator[Provider]:
    with running(request.param) as started:
        yield _plug(started, settings)


@pytest.fixture
def one(settings: Any) -> Iterator[Provider]:
    with running() as started:
        yield _plug(started, settings)


def _plug(started: Provider, settings: Any) -> Provider:
    started.person = {
        "sub": "sub-de-camille", "given_name": "Camille", "usual_name": "Exemple", "email": "camille@exemple.invalid",
        "email_verified": True, "siret": "13002526500013", "uid": "1234", "birthdate": "1990-01-01",
    }  # fmt: skip
    about = {"server_url": started.url, "acr": ["eidas1", "eidas2", "eidas3"]}
    for name in ("proconnect", "franceconnect"):
        title = {"proconnect": "ProConnect", "franceconnect": "FranceConnect"}[name]
        scope = [*settings.SOCIALACCOUNT_PROVIDERS.get(name, {}).get("SCOPE", []), "openid", "email"]
        app = {"name": title, "client_id": CLIENT, "secret": SECRET, "settings": about | {"scope": scope}}
        settings.SOCIALACCOUNT_PROVIDERS = {**settings.SOCIALACCOUNT_PROVIDERS, name: {"APPS": [app]}}
    settings.SITE_URL = SITE
    return started


def question(browser: Client, door: str = "proconnect", **typed: str) -> dict[str, str]:
    """What the browser is sent to ask the provider."""
    page = browser.post(f"{DOORS}{door}/", {"process": "login", **typed})
    assert page.status_code == 200, page.get("Location")
    return dict(parse_qsl(urlsplit(page.context["url"]).query))


def come_in(browser: Client, provider: Provider, door: str = "proconnect", **typed: str) -> Any:
    back = urlsplit(provider.authorize(question(browser, door, **typed)))
    assert f"{back.scheme}://{back.netloc}" == SITE
    return browser.get(f"{back.path}?{back.query}")


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


# --- Coming in


@pytest.mark.parametrize("door", ["proconnect", "franceconnect"])
def test_somebody_new_comes_in_and_the_least_is_kept(browser: Client, provider: Provider, door: str) -> None:
    assert come_in(browser, provider, door, next="/comptes/nom/")["Location"] == "/comptes/nom/"
    assert signed_in(browser)
    user = User.objects.get()
    assert (user.email, user.name, user.has_usable_password()) == ("camille@exemple.invalid", "Camille Exemple", False)
    held = SocialAccount.objects.get()
    assert (held.provider, held.uid) == (door, "sub-de-camille")
    assert held.extra_data == {"sub": "sub-de-camille", "siret": "13002526500013"}


def test_they_come_back_to_the_same_account_whatever_their_address_became(browser: Client, one: Provider) -> None:
    come_in(browser, one)
    one.person["email"] = "autre@exemple.invalid"
    other = Client()
    come_in(other, one)
    assert signed_in(other)
    assert list(User.objects.values_list("email", flat=True)) == ["camille@exemple.invalid"]


def test_the_question_holds_what_makes_its_answer_verifiable(browser: Client, one: Provider) -> None:
    first, second = question(browser), question(browser)
    assert first["redirect_uri"] == f"{SITE}{DOORS}proconnect/retour/"
    assert (first["acr_values"], first["code_challenge_method"]) == ("eidas1", "S256")
    for name in ("state", "nonce"):
        assert len(first[name]) >= 32
        assert first[name] != second[name]


def test_nobody_asks_for_more_by_the_address(browser: Client, one: Provider) -> None:
    answer = browser.post(f"{DOORS}proconnect/?scope=birthdate&auth_params=acr_values%3Dnothing", {"process": "login"})
    asked = dict(parse_qsl(urlsplit(answer.context["url"]).query))
    assert (set(asked["scope"].split()), asked["acr_values"]) == ({"openid", "email"}, "eidas1")


def test_the_host_a_browser_claims_does_not_move_the_way_back(browser: Client, one: Provider, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "autre.exemple.test"]
    answer = browser.post(f"{DOORS}proconnect/", {"process": "login"}, headers={"host": "autre.exemple.test"})
    asked = dict(parse_qsl(urlsplit(answer.context["url"]).query))
    assert asked["redirect_uri"].startswith(f"{SITE}/")


def test_a_second_factor_is_asked_of_them_too(browser: Client, one: Provider) -> None:
    come_in(browser, one)
    secret = give_application(User.objects.get())
    other = Client()
    assert come_in(other, one)["Location"] == CODE
    assert not signed_in(other)
    other.post(CODE, {"code": code_of(secret)})
    assert signed_in(other)
    assert other.session["signed_in_by"]["provider"] == "proconnect"


# --- What does not hold

NOW = int(time.time())
LIES = {
    "signature of the id_token": {"id_token_signature": True},
    "no signature": {"id_token_none": True},
    "a shared secret": {"id_token_shared": True},
    "another nonce": {"id_token": lambda claims: claims.update(nonce="x" * 43)},
    "no nonce": {"id_token": lambda claims: claims.pop("nonce")},
    "another audience": {"id_token": lambda claims: claims.update(aud="un-autre-site")},
    "two audiences, another party": {"id_token": lambda claims: claims.update(aud=[CLIENT, "x"], azp="x")},
    "another issuer": {"id_token": lambda claims: claims.update(iss="https://faux.exemple.test")},
    "expired": {"id_token": lambda claims: claims.update(exp=NOW - 3_600)},
    "without end": {"id_token": lambda claims: claims.pop("exp")},
    "too weak": {"id_token": lambda claims: claims.update(acr="eidas0")},
    "signature of userinfo": {"userinfo_signature": True},
    "userinfo not signed": {"userinfo_none": True},
    "userinfo in clear": {"userinfo_plain": True},
    "userinfo of somebody else": {"userinfo": lambda claims: claims.update(sub="quelqu-un-d-autre")},
    "userinfo for another": {"userinfo": lambda claims: claims.update(aud="un-autre-site")},
    "userinfo of another issuer": {"userinfo": lambda claims: claims.update(iss="https://faux.exemple.test")},
    "userinfo expired": {"userinfo": lambda claims: claims.update(exp=NOW - 3_600)},
    "another state": {"back": {"state": "x" * 43}},
    "no state": {"back": {"state": ""}},
    "no code": {"back": {"code": ""}},
}


@pytest.mark.parametrize("lie", LIES)
def test_S5_an_answer_that_does_not_hold_opens_nothing(browser: Client, one: Provider, lie: str) -> None:
    one.lies = LIES[lie]
    answer = come_in(browser, one)
    assert (answer.status_code, answer.templates[0].name) == (401, "socialaccount/authentication_error.html")
    assert not signed_in(browser)
    assert (User.objects.count(), SocialAccount.objects.count()) == (0, 0)


def test_an_answer_serves_once_and_in_the_browser_that_asked(browser: Client, one: Provider) -> None:
    back = urlsplit(one.authorize(question(browser)))
    address = f"{back.path}?{back.query}"
    thief = Client()
    assert thief.get(address).status_code == 401
    assert browser.get(address).status_code == 302
    assert browser.get(address).status_code == 401


def test_giving_up_is_said_without_alarm(browser: Client, one: Provider) -> None:
    one.lies = {"back": {"code": "", "error": "access_denied"}}
    answer = come_in(browser, one)
    assert answer["Location"] == f"{DOORS}renonce/"
    answer = browser.get(answer["Location"])
    assert said(answer) == ["Vous n’êtes pas allé·e au bout : rien n’a changé. Vous pouvez recommencer."]


def test_a_provider_that_is_down_is_said(browser: Client, one: Provider) -> None:
    one.metadata = list  # type: ignore[assignment, method-assign, return-value]
    answer = browser.post(f"{DOORS}proconnect/", {"process": "login"})
    assert said(answer) == ["Ce service ne répond pas. Réessayez dans quelques minutes."]


def test_an_address_not_said_to_be_verified_is_proved_by_a_mail(browser: Client, one: Provider) -> None:
    for claim in ("absent", False, "true"):
        one.person |= {"sub": f"sub-{claim}", "email": f"{claim}@exemple.invalid".lower(), "email_verified": claim}
        if claim == "absent":
            del one.person["email_verified"]
        other = Client()
        come_in(other, one)
        assert not signed_in(other)
        address = EmailAddress.objects.get(email=one.person["email"])
        assert (address.verified, OutboxMail.objects.filter(to=address.email).count()) == (False, 1)


@pytest.mark.parametrize(
    "email", [None, "", "pas une adresse", "сamille@exemple.invalid", "a" * 250 + "@exemple.invalid"]
)
def test_without_an_address_we_can_use_nothing_opens(browser: Client, one: Provider, email: Any) -> None:
    one.person["email"] = email
    answer = come_in(browser, one)
    assert said(answer) == ["ProConnect n’a pas transmis d’adresse que nous sachions utiliser."]
    assert User.objects.count() == 0


# --- An account that a stranger prepared


def unverified(one: Provider) -> None:
    one.person |= {"email": "victime@exemple.invalid", "email_verified": False}


def test_S5_a_door_opened_by_a_stranger_is_gone_when_the_link_is_followed_elsewhere(
    browser: Client, one: Provider
) -> None:
    unverified(one)
    come_in(browser, one)
    link = last_link("victime@exemple.invalid")
    victim = Client()
    answer = victim.post(link)
    assert said(answer)[0] == ELSEWHERE
    assert EmailAddress.objects.get().verified
    assert (SocialAccount.objects.count(), signed_in(victim), signed_in(browser)) == (0, False, False)
    come_in(browser, one)
    assert not signed_in(browser)
    assert JournalEntry.objects.filter(verb="account.clean").count() == 1


def test_S5_a_door_opened_by_a_stranger_is_gone_when_a_password_is_chosen(browser: Client, one: Provider) -> None:
    unverified(one)
    come_in(browser, one)
    user = User.objects.get()
    stolen = give_application(user)
    victim = Client()
    victim.post("/comptes/mot-de-passe/oubli/", {"email": user.email})
    page = victim.get(last_link(user.email))
    password = "une nouvelle phrase bien longue"
    victim.post(page["Location"], {"password1": password, "password2": password})
    assert (SocialAccount.objects.count(), Authenticator.objects.count()) == (0, 0)
    user.refresh_from_db()
    type_password(victim, user, password)
    assert (signed_in(victim), bool(stolen)) == (True, True)
    come_in(browser, one)
    assert not signed_in(browser)


def test_who_follows_the_link_where_they_came_in_keeps_their_door(browser: Client, one: Provider) -> None:
    unverified(one)
    come_in(browser, one)
    browser.post(last_link("victime@exemple.invalid"))
    assert (SocialAccount.objects.count(), signed_in(browser)) == (1, True)


def test_S5_doors_and_factors_stay_when_an_account_in_use_changes_address_or_password(
    browser: Client, one: Provider
) -> None:
    come_in(browser, one)
    user = User.objects.get()
    give_application(user)
    browser.post("/comptes/adresse/", {"email": "neuve@exemple.invalid", "action_add": "1"})
    Client().post(last_link("neuve@exemple.invalid"))
    user.refresh_from_db()
    assert user.email == "neuve@exemple.invalid"
    Client().post("/comptes/mot-de-passe/oubli/", {"email": user.email})
    reader = Client()
    page = reader.get(last_link(user.email))
    reader.post(page["Location"], {"password1": "une autre phrase longue", "password2": "une autre phrase longue"})
    assert (SocialAccount.objects.count(), Authenticator.objects.count()) == (1, 2)


def test_S2_an_account_of_a_provider_never_confirmed_is_forgotten(browser: Client, one: Provider) -> None:
    unverified(one)
    come_in(browser, one)
    opened = open_account(email="ouvert@exemple.invalid", name="", actor=None, home_url=SITE)
    User.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert purge_unverified_accounts() == 1
    assert (list(User.objects.all()), SocialAccount.objects.count()) == ([opened], 0)


# --- Joining an account


@pytest.mark.parametrize("typed", ["camille@exemple.invalid", "Camille@Exemple.Invalid"])
def test_S5_an_address_alone_joins_no_account(browser: Client, one: Provider, typed: str) -> None:
    person("camille@exemple.invalid")
    one.person["email"] = typed
    answer = come_in(browser, one)
    assert answer["Location"] == "/comptes/connexion/"
    assert said(answer) == [
        "Cette adresse a déjà un compte : connectez-vous, puis reliez ProConnect depuis votre compte."
    ]
    assert (SocialAccount.objects.count(), signed_in(browser)) == (0, False)


def test_it_is_linked_then_unlinked_from_the_inside(browser: Client, one: Provider) -> None:
    user = person("camille@exemple.invalid")
    sign_in(browser, user)
    assert come_in(browser, one, process="connect")["Location"] == DOORS
    held = SocialAccount.objects.get(user=user)
    other = Client()
    come_in(other, one)
    assert signed_in(other)
    assert browser.post(DOORS, {"account": held.pk})["Location"] == DOORS
    assert SocialAccount.objects.count() == 0
    verbs = JournalEntry.objects.filter(verb__startswith="provider.").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["provider.link", "provider.unlink"]
    assert list(OutboxMail.objects.filter(to=user.email).order_by("pk").values_list("subject", flat=True)) == [
        "ProConnect est relié à votre compte",
        "ProConnect n’est plus relié à votre compte",
    ]


def test_an_identity_linked_to_one_account_is_not_linked_to_another(browser: Client, one: Provider) -> None:
    come_in(browser, one)
    first = User.objects.get()
    other = Client()
    sign_in(other, person())
    answer = come_in(other, one, process="connect")
    assert answer["Location"] == DOORS
    assert SocialAccount.objects.get().user == first


@pytest.mark.usefixtures("one")
def test_linking_asks_who_this_is_after_an_hour(browser: Client) -> None:
    sign_in(browser, person())
    grow_old(browser)
    answer = browser.post(f"{DOORS}proconnect/", {"process": "connect"})
    assert answer["Location"].startswith("/comptes/confirmer-identite/")


def test_the_only_way_in_is_not_taken_away(browser: Client, one: Provider) -> None:
    come_in(browser, one)
    answer = browser.post(DOORS, {"account": SocialAccount.objects.get().pk})
    errors = answer.context["form"].errors["__all__"]
    assert errors == ["Choisissez d’abord un mot de passe : sans lui, vous ne pourriez plus entrer."]
    assert SocialAccount.objects.count() == 1


def test_somebody_elses_link_is_not_cut(browser: Client, one: Provider) -> None:
    come_in(browser, one)
    other = Client()
    sign_in(other, person())
    assert other.post(DOORS, {"account": SocialAccount.objects.get().pk}).status_code == 200
    assert SocialAccount.objects.count() == 1


def test_who_has_no_password_says_again_who_they_are_at_the_provider(browser: Client, one: Provider) -> None:
    come_in(browser, one)
    grow_old(browser)
    asked = browser.get("/comptes/double-verification/application/activer/")
    assert asked["Location"].startswith(f"{DOORS}confirmer/?next=")
    page = browser.get(asked["Location"])
    assert [door.name for door in page.context["doors"]] == ["ProConnect"]
    assert question(browser, again="1")["prompt"] == "login"
    target = page.context["next"]
    assert come_in(browser, one, again="1", next=target)["Location"] == target
    assert browser.get(target).status_code == 200


# --- Going out


def test_signing_out_leaves_the_provider_too(browser: Client, one: Provider) -> None:
    come_in(browser, one)
    assert "eyJ" not in str(browser.session["signed_in_by"])  # kept, but not as it is
    page = browser.post("/comptes/deconnexion/")
    assert not signed_in(browser)
    address = urlsplit(page.context["url"])
    sent = dict(parse_qsl(address.query))
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{one.url}/session/end"
    assert sent["post_logout_redirect_uri"] == f"{SITE}/comptes/deconnexion/"
    assert jwt.decode(sent["id_token_hint"], options={"verify_signature": False})["sub"] == "sub-de-camille"
    assert browser.get("/comptes/deconnexion/", {"state": sent["state"]})["Location"] == "/"


def test_signing_out_by_a_password_session_goes_nowhere_else(browser: Client, one: Provider) -> None:
    assert one.url
    sign_in(browser, person())
    assert browser.post("/comptes/deconnexion/")["Location"] == "/"


# --- Only what was given


def test_nothing_is_offered_nor_answers_without_an_identifier(browser: Client) -> None:
    html = browser.get("/comptes/connexion/").content.decode()
    assert "S’identifier avec" not in html
    for path in (f"{DOORS}proconnect/", f"{DOORS}franceconnect/"):
        assert browser.post(path, {"process": "login"}).status_code == 404
    assert browser.get(f"{DOORS}proconnect/retour/").status_code == 404


@pytest.mark.usefixtures("one")
def test_the_buttons_say_what_the_State_asks_them_to(browser: Client) -> None:
    html = browser.get("/comptes/connexion/").content.decode()
    for name in ("ProConnect", "FranceConnect"):
        assert html.count(f"S’identifier avec {name}") == 1
        assert html.count(f"Qu’est-ce que {name}&nbsp;?") == 1


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize("process", ["redirect", "x", ""])
def test_another_process_is_not_found(browser: Client, process: str) -> None:
    assert browser.post(f"{DOORS}proconnect/", {"process": process}).status_code == 404
    assert browser.get(f"{DOORS}proconnect/").status_code == 405


def test_S3_an_identity_gives_no_right_by_itself(browser: Client, one: Provider) -> None:
    come_in(browser, one)
    assert browser.get("/pro/").status_code == 403
    assert browser.get("/admin/").status_code == 404

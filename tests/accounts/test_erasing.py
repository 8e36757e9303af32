"""An account is erased by who holds it, at once and for good; a receipt says what went (L10, S2)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.erasing import Receipt, erase
from accounts.models import User
from core.journal import record
from core.models import JournalEntry, OutboxMail
from core.outbox import queue_raw
from events.models import Alert
from events.search.asked import Search
from events.services.alerting import subscribe
from members.models import Mandate
from tests.accounts.tools import grow_old, sign_in
from tests.factories import person, professional
from tests.lorfolio.people import NOW
from tests.psad.world import member, platform

PAGE = "/comptes/supprimer/"
GONE = "/comptes/supprimer/recu/"
pytestmark = pytest.mark.django_db


def test_M3_who_alone_manages_an_organisation_is_warned_and_may_leave() -> None:
    """Nobody is kept in an account; the Region's desk sees the organisation among those without a manager."""
    browser, user = Client(), professional(Mandate.Role.MANAGER)
    place = Mandate.objects.get(user=user).organisation
    sign_in(browser, user)
    said = [warn.what for warn in browser.get(PAGE).context["before"].warns]
    assert len(said) == 1
    assert said[0].startswith(f"Vous êtes la seule personne à gérer {place.display_name}")
    other = Mandate.objects.create(user=person(), organisation=place, role=Mandate.Role.MANAGER)
    assert browser.get(PAGE).context["before"].warns == []
    other.delete()
    answer = say_yes(browser)
    assert answer.status_code == 302
    assert place.display_name not in browser.get(GONE).content.decode()
    assert not User.objects.filter(pk=user.pk).exists()


def say_yes(browser: Client, word: str = "SUPPRIMER") -> Any:
    return browser.post(PAGE, {"word": word})


def test_L10_an_account_goes_with_its_mails_sessions_and_alerts(browser: Client) -> None:
    user, other = person("ines@exemple.invalid"), person("karim@exemple.invalid")
    for address in (user.email, other.email):
        queue_raw(key=f"essai-{address}", to=address.upper(), subject="Un mot", text="…")
        subscribe(search=Search(), email=address, rhythm="weekly")
    elsewhere = Client()
    sign_in(elsewhere, user)
    sign_in(browser, user)
    answer = say_yes(browser)
    assert (answer.status_code, answer["Location"]) == (302, GONE)
    assert set(User.objects.values_list("email", flat=True)) == {other.email}
    assert {mail.to.lower() for mail in OutboxMail.objects.all()} == {other.email}
    assert list(Alert.objects.values_list("email", flat=True)) == [other.email]
    assert elsewhere.get("/comptes/").status_code == browser.get("/comptes/").status_code == 302
    assert user.email not in str([session.get_decoded() for session in Session.objects.all()])


def test_L10_the_receipt_names_nobody_and_the_journal_knows_it(browser: Client) -> None:
    user = person("ines@exemple.invalid", name="Inès Exemple")
    sign_in(browser, user)
    say_yes(browser)
    page, kept = browser.get(GONE), browser.get("/comptes/supprimer/recu.txt")
    receipt: Receipt = page.context["receipt"]
    assert receipt.erased[0] == "1 compte, avec son nom et son mot de passe"
    for answer in (page, kept):
        text = answer.content.decode()
        assert receipt.digest in text
        assert not any(word in text for word in ("ines", "Inès", str(user.pk)))
        assert "no-store" in answer["Cache-Control"]
    assert kept["Content-Disposition"] == 'attachment; filename="recu-effacement.txt"'
    line = JournalEntry.objects.get(verb="account.erase")
    assert (line.target_key, line.changes) == (str(user.pk), {"receipt": [None, receipt.digest]})


def test_L10_without_a_receipt_there_is_nothing_to_see(browser: Client) -> None:
    for path in (GONE, "/comptes/supprimer/recu.txt"):
        assert browser.get(path)["Location"] == "/"


@pytest.mark.parametrize("word", ["", "oui", "supprime"])
def test_S4_another_word_erases_nothing(browser: Client, word: str) -> None:
    user = person()
    sign_in(browser, user)
    answer = say_yes(browser, word)
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["word"])
    assert User.objects.filter(pk=user.pk).exists()


@pytest.mark.parametrize("word", ["supprimer", " Supprimer ", "SUPPRIMER"])
def test_the_word_is_the_word_however_one_writes_it(browser: Client, word: str) -> None:
    sign_in(browser, person())
    assert say_yes(browser, word).status_code == 302
    assert User.objects.count() == 0


def test_L10_who_signed_in_a_while_ago_says_again_who_they_are(browser: Client) -> None:
    user = person()
    sign_in(browser, user)
    grow_old(browser)
    for answer in (browser.get(PAGE), say_yes(browser)):
        assert answer["Location"].startswith("/comptes/confirmer-identite/")
    assert User.objects.filter(pk=user.pk).exists()


def test_a_page_from_elsewhere_erases_nobody() -> None:
    browser = Client(enforce_csrf_checks=True)
    user = person()
    browser.force_login(user)
    assert say_yes(browser).status_code == 403
    assert User.objects.filter(pk=user.pk).exists()


def test_L10_an_address_that_was_never_proved_erases_nothing_of_its_owner(browser: Client) -> None:
    """Whoever writes somebody else's address in their account takes nothing of theirs away."""
    user = person("moi@exemple.invalid")
    user.emailaddress_set.create(email="autre@exemple.invalid", verified=False)
    queue_raw(key="k", to="autre@exemple.invalid", subject="Pour l’autre", text="…")
    subscribe(search=Search(), email="autre@exemple.invalid", rhythm="weekly")
    mails = OutboxMail.objects.count()
    sign_in(browser, user)
    say_yes(browser)
    assert User.objects.count() == 0
    assert (OutboxMail.objects.count(), Alert.objects.count()) == (mails, 1)


def test_L10_two_clicks_erase_once() -> None:
    user = person()
    assert isinstance(erase(user=user, at=NOW), Receipt)
    assert erase(user=user, at=NOW) is None
    assert JournalEntry.objects.filter(verb="account.erase").count() == 1


def test_M3_what_an_organisation_wrote_stays_with_it(browser: Client) -> None:
    user = professional()
    organisation = Mandate.objects.get().organisation
    record(verb="mandate.grant", target=organisation, actor=user)
    sign_in(browser, user)
    page = browser.get(PAGE)
    assert "Les fiches, évènements et dossiers" in page.content.decode()
    say_yes(browser)
    organisation.refresh_from_db()
    assert Mandate.objects.count() == 0
    assert JournalEntry.objects.filter(verb="mandate.grant", actor_key=str(user.pk)).count() == 1


def test_D8_who_follows_young_people_hands_them_over_first(browser: Client, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = False
    user = member(platform(), user=person())
    sign_in(browser, user)
    assert "Vous travaillez dans une PSAD" in browser.get(PAGE).content.decode()
    assert say_yes(browser).status_code == 409
    assert User.objects.filter(pk=user.pk).exists()


def test_the_technician_is_not_erased_by_a_page(browser: Client, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = False
    user = person(is_superuser=True)
    sign_in(browser, user)
    assert "ligne de commande" in browser.get(PAGE).content.decode()
    assert say_yes(browser).status_code == 409
    assert User.objects.filter(pk=user.pk).exists()

"""Invitations: by mail, for one address, once, for fourteen days; and nothing learnt by who should not."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services import end_period
from core.models import JournalEntry, OutboxMail
from core.secrets import digest
from members.models import Invitation, Mandate, Organisation
from members.rules import is_manager_of, is_member_of
from members.services_invitations import InvitationRefusedError, accept, find, invite, purge, resend, revoke
from members.tasks import purge_invitations
from tests import factories
from tests.members.test_pro_sheet import page, team

pytestmark = pytest.mark.django_db
MANAGER, MEMBER = Mandate.Role.MANAGER, Mandate.Role.MEMBER
GUEST = "camille.essai@exemple.invalid"
NAMED = {"name": "Camille Essai"}


def sent(house: Organisation, boss: User, email: str = GUEST, role: Mandate.Role = MEMBER) -> tuple[Invitation, str]:
    """An invitation, and the path of the link that its mail carries."""
    invitation = invite(organisation=house, email=email, role=role, actor=boss)
    return invitation, link()


def link() -> str:
    mail = OutboxMail.objects.filter(key__startswith="invitation:").latest("pk")
    found = re.search(r"/pro/invitation/[\w-]+/", mail.text)
    assert found is not None
    return found[0]


def test_an_invitation_leaves_by_mail_and_only_its_digest_is_kept(client: Client, settings: Any) -> None:
    settings.SITE_URL = "https://portail.exemple.fr"
    house, boss, _ = team(name="Maison d’essai")
    client.force_login(boss)
    data = {"email": "Camille.Essai@exemple.invalid", "role": "member", "message": "À bientôt !\n<b>Solène</b>"}
    assert client.post(page(house.slug, "equipe/inviter/"), data, HTTP_HOST="127.0.0.1").status_code == 302
    mail, invitation = OutboxMail.objects.get(), Invitation.objects.get()
    assert (mail.to, mail.subject) == (GUEST, "Maison d’essai vous invite à rejoindre son équipe")
    assert "https://portail.exemple.fr/pro/invitation/" in mail.text
    assert "À bientôt !" in mail.text
    secret = link().split("/")[-2]
    assert (invitation.digest, secret in str(vars(invitation))) == (digest(secret), False)
    assert timedelta(days=13, hours=23) < invitation.expires_at - timezone.now() <= timedelta(days=14)
    assert [secret in str(e.changes) or GUEST in str(e.changes) for e in JournalEntry.objects.all()] == [False]


def test_the_person_invited_joins_with_one_button(client: Client) -> None:
    house, boss, _ = team()
    _, url = sent(house, boss)
    guest = factories.person(GUEST)
    client.force_login(guest)
    shown = client.get(url).content.decode()
    assert (house.name in shown, "Solène Essai" in shown, Mandate.objects.filter(user=guest).exists()) == (
        True, True, False,
    )  # fmt: skip
    assert client.post(url, NAMED).headers["Location"] == "/pro/"
    assert (is_member_of(guest, house), is_manager_of(guest, house)) == (True, False)
    told = OutboxMail.objects.filter(key__startswith="invitation-accepted:").values_list("to", flat=True)
    assert list(told) == [boss.email]


def test_reading_the_page_writes_nothing_and_needs_no_account(client: Client) -> None:
    house, boss, _ = team()
    invitation, url = sent(house, boss)
    text = client.get(url).content.decode()
    assert (house.name in text, GUEST in text, "c•••@exemple.invalid" in text) == (True, False, True)
    assert client.post(url).status_code == 403
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_the_page_is_the_same_whether_the_address_has_an_account_or_not(client: Client) -> None:
    house, boss, _ = team()
    factories.person(GUEST)
    texts = []
    for email in (GUEST, "cyril.inconnu@exemple.invalid"):
        _, url = sent(house, boss, email)
        text = client.get(url).content.decode()
        texts.append(text.replace(url, "").replace(url.replace("/", "%2F"), ""))
    strip = re.compile(r"/pro/invitation/[\w-]+/|%2Fpro%2Finvitation%2F[\w-]+%2F")
    assert strip.sub("", texts[0]) == strip.sub("", texts[1])


def test_whoever_signs_in_comes_back(client: Client) -> None:
    house, boss, _ = team()
    _, url = sent(house, boss)
    factories.person(GUEST)
    answer = client.post(
        f"/comptes/connexion/?next={url}", {"login": GUEST, "password": factories.PASSWORD, "next": url}
    )
    assert answer.headers["Location"] == url


def sign_up(client: Client, url: str, email: str = GUEST) -> Any:
    password = "une phrase bien assez longue"
    data = {"email": email, "password1": password, "next": url} | NAMED
    return client.post(f"/comptes/inscription/?next={url}", data)


def test_signing_up_from_the_link_proves_the_address_that_received_it(client: Client) -> None:
    house, boss, _ = team(name="Maison d’essai")
    _, url = sent(house, boss)
    shown = client.get(f"/comptes/inscription/?next={url}").content.decode()
    assert ("Solène Essai vous invite" in shown, f'value="{GUEST}"' in shown, "visible que de vous" in shown) == (
        True, True, False,
    )  # fmt: skip
    assert sign_up(client, url).headers["Location"] == url
    assert OutboxMail.objects.filter(key__startswith="account:").count() == 0
    guest = User.objects.get(email=GUEST)
    assert guest.name == "Camille Essai"
    assert client.post(url, NAMED).headers["Location"] == "/pro/"
    assert is_member_of(guest, house)


def test_the_link_proves_its_own_address_and_no_other(client: Client) -> None:
    house, boss, _ = team()
    _, url = sent(house, boss)
    sign_up(client, url, "victime@exemple.invalid")
    assert list(User.objects.filter(email__in=[GUEST, "victime@exemple.invalid"]).values_list("email", flat=True)) == [
        GUEST
    ]


@pytest.mark.parametrize("ended", ["expires_at", "revoked_at", "accepted_at"])
def test_a_link_that_is_over_proves_nothing(client: Client, ended: str) -> None:
    house, boss, _ = team()
    invitation, url = sent(house, boss)
    Invitation.objects.filter(pk=invitation.pk).update(**{ended: timezone.now()})
    sign_up(client, url)
    address = EmailAddress.objects.get(email=GUEST)
    assert (address.verified, OutboxMail.objects.filter(to=GUEST, key__startswith="account:").count()) == (False, 1)


def test_signing_up_elsewhere_still_asks_to_confirm_the_address(client: Client) -> None:
    house, boss, _ = team()
    sent(house, boss)
    for path in ("", "/lieux/", "/pro/invitation/rien/", "//[", f"/pro/invitation/{'x' * 500}/"):
        assert 'name="name"' not in client.get("/comptes/inscription/", {"next": path}).content.decode()
    sign_up(client, "/pro/")
    assert not EmailAddress.objects.get(email=GUEST).verified


def test_an_address_that_has_an_account_gets_no_second_one_by_the_link(client: Client) -> None:
    house, boss, _ = team()
    _, url = sent(house, boss)
    factories.person(GUEST)
    sign_up(client, url)
    assert User.objects.filter(email=GUEST).count() == 1
    assert "_auth_user_id" not in client.session


def test_the_invitation_is_found_again_without_its_link(client: Client) -> None:
    """The confirmation mail opened in another browser: the proved address is enough."""
    house, boss, _ = team(name="Maison d’essai")
    invitation, _ = sent(house, boss)
    guest, own = factories.person(GUEST), f"/pro/invitations/{invitation.pk}/"
    client.force_login(guest)
    for path, status in (("/comptes/", 200), ("/pro/", 403)):
        answer = client.get(path)
        assert (answer.status_code, own in answer.content.decode()) == (status, True), path
    assert client.post(own, {"name": " "}).context["form"].errors.keys() == {"name"}
    assert client.post(own, NAMED).headers["Location"] == "/pro/"
    guest.refresh_from_db()
    assert (guest.name, is_member_of(guest, house)) == ("Camille Essai", True)
    assert own not in client.get("/comptes/").content.decode()
    assert client.post(own, NAMED).headers["Location"] == page(house.slug)


def test_without_its_link_an_invitation_answers_to_the_proved_address_alone(client: Client) -> None:
    house, boss, _ = team()
    invitation, _ = sent(house, boss)
    own = f"/pro/invitations/{invitation.pk}/"
    assert client.get(own).status_code == 302
    for user in (factories.person(), factories.person(GUEST, verified=False), boss):
        client.force_login(user)
        assert (client.get(own).status_code, client.post(own, NAMED).status_code) == (404, 404)
        assert own not in client.get("/comptes/").content.decode()
    EmailAddress.objects.update(verified=True)
    client.force_login(User.objects.get(email=GUEST))
    Invitation.objects.update(revoked_at=timezone.now())
    assert (client.get(own).status_code, client.post(own, NAMED).status_code) == (410, 410)
    assert own not in client.get("/comptes/").content.decode()


def test_another_address_is_refused_and_learns_nothing(client: Client) -> None:
    house, boss, _ = team()
    _, url = sent(house, boss)
    client.force_login(factories.person())
    text = client.get(url).content.decode()
    assert ("pour une autre adresse" in text, GUEST in text) == (True, False)
    answer = client.post(url)
    assert (answer.status_code, GUEST in answer.content.decode()) == (403, False)
    assert Mandate.objects.filter(organisation=house).count() == 2


def test_an_address_that_is_not_proved_is_refused(client: Client) -> None:
    house, boss, _ = team()
    _, url = sent(house, boss)
    client.force_login(factories.person(GUEST, verified=False))
    assert client.post(url).status_code == 403


def test_used_twice_expired_revoked_unknown_each_has_its_page(client: Client) -> None:
    house, boss, _ = team()
    guest = factories.person(GUEST)
    used, used_url = sent(house, boss)
    accept(invitation=used, user=guest)
    expired, expired_url = sent(house, boss, "b@exemple.invalid")
    Invitation.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
    revoked, revoked_url = sent(house, boss, "d@exemple.invalid")
    revoke(invitation=revoked, actor=boss)
    urls = {used_url: "a déjà servi", expired_url: "a expiré", revoked_url: "n’est plus valable"}
    for url, words in urls.items():
        for answer in (client.get(url), client.post(url)):
            assert (answer.status_code, words in answer.content.decode(), house.name in answer.content.decode()) == (
                410, True, False,
            ), words  # fmt: skip
    unknown = client.get("/pro/invitation/rien/")
    assert (unknown.status_code, "n’ouvre aucune invitation" in unknown.content.decode()) == (404, True)


def test_an_invitation_used_by_somebody_who_left_says_that_it_served(client: Client) -> None:
    house, boss, _ = team()
    invitation, url = sent(house, boss)
    guest = factories.person(GUEST)
    mandate = accept(invitation=invitation, user=guest)
    end_period(mandate, actor=boss)
    client.force_login(guest)
    answer = client.get(url)
    assert (answer.status_code, "a déjà servi" in answer.content.decode()) == (410, True)


@pytest.mark.parametrize(
    ("message", "refused"),
    [
        ("Venez sur https://evil.example/x", True), ("regardez //evil.example", True), ("www.evil.example", True),
        ("Le site evil.example vous attend", True), ("ftp://x", True), ("EVIL.COM", True), ("a.b.evil.fr/chemin", True),
        ("Écrivez-moi à solene.essai@exemple.fr", False), ("Rendez-vous lundi à 9 h 30. Merci", False),
        ("À 14.30, salle 2.1. Entrée et/ou accueil", False), ("Prénom. Nom", False), ("", False),
    ],
)  # fmt: skip
def test_S5_the_word_of_an_invitation_leads_to_no_page(client: Client, message: str, refused: bool) -> None:
    house, boss, _ = team()
    client.force_login(boss)
    data = {"email": GUEST, "role": "member", "message": message}
    answer = client.post(page(house.slug, "equipe/inviter/"), data)
    assert (answer.status_code, OutboxMail.objects.count()) == ((200, 0) if refused else (302, 1))
    if message and not refused:
        text = OutboxMail.objects.get().text
        assert f"{boss.name} vous écrit aussi ceci, que le portail n’a pas relu :" in text


def test_the_button_pressed_twice_is_once(client: Client) -> None:
    house, boss, _ = team()
    _, url = sent(house, boss)
    guest = factories.person(GUEST)
    client.force_login(guest)
    answers = [client.post(url, NAMED).headers["Location"] for _ in range(2)]
    assert (answers, Mandate.objects.filter(user=guest).count()) == (["/pro/", page(house.slug)], 1)


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_instant_give_one_mandate() -> None:
    house, boss, _ = team()
    invitation, _ = sent(house, boss)
    guest, outcomes, gate = factories.person(GUEST), [], threading.Barrier(2)

    def press() -> None:
        try:
            gate.wait()
            accept(invitation=invitation, user=guest)
            outcomes.append("joined")
        except InvitationRefusedError:
            outcomes.append("used")
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(outcomes), Mandate.objects.filter(user=guest).count()) == (["joined", "used"], 1)


def test_the_invitations_of_who_was_shown_out_open_nothing(client: Client) -> None:
    house, boss, _ = team()
    second = factories.person()
    mandate = Mandate.objects.create(user=second, organisation=house, role=MANAGER)
    _, url = sent(house, second)
    client.force_login(boss)
    client.post(page(house.slug, f"equipe/{mandate.pk}/fin/"))
    client.force_login(factories.person(GUEST))
    assert (client.get(url).status_code, client.post(url).status_code) == (410, 410)
    resend(invitation=Invitation.objects.get(), actor=boss)
    assert client.post(link(), NAMED).headers["Location"] == "/pro/"


def test_an_organisation_that_left_takes_nobody(client: Client) -> None:
    house, boss, _ = team()
    _, url = sent(house, boss)
    Organisation.objects.filter(pk=house.pk).update(status=Organisation.Status.FORMER)
    client.force_login(factories.person(GUEST))
    assert client.post(url).status_code == 410


def test_sent_again_the_former_link_is_dead(client: Client) -> None:
    house, boss, _ = team()
    invitation, old = sent(house, boss)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    client.force_login(boss)
    assert client.post(page(house.slug, f"equipe/invitations/{invitation.pk}/renvoyer/")).status_code == 302
    client.force_login(factories.person(GUEST))
    assert (client.get(old).status_code, client.get(link()).status_code, link() != old) == (404, 200, True)
    assert OutboxMail.objects.filter(to=GUEST).count() == 2


def test_an_invitation_of_another_organisation_is_out_of_reach(client: Client) -> None:
    house, boss, _ = team()
    invitation, url = sent(house, boss)
    other, other_boss, _ = team()
    client.force_login(other_boss)
    for act in ("renvoyer", "annuler"):
        assert client.post(page(other.slug, f"equipe/invitations/{invitation.pk}/{act}/")).status_code == 404
    invitation.refresh_from_db()
    assert (invitation.revoked_at, find(url.split("/")[-2])) == (None, invitation)


def test_one_open_invitation_an_address_and_nobody_of_the_team(client: Client) -> None:
    house, boss, member = team()
    sent(house, boss)
    client.force_login(boss)
    for email in (GUEST.upper(), member.email):
        answer = client.post(page(house.slug, "equipe/inviter/"), {"email": email, "role": "member"})
        assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["email"])
    assert Invitation.objects.count() == 1


def test_an_expired_one_gives_way_to_a_new_one() -> None:
    house, boss, _ = team()
    sent(house, boss)
    Invitation.objects.update(expires_at=timezone.now())
    sent(house, boss)
    assert Invitation.objects.filter(revoked_at=None).count() == 1


def test_thirty_a_day_and_no_more(client: Client, settings: Any) -> None:
    settings.INVITATIONS_A_DAY = 3
    house, boss, _ = team()
    first, _ = sent(house, boss, "a0@exemple.invalid")
    sent(house, boss, "a1@exemple.invalid")
    resend(invitation=first, actor=boss)
    with pytest.raises(ValidationError):
        resend(invitation=first, actor=boss)
    client.force_login(boss)
    answer = client.post(page(house.slug, "equipe/inviter/"), {"email": "a2@exemple.invalid", "role": "member"})
    assert ("3 invitations en un jour" in answer.content.decode(), Invitation.objects.count()) == (True, 2)
    other, other_boss, _ = team()
    sent(other, other_boss)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "pas-une-adresse"), ("email", "cámille@exemple.invalid"), ("email", f"{'x' * 250}@exemple.invalid"),
        ("email", "a@exemple.invalid\nBcc: b@exemple.invalid"), ("role", "region"), ("message", "x" * 601),
        ("message", "a\x00b"),
    ],
)  # fmt: skip
def test_S4_bad_invitations_are_told_beside_the_field(client: Client, field: str, value: str) -> None:
    house, boss, _ = team()
    client.force_login(boss)
    data = {"email": GUEST, "role": "member", "message": ""} | {field: value}
    answer = client.post(page(house.slug, "equipe/inviter/"), data)
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])
    assert (Invitation.objects.count(), OutboxMail.objects.count()) == (0, 0)


def test_a_member_invited_to_manage_manages_and_a_manager_stays_one() -> None:
    house, boss, _ = team()
    guest = factories.person(GUEST)
    for role in (MEMBER, MANAGER):
        invitation, _ = sent(house, boss, role=role)
        accept(invitation=invitation, user=guest)
        assert Mandate.objects.in_force().get(user=guest).role == role
        Mandate.objects.filter(user=guest).update(user=guest)
        User.objects.filter(pk=guest.pk).update(email=f"x{role}@exemple.invalid")  # may be invited again
    guest.refresh_from_db()
    invitation, _ = sent(house, boss, role=MEMBER)
    accept(invitation=invitation, user=guest)
    assert is_manager_of(guest, house)


def test_S2_invitations_that_are_over_are_forgotten(settings: Any) -> None:
    settings.INVITATION_KEPT_DAYS = 90
    house, boss, _ = team()
    for number, days in enumerate((-14, 89, 91)):
        invitation, _ = sent(house, boss, f"a{number}@exemple.invalid")
        Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - timedelta(days=days))
    assert (purge_invitations(), purge(), Invitation.objects.count()) == (1, 0, 2)


def test_E4_the_desk_says_that_invitations_wait(client: Client) -> None:
    house, boss, _ = team()
    sent(house, boss)
    client.force_login(boss)
    lines = {line["key"]: line for line in client.get("/pro/").context["waiting"]}
    assert (lines["invitations"]["count"], lines["invitations"]["url"]) == (1, page(house.slug, "equipe/"))


# --- the team


def test_the_last_manager_stays_until_somebody_else_manages(client: Client) -> None:
    house, boss, member = team()
    own = boss.mandates.get()
    client.force_login(boss)
    assert client.post(page(house.slug, "equipe/quitter/")).headers["Location"] == page(house.slug, "equipe/quitter/")
    answer = client.post(page(house.slug, f"equipe/{own.pk}/role/"), {"role": "member"})
    assert "passez d’abord la main" in answer.content.decode()
    assert client.get(page(house.slug, f"equipe/{own.pk}/fin/")).headers["Location"] == page(
        house.slug, "equipe/quitter/"
    )
    assert is_manager_of(boss, house)
    client.post(page(house.slug, f"equipe/{member.mandates.get().pk}/role/"), {"role": "manager"})
    assert client.post(page(house.slug, "equipe/quitter/")).headers["Location"] == "/comptes/"
    assert (is_member_of(boss, house), is_manager_of(member, house)) == (False, True)


def test_a_member_leaves_alone_and_is_out(client: Client) -> None:
    house, _, member = team()
    client.force_login(member)
    assert client.post(page(house.slug, "equipe/quitter/")).headers["Location"] == "/comptes/"
    assert client.get(page(house.slug)).status_code == 404


def test_handing_over_asks_again_who_one_is_then_is_one_step(client: Client) -> None:
    house, boss, member = team()
    url = page(house.slug, "equipe/passer-la-main/")
    client.force_login(boss)
    assert client.post(url, {"to": str(member.pk)}).headers["Location"].startswith("/comptes/confirmer-identite/")
    assert is_manager_of(boss, house)
    client = Client()
    client.post("/comptes/connexion/", {"login": boss.email, "password": factories.PASSWORD})
    stranger = factories.person()
    assert client.post(url, {"to": str(stranger.pk)}).status_code == 200
    assert client.post(url, {"to": str(member.pk)}).headers["Location"] == "/comptes/"
    assert (is_manager_of(member, house), is_member_of(boss, house)) == (True, False)
    assert OutboxMail.objects.filter(to=member.email, key__startswith="management-handed:").count() == 1


def test_a_mandate_of_another_organisation_is_out_of_reach(client: Client) -> None:
    house, boss, _ = team()
    _, other_boss, other_member = team()
    client.force_login(boss)
    for user in (other_boss, other_member):
        for act in ("role", "fin"):
            url = page(house.slug, f"equipe/{user.mandates.get().pk}/{act}/")
            assert (client.get(url).status_code, client.post(url, {"role": "member"}).status_code) == (404, 404)
    assert Mandate.objects.in_force().count() == 4


def test_whoever_is_shown_out_is_told_once(client: Client) -> None:
    house, boss, member = team()
    pk = member.mandates.get().pk
    client.force_login(boss)
    answers = [client.post(page(house.slug, f"equipe/{pk}/fin/")).status_code for _ in range(2)]
    assert (answers, OutboxMail.objects.filter(to=member.email).count()) == ([302, 404], 1)


def test_only_managers_see_when_somebody_was_last_here_and_who_is_invited(client: Client) -> None:
    house, boss, member = team()
    sent(house, boss)
    shown = {}
    for user in (boss, member):
        client.force_login(user)
        text = client.get(page(house.slug, "equipe/")).content.decode()
        shown[user] = ("Vue pour la dernière fois" in text, GUEST in text)
    assert shown == {boss: (True, True), member: (False, False)}

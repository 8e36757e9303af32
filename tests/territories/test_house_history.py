"""The history of an organisation: who did what, to whom, in every room (E4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.models import JournalEntry
from members import history
from members.models import Invitation, Mandate
from members.services_invitations import accept, invite
from members.services_team import change_role, hand_over_and_tell, leave, remove
from territories import services_sites
from tests import factories
from tests.members.test_pro_sheet import page, team

pytestmark = pytest.mark.django_db(transaction=True)  # an act is a transaction: its entries share a moment


def told(house: Any) -> list[str]:
    return [f"{line.who} {line.what}" for line in history.lines(house)]


def test_E4_acts_on_people_say_who_did_what_to_whom() -> None:
    house, boss, karim = team()
    lea = factories.person("lea@exemple.invalid")
    invitation = invite(organisation=house, email=lea.email, role=Mandate.Role.MEMBER, actor=boss)
    accept(invitation=invitation, user=lea, name="Léa Martin")
    change_role(mandate=lea.mandates.get(), role=Mandate.Role.MANAGER, actor=boss)
    remove(mandate=lea.mandates.in_force().get(), actor=boss)
    hand_over_and_tell(mandate=boss.mandates.get(), to=karim, actor=boss)
    zoe = factories.person("zoe@exemple.invalid", name="Zoé Essai")
    leave(mandate=Mandate.objects.create(user=zoe, organisation=house), actor=zoe)
    assert told(house) == [
        "Zoé Essai a quitté l’équipe",
        "Solène Essai a passé la main à Karim Essai",
        "Solène Essai a mis fin à la participation de Léa Martin",
        "Solène Essai a changé le rôle de Léa Martin\u00a0: gestionnaire",
        "Léa Martin a rejoint l’équipe",
        "Solène Essai a invité Léa Martin",
    ]
    assert not any("Martin" in str(entry.changes) for entry in JournalEntry.objects.all())
    assert Invitation.objects.get().accepted_by == lea


def test_E4_places_and_their_closures_are_told(client: Client) -> None:
    house, boss, member = team()
    site = factories.site(organisation=house, name="Antenne d’essai")
    day = timezone.localdate() + timedelta(days=3)
    closure = services_sites.add_closure(site=site, starts_on=day, ends_on=day, reason="Travaux", actor=boss)
    services_sites.remove_closure(closure=closure, actor=boss)
    services_sites.confirm_site(site=site, actor=boss)
    assert told(house) == [
        "Solène Essai a confirmé le lieu « Antenne d’essai »",
        "Solène Essai a retiré une fermeture de « Antenne d’essai »",
        "Solène Essai a annoncé une fermeture de « Antenne d’essai »",
    ]
    client.force_login(member)
    assert "Antenne d’essai" in client.get(page(house.slug, "historique/")).content.decode()


def test_E4_what_belongs_to_others_is_not_told() -> None:
    house, boss, _ = team()
    other = factories.site()
    services_sites.confirm_site(site=other, actor=boss)
    assert told(house) == []

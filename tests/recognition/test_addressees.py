"""Who is written to: those who hold the organisation, and with care the address that anybody may type (R5, S2)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from core.models import OutboxMail
from recognition.models import Candidature
from recognition.services.depositing import deposit
from recognition.services.messaging import send_message
from recognition.services.starting import start
from tests import factories as make
from tests.recognition import dossiers as d

pytestmark = pytest.mark.django_db
CONTACT = str(d.FIELDS["contact_email"])


def told(dossier: Candidature) -> dict[str, str]:
    """What the Region writes, as each address reads it."""
    OutboxMail.objects.all().delete()
    text = f"Voyez https://exemple.invalid/{dossier.pk}"
    send_message(candidature=dossier, side="region", text=text, author=make.region_staff(), at=d.AT)
    return {mail.to: "leurs mots" if text in mail.text else mail.subject for mail in OutboxMail.objects.all()}


def test_S2_nothing_is_written_to_the_contact_of_a_dossier_that_nobody_deposited() -> None:
    draft = d.whole()
    assert draft.contact_email == CONTACT
    assert told(draft) == {d.manager_of(draft).email: "leurs mots"}


def test_S2_the_contact_of_a_deposited_dossier_is_told_that_words_wait_and_not_which() -> None:
    dossier = d.whole()
    boss = d.manager_of(dossier)
    deposit(candidature=dossier, user=boss, name="Une Personne", title="Présidente", at=d.AT)
    assert OutboxMail.objects.filter(to=CONTACT).count() == 1  # its receipt, in words of ours
    dossier.refresh_from_db()
    assert told(dossier) == {boss.email: "leurs mots", CONTACT: "Un message de la Région vous attend"}


def test_S2_a_contact_who_manages_the_organisation_has_one_mail_with_its_words() -> None:
    dossier = d.whole()
    boss = d.manager_of(dossier)
    Candidature.objects.filter(pk=dossier.pk).update(contact_email=boss.email.upper(), deposited_at=d.AT)
    dossier.refresh_from_db()
    assert told(dossier) == {boss.email: "leurs mots"}


@pytest.mark.parametrize(
    "name", ["Lisez https://exemple.invalid", "www.exemple.invalid", "a@exemple.invalid", "Gagnez.com"]
)
def test_S2_an_organisation_is_not_called_by_an_address(name: str) -> None:
    d.charter()
    with pytest.raises(ValidationError) as refused:
        start(user=make.person(), siret=d.siret(), organisation_name=name, at=d.AT + dt.timedelta(hours=1))
    assert refused.value.messages == ["Écrivez le nom de l’organisme, sans adresse de site."]

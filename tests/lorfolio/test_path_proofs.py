"""How sure a thing is: documents, links, badges, and the word of somebody who answers on a page (L3, L10, L11)."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from core.models import JournalEntry, OutboxMail
from lorfolio import badges
from lorfolio.content import certainty_of
from lorfolio.lists import Certainty
from lorfolio.models import Proof, SafeFile
from lorfolio.services import attesting
from tests.lorfolio.people import PDF, experience, extra, file, portfolio, skill

pytestmark = pytest.mark.django_db
MAIL = "dominique@exemple.invalid"


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def signed_in(owner: Any) -> Client:
    client = Client()
    client.force_login(owner.user)
    return client


def root(item: Any, of: str = "competence") -> str:
    return f"/lorfolio/preuves/{of}/{item.pk}/"


def sure(item: Any) -> Certainty:
    return certainty_of(item.proofs.all())


def asked(item: Any, at: dt.datetime | None = None) -> tuple[Proof, str]:
    """The request, and the address of its page, as the mail says it."""
    proof = attesting.ask(item=item, name="Dominique", email=MAIL, message="", at=at or timezone.now())
    mail = OutboxMail.objects.get(key=f"lorfolio.attest/{proof.pk}")
    found = re.search(r"http://[^/]+(/lorfolio/attestation/[^/]+/)", mail.text)
    assert found is not None
    return proof, found[1]


def answer(client: Client, page: str, **fields: str) -> Any:
    mark = re.search(r'name="mark" value="([0-9a-f]+)"', client.get(page).content.decode())
    typed = {"mark": mark[1] if mark else "", "name": "Dominique Exemple", "role": "cheffe", "true": "on"} | fields
    return client.post(page, typed)


def test_L11_a_document_given_now_goes_into_the_safe_and_proves() -> None:
    owner = portfolio()
    row = skill(owner)
    assert sure(row) == Certainty.DECLARED
    given = SimpleUploadedFile("CANARI-diplome.pdf", PDF, "application/pdf")
    answered = signed_in(owner).post(f"{root(row)}document/", {"file": given, "title": "CAP"})
    assert answered["Location"] == f"/lorfolio/competences/{row.pk}/"
    assert (sure(row), SafeFile.objects.count()) == (Certainty.PROVED, 1)
    page = signed_in(owner).get(f"/lorfolio/competences/{row.pk}/").content.decode()
    assert "CANARI-diplome.pdf" in page, "its owner reads its name"
    proof = Proof.objects.get()
    signed_in(owner).post(f"/lorfolio/preuves/{proof.pk}/retirer/")
    assert (sure(row), SafeFile.objects.count()) == (Certainty.DECLARED, 1), "the document stays in the safe"


def test_L3_a_document_of_the_safe_is_chosen_once_and_never_anothers() -> None:
    owner, other = portfolio(), portfolio()
    row, kept, foreign = experience(owner), file(owner), file(other)
    client = signed_in(owner)
    page = f"{root(row, 'experience')}document/"
    for _ in range(2):
        client.post(page, {"kept": str(kept.pk)})
    assert [proof.file_id for proof in Proof.objects.all()] == [kept.pk]
    assert "Choisissez un document de votre coffre." in client.post(page, {"kept": str(foreign.pk)}).content.decode()
    assert "Choisissez un document." in client.post(page, {}).content.decode()


@pytest.mark.parametrize("data", [b"<svg onload=alert(1)>", b"MZ\x90\0", b"PK\x03\x04 bombe"])
def test_L7_what_is_no_document_is_refused_beside_the_field(data: bytes) -> None:
    owner = portfolio()
    page = signed_in(owner).post(f"{root(skill(owner))}document/", {"file": SimpleUploadedFile("a.pdf", data)})
    assert (page.status_code, "n’est pas accepté" in page.content.decode(), Proof.objects.count()) == (200, True, 0)


def test_L3_a_link_is_an_address_of_the_web_and_is_kept_once() -> None:
    owner = portfolio()
    row = extra(owner)
    client = signed_in(owner)
    refused = client.post(f"{root(row, 'plus')}lien/", {"url": "javascript:alert(1)", "title": "x"})
    assert refused.status_code == 200
    for _ in range(2):
        client.post(f"{root(row, 'plus')}lien/", {"url": "https://exemple.fr/video", "title": "Une vidéo"})
    assert (Proof.objects.count(), sure(row)) == (1, Certainty.PROVED)


SECOND = {
    "@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": "https://badges.exemple/1",
    "issuedOn": "2024-05-01T00:00:00Z",
    "badge": {"type": "BadgeClass", "name": "Bénévole engagé·e", "issuer": {"name": "Association Exemple"}},
}  # fmt: skip
THIRD = {
    "@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"name": "CFA Exemple"}, "validFrom": "2025-01-02T00:00:00Z",
    "credentialSubject": {"achievement": {"name": {"de": "Bäcker", "fr": "Boulanger"}}},
}  # fmt: skip


def test_L3_badges_of_both_generations_are_read_and_never_fetched() -> None:
    second, third = badges.read(json.dumps(SECOND)), badges.read(json.dumps(THIRD))
    assert (second.version, second.name, second.issuer, second.on, second.url) == (
        "2", "Bénévole engagé·e", "Association Exemple", "2024-05-01", "https://badges.exemple/1",
    )  # fmt: skip
    assert (third.version, third.name, third.issuer, third.on) == ("3", "Boulanger", "CFA Exemple", "2025-01-02")
    owner = portfolio()
    row = skill(owner)
    signed_in(owner).post(f"{root(row)}badge/", {"json": json.dumps(THIRD)})
    assert Proof.objects.get().badge["issuer"] == "CFA Exemple"
    page = signed_in(owner).get(f"/lorfolio/competences/{row.pk}/").content.decode()
    assert "Sa signature n’est pas vérifiée" in page


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "3", '{"type": "Assertion"}', '{"type":"OpenBadgeCredential"}', '{"badge": NaN}', "[" * 5000,
     '{"badge":' * 30 + "{}" + "}" * 30, '{"badge": {"name": "' + "x" * 70_000 + '"}}',
     '{"badge":{"name":"a\\u0000"}}'],
)  # fmt: skip
def test_S4_what_is_no_badge_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        badges.read(text)


def test_L11_somebody_confirms_on_their_page_and_the_item_is_attested() -> None:
    owner = portfolio()
    row = skill(owner, "Souder à l’arc", level=3)
    page = f"{root(row)}attestation/"
    client = signed_in(owner)
    assert client.post(page, {"asked_name": "Dominique", "asked_email": MAIL.upper()}).status_code == 302
    mail = OutboxMail.objects.get(to=MAIL)
    assert mail.subject == "Une personne vous demande de confirmer ce qu’elle sait faire"
    assert "Souder" not in mail.text, "what is to be confirmed is read on the page alone"
    link = re.search(r"/lorfolio/attestation/[^/]+/", mail.text)
    assert link is not None
    stranger = Client()
    for _ in range(3):  # scanners of mails look
        shown = stranger.get(link[0])
    assert "Souder à l’arc · J’y arrive sans aide" in shown.content.decode()
    assert (shown["Cache-Control"], shown["X-Robots-Tag"]) == (
        "private, no-store, max-age=0", "noindex, nofollow, noarchive",
    )  # fmt: skip
    assert sure(row) == Certainty.DECLARED
    assert answer(stranger, link[0], organisation="Atelier Exemple", statement="Très soigné").status_code == 200
    proof = Proof.objects.get()
    assert (proof.attester_name, proof.attester_organisation, proof.statement) == (
        "Dominique Exemple", "Atelier Exemple", "Très soigné",
    )  # fmt: skip
    assert (proof.asked_email, proof.digest, sure(row)) == ("", None, Certainty.ATTESTED)
    assert stranger.get(link[0]).status_code == 404
    assert stranger.post(link[0], {"decline": "1"}).status_code == 404
    assert OutboxMail.objects.get(to=owner.user.email).subject == "Vous avez une réponse dans votre Lorfolio"
    assert JournalEntry.objects.get(verb="lorfolio.attest_ask").changes == {}


def test_L11_who_declines_leaves_nothing_that_others_see() -> None:
    row = skill(portfolio())
    proof, page = asked(row)
    Client().post(page, {"decline": "1"})
    proof.refresh_from_db()
    assert (proof.confirmed, proof.asked_email, proof.attester_name, sure(row)) == (False, "", "", Certainty.DECLARED)


def test_L11_what_changed_since_it_was_attested_is_said() -> None:
    owner = portfolio()
    row = skill(owner, "Souder")
    _, page = asked(row)
    answer(Client(), page)
    client = signed_in(owner)
    assert "Vous avez changé ce texte depuis" not in client.get(f"/lorfolio/competences/{row.pk}/").content.decode()
    row.label = "Diriger un chantier"
    row.save()
    assert "Vous avez changé ce texte depuis" in client.get(f"/lorfolio/competences/{row.pk}/").content.decode()


def test_L11_nobody_confirms_what_they_have_not_read() -> None:
    row = skill(portfolio(), "Souder")
    _, page = asked(row)
    client = Client()
    typed = {"mark": attesting.mark_of(attesting.words_of(row)), "name": "D. Exemple", "true": "on"}
    row.label = "Diriger un chantier"
    row.save()
    again = client.post(page, typed).content.decode()
    assert "a changé pendant votre lecture" in again
    assert 'value="D. Exemple"' in again
    assert sure(row) == Certainty.DECLARED
    answer(client, page)
    assert Proof.objects.get().attested_words == "Diriger un chantier"


@pytest.mark.parametrize("fields", [{"true": ""}, {"name": ""}])
def test_S4_an_attestation_is_signed_and_confirmed(fields: dict[str, str]) -> None:
    row = skill(portfolio())
    _, page = asked(row)
    client = Client()
    assert answer(client, page, **fields).status_code == 200
    assert sure(row) == Certainty.DECLARED


def test_L3_a_request_ends_with_its_time_or_when_it_is_taken_off() -> None:
    owner = portfolio()
    row = skill(owner)
    proof, page = asked(row, timezone.now() - dt.timedelta(days=31))
    assert Client().get(page).status_code == 404
    assert attesting.forget_expired(at=timezone.now()) == 1
    assert attesting.forget_expired(at=timezone.now()) == 0
    proof.refresh_from_db()
    assert (proof.asked_email, proof.digest) == ("", None)
    assert "n’a pas répondu à temps" in signed_in(owner).get(f"/lorfolio/competences/{row.pk}/").content.decode()
    _, second = asked(row)
    signed_in(owner).post(f"/lorfolio/preuves/{Proof.objects.latest('created_at').pk}/retirer/")
    assert Client().get(second).status_code == 404
    assert Client().get("/lorfolio/attestation/nimporte-quoi/").status_code == 404


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"asked_email": ""}, "Écrivez son adresse."), ({"asked_email": "dominique@"}, "n’est pas complète"),
        ({"asked_name": ""}, "Écrivez le nom"), ({"message": "Allez sur http://x.example"}, "Pas de lien"),
        ({"asked_name": "Gagnez www.x.example"}, "sans lien"),
    ],
)  # fmt: skip
def test_S4_a_request_that_is_wrong_writes_to_nobody(given: dict[str, str], words: str) -> None:
    owner = portfolio()
    typed = {"asked_name": "Dominique", "asked_email": MAIL} | given
    page = signed_in(owner).post(f"{root(skill(owner))}attestation/", typed)
    assert words in page.content.decode()
    assert (OutboxMail.objects.count(), Proof.objects.count()) == (0, 0)


def test_L3_one_writes_once_to_the_same_and_never_to_oneself_nor_without_end(settings: Any) -> None:
    owner = portfolio()
    row = skill(owner)
    asked(row)
    client = signed_in(owner)
    page = f"{root(row)}attestation/"
    assert "sa réponse est attendue" in client.post(page, {"asked_name": "D", "asked_email": MAIL}).content.decode()
    mine = client.post(page, {"asked_name": "Moi", "asked_email": owner.user.email}).content.decode()
    assert "quelqu’un d’autre que vous" in mine
    for n in range(40):
        last = client.post(page, {"asked_name": "D", "asked_email": f"d{n}@exemple.invalid"})
    assert last.status_code == 200
    assert OutboxMail.objects.count() <= 30


def test_L10_under_fifteen_the_portal_writes_to_nobody() -> None:
    owner = portfolio(minor_until=timezone.localdate() + dt.timedelta(days=30))
    row = skill(owner)
    with pytest.raises(ValidationError):
        attesting.ask(item=row, name="D", email=MAIL, message="", at=timezone.now())
    assert OutboxMail.objects.count() == 0


def test_L1_nobody_joins_nor_takes_off_anothers_proofs() -> None:
    other, client = portfolio(), signed_in(portfolio())
    row = skill(other)
    proof, _ = asked(row)
    paths = [f"{root(row)}{end}" for end in ("", "document/", "lien/", "badge/", "attestation/")]
    paths += [f"/lorfolio/preuves/{proof.pk}/retirer/", f"/lorfolio/preuves/roi/{row.pk}/"]
    assert [client.get(path).status_code for path in paths] == [404] * len(paths)
    assert client.post(paths[2], {"url": "https://x.example", "title": "x"}).status_code == 404
    assert client.post(f"/lorfolio/preuves/{proof.pk}/retirer/").status_code == 404
    assert Proof.objects.count() == 1
    assert {Client().get(path).status_code for path in paths} == {302}

"""The charter: versions read, signed once by who may, attested; an amendment published by the Region (M3)."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from core.models import JournalEntry, OutboxMail
from members import charters
from members.models import Charter, CharterSignature, Mandate, Organisation
from members.services_charter import sign, tell_managers
from tests import factories
from tests.members.test_pro_sheet import ATTACK, page, team

pytestmark = pytest.mark.django_db


@pytest.fixture
def charter() -> Charter:
    return Charter.objects.create(version="2018-2022", title="Charte d’essai", signed_on=date(2018, 12, 1))


def amendment(charter: Charter, **fields: Any) -> Charter:
    values = {"version": "avenant-1", "title": "Avenant d’essai", "amends": charter, "text": "# Objet\n\nUn **point**."}
    return Charter.objects.create(**values | {"signed_on": date(2024, 6, 1)} | fields)


def given(**changes: Any) -> dict[str, Any]:
    values = {"signatory": "Anne Essai", "title": "Présidente", "signed_on": "2025-03-04", "authorised": "on"}
    values["confirmed"] = "oui"  # the recap was read
    return values | changes


def here(house: Organisation, version: str = "2018-2022", rest: str = "") -> str:
    return page(house.slug, f"charte/{version}/{rest}")


def test_M3_nothing_is_signed_before_the_recap_is_read(client: Client, charter: Charter) -> None:
    house, boss, member = team(name="Maison d’essai")
    client.force_login(boss)
    assert "Lire et signer la charte" in client.get(page(house.slug)).content.decode()
    asked = given()
    del asked["confirmed"]
    answer = client.post(here(house), asked)
    text = answer.content.decode()
    assert (answer.status_code, "Ce que vous allez signer" in text, "4 mars 2025" in text) == (200, True, True)
    assert not CharterSignature.objects.filter(organisation=house).exists()
    again = {field.html_name: field.value() for field in answer.context["form"]}
    assert client.post(here(house), again | {"confirmed": "oui"}).status_code == 302
    assert CharterSignature.objects.get(organisation=house).signatory == "Anne Essai"
    for user in (boss, member):
        client.force_login(user)
        assert "Lire et signer la charte" not in client.get(page(house.slug)).content.decode()


def test_M3_a_manager_signs_and_the_signature_is_public(client: Client, charter: Charter) -> None:
    house, boss, _ = team(name="Maison d’essai")
    client.force_login(boss)
    assert client.post(here(house), given()).headers["Location"] == here(house)
    signature = CharterSignature.objects.get()
    assert (signature.signatory, signature.title, signature.signed_on, signature.signed_by) == (
        "Anne Essai", "Présidente", date(2025, 3, 4), boss,
    )  # fmt: skip
    entry = JournalEntry.objects.get(verb="charter.sign")
    assert entry.changes == {"charter": [None, str(charter.pk)], "signed_on": [None, "2025-03-04"]}
    assert "Maison d’essai" in Client().get("/charte/").content.decode()
    paper = client.get(here(house, rest="attestation/")).content.decode()
    assert ("Anne Essai" in paper, "4 mars 2025" in paper, "Enregistrée sur le portail" in paper) == (True,) * 3


def test_M3_signed_once_whoever_presses_again(client: Client, charter: Charter) -> None:
    house, boss, _ = team()
    client.force_login(boss)
    for signatory in ("Anne Essai", "Autre Nom"):
        assert client.post(here(house), given(signatory=signatory)).status_code == 302
    assert [s.signatory for s in CharterSignature.objects.all()] == ["Anne Essai"]
    with pytest.raises(IntegrityError), transaction.atomic():
        CharterSignature.objects.create(charter=charter, organisation=house)


@pytest.mark.django_db(transaction=True)
def test_M3_two_presses_at_the_same_instant_sign_once() -> None:
    charter = Charter.objects.create(version="essai", title="Essai")
    house, boss, _ = team()
    outcomes, gate = [], threading.Barrier(2)

    def press() -> None:
        try:
            gate.wait()
            sign(
                charter=charter, organisation=house, signatory="A", title="B",
                signed_on=timezone.localdate(), actor=boss,
            )  # fmt: skip
            outcomes.append("signed")
        except ValidationError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["already_signed", "signed"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("signatory", ""), ("title", ""), ("signed_on", "demain"), ("authorised", ""), ("signatory", "x" * 201),
        ("signatory", "a\x00b"), ("title", "a\u202eb"), ("signed_on", "2018-11-30"), ("signed_on", "FUTURE"),
    ],
)  # fmt: skip
def test_M3_a_signature_that_lacks_something_is_refused(
    client: Client, charter: Charter, field: str, value: str
) -> None:
    house, boss, _ = team()
    client.force_login(boss)
    wanted = (timezone.localdate() + timedelta(days=1)).isoformat() if value == "FUTURE" else value
    answer = client.post(here(house), given(**{field: wanted}))
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])
    assert CharterSignature.objects.count() == 0


def test_M3_only_a_manager_of_a_member_of_the_network_signs(client: Client, charter: Charter) -> None:
    house, boss, member = team()
    client.force_login(member)
    assert client.post(here(house), given()).status_code == 403
    for user in (factories.person(), factories.professional(Mandate.Role.MANAGER), factories.region_staff()):
        client.force_login(user)
        assert [client.post(here(house), given()).status_code, client.get(here(house)).status_code] == [404, 404]
    Organisation.objects.filter(pk=house.pk).update(status=Organisation.Status.CANDIDATE)
    client.force_login(boss)
    assert client.post(here(house), given()).status_code == 403
    assert CharterSignature.objects.count() == 0


def test_M3_what_is_shut_or_unknown_is_not_signed(client: Client, charter: Charter) -> None:
    house, boss, _ = team()
    shut = amendment(charter, open_to_signature=False)
    old = Charter.objects.create(version="2012", title="Ancienne", signed_on=date(2012, 1, 1))
    client.force_login(boss)
    assert client.post(here(house, shut.version), given()).status_code == 404  # a draft, that nobody reads
    assert [client.post(here(house, v), given()).status_code for v in (old.version, "rien")] == [404, 404]
    assert client.get(here(house, rest="attestation/")).status_code == 404
    assert CharterSignature.objects.count() == 0


def test_M3_no_address_edits_or_removes_a_signature(client: Client, charter: Charter) -> None:
    house, boss, _ = team()
    client.force_login(boss)
    client.post(here(house), given())
    for rest in ("", "attestation/"):
        for method in ("put", "patch", "delete"):
            assert getattr(client, method)(here(house, rest=rest)).status_code == 405
    pk = CharterSignature.objects.get().pk
    assert client.post(f"/admin/members/chartersignature/{pk}/change/", given()).status_code == 404
    assert CharterSignature.objects.get().signatory == "Anne Essai"


def test_M3_the_text_of_an_amendment_is_read_as_safe_html(client: Client, charter: Charter) -> None:
    house, boss, _ = team()
    amendment(charter, text=f"# Objet\n\nUn **point**. {ATTACK} [lien](javascript:alert(1))")
    client.force_login(boss)
    for url in (here(house, "avenant-1"), "/charte/"):
        text = client.get(url).content.decode()
        assert ("<strong>point</strong>" in text, ATTACK in text, 'href="javascript' in text) == (True, False, False)


def test_M3_script_in_a_signature_is_words(client: Client, charter: Charter) -> None:
    house, boss, _ = team()
    client.force_login(boss)
    client.post(here(house), given(signatory=ATTACK, title=ATTACK))
    for url in (here(house), here(house, rest="attestation/"), page(house.slug, "charte/"), "/charte/"):
        assert ATTACK not in client.get(url).content.decode(), url


def test_M3_an_amendment_does_not_take_the_place_of_the_charter(client: Client, charter: Charter) -> None:
    first = amendment(charter, signed_on=None)
    second = amendment(first, version="avenant-2", title="Second")
    assert [version.version for version in charters.in_force()] == ["2018-2022", "avenant-2", "avenant-1"]
    assert Charter.current() == charter
    CharterSignature.objects.create(charter=second, organisation=factories.organisation())
    CharterSignature.objects.create(charter=second, organisation=factories.organisation(status="former"))
    text = " ".join(client.get("/charte/").content.decode().split())
    assert ("Charte d’essai" in text, "1 organisme signataire" in text, "aucun organisme" in text) == (True,) * 3


def test_M3_the_signature_of_the_body_above_covers_who_belongs_to_it(charter: Charter) -> None:
    above = factories.organisation()
    house = factories.organisation(parent=above)
    assert [version.waits for version in charters.versions(house)] == [True]
    CharterSignature.objects.create(charter=charter, organisation=above)
    (version,) = charters.versions(house)
    assert (version.waits, version.may_sign, version.covered_by.organisation) == (False, True, above)


def test_E4_the_desk_says_that_a_version_waits(client: Client, charter: Charter) -> None:
    house, boss, member = team()
    amendment(charter)
    shown = {}
    for user in (boss, member):
        client.force_login(user)
        lines = {line["key"]: line for line in client.get("/pro/").context["waiting"]}
        shown[user] = lines.get("charter-sign", {}).get("count")
    assert shown == {boss: 2, member: None}
    client.force_login(boss)
    client.post(here(house), given())
    client.post(here(house, "avenant-1"), given())
    assert "charter-sign" not in {line["key"] for line in client.get("/pro/").context["waiting"]}


# --- the Region's desk


def written(client: Client, charter: Charter, **changes: Any) -> Any:
    data = {
        "amends": charter.pk, "version": "avenant-1", "title": "Avenant d’essai", "signed_on": "01/06/2024",
        "text": "Un **point**.", "open_to_signature": "on",  # not a field any more: nothing opens by a box
    }  # fmt: skip
    return client.post("/admin/members/charter/add/", data | changes)


def test_M3_an_amendment_is_saved_as_a_draft_of_which_nobody_is_told(client: Client, charter: Charter) -> None:
    team()
    client.force_login(factories.region_staff())
    assert written(client, charter).status_code == 302
    made = Charter.objects.get(version="avenant-1")
    assert (made.amends, made.text, made.open_to_signature) == (charter, "Un **point**.", False)
    assert JournalEntry.objects.filter(verb="admin.add", target_key=str(made.pk)).count() == 1
    url = f"/admin/members/charter/{made.pk}/change/"
    assert (
        client.post(url, {"title": "Mieux dit", "text": "Deux points.", "open_to_signature": "on"}).status_code == 302
    )
    made.refresh_from_db()
    assert (made.title, made.open_to_signature, OutboxMail.objects.count()) == ("Mieux dit", False, 0)
    assert [field.name for field in client.get(url).context["adminform"].form] == ["title", "signed_on", "text"]


def test_M3_an_amendment_is_published_after_a_question_and_each_manager_gets_one_mail(
    client: Client, charter: Charter
) -> None:
    _, boss, _ = team()
    Mandate.objects.create(user=boss, organisation=factories.organisation(), role=Mandate.Role.MANAGER)
    team(status=Organisation.Status.CANDIDATE)
    client.force_login(factories.region_staff())
    written(client, charter)
    made = Charter.objects.get(version="avenant-1")
    sheet, url = f"/admin/members/charter/{made.pk}/change/", f"/admin/members/charter/{made.pk}/publier/"
    assert "Publier et prévenir 1 gestionnaire<" in client.get(sheet).content.decode()
    asked = client.get(url).content.decode()
    assert ["ne pourront plus changer" in asked, "<strong>point</strong>" in asked] == [True, True]
    assert OutboxMail.objects.count() == 0
    assert [client.post(url)["Location"] for _ in range(2)] == [sheet] * 2  # a double click
    made.refresh_from_db()
    mail = OutboxMail.objects.get()
    assert (made.open_to_signature, mail.to, "/pro/organisme/" in mail.text) == (True, boss.email, True)
    assert (tell_managers(made), OutboxMail.objects.count()) == (0, 1)
    assert JournalEntry.objects.filter(verb="charter.publish", target_key=str(made.pk)).count() == 1
    assert client.get(url)["Location"] == sheet
    assert "/publier/" not in client.get(sheet).content.decode()


def test_M3_once_published_the_text_changes_no_more(client: Client, charter: Charter) -> None:
    made = amendment(charter)
    client.force_login(factories.region_staff())
    client.post(f"/admin/members/charter/{made.pk}/change/", {"title": "Autre", "text": "Autre texte."})
    made.refresh_from_db()
    assert (made.title, made.text) == ("Avenant d’essai", "# Objet\n\nUn **point**.")


def test_M3_neither_the_charter_nor_an_empty_draft_is_published(client: Client, charter: Charter) -> None:
    Charter.objects.filter(pk=charter.pk).update(open_to_signature=False)
    empty = amendment(charter, open_to_signature=False, text=" ")
    client.force_login(factories.region_staff())
    for each in (charter, empty):
        assert client.post(f"/admin/members/charter/{each.pk}/publier/").status_code == 302
    assert not Charter.objects.filter(open_to_signature=True).exists()
    assert (OutboxMail.objects.count(), JournalEntry.objects.filter(verb="charter.publish").exists()) == (0, False)


@pytest.mark.parametrize("method", ["get", "post"])
def test_S3_only_the_region_publishes(client: Client, charter: Charter, method: str) -> None:
    draft = amendment(charter, open_to_signature=False)
    for user, refusal in ((factories.officer(), 403), (factories.professional(Mandate.Role.MANAGER), 404)):
        client.force_login(user)
        assert getattr(client, method)(f"/admin/members/charter/{draft.pk}/publier/").status_code == refusal
    draft.refresh_from_db()
    assert draft.open_to_signature is False


def test_M3_who_signed_already_is_not_written_to(charter: Charter) -> None:
    above, _, _ = team()
    team(parent=above)
    _, boss, _ = team()
    CharterSignature.objects.create(charter=charter, organisation=above)
    assert (tell_managers(charter), OutboxMail.objects.get().to) == (1, boss.email)


@pytest.mark.parametrize(
    ("field", "value"),
    [("amends", ""), ("text", ""), ("text", ATTACK), ("text", "x" * 60_001), ("text", "![a](https://exemple.fr/a.png)"),
     ("version", "avec espace"), ("version", "2018-2022"), ("title", ""), ("signed_on", "hier")],
)  # fmt: skip
def test_S4_a_bad_amendment_is_told_beside_the_field(client: Client, charter: Charter, field: str, value: str) -> None:
    client.force_login(factories.region_staff())
    answer = written(client, charter, **{field: value})
    assert (answer.status_code, list(answer.context["adminform"].form.errors)) == (200, [field])
    assert Charter.objects.count() == 1


def test_M3_what_was_signed_does_not_change_under_the_signatures(client: Client, charter: Charter) -> None:
    made = amendment(charter)
    CharterSignature.objects.create(charter=made, organisation=factories.organisation())
    client.force_login(factories.region_staff())
    data = {"title": "Autre", "text": "Autre texte.", "version": "autre", "amends": "", "open_to_signature": ""}
    assert client.post(f"/admin/members/charter/{made.pk}/change/", data).status_code == 302
    made.refresh_from_db()
    assert (made.title, made.text, made.version, made.amends, made.open_to_signature) == (
        "Avenant d’essai", "# Objet\n\nUn **point**.", "avenant-1", charter, True,
    )  # fmt: skip


def test_M3_the_preview_writes_nothing_and_is_the_regions(client: Client, charter: Charter) -> None:
    url, data = "/admin/members/charter/apercu/", {"title": "Essai", "text": f"Un **point**. {ATTACK}"}
    answers = []
    for user in (factories.professional(Mandate.Role.MANAGER), factories.officer(), factories.region_staff()):
        client.force_login(user)
        answers.append(client.post(url, data).status_code)
    assert answers[1:] == [403, 200]
    assert answers[0] == 404
    text = client.post(url, data).content.decode()
    assert ("<strong>point</strong>" in text, ATTACK in text, Charter.objects.count()) == (True, False, 1)
    assert client.get(url).status_code == 405


def test_M3_the_region_takes_a_signature_out_with_a_reason_only(client: Client, charter: Charter) -> None:
    house, boss, _ = team()
    signature = CharterSignature.objects.create(charter=charter, organisation=house, signatory="Anne Essai")
    url = f"/admin/members/chartersignature/{signature.pk}/change/"
    client.force_login(factories.region_staff())
    data = {"signatory": "Anne Essai", "title": "", "signed_on": "", "withdraw": "on"}
    assert client.post(url, data).status_code == 200
    assert CharterSignature.objects.count() == 1
    assert client.post(url, data | {"reason": "Donnée par erreur."}).status_code == 302
    assert CharterSignature.objects.count() == 0
    entry = JournalEntry.objects.get(verb="charter.withdraw")
    assert (entry.changes["reason"], "Anne" in str(entry.changes)) == ([None, "Donnée par erreur."], False)
    client.force_login(boss)
    assert client.post(here(house), given()).status_code == 302


def test_M3_a_correction_by_the_region_keeps_its_reason(client: Client, charter: Charter) -> None:
    signature = CharterSignature.objects.create(charter=charter, organisation=factories.organisation(), signatory="A")
    client.force_login(factories.region_staff())
    data = {"signatory": "B", "title": "", "signed_on": "", "reason": "Nom mal lu."}
    client.post(f"/admin/members/chartersignature/{signature.pk}/change/", data)
    signature.refresh_from_db()
    entry = JournalEntry.objects.get(verb="charter.correct")
    assert (signature.signatory, entry.changes) == ("B", {"reason": [None, "Nom mal lu."]})


def test_M3_an_amendment_neither_open_nor_signed_is_a_draft_that_nobody_reads(client: Client, charter: Charter) -> None:
    draft = Charter.objects.create(
        version="avenant-1", title="Avenant d’essai", amends=charter, open_to_signature=False
    )
    assert "Avenant d’essai" not in client.get("/charte/").content.decode()
    Charter.objects.filter(pk=draft.pk).update(open_to_signature=True)
    assert "Avenant d’essai" in client.get("/charte/").content.decode()

"""Letters at the Region's desk: their words, their preview, how far they are, one made again (R14, M6, S3)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import desk
from core.models import JournalEntry
from recognition import letters
from recognition.letters.kinds import KINDS
from recognition.letters.waiting import draw_waiting
from recognition.models import Letter, LetterTemplate, Rule
from tests import factories as make
from tests import pdf
from tests.recognition import letter_world as world

pytestmark = pytest.mark.django_db
WORDS, LETTERS = "/admin/recognition/lettertemplate/", "/admin/recognition/letter/"


@pytest.fixture(autouse=True)
def _world(db: None, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    world.rules()


@pytest.fixture
def region(client: Client) -> Client:
    client.force_login(make.region_staff())
    return client


def receipt(key: str = "r", name: str = "Maison") -> Letter:
    return letters.write(kind="receipt", at=world.TOLD, key=key, candidature=world.dossier(name))


def test_M6_the_region_writes_the_words_of_a_letter(region: Client) -> None:
    page = region.get(f"{WORDS}add/?kind=lapse")
    assert page.context["kind"] == "lapse"
    form = page.context["adminform"].form
    assert (form["subject"].value(), form["text"].value()) == KINDS["lapse"].words
    said = region.post(
        f"{WORDS}add/?kind=lapse",
        {"kind": "lapse", "subject": "Fin pour {{ organisme }}", "text": "Bonjour.\r\n\r\nMerci."},
    )
    assert said.status_code == 302
    row = LetterTemplate.objects.get()
    assert (row.kind, row.subject, row.text) == ("lapse", "Fin pour {{ organisme }}", "Bonjour.\n\nMerci.")
    assert JournalEntry.objects.get(verb="admin.add").target_type == "recognition.lettertemplate"
    region.post(f"{WORDS}{row.pk}/change/", {"kind": "grant", "subject": "Fin", "text": "Merci."})
    row.refresh_from_db()
    assert (row.kind, row.subject) == ("lapse", "Fin")


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("text", "{{ mot_de_passe }}", "n’est pas un nom connu"),
        ("text", "{{ recu }}", "n’a pas de sens dans cette lettre"),
        ("text", "<script>x</script>", "Le HTML n’est pas lu"),
        ("text", "![x](http://exemple.fr/a.png)", "Une image vient d’un autre site"),
        ("subject", "{{ motifs }}", "se place dans le texte"),
    ],
)
def test_M6_a_wording_that_no_letter_could_hold_is_refused(region: Client, field: str, text: str, said: str) -> None:
    values = {"kind": "refusal", "subject": "Refus", "text": "Merci."} | {field: text}
    page = region.post(f"{WORDS}add/?kind=refusal", values)
    assert [said in str(error) for error in page.context["adminform"].form.errors[field]] == [True]
    assert LetterTemplate.objects.count() == 0


def test_M6_a_wording_is_previewed_before_it_is_saved(region: Client) -> None:
    typed = {"kind": "grant", "subject": "Bravo {{ organisme }}", "text": "Essai de nos mots.\n\nMerci."}
    made = region.post(f"{WORDS}apercu/grant/", typed)
    assert (made.status_code, made["Content-Type"]) == (200, "application/pdf")
    said = pdf.words(made.content)
    assert [mark in said for mark in ("Bravo Association Exemple", "Essai de nos mots.", "Aperçu", "La décision")] == [
        True, True, True, True,
    ]  # fmt: skip
    assert (LetterTemplate.objects.count(), Letter.objects.count()) == (0, 0)
    refused = region.post(f"{WORDS}apercu/grant/", typed | {"text": "{{ rien }}"})
    assert (refused.status_code, refused.content.decode()) == (
        422, "«\u00a0{{ rien }}\u00a0» n’est pas un nom connu\u00a0: choisissez dans la liste.",
    )  # fmt: skip
    assert region.get(f"{WORDS}apercu/inconnu/").status_code == 404


def test_M6_every_letter_is_listed_with_whose_words_it_has(region: Client) -> None:
    LetterTemplate.objects.create(kind="lapse", subject="Fin", text="Merci.")
    kinds = region.get(WORDS).context["kinds"]
    assert [kind for kind, _, _ in kinds] == list(KINDS)
    assert [kind for kind, _, row in kinds if row] == ["lapse"]


def test_R12_how_far_the_letters_are_is_shown(region: Client) -> None:
    for number in range(3):
        receipt(str(number), f"Maison {number}")
    Letter.objects.filter(key="0").update(state="failed", error="MemoryError")
    draw_waiting(world.TOLD)
    page = region.get(LETTERS).content.decode()
    assert "2 lettres produites sur 3, 2 envoyées" in page
    assert '<progress value="2" max="3"' in page
    waiting = {
        line["key"]: (line["title"], line["count"], line["late"]) for line in desk.waiting("region", _user(region))
    }
    assert waiting["letters-stuck"] == ("Lettre en échec ou en attente depuis plus d’une heure", 1, True)


def test_R14_rules_to_confirm_are_on_the_first_page_and_stop_no_letter(region: Client) -> None:
    Rule.objects.filter(key__in=["silence", "signatory"]).update(to_confirm=True)
    assert receipt().kind == "receipt"
    waiting = {line["key"]: line for line in desk.waiting("region", _user(region))}
    line = waiting["rules-to-confirm"]
    assert (line["title"], line["count"], line["detail"]) == (
        "Règles proposées par le portail, à confirmer par la Région", 2, "les lettres en impriment 2",
    )  # fmt: skip
    assert "letters-rules" not in waiting
    listed = region.get(line["url"])
    assert {rule.key for rule in listed.context["cl"].queryset} == {"silence", "signatory"}
    rule = Rule.objects.get(key="silence")
    change = f"/admin/recognition/rule/{rule.pk}/change/"
    region.post(change, {"value": rule.value, "source": rule.source, "note": rule.note})
    rule.refresh_from_db()
    assert rule.to_confirm is False


def _user(region: Client) -> Any:
    return region.get("/admin/").wsgi_request.user


def test_R14_a_letter_is_read_against_its_digest(region: Client) -> None:
    letter = receipt()
    waiting = region.get(f"{LETTERS}{letter.pk}/pdf/", follow=True)
    assert [str(message) for message in waiting.context["messages"]] == [
        "Cette lettre est en cours de production\u00a0: revenez dans un instant."
    ]
    letter = letters.draw(letter=letter, at=world.TOLD)
    made = region.get(f"{LETTERS}{letter.pk}/pdf/")
    assert (made["Content-Type"], made["Content-Disposition"], made["Cache-Control"]) == (
        "application/pdf",
        f'inline; filename="accuse-de-reception-maison-{letter.candidature.receipt_number}.pdf"',
        "private, no-store, max-age=0, no-cache, must-revalidate",
    )
    assert made.content == Path(letter.file.path).read_bytes()
    Path(letter.file.path).write_bytes(b"autre chose")
    page = region.get(f"{LETTERS}{letter.pk}/pdf/", follow=True)
    assert page.context["broken"].startswith("Le fichier de cette lettre n’est plus celui")
    assert page.context["may_redo"] is True


def test_R14_a_lost_letter_is_made_again_at_the_desk(region: Client) -> None:
    letter = letters.draw(letter=receipt(), at=world.TOLD)
    assert region.get(f"{LETTERS}{letter.pk}/change/").context["may_redo"] is False
    data = Path(letter.file.path).read_bytes()
    Path(letter.file.path).unlink()
    made = region.post(f"{LETTERS}{letter.pk}/refaire/", follow=True)
    assert [str(message) for message in made.context["messages"]] == ["Le fichier est refait, à l’identique."]
    letter.refresh_from_db()
    assert Path(letter.file.path).read_bytes() == data
    assert JournalEntry.objects.filter(verb="letter.redo", target_key=str(letter.pk)).count() == 1
    again = region.post(f"{LETTERS}{letter.pk}/refaire/", follow=True)
    assert [str(message) for message in again.context["messages"]] == [
        "Le fichier de cette lettre est intact\u00a0: il n’y a rien à refaire."
    ]


def test_S3_nobody_else_reads_a_letter(client: Client) -> None:
    letter = letters.draw(letter=receipt(), at=world.TOLD)
    client.force_login(make.officer())
    for address in (f"{LETTERS}{letter.pk}/pdf/", f"{WORDS}apercu/grant/", LETTERS, WORDS):
        assert client.get(address).status_code == 403
    assert client.post(f"{LETTERS}{letter.pk}/refaire/").status_code == 403


def test_the_list_of_letters_asks_as_many_queries_for_one_as_for_three(region: Client) -> None:
    receipt("a", "A")
    _queries(region)
    one = _queries(region)
    receipt("b", "B")
    receipt("c", "C")
    assert _queries(region) == one


def _queries(region: Client) -> int:
    with CaptureQueriesContext(connection) as seen:
        region.get(LETTERS)
    return len(seen)

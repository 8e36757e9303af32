"""`/lorfolio/cv/<uuid>.pdf`: for its owner alone, nothing of what is hidden, nothing left of what was deleted."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any
from uuid import uuid4

import pikepdf
import pytest
from django.test import Client

from accounts.models import User
from core.images import prepare
from lorfolio.drawing import content_of, html_of, pdf_of
from lorfolio.lists import Act, Certainty, CvModel
from lorfolio.models import Choice, Cv, Operation, Portfolio, Proof
from lorfolio.services import safe
from lorfolio.views import cv_pdf
from tests import pdf
from tests.factories import person
from tests.lorfolio.cv_samples import portrait
from tests.lorfolio.people import NOW, cv, experience, extra, language, portfolio, skill

pytestmark = pytest.mark.django_db
CANARY = "Zibeline"


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def photographed(**fields: Any) -> Portfolio:
    owner = portfolio(
        email=f"{CANARY}@exemple.invalid".lower(), phone="06 99 99 99 99", place=f"{CANARY}-sur-Meuse",
        details={"location": {"address": f"3 rue {CANARY}", "city_place": f"{CANARY}-sur-Meuse"}}, **fields,
    )  # fmt: skip
    kept = safe.add(portfolio=owner, name="photo.webp", data=prepare(portrait()).data, at=NOW)
    Portfolio.objects.filter(pk=owner.pk).update(photo=kept)
    return Portfolio.objects.get(pk=owner.pk)


def chosen(made: Cv, *items: Any) -> Cv:
    for position, item in enumerate(items):
        Choice.objects.create(selection=made.selection, position=position, **{item._meta.model_name: item})
    return Cv.objects.select_related("portfolio", "selection").get(pk=made.pk)


def test_L4_a_line_that_is_hidden_is_nowhere() -> None:
    """Neither on the page, nor in the PDF, its metadata, its tags, its attachment, whatever the model."""
    owner = photographed()
    shown = experience(owner, title="Vendeuse", organisation="Boulangerie")
    hidden = experience(owner, title=f"{CANARY} secret", summary=CANARY, highlights=[CANARY])
    able = skill(owner, "Vendre")
    skill(owner, f"{CANARY} aussi").experiences.set([shown])
    able.experiences.set([shown, hidden])
    extra(owner, title=CANARY)
    language(owner, name=CANARY)
    Proof.objects.create(
        portfolio=owner, kind="attestation", experience=shown, title="x", confirmed=True, answered_at=NOW,
        attester_name=f"{CANARY} Témoin",
    )  # fmt: skip
    for model in CvModel:
        made = chosen(
            cv(
                owner, model=model, name=f"Pour {CANARY}", with_photo=False, with_email=False, with_phone=False,
                with_place=False, with_certainty=False,
            ),
            shown, able,
        )  # fmt: skip
        content = content_of(made, at=NOW)
        html, data = html_of(made, content), pdf_of(made, content).data
        assert CANARY.lower() not in html.lower()
        assert "99 99" not in html
        assert "data:image" not in html
        for said in _everything(data):
            assert CANARY.lower().encode() not in said.lower()
            assert b"99 99" not in said
        assert "Vendeuse" in html


def _everything(data: bytes) -> list[bytes]:
    """Every text and every stream of the file, unpacked, and what is read of its pages."""
    found = [data, pdf.words(data).encode(), pdf.read_aloud(data).encode()]
    with pikepdf.open(BytesIO(data)) as opened:
        for item in opened.objects:
            if isinstance(item, pikepdf.Stream) and "/Subtype" not in item:
                found.append(item.read_bytes())
            found += [bytes(value) for value in _texts(item)]
        found += [value.get_file().read_bytes() for value in opened.attachments.values()]
        found.append(str(opened.docinfo).encode())
    return found


def _texts(item: Any) -> list[bytes]:
    if isinstance(item, pikepdf.String):
        return [str(item).encode()]
    if isinstance(item, pikepdf.Dictionary):
        return [str(value).encode() for value in item.values() if isinstance(value, pikepdf.String)]
    return []


def test_L4_the_proof_that_a_canary_would_be_seen() -> None:
    """The same reading finds each of them when it is shown."""
    owner = photographed()
    made = chosen(cv(owner), experience(owner, title=f"{CANARY} montré"))
    said = _everything(pdf_of(made, content_of(made, at=NOW)).data)
    for words in (f"{CANARY} montré", f"{CANARY}-sur-Meuse", "06 99 99 99 99", f"{CANARY}@exemple.invalid".lower()):
        assert any(words.encode() in part for part in said), words


def test_L4_the_words_of_the_CV_replace_those_of_the_person_and_their_German() -> None:
    owner = portfolio(
        headline="Vendeuse", summary="Je vends.",
        translations={"de": {"headline": "Verkäuferin", "summary": "Ich verkaufe."}},
    )  # fmt: skip
    made = cv(owner, headline="Fleuriste", translations={"de": {"summary": "Ich liebe Blumen."}})
    seen = content_of(made, at=NOW).person
    assert (seen.headline, seen.summary) == ("Fleuriste", "Je vends.")
    assert seen.translations == {"de": {"summary": "Ich liebe Blumen."}}, "no German of a headline that changed"


def test_L7_the_photo_is_shown_once_a_day_in_the_trace() -> None:
    owner = photographed()
    made = cv(owner, with_photo=True)
    for _ in range(3):
        assert content_of(made, at=NOW).person.photo_type == "image/webp"
    assert Operation.objects.filter(portfolio=owner, act=Act.SHOWN).count() == 1
    assert html_of(made, content_of(made, at=NOW)).count("data:image/jpeg;base64,") == 1


def test_L7_a_photo_that_is_lost_or_altered_leaves_a_CV_without_it() -> None:
    owner = photographed()
    made = cv(owner, with_photo=True)
    assert owner.photo is not None
    path = safe.storage().path(owner.photo.stored)
    with open(path, "r+b") as kept:  # noqa: PTH123
        kept.seek(30)
        kept.write(b"\0\0\0")
    assert content_of(made, at=NOW).person.photo == b""
    safe.storage().delete(owner.photo.stored)
    made = Cv.objects.get(pk=made.pk)
    assert content_of(made, at=NOW).person.photo == b""
    assert pdf_of(made, content_of(made, at=NOW)).pages == 1


def test_L11_an_attestation_counts_once_confirmed() -> None:
    owner = portfolio()
    row = experience(owner)
    Proof.objects.create(portfolio=owner, kind="attestation", experience=row, title="x", asked_name="Non dit")
    made = chosen(cv(owner), row)
    assert content_of(made, at=NOW).experiences[0].certainty == Certainty.DECLARED


# --- The address


@pytest.fixture
def owner() -> Portfolio:
    return portfolio()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(made: Cv) -> str:
    return f"/lorfolio/cv/{made.pk}.pdf"


def test_L1_the_PDF_is_for_its_owner_alone(owner: Portfolio) -> None:
    made = cv(owner)
    answer = signed_in(owner.user).get(address(made))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'inline; filename="CV-camille-exemple.pdf"'
    assert answer["Cache-Control"] == "private, no-store, max-age=0"
    assert "Camille Exemple" in pdf.words(answer.content)
    other = portfolio(person())
    assert signed_in(other.user).get(address(made)).status_code == 404
    assert signed_in(person()).get(address(made)).headers["Location"] == "/lorfolio/ouvrir/"
    assert Client().get(address(made)).status_code == 302
    assert signed_in(owner.user).get(f"/lorfolio/cv/{uuid4()}.pdf").status_code == 404
    assert signed_in(owner.user).post(address(made)).status_code == 405


def test_L4_the_PDF_can_be_kept_as_a_file(owner: Portfolio) -> None:
    answer = signed_in(owner.user).get(address(cv(owner)) + "?telecharger")
    assert answer["Content-Disposition"] == 'attachment; filename="CV-camille-exemple.pdf"'


def test_L4_drawn_again_when_the_content_changes(owner: Portfolio) -> None:
    row = experience(owner, title="Serveuse")
    made = chosen(cv(owner), row)
    client = signed_in(owner.user)
    assert "Serveuse" in pdf.words(client.get(address(made)).content)
    row.title = "Cheffe de rang"
    row.save()
    said = pdf.words(client.get(address(made)).content)
    assert "Cheffe de rang" in said
    assert "Serveuse" not in said


@pytest.mark.parametrize("how", ["cv", "portfolio", "erasing"])
def test_L10_deleted_while_it_is_drawn_nothing_comes_out(
    how: str, owner: Portfolio, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """The deletion falls between the drawing and the answer, as another worker would do it."""
    made = cv(owner)
    client = signed_in(owner.user)
    really = cv_pdf.pdf_of

    def drawn_too_late(*args: Any, **kwargs: Any) -> Any:
        result = really(*args, **kwargs)
        if how == "cv":
            Cv.objects.filter(pk=made.pk).delete()
        elif how == "erasing":
            Portfolio.objects.filter(pk=owner.pk).update(erasing=True)
        else:
            Portfolio.objects.filter(pk=owner.pk).update(erasing=True)
            Portfolio.objects.get(pk=owner.pk).delete()
        return result

    monkeypatch.setattr(cv_pdf, "pdf_of", drawn_too_late)
    answer = client.get(address(made))
    assert answer.status_code == 404
    assert b"%PDF" not in answer.content
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_L4_too_many_drawings_are_told_when_to_come_back(owner: Portfolio, monkeypatch: pytest.MonkeyPatch) -> None:
    made = cv(owner)
    client = signed_in(owner.user)
    monkeypatch.setattr(cv_pdf.DrawingUse, "THROTTLE_RATES", {"drawings": "2/hour"})
    assert [client.get(address(made)).status_code for _ in range(3)] == [200, 200, 429]
    answer = client.get(address(made))
    assert int(answer["Retry-After"]) > 0
    assert "Revenez dans" in answer.content.decode()


def test_L4_more_than_anybody_would_read_is_refused_in_words(owner: Portfolio) -> None:
    rows = [experience(owner, summary="Long. " * 660, highlights=["x" * 400] * 30) for _ in range(70)]
    answer = signed_in(owner.user).get(address(chosen(cv(owner), *rows)))
    assert answer.status_code == 422
    assert "trop long" in answer.content.decode()


def test_S2_a_CV_is_read_in_few_queries(owner: Portfolio, django_assert_max_num_queries: Any) -> None:
    for count in (1, 6):
        made = chosen(cv(owner), *(experience(owner) for _ in range(count)), *(skill(owner) for _ in range(count)))
        with django_assert_max_num_queries(10):
            content_of(made, at=NOW)


def test_L11_the_resume_inside_is_what_is_shown(owner: Portfolio) -> None:
    made = chosen(cv(owner, with_email=False), experience(owner, title="Serveuse", organisation="Café"))
    with pikepdf.open(BytesIO(pdf_of(made, content_of(made, at=NOW)).data)) as opened:
        said = json.loads(opened.attachments["resume.json"].get_file().read_bytes())
    assert said["work"] == [{"name": "Café", "position": "Serveuse", "startDate": "2024-09"}]
    assert "email" not in said["basics"]

"""What one account may ask for in an hour: files, numbers; others are not told to wait (S2, O2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from recognition import files
from recognition.models import Attachment, Candidature
from recognition.views.limits import HEAVY, StartUse, UploadUse
from tests import factories as make
from tests.recognition import dossiers as d

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> dt.datetime:
    d.charter()
    moment = d.paris("2027-03-15 10:00:00")
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment.astimezone(dt.UTC))
    return moment


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def give(client: Client, dossier: Candidature, data: bytes | None = None) -> str:
    """What the page says under the field; empty once the file is taken."""
    url = reverse("candidature_files", args=[dossier.public_id])
    answer = client.post(url, {"kind": "extra", "file": d.upload(data=data or d.pdf())})
    return "" if answer.status_code == 302 else " ".join(answer.context["form"].errors["file"])


def test_R3_an_account_gives_so_many_files_an_hour_and_another_account_still_may(
    now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UploadUse, "rate", "2/hour", raising=False)
    one, other = make.person(), make.person()
    dossier, theirs = d.started(user=one, at=now), d.started(user=other, at=now)
    client = signed_in(one)
    assert [give(client, dossier), give(client, dossier)] == ["", ""]
    assert give(client, dossier).startswith("Beaucoup de fichiers viennent de votre compte")
    assert give(signed_in(other), theirs) == ""
    assert Attachment.objects.filter(candidature=dossier).count() == 2


def test_R3_a_file_whose_opening_had_to_be_stopped_counts_for_many(
    now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UploadUse, "rate", f"{HEAVY}/hour", raising=False)
    user = make.person()
    dossier = d.started(user=user, at=now)
    with monkeypatch.context() as short:
        short.setattr(files, "WAIT", 0.01)
        assert give(signed_in(user), dossier) == files.HEAVY
    assert give(signed_in(user), dossier).startswith("Beaucoup de fichiers")


def test_O2_an_account_asks_about_so_many_numbers_an_hour(now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each answer tells whether a SIREN has a dossier under way; the same number again is no other."""
    monkeypatch.setattr(StartUse, "rate", "2/hour", raising=False)
    theirs = [d.started(user=make.person(), at=now).siret for _ in range(3)]
    client = signed_in(make.person())
    said = []
    for number in (theirs[0], theirs[0], theirs[1], theirs[2]):
        values = {"siret": number, "organisation_name": "Entraide vosgienne", "not_signatory": "on"}
        errors = client.post(reverse("candidature_start"), values).context["form"].errors
        said += [str(texts[0])[:40] for texts in errors.values()]
    assert said[0] == said[1] == said[2] == "Un dossier est déjà en cours pour cet ét"
    assert said[3] == "Votre compte a essayé beaucoup de numéro"


def test_O2_the_number_of_the_dossier_is_asked_about_as_seldom(
    now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StartUse, "rate", "1/hour", raising=False)
    user = make.person()
    dossier = d.started(user=user, at=now)
    theirs = [d.started(user=make.person(), at=now).siret for _ in range(2)]
    client, url = signed_in(user), reverse("candidature_organisation", args=[dossier.public_id])
    said = [
        client.post(url, {"siret": number, "version": "1"}, headers={"X-Autosave": "1"}).json()["errors"]["siret"]
        for number in (theirs[0], theirs[0], theirs[1])
    ]
    assert [text[:28] for text in said] == ["Un dossier est déjà en cours"] * 2 + ["Votre compte a essayé beauco"]

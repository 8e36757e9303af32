"""Who takes which document away, and how it is served (B3, D8, habit 2)."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.template import Context, Template
from django.test import Client
from django.utils import timezone

from accounts.models import User
from bilans.documents import paper_of
from bilans.models import Bilan, Document
from bilans.services.producing import digest_of, said_of
from members.models import Mandate
from psad import context
from psad.models import PlatformCommune
from territories.models import OfficerMandate
from tests import factories as make
from tests.bilans import sample, world
from tests.psad import world as psad

pytestmark = pytest.mark.django_db
FORMS = {
    "pdf": "application/pdf", "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def drawn(of: Bilan, number: int = 1, **fields: Any) -> Document:
    """A version whose file says its number."""
    data = b"%%PDF-1.7 essai %d" % number
    content = {"organisation": sample.organisation, "territory": sample.territory, "psad": sample.psad,
               "region": sample.region}[of.kind]()  # fmt: skip
    made = Document(
        bilan=of, number=number, content=content, digest=f"{number:064d}", pages=3, size=len(data),
        sha256=hashlib.sha256(data).hexdigest(), **fields,
    )  # fmt: skip
    made.file.save("", ContentFile(data))
    return made


def url(of: Bilan, form: str = "pdf") -> str:
    return f"/pro/bilans/{of.public_id}/document.{form}"


def status(client: Client, user: User | None, address: str) -> int:
    client.logout()
    if user:
        client.force_login(user)
    return client.get(address).status_code


def officer(agency: Any) -> User:
    user = make.person()
    OfficerMandate.objects.create(user=user, agency=agency)
    return user


def of_house(house: Any) -> User:
    user = make.person()
    Mandate.objects.create(user=user, organisation=house)
    return user


@pytest.mark.parametrize("form", sorted(FORMS))
def test_B3_a_document_is_a_file_to_keep_that_nothing_keeps_on_the_way(client: Client, form: str) -> None:
    one = world.bilan(name="Mission locale de l’Épinal « Sud »")
    drawn(one)
    client.force_login(of_house(one.organisation))
    answer = client.get(url(one, form))
    assert (answer.status_code, answer["Content-Type"]) == (200, FORMS[form])
    assert answer["Content-Disposition"] == (
        f'attachment; filename="bilan-2025-mission-locale-de-lepinal-sud-v1.{form}"; '
        "filename*=UTF-8''Bilan%202025%20%E2%80%93%20Mission%20locale%20de%20l%E2%80%99%C3%89pinal%20%C2%AB%20Sud"
        f"%20%C2%BB%20%28version%201%29.{form}"
    )
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert int(answer["Content-Length"]) == len(answer.content) > 0


def test_D8_an_organisation_s_document_is_for_its_people_and_the_region(client: Client) -> None:
    one = world.bilan()
    drawn(one)
    place = make.site(organisation=one.organisation)
    people = {
        "its people": of_house(one.organisation), "another house": make.professional(), "citizen": make.person(),
        "officer there": officer(place.agency), "region": make.region_staff(),
    }  # fmt: skip
    assert {name: status(client, user, url(one)) for name, user in people.items()} == {
        "its people": 200, "another house": 404, "citizen": 404, "officer there": 404, "region": 200,
    }  # fmt: skip
    assert status(client, None, url(one)) == 302


def test_B3_an_officer_takes_those_of_the_territories_they_serve_and_of_the_psad_there(client: Client) -> None:
    here, there = make.agency(), make.agency()
    platform = psad.platform("ici")
    with context.task("grants"):
        PlatformCommune.objects.create(platform=platform, commune=make.town(agency=here))
    bilans = {
        "territory": world.bilan("territory", here), "psad": world.bilan("psad", platform),
        "region": world.bilan("region"),
    }  # fmt: skip
    for one in bilans.values():
        drawn(one)
    for agency, seen in ((here, [200, 200, 200]), (there, [404, 404, 200])):
        user = officer(agency)
        assert [status(client, user, url(one)) for one in bilans.values()] == seen
    user = make.professional()
    assert [status(client, user, url(one)) for one in bilans.values()] == [404, 404, 404]


def test_B3_who_works_in_the_spro_takes_the_region_s_once_it_is_published_and_that_version(client: Client) -> None:
    region = world.bilan("region")
    first = drawn(region)
    reader, staff = make.professional(), make.region_staff()
    assert [status(client, user, url(region)) for user in (reader, staff)] == [404, 200]
    year = region.campaign
    year.published, year.published_at = first, world.moment(2026, 5, 4)
    year.save()
    drawn(region, 2)
    client.force_login(reader)
    assert client.get(url(region)).content == b"%PDF-1.7 essai 1"
    client.force_login(staff)
    assert client.get(url(region)).content == b"%PDF-1.7 essai 2"
    assert status(client, make.person(), url(region)) == 404


def test_B4_the_region_takes_older_versions_and_nobody_else(client: Client) -> None:
    one = world.bilan()
    drawn(one)
    drawn(one, 2)
    client.force_login(make.region_staff())
    assert client.get(f"{url(one)}?version=1").content == b"%PDF-1.7 essai 1"
    assert client.get(url(one)).content == b"%PDF-1.7 essai 2"
    for wrong in ("3", "0", "-1", "un", "²", "99999999999999999999"):
        assert client.get(url(one), {"version": wrong}).status_code == 404
    client.force_login(of_house(one.organisation))
    assert client.get(url(one)).content == b"%PDF-1.7 essai 2"
    assert client.get(f"{url(one)}?version=1").status_code == 404


def test_B4_what_was_not_drawn_what_is_lost_and_what_was_changed_on_the_disk_are_not_there(client: Client) -> None:
    one = world.bilan()
    client.force_login(make.region_staff())
    assert client.get(url(one)).status_code == 404
    made = drawn(one)
    Path(made.file.path).write_bytes(b"%PDF-1.7 autre")
    assert client.get(url(one)).status_code == 404
    Path(made.file.path).unlink()
    assert client.get(url(one)).status_code == 404
    assert client.post(url(one)).status_code == 405


def test_B4_files_are_readable_by_the_portal_alone_under_a_name_that_says_nothing() -> None:
    made = drawn(world.bilan())
    path = Path(made.file.path)
    assert (path.stat().st_mode & 0o777, path.parent.name, len(path.name)) == (0o600, "bilans", 48)


def test_B3_a_page_shows_the_version_to_take_and_the_older_ones_to_the_region(
    django_assert_num_queries: Any,
) -> None:
    one = world.bilan()
    staff, member = make.region_staff(), of_house(one.organisation)
    assert paper_of(member, one).document is None
    drawn(one, made_at=world.moment(2026, 2, 1))
    last = drawn(one, 2, made_at=world.moment(2026, 2, 2))
    paper_of(staff, one), paper_of(member, one)  # roles are asked once a request
    with django_assert_num_queries(1):
        seen = paper_of(staff, one)
    assert (seen.document, [old.number for old in seen.older], seen.stale) == (last, [1], False)
    one.saved_at = last.made_at + dt.timedelta(minutes=1)
    seen = paper_of(member, one)
    assert (seen.document, seen.older, seen.stale) == (last, (), True)


def made_url(of: Bilan) -> str:
    return f"/pro/bilans/{of.public_id}/document/produire/"


def test_B4_who_may_open_a_bilan_has_its_document_made_and_nothing_drawn_twice(client: Client) -> None:
    one = world.submitted(world.bilan())
    client.force_login(of_house(one.organisation))
    assert client.get(made_url(one)).status_code == 405
    back = "/pro/bilans/"
    answer = client.post(made_url(one), {"retour": back})
    assert (answer.status_code, answer["Location"]) == (302, back)
    assert client.get(url(one)).content[:5] == b"%PDF-"
    client.post(made_url(one))
    assert Document.objects.filter(bilan=one).count() == 1


@pytest.mark.parametrize("elsewhere", ["https://ailleurs.invalid/", "//ailleurs.invalid/", "javascript:alert(1)", ""])
def test_S2_who_had_a_document_made_never_leaves_for_another_site(client: Client, elsewhere: str) -> None:
    one = world.bilan()
    drawn(one)
    client.force_login(make.region_staff())
    Document.objects.update(digest=digest_of(said_of(one, at=timezone.now())))
    answer = client.post(made_url(one), {"retour": elsewhere})
    assert (answer.status_code, answer["Location"]) == (302, f"/pro/bilans/{one.public_id}/")


def test_habit_2_strangers_have_nothing_made(client: Client) -> None:
    one, region = world.bilan(), world.bilan("region")
    for user in (make.professional(), make.person(), officer(make.agency())):
        client.force_login(user)
        assert [client.post(made_url(of)).status_code for of in (one, region)] == [404, 404]
    assert Document.objects.count() == 0


def test_B3_the_block_of_documents_offers_what_its_reader_may_take(rf: Any) -> None:
    one = world.bilan()
    drawn(one)
    drawn(one, 2)
    block = Template("{% load bilan_documents %}{% bilan_documents bilan %}")

    def shown(user: User) -> str:
        request = rf.get("/pro/bilans/")
        request.user = user
        return block.render(Context({"request": request, "bilan": one}))

    mine, region = shown(of_house(one.organisation)), shown(make.region_staff())
    for form in FORMS:
        assert mine.count(f'href="{url(one, form)}"') == region.count(f'href="{url(one, form)}"') == 1
    assert ("?version=1" in mine, "?version=1" in region) == (False, True)
    Document.objects.all().delete()
    assert "Aucun document n’a encore été produit" in shown(make.region_staff())

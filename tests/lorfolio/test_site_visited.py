"""`/p/<slug>/`: only what was chosen, to whom it was opened, gone at once (L5, S2)."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as searching
from hypothesis import strategies as st
from PIL import Image

from core.models import JournalEntry
from lorfolio import selecting
from lorfolio.lists import Act, Certainty, ProofKind, SiteModel, SiteState
from lorfolio.models import Experience, Operation, PersonalSite, Portfolio, Proof, RetiredAddress, Skill
from lorfolio.services import site as sites
from lorfolio.services.profile import set_photo
from tests.lorfolio.people import NOW, experience, extra, language, portfolio, skill

pytestmark = pytest.mark.django_db
CANARY = "Zibeline"


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def opened(
    owner: Portfolio | None = None, *, indexable: bool = False, slug: str = "camille-exemple", **facts: Any
) -> PersonalSite:
    """A public site of everything that `owner` has now."""
    made = sites.make(portfolio=owner or portfolio())
    PersonalSite.objects.filter(pk=made.pk).update(**facts)
    return sites.show_to_all(site=made, slug=slug, indexable=indexable, at=NOW)


def picture() -> bytes:
    """A JPEG that says where it was taken."""
    out = BytesIO()
    exif = Image.Exif()
    exif[0x0110] = CANARY
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (300, 400), "teal").save(out, "JPEG", exif=exif)
    return out.getvalue()


def html(client: Client, site: PersonalSite) -> str:
    page = client.get(f"/p/{site.slug}/")
    assert page.status_code == 200
    return str(page.content.decode())


@pytest.mark.parametrize("model", SiteModel.values)
def test_L5_a_page_costs_five_queries_at_most(client: Client, django_assert_max_num_queries: Any, model: str) -> None:
    owner = portfolio()
    for _ in range(3):
        lived, held = experience(owner), skill(owner, level=3)
        held.experiences.add(lived)
        Proof.objects.create(
            portfolio=owner, kind=ProofKind.LINK, skill=held, title="Photos", url="https://exemple.invalid/"
        )
        language(owner)
        extra(owner)
    site = opened(owner, model=model, with_certainty=True, with_place=True, with_links=True)
    with django_assert_max_num_queries(5):
        page = client.get(f"/p/{site.slug}/")
    assert page.status_code == 200
    assert client.cookies == {}
    assert page.content.decode().count("Photos") >= 3


@pytest.mark.parametrize("model", SiteModel.values)
def test_L5_nothing_that_was_not_chosen_is_in_the_page(client: Client, model: str) -> None:
    owner = portfolio(
        phone=f"03{CANARY}", email=f"{CANARY.lower()}@exemple.invalid", place=f"{CANARY}-les-Bains",
        profiles=[{"network": CANARY, "url": f"https://{CANARY.lower()}.invalid/"}], url=f"https://{CANARY.lower()}.invalid/",
        details={"canary": CANARY}, translations={"de": {"headline": CANARY}},
    )  # fmt: skip
    lived = experience(owner, title="Vendeuse", details={"x": CANARY}, translations={"de": {"title": CANARY}})
    held = skill(owner)
    site = opened(owner, model=model, indexable=True, with_contact=True)
    hidden = experience(owner, title=f"{CANARY} 1", summary=CANARY)
    extra(owner, title=CANARY)
    language(owner, name=CANARY)
    secret = skill(owner, label=f"{CANARY} 2")
    secret.experiences.add(lived)
    held.experiences.add(hidden)
    Proof.objects.create(
        portfolio=owner, kind=ProofKind.ATTESTATION, experience=lived, title=CANARY, confirmed=True, answered_at=NOW,
        attester_name=CANARY, attester_organisation=CANARY, statement=CANARY,
    )  # fmt: skip
    for address in (f"/p/{site.slug}/", f"/p/{site.slug}/ecrire/", f"/p/{site.slug}/merci/"):
        assert CANARY.lower() not in client.get(address).content.decode().lower(), address
    assert "Vendeuse" in html(client, site)
    assert owner.user.email not in html(client, site)


@searching(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    mask=st.lists(st.booleans(), min_size=8, max_size=8), model=st.sampled_from(SiteModel.values), found=st.booleans()
)
def test_L5_whatever_is_chosen_the_rest_stays_out_of_html_and_data(mask: list[bool], model: str, found: bool) -> None:
    Portfolio.objects.all().delete()
    owner = portfolio()
    marks = [f"marque{chr(97 + n) * 6}" for n in range(8)]
    kinds = zip(marks[:3], ("emploi", "etudes", "proche"), strict=True)
    items = [
        *(experience(owner, title=mark, summary=f"dit {mark}", kind=kind) for mark, kind in kinds),
        *(skill(owner, label=mark, note=f"note {mark}") for mark in marks[3:6]),
        language(owner, name=marks[6]), extra(owner, title=marks[7]),
    ]  # fmt: skip
    for held in Skill.objects.all():
        held.experiences.set(Experience.objects.all())
    site = opened(owner, model=model, indexable=found, slug=f"essai-{model}")
    keys = [selecting.key_of(item) for item, kept in zip(items, mask, strict=True) if kept]
    selecting.choose(selection=site.selection, keys=keys)
    words = html(Client(), site)
    assert [mark in words for mark in marks] == mask
    PersonalSite.objects.all().delete()
    RetiredAddress.objects.all().delete()


def test_L5_who_sees_it_and_what_engines_and_caches_are_told(client: Client) -> None:
    site = opened(indexable=True)
    page = client.get("/p/camille-exemple/")
    assert (page["Cache-Control"], page.get("X-Robots-Tag"), "ETag" in page) == ("no-cache", None, True)
    assert "application/ld+json" in page.content.decode()
    assert "/p/camille-exemple/</loc>" in client.get("/sitemap.xml").content.decode()
    again = client.get("/p/camille-exemple/", headers={"If-None-Match": page["ETag"]})
    assert again.status_code == 304

    site = sites.show_to_all(site=site, slug="camille-exemple", indexable=False, at=NOW)
    page = client.get("/p/camille-exemple/")
    assert page["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert "application/ld+json" not in page.content.decode()
    assert "camille-exemple" not in client.get("/sitemap.xml").content.decode()

    site = sites.show_by_link(site=site, at=NOW)
    assert re.fullmatch(r"[0-9a-f]{28}", site.slug)
    page = client.get(f"/p/{site.slug}/")
    assert (page["Cache-Control"], page["Referrer-Policy"]) == ("private, no-cache", "no-referrer")
    assert page["X-Robots-Tag"].startswith("noindex")
    assert client.get("/p/camille-exemple/").status_code == 410, "the readable address went with its state"


def test_L5_taken_down_it_is_gone_at_once_and_says_nothing_of_anybody(client: Client) -> None:
    owner = portfolio(given_name="Zénobie", family_name="Canari")
    site = opened(owner, slug="zenobie-canari", with_contact=True)
    assert set_photo(portfolio=owner, data=picture(), at=NOW)
    PersonalSite.objects.update(with_photo=True)
    tag = client.get("/p/zenobie-canari/")["ETag"]
    sites.take_down(site=site, at=NOW)
    sites.take_down(site=site, at=NOW)
    for path in ("", "photo.webp", "ecrire/", "merci/"):
        page = client.get(f"/p/zenobie-canari/{path}", headers={"If-None-Match": tag})
        assert (page.status_code, page["Cache-Control"]) == (410, "no-store"), path
        assert not re.search("z[eé]nobie|canari", page.content.decode(), re.IGNORECASE), path
    assert client.get("/p/personne-ici/").status_code == 404
    verbs = list(
        JournalEntry.objects.filter(verb__startswith="lorfolio.site").values_list("verb", flat=True).order_by("pk")
    )
    assert verbs == ["lorfolio.site_open", "lorfolio.site_close"]


def test_L5_an_old_link_never_opens_again(client: Client) -> None:
    made = sites.make(portfolio=portfolio())
    assert client.get(f"/p/{made.slug}/").status_code == 404, "private: nothing was ever there"
    first = sites.show_by_link(site=made, at=NOW).slug
    assert sites.show_by_link(site=made, at=NOW).slug == first, "pressed twice: the same link"
    second = sites.show_by_link(site=made, at=NOW, renew=True).slug
    assert [client.get(f"/p/{slug}/").status_code for slug in (first, second)] == [410, 200]
    sites.take_down(site=made, at=NOW)
    third = sites.show_by_link(site=made, at=NOW).slug
    assert [client.get(f"/p/{slug}/").status_code for slug in (first, second, third)] == [410, 410, 200]


def test_L5_a_site_goes_with_its_person_and_nobody_takes_the_address(client: Client) -> None:
    site = opened()
    owner = site.portfolio
    Portfolio.objects.filter(pk=owner.pk).update(erasing=True)
    assert client.get("/p/camille-exemple/").status_code == 404, "while it goes"
    owner.user.delete()
    assert client.get("/p/camille-exemple/").status_code == 410
    with pytest.raises(ValidationError):
        opened(slug="camille-exemple")
    assert list(RetiredAddress.objects.values_list("portfolio", flat=True)) == [None]


def test_L5_the_photo_is_shown_while_it_is_shown_without_what_the_camera_wrote(client: Client) -> None:
    owner = portfolio()
    set_photo(portfolio=owner, data=picture(), at=NOW)
    site = opened(Portfolio.objects.get(pk=owner.pk))
    assert client.get(f"/p/{site.slug}/photo.webp").status_code == 404, "it was not asked to be shown"
    facts = {name: getattr(site, name) for name in sites.FACTS} | {"with_photo": True}
    sites.write(site=site, facts=facts, keys=[], sections=[], at=NOW)
    photo = client.get(f"/p/{site.slug}/photo.webp")
    assert (photo.status_code, photo["Content-Type"], photo["Cache-Control"]) == (200, "image/webp", "no-cache")
    assert not Image.open(BytesIO(photo.content)).getexif()
    assert CANARY.encode() not in photo.content
    assert client.get(f"/p/{site.slug}/photo.webp", headers={"If-None-Match": photo["ETag"]}).status_code == 304
    shown = Operation.objects.filter(act=Act.SHOWN).values_list("by", flat=True)
    assert list(shown) == [sites.BY_SITE], "the safe's trace says so, once"


def test_L10_under_fifteen_no_site_opens(client: Client) -> None:
    site = opened()
    Portfolio.objects.update(minor_until="2099-01-01")
    assert client.get("/p/camille-exemple/").status_code == 404
    with pytest.raises(ValidationError, match="quinze ans"):
        sites.show_by_link(site=site, at=NOW)
    assert sites.found_by_engines() == []


@pytest.mark.parametrize(
    "slug", ["admin", "Région", "a", "..", "camille--exemple", "-camille", "x" * 61, "lorfolio", "a b"]
)
def test_L5_addresses_that_would_deceive_are_refused(slug: str) -> None:
    with pytest.raises(ValidationError) as refused:
        opened(slug=slug)
    assert list(refused.value.message_dict) == ["slug"]
    assert set(PersonalSite.objects.values_list("state", flat=True)) == {SiteState.PRIVATE}


def test_L5_two_people_do_not_share_an_address(client: Client) -> None:
    opened(slug="le-meme")
    with pytest.raises(ValidationError, match="prise"):
        opened(slug="le-meme")
    assert client.get("/p/LE-MEME/").status_code == 302


def test_L11_marks_show_only_when_asked_and_never_an_address_that_acts(client: Client) -> None:
    owner = portfolio()
    held = skill(owner)
    lived = experience(owner, url="javascript:alert(1)")
    Proof.objects.create(
        portfolio=owner, kind=ProofKind.BADGE, skill=held, title="Badge", url="https://badges.invalid/1"
    )
    Proof.objects.create(
        portfolio=owner, kind=ProofKind.LINK, experience=lived, title="Piège", url="javascript:alert(2)"
    )
    site = opened(owner, with_certainty=True)
    words = html(client, site)
    assert "Preuve jointe" in words
    assert 'href="https://badges.invalid/1"' in words
    assert "javascript:" not in words
    PersonalSite.objects.update(with_certainty=False)
    words = html(client, site)
    assert [mark in words for mark in ("Preuve jointe", "badges.invalid", str(Certainty.PROVED))] == [False] * 3


def test_L5_words_of_the_person_are_text(client: Client) -> None:
    bad = "</script><script>alert(1)</script>"
    site = opened(indexable=True, name=bad, headline=bad, about=bad)
    words = html(client, site)
    assert words.count("<script") == 1
    assert "<script>alert" not in words

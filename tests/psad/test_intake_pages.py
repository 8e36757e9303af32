"""The pages of what comes in: who opens them, what they change, what they never write (D4, D8, D13, D14)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.rules import needs_second_factor
from psad import context
from psad.lists import Role, Side
from psad.models import Case, Import, Line, Platform, PlatformCommune
from psad.services import importing
from psad.views import lists
from tests.factories import person, town
from tests.psad import world
from tests.psad.test_intake_rio import line, table

pytestmark = pytest.mark.django_db
LISTS = "/psad/troyes/listes/"


@pytest.fixture
def place() -> Platform:
    made = world.platform("troyes")
    with context.task("grants"):
        here = town("Troyes", insee="10387", postal_codes=["10000"], department="10")
        PlatformCommune.objects.create(commune=here, platform=made)
    return made


@pytest.fixture
def head(place: Platform) -> User:
    return world.member(place)


def signed(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def given(client: Client, content: bytes) -> Any:
    return client.post(LISTS, {"file": SimpleUploadedFile("liste.csv", content)})


def previewed(client: Client, user: User, content: bytes) -> Import:
    given(client, content)
    with context.acting(user):
        batch = Import.objects.latest("given_at")
    importing.preview(batch.pk, user.pk, timezone.now())
    return batch


def test_D4_a_list_is_given_read_again_answered_and_applied(place: Platform, head: User) -> None:
    client = signed(head)
    batch = previewed(client, head, table(line(), line("Durand", "Tom"), line("=Petit", "Ana")))
    address = f"{LISTS}{batch.pk}/"
    page = client.get(address)
    words = page.content.decode()
    assert [name in words for name in ("Léa Martin", "Tom Durand", "Petit")] == [True, True, False]
    assert "no-store" in page["Cache-Control"]
    with context.acting(head):
        lea, _, _ = Line.objects.order_by("number")
    client.post(address, {f"ligne-{lea.pk}": "solved"})
    assert client.post(f"{address}appliquer/", {"acte": "appliquer"}).status_code == 302
    importing.apply(batch.pk, head.pk, timezone.now())
    assert "Léa" not in client.get(address).content.decode()
    report = client.get(f"{address}lignes.csv").content.decode("utf-8-sig").splitlines()
    assert report == [
        "ligne;suite;motif;reponse",
        "2;Nouveau dossier;;A trouvé une solution",
        "3;Nouveau dossier;;À contacter",
        "4;Refusé;nom ou prénom illisible;",
    ]
    with context.acting(head):
        assert Case.objects.get(lines__number=2).closing_reason == "solved"


def test_D14_an_answer_chosen_and_not_saved_apart_counts_when_the_list_is_applied(place: Platform, head: User) -> None:
    client = signed(head)
    batch = previewed(client, head, table(line(), line("Durand", "Tom")))
    address = f"{LISTS}{batch.pk}/"
    page = client.get(address).content.decode()
    with context.acting(head):
        lea, tom = Line.objects.order_by("number")
    # The fields and the button that applies are in one form.
    form = page[page.index(f'action="{address}appliquer/"') :]
    assert f'name="ligne-{lea.pk}"' in form[: form.index("</form>")]
    assert client.post(f"{address}appliquer/", {"acte": "appliquer", "ligne-x": "solved"}).status_code == 404
    client.post(f"{address}appliquer/", {"acte": "appliquer", f"ligne-{lea.pk}": "solved", f"ligne-{tom.pk}": "?"})
    importing.apply(batch.pk, head.pk, timezone.now())
    with context.acting(head):
        assert [row.case.disposition for row in Line.objects.order_by("number")] == ["solved", "to_contact"]


def test_D4_a_list_given_up_leaves_nothing(place: Platform, head: User) -> None:
    client = signed(head)
    batch = previewed(client, head, table(line()))
    client.post(f"{LISTS}{batch.pk}/appliquer/", {"acte": "abandonner"})
    with context.acting(head):
        held = Import.objects.get()
        assert (held.state, held.sealed_key, Line.objects.count(), Case.objects.count()) == ("failed", "", 0, 0)


def test_a_list_is_given_from_our_own_page_alone(place: Platform, head: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(head)
    page = client.get(LISTS)
    # A browser that was told « no-referrer » posts from the origin « null », which is refused.
    assert page["Referrer-Policy"] == "same-origin"
    file = {"file": SimpleUploadedFile("liste.csv", table(line()))}
    assert client.post(LISTS, file).status_code == 403
    key = client.cookies["csrftoken"].value
    file = {"file": SimpleUploadedFile("liste.csv", table(line())), "csrfmiddlewaretoken": key}
    assert client.post(LISTS, file).status_code == 302


def test_S5_a_large_list_is_never_written_in_clear_on_the_disk(
    place: Platform, head: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds: list[str] = []

    class Seen(lists.ListForm):
        def clean_file(self) -> Any:
            kinds.append(type(self.cleaned_data["file"]).__name__)
            return self.cleaned_data["file"]

    monkeypatch.setattr(lists, "ListForm", Seen)
    content = table(*(line("Nom", "Ana", adresse="x" * 250) for _ in range(10_000)))
    assert len(content) > 2_621_440  # above it, Django writes a file
    assert (given(signed(head), content).status_code, kinds) == (302, ["InMemoryUploadedFile"])


def test_S4_a_wrong_file_is_refused_beside_the_field(place: Platform, head: User) -> None:
    answer = given(signed(head), b"prenom;nom\nA;B\n")
    assert answer.status_code == 200
    assert "colonnes qui ne sont pas attendues" in answer.content.decode()


def test_D8_a_list_belongs_to_its_platform_and_to_who_may_read_it(place: Platform, head: User) -> None:
    far = world.member(world.platform("chaumont"))
    adviser = world.member(place, Role.ADVISER, Side.ML)
    batch = previewed(signed(head), head, table(line()))
    one = f"{LISTS}{batch.pk}/"
    for user in (far, person()):
        client = signed(user)
        for address in (LISTS, one, f"{one}lignes.csv", f"/psad/chaumont/listes/{batch.pk}/"):
            assert client.get(address).status_code == 404
        assert client.post(f"{one}appliquer/").status_code == 404
    assert signed(adviser).get(one).status_code == 404  # an adviser reads the lists that they gave
    assert signed(adviser).get(LISTS).status_code == 200
    assert Client().get(LISTS).status_code == 302


def test_a_page_of_lines_costs_the_same_for_one_and_fifty(
    place: Platform, head: User, django_assert_max_num_queries: Any
) -> None:
    client = signed(head)
    batch = previewed(client, head, table(*(line("Nom", "Ana" + "b" * n) for n in range(60))))
    with django_assert_max_num_queries(14):  # two of them open and close the savepoint of the test
        words = client.get(f"{LISTS}{batch.pk}/").content.decode()
    assert (words.count("<select"), "apres=51" in words) == (50, True)


def test_the_gate_asks_a_second_factor_of_who_works_in_a_psad(place: Platform, head: User) -> None:
    assert (needs_second_factor(head), needs_second_factor(person())) == (True, False)


def test_D4_lists_whose_worker_died_are_woken(place: Platform, head: User, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[Any] = []
    monkeypatch.setattr(importing, "wake", lambda *args: woken.append(args))
    given(signed(head), table(line()))
    with context.acting(head):
        batch = Import.objects.get()
    assert (importing.resume(timezone.now()), woken) == (1, [(batch.pk, head.pk)])
    importing.work(batch.pk, head.pk, timezone.now())
    assert importing.resume(timezone.now()) == 0

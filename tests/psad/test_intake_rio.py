"""A RIO list: every line accounted for, nothing twice, nothing that D11 keeps out (D3, D4, D14)."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone
from openpyxl import Workbook

from accounts.models import User
from psad import context, reading
from psad.intake import rio
from psad.lists import Disposition, Role, Side, Step
from psad.models import Access, Case, Grant, Import, Line, Move, Note, Platform, PlatformCommune
from psad.services import importing
from tests.factories import person, town
from tests.psad import world

pytestmark = pytest.mark.django_db
HEADER = ";".join(rio.COLUMNS)
NOW = timezone.now


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


def born(years: int, days: int = 0) -> str:
    day = timezone.localdate()
    return (day.replace(year=day.year - years, day=min(day.day, 28)) - dt.timedelta(days=days)).strftime("%d/%m/%Y")


def line(surname: str = "Martin", given: str = "Léa", birth: str = "", **cells: str) -> str:
    values = {"nom": surname, "prenoms": given, "date_naissance": birth or born(17), "commune": "Troyes"} | cells
    return ";".join(values.get(name, "") for name in rio.COLUMNS)


def table(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *lines]).encode()


def run(tmp_path: Path, content: bytes, user: User, *, slug: str = "troyes", dry: bool = False) -> list[str]:
    file = tmp_path / "liste.csv"
    file.write_bytes(content)
    out = io.StringIO()
    call_command("import_rio", str(file), platform=slug, email=user.email, dry_run=dry, stdout=out)
    return out.getvalue().splitlines()


def bring(place: Platform, user: User, content: bytes) -> importing.Counts:
    batch = importing.bring(platform=place, content=content, file_name="liste.csv", by=user, at=NOW())
    with context.acting(user):
        return importing.outcome(batch)[0]


def test_D4_the_command_accounts_for_every_line(tmp_path: Path, place: Platform, head: User) -> None:
    elsewhere = world.platform("chaumont")
    with context.task("grants"):
        far = town("Chaumont", insee="52121", postal_codes=["52000"], department="52")
        PlatformCommune.objects.create(commune=far, platform=elsewhere)
    content = table(
        line(),
        line("Martin", "lea", telephone="0612345678"),
        line(),
        line("Jeune", "Trop", born(15)),
        line("Futur", "Né", "01/01/2099"),
        line("Ailleurs", "Hugo", commune="Chaumont"),
        line("=1+1", "Zoé"),
        line("", "Zoé"),
        line("Inconnue", "Zoé", commune="Atlantide"),
        line("Date", "Zoé", "31/02/2008"),
    )
    assert run(tmp_path, content, head) == [
        "created: 1",
        "matched: 1",
        "known: 1",
        "rejected: 7",
        "ligne 5\u00a0: moins de 16 ans",
        "ligne 6\u00a0: date de naissance à venir",
        "ligne 7\u00a0: commune d’une autre plateforme",
        "ligne 8\u00a0: nom ou prénom illisible",
        "ligne 9\u00a0: nom ou prénom manquant",
        "ligne 10\u00a0: commune inconnue",
        "ligne 11\u00a0: date de naissance illisible",
    ]
    with context.acting(head):
        found = reading.read(Case.objects.get(), role="head").identity
    assert (found.name, found.phone) == ("Léa Martin", "0612345678")


def test_D4_the_same_list_twice_changes_nothing(tmp_path: Path, place: Platform, head: User) -> None:
    content = table(line(), line("Durand", "Tom"), line("Jeune", "Trop", born(15)))
    run(tmp_path, content, head)
    with context.acting(head):
        before = list(Case.objects.order_by("pk").values_list("pk", "version", "updated_at"))
        moves = Move.objects.count()
    assert run(tmp_path, content, head)[:4] == ["created: 0", "matched: 0", "known: 2", "rejected: 1"]
    with context.acting(head):
        assert list(Case.objects.order_by("pk").values_list("pk", "version", "updated_at")) == before
        assert Move.objects.count() == moves


def test_D4_a_rehearsal_writes_nothing_but_the_log(tmp_path: Path, place: Platform, head: User) -> None:
    assert run(tmp_path, table(line()), head, dry=True) == ["created: 1", "matched: 0", "known: 0", "rejected: 0"]
    with context.acting(head):
        assert (Case.objects.count(), Import.objects.count(), Line.objects.count()) == (0, 0, 0)
        assert list(Access.objects.values_list("verb", flat=True)) == ["list.rehearsed"]


def test_D4_what_a_list_adds_fills_blanks_and_what_differs_is_noted(place: Platform, head: User) -> None:
    bring(place, head, table(line(telephone="0611111111", classe="1re pro")))
    second = table(line(telephone="0622222222", classe="CAP 1", courriel="lea@exemple.invalid"))
    assert bring(place, head, second)["matched"] == 1
    with context.acting(head):
        opened = reading.read(Case.objects.get(), role="head")
        note = Note.objects.get()
        words = opened.text(note.text, field=f"note/{note.pk}")
        move = Move.objects.get(verb="listed")
    known = opened.identity
    assert (known.phone, known.other_phone, known.class_name, known.email) == (
        "0611111111", "0622222222", "1re pro", "lea@exemple.invalid",
    )  # fmt: skip
    assert words == f"Reçu par la liste du {timezone.localdate():%d/%m/%Y}\u00a0: classe\u00a0: CAP 1."
    assert (move.data["filled"], move.data["differs"]) == (["other_phone", "email"], ["class_name"])


@pytest.mark.parametrize("applied", [False, True])
def test_D4_the_preview_tells_what_the_application_will_do(applied: bool, place: Platform, head: User) -> None:
    """A line that says something new of a person is not « unchanged », in the same list or in the next one."""
    first, more = line(), line(telephone="0612345678")
    if applied:
        bring(place, head, table(first))
    content = table(first, more, first, more, line("Durand", "Tom"))
    rehearsed, _ = importing.rehearse(platform=place, content=content, by=head, at=NOW())
    created = 1 if applied else 2
    assert rehearsed == {"created": created, "matched": 1, "known": 4 - created, "rejected": 0}
    assert bring(place, head, content) == rehearsed


def test_D4_a_person_known_by_another_door_is_matched_then_known(place: Platform, head: User) -> None:
    birth = rio.day(born(17))
    world.case(place, head, world.young("MARTIN", "Léa, Marie", birth_date=birth))
    first, second = bring(place, head, table(line("Martin", "LEA"))), bring(place, head, table(line("Martin", "LEA")))
    assert (first["matched"], second["known"]) == (1, 1)


def test_D4_an_adviser_imports_without_reading_the_platform(place: Platform, head: User) -> None:
    bring(place, head, table(line()))
    adviser = world.member(place, Role.ADVISER, Side.ML)
    content = table(line(telephone="0600000001"), line("Durand", "Tom"))
    assert bring(place, adviser, content) == {"created": 1, "matched": 1, "known": 0, "rejected": 0}
    with context.acting(adviser):
        assert (Case.objects.count(), Move.objects.count()) == (0, 0)


def test_D14_the_mission_locale_already_follows(place: Platform, head: User) -> None:
    bring(place, head, table(line(suivi_mission_locale="oui"), line("Durand", "Tom", suivi_mission_locale="non")))
    with context.acting(head):
        assert sorted(Case.objects.values_list("disposition", flat=True)) == ["already", "to_contact"]


def test_D14_an_answer_given_at_the_preview_closes_the_case_at_once(place: Platform, head: User) -> None:
    with context.acting(head):
        batch = importing.give(
            platform=place, content=table(line(), line("Durand", "Tom")), file_name="l.csv", by=head, at=NOW()
        )
    importing.preview(batch.pk, head.pk, NOW())
    with context.acting(head):
        moved, stays = Line.objects.order_by("number")
        answers = {moved.pk: str(Disposition.MOVED), stays.pk: str(Disposition.UNREACHABLE)}
        assert importing.answer(batch=batch, answers=answers) == 1  # « injoignable » asks for attempts first
        assert not Case.objects.exists()
        importing.ask_to_apply(batch=batch, by=head)
    importing.apply(batch.pk, head.pk, NOW())
    with context.acting(head):
        closed = Case.objects.get(lines__number=2)
        assert (closed.step, closed.closing_reason, closed.due_on) == (Step.CLOSED, "moved", None)
        assert Case.objects.get(lines__number=3).step == Step.RECEIVED


def test_D3_who_leaves_a_training_again_is_met_again_unless_they_opposed(place: Platform, head: User) -> None:
    today = timezone.localdate()
    bring(place, head, table(line(), line("Durand", "Tom")))
    with context.acting(head):
        past = {"step": "closed", "closed_on": today - dt.timedelta(days=90)}
        lea, tom = Case.objects.order_by("lines__number")
        Case.objects.filter(pk=lea.pk).update(**past, closing_reason="lasting")
        Case.objects.filter(pk=tom.pk).update(**past, closing_reason="opposed", opposed_at=NOW())
    left = f"{today - dt.timedelta(days=10):%Y-%m-%d}"
    bring(place, head, table(line(date_sortie=left), line("Durand", "Tom", date_sortie=left)))
    with context.acting(head):
        assert (Case.objects.get(pk=lea.pk).step, Case.objects.get(pk=tom.pk).step) == ("received", "closed")


def test_D4_a_killed_worker_resumes_and_nothing_is_double(
    place: Platform, head: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    content = table(*(line(f"Nom{letter}", "Ana") for letter in "abcdefg"))
    with context.acting(head):
        batch = importing.give(platform=place, content=content, file_name="l.csv", by=head, at=NOW())

    def killed(at_call: int) -> Any:
        calls = {"left": at_call}
        real = importing._count

        def die(*args: Any) -> None:
            real(*args)
            calls["left"] -= 1
            if not calls["left"]:
                raise KeyboardInterrupt

        return die

    for step in (importing.preview, importing.apply):
        with monkeypatch.context() as patch:
            patch.setattr(importing, "_count", killed(3))
            with pytest.raises(KeyboardInterrupt):
                step(batch.pk, head.pk, NOW())
        with context.acting(head):
            assert Import.objects.get().done_lines == 5  # two batches of two held, the third was undone
        step(batch.pk, head.pk, NOW())
        with context.acting(head):
            if step is importing.preview:
                importing.ask_to_apply(batch=batch, by=head)
    with context.acting(head):
        assert importing.outcome(batch)[0] == {"created": 7, "matched": 0, "known": 0, "rejected": 0}
        assert (Case.objects.count(), Move.objects.count(), Line.objects.count()) == (7, 7, 7)


def test_D4_a_command_takes_up_the_list_that_another_left(place: Platform, head: User) -> None:
    content = table(line())
    with context.acting(head):
        left = importing.give(platform=place, content=content, file_name="l.csv", by=head, at=NOW())
    assert bring(place, head, content)["created"] == 1
    with context.acting(head):
        assert list(Import.objects.values_list("pk", "state")) == [(left.pk, "done")]


def test_S5_nothing_of_the_list_stays_once_it_is_applied(place: Platform, head: User) -> None:
    bring(place, head, table(line(), line("Jeune", "Trop", born(15))))
    with context.acting(head):
        batch = Import.objects.get()
        assert (bytes(batch.content), batch.sealed_key) == (b"", "")
        assert {bytes(value) for value in Line.objects.values_list("content", flat=True)} == {b""}
        assert {bytes(value) for value in Line.objects.values_list("match_key", flat=True)} == {b""}


def test_S2_a_list_that_nobody_applies_is_forgotten(place: Platform, head: User) -> None:
    with context.acting(head):
        batch = importing.give(platform=place, content=table(line()), file_name="l.csv", by=head, at=NOW())
    importing.preview(batch.pk, head.pk, NOW())
    for days, left in ((29, 0), (31, 1)):
        with context.task("retention"):
            assert importing.forget(NOW() + dt.timedelta(days=days), days=30) == left
    with context.acting(head):
        assert (Line.objects.count(), Import.objects.get().sealed_key) == (0, "")


def test_D13_nothing_finds_a_person_made_anonymous(place: Platform, head: User) -> None:
    bring(place, head, table(line()))
    with context.acting(head):
        case = Case.objects.get()
        before = bytes(case.match_key)
        Case.objects.filter(pk=case.pk).update(
            anonymised_at=NOW(), sealed_key="", identity=b"", safe_contact=b"", word_keys=[]
        )
        case.refresh_from_db()
        kept = Line.objects.get()
        assert (bytes(case.sound_key), bytes(case.elsewhere_key), bytes(kept.facts)) == (b"", b"", b"")
        assert bytes(case.match_key) != before
    assert bring(place, head, table(line()))["created"] == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Ce fichier est vide."),
        (b"\xd0\xcf\x11\xe0 old", "Ce classeur est protégé"),
        (b"PK\x03\x04 broken", "Ce classeur ne s’ouvre pas"),
        (table(line(), header=HEADER + ";religion"), "n°\u00a017"),
        (b"Martin;Lea;01/01/2008\n", "n°\u00a01, 2, 3"),
        (b"nom;nom;prenoms;date_naissance;commune\na;b;c;d;e\n", "deux fois"),
        (b"nom;prenoms\na;b\n", "date_naissance, commune"),
        (HEADER.encode(), "aucune ligne"),
        (HEADER.encode() + b'\n"Martin;L', "guillemet"),
        (b"\x00\x01\x02\x03" * 9, "n’est pas un tableau"),
    ],
)
def test_D11_a_file_that_is_not_the_list_is_refused_whole(
    content: bytes, said: str, place: Platform, head: User
) -> None:
    with pytest.raises(ValidationError) as refusal:
        bring(place, head, content)
    (words,) = refusal.value.messages
    assert said in words
    assert "Martin" not in words
    with context.acting(head):
        assert not Import.objects.exists()


def test_D4_a_file_that_breaks_half_way_leaves_nothing(
    place: Platform, head: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 1)
    with pytest.raises(ValidationError, match="guillemet"):
        bring(place, head, table(line(), line("Durand", "Tom")) + b'\n"Petit;')
    with context.acting(head):
        failed = Import.objects.get()
        assert (failed.state, Case.objects.count(), Line.objects.count(), bytes(failed.content)) == (
            "failed",
            0,
            0,
            b"",
        )


def test_D13_only_who_holds_a_grant_there_today_imports(tmp_path: Path, place: Platform, head: User) -> None:
    other = world.member(world.platform("chaumont"))
    for user, slug in ((person(), "troyes"), (other, "troyes"), (head, "chaumont"), (head, "inconnue")):
        with pytest.raises(CommandError, match="pas habilitée"):
            run(tmp_path, table(line()), user, slug=slug)


def test_D13_the_context_of_a_list_opens_its_platform_to_its_giver_while_it_is_at_work(
    place: Platform, head: User
) -> None:
    adviser = world.member(place, Role.ADVISER, Side.ML)
    bring(place, head, table(line()))
    far = world.platform("chaumont")
    world.case(far, world.member(far))
    with context.acting(adviser):
        batch = importing.give(
            platform=place, content=table(line("Autre", "Nom")), file_name="", by=adviser, at=NOW(), waking=False
        )
    with context.importing(batch.pk, adviser.pk):
        assert list(Case.objects.values_list("platform__slug", flat=True)) == ["troyes"]
    with context.importing(batch.pk, person().pk):
        assert not Case.objects.exists()
    with context.task("grants"):
        Grant.objects.filter(user=adviser).update(ended_at=NOW())
    with context.importing(batch.pk, adviser.pk):
        assert not Case.objects.exists()


def xlsx(rows: list[list[Any]]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(out)
    return out.getvalue()


def ods(rows: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr(
            "content.xml",
            '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
            ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
            ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
            f"<table:table>{rows}</table:table><table:table><table:table-row><table:table-cell><text:p>autre</text:p>"
            "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"
            "</office:document-content>",
        )
    return out.getvalue()


def test_D4_a_workbook_is_read_as_it_is_typed() -> None:
    content = xlsx(
        [
            ["nom", "prenoms", "date_naissance", "code_postal", "telephone", "commune"],
            ["Martin", "=HYPERLINK(1)", dt.date(2008, 5, 1), 1000, 612345678, "Troyes"],
        ]
    )
    assert list(rio.read(content)) == [
        (
            2,
            {
                "nom": "Martin", "prenoms": "=HYPERLINK(1)", "date_naissance": "2008-05-01", "code_postal": "1000",
                "telephone": "612345678", "commune": "Troyes",
            },
        )
    ]  # fmt: skip


def test_D4_an_open_document_is_read_as_it_is_typed() -> None:
    def cell(text: str, attributes: str = "") -> str:
        return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"

    header = "".join(map(cell, ["nom", "prenoms", "date_naissance", "commune"]))
    blank = '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
    dated = cell("1 mai 2008", 'office:value-type="date" office:date-value="2008-05-01"')
    formula = cell("2", 'table:formula="of:=1+1" office:value-type="float" office:value="2"')
    rows = f"<table:table-row>{header}</table:table-row>{blank}<table:table-row>{cell('Martin')}{formula}{dated}"
    assert list(rio.read(ods(rows + f"{cell('Troyes')}</table:table-row>"))) == [
        (5, {"nom": "Martin", "prenoms": "=1+1", "date_naissance": "2008-05-01", "commune": "Troyes"})
    ]


def test_D4_a_list_in_the_encoding_of_old_spreadsheets(place: Platform, head: User) -> None:
    content = table(line("Lefèvre", "Zoë"), header=HEADER).decode().replace(";", ",").encode("cp1252")
    bring(place, head, content)
    with context.acting(head):
        assert reading.read(Case.objects.get(), role="head").identity.name == "Zoë Lefèvre"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"sexe": "x"}, "valeur inconnue dans «\u00a0sexe\u00a0»"),
        ({"origine": "maison"}, "valeur inconnue dans «\u00a0origine\u00a0»"),
        ({"suivi_mission_locale": "peut-être"}, "valeur inconnue dans «\u00a0suivi_mission_locale\u00a0»"),
        ({"date_sortie": "2099-01-01"}, "date de sortie à venir"),
        ({"commune": ""}, "commune manquante"),
        ({"adresse": "x" * 301}, "texte trop long"),
        ({"date_naissance": "01/01/1890"}, "date de naissance invraisemblable"),
    ],
)
def test_D4_a_line_is_refused_for_its_reason(cells: dict[str, str], reason: str, place: Platform, head: User) -> None:
    bring(place, head, table(line(**cells)))
    with context.acting(head):
        assert Line.objects.get().reason == reason


def test_D3_sixteen_is_the_day_of_the_birthday(place: Platform) -> None:
    perimeter, today = rio.Perimeter(place.pk), dt.date(2026, 11, 22)
    cells = {"nom": "Martin", "prenoms": "Léa", "commune": "TROYES CEDEX", "code_postal": "10026"}
    entry = rio.parse(cells | {"date_naissance": "22/11/2010"}, on=today, perimeter=perimeter)
    assert (entry.identity.age_on(today), entry.commune) == (16, "10387")
    with pytest.raises(rio.Refused, match="moins de 16 ans"):
        rio.parse(cells | {"date_naissance": "23/11/2010"}, on=today, perimeter=perimeter)

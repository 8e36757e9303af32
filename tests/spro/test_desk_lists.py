"""Every list of the desk: the same cost whatever it holds, exports as filtered, history in words (S3, T3)."""

from __future__ import annotations

import ast
import io
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from accounts.admin_history import told
from core import acts
from core.journal import record
from core.models import ImportDraft, JournalEntry, PackLoad
from core.outbox import queue_raw
from members.models import (
    Charter,
    CharterSignature,
    Commitment,
    FundingCriterion,
    Invitation,
    Plan,
    QualityCriterion,
)  # fmt: skip
from territories.models import Contour, FormerCommune, OfficerMandate, ReferentCheck, SheetReport
from territories.reports import answer
from tests.factories import (
    agency,
    kind,
    network,
    officer,
    organisation,
    professional,
    referent,
    region_staff,
    rule,
    site,
    town,
)  # fmt: skip

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def one_of_each(number: int) -> None:
    """A row more in every list."""
    served = agency()
    commune = town(agency=served)
    place = site(commune=commune, organisation=organisation(network=network()))
    rule(kind())
    post = referent(agency=served)
    ReferentCheck.objects.create(
        referent=post, digest=f"{number}", sent_on=timezone.localdate(), expires_on=timezone.localdate()
    )
    SheetReport.objects.create(
        kind="site", key=place.slug, title="Lieu", organisation=place.organisation, agency=served, subject="autre",
        message="Un mot.",
    )  # fmt: skip
    user, staff = professional(), region_staff()
    officer()
    Invitation.objects.create(
        organisation=place.organisation, email=f"{number}@exemple.invalid", digest=f"{number}",
        expires_at=timezone.now(), invited_by=user,
    )  # fmt: skip
    charter = Charter.objects.create(version=f"v{number}", title="Charte", signed_on=timezone.localdate())
    CharterSignature.objects.create(charter=charter, organisation=place.organisation)
    words = {"charter": charter, "key": "k", "order": 1, "title": "T", "text": "T"}
    Commitment.objects.create(**words, engagement_number=1, party="region")
    QualityCriterion.objects.create(**words, article="1", kind="k", applies_to="a")
    FundingCriterion.objects.create(**words, kind="k")
    Plan.objects.create(slug=f"p{number}", name="Plan", starts_on="2026-01-01", ends_on="2027-01-01")
    FormerCommune.objects.create(former_insee=f"9{number:04d}", commune=commune)
    Contour.objects.create(kind="agency", code=str(number), name="C", geometry={}, label_lat=0, label_lon=0)
    queue_raw(key=f"m{number}", to="a@exemple.invalid", subject="Objet", text="Texte")
    PackLoad.objects.create(pack="p", title="P")
    ImportDraft.objects.create(kind="pack", filename="a.zip", size=1, sha256="0", state="ready")
    record(verb="admin.change", target=place, actor=staff, changes={"name": ["a", "b"], "commune": [None, commune.pk]})
    record(verb="admin.add", target=post, actor=user)


LISTS = sorted(
    f"/admin/{each.opts.app_label}/{each.opts.model_name}/"
    for each in admin.site._registry.values()
    if each.opts.app_label != "spro"  # editorial pages have tests of their own
)


@pytest.mark.parametrize("url", [*LISTS, "/admin/imports/", "/admin/recherche/?q=lieu"])
def test_every_list_costs_the_same_with_one_row_and_with_three(url: str) -> None:
    client = signed_in(region_staff())
    one_of_each(1)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        assert client.get(url).status_code == 200
    for number in (2, 3):
        one_of_each(number)
    with CaptureQueriesContext(connection) as three:
        client.get(url)
    assert len(three) == len(one), "\n".join(query["sql"][:200] for query in three)


@pytest.mark.parametrize("url", LISTS)
def test_every_list_leaves_in_csv_and_in_xlsx_and_the_journal_says_so(url: str) -> None:
    client = signed_in(region_staff())
    one_of_each(1)
    for form, start in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        answer = client.post(f"{url}export/{form}/")
        assert (answer.status_code, answer.content[: len(start)]) == (200, start)
        line = JournalEntry.objects.filter(verb="admin.export").first()
        assert line is not None
        assert line.changes["format"] == [None, form]
    assert client.get(f"{url}export/csv/").status_code == 405
    assert client.post(f"{url}export/pdf/").status_code == 404


def rows_of(answer: Any) -> list[list[Any]]:
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_an_export_holds_what_the_list_is_filtered_to_on_every_page() -> None:
    client = signed_in(region_staff())
    house = network()
    for number in range(60):
        organisation(name=f"Organisme {number:02d}", network=house)
    organisation(name="Hors du réseau")
    answer = client.post(f"/admin/members/organisation/export/xlsx/?network__id__exact={house.pk}")
    names = [row[0] for row in rows_of(answer)]
    assert names == ["Nom", *(f"Organisme {number:02d}" for number in range(60))]
    assert JournalEntry.objects.get().changes["rows"] == [None, 60]


def test_T3_contacts_leave_for_those_whose_role_reads_them_and_in_their_territory_only() -> None:
    user = officer()
    mine = OfficerMandate.objects.get().agency
    referent(agency=mine, name="Ines", email="ines@exemple.invalid")
    referent(name="Paul", email="paul@exemple.invalid", agency=agency())
    rows = rows_of(signed_in(user).post("/admin/territories/referent/export/xlsx/"))
    where = rows[0].index("Courriel professionnel")
    assert [row[where] for row in rows[1:]] == ["ines@exemple.invalid"]
    assert JournalEntry.objects.get().changes["contacts"] == [None, True]
    reports = signed_in(user).post("/admin/territories/sheetreport/export/csv/").content.decode()
    assert "ourriel de la personne" not in reports


def test_S3_an_officer_exports_no_list_of_the_region() -> None:
    client = signed_in(officer())
    for url in ("/admin/accounts/user/", "/admin/members/organisation/", "/admin/core/journalentry/"):
        assert client.post(f"{url}export/csv/").status_code == 403


def test_a_formula_in_a_name_is_text_in_what_leaves() -> None:
    client = signed_in(region_staff())
    organisation(name='=HYPERLINK("http://exemple.invalid")')
    lines = client.post("/admin/members/organisation/export/csv/").content.decode("utf-8-sig").splitlines()
    assert lines[1].split(";")[0] == '"\'=HYPERLINK(""http://exemple.invalid"")"'
    book = load_workbook(io.BytesIO(client.post("/admin/members/organisation/export/xlsx/").content))
    assert book.active is not None
    assert book.active["A2"].data_type == "s"


def test_an_export_takes_a_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(region_staff())
    assert client.post("/admin/members/organisation/export/csv/").status_code == 403
    assert not JournalEntry.objects.exists()


# --- history in words


def history(client: Client, thing: Any) -> list[Any]:
    label = thing._meta
    return client.get(f"/admin/{label.app_label}/{label.model_name}/{thing.pk}/history/").context["lines"]


def test_S3_the_history_says_who_what_before_and_after_in_words() -> None:
    staff = region_staff(name="Thomas")
    before, after = network(name="Réseau d’avant"), network(name="Réseau d’après")
    house = organisation(network=before)
    record(
        verb="admin.change", target=house, actor=staff,
        changes={
            "network": [str(before.pk), str(after.pk)], "status": ["candidate", "recognised"],
            "published_on": [None, "2026-03-01"], "legal_representative": ["[non conservé]", "[non conservé]"],
        },
    )  # fmt: skip
    (line,) = history(signed_in(staff), house)
    assert (line.who, line.act) == ("Thomas (Région)", "a modifié")
    assert sorted(str(each) for each in line.differences) == [
        "appartenance\u00a0: Candidat → Membre reconnu",
        "publié le\u00a0: – → 01/03/2026",
        "représentant·e légal·e\u00a0: [non conservé] → [non conservé]",
        "réseau\u00a0: Réseau d’avant → Réseau d’après",
    ]


def test_S3_services_acts_are_told_too_and_hours_are_days() -> None:
    place = site()
    record(
        verb="site.change", target=place,
        changes={"hours": [{}, {"1": [["09:00", "12:00"], ["14:00", "17:00"]]}], "services": [[], ["accueil"]]},
    )  # fmt: skip
    (line,) = history(signed_in(region_staff()), place)
    assert (line.who, line.act) == ("système", "a modifié le lieu")
    assert [each.after for each in line.differences] == ["lundi 09:00-12:00, 14:00-17:00", "Accueil"]


def test_a_closure_typed_at_the_desk_stands_in_the_history_of_its_place() -> None:
    client = signed_in(region_staff())
    place = site()
    url = f"/admin/territories/site/{place.pk}/change/"
    page = client.get(url)
    form = page.context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    values = {name: "" if value is None else value for name, value in values.items() if value is not False}
    values |= {
        "closures-TOTAL_FORMS": 1, "closures-INITIAL_FORMS": 0, "closures-0-starts_on": "2026-12-24",
        "closures-0-ends_on": "2026-12-26", "closures-0-reason": "Noël",
    }  # fmt: skip
    assert client.post(url, values).status_code == 302
    (line,) = history(client, place)
    assert [str(each) for each in line.differences] == ["fermeture\u00a0: – → 24/12/2026 – 26/12/2026"]


def test_S3_the_journal_is_filtered_by_who_what_kind_and_found_by_name() -> None:
    staff, other = region_staff(name="Thomas Test"), region_staff(name="Autre")
    record(verb="admin.change", target=organisation(), actor=staff)
    record(verb="admin.add", target=site(), actor=other)
    record(verb="pack.load", target=PackLoad.objects.create(pack="p", title="P"))
    client = signed_in(staff)

    def found(**asked: str) -> list[str]:
        lines = client.get("/admin/core/journalentry/", asked).context["cl"].result_list
        return sorted(line.verb for line in lines)

    assert found(acte="admin.change") == ["admin.change"]
    assert found(sorte="territories.site") == ["admin.add"]
    assert found(qui=str(other.pk)) == ["admin.add"]
    assert found(qui="systeme") == ["pack.load"]
    assert found(q="thomas t") == ["admin.change"]
    assert len(found()) == 3


def test_no_word_of_the_code_stands_on_the_journal_s_page() -> None:
    one_of_each(1)
    html = signed_in(region_staff()).get("/admin/core/journalentry/").content.decode()
    table = html[html.index('id="result_list"') : html.index("</table>", html.index('id="result_list"'))]
    assert [word for word in ("admin.change", "admin.add", "territories.site", "territories.referent")
            if word in table] == []  # fmt: skip


def verbs_of_the_code() -> set[str]:
    """Every verb written as a literal in a call that journals."""
    found = set()
    for room in ("core", "accounts", "members", "territories", "events", "recognition", "psad", "spro"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                # The PSAD has a log of its own, with its own words: only what it journals is told at the desk.
                if isinstance(node, ast.Call) and (
                    getattr(node.func, "attr", "") != "log"
                    and (room != "psad" or getattr(node.func, "id", "") == "record")
                ):
                    found |= {
                        word.value
                        for argument in node.keywords
                        if argument.arg == "verb"
                        for word in ast.walk(argument.value)
                        if isinstance(word, ast.Constant) and isinstance(word.value, str) and "." in word.value[1:-1]
                    }
    return found


def test_every_act_of_the_code_has_words() -> None:
    verbs = verbs_of_the_code()
    assert "mandate.grant" in verbs
    assert sorted(verbs - acts.known().keys()) == []


# --- lists that a filter narrows


def test_a_list_that_answers_nothing_says_so() -> None:
    client = signed_in(region_staff())
    assert "Cette liste est vide." in client.get("/admin/territories/sheetreport/").content.decode()
    assert "Aucune ligne ne répond" in client.get("/admin/territories/sheetreport/?q=zzz").content.decode()


def test_nothing_told_by_readers_can_be_rewritten_at_the_desk_and_who_told_is_not_shown() -> None:
    client = signed_in(region_staff())
    one_of_each(1)
    SheetReport.objects.update(email="lectrice@exemple.invalid")
    url = f"/admin/territories/sheetreport/{SheetReport.objects.get().pk}/change/"
    assert "lectrice@" not in client.get(url).content.decode()
    assert client.post(url, {"message": "x"}).status_code == 403
    for model in ("members/invitation", "territories/referentcheck", "territories/sheetreport"):
        assert client.get(f"/admin/{model}/add/").status_code == 403


def test_S3_the_history_of_an_error_told_holds_its_answer_and_its_page_says_who_gave_it() -> None:
    report, staff = (
        SheetReport.objects.create(kind="site", key="ml", title="Mission", message="Fermé"),
        region_staff(name="Thomas"),
    )
    answer(report=report, state=SheetReport.State.MENDED, words="Merci, c’est corrigé.", actor=staff)
    browser = signed_in(staff)
    history = browser.get(f"/admin/territories/sheetreport/{report.pk}/history/").content.decode()
    assert "a traité l’erreur signalée" in history
    page = browser.get(f"/admin/territories/sheetreport/{report.pk}/change/").content.decode()
    assert "Thomas (Région)" in page


def test_no_word_of_the_code_stands_in_what_loads_and_invitations_leave() -> None:
    load = PackLoad.objects.create(pack="essai", title="Essai", facts={})
    house = organisation()
    JournalEntry.objects.create(
        verb="pack.load", target_type="core.packload", target_key=f"essai/{load.pk}",
        changes={"sites": [None, {"created": 1}]},
    )  # fmt: skip
    JournalEntry.objects.create(
        verb="invitation.send", target_type="members.organisation", target_key=str(house.pk),
        changes={"invitation": [None, "3"], "role": [None, "manager"]},
    )  # fmt: skip
    lines = told(JournalEntry.objects.order_by("id"))
    assert [[str(each) for each in line.differences] for line in lines] == [
        ["lieux\u00a0: – → créés\u00a0: 1"],
        ["rôle\u00a0: – → gestionnaire", "invitation n°\u00a0: – → 3"],
    ]

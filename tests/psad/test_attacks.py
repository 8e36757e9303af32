"""What somebody would try: a stale page, a double click, a script in a name, a file too large, an error that echoes."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import OutboxMail
from core.sealing import opened
from core.spreadsheets import csv_file
from psad import context
from psad.identity import bound, seal_identity
from psad.lists import Role, Side
from psad.models import (
    Access,
    Attempt,
    Case,
    CaseGrant,
    Check,
    Grant,
    Import,
    Interview,
    Move,
    Note,
    Obligation,
    Platform,
    Proposal,
    Share,
)
from psad.views.cases import ACTS
from tests.psad import scopes, world
from tests.psad.access import PUBLIC, ROUTES
from tests.psad.scopes import Scopes

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert('zqx')</script><img src=x onerror=zqx>\"'`{{ zqx }}"


@pytest.fixture(scope="module")
def one_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scopes]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield scopes.build()
        transaction.set_rollback(True)


@pytest.fixture
def ground(one_world: Scopes, db: None) -> Scopes:
    scopes.apart()
    return one_world


@pytest.fixture
def page(ground: Scopes) -> str:
    return f"/psad/troyes/dossiers/{ground.cases['a'].pk}/"


def client_of(ground: Scopes, who: str, *, factor: bool = False) -> Client:
    client = Client(raise_request_exception=False)
    user: Any = ground.people[who]
    client.force_login(user)
    if factor:
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
    return client


def version(ground: Scopes, mark: str = "a") -> int:
    with context.acting(ground.people["head"]):
        return Case.objects.get(pk=ground.cases[mark].pk).version


# --- What is opened by necessity


def glass(ground: Scopes, **changes: str) -> dict[str, str]:
    return {
        "surname": scopes.word("b", "nom"), "given_names": scopes.word("b", "prenom"),
        "birth_date": scopes.BORN["b"].isoformat(), "reason": "Sa conseillère est absente ce matin", "hours": "2",
    } | changes  # fmt: skip


def test_D13_the_glass_is_broken_with_a_reason_and_a_recent_factor_for_a_day_at_most(ground: Scopes) -> None:
    url, key = "/psad/troyes/acces-exceptionnel/", ground.cases["b"].pk
    stale = client_of(ground, "not_given")
    assert stale.post(url, glass(ground)).status_code == 302
    assert stale.get(f"/psad/troyes/dossiers/{key}/").status_code == 404
    client = client_of(ground, "not_given", factor=True)
    for wrong in ({"reason": ""}, {"reason": "   vite    "}, {"hours": "25"}, {"hours": "0"}, {"hours": "-3"}):
        assert client.post(url, glass(ground, **wrong)).status_code == 200
    assert client.get(f"/psad/troyes/dossiers/{key}/").status_code == 404
    OutboxMail.objects.all().delete()
    assert client.post(url, glass(ground))["Location"] == f"/psad/troyes/dossiers/{key}/"
    assert client.get(f"/psad/troyes/dossiers/{key}/").status_code == 200
    heads = {ground.people["head"].email}  # type: ignore[union-attr]
    told = list(OutboxMail.objects.all())
    assert {mail.to for mail in told} == heads
    for mail in told:
        said = f"{mail.subject} {mail.text} {mail.key}".lower()
        assert not scopes.told(tuple(scopes.MARKS), said)
        assert not any(word in said for word in ("psad", "troyes", "dossier", "jeune", "décroch", "absente"))
    with context.acting(ground.people["head"]):
        row = Access.objects.filter(verb="case.break_glass").get()
        assert (row.actor, row.purpose, row.cases) == (
            ground.people["not_given"].pk, "break_glass", [ground.cases["b"].log_key],  # type: ignore[union-attr]
        )  # fmt: skip


def test_D13_a_broken_glass_ends_by_itself_and_is_not_for_circle_2(ground: Scopes) -> None:
    key, now = ground.cases["b"].pk, timezone.now()
    with context.acting(ground.people["not_given"]):
        CaseGrant.objects.create(
            case_id=key, user=ground.people["not_given"], kind="break_glass", reason="Absence", given_by=None,
            starts_at=now - dt.timedelta(hours=5), ends_at=now - dt.timedelta(seconds=1),
        )  # fmt: skip
    client = client_of(ground, "not_given")
    assert client.get(f"/psad/troyes/dossiers/{key}/").status_code == 404
    assert client.post(f"/psad/troyes/dossiers/{key}/note/", {"text": "x", "version": 0}).status_code == 404
    assert client_of(ground, "partner", factor=True).get("/psad/troyes/acces-exceptionnel/").status_code == 404


def test_D13_who_opened_a_case_by_necessity_does_not_take_it_nor_gives_it(ground: Scopes) -> None:
    client = client_of(ground, "not_given", factor=True)
    client.post("/psad/troyes/acces-exceptionnel/", glass(ground))
    here = f"/psad/troyes/dossiers/{ground.cases['b'].pk}/"
    me = str(ground.people["not_given"].pk)  # type: ignore[union-attr]
    seen = version(ground, "b")
    client.post(f"{here}preparer/", {"version": seen, "follower": me, "safe_contact": ""})
    client.post(f"{here}donner/", {"version": seen, "user": me, "reason": "Je le suis"})
    client.post("/psad/troyes/", {"cases": str(ground.cases["b"].pk), "user": me, "reason": "Je le suis"})
    with context.acting(ground.people["head"]):
        kinds = CaseGrant.objects.filter(case=ground.cases["b"]).values_list("kind", flat=True)
        assert list(kinds) == ["break_glass"]


def test_D13_giving_many_is_for_who_reads_the_whole_platform(ground: Scopes) -> None:
    asked = {
        "cases": str(ground.cases["a"].pk), "user": str(ground.people["head"].pk), "reason": "Secteur",  # type: ignore[union-attr]
    }  # fmt: skip
    assert client_of(ground, "given").post("/psad/troyes/", asked).status_code == 403


# --- Stale pages, two people, two clicks


def test_D13_a_page_left_open_writes_nothing_once_the_access_ended(ground: Scopes, page: str) -> None:
    client, seen = client_of(ground, "given"), version(ground)
    assert client.get(page).status_code == 200
    with context.acting(ground.people["head"]):
        CaseGrant.objects.filter(user=ground.people["given"]).update(ends_at=timezone.now())
        notes = Note.objects.count()
    answer = client.post(f"{page}note/", {"text": "Trop tard", "version": seen})
    assert answer.status_code == 404
    with context.acting(ground.people["head"]):
        assert Note.objects.count() == notes


def test_D13_a_page_left_open_writes_nothing_once_the_grant_ended(ground: Scopes, page: str) -> None:
    client, seen = client_of(ground, "coordination"), version(ground)
    assert client.get(page).status_code == 200
    with context.acting(ground.people["head"]):
        Grant.objects.filter(user=ground.people["coordination"]).update(ended_at=timezone.now())
    for path in (page, f"{page}note/", "/psad/troyes/"):
        assert client.post(path, {"text": "Trop tard", "version": seen}).status_code == 404
        assert client.get(path).status_code == 404
    assert client.get("/psad/").status_code == 403


def test_D13_an_account_that_is_closed_reads_nothing_more(ground: Scopes) -> None:
    head: Any = ground.people["head"]
    head.is_active = False
    head.save()
    with context.acting(head):
        assert not Case.objects.exists()
        assert not Access.objects.exists()
    head.is_active = True


def test_D5_a_share_left_open_says_nothing_once_it_is_over(ground: Scopes) -> None:
    share = ground.shares["partner"].pk
    url = f"/psad/partenaire/partages/{share}/"
    client = client_of(ground, "partner")
    assert client.get(url).status_code == 200
    for end in ({"ends_at": timezone.now() - dt.timedelta(seconds=1), "at": timezone.now() - dt.timedelta(days=2)},):
        with context.acting(ground.people["head"]):
            Share.objects.filter(pk=share).update(**end)
        gone, unknown = client.get(url), client.get(f"/psad/partenaire/partages/{ground.words['case']}/")
        assert (gone.status_code, unknown.status_code) == (404, 404)
        assert client.post(url, {"text": "Encore"}).status_code == 404
        assert client.get(f"{url}etat/").status_code == 404


def test_two_advisers_on_one_case_and_nothing_is_lost(ground: Scopes, page: str) -> None:
    seen = version(ground)
    first, second = client_of(ground, "head"), client_of(ground, "given")
    assert first.post(f"{page}note/", {"text": "La première", "version": seen}).status_code == 302
    answer = second.post(f"{page}note/", {"text": "La seconde, longue", "version": seen})
    assert answer.status_code == 200
    assert "La seconde, longue" in answer.content.decode()
    again = second.post(f"{page}note/", {"text": "La seconde, longue", "version": seen + 1})
    assert again.status_code == 302


def acts(ground: Scopes) -> dict[str, dict[str, str]]:
    """Words that each act accepts on the case « b »."""
    words = {name: str(value) for name, value in _keys(ground).items()}
    soon = (timezone.localtime() + dt.timedelta(days=8)).strftime("%Y-%m-%dT%H:%M")
    return {
        "preparer": {"follower": words["given"], "safe_contact": "Le soir"},
        "essai": {"means": "phone", "outcome": "reached"},
        "informer": {"means": "meeting"}, "entretien": {"means": "meeting", "needs": "work", "plan": "Un stage"},
        "proposer": {"solution": words["solution"]}, "reponse": {"proposal": words["proposal"], "said": "refused"},
        "verification": {"check": words["check"], "result": "holds"}, "note": {"text": "Une fois"},
        "famille": {"name": "Alex Exemple", "wish": "agrees"}, "clore": {"reason": "refused"},
        "obligation": {"ground": "silence"}, "presente": {},
        "convoquer": {"meeting_at": soon, "place": "5 rue des Essais"},
        "transmettre": {"to": words["there"], "reason": "Déménagement"},
        "rouvrir": {}, "injoignable": {}, "departement": {},
        "donner": {"user": words["given"], "reason": "Secteur de la personne"},
    }  # fmt: skip


def _keys(ground: Scopes) -> dict[str, Any]:

    with context.acting(ground.people["head"]):
        made = Proposal.objects.get(case=ground.cases["b"])
        new = world.solution(ground.here, ground.people["head"], title="Service civique")  # type: ignore[arg-type]
        return {
            "given": ground.people["given"].pk, "there": ground.there.pk, "solution": new.pk, "proposal": made.pk,  # type: ignore[union-attr]
            "check": Check.objects.get(case=ground.cases["b"]).pk,
        }  # fmt: skip


def _what_comes_before(ground: Scopes, act: str, client: Any, url: str) -> None:
    """A closed case is reopened, tries in vain end in « injoignable », two months after the convocation are past."""

    before = {"rouvrir": ["clore"], "departement": ["convoquer"]}.get(act, [])
    for done in before:
        form = acts(ground)[done] | {"version": str(version(ground, "b"))}
        assert client.post(f"{url}{done}/", form).status_code == 302
    if act == "injoignable":
        with context.task("grants"):
            Platform.objects.update(attempts_needed=0, means_needed=0)
    if act == "departement":
        with context.acting(ground.people["head"]):
            Obligation.objects.update(pass_on=timezone.localdate())


@pytest.mark.parametrize("act", sorted(ACTS))
def test_a_double_click_does_an_act_once(ground: Scopes, act: str) -> None:
    """The same form sent twice: the second finds the case changed, and writes nothing."""
    who = "ml"
    ground.people[who] = world.member(ground.here, Role.COORDINATION, Side.ML)
    with context.acting(ground.people["head"]):
        row = Case.objects.get(pk=ground.cases["b"].pk)
        row.identity = seal_identity(
            world.young("Deux", "Clics", birth_date=timezone.localdate() - dt.timedelta(days=17 * 365)),
            opened(row.sealed_key), row,
        )  # fmt: skip
        row.save()
        if act == "obligation":
            Obligation.objects.filter(case=row).update(ended_at=timezone.now(), end_reason="complied")
    client, url = client_of(ground, who), f"/psad/troyes/dossiers/{ground.cases['b'].pk}/{act}/"
    _what_comes_before(ground, act, client, url.removesuffix(f"{act}/"))
    with context.acting(ground.people["head"]):
        before = Move.objects.filter(case=ground.cases["b"]).count()
    form = acts(ground)[act] | {"version": str(version(ground, "b"))}
    first, second = client.post(url, form), client.post(url, form)
    assert first.status_code == 302
    assert second.status_code == 200
    with context.acting(ground.people["head"]):
        assert Move.objects.filter(case=ground.cases["b"]).count() == before + 1
        assert version(ground, "b") == int(form["version"]) + 1
    del ground.people[who]


# --- What is typed


def test_S4_a_script_in_any_field_is_words(ground: Scopes) -> None:
    """Every sealed value of the case, of the report and of the share is one: no page writes it as it is."""
    head: Any = ground.people["head"]
    with context.acting(head):
        row = Case.objects.get(pk=ground.cases["a"].pk)
        seal = opened(row.sealed_key)
        who = world.young(SCRIPT, SCRIPT, birth_date=scopes.BORN["a"])
        row.identity = seal_identity(
            type(who)(**dict.fromkeys(who.words(), SCRIPT), birth_date=who.birth_date), seal, row
        )
        row.safe_contact = seal.close(SCRIPT, bound=bound(row, "safe_contact"))
        row.save()
        for model, name in ((Note, "text"), (Attempt, "note"), (Interview, "plan")):
            for line in model.objects.filter(case=row):
                setattr(line, name, seal.close(SCRIPT, bound=bound(row, f"{model._meta.model_name}/{line.pk}")))
                line.save()
        CaseGrant.objects.filter(case=row).exclude(ends_at=None)
    shown = 0
    for who_asks in ("head", "given", "partner", "coordination"):
        client = client_of(ground, who_asks, factor=True)
        for address in [path.format(**ground.words) for path, _, _ in ROUTES.values()]:
            answer = client.get(address)
            if answer.status_code == 200 and not answer.streaming:
                text = answer.content.decode(errors="replace")
                shown += "alert(&#x27;zqx" in text or "alert(&#39;zqx" in text
                assert "<script>alert" not in text, address
                assert "<img src=x" not in text, address
    assert shown > 1


def test_D4_a_formula_is_a_word_in_what_leaves() -> None:
    """What a spreadsheet would run never begins a cell, whatever the export: they all go through the same door."""
    answer: Any = csv_file("essai", ("nom",), [("=1+1",), ("+33",), ("-2",), ("@x",), ("\t=1",), ("\r=1",)])
    said = b"".join(answer.streaming_content) if answer.streaming else answer.content
    cells = said.decode("utf-8-sig").split("\n")[1:]
    assert not [cell for cell in cells if cell.lstrip('"')[:1] in tuple("=+-@\t\r")]


def test_D4_a_list_with_a_formula_is_refused_by_line_and_a_huge_one_whole(ground: Scopes, settings: Any) -> None:
    client = client_of(ground, "head")
    url = reverse("psad_lists", args=["troyes"])
    with context.acting(ground.people["head"]):
        before = Import.objects.count()
    settings.UPLOAD_MAX_BYTES = 5_000
    huge = SimpleUploadedFile("liste.csv", b"nom;prenoms;date_naissance\n" + b"A;B;2008-01-01\n" * 5_000)
    assert client.post(url, {"file": huge}).status_code == 400
    with context.acting(ground.people["head"]):
        assert Import.objects.count() == before


# --- What is answered when nothing goes well


@pytest.mark.parametrize("path", [
    "/psad/zqxaanom/", "/psad/troyes/zqxaanom/", "/psad/troyes/dossiers/zqxaanom/", "/mon-accompagnement/zqxaanom/",
    "/psad/signaler/zqxaanom/", "/psad/partage/zqxaanom/", "/psad/partenaire/zqxaanom/", "/psad/troyes/?apres=zqxaanom",
    "/mon-accompagnement/zqxaanom/zqxaanom/",
])  # fmt: skip
def test_S2_an_error_echoes_nothing(ground: Scopes, path: str) -> None:
    for who in ("citizen", "head"):
        client = client_of(ground, who)
        for method in ("get", "post"):
            answer = getattr(client, method)(path)
            assert answer.status_code < 500
            if answer.status_code >= 400:
                assert b"zqxaanom" not in answer.content.lower(), (who, method)


def test_S2_an_incident_says_nothing_of_anybody(ground: Scopes, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("rien")

    monkeypatch.setattr("psad.case_page.CasePage.moves", property(broken))
    answer = client_of(ground, "head").get(page)
    assert answer.status_code == 500
    assert not scopes.told(tuple(scopes.MARKS), answer.content.decode())
    assert "no-store" in answer["Cache-Control"]


def test_S2_the_traceback_of_an_incident_says_where_and_nothing_of_anybody() -> None:
    """A template that fails names its whole context, words opened included: found by the machine of the canaries."""
    from spro.logs import _scrub_event

    raised = (
        'Traceback (most recent call last):\n  File "/srv/psad/views/inbox.py", line 43, in inbox\n    return draw()\n'
        "KeyError: 'Zqxaanom'\n\nDuring handling of the above exception, another exception occurred:\n\n"
        'Traceback (most recent call last):\n  File "/srv/django/template/base.py", line 916\n    raise\n'
        "django.template.base.VariableDoesNotExist: Failed lookup in {'surname': 'Zqxaanom',\n 'phone': '0698765401'}"
    )
    event = _scrub_event(None, "", {"event": "Task x raised unexpected: KeyError('Zqxaanom')", "exception": raised})
    assert scopes.told(tuple(scopes.MARKS), str(event)) == []
    assert "VariableDoesNotExist: […]" in event["exception"]
    assert "line 43, in inbox\n    return draw()" in event["exception"]
    elsewhere = {"event": "x", "exception": raised.replace("psad", "events")}
    assert "Failed lookup" in str(_scrub_event(None, "", elsewhere))


def test_D8_a_log_that_fails_is_a_reading_that_fails(
    ground: Scopes, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line of the log and the page are one transaction."""
    real = connection.cursor

    def refusing(*args: Any, **kwargs: Any) -> Any:
        cursor = real(*args, **kwargs)
        run: Callable[..., Any] = cursor.execute

        def execute(sql: Any, params: Any = None) -> Any:
            if "psad_log(" in str(sql):
                raise RuntimeError("the log is full")
            return run(sql, params)

        cursor.execute = execute
        return cursor

    monkeypatch.setattr(connection, "cursor", refusing)
    answer = client_of(ground, "head").get(page)
    assert answer.status_code == 500
    assert not scopes.told(tuple(scopes.MARKS), answer.content.decode())


def every_address(ground: Scopes) -> list[tuple[str, str]]:
    """Who may open it, and the address."""
    paths = [path.format(**ground.words) for path, _, _ in ROUTES.values()]
    found = [("partner" if "/partenaire/" in path else "head", path) for path in paths]
    return found + [("citizen", path.format(**ground.words)) for path in PUBLIC.values()]


@pytest.mark.parametrize(
    "query",
    [
        "apres=²&page=²&etape=%27&suite=created&plateforme=x",
        "apres=9999-99-99.x&page=-1&qui=zz&sorte=%3Cscript%3E&retard=2",
        "apres=99999999999999&page=99999999999999999999&suite=%FF&etat=²",
    ],
)
def test_S4_an_odd_query_is_no_incident(ground: Scopes, query: str) -> None:
    clients = {who: client_of(ground, who) for who in ("head", "partner", "citizen")}
    for who, address in every_address(ground):
        assert clients[who].get(f"{address}?{query}").status_code < 500, address


@pytest.mark.parametrize("value", ["\x00", "²", "00000000-0000-4000-8000-000000000000"])
def test_S4_odd_words_in_a_form_are_no_incident(ground: Scopes, value: str) -> None:
    names = (
        "version", "acte", "transfert", "dossier", "premier", "second", "lien", "reason", "text", "name", "apres",
        "suite", "cases", "user", "proposal", "check", "guardian", "solution", "typed", "seen", "said", "code",
        "partner", "items", "until", "birth_date", "meeting_at", "to", "hours", "surname", "given_names", "phone",
        "email", "commune", f"ligne-{ground.words['line']}", "ligne-x", "starts_on", "ends_on", "places", "kind",
        "role", "side",
    )  # fmt: skip
    clients = {who: client_of(ground, who, factor=True) for who in ("head", "partner", "citizen")}
    asked = [(who, address, {}) for who, address in every_address(ground)]
    asked += [
        ("head", "/psad/troyes/transferts/", {"transfert": ground.words["transfer"], "acte": "refuser"}),
        ("head", "/psad/troyes/liens/", {"acte": "terminer"}), ("head", "/psad/troyes/liens/", {"acte": "creer"}),
        ("head", f"/psad/troyes/signalements/{ground.words['report']}/", {"acte": "rapprocher"}),
        ("head", "/psad/troyes/doublons/", {"acte": "reunir"}),
    ]  # fmt: skip
    for who, address, known in asked:
        with transaction.atomic():
            status = clients[who].post(address, dict.fromkeys(names, value) | known).status_code
            transaction.set_rollback(True)
        assert status < 500, address


def test_D10_a_report_says_nothing_of_who_is_known(ground: Scopes) -> None:
    """The same words of somebody known and of somebody unknown: the same answer, the same questions to the database."""
    from django.test.utils import CaptureQueriesContext

    client = Client()
    asked = []
    for mark in ("a", ""):
        name = scopes.word("a", "nom") if mark else "Jamaisvu"
        form = {"surname": name, "given_names": scopes.word("a", "prenom"), "birth_date": scopes.BORN["a"].isoformat()}
        url = f"/psad/signaler/{ground.words['token']}/"
        client.post(url, form)
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(url, form)
        asked.append((answer.status_code, len(queries.captured_queries)))
    assert asked[0] == asked[1]


def test_D8_the_head_of_another_platform_does_not_answer_its_transfers_here(ground: Scopes) -> None:
    """Somebody who heads « chaumont » and advises in « troyes »: from the page of « chaumont » they answer no request
    about a case of « troyes » that they follow."""
    user: Any = ground.people["given"]
    third = world.platform("epinal")
    with context.task("grants"):
        Grant.objects.create(platform=third, user=user, role="head", side="cio", reason="Nommée")
    data = {"transfert": ground.words["transfer"], "acte": "refuser", "reason": "Non"}
    assert client_of(ground, "given").post("/psad/epinal/transferts/", data).status_code == 404


def test_D13_a_case_known_where_it_arrives_is_no_incident(ground: Scopes) -> None:
    """The person has a case there already: the transfer is refused in words, and nothing moves."""
    other: Any = ground.people["elsewhere"]
    with context.acting(ground.people["head"]):
        from psad.identity import identity_of

        same = identity_of(Case.objects.get(pk=ground.cases["a"].pk))
    world.case(ground.there, other, same)
    data = {"transfert": ground.words["transfer"], "acte": "accepter"}
    answer = client_of(ground, "elsewhere").post("/psad/chaumont/transferts/", data)
    assert answer.status_code == 302
    with context.acting(ground.people["head"]):
        assert Case.objects.filter(pk=ground.cases["a"].pk).exists()

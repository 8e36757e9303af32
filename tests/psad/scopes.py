"""Two platforms where everything there is to hide holds a word of its own (a canary), and somebody in every scope.

`troyes` has two cases (« a », given to an adviser and shared; « b », given to nobody), `chaumont` one (« z »). Each
canary begins with the mark of what it is of: a response that holds `MARKS["b"]` tells of the second case.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from core.sealing import Seal, new_key, opened
from core.secrets import digest
from psad import context
from psad.identity import bound
from psad.lists import Role, Side
from psad.models import (
    Attempt,
    Case,
    CaseGrant,
    Check,
    File,
    Grant,
    Guardian,
    Import,
    Interview,
    KitItem,
    Letter,
    Line,
    Meeting,
    Move,
    Note,
    Obligation,
    Partner,
    Platform,
    Proposal,
    Publication,
    Report,
    Share,
    ShareAnswer,
    Solution,
    Transfer,
    Wish,
    YoungLink,
)
from psad.services import filing, reporting, sharing
from psad.services.cases import day_of
from tests import factories
from tests.factories import person, professional, region_staff
from tests.psad import world

# What each thing is of → how its canaries begin. Letters only: a name, a folded word, an address keep them.
MARKS = {"a": "zqxaa", "b": "zqxbb", "z": "zqxzz", "report": "zqxre", "list": "zqxli", "far": "zqxfa"}
PHONES = {"a": "0698765401", "b": "0698765402", "z": "0698765403"}
BORN = {"a": dt.date(2009, 7, 19), "b": dt.date(2008, 2, 29), "z": dt.date(2007, 12, 31)}
OUTSIDERS = (
    "anonymous", "citizen", "professional", "elsewhere", "ended", "region", "technician", "partner_elsewhere",
    "partner_expired", "partner_revoked",
)  # fmt: skip
INSIDERS = ("head", "coordination", "given", "not_given", "lapsed", "partner")


def word(mark: str, what: str) -> str:
    """The canary of a field: « Zqxaanom »."""
    return f"{MARKS[mark]}{what}".capitalize()


@dataclass
class Scopes:
    """`people` by scope (None: nobody signed in); `words` to write addresses with, those of the other platform under
    `far`; `young` and `young_other` are links in session."""

    people: dict[str, User | None] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    far: dict[str, str] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    young: dict[str, YoungLink] = field(default_factory=dict)
    shares: dict[str, Share] = field(default_factory=dict)
    here: Platform = None  # type: ignore[assignment]
    there: Platform = None  # type: ignore[assignment]


def build() -> Scopes:
    factories.restart()  # `apart` counts on it
    made = Scopes()
    made.here, made.there = world.platform("troyes"), world.platform("chaumont")
    _people(made)
    head, other = made.people["head"], made.people["elsewhere"]
    assert head is not None
    assert other is not None
    made.cases = {
        "a": _case(made.here, head, "a"), "b": _case(made.here, head, "b"), "z": _case(made.there, other, "z"),
    }  # fmt: skip
    _given(made, head)
    made.words = _of_platform(made, made.here, head, "a", "report", "list")
    made.far = _of_platform(made, made.there, other, "z", "far", "far")
    _shared(made, head)
    with context.task("figures"):
        told_of = Publication.objects.create(kind="quarter", starts_on=dt.date(2024, 1, 1), published_at=timezone.now())
    for words in (made.words, made.far):
        words["period"] = str(told_of.pk)
    return made


def _people(made: Scopes) -> None:
    here, there = made.here, made.there
    technician = person()
    technician.is_superuser = True
    technician.save()
    made.people = {
        "anonymous": None, "citizen": person(), "professional": professional(), "region": region_staff(),
        "technician": technician, "head": world.member(here), "coordination": world.member(here, Role.COORDINATION),
        "given": world.member(here, Role.ADVISER, Side.ML), "not_given": world.member(here, Role.ADVISER, Side.ML),
        "lapsed": world.member(here, Role.ADVISER, Side.ML), "ended": person(), "elsewhere": world.member(there),
        "partner": person(), "partner_expired": person(), "partner_revoked": person(), "partner_elsewhere": person(),
    }  # fmt: skip
    today = timezone.localdate()
    with context.task("grants"):
        Grant.objects.create(
            platform=here, user=made.people["ended"], role=Role.HEAD, side=Side.ML, reason="Équipe de la plateforme",
            starts_on=today - dt.timedelta(days=90), ends_on=today - dt.timedelta(days=1),
        )  # fmt: skip


def _case(place: Platform, head: User, mark: str) -> Case:
    """A case where every field there is says its canary."""
    who = world.young(
        word(mark, "nom"), word(mark, "prenom"), birth_date=BORN[mark], phone=PHONES[mark],
        address=f"3 rue {word(mark, 'rue')}", town=word(mark, "ville"), postcode="10000",
        email=f"{word(mark, 'mail').lower()}@exemple.invalid", ine=word(mark, "ine"), school=word(mark, "ecole"),
        class_name=word(mark, "classe"),
    )  # fmt: skip
    row = world.case(place, head, who)
    at = timezone.now()
    with context.acting(head):
        seal = opened(row.sealed_key)
        row.safe_contact = seal.close(word(mark, "prudence"), bound=bound(row, "safe_contact"))
        row.informed_at = at
        row.save()
        rows = {
            Attempt: ("note", {"means": "phone", "outcome": "message"}),
            Interview: ("plan", {"means": "meeting", "needs": ["housing", "language"]}),
            Note: ("text", {}),
            Guardian: ("contact", {"wish": "agrees"}),
            Wish: ("text", {"kind": "rectify"}),
        }
        for model, (name, values) in rows.items():
            _sealed(model(case=row, at=at, by=head, **values), name, seal, mark)
        offer = world.solution(place, head, title="CAP cuisine", places=3, taken=1)
        made = Proposal.objects.create(case=row, solution=offer, at=at, by=head, answer="accepted", started_on=at)
        Check.objects.create(case=row, at=at, proposal=made, months=1, due_on=day_of(at) + dt.timedelta(days=31))
        clock = Obligation.objects.create(case=row, at=at, by=head, ground="silence")
        _sealed(Letter(case=row, at=at, by=head, kind="young", obligation=clock), "content", seal, mark)
        held = SimpleUploadedFile(f"{word(mark, 'piece')}.pdf", b"%PDF-1.7 " + word(mark, "contenu").encode())
        filing.add(case=row.pk, upload=held, by=head, role="head", at=at)
        Move.objects.create(case=row, at=at, by=head, verb="prepare", data={})
        _sealed(Note(case=row, at=at, by=head), "text", seal, mark)
        YoungLink.objects.create(
            case=row, at=at, by=head, link_by="email", code_by="phone", digest=digest(f"link-{mark}"),
            code_digest=digest(f"code-{mark}"), expires_at=at + dt.timedelta(days=7), used_at=at,
            session_digest=digest(f"session-{mark}"), session_ends_at=at + dt.timedelta(minutes=30),
        )  # fmt: skip
    return row


def _sealed(row: Any, name: str, seal: Seal, mark: str) -> None:
    kind = row._meta.model_name
    said: Any = word(mark, kind)
    if kind == "letter":
        said = {"hello": said, "sender": {"name": "Mission locale"}, "body": [], "subject": "Rendez-vous"}
    if kind == "guardian":
        said = {"name": word(mark, "famille"), "phone": "", "email": "", "address": ""}
    setattr(row, name, seal.close(said, bound=bound(row.case, f"{kind}/{row.pk}")))
    row.save(force_insert=True)


def _given(made: Scopes, head: User) -> None:
    """Case « a » is an adviser's; it was another's until this morning."""
    now = timezone.now()
    with context.acting(head):
        for name, ends_at in (("given", None), ("lapsed", now - dt.timedelta(hours=3)), ("ended", None)):
            CaseGrant.objects.create(
                case=made.cases["a"], user=made.people[name], kind="follows", reason="Secteur de la personne",
                given_by=head, starts_at=now - dt.timedelta(days=2), ends_at=ends_at,
            )  # fmt: skip


def _of_platform(made: Scopes, place: Platform, head: User, case: str, told: str, listed: str) -> dict[str, str]:
    """A report that waits, a list previewed, a link, a meeting, a tool; their keys, by the words of the addresses."""
    at = timezone.now()
    said = {
        "reporter_name": "Lycée", "surname": word(told, "nom"), "given_names": word(told, "prenom"),
        "birth_date": "2008-05-06",
        "phone": "0698765409", "message": word(told, "message"),
        "email": f"{word(told, 'mail').lower()}@exemple.invalid",
    }  # fmt: skip
    with context.task("intake"):
        reporting.send(platform=place, source="report", said=said, at=at)  # type: ignore[arg-type]
    with context.acting(head):
        report = Report.objects.get(platform=place)
        link = reporting.make_link(platform=place, name="Lycée des Essais", uai="", by=head, at=at)
        seal, wrapped = new_key()
        batch = Import(
            platform=place, given_by=head, given_at=at, sealed_key=wrapped, digest=uuid4().bytes, state="previewed",
            counts={"created": 1}, done_lines=1,
        )  # fmt: skip
        batch.save()
        line = Line(batch=batch, number=2, fate="created", disposition="to_contact")
        cells = {"nom": word(listed, "nom"), "prenoms": word(listed, "prenom"), "commune": word(listed, "ville")}
        line.content = seal.close(cells, bound=f"line/{line.pk}")
        line.save()
        meeting = Meeting.objects.create(platform=place, held_on=day_of(at), title="Temps d’échange")
        tool = KitItem.objects.create(platform=place, title="Grille")
        partner = Partner.objects.create(
            platform=place, organisation_name="CFA Exemple", kind="cfa", name="Partenaire",
            user=made.people["partner" if place is made.here else "partner_elsewhere"],
            email=f"{place.slug}@exemple.invalid",
        )  # fmt: skip
        row = made.cases[case]
        offer = Solution.objects.create(
            platform=place, partner=partner, organisation_name="CFA Exemple", kind="work", title="Une place"
        )
        transfer = Transfer.objects.create(
            case=row, at=at, by=head, to=made.there if place is made.here else made.here, reason="Déménagement"
        )
        found = {
            "platform": place.slug, "case": str(row.pk), "report": str(report.pk), "link": str(link.pk),
            "list": str(batch.pk), "line": str(line.pk), "meeting": str(meeting.pk), "tool": str(tool.pk),
            "partner": str(partner.pk), "offer": str(offer.pk),
            "solution": str(Proposal.objects.get(case=row).solution_id), "transfer": str(transfer.pk),
            "proposal": str(Proposal.objects.get(case=row).pk), "check": str(Check.objects.get(case=row).pk),
            "guardian": str(Guardian.objects.get(case=row).pk), "wish": str(Wish.objects.get(case=row).pk),
            "letter": str(Letter.objects.get(case=row).pk), "file": str(File.objects.get(case=row).pk),
            "grant": str(_grant_of(place, head)),
            "young_link": str(YoungLink.objects.get(case=row).pk), "token": reporting.token_of(link),
        }  # fmt: skip
        made.young["young" if case == "a" else "young_other"] = YoungLink.objects.get(case=row)
    return found


def _grant_of(place: Platform, head: User) -> UUID:
    """That of a colleague, or of the head alone there."""
    found = Grant.objects.filter(platform=place).order_by("role", "pk")
    return (found.exclude(user=head).first() or found.get()).pk


def _shared(made: Scopes, head: User) -> None:
    """The name of « a » and a message, to a partner; to two others whose share is over."""
    at = timezone.now()
    with context.acting(head):
        partners = {"partner": Partner.objects.get(user=made.people["partner"])}
        for name in ("partner_expired", "partner_revoked"):
            partners[name] = Partner.objects.create(
                platform=made.here, organisation_name="Maison", kind="social", user=made.people[name], name="P",
                email=f"{name}@exemple.invalid",
            )  # fmt: skip
        for name, partner in partners.items():
            made.shares[name], _, _ = sharing.share(
                case=made.cases["a"].pk, partner=partner.pk, items=["name", "needs"], purpose="offer",
                until=day_of(at) + dt.timedelta(days=30), message=word("a", "partage"), informed=True, by_link=False,
                by=head, role="head", at=at,
            )  # fmt: skip
        Share.objects.filter(pk=made.shares["partner_expired"].pk).update(
            at=at - dt.timedelta(days=9), ends_at=at - dt.timedelta(hours=1)
        )
        sharing.revoke(share=made.shares["partner_revoked"].pk, by=head, role="head", at=at)
    with context.acting(made.people["partner"]):
        answer = ShareAnswer(share=made.shares["partner"], at=at, by=made.people["partner"])
        answer.text = opened(made.shares["partner"].sealed_key).close(
            word("a", "reponse"), bound=f"share/{answer.share_id}/answer/{answer.pk}"
        )
        answer.save(force_insert=True)
    made.words["share"] = str(made.shares["partner"].pk)
    made.far["share"] = made.far["case"]  # there is none there: a key of another thing


def apart() -> None:
    """People made by a test are others than those of a world that was made before it: each test counts from 1."""
    factories._numbers = count(1_000)


def told(marks: tuple[str, ...], text: str) -> list[str]:
    """What of these marks a text tells: canaries, telephones (spaced or not), days of birth."""
    low = text.lower()
    packed = "".join(sign for sign in low if sign not in " .\u00a0\u202f-")
    found = [MARKS[mark] for mark in marks if MARKS[mark] in low]
    found += [
        PHONES[mark] for mark in marks if mark in PHONES and (PHONES[mark] in packed or PHONES[mark][1:] in packed)
    ]
    found += [str(BORN[mark]) for mark in marks if mark in BORN and any(day in low for day in days(BORN[mark]))]
    return found


def days(day: dt.date) -> tuple[str, ...]:
    """A day as the pages, the files and the addresses write it."""
    months = (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    )  # fmt: skip
    said = f"{day.day} {months[day.month - 1]} {day.year}"
    return (day.isoformat(), f"{day:%d/%m/%Y}", said, said.replace(" ", "\u00a0"))

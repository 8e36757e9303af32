"""All that the page of a case shows, opened once its reading is logged (D2, D7, D8)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from psad import letters, queue, reading
from psad.forms import work as forms
from psad.lists import Answer, ClosingReason, Means, Need, Outcome, Role, Side, SolutionKind, Step
from psad.models import (
    Attempt,
    Case,
    Check,
    File,
    Grant,
    Guardian,
    Interview,
    Letter,
    Move,
    Note,
    Obligation,
    Partner,
    Proposal,
    Share,
    Solution,
    Wish,
)
from psad.reading import Opened
from psad.services import filing
from psad.services.cases import unreachable_lacks
from psad.services.noting import MAJORITY

LATEST_READS = 30
_MOVES = {
    "prepare": "a préparé le premier contact", "attempt": "a essayé de joindre la personne",
    "unreachable": "a répondu «\u00a0injoignable\u00a0» à la liste", "inform": "a donné la notice d’information",
    "interview": "a mené un entretien", "propose": "a proposé une solution", "answer": "a noté la réponse",
    "check": "a vérifié la situation", "close": "a clos le dossier", "reopen": "a rouvert le dossier",
    "give": "a donné le dossier à un·e collègue", "note": "a écrit une note",
    "family": "a mis à jour le contact de la famille", "opened": "a ouvert le dossier de cette personne",
    "listed": "a reçu une liste où figure la personne", "reported": "a rapproché un signalement",
    "merged": "a réuni deux dossiers de la personne", "apart": "a distingué la personne d’une autre au nom proche",
    "obligation": "a ouvert le suivi de l’obligation de formation",
    "convoke": "a convoqué la personne",
    "comply": "a noté que la personne s’est présentée",
    "transfer": "a proposé le dossier à une autre plateforme",
    "arrive": "a accepté le dossier d’une autre plateforme",
    "share": "a partagé des éléments avec un partenaire",
    "file": "a joint une pièce", "file_out": "a retiré une pièce",
    "link": "a donné son lien à la personne", "unlink": "a retiré le lien de la personne",
    "wish": "a demandé quelque chose sur ses données", "wish_done": "a répondu à la demande de la personne",
    "copy": "a pris une copie de ses données", "oppose": "a dit non\u00a0: plus de contact",
    "correct": "a corrigé les informations de la personne",
    "unshare": "a mis fin à un partage", "left": "ne l’accompagne plus\u00a0: son habilitation a pris fin",
}  # fmt: skip
_READS = {
    "case.read": "a ouvert le dossier", "case.list": "l’a vu dans la file",
    "case.search": "l’a trouvé par une recherche",
    "case.break_glass": "l’a ouvert par nécessité", "case.transfers": "l’a vu parmi les transferts",
    "case.end_told": "a annoncé la fin de la conservation", "case.archived": "a archivé le dossier",
    "case.taken_out": "l’a rendu à l’équipe", "case.ending": "l’a vu parmi les fins de conservation",
    "key.wrapped": "a renouvelé la clé qui le protège",
    "case.demo": "a préparé la démonstration",
    "young.enter": "est entrée par son lien", "young.read": "a lu sa page",
    "case.file_read": "a ouvert une pièce", "case.letter_read": "a ouvert une lettre",
    "case.asked": "a demandé si la personne est suivie ailleurs", "case.obligation": "a vérifié son âge",
    "case.leaves": "a transmis le dossier", "case.arrives": "a reçu le dossier",
    "share.read": "a lu ce qui lui est partagé", "share.answer": "a répondu à un partage",
    "share.wrong_code": "a reçu un code faux pour un partage", "share.burnt": "a fermé le lien d’un partage",
}  # fmt: skip
# Words of a move's data, by their key.
_WORDS: dict[str, Any] = {
    "means": Means, "outcome": Outcome, "reason": ClosingReason, "kind": SolutionKind, "answer": Answer, "needs": Need,
    "wish": Guardian.Wish,
    "ground": Obligation.Ground,
}  # fmt: skip
# The act that each thing due calls: its form is open when the page opens.
_FIRST = {
    "prepare": "preparer", "contact": "essai", "call_back": "essai", "interview": "entretien", "propose": "proposer",
    "answer": "reponse", "start": "reponse", "check": "verification", "convoke": "convoquer", "pass_on": "departement",
}  # fmt: skip
# One thing leads to the other while the person is on the line.
_AT_ONCE = frozenset({"prepare", "contact", "interview", "propose"})


@dataclass
class CasePage:
    """One case opened for one person. `typed` is the form that was refused, to be shown again as it was (S4)."""

    opened: Opened
    grant: Grant
    today: dt.date
    act: str = ""
    typed: forms.Act | None = None

    @property
    def case(self) -> Case:
        return self.opened.case

    @property
    def line(self) -> queue.Line:
        return queue.Line(self.opened, self.today)

    @property
    def follower(self) -> str:
        return _name(self.case.follower) if self.case.follower else ""

    @property
    def goes_on(self) -> bool:
        """What comes next is done now, with the person at hand; else one goes to the next case."""
        due = self.line.late or self.line.due_today or self.case.due_what in _AT_ONCE
        return self.workable and bool(self.act or due)

    @property
    def minor(self) -> bool:
        return self.line.age < MAJORITY

    @property
    def open_act(self) -> str:
        """The act whose form is open: the one asked for, or the one that is due."""
        return self.act or _FIRST.get(self.case.due_what, "")

    @cached_property
    def safe_contact(self) -> str:
        return self.opened.text(self.case.safe_contact, field="safe_contact") or ""

    @cached_property
    def shared(self) -> int:
        """How many shares partners may read now."""
        rows = Share.objects.filter(case=self.case, revoked_at=None, ends_at__gt=timezone.now())
        return rows.filter(partner__in=Partner.objects.in_force()).count()

    @cached_property
    def team(self) -> list[User]:
        return queue.colleagues(self.case.platform)

    @cached_property
    def attempts(self) -> list[Attempt]:
        return self._sealed(Attempt, "note")

    @cached_property
    def interviews(self) -> list[Interview]:
        rows = self._sealed(Interview, "plan")
        for row in rows:
            row.needs_said = [Need(need).label for need in row.needs if need in Need.values]
        return rows

    @cached_property
    def notes(self) -> list[Note]:
        return self._sealed(Note, "text")

    @cached_property
    def guardians(self) -> list[Any]:
        """Read by nobody once the person is of age (D11)."""
        return self._sealed(Guardian, "contact") if self.minor else []

    @cached_property
    def proposals(self) -> list[Any]:
        """The latest first, each with its checks and the form of what is waited for."""
        rows: list[Any] = list(
            Proposal.objects.filter(case=self.case).select_related("solution", "by").order_by("-at", "-id")
        )
        checks: list[Any] = list(Check.objects.filter(case=self.case).order_by("due_on"))
        for row in rows:
            row.planned = [check for check in checks if check.proposal_id == row.pk]
            row.reply = self._reply(row)
            for check in row.planned:
                check.late = not check.result and check.due_on < self.today
        return rows

    @cached_property
    def files(self) -> list[Any]:
        rows: list[Any] = list(File.objects.filter(case=self.case).select_related("by").order_by("-at", "-id"))
        for row in rows:
            row.who, row.said = _name(row.by), filing.name_of(row, self.opened)
        return rows

    @cached_property
    def letters(self) -> list[Any]:
        """Of the obligation, the latest first; their words stay sealed until one is asked for."""
        rows: list[Any] = list(Letter.objects.filter(case=self.case).defer("content").order_by("-at", "-kind"))
        for row in rows:
            row.said = letters.KINDS.get(row.kind, "Lettre")
        return rows

    @property
    def piece(self) -> Any:
        return self._form("pieces", forms.Piece)

    @cached_property
    def due_check(self) -> Check | None:
        """The first check that nobody has made."""
        found = [check for row in self.proposals for check in row.planned if not check.result]
        return min(found, key=lambda check: check.due_on, default=None)

    @cached_property
    def moves(self) -> list[dict[str, Any]]:
        rows = Move.objects.filter(case=self.case).select_related("by").order_by("-at", "-id")
        return [
            {
                "at": row.at,
                "by": "La personne" if row.data.get("self") else _name(row.by),
                "verb": row.verb,
                "notice": row.data.get("notice", ""),
                "what": _MOVES.get(row.verb, "a modifié le dossier"),
                "words": _words(row),
            }
            for row in rows
        ]

    @cached_property
    def reads(self) -> list[dict[str, Any]]:
        """Who read and did what, the latest first: all who read the case may know it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT at, actor, verb FROM psad_case_reads(%s, %s)", [self.case.pk, LATEST_READS])
            rows = cursor.fetchall()
        names: dict[Any, str] = {
            user.pk: _name(user) for user in User.objects.filter(pk__in={actor for _, actor, _ in rows})
        }
        return [{"at": at, "who": names.get(actor) or _nobody(verb), "what": _read(verb)} for at, actor, verb in rows]

    @property
    def verify_title(self) -> str:
        check = self.due_check
        return f"Vérifier la situation à {check.months}\u00a0mois" if check else ""

    @property
    def lost(self) -> list[dict[str, str]]:
        """What was typed in a form that the page does not show any more (closed meanwhile…): nothing is lost (S4)."""
        typed = self.typed
        if typed is None or self._drawn(typed):
            return []
        fields = [field for field in typed.visible_fields() if isinstance(field.value(), str) and field.value().strip()]
        return [{"label": str(field.label), "value": _in_words(field)} for field in fields]

    def _drawn(self, typed: forms.Act) -> bool:
        if isinstance(typed, forms.Family):
            return self.minor
        if isinstance(typed, forms.Reopen):
            return self.case.step == Step.CLOSED
        if isinstance(typed, forms.Reply):
            return any(row.reply is typed for row in self.proposals)
        if isinstance(typed, forms.Verify):
            return self.workable and self.due_check is not None
        if isinstance(typed, forms.Close | forms.Give):
            return self.case.step != Step.CLOSED
        return self.workable or isinstance(typed, forms.Note | forms.Piece)

    @cached_property
    def asked(self) -> int:
        """What the person asks about their data and nobody has answered, also on a closed case."""
        return Wish.objects.filter(case=self.case, handled_at=None).count()

    @property
    def notice(self) -> dict[str, Any] | None:
        """The last time the notice was given: by whom, how, which version."""
        return next((move for move in self.moves if move["verb"] == "inform"), None)

    @property
    def lacks(self) -> str:
        """What the protocol asks before « injoignable »; only asked while nobody was reached."""
        return unreachable_lacks(self.case) if self.tried_in_vain else ""

    @property
    def tried_in_vain(self) -> bool:
        return self.case.step == Step.CONTACTING and self.case.first_contact_at is None and bool(self.attempts)

    @cached_property
    def next(self) -> Case | None:
        return queue.following(self.case, self.grant)

    @property
    def may_give(self) -> bool:
        return self.grant.role in {Role.HEAD, Role.COORDINATION}

    @property
    def workable(self) -> bool:
        return self.case.step != Step.CLOSED and self.case.opposed_at is None

    # Forms: each once, the refused one as it was typed.

    @property
    def prepare(self) -> Any:
        follower = str(self.case.follower_id or self.grant.user_id)
        return self._form("preparer", forms.Prepare, follower=follower, safe_contact=self.safe_contact,
                          team=queue.nameable(self.case, self.grant))  # fmt: skip

    @property
    def attempt(self) -> Any:
        return self._form("essai", forms.Attempt, means=Means.PHONE)

    @property
    def unreachable(self) -> Any:
        return self._form("injoignable", forms.Unreachable)

    @property
    def inform(self) -> Any:
        return self._form("informer", forms.Inform)

    @property
    def interview(self) -> Any:
        return self._form("entretien", forms.Interview, means=Means.MEETING, informed=self.case.informed_at is not None)

    @cached_property
    def propose(self) -> Any:
        return self._form("proposer", forms.Propose, solutions=list(offered(self.case.platform_id, self.today)))

    @property
    def verify(self) -> Any:
        return self._form("verification", forms.Verify, check=self.due_check.pk) if self.due_check else None

    @property
    def note(self) -> Any:
        return self._form("note", forms.Note)

    @property
    def family(self) -> Any:
        known = self.guardians[0] if self.guardians else None
        contact = (known.opened or {}) if known else {}
        start = {name: contact.get(name, "") for name in ("name", "phone", "email")}
        return self._form("famille", forms.Family, guardian=known.pk if known else None,
                          wish=known.wish if known else Guardian.Wish.UNKNOWN, **start)  # fmt: skip

    @cached_property
    def obligation(self) -> Obligation | None:
        """The clock that runs (D12)."""
        return Obligation.objects.filter(case=self.case, ended_at=None).first()

    @property
    def convokes(self) -> bool:
        """Only the mission locale's side, for who is 16 or 17."""
        return self.workable and self.grant.side == Side.ML and (self.minor or self.obligation is not None)

    @property
    def may_pass_on(self) -> bool:
        row = self.obligation
        return row is not None and row.pass_on is not None and row.pass_on <= self.today

    @property
    def oblige(self) -> Any:
        return self._form("obligation", forms.Oblige)

    @property
    def convoke(self) -> Any:
        return self._form("convoquer", forms.Convoke, place=letters.usual_place(self.case))

    @property
    def answerable(self) -> bool:
        """Whether the letters would say how to answer them."""
        return letters.answerable(self.case)

    @property
    def comply(self) -> Any:
        return self._form("presente", forms.Comply)

    @property
    def pass_on(self) -> Any:
        return self._form("departement", forms.PassOn)

    @property
    def offer(self) -> Any:
        return self._form("transmettre", forms.Offer)

    @property
    def close(self) -> Any:
        return self._form("clore", forms.Close)

    @property
    def reopen(self) -> Any:
        return self._form("rouvrir", forms.Reopen)

    @property
    def give(self) -> Any:
        return self._form("donner", forms.Give, team=self.team)

    def _form(self, act: str, kind: type[forms.Act], key: str = "", **start: Any) -> Any:
        typed = self.typed
        if typed is not None and isinstance(typed, kind) and (not key or str(typed.data.get("proposal")) == key):
            return typed
        given = {name: start.pop(name) for name in ("team", "solutions", "informed") if name in start}
        prefix_id = f"{act}-{key[:8]}" if key else act
        return kind(initial={"version": self.case.version} | start, auto_id=f"{prefix_id}-%s", **given)

    def _reply(self, row: Proposal) -> Any:
        """The form of an answer that is waited for, or of a start."""
        waits = row.answer == Answer.WAITING or (row.answer == Answer.ACCEPTED and not row.started_on)
        if not (self.workable and waits):
            return None
        return self._form("reponse", forms.Reply, str(row.pk), proposal=row.pk, said=row.answer)

    def _sealed(self, model: Any, name: str) -> list[Any]:
        rows = list(model.objects.filter(case=self.case).select_related("by").order_by("-at", "-id"))
        for row in rows:
            row.who = _name(row.by)
            row.means_said = _lower(str(Means(row.means).label)) if hasattr(row, "means") else ""
            row.opened = self.opened.text(getattr(row, name), field=f"{model._meta.model_name}/{row.pk}")
        return rows


def offered(platform: int, today: dt.date) -> QuerySet[Solution]:
    """Solutions that can be proposed today: not withdrawn, a place left, not too late."""
    rows = Solution.objects.filter(Q(places=None) | Q(taken__lt=F("places")), platform=platform, withdrawn_at=None)
    return rows.filter(Q(apply_before=None) | Q(apply_before__gt=today)).order_by("kind", "title")


def open_case(case: Case, grant: Grant, today: dt.date, **shown: Any) -> CasePage:
    return CasePage(reading.read(case, role=grant.role), grant, today, **shown)


def _name(user: User | None) -> str:
    return (user.name or user.email) if user is not None else "Le portail"


def _nobody(verb: str) -> str:
    """Who acts without an account: the person on their own page, or a task of the portal."""
    own = verb.startswith("young.") or verb in {"case.answer", "case.wish", "case.oppose", "case.copy"}
    return "La personne" if own else "Le portail"


def _read(verb: str) -> str:
    return _READS.get(verb) or _MOVES.get(verb.removeprefix("case."), "a travaillé sur le dossier")


def _words(move: Move) -> str:
    """The closed words of a move, in French."""
    found = []
    for key, value in move.data.items():
        words = _WORDS.get(key)
        known = dict(words.choices) if words is not None else {}
        found += [_lower(str(known[item])) for item in (value if isinstance(value, list) else [value]) if item in known]
    return ", ".join(found)


def _lower(label: str) -> str:
    """Inside a sentence; « SMS » stays as it is."""
    return label if label.isupper() else label[:1].lower() + label[1:]


def _in_words(field: Any) -> str:
    choices = dict(getattr(field.field, "choices", []))
    return str(choices.get(field.value(), field.value()))

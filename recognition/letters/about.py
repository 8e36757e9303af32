"""What a letter is about: the dossier, the recognition, the decision, the procedure, gathered when it is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.models import PackLoad
from core.values import day_in_words
from members.models import Charter, Organisation, Plan
from recognition import rulebook
from recognition.clock import PARIS, day_of
from recognition.deadlines import window
from recognition.models import Candidature, Decision, GoverningBody, LetterKind, Notice, Recognition
from recognition.rulebook import months_after


@dataclass(frozen=True)
class About:
    """Everything that the words of a letter may name. What was not given is found from the rest, or is None."""

    kind: LetterKind
    at: dt.datetime
    number: str
    candidature: Candidature | None = None
    recognition: Recognition | None = None
    decision: Decision | None = None
    notice: Notice | None = None
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def dated_on(self) -> dt.date:
        return day_of(self.at)

    @property
    def organisation(self) -> Organisation:
        """Whom the letter is for. Raises `ValueError` when it is about nothing."""
        subject = self.candidature or self.recognition
        if subject is None:
            raise ValueError(f"A letter « {self.kind} » is about a dossier or a recognition.")
        return subject.organisation

    @property
    def charter(self) -> Charter | None:
        return self.candidature.charter if self.candidature else None

    @property
    def plan(self) -> Plan | None:
        if self.recognition is not None:
            return self.recognition.plan
        return self.decision.plan if self.decision else None

    @property
    def starts_on(self) -> dt.date:
        """From when the recognition holds: the day of this letter when it is the one that notifies it (R8)."""
        return self.recognition.starts_on if self.recognition else self.dated_on

    @property
    def term_on(self) -> dt.date | None:
        if self.recognition is not None:
            return self.recognition.term_on
        return self.plan.ends_on if self.plan else None

    @property
    def limit_on(self) -> dt.date | None:
        """The last day to ask for a renewal (R9), when nobody gave another one."""
        return window(self.recognition).last_on if self.recognition else None

    @property
    def silent_on(self) -> dt.date | None:
        """The day on which the silence of the Region on this dossier becomes a decision (CRPA R112-11-1, L231-4)."""
        return silent_on(self.candidature) if self.candidature else None

    @property
    def deciding_body(self) -> str:
        """« Commission Permanente du Conseil régional »."""
        sitting = self.decision.sitting if self.decision else None
        if sitting is None and self.decision is not None and self.decision.recognition_id is not None:
            return "par délégation du Conseil régional"  # no body sat (R14)
        body = sitting.body if sitting else GoverningBody.objects.filter(kind=GoverningBody.Kind.DECISION).first()
        return body.name if body else ""


def gather(
    *,
    kind: LetterKind,
    at: dt.datetime,
    number: str,
    candidature: Candidature | None,
    recognition: Recognition | None,
    decision: Decision | None,
    notice: Notice | None,
    extra: Mapping[str, str] | None,
) -> About:
    """An `About` where each thing not given is that of the others: a decision has its dossier, a notice its right."""
    notice = notice or (decision.notice if decision else None)
    recognition = (
        recognition or (notice.recognition if notice else None) or (decision.recognition if decision else None)
    )
    decision = decision or (recognition.granted_by if recognition and kind == LetterKind.CERTIFICATE else None)
    recognition = recognition or (getattr(decision, "granted", None) if decision else None)
    candidature = candidature or (decision.candidature if decision else None)
    candidature = candidature or (recognition.candidature if recognition else None)
    return About(kind, at, number, candidature, recognition, decision, notice, extra or {})


def silent_on(dossier: Candidature) -> dt.date | None:
    """As `About.silent_on`; None for a dossier that is not deposited."""
    if dossier.deposited_at is None:
        return None
    return months_after(day_of(dossier.deposited_at), rulebook.number("silence_months"))


def day_words(day: dt.date) -> str:
    """« 1er mars 2027 », the day and its month never apart."""
    return day_in_words(day).replace(" ", "\u00a0", 1)


def region_name() -> str:
    """« Région Grand Est », as the pack in force says it."""
    return str(PackLoad.current_facts().get("pack", {}).get("region_name", "")) or "Région"


def moment_words(at: dt.datetime) -> str:
    """« 28 mai 2027 à 14 h 05 », in Paris."""
    local = at.astimezone(PARIS)
    return f"{day_words(local.date())} à {local.hour}\u00a0h\u00a0{local.minute:02d}"


def exact_words(at: dt.datetime) -> str:
    """« 1er juin 2027 à 23 h 59 min 59 s », in Paris: a deposit is in time to the second (R4)."""
    return f"{moment_words(at)}\u00a0min\u00a0{at.astimezone(PARIS).second:02d}\u00a0s"

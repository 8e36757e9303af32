"""The first page of a portfolio: where the person stands, what would help next. Counts, never marks or percentages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from lorfolio.http import is_minor
from lorfolio.lists import SiteState
from lorfolio.models import (
    Advice,
    Comment,
    Cv,
    Experience,
    Extra,
    Language,
    PersonalSite,
    Portfolio,
    SafeFile,
    Skill,
    Step,
    Target,
)

STEPS_SHOWN, COMMENTS_SHOWN, RECENT_SHOWN = 4, 3, 3
SOON = dt.timedelta(days=14)


@dataclass(frozen=True)
class Counts:
    """How much of each; all from one statement."""

    experiences: int
    skills: int
    proved: int  # skills that have a proof that stands
    languages: int
    extras: int
    cvs: int
    targets: int
    files: int
    advices: int
    comments: int  # that were not read


@dataclass(frozen=True)
class NextAct:
    """What would help most now: one thing, said as an offer."""

    title: str
    words: str
    href: str
    action: str


@dataclass(frozen=True)
class Stage:
    """One stage of the way; `done` is told by a word and a mark."""

    title: str
    words: str
    href: str
    done: bool


@dataclass(frozen=True)
class Dashboard:
    counts: Counts
    next: NextAct
    stages: tuple[Stage, ...]
    steps: list[Step]
    comments: list[Comment]
    recent: list[Experience]
    site: PersonalSite | None
    minor: bool

    @property
    def empty(self) -> bool:
        return not (self.counts.experiences or self.counts.skills or self.counts.cvs)


def dashboard(portfolio: Portfolio, today: dt.date) -> Dashboard:
    """Five queries, whatever there is."""
    counts = counts_of(portfolio)
    minor = is_minor(portfolio, today)
    shown_sites = PersonalSite.objects.filter(portfolio=portfolio).exclude(state=SiteState.PRIVATE)
    return Dashboard(
        counts,
        next_act(portfolio, counts),
        stages(portfolio, counts),
        list(Step.objects.filter(portfolio=portfolio, done_at=None).order_by("due_on", "created_at")[:STEPS_SHOWN]),
        _comments(portfolio) if counts.comments else [],
        list(Experience.objects.filter(portfolio=portfolio).all()[:RECENT_SHOWN]),
        None if minor else shown_sites.only("state").first(),
        minor,
    )


def counts_of(portfolio: Portfolio) -> Counts:
    """One statement."""
    stands = Q(proofs__isnull=False) & (~Q(proofs__kind="attestation") | Q(proofs__confirmed=True))
    unread = Comment.objects.filter(by_owner=False, read_at=None, advice__portfolio=OuterRef("pk"))
    rows = {
        "experiences": _number(Experience),
        "skills": _number(Skill),
        "proved": _number(Skill, Skill.objects.filter(stands)),
        "languages": _number(Language),
        "extras": _number(Extra),
        "cvs": _number(Cv),
        "targets": _number(Target, Target.objects.filter(dropped_at=None)),
        "files": _number(SafeFile),
        "advices": _number(Advice, Advice.objects.filter(revoked_at=None)),
        "comments": _counted(unread.values("advice__portfolio")),
    }
    asked = {f"number_of_{name}": row for name, row in rows.items()}
    found: dict[str, Any] = dict(Portfolio.objects.filter(pk=portfolio.pk).values(**asked).get())
    return Counts(**{name: found[f"number_of_{name}"] for name in rows})


def next_act(portfolio: Portfolio, counts: Counts) -> NextAct:
    """The first thing that is missing on the way to a CV worth sending; then what makes it surer."""
    if not counts.experiences:
        return NextAct(
            "Racontez une première expérience",
            "Un emploi, un stage, des études, du bénévolat, s’occuper de quelqu’un,"
            " une passion\u00a0: tout compte. Un titre suffit pour commencer.",
            "/lorfolio/parcours/ajouter/",
            "Raconter une expérience",
        )
    if not counts.skills:
        return NextAct(
            "Trouvez ce que vous savez faire",
            "Des questions simples, auxquelles on répond par oui ou par non, à partir de ce que vous avez vécu.",
            "/lorfolio/parcours/",
            "Choisir une expérience",
        )
    if not counts.cvs:
        return NextAct(
            "Faites votre premier CV",
            "Il se remplit avec ce que vous avez déjà raconté. Vous choisissez ce qu’il montre.",
            "/lorfolio/cv/",
            "Faire un CV",
        )
    if not counts.proved:
        return NextAct(
            "Montrez que c’est vrai",
            "Un diplôme, une photo, un lien, le mot de quelqu’un qui vous a vu·e"
            " faire\u00a0: une"
            " preuve rend une compétence plus sûre.",
            "/lorfolio/competences/",
            "Joindre une preuve",
        )
    if not counts.targets:
        return NextAct(
            "Dites où vous voulez aller",
            "Un métier, un domaine, une idée\u00a0: nous vous montrons ce que vous avez déjà et ce qui vous manque.",
            "/lorfolio/projet/",
            "Commencer mon projet",
        )
    return NextAct(
        "Quoi de neuf\u00a0?",
        "Une formation, une mission, un nouveau loisir\u00a0? Ajoutez-le pendant que c’est"
        " frais\u00a0: vos CV vous"
        " le proposeront.",
        "/lorfolio/parcours/ajouter/",
        "Ajouter une expérience",
    )


def stages(portfolio: Portfolio, counts: Counts) -> tuple[Stage, ...]:
    return (
        Stage(
            "Raconter",
            _said(counts.experiences, "expérience", "Rien encore, et c’est normal"),
            "/lorfolio/parcours/",
            bool(counts.experiences),
        ),
        Stage(
            "Savoir ce que je sais faire",
            _said(counts.skills, "compétence", "Pas encore de compétence"),
            "/lorfolio/competences/",
            bool(counts.skills),
        ),
        Stage("Faire mes CV", _said(counts.cvs, "CV", "Pas encore de CV", "CV"), "/lorfolio/cv/", bool(counts.cvs)),
        Stage(
            "Prouver",
            _said(counts.proved, "compétence prouvée", "Quand vous voudrez", "compétences prouvées"),
            "/lorfolio/competences/",
            bool(counts.proved),
        ),
        Stage(
            "Avancer vers un métier",
            _said(counts.targets, "métier visé", "Quand vous voudrez", "métiers visés"),
            "/lorfolio/projet/",
            bool(counts.targets),
        ),
    )


def _said(number: int, one: str, none: str, many: str = "") -> str:
    if not number:
        return none
    return f"{number}\u00a0{one if number == 1 else many or f'{one}s'}"


def _number(model: Any, rows: QuerySet[Any] | None = None) -> Coalesce:
    found = model.objects.all() if rows is None else rows
    return _counted(found.filter(portfolio=OuterRef("pk")).order_by().values("portfolio"))


def _counted(rows: QuerySet[Any]) -> Coalesce:
    number = rows.order_by().annotate(number=Count("pk", distinct=True)).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


def _comments(portfolio: Portfolio) -> list[Comment]:
    rows = Comment.objects.filter(advice__portfolio=portfolio, by_owner=False, read_at=None).select_related("advice")
    return list(rows.order_by("-at")[:COMMENTS_SHOWN])

"""What is due at the Region's desk in the recognition: the same rows for a line of the first page and its list (S3).

Each part adds its tasks to `connect`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.rules import runs_region
from core import desk
from core.desk import Task, Waiting
from core.values import day_in_words
from recognition import due_life, queue, rulebook
from recognition.letters.blocks import PRINTED, missing_rules
from recognition.letters.waiting import failed, late
from recognition.models import AgendaItem, Candidature, Decision, GoverningBody, Letter, LetterKind, Rule, Sitting
from recognition.services.agenda import awaiting
from territories.due import served
from territories.rules import is_any_officer


def unclosed(sittings: QuerySet[Any]) -> QuerySet[Any]:
    """Held on a day past, their minutes not closed."""
    return sittings.filter(closed_at=None, held_on__lt=timezone.localdate())


def to_come(sittings: QuerySet[Any]) -> QuerySet[Any]:
    return sittings.filter(held_on__gte=timezone.localdate())


def undecided(sittings: QuerySet[Any]) -> QuerySet[Any]:
    """Of the body that decides, held, with a dossier of their agenda still without a decision."""
    left = AgendaItem.objects.filter(sitting=OuterRef("pk"), candidature__state=Candidature.State.READY)
    held = sittings.filter(body__kind=GoverningBody.Kind.DECISION, held_on__lte=timezone.localdate(), closed_at=None)
    return held.filter(Exists(left))


def unnotified(decisions: QuerySet[Any]) -> QuerySet[Any]:
    """On a dossier, standing, and no letter of notification is written."""
    letter = Letter.objects.filter(decision=OuterRef("pk"), kind__in=[LetterKind.GRANT, LetterKind.REFUSAL])
    return decisions.filter(kind__in=Decision.OF_CANDIDATURE, followed_by=None).filter(~Exists(letter))


def without_sitting() -> list[tuple[GoverningBody, int]]:
    """For each body, how many ready dossiers it could take that are on no agenda."""
    found = [(body, awaiting(body).count()) for body in GoverningBody.objects.all()]
    return [(body, count) for body, count in found if count]


def _sittings(narrow: Any, due: str) -> Waiting:
    rows = narrow(Sitting.objects.all())
    oldest = rows.aggregate(oldest=Min("held_on"))["oldest"]
    late = oldest is not None and oldest + dt.timedelta(days=rulebook.number("late_step_days")) < timezone.localdate()
    url = f"{reverse('admin:recognition_sitting_changelist')}?due={due}"
    return Waiting(rows.count(), url, f"séance du {day_in_words(oldest)}" if oldest else "", late)


def soon(sittings: QuerySet[Any]) -> QuerySet[Any]:
    """To be prepared: in the days that come."""
    today = timezone.localdate()
    return sittings.filter(closed_at=None, held_on__range=(today, today + due_life.SOON))


def _coming() -> Waiting:
    """« Commission Permanente le 7 décembre 2026, 2 dossiers »."""
    rows = soon(Sitting.objects.all())
    first = rows.select_related("body").annotate(dossiers=Count("items")).order_by("held_on", "pk").first()
    url, said = f"{reverse('admin:recognition_sitting_changelist')}?due=bientot", ""
    if first is not None:
        many = f"{first.dossiers or 'aucun'} dossier{'s' if first.dossiers > 1 else ''}"
        said = f"{first.body.short_name} le {day_in_words(first.held_on)}, {many}"
    return Waiting(rows.count(), url, said)


def _served(user: Any) -> Waiting | None:
    """To an officer of an agency: what is being examined there, to read (S3)."""
    if runs_region.test(user) or not is_any_officer(user):
        return None
    rows = served(user, Candidature.objects.filter(deposited_at__isnull=False, state__in=Candidature.EXAMINED))
    return Waiting(
        rows.count(), reverse("admin:recognition_candidature_changelist"), "à lire\u00a0; l’examen revient à la Région"
    )


def _ready() -> Waiting:
    found = without_sitting()
    detail = ", ".join(f"{body}\u00a0: {count}" for body, count in found)
    return Waiting(sum(count for _, count in found), reverse("admin:recognition_sitting_changelist"), detail)


def _decisions() -> Waiting:
    rows = unnotified(Decision.objects.all())
    late = rows.filter(candidature__campaign__notify_by_on__lt=timezone.localdate()).exists()
    oldest = rows.aggregate(oldest=Min("decided_on"))["oldest"]
    since = f"la plus ancienne est du {day_in_words(oldest)}" if oldest else ""
    return Waiting(
        rows.count(), f"{reverse('admin:recognition_decision_changelist')}?due=a-notifier", since, late
    )  # fmt: skip


def _letters() -> Waiting:
    """A letter that failed, or that no worker takes up."""
    stuck, lost = late(Letter.objects.all(), timezone.now()).count(), failed(Letter.objects.all()).count()
    url = reverse("admin:recognition_letter_changelist")
    return Waiting(stuck + lost, f"{url}?due=en-echec" if lost and not stuck else url, "", bool(lost))


def _rules() -> Waiting:
    """Once somebody asks to be recognised: the rules whose emptiness keeps letters from being written (R14)."""
    missing = missing_rules() if Candidature.objects.exists() else []
    return Waiting(len(missing), reverse("admin:recognition_rule_changelist"), ", ".join(missing), bool(missing))


def to_confirm(rules: QuerySet[Any]) -> QuerySet[Any]:
    """What the pack proposed in the Region's name and nobody there has confirmed: it stands meanwhile."""
    return rules.filter(to_confirm=True)


def _readings() -> Waiting:
    """Once somebody asks to be recognised: the rules to confirm, those that letters print first."""
    keys = set(to_confirm(Rule.objects.all()).values_list("key", flat=True)) if Candidature.objects.exists() else set()
    printed = len(keys & {*PRINTED, "silence_months", "silence_effect"})
    detail = f"les lettres en impriment {printed}" if printed else ""
    return Waiting(len(keys), f"{reverse('admin:recognition_rule_changelist')}?due=a-confirmer", detail)


def _dossiers(narrow: Any, due: str, late: Any = None) -> Waiting:
    """Dossiers of the queue, the oldest said; `late(oldest, today)`: whether it should have been done."""
    rows = queue.queued(narrow(Candidature.objects.all()))
    url = f"{reverse('admin:recognition_candidature_changelist')}?due={due}"
    oldest, today = rows.order_by("since").values_list("since", flat=True).first(), timezone.localdate()
    since = f"le plus ancien attend depuis le {day_in_words(timezone.localdate(oldest))}" if oldest else ""
    return Waiting(rows.count(), url, since, bool(oldest and late and late(timezone.localdate(oldest), today)))


def _checked_late(oldest: dt.date, today: dt.date) -> bool:
    """A deposited dossier that nobody has read for longer than its organisation is given to complete it."""
    return oldest + dt.timedelta(days=rulebook.number("piece_days")) < today


def _examined_late(_: dt.date, today: dt.date) -> bool:
    """The day by which dossiers are to be ready is past."""
    return queue.to_assess(Candidature.objects.filter(campaign__complete_by_on__lt=today)).exists()


def _always(_: dt.date, __: dt.date) -> bool:
    return True


def region(query: Any) -> Any:
    """`query()` for who runs the Region's desk, nothing for others."""
    return lambda user: query() if runs_region.test(user) else None


def connect() -> None:
    """Called once, when the application starts."""
    lines: list[tuple[str, int, str, Any]] = [
        ("dossiers-to-check", 15, "[Dossier déposé|Dossiers déposés] à vérifier",
         lambda: _dossiers(queue.to_check, "a-verifier", _checked_late)),
        ("dossiers-to-assess", 16, "[Dossier complet|Dossiers complets] à examiner",
         lambda: _dossiers(queue.to_assess, "a-examiner", _examined_late)),
        ("dossiers-overdue", 17, "[Dossier dont la réponse|Dossiers dont la réponse] n’est pas venue",
         lambda: _dossiers(queue.overdue, "en-retard", _always)),
        ("dossiers-unread", 18, "[Dossier|Dossiers] avec un message non lu",
         lambda: _dossiers(queue.unread, "messages")),
        ("sittings-unclosed", 21, "[Séance passée|Séances passées] sans compte rendu arrêté",
         lambda: _sittings(unclosed, "sans-compte-rendu")),
        ("sittings-undecided", 22, "[Séance|Séances] dont la décision n’est pas saisie",
         lambda: _sittings(undecided, "a-decider")),
        ("dossiers-without-sitting", 23, "[Dossier prêt|Dossiers prêts] sans séance", _ready),
        ("sittings-coming", 23, "[Séance|Séances] à préparer, dans les 30 jours", _coming),
        ("decisions-unnotified", 24, "[Décision|Décisions] à notifier", _decisions),
        ("letters-stuck", 25, "[Lettre|Lettres] en échec ou en attente depuis plus d’une heure", _letters),
        ("letters-rules", 26, "[Règle vide qui arrête|Règles vides qui arrêtent] des lettres", _rules),
        ("rules-to-confirm", 27, "[Règle proposée|Règles proposées] par le portail, à confirmer par la Région",
         _readings),
    ]  # fmt: skip
    for key, order, title, query in lines:
        desk.register(Task("region", key, order, title, region(query)))
    agency = "[Dossier|Dossiers] de reconnaissance en cours d’examen sur votre territoire"
    desk.register(Task("region", "dossiers-served", 15, agency, _served))
    due_life.connect(region)

"""What is to be done of a dossier now, so that who never read the code can follow it from end to end (R5, S3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from core.values import day_in_words
from recognition.deadlines import limit_on
from recognition.models import AgendaItem, Candidature, GoverningBody, LetterKind, Message, Opinion, Recognition
from recognition.services.checking import gaps
from recognition.services.grid import unassessed, unmet, unmet_words
from recognition.standing import Standing, standing

State = Candidature.State


@dataclass(frozen=True)
class Step:
    """Where a dossier is: what to do in a sentence, what that depends on, and what the page offers.

    `acts`: among « complete », « ask », « extend », « grid », « ready », « reopen », « drop ». `done`: how many of the
    five steps of the path are behind.
    """

    title: str
    text: str
    done: int
    acts: frozenset[str] = frozenset()
    lines: list[str] = field(default_factory=list)
    url: str = ""
    link: str = ""
    # Where else to go from here: address, words.
    more: tuple[tuple[str, str], ...] = ()
    late: bool = False
    # What is against it: criteria not reached.
    warning: str = ""
    # It is the Region's turn.
    todo: bool = False

    @property
    def said(self) -> str:
        """To who can do it; `to_others` to who reads."""
        return f"À faire\u00a0: {self.title[:1].lower()}{self.title[1:]}" if self.todo else self.title

    @property
    def to_others(self) -> str:
        awaited = f"La Région doit\u00a0: {self.title[:1].lower()}{self.title[1:]}"
        return awaited if self.todo else self.title


# The whole path, always shown: who comes for the first time sees where it goes.
PATH = ("Déposé", "Complet", "Examiné", "Avis des instances", "Décidé")


def step_of(dossier: Candidature, today: dt.date) -> Step:
    makers = {
        State.DRAFT: _draft, State.DEPOSITED: _deposited, State.INCOMPLETE: _incomplete, State.COMPLETE: _complete,
        State.READY: _ready,
    }  # fmt: skip
    if dossier.state in Candidature.DECIDED:
        return _decided(dossier, today)
    maker = makers.get(State(dossier.state))
    return maker(dossier, today) if maker else _over(dossier)


def _draft(dossier: Candidature, today: dt.date) -> Step:
    limit = day_in_words(limit_on(dossier))
    text = (
        f"L’organisme prépare ce dossier. Vous le lirez une fois déposé, au plus tard le {limit}. D’ici là, vous voyez "
        "qui l’a commencé, pas ce qu’il contient."
    )
    return Step("Pas encore déposé", text, 0, frozenset({"drop"}))


def _deposited(dossier: Candidature, today: dt.date) -> Step:
    missing = [gap.message for gap in gaps(dossier)]
    if missing:
        text = "Il manque des choses que le cahier des charges exige\u00a0: demandez-les à l’organisme."
        return Step("Demander ce qui manque", text, 1, frozenset({"ask", "drop"}), missing, todo=True)
    answered = dossier.requests.filter(answered_at__isnull=False).exists()
    again = "L’organisme a complété son dossier. " if answered else ""
    text = (
        f"{again}Tout ce que le cahier des charges exige est là. Lisez les pièces\u00a0: si elles conviennent, "
        "déclarez le dossier complet\u00a0; sinon, demandez ce qui manque."
    )
    title = "Relire ce qui a été complété" if answered else "Vérifier que le dossier est complet"
    return Step(title, text, 1, frozenset({"complete", "ask", "drop"}), todo=True)


def _incomplete(dossier: Candidature, today: dt.date) -> Step:
    request = dossier.requests.filter(answered_at=None, closed_at=None).first()
    acts = frozenset({"extend"}) if request else frozenset()
    if request is None or request.due_on >= today:
        until = f" jusqu’au {day_in_words(request.due_on)}" if request else ""
        text = f"L’organisme a{until} pour répondre."
        if dossier.messages.filter(side=Message.Side.CANDIDATE, read_at=None).exists():
            text = f"{text} Il vous a écrit entre-temps\u00a0: lisez son message, et répondez-lui."
            return Step("Lire le message de l’organisme", text, 1, acts, url="#messages", link="Lire", todo=True)
        text = f"{text} Vous n’avez rien à faire d’ici là."
        return Step("L’organisme complète son dossier", text, 1, acts)
    text = (
        f"La réponse était attendue le {day_in_words(request.due_on)}. Relancez l’organisme par un message\u00a0: sa "
        "réponse est encore prise. Ou classez le dossier sans suite."
    )
    return Step("Relancer l’organisme, ou classer", text, 1, acts | {"drop"}, late=True, todo=True)


def _complete(dossier: Candidature, today: dt.date) -> Step:
    left = len(unassessed(dossier))
    grid = reverse("admin:recognition_candidature_grid", args=[dossier.pk])
    late = dossier.campaign.complete_by_on < today
    ends = "devait se terminer" if late else "se termine"
    limit = f" L’instruction {ends} le {day_in_words(dossier.campaign.complete_by_on)}."
    warning = unmet_words(unmet([dossier])[dossier.pk])
    if left:
        many = f"{left} critères restent à évaluer" if left > 1 else "Un critère reste à évaluer"
        text = f"{many}, pour tout l’organisme ou site par site.{limit}"
        acts = frozenset({"grid", "ask", "drop"})
        return Step(
            "Remplir la grille de qualité", text, 2, acts, url=grid, link="Remplir la grille", late=late, todo=True,
            warning=warning,
        )  # fmt: skip
    text = f"Tous les critères sont évalués\u00a0: le dossier peut aller aux instances.{limit}"
    acts = frozenset({"ready", "ask", "drop", "grid"})
    return Step(
        "Déclarer le dossier prêt", text, 2, acts, url=grid, link="Relire la grille", late=late, todo=True,
        warning=warning,
    )  # fmt: skip


def _ready(dossier: Candidature, today: dt.date) -> Step:
    item = AgendaItem.objects.filter(candidature=dossier, sitting__closed_at=None).select_related("sitting__body")
    planned = item.order_by("sitting__held_on").first()
    said = list(Opinion.objects.filter(candidature=dossier).values_list("body_id", flat=True))
    acts = frozenset() if said else frozenset({"reopen"})
    warning = unmet_words(unmet([dossier])[dossier.pk])
    if planned is not None:
        day, body = day_in_words(planned.sitting.held_on), planned.sitting.body
        url = reverse("admin:recognition_sitting_change", args=[planned.sitting_id])
        text = f"À l’ordre du jour\u00a0: {body}, séance du {day}."
        return Step(
            "Il passe en séance", text, 3, acts, url=f"{url}#dossier-{dossier.pk}", link="Ouvrir la séance",
            warning=warning,
        )  # fmt: skip
    awaited = GoverningBody.objects.exclude(pk__in=said).order_by("order").first()
    who = f"\u00a0: {awaited}" if awaited else " une instance"
    text = f"Il attend{who}. Inscrivez-le à l’ordre du jour d’une séance."
    url = reverse("admin:recognition_sitting_changelist")
    return Step(
        "Inscrire le dossier à une séance", text, 3, acts, url=url, link="Voir les séances", todo=True, warning=warning
    )


def _decided(dossier: Candidature, today: dt.date) -> Step:
    """To be notified, notified, and what became since then of the recognition it gave (R7, R10)."""
    decision = dossier.decisions.filter(followed_by=None).order_by("-pk").first()
    if decision is None:
        return Step(dossier.get_state_display(), "", 5)
    url = reverse("admin:recognition_decision_change", args=[decision.pk])
    granted = dossier.state == State.GRANTED
    what = "La reconnaissance est décidée" if granted else "Le refus est décidé"
    letter = decision.letters.filter(kind__in=[LetterKind.GRANT, LetterKind.REFUSAL]).order_by("pk").first()
    if letter is None:
        text = f"{what} le {day_in_words(decision.decided_on)}. La lettre part d’elle-même le lendemain de la saisie."
        return Step("Notifier la décision", text, 5, url=url, link="Voir la décision")
    text = (
        f"{what} le {day_in_words(decision.decided_on)}, et notifié{'e' if granted else ''} le "
        f"{day_in_words(letter.dated_on)} par la lettre n°\u00a0{letter.number}."
    )
    row = Recognition.objects.filter(candidature=dossier).first()
    if row is None:
        return Step(dossier.get_state_display(), text, 5, url=url, link="Voir la décision")
    now = standing(row, today)
    here = reverse("admin:recognition_recognition_change", args=[row.pk])
    return Step(
        f"Reconnaissance {now.label}", f"{text} {_since(row, now)}", 5, url=here, link="Voir la reconnaissance",
        more=((url, "Voir la décision"),),
    )  # fmt: skip


def _since(row: Recognition, now: Standing) -> str:
    """« Elle est suspendue depuis le 3 mai 2026. »"""
    if now.holds:
        return f"Elle vaut jusqu’à la fin du {day_in_words(row.term_on)}." if now.key == "in_force" else now.meaning
    since = row.suspended_since if now.key == "suspended" and row.suspended_since else row.ends_on
    return f"Elle est {now.label} depuis le {day_in_words(since)}."


def _over(dossier: Candidature) -> Step:
    read = dossier.deposited_at is not None
    theirs = "Il n’a pas été déposé\u00a0: ce qu’il contient reste à l’organisme."
    texts: dict[str, tuple[str, int]] = {
        State.WITHDRAWN: (f"L’organisme a retiré son dossier. {'Il se lit encore.' if read else theirs}", int(read)),
        State.DROPPED: (f"Le dossier est classé sans suite. {'Il se lit encore.' if read else theirs}", int(read)),
    }
    text, done = texts[dossier.state]
    return Step(dossier.get_state_display(), text, done)


def path_of(step: Step, state: Any) -> list[dict[str, Any]]:
    """The five steps, each « done », « now » or « coming »."""
    over = state in {State.WITHDRAWN, State.DROPPED}
    return [
        {
            "label": label,
            "state": "done" if place < step.done else "now" if place == step.done and not over else "coming",
        }
        for place, label in enumerate(PATH)
    ]

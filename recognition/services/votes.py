"""Whether the votes of an opinion hold together: for, against, abstained, by those who were there and stayed (R6)."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from recognition.models import Candidature, Opinion, Sitting

Value = Opinion.Value


def present_at(sitting: Sitting) -> int | None:
    """How many people the list of those present names, one a line; None when nobody filled it."""
    return len([line for line in sitting.present.splitlines() if line.strip()]) or None


def check_votes(value: str, votes_for: int, votes_against: int, abstentions: int) -> None:
    """Votes are for or against the recognition. Raises `ValidationError` when they say the contrary of the opinion."""
    counts = {"votes_for": votes_for, "votes_against": votes_against, "abstentions": abstentions}
    wrong = {name: "Un nombre de voix, zéro ou plus." for name, count in counts.items() if count < 0}
    if wrong:
        raise ValidationError(wrong)
    if value == Value.FAVOURABLE and votes_against > votes_for:
        raise ValidationError({
            "votes_against": f"L’avis est favorable, mais il y a plus de voix contre ({votes_against}) que de voix "
            f"pour ({votes_for})."
        })  # fmt: skip
    if value == Value.UNFAVOURABLE and votes_for > votes_against:
        raise ValidationError({
            "votes_for": f"L’avis est défavorable, mais il y a plus de voix pour ({votes_for}) que de voix contre "
            f"({votes_against})."
        })  # fmt: skip


def check_total(sitting: Sitting, dossier: Candidature, *, field: str = "votes_for") -> None:
    """Nobody votes twice, and who left does not vote. Raises `ValidationError` beside `field`.

    Nothing is checked while the list of those present is empty.
    """
    present = present_at(sitting)
    said = Opinion.objects.filter(sitting=sitting, candidature=dossier).first()
    if present is None or said is None:
        return
    gone = sitting.recusals.filter(candidature=dossier).count()
    votes = said.votes_for + said.votes_against + said.abstentions
    if votes > present - gone:
        left = f", dont {gone} qui {'se sont déportées' if gone > 1 else 's’est déportée'}" if gone else ""
        raise ValidationError({field: f"{votes} voix pour {present} personnes présentes{left}\u00a0: recomptez."})

"""A portfolio erased for good: rows, sealed files, the key that opens them, mails that speak of it (L10).

Its key goes in the same transaction: were a file left behind by a power cut, nobody could open it any more, and the
sweep takes it away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from django.db import transaction

from accounts.erasing import Leaving, Line, Part, Stay, Told, register
from accounts.models import User
from core.journal import record
from core.models import OutboxMail
from events.models import Alert
from lorfolio.models import (
    Advice,
    Cv,
    Experience,
    Extra,
    Language,
    ParentalConsent,
    PersonalSite,
    Portfolio,
    Proof,
    SafeFile,
    Share,
    Skill,
    Step,
    Target,
    Watch,
)
from lorfolio.services import safe

_COUNTED: tuple[tuple[Any, str, str], ...] = (
    (Experience, "expérience", "expériences"),
    (Skill, "compétence", "compétences"),
    (Language, "langue", "langues"),
    (Extra, "certificat, prix ou centre d’intérêt", "certificats, prix ou centres d’intérêt"),
    (Proof, "preuve", "preuves"),
    (Cv, "CV", "CV"),
    (SafeFile, "document du coffre, avec la clé qui l’ouvre", "documents du coffre, avec la clé qui les ouvre"),
    (Share, "lien de partage", "liens de partage"),
    (PersonalSite, "site personnel", "sites personnels"),
    (Target, "métier visé", "métiers visés"),
    (Step, "étape de projet", "étapes de projet"),
    (Watch, "veille sur les évènements", "veilles sur les évènements"),
    (Advice, "accompagnement, avec ses commentaires", "accompagnements, avec leurs commentaires"),
)


def connect() -> None:
    register(Part(20, "lorfolio", "Votre Lorfolio", tell, erase, ("Emporter d’abord une copie", "/lorfolio/emporter/")))


def tell(user: User) -> Told:
    portfolio = Portfolio.objects.filter(user=user).first()
    stays = []
    if PersonalSite.objects.filter(portfolio=portfolio, published_at__isnull=False).exists():
        stays.append(Stay(
            "L’adresse de votre site personnel, réservée un an sous une empreinte illisible",
            "ainsi personne d’autre ne la prend pour se faire passer pour vous\u00a0; elle n’affiche plus rien.",
        ))  # fmt: skip
    return Told([*_lines(portfolio), *_given(user)], stays)


def erase(leaving: Leaving) -> Sequence[Line]:
    """The person's own, and what they said to others as an adviser's name."""
    lines = [*erase_portfolio(user=leaving.user, actor=leaving.user), *_given(leaving.user)]
    said = Advice.objects.filter(adviser=leaving.user)
    said.filter(revoked_at=None).update(revoked_at=leaving.at)
    said.update(adviser_words="", email="")
    return lines


@transaction.atomic
def erase_portfolio(*, user: User, actor: User | None) -> Sequence[Line]:
    """Everything of the portfolio of `user`, whose account stays; what went, nothing when there was none. `actor`
    is None when nobody signed in asked for it (a parent, the passing of time).

    The row is held first: an upload, a drawing, an answer under way waits, then finds nothing to write to.
    """
    held = Portfolio.objects.select_for_update().filter(user=user).first()
    if held is None:
        return ()
    lines = _lines(held)
    stored = list(SafeFile.objects.filter(portfolio=held).values_list("stored", flat=True))
    _drop_mails(held)
    watched = Watch.objects.filter(portfolio=held, alert__isnull=False).values("alert")
    Alert.objects.filter(public_id__in=watched).delete()
    record(verb="lorfolio.erase", target=held, actor=actor)
    Portfolio.objects.filter(pk=held.pk).update(erasing=True, sealed_key="", photo=None)
    held.delete()
    transaction.on_commit(partial(_drop_files, stored))
    return lines


def _lines(portfolio: Portfolio | None) -> list[Line]:
    if portfolio is None:
        return []
    counted = [Line(model.objects.filter(portfolio=portfolio).count(), one, many) for model, one, many in _COUNTED]
    return [Line(1, "Lorfolio, avec votre présentation", ""), *counted]


def _given(user: User) -> list[Line]:
    """As an adviser: one's name beside comments, which stay with the person they were written to."""
    return [Line(
        Advice.objects.filter(adviser=user).count(), "accompagnement, qui s’arrête\u00a0; votre nom y est effacé",
        "accompagnements, qui s’arrêtent\u00a0; votre nom y est effacé",
    )]  # fmt: skip


def _drop_mails(portfolio: Portfolio) -> None:
    """Those that wait to leave and speak of this portfolio: their keys carry the id of a row of it."""
    asked: list[tuple[Any, str]] = []
    asked += Proof.objects.filter(portfolio=portfolio).exclude(asked_email="").values_list("pk", "asked_email")
    asked += Advice.objects.filter(portfolio=portfolio).exclude(email="").values_list("pk", "email")
    asked += ParentalConsent.objects.filter(portfolio=portfolio).exclude(email="").values_list("portfolio", "email")
    advised = Advice.objects.filter(portfolio=portfolio, adviser__isnull=False)
    asked += advised.values_list("pk", "adviser__email")
    keys = {str(key) for key, _ in asked}
    waiting = OutboxMail.objects.filter(to__in={email for _, email in asked}).values_list("pk", "key")
    gone = [pk for pk, key in waiting if _names(key, keys)]
    OutboxMail.objects.filter(pk__in=gone).delete()


def _names(key: str, ids: Iterable[str]) -> bool:
    return any(one in key for one in ids)


def _drop_files(stored: Sequence[str]) -> None:
    """What cannot be taken away now is opened by nobody, and swept later."""
    storage = safe.storage()
    for name in stored:
        with suppress(OSError):
            storage.delete(name)

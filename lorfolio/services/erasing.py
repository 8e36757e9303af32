"""A portfolio erased for good: rows, sealed files, the key that opens them, mails that speak of it (L10).

Its key goes in the same transaction: were a file left behind by a power cut, nobody could open it any more, and the
sweep takes it away.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from django.db import transaction

from accounts.erasing import Leaving, Line, Part, Stay, Told, register
from accounts.models import User
from core.journal import record
from events.models import Alert
from lorfolio import letters
from lorfolio.lists import ProofKind
from lorfolio.models import (
    Advice,
    Cv,
    Experience,
    Extra,
    Language,
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
    """Those that speak of this portfolio, waiting or sent: their keys carry the id of a row of it. The address of who
    was written to goes with them, also once they answered."""
    proofs = Proof.objects.filter(portfolio=portfolio, kind=ProofKind.ATTESTATION).values_list("pk", flat=True)
    advices = Advice.objects.filter(portfolio=portfolio).values_list("pk", flat=True)
    sites = PersonalSite.objects.filter(portfolio=portfolio).values_list("pk", flat=True)
    letters.forget(
        keys=[f"lorfolio.{verb}/{key}" for key in proofs for verb in ("attest", "attested")],
        beginnings=[
            f"lorfolio-consent:{portfolio.pk}:", f"lorfolio.step/{portfolio.pk}/",
            *(f"lorfolio-advice:{key}:" for key in advices), *(f"site-message-{key}-" for key in sites),
        ],
    )  # fmt: skip


def _drop_files(stored: Sequence[str]) -> None:
    """What cannot be taken away now is opened by nobody, and swept later."""
    storage = safe.storage()
    for name in stored:
        with suppress(OSError):
            storage.delete(name)

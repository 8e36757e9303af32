"""Everything that letters need: rules filled, a dossier deposited, decided, recognised, in procedure; as rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from members.models import Charter
from recognition.clock import PARIS, morning_of
from recognition.models import (
    Attachment,
    Candidature,
    Decision,
    Notice,
    Opinion,
    PieceRequest,
    Recognition,
    Rule,
    Sitting,
)
from recognition.services.snapshots import snapshot
from tests.recognition import sittings as world

RULES = {
    "service_name": "Service de l’orientation",
    "service_address": "Hôtel de Région\n1 place de l’Exemple\n67000 Strasbourg",
    "service_email": "orientation@region.invalid",
    "service_phone": "03 00 00 00 00",
    "silence": (
        "Ce silence n’arrête pas votre dossier : la décision écrite, quand elle vient, prend la place de la décision "
        "implicite."
    ),
    "receipt_appeal": (
        "Vous auriez deux mois à compter de cette date pour saisir le **tribunal administratif de Strasbourg**, "
        "31 avenue de la Paix, 67000 Strasbourg, ou par www.telerecours.fr."
    ),
    "appeal": (
        "Si vous contestez cette décision, vous pouvez, dans les deux mois qui suivent sa notification :\n\n"
        "- adresser un **recours gracieux** à la présidence de la Région, à l’adresse du service ; il interrompt le "
        "délai du recours contentieux ;\n"
        "- saisir le **tribunal administratif de Strasbourg**, 31 avenue de la Paix, 67000 Strasbourg, ou par "
        "www.telerecours.fr."
    ),
    "signatory": "Camille Exemple",
    "signatory_title": "Pour la présidence de la Région, la direction de l’orientation",
}
GROUNDS = (
    "Le dossier ne montre pas que le premier conseil est assuré sur le site d’Épinal (cahier des charges, "
    "article 1 c).\n"
    "Les locaux du site de Saint-Dié-des-Vosges n’ont pas d’espace confidentiel (cahier des charges, article 2 d)."
)
DEPOSIT = dt.datetime(2027, 5, 28, 14, 5, tzinfo=PARIS)
TOLD = dt.datetime(2027, 12, 15, 9, 0, tzinfo=PARIS)


def rules(**values: str) -> None:
    """The region's rules as letters want them, with `values` instead where given."""
    for key, value in (RULES | values).items():
        Rule.objects.update_or_create(key=key, defaults={"value": value})


def dossier(name: str = "Maison de l’orientation des Vosges", *, files: int = 3, **fields: Any) -> Candidature:
    """A deposited dossier ready for the opinions, its files described in its snapshot."""
    title = "Charte du Service public régional de l’orientation Grand Est"
    Charter.objects.get_or_create(version="cdc", defaults={"title": title})
    values = {
        "campaign": world.campaign(), "deposited_at": DEPOSIT, "declared_name": "Dominique Exemple",
        "declared_title": "présidente", "legal_representative": "Dominique Exemple",
        "legal_representative_title": "présidente", "address": "12 rue des Essais\n88000 Épinal",
        "contact_email": "contact@maison.invalid", "presentation": "Nous accueillons tout le monde.",
    }  # fmt: skip
    made = world.ready(name, **values | fields)
    for number in range(files):
        kind = Attachment.Kind.values[min(number, 4)]
        Attachment.objects.create(
            candidature=made, kind=kind, name=f"Pièce {number + 1} {kind}.pdf", mime="application/pdf",
            size=120_000 * (number + 1), sha256=f"{number + 1:x}".zfill(64), added_at=DEPOSIT,
            file=f"recognition/{made.pk}-{number}",
        )  # fmt: skip
    snapshot(candidature=made, moment="deposit", at=DEPOSIT)
    return made


def sent_back(name: str = "Maison de l’orientation des Vosges") -> Candidature:
    """A dossier that the Region asked to complete, sent back with new accounts on the 10th of June."""
    made, at = dossier(name), dt.datetime(2027, 6, 10, 9, 30, 15, tzinfo=PARIS)
    PieceRequest.objects.create(
        candidature=made, items=["Les comptes signés"], reason="Ils ne le sont pas.", asked_at=DEPOSIT,
        due_on=dt.date(2027, 6, 15), answer="Les voici, signés.", answered_at=at,
    )  # fmt: skip
    made.attachments.filter(kind="accounts").update(replaced_at=at)
    Attachment.objects.create(
        candidature=made, kind="accounts", name="Comptes signés.pdf", mime="application/pdf", size=340_000,
        sha256="f" * 64, added_at=at, file=f"recognition/{made.pk}-signed",
    )  # fmt: skip
    snapshot(candidature=made, moment="answer", at=at)
    return made


def opinions(candidature: Candidature) -> None:
    """Both opinions, as rows: the sittings' own rules are tested elsewhere."""
    for body, usual, value in zip(
        world.bodies(), (world.COUNCIL_DAY, world.CREFOP_DAY), ("favourable", "reserved"), strict=False
    ):
        day = _in_its_year(usual, candidature)
        held, _ = Sitting.objects.get_or_create(body=body, held_on=day)
        Opinion.objects.create(
            sitting=held, candidature=candidature, body=body, value=value, reasons="Un accueil solide.",
            recorded_at=morning_of(day),
        )  # fmt: skip


def _in_its_year(day: dt.date, candidature: Candidature | None) -> dt.date:
    """The same day of the year in which the dossier was deposited."""
    if candidature is None or candidature.deposited_at is None:
        return day
    return day.replace(year=candidature.deposited_at.year)


def decision(kind: str, candidature: Candidature | None = None, **fields: Any) -> Decision:
    """A decision as a row; a grant or a refusal has its opinions."""
    if candidature is not None:
        opinions(candidature)
    day = _in_its_year(world.COMMISSION_DAY, candidature)
    sitting, _ = Sitting.objects.get_or_create(body=world.bodies()[2], held_on=day)
    values = {
        "kind": kind, "candidature": candidature, "sitting": sitting, "deliberation_number": "27CP-1234",
        "decided_on": day, "grounds": GROUNDS, "signatory": "Camille Exemple",
        "signatory_title": "Pour la présidence de la Région, la direction de l’orientation",
        "urgency": "Des personnes sont reçues sans confidentialité." if kind == "suspension" else "",
        "recorded_at": morning_of(day), "plan": world_plan() if kind == "grant" else None,
    }  # fmt: skip
    return Decision.objects.create(**values | fields)


def world_plan() -> Any:
    from members.models import Plan

    return Plan.objects.filter(slug="plan-2024").first() or world.plan()


def recognition(candidature: Candidature | None = None, **fields: Any) -> Recognition:
    """The right that a grant of `candidature` gives, from the day it is told."""
    candidature = candidature or dossier()
    granted = decision("grant", candidature, grounds="")
    values = {
        "organisation": candidature.organisation, "candidature": candidature, "granted_by": granted,
        "plan": granted.plan, "starts_on": TOLD.date(), "ends_on": granted.plan.ends_on,
        "term_on": granted.plan.ends_on, "created_at": TOLD,
    }  # fmt: skip
    return Recognition.objects.create(**values | fields)


def notice(right: Recognition, kind: str = "repeal", **fields: Any) -> Notice:
    values = {
        "recognition": right, "kind": kind, "grounds": GROUNDS, "told_on": dt.date(2028, 2, 1),
        "answer_by": dt.date(2028, 3, 2),
    }  # fmt: skip
    return Notice.objects.create(**values | fields)

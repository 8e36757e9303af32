"""The recognition of the invented region: the house was recognised once, and its new dossier is to be completed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from members.models import Plan
from recognition.models import (
    OWED,
    Act,
    AgendaItem,
    Answer,
    Attachment,
    Campaign,
    CandidateSite,
    Candidature,
    Decision,
    Finding,
    GoverningBody,
    Letter,
    LetterTemplate,
    Notice,
    Opinion,
    PieceRequest,
    Recognition,
    Recusal,
    Rule,
    SirenHolder,
    Sitting,
    Visit,
)
from recognition.services.attaching import attach
from tests.recognition.dossiers import upload

if TYPE_CHECKING:
    from tests.spro.world import World


def build(world: World, house: Any) -> None:
    """Words: `candidature`, `candidate_site`, `attachment`, `letter`, `recognition`."""
    at = timezone.now()
    last, this = (_campaign(year, world.objects["members.charter"]) for year in (at.year - 1, at.year))
    former = _dossier(world, house, last, state=Candidature.State.GRANTED, receipt_number="AR-1")
    dossier = _dossier(world, house, this, state=Candidature.State.INCOMPLETE, receipt_number="AR-2", previous=former)
    site = CandidateSite.objects.create(
        candidature=dossier, name="Le site", commune=world.objects["territories.commune"], saved_at=at
    )
    file = attach(candidature=dossier, kind=Attachment.Kind.EXTRA, upload=upload(), user=world.people["member"], at=at)  # type: ignore[arg-type]
    letter = Letter.objects.create(
        key="receipt:world", number="L-1", kind="receipt", candidature=dossier, subject="Reçu", content={},
        dated_on=at.date(), written_at=at,
    )  # fmt: skip
    recognition = _recognition(world, house, former)
    world.objects |= {
        "recognition.campaign": this,
        "recognition.rule": Rule.objects.create(key="piece_days", value="15"),
        "recognition.sirenholder": SirenHolder.objects.create(
            siren="800000028", organisation=house, reason="Kbis.", tied_at=at
        ),
        "recognition.candidature": dossier,
        "recognition.candidatesite": site,
        "recognition.attachment": file,
        "recognition.letter": letter,
        "recognition.lettertemplate": LetterTemplate.objects.create(kind="grant", subject="Oui", text="Merci."),
        "recognition.recognition": recognition,
        "recognition.decision": recognition.granted_by,
        "recognition.answer": Answer.objects.create(
            candidature=dossier, criterion=world.objects["members.qualitycriterion"], text="Oui."
        ),
        "recognition.piecerequest": PieceRequest.objects.create(
            candidature=dossier, items=["Les comptes"], reason="Illisibles.", asked_at=at, due_on=at.date()
        ),
        "recognition.act": Act.objects.create(candidature=dossier, kind="deposited", text="Dossier déposé.", at=at),
    }
    world.words |= {
        "candidature": str(dossier.public_id), "candidate_site": str(site.pk), "attachment": str(file.public_id),
        "letter": str(letter.public_id), "letter_pk": str(letter.pk), "recognition": str(recognition.public_id),
    }  # fmt: skip
    _sittings(world, dossier)
    _watched(world, recognition)


def _watched(world: World, recognition: Recognition) -> None:
    """Words: `recognition_pk`, `visit_pk`, `finding_pk`, `notice_pk`."""
    at, day = timezone.now(), recognition.starts_on
    visit = Visit.objects.create(recognition=recognition, planned_on=day, created_at=at)
    finding = Finding.objects.create(
        visit=visit, criterion=world.objects["members.qualitycriterion"], severity=Finding.Severity.MET
    )
    notice = Notice.objects.create(
        recognition=recognition, kind=Notice.Kind.REPEAL, grounds="Fermé.", told_on=day,
        answer_by=day + timedelta(days=30),
    )  # fmt: skip
    world.objects |= {
        "recognition.visit": visit, "recognition.finding": finding, "recognition.notice": notice,
    }  # fmt: skip
    world.words |= {
        "recognition_pk": str(recognition.pk), "visit_pk": str(visit.pk), "finding_pk": str(finding.pk),
        "notice_pk": str(notice.pk),
    }  # fmt: skip


def _sittings(world: World, dossier: Candidature) -> None:
    """Words: `sitting_pk` (with `listed_pk` on its agenda, and `recusal_pk`), `deciding_sitting_pk`, `decision_pk`."""
    today = timezone.localdate()
    gives, decides = (
        GoverningBody.objects.create(slug=kind, name=kind, short_name=kind, kind=kind, order=order)
        for order, kind in enumerate(("opinion", "decision"), 3)
    )
    sitting = Sitting.objects.create(body=gives, held_on=today)
    item = AgendaItem.objects.create(sitting=sitting, candidature=dossier, order=1)
    recusal = Recusal.objects.create(sitting=sitting, candidature=dossier, person="Une Personne", reason="Parente.")
    deciding = Sitting.objects.create(body=decides, held_on=today)
    world.objects |= {
        "recognition.governingbody": gives, "recognition.sitting": sitting, "recognition.agendaitem": item,
        "recognition.recusal": recusal,
    }  # fmt: skip
    world.words |= {
        "sitting_pk": str(sitting.pk), "listed_pk": str(dossier.pk), "recusal_pk": str(recusal.pk),
        "deciding_sitting_pk": str(deciding.pk), "decision_pk": str(world.objects["recognition.decision"].pk),
    }  # fmt: skip


def _campaign(year: int, charter: Any) -> Campaign:
    days = {"opens_on": (2, 1), "deadline_on": (6, 1), "complete_by_on": (8, 31), "council_on": (9, 20),
            "crefop_on": (10, 18), "commission_on": (12, 6), "notify_by_on": (12, 20)}  # fmt: skip
    values: dict[str, Any] = {step: date(year, *day) for step, day in days.items()}
    return Campaign.objects.create(year=year, charter=charter, **values)


def _dossier(world: World, house: Any, campaign: Campaign, **fields: Any) -> Candidature:
    at = timezone.now()
    return Candidature.objects.create(
        organisation=house, campaign=campaign, charter=campaign.charter, siret="80000002800012", created_at=at,
        deposited_at=at, agency=world.objects["territories.agency"], **fields,
    )  # fmt: skip


def _advise(dossier: Candidature, day: date) -> None:
    """Both opinions on it, that day (R7)."""
    before = timezone.now() - timedelta(days=365)
    Candidature.objects.filter(pk=dossier.pk).update(deposited_at=before)
    for order, slug in enumerate(("premier-avis", "second-avis"), 1):
        body = GoverningBody.objects.create(slug=slug, name=slug, short_name=slug, kind="opinion", order=order)
        Opinion.objects.create(
            sitting=Sitting.objects.create(body=body, held_on=day), candidature=dossier, body=body, value="favourable",
            reasons="Vu.", recorded_at=timezone.now(),
        )  # fmt: skip


def _recognition(world: World, house: Any, former: Candidature) -> Recognition:
    """Granted last year, over for a month: `la-maison` stands in the directory by the charter."""
    at = timezone.now()
    ends = at.date() - timedelta(days=30)
    _advise(former, ends - timedelta(days=70))
    plan = Plan.objects.create(
        slug="plan-d-alors", name="Plan d’alors", starts_on=date(2023, 1, 1), ends_on=ends + timedelta(days=365)
    )
    decision = Decision.objects.create(
        kind=Decision.Kind.GRANT, candidature=former, deliberation_number="25CP-1",
        decided_on=ends - timedelta(days=60), plan=plan, signatory="Une Personne",
        signatory_title="Présidente", recorded_at=at,
    )  # fmt: skip
    # It was a candidate then, and signed the charter since: a member by right is not recognised (R1).
    CandidateSite.objects.create(candidature=former, name="Le site d’alors", services=list(OWED))
    today, house.status = house.status, house.Status.CANDIDATE
    house.save(update_fields=["status"])
    made = Recognition.objects.create(
        organisation=house, candidature=former, granted_by=decision, plan=plan,
        starts_on=ends - timedelta(days=50), ends_on=ends, term_on=ends, end_reason=Recognition.End.LAPSED,
        created_at=at,
    )  # fmt: skip
    house.status = today
    house.save(update_fields=["status"])
    return made

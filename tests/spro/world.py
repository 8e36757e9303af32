"""One invented region with somebody in every role, and one object of every sort, for the matrix of rights."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import RegionMandate, User
from core.journal import record
from core.models import ImportDraft, OutboxMail, PackLoad
from core.secrets import new_secret
from members.models import (
    Charter,
    CharterSignature,
    Commitment,
    FundingCriterion,
    Invitation,
    Mandate,
    Plan,
    QualityCriterion,
)
from spro.editorial.models import PageImage
from spro.editorial.services import create_page
from territories.models import Closure, Contour, FormerCommune, OfficerMandate, ReferentCheck, SheetReport
from tests import factories as make
from tests.spro import world_agenda, world_bilans, world_psad, world_recognition

ROLES = ("anonymous", "citizen", "member", "manager", "stranger", "officer", "far_officer", "region", "technician")


@dataclass
class World:
    """`people` by role (None: nobody signed in), `objects` by model label, `words` to write addresses with."""

    people: dict[str, User | None] = field(default_factory=dict)
    objects: dict[str, Any] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)


def build() -> World:
    """`member` and `manager` work for the house whose place and referent stand in the agency of `officer`.

    `stranger` manages another house, `far_officer` serves another agency.
    """
    world = World()
    house = make.organisation(slug="la-maison", network=make.network(slug="le-reseau"))
    agency = make.agency(slug="agence-ici")
    _people(world, house, agency)
    _places(world, house, agency)
    _members(world, house)
    _ground(world)
    world_agenda.build(world, house)
    world_recognition.build(world, house)
    world_psad.build(world)
    world_bilans.build(world, house)
    return world


def _people(world: World, house: Any, agency: Any) -> None:
    member, manager = make.person(), make.person()
    mandates = [
        Mandate.objects.create(user=member, organisation=house, role=Mandate.Role.MEMBER),
        Mandate.objects.create(user=manager, organisation=house, role=Mandate.Role.MANAGER),
    ]
    officer = make.person()
    served = OfficerMandate.objects.create(user=officer, agency=agency)
    region = make.region_staff()
    technician = make.person()
    technician.is_superuser = True
    technician.save()
    world.people = {
        "anonymous": None,
        "citizen": make.person(),
        "member": member,
        "manager": manager,
        "stranger": make.professional(role=Mandate.Role.MANAGER),
        "officer": officer,
        "far_officer": make.officer(),
        "region": region,
        "technician": technician,
    }
    world.objects |= {
        "accounts.user": world.people["citizen"],
        "accounts.regionmandate": RegionMandate.objects.get(user=region),
        "members.mandate": mandates[0],
        "members.organisation": house,
        "members.network": house.network,
        "territories.agency": agency,
        "territories.officermandate": served,
    }
    world.words |= {"house": house.slug, "mandate": str(mandates[0].pk), "network": house.network.slug}
    world.words["citizen"] = str(world.people["citizen"].pk)


def _places(world: World, house: Any, agency: Any) -> None:
    town = make.town("Villeneuve", insee="88999", agency=agency)
    site = make.site(slug="le-lieu", commune=town, organisation=house)
    referent = make.referent(organisation=house, agency=agency)
    secret, digest = new_secret()
    today = timezone.localdate()
    check = ReferentCheck.objects.create(
        referent=referent, digest=digest, sent_on=today, expires_on=today + timedelta(days=60)
    )
    report = SheetReport.objects.create(
        kind="site",
        key=site.slug,
        title=site.name,
        organisation=house,
        agency=agency,
        subject="horaires",
        message="Non.",
    )
    world.objects |= {
        "territories.site": site,
        "territories.sitekind": site.kind,
        "territories.closure": Closure.objects.create(site=site, starts_on=today, ends_on=today),
        "territories.referent": referent,
        "territories.referentcheck": check,
        "territories.sheetreport": report,
        "territories.routingrule": make.rule(site.kind),
        "territories.commune": town,
        "territories.department": town.department,
        "territories.employmentbasin": town.basin,
        "territories.formercommune": FormerCommune.objects.create(former_insee="88998", commune=town),
        "territories.contour": Contour.objects.create(
            kind="agency", code=agency.slug, name="Ici", label_lat=48, label_lon=6,
            geometry={"type": "Polygon", "coordinates": [[[6, 48], [7, 48], [7, 49], [6, 48]]]},
        ),
    }  # fmt: skip
    world.words |= {
        "site": site.slug, "site_pk": str(site.pk), "referent": str(referent.public_id),
        "referent_pk": str(referent.pk), "secret": secret,
        "report": str(report.public_id), "agency": agency.slug, "kind": "site",
    }  # fmt: skip


def _members(world: World, house: Any) -> None:
    charter = Charter.objects.create(version="charte-1", title="Charte", signed_on=date(2018, 12, 1))
    text = {"charter": charter, "key": "un", "order": 1, "title": "Un", "text": "Accueillir."}
    CharterSignature.objects.create(charter=charter, organisation=house, signatory="Une autre", signed_on="2019-01-02")
    secret, digest = new_secret()
    invitation = Invitation.objects.create(
        organisation=house, email="invitee@exemple.invalid", digest=digest,
        expires_at=timezone.now() + timedelta(days=14),
    )  # fmt: skip
    world.objects |= {
        "members.charter": charter,
        "members.chartersignature": CharterSignature.objects.create(
            charter=charter, organisation=world.people["stranger"].mandates.get().organisation,  # type: ignore[union-attr]
            signatory="Une personne", signed_on=date(2018, 12, 1),
        ),
        "members.invitation": invitation,
        "members.plan": Plan.objects.create(
            slug="plan", name="Plan", starts_on=date(2018, 1, 1), ends_on=date(2022, 12, 31)
        ),
        "members.commitment": Commitment.objects.create(**text, engagement_number=1, party="signatories"),
        "members.qualitycriterion": QualityCriterion.objects.create(
            **text, article="2", kind="accueil", applies_to="site"
        ),
        "members.fundingcriterion": FundingCriterion.objects.create(**text, kind="règle"),
    }  # fmt: skip
    world.words |= {
        "invitation": secret, "invitation_pk": str(invitation.pk),
        "charter": charter.version, "charter_pk": str(charter.pk),
    }  # fmt: skip


def _ground(world: World) -> None:
    house = world.objects["members.organisation"]
    page = create_page(actor=None, slug="une-page", title="Une page", lead="En une phrase.", text="Un texte.")
    draft = ImportDraft.objects.create(kind="structures", filename="f.csv", size=1, sha256="0" * 64, state="dropped")
    world.words |= {
        "page": str(page.pk), "import": str(draft.public_id), "closure": str(world.objects["territories.closure"].pk),
    }  # fmt: skip
    world.objects |= {
        "core.journalentry": record(verb="admin.change", target=house),
        "core.outboxmail": OutboxMail.objects.create(key="k", to="a@exemple.invalid", subject="s", text="t"),
        "spro.page": page,
        "spro.pageimage": PageImage.objects.create(
            name="a" * 24, title="Image", decorative=True, width=1, height=1, size=1, sha256="0" * 64
        ),
        "core.packload": PackLoad.objects.create(pack="essai", title="Essai"),
    }

"""Who may apply, and how a dossier begins: from nothing, from last year's, from a recognition to renew (R1, R9)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils.text import slugify
from stdnum.exceptions import ValidationError as NumberError
from stdnum.fr import siret as siret_number

from accounts.models import User
from core.journal import record
from core.text import fold, sort_key
from core.values import day_in_words
from members.models import Mandate, Organisation
from members.rules import is_member_of
from members.services import grant_mandate
from recognition.clock import day_of
from recognition.contents import ANSWER_FIELDS, ORGANISATION_FIELDS, SITE_FIELDS
from recognition.deadlines import window
from recognition.models import Answer, Campaign, CandidateSite, Candidature, Recognition
from recognition.rulebook import day as rule_day
from recognition.services import sirens
from recognition.services.acts import note
from recognition.services.campaigns import campaign_for, campaign_to_renew

MOST_STARTED = 5  # candidate organisations that one account may have made
_LOCK = 0x5350524F  # of the beginnings of dossiers, by SIREN
_ADDRESS = re.compile(r"://|\bwww\.|@|\b[\w-]+\.(?:com|fr|net|org|eu|info|io|ru|cn|top|xyz)\b", re.IGNORECASE)

WRONG_SIRET = "Ce numéro n’est pas un SIRET\u00a0: vérifiez ses 14 chiffres."
BY_RIGHT = (
    "{name} est membre de droit du SPRO, comme signataire de la charte\u00a0: aucune candidature n’est à déposer."
)
KNOWN = (
    "{name} est déjà dans le réseau. Si vous y travaillez, demandez à la personne qui gère sa page de vous y inviter."
)
RECOGNISED = "Votre organisme est déjà reconnu\u00a0: demandez plutôt le renouvellement de sa reconnaissance."
OPEN = "Votre organisme a déjà un dossier en cours."
OPEN_SIRET = (
    "Un dossier est déjà en cours pour cet établissement, ou pour un autre de la même entreprise ou association"
    " (même SIREN)\u00a0: un organisme ne dépose qu’un dossier, même avec plusieurs sites. Demandez à vos"
    " collègues de vous inviter, ou écrivez à la Région."
)
OTHERS_SIRET = (
    "Un organisme de ce SIREN est déjà reconnu. Si c’est le vôtre, demandez à la personne qui gère sa page de vous y"
    " inviter."
)


@dataclass(frozen=True)
class Eligibility:
    """Whether a dossier may begin: `siret` as 14 digits, `refusals` in French (none: it may).

    `year` is that of the campaign that would take it; `opens_on`, `deadline_on` its days, by the rules when nobody
    made it yet.
    """

    siret: str
    refusals: tuple[str, ...]
    year: int
    opens_on: dt.date
    deadline_on: dt.date

    @property
    def ok(self) -> bool:
        return not self.refusals


def clean_siret(text: str) -> str:
    """14 digits. Raises `ValidationError` (French) when the number does not hold (length, key)."""
    digits = "".join(text.replace(".", "").split())
    try:
        if not (digits.isascii() and digits.isdigit()):
            raise ValidationError(WRONG_SIRET, code="siret")
        return str(siret_number.validate(digits))
    except NumberError as error:
        raise ValidationError(WRONG_SIRET, code="siret") from error


def eligibility(
    *, user: Any, siret: str, on: dt.date, organisation: Organisation | None = None, organisation_name: str = ""
) -> Eligibility:
    """What forbids `user` to begin a dossier for this SIRET, for `organisation` or for a new one of this name (R1)."""
    try:
        number, refusals = clean_siret(siret), []
    except ValidationError as error:
        number, refusals = "", [error.messages[0]]
    if organisation is not None:
        refusals += _of_organisation(user, organisation)
    else:
        refusals += _of_name(organisation_name)
        refusals += _of_starter(user)
    if number:
        refusals += _of_siret(number, organisation, user)
    year, opens_on, deadline_on = next_campaign(on)
    return Eligibility(number, tuple(dict.fromkeys(refusals)), year, opens_on, deadline_on)


def next_campaign(on: dt.date) -> tuple[int, dt.date, dt.date]:
    """The year, opening and deadline of the campaign that takes dossiers on that day, written or still to be."""
    for year in (on.year, on.year + 1):
        made = Campaign.objects.filter(year=year).first()
        opens = made.opens_on if made else rule_day("opens_on", year)
        deadline = made.deadline_on if made else rule_day("deadline_on", year)
        if deadline >= on:
            break
    return year, opens, deadline


def _of_organisation(user: Any, organisation: Organisation) -> list[str]:
    if not is_member_of(user, organisation):
        return ["Vous ne travaillez pas pour cet organisme."]
    if organisation.status == Organisation.Status.SIGNATORY:
        return [BY_RIGHT.format(name=organisation.display_name)]
    if organisation.status == Organisation.Status.RECOGNISED:
        return [RECOGNISED]
    if Candidature.objects.open().filter(organisation=organisation).exists():
        return [OPEN]
    return []


def _of_name(name: str) -> list[str]:
    """A new organisation does not take the name of one that belongs: it is the same, or will be taken for it."""
    if not (wanted := fold(name)):
        return []
    for known in Organisation.objects.public().only("name", "current_name", "status", "slug"):
        if wanted in {fold(known.name), fold(known.current_name)}:
            said = BY_RIGHT if known.status == Organisation.Status.SIGNATORY else KNOWN
            return [said.format(name=known.display_name)]
    return []


def _of_starter(user: Any) -> list[str]:
    made = Mandate.objects.in_force().filter(
        user=user, role=Mandate.Role.MANAGER, organisation__status=Organisation.Status.CANDIDATE
    )
    return ["Votre compte gère déjà plusieurs organismes candidats\u00a0: écrivez à la Région pour en ajouter un."] * (
        made.count() >= MOST_STARTED
    )


def siret_refusal(siret: str, organisation: Organisation) -> str:
    """Why this number cannot be that of the dossier of `organisation`, in French; empty when it can (R1)."""
    return next(iter(_of_siret(siret, organisation)), "")


def _of_siret(siret: str, organisation: Organisation | None, user: Any = None) -> list[str]:
    """What became of a dossier frees its number: only one that is open, granted or in force holds it (R1)."""
    if kept := sirens.refusals(siret, organisation, user):
        return kept
    others = Candidature.objects.exclude(organisation=organisation) if organisation else Candidature.objects.all()
    if others.open().filter(siret__startswith=siret[:9]).exists():
        return [OPEN_SIRET]
    untold = Q(state=Candidature.State.GRANTED, recognition=None)
    if others.filter(untold | Q(recognition__end_reason=""), siret__startswith=siret[:9]).exists():
        return [OTHERS_SIRET]
    return []


@transaction.atomic
def start(
    *,
    user: User,
    siret: str,
    at: dt.datetime,
    organisation: Organisation | None = None,
    organisation_name: str = "",
) -> Candidature:
    """A dossier for the campaign that takes dossiers at `at`, copied from the last one of the organisation if any.

    Without `organisation`, one of this name is made, a candidate, which `user` manages. Raises `ValidationError`
    (French) for whatever `eligibility` refuses; two people at once make one dossier.
    """
    number = clean_siret(siret)
    one_at_a_time(number)
    if organisation is not None:
        organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    on = day_of(at)
    found = eligibility(user=user, siret=number, on=on, organisation=organisation, organisation_name=organisation_name)
    if found.refusals:
        raise ValidationError(list(found.refusals))
    house = organisation or _new_organisation(organisation_name, user)
    if house.status == Organisation.Status.FORMER:  # it asks again
        house.status = Organisation.Status.CANDIDATE
        house.save(update_fields=["status"])
    return _begin(house, number, campaign_for(on, at=at), at=at, user=user, renews=None)


@transaction.atomic
def start_renewal(*, recognition: Recognition, user: User, at: dt.datetime) -> Candidature:
    """The dossier that asks to renew `recognition`, prefilled from the one that was granted (R9).

    Raises `ValidationError` (French) before the window, after it, or when a dossier is open already.
    """
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=recognition.organisation_id)
    refusal = renewal_refusal(user=user, recognition=recognition, on=day_of(at))
    if refusal:
        raise ValidationError(refusal)
    last = _last(organisation) or recognition.candidature
    one_at_a_time(last.siret)
    if refused := _of_siret(last.siret, organisation):
        raise ValidationError(refused)
    campaign = campaign_to_renew(recognition, at=at)
    return _begin(organisation, last.siret, campaign, at=at, user=user, renews=recognition)


def renewal_refusal(*, user: Any, recognition: Recognition, on: dt.date) -> str:
    """Why the renewal cannot be asked for on that day, in French; empty when it can."""
    if not is_member_of(user, recognition.organisation):
        return "Vous ne travaillez pas pour cet organisme."
    if recognition.ends_on < on or recognition.end_reason:
        return "Cette reconnaissance a pris fin\u00a0: déposez une nouvelle candidature."
    if Candidature.objects.open().filter(organisation=recognition.organisation_id).exists():
        return OPEN
    allowed = window(recognition)
    if on < allowed.opens_on:
        return f"Le renouvellement se demande à partir du {day_in_words(allowed.opens_on)}."
    if on > allowed.last_on:
        return (
            f"Le renouvellement se demandait jusqu’au {day_in_words(allowed.last_on)}. Votre reconnaissance prendra fin"
            f" à son terme, le {day_in_words(recognition.term_on)}\u00a0: vous pourrez ensuite déposer une nouvelle"
            " candidature."
        )
    return ""


def one_at_a_time(siret: str) -> None:
    """Dossiers that take one SIREN wait for each other until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, int(siret[:9])])


def _new_organisation(name: str, user: User) -> Organisation:
    tidy = " ".join(name.split())
    if not any(letter.isalpha() for letter in tidy) or not tidy.isprintable():
        raise ValidationError("Écrivez le nom de l’organisme.", code="name")
    if _ADDRESS.search(tidy):  # our mails say it, and mail programs make a link of it
        raise ValidationError("Écrivez le nom de l’organisme, sans adresse de site.", code="name")
    made = Organisation(
        name=tidy[:300], slug=_free_slug(tidy), sort_key=sort_key(tidy)[:300], status=Organisation.Status.CANDIDATE
    )
    made.full_clean(exclude=["sort_key"])
    made.save()
    record(verb="candidature.organisation", target=made, actor=user)
    grant_mandate(user=user, organisation=made, role=Mandate.Role.MANAGER, actor=user)
    return made


def _free_slug(name: str) -> str:
    stem = slugify(fold(name))[:100].strip("-") or "organisme"
    taken = set(Organisation.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug, number = stem, 1
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug


def _last(organisation: Organisation) -> Candidature | None:
    """The dossier to begin from: the last deposited one, else the last one that was typed at all."""
    past = Candidature.objects.filter(organisation=organisation).exclude(state__in=Candidature.OPEN)
    rows = past.select_related("organisation", "campaign", "charter").order_by("-created_at", "-pk")
    return rows.filter(deposited_at__isnull=False).first() or rows.first()


def _begin(
    organisation: Organisation,
    siret: str,
    campaign: Campaign,
    *,
    at: dt.datetime,
    user: User,
    renews: Recognition | None,
) -> Candidature:
    previous = _last(organisation)
    kind = Candidature.Kind.RENEWAL if renews else Candidature.Kind.FIRST
    made = Candidature(
        organisation=organisation, campaign=campaign, charter=campaign.charter, siret=siret, kind=kind, renews=renews,
        previous=previous, created_at=at, saved_at=at, saved_by=user,
    )  # fmt: skip
    if previous is not None:
        copied = [name for name in ORGANISATION_FIELDS if name not in {"siret", "activity_review"}]
        for name in copied:
            setattr(made, name, getattr(previous, name))
        made.agency_id = previous.agency_id
    else:
        made.website = organisation.website if organisation.website.startswith("http") else ""
    made.save()
    if previous is not None:
        _copy_sites(previous, made, at, user)
        _copy_answers(previous, made, at, user)
    said = "Demande de renouvellement commencée" if renews else "Dossier commencé"
    since = f" à partir de celui de {previous.campaign.year}" if previous else ""
    note(kind="started", text=f"{said}{since}, pour la campagne {campaign.year}.", at=at, actor=user, candidature=made)
    record(verb="candidature.draft", target=made, actor=user)
    return made


def _copy_sites(source: Candidature, made: Candidature, at: dt.datetime, user: User) -> None:
    CandidateSite.objects.bulk_create(
        CandidateSite(
            candidature=made, site_id=site.site_id, order=site.order, saved_at=at, saved_by=user,
            **{name: getattr(site, name) for name in SITE_FIELDS},
        )
        for site in source.sites.select_related("kind", "commune").order_by("order", "pk")
    )  # fmt: skip


def _copy_answers(source: Candidature, made: Candidature, at: dt.datetime, user: User) -> None:
    """Answers follow the key of their criterion into the version of the new dossier (R15)."""
    criteria = {criterion.key: criterion for criterion in made.charter.qualitycriterions.all()}
    answers: Iterable[Answer] = source.answers.select_related("criterion")
    Answer.objects.bulk_create(
        Answer(
            candidature=made, criterion=criteria[answer.criterion.key], saved_at=at, saved_by=user,
            **{name: getattr(answer, name) for name in ANSWER_FIELDS},
        )
        for answer in answers
        if answer.criterion.key in criteria
    )  # fmt: skip

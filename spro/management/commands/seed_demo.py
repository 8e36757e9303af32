"""`manage.py seed_demo`: one account a role for the demonstration. The people are invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts import conduct
from accounts.models import RegionMandate, User
from accounts.services import end_period, grant_period, grant_region_mandate
from members.models import Mandate, Organisation
from members.services import grant_mandate
from spro import demo_agenda, demo_bilans, demo_lorfolio, demo_psad, demo_recognition, demo_referents
from spro.editorial import demo_pages
from territories.models import Agency, OfficerMandate

PASSWORD = "demo-spro-2026"  # noqa: S105 (printed by `make demo`; never on an installation that is not one)
ORGANISATION = "mission-locale-troyes"
AGENCY = "troyes-chaumont"


@dataclass(frozen=True)
class Person:
    email: str
    name: str
    does: str


CITIZEN = Person("citoyen@demo.invalid", "Inès Maréchal", "une personne qui s’est inscrite")
MEMBER = Person("pro@demo.invalid", "Karim Thouvenin", "membre de l’équipe, {organisation}")
MANAGER = Person("manager@demo.invalid", "Solène Aubertin", "gestionnaire, {organisation}")
OFFICER = Person("agence@demo.invalid", "Maëlle Humbert", "agente de l’agence {agency}")
CANDIDATE = Person("candidat@demo.invalid", "Ondine Barbelin", "gestionnaire d’un organisme candidat (inventé)")
COLLEAGUE = Person("collegue@demo.invalid", "Noé Vautrin", "membre de l’équipe du même organisme candidat")
PSAD = {
    "cio": Person("cio@demo.invalid", "Blandine Aumercier", "PSAD de Troyes, responsable (CIO)"),
    "ml": Person("ml@demo.invalid", "Gauthier Lapierrette", "PSAD de Troyes, responsable (mission locale)"),
    "adviser": Person("cercle1@demo.invalid", "Sabine Delormoy", "PSAD de Troyes, conseillère (mission locale)"),
    "partner": Person("cercle2@demo.invalid", "Hugues Vernissart", "partenaire de la PSAD de Troyes (un CFA inventé)"),
    "elsewhere": Person("autre-psad@demo.invalid", "Corinne Estivalet", "PSAD de Chaumont, responsable (CIO)"),
}
# Where those of the PSAD work, when the pack knows it.
PSAD_HOUSES = {"cio": "academie-reims", "elsewhere": "academie-reims", "ml": ORGANISATION, "adviser": ORGANISATION}
REGION = Person("region@demo.invalid", "Thomas Weissenburger", "équipe de la Région")


class Command(BaseCommand):
    help = "Crée les comptes de démonstration, un par rôle (sans effet s’ils existent)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="même si l’installation n’est pas une démonstration")
        parser.add_argument("--psad-whole", action="store_true", help="16\u00a0000 dossiers PSAD inventés, et non 150")

    def handle(
        self, *args: Any, force: bool = False, psad_whole: bool = False, verbosity: int = 1, **options: Any
    ) -> None:
        if not (settings.DEMO or force):
            raise CommandError("Ces comptes ont un mot de passe public : DEMO=1 ou --force est nécessaire.")
        organisation = Organisation.objects.filter(slug=ORGANISATION).first()
        agency = Agency.objects.filter(slug=AGENCY).first()
        if organisation is None or agency is None:
            raise CommandError("Chargez d’abord le pack de la région : manage.py load_region_pack data/grand-est")
        with transaction.atomic():
            self._seed(organisation, agency)
        demo_bilans.seed(
            staff=_account(REGION), writers=[_account(MANAGER), _account(MEMBER)]
        )  # its documents are drawn outside a transaction
        if psad_whole:
            demo_psad.fill(self.stdout.write)
        if verbosity:
            self._announce(organisation, agency)

    def _announce(self, organisation: Organisation, agency: Agency) -> None:
        for person in (CITIZEN, MEMBER, MANAGER, CANDIDATE, COLLEAGUE, OFFICER, REGION, *PSAD.values()):
            does = person.does.format(organisation=organisation.display_name, agency=agency.name)
            self.stdout.write(f"{person.email:<24} {PASSWORD}  {person.name}, {does}")

    def _seed(self, organisation: Organisation, agency: Agency) -> None:
        for person, role in ((MEMBER, Mandate.Role.MEMBER), (MANAGER, Mandate.Role.MANAGER)):
            self._give_role(_account(person), organisation, role)
        officer = _account(OFFICER)
        if not OfficerMandate.objects.in_force().filter(user=officer, agency=agency).exists():
            grant_period(OfficerMandate, user=officer, actor=None, agency=agency)
        staff = _account(REGION)
        if not RegionMandate.objects.in_force().filter(user=staff).exists():
            grant_region_mandate(user=staff, actor=None)
        for person in (MEMBER, MANAGER, CANDIDATE, COLLEAGUE, OFFICER, REGION, *PSAD.values()):
            conduct.accept(user=_account(person), version=conduct.VERSION, actor=None)
        demo_pages.seed()
        demo_referents.seed(organisation, agency, User.objects.get(email=MANAGER.email))
        demo_agenda.seed(organisation, User.objects.get(email=MANAGER.email))
        demo_recognition.seed(staff=staff, candidate=_account(CANDIDATE), colleague=_account(COLLEAGUE))
        demo_lorfolio.seed(_account(CITIZEN))
        self._psad()

    def _psad(self) -> None:
        people = {key: _account(person) for key, person in PSAD.items()}
        for key, slug in PSAD_HOUSES.items():
            if house := Organisation.objects.filter(slug=slug).first():
                self._give_role(people[key], house, Mandate.Role.MEMBER)
        demo_psad.seed(people)

    def _give_role(self, user: User, organisation: Organisation, role: Mandate.Role) -> None:
        held = Mandate.objects.in_force().filter(user=user, organisation=organisation).first()
        if held is not None and held.role == role:
            return
        if held is not None:
            end_period(held, actor=None)
        grant_mandate(user=user, organisation=organisation, role=role, actor=None)


def _account(person: Person) -> User:
    """The account of `person`, open, verified and with the public password; what already is so is not written."""
    user = User.objects.filter(email=person.email).first()
    if user is None:
        user = User.objects.create_user(person.email, PASSWORD, name=person.name)
    elif not user.check_password(PASSWORD):
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
    EmailAddress.objects.filter(user=user).exclude(email=person.email).delete()
    EmailAddress.objects.update_or_create(user=user, email=person.email, defaults={"verified": True, "primary": True})
    return user

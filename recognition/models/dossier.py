"""What an organisation sends: the dossier, its sites, its answers, its files; each state that counts (R1-R4, R15)."""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import User
from core.reference import Access, Channel, Service, Status
from members.models import Charter, Mandate, Organisation, QualityCriterion
from territories.models import Agency, Commune, Site, SiteKind
from territories.openings import check_hours

if TYPE_CHECKING:
    from typing import Any

# The three services owed by all: the request covers them, all of them, everywhere (R2).
OWED = (Service.ACCUEIL, Service.PREMIERE_INFORMATION, Service.PREMIER_CONSEIL)


_OPEN = ["draft", "deposited", "incomplete", "complete", "ready"]


class CandidatureQuerySet(models.QuerySet["Candidature"]):
    def visible_to(self, user: Any) -> CandidatureQuerySet:
        """The dossiers of the organisations that `user` works for today, were they former members (they may ask again).

        The Region reads them in the admin.
        """
        if not (isinstance(user, User) and user.is_active):
            return self.none()
        return self.filter(organisation__in=Mandate.objects.in_force().filter(user=user).values("organisation"))

    def open(self) -> CandidatureQuerySet:
        """Those in preparation or being examined."""
        return self.filter(state__in=Candidature.OPEN)


class Candidature(models.Model):
    """A dossier of an organisation for a year: saved by its team, deposited once, examined, decided (R1-R7)."""

    class Kind(models.TextChoices):
        FIRST = "first", "Première demande"
        RENEWAL = "renewal", "Renouvellement"

    class State(models.TextChoices):
        DRAFT = "draft", "En préparation"
        DEPOSITED = "deposited", "Déposé"
        INCOMPLETE = "incomplete", "À compléter"
        COMPLETE = "complete", "Complet, en instruction"
        READY = "ready", "Prêt pour avis"
        GRANTED = "granted", "Reconnu"
        REFUSED = "refused", "Refusé"
        WITHDRAWN = "withdrawn", "Retiré par l’organisme"
        DROPPED = "dropped", "Classé sans suite"

    EXAMINED = (State.DEPOSITED, State.INCOMPLETE, State.COMPLETE, State.READY)
    OPEN = (State.DRAFT, *EXAMINED)
    DECIDED = (State.GRANTED, State.REFUSED)

    public_id = models.UUIDField("identifiant", default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="candidatures", verbose_name="organisme"
    )
    campaign = models.ForeignKey(
        "recognition.Campaign", models.PROTECT, related_name="candidatures", verbose_name="campagne"
    )
    kind = models.CharField("demande", max_length=10, choices=Kind, default=Kind.FIRST)
    state = models.CharField("état", max_length=12, choices=State, default=State.DRAFT)
    # The version of the cahier des charges: that of the campaign while it is prepared, settled at the deposit (R15).
    charter = models.ForeignKey(Charter, models.PROTECT, related_name="candidatures", verbose_name="cahier des charges")
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followers", verbose_name="dossier précédent"
    )
    renews = models.ForeignKey(
        "recognition.Recognition", models.PROTECT, null=True, blank=True, related_name="renewals",
        verbose_name="reconnaissance à renouveler",
    )  # fmt: skip
    # The organisation as the dossier says it.
    siret = models.CharField("SIRET", max_length=14, help_text="14 chiffres.")
    legal_form = models.CharField("statut juridique", max_length=120, blank=True)
    address = models.CharField("adresse du siège", max_length=300, blank=True)
    legal_representative = models.CharField("représentant·e légal·e", max_length=200, blank=True)
    legal_representative_title = models.CharField("fonction", max_length=200, blank=True)
    contact_name = models.CharField("personne à joindre", max_length=200, blank=True)
    contact_email = models.EmailField("courriel", blank=True)
    contact_phone = models.CharField("téléphone", max_length=40, blank=True)
    website = models.URLField("site internet", max_length=300, blank=True)
    presentation = models.TextField("présentation de l’organisme", blank=True)
    environment = models.TextField("environnement et partenaires", blank=True)
    offer = models.TextField("mise en œuvre de l’offre de services", blank=True)
    team = models.TextField("équipe et qualifications", blank=True)
    coordination = models.TextField("pilotage et coordination des sites", blank=True)
    activity_review = models.TextField("bilan d’activité (renouvellement)", blank=True)
    # Raised at each save of this part: two colleagues cannot overwrite each other unseen.
    version = models.PositiveIntegerField(default=1, editable=False)
    saved_at = models.DateTimeField("enregistré le", null=True, blank=True, editable=False)
    saved_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name="enregistré par"
    )
    created_at = models.DateTimeField("commencé le", editable=False)
    deposited_at = models.DateTimeField("déposé le", null=True, blank=True, editable=False)
    deposited_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name="déposé par"
    )
    declared_name = models.CharField("déclarant·e", max_length=200, blank=True, editable=False)
    declared_title = models.CharField("qualité", max_length=200, blank=True, editable=False)
    receipt_number = models.CharField("numéro d’accusé de réception", max_length=20, blank=True, editable=False)
    completed_at = models.DateTimeField("reconnu complet le", null=True, blank=True, editable=False)
    ready_at = models.DateTimeField("prêt pour avis le", null=True, blank=True, editable=False)
    ended_at = models.DateTimeField("clos le", null=True, blank=True, editable=False)
    assigned_to = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="candidatures_assigned", verbose_name="suivi par"
    )
    # Which agency's officers follow it: that of the first site.
    agency = models.ForeignKey(
        Agency, models.SET_NULL, null=True, blank=True, related_name="candidatures", verbose_name="agence"
    )

    objects = CandidatureQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier"
        ordering = ["-campaign__year", "organisation__sort_key", "pk"]
        indexes = [models.Index(fields=["campaign", "state"])]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(state__in=_OPEN),
                name="candidature_one_open", violation_error_message="Votre organisme a déjà un dossier en cours.",
            ),
            models.UniqueConstraint(
                fields=["siret"], condition=Q(state__in=_OPEN),
                name="candidature_one_open_siret",
                violation_error_message="Un dossier est déjà en cours pour ce SIRET.",
            ),
            models.UniqueConstraint(
                fields=["receipt_number"], condition=~Q(receipt_number=""), name="candidature_receipt_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn", "dropped"])
                | (Q(deposited_at__isnull=False) & ~Q(receipt_number="")),
                name="candidature_deposited",
            ),
            models.CheckConstraint(
                condition=Q(siret__regex=r"^[0-9]{14}$"), name="candidature_siret",
                violation_error_message="Un SIRET a 14 chiffres.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.organisation} ({self.campaign.year})"

    def get_absolute_url(self) -> str:
        return reverse("candidature", args=[self.public_id])

    @property
    def editable(self) -> bool:
        """Its team may still write it: it is in preparation, or the Region asked for something (R5)."""
        return self.state in {self.State.DRAFT, self.State.INCOMPLETE}


class CandidateSite(models.Model):
    """A site of the dossier, characterised as R3 asks; it becomes a place of the directory when recognised (R11)."""

    candidature = models.ForeignKey(Candidature, models.CASCADE, related_name="sites", verbose_name="dossier")
    site = models.ForeignKey(
        Site, models.SET_NULL, null=True, blank=True, related_name="candidate_sites", verbose_name="lieu de l’annuaire"
    )
    order = models.PositiveSmallIntegerField("ordre", default=0)
    name = models.CharField("nom du lieu", max_length=200)
    kind = models.ForeignKey(SiteKind, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="sorte")
    address = models.CharField("adresse", max_length=300, blank=True)
    postal_code = models.CharField("code postal", max_length=5, blank=True)
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commune"
    )
    lat = models.FloatField("latitude", null=True, blank=True)
    lon = models.FloatField("longitude", null=True, blank=True)
    phone = models.CharField("téléphone", max_length=40, blank=True)
    email = models.EmailField("courriel public", blank=True)
    website = models.URLField("site internet", max_length=300, blank=True)
    # As `Site.hours`: {"1": [["09:00", "12:00"], …], …}, ISO weekday, Europe/Paris.
    hours = models.JSONField("horaires", default=dict, blank=True, validators=[check_hours])
    hours_text = models.TextField("précisions sur les horaires", blank=True)
    publics = ArrayField(
        models.CharField(max_length=30, choices=Status), verbose_name="publics", default=list, blank=True,
        help_text="Vide\u00a0: tout public.",
    )  # fmt: skip
    publics_text = models.TextField("périmètre du public", blank=True)
    perimeter = models.TextField("périmètre géographique", blank=True)
    services = ArrayField(
        models.CharField(max_length=30, choices=Service), verbose_name="services", default=list, blank=True
    )
    channels = ArrayField(
        models.CharField(max_length=20, choices=Channel), verbose_name="modes de contact", default=list, blank=True
    )
    access = ArrayField(
        models.CharField(max_length=30, choices=Access), verbose_name="accessibilité", default=list, blank=True
    )
    access_text = models.TextField("précisions sur l’accès", blank=True)
    # Premises of article 2.d: a reception space, a confidential space, internet and telephone, at least.
    has_reception = models.BooleanField("espace d’accueil", default=False)
    has_confidential = models.BooleanField("espace confidentiel", default=False)
    has_internet = models.BooleanField("accès à internet", default=False)
    has_telephone = models.BooleanField("téléphone", default=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    saved_at = models.DateTimeField("enregistré le", null=True, blank=True, editable=False)
    saved_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")

    class Meta:
        verbose_name = "site du dossier"
        verbose_name_plural = "sites du dossier"
        ordering = ["candidature", "order", "pk"]

    def __str__(self) -> str:
        return self.name


class Answer(models.Model):
    """How the organisation answers one criterion of article 2 or one engagement of article 3.b, with what shows it."""

    candidature = models.ForeignKey(Candidature, models.CASCADE, related_name="answers", verbose_name="dossier")
    criterion = models.ForeignKey(QualityCriterion, models.PROTECT, related_name="answers", verbose_name="critère")
    text = models.TextField("réponse", blank=True)
    evidence = models.TextField("ce qui le montre", blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    saved_at = models.DateTimeField("enregistré le", null=True, blank=True, editable=False)
    saved_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")

    class Meta:
        verbose_name = "réponse"
        ordering = ["candidature", "criterion__order"]
        constraints = [models.UniqueConstraint(fields=["candidature", "criterion"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.criterion.key} : {self.text[:60]}"


def attachment_path(_: Attachment, __: str) -> str:
    """A name that says nothing and that nobody guesses."""
    return f"recognition/{secrets.token_hex(24)}"


def private_storage() -> FileSystemStorage:
    """Files served only through a view that knows who asks; readable by the portal's own account alone."""
    return FileSystemStorage(file_permissions_mode=0o600, directory_permissions_mode=0o700)


class Attachment(models.Model):
    """A file of the dossier: one of the three that R3 asks, or a proof of an answer. Never changed, only replaced."""

    class Kind(models.TextChoices):
        NOTE = "note", "Note de présentation"
        ACTIVITY = "activity", "Rapport d’activité de l’année N-1"
        ACCOUNTS = "accounts", "Comptes de l’année N-1"
        EVIDENCE = "evidence", "Pièce à l’appui d’une réponse"
        EXTRA = "extra", "Autre pièce"

    # Without these a dossier cannot be deposited (R3).
    REQUIRED = (Kind.NOTE, Kind.ACTIVITY, Kind.ACCOUNTS)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    candidature = models.ForeignKey(Candidature, models.CASCADE, related_name="attachments", verbose_name="dossier")
    kind = models.CharField("pièce", max_length=10, choices=Kind)
    criterion = models.ForeignKey(
        QualityCriterion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="critère"
    )
    file = models.FileField("fichier", upload_to=attachment_path, storage=private_storage, max_length=200)
    name = models.CharField("nom du fichier", max_length=150)
    mime = models.CharField("type", max_length=100)
    size = models.PositiveIntegerField("taille en octets")
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    scanned = models.BooleanField("analysé par l’antivirus", default=False, editable=False)
    added_at = models.DateTimeField("ajouté le", editable=False)
    added_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")
    # A file of a deposited dossier is never lost: another takes its place, and it stays readable by the Region.
    replaced_at = models.DateTimeField("remplacé le", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "pièce"
        ordering = ["candidature", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["candidature", "kind"],
                condition=Q(kind__in=["note", "activity", "accounts"], replaced_at=None),
                name="attachment_required_once",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class Snapshot(models.Model):
    """The dossier word for word at a moment that counts: its deposit, each answer to a request. Never changed."""

    candidature = models.ForeignKey(Candidature, models.PROTECT, related_name="snapshots", verbose_name="dossier")
    moment = models.CharField("moment", max_length=20)
    content = models.JSONField("contenu")
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    taken_at = models.DateTimeField("pris le", editable=False)

    class Meta:
        verbose_name = "état du dossier"
        verbose_name_plural = "états du dossier"
        ordering = ["taken_at", "pk"]
        triggers = [pgtrigger.Protect(name="snapshot_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.candidature} : {self.moment}"


class Act(models.Model):
    """One line of the timeline of a dossier, a recognition or a campaign: what happened, when, by whom (R12, R13).

    An automatic act has a unique `key`: the daily pass does it once, whatever day and however often it runs.
    """

    campaign = models.ForeignKey(
        "recognition.Campaign", models.PROTECT, null=True, related_name="acts", verbose_name="campagne"
    )
    candidature = models.ForeignKey(Candidature, models.PROTECT, null=True, related_name="acts", verbose_name="dossier")
    recognition = models.ForeignKey(
        "recognition.Recognition", models.PROTECT, null=True, related_name="acts", verbose_name="reconnaissance"
    )
    kind = models.SlugField("acte", max_length=40)
    text = models.CharField("en clair", max_length=400)
    at = models.DateTimeField("le")
    actor_key = models.CharField("clé de l’acteur", max_length=64, blank=True)
    actor_label = models.CharField("par", max_length=200, blank=True)
    shown = models.BooleanField("montré à l’organisme", default=True)
    automatic = models.BooleanField("fait par le calendrier", default=False)
    key = models.CharField("clé unique", max_length=160, null=True, unique=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "ligne de l’historique"
        verbose_name_plural = "historique"
        ordering = ["at", "pk"]
        triggers = [pgtrigger.Protect(name="act_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.text

    @property
    def by(self) -> str:
        """Who did it, as the desk says it: who has no role at the Region acts for the organisation."""
        return "l’organisme" if self.actor_label == "compte" else self.actor_label

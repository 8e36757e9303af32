"""Networks, organisations, mandates; the charter, its commitments and its criteria."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.urls import reverse

from accounts.models import Period, User, one_at_a_time
from core.models import PackManaged
from members.websites import check_websites


def with_former_name(current: str, former: str) -> str:
    """« France Travail (Pôle emploi dans la charte) », or `former` alone when nothing changed."""
    return f"{current} ({former} dans la charte)" if current else former


class Network(PackManaged):
    """One of the families of signatories (13 in Grand Est)."""

    number = models.PositiveSmallIntegerField("numéro", unique=True)
    slug = models.SlugField("identifiant", max_length=80, unique=True)
    name = models.CharField("nom", max_length=200)
    name_published = models.CharField("nom publié", max_length=300, blank=True)
    current_name = models.CharField("nom d’aujourd’hui", max_length=200, blank=True)
    current_name_source = models.CharField("source du nom d’aujourd’hui", max_length=300, blank=True)
    kind = models.CharField("famille", max_length=40, blank=True)
    members_published = models.TextField("membres publiés", blank=True)
    short = models.CharField("en une ligne", max_length=200, blank=True)
    blaze = models.SlugField("balise", max_length=40, blank=True, help_text="Un signe de static/svg/blazes.svg.")
    text = models.TextField("présentation", blank=True)
    text_source = models.CharField("source de la présentation", max_length=300, blank=True)
    note = models.TextField("note", blank=True)

    class Meta:
        verbose_name = "réseau"
        verbose_name_plural = "réseaux"
        ordering = ["number"]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name people know today."""
        return self.current_name or self.name

    @property
    def full_name(self) -> str:
        """The name of today, with the one that the charter printed when it is another."""
        return with_former_name(self.current_name, self.name)

    def get_absolute_url(self) -> str:
        return reverse("network", args=[self.slug])


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def public(self) -> OrganisationQuerySet:
        """Those that belong today: a candidate is nobody's business yet, a former member no longer is (R11, O2)."""
        return self.filter(status__in=Organisation.BELONGING)


class Organisation(PackManaged):
    """A signatory, a recognised member, a partner, a candidate (rule M1: the sheet of annexe 2)."""

    class Status(models.TextChoices):
        SIGNATORY = "signatory", "Membre de droit (signataire)"
        RECOGNISED = "recognised", "Membre reconnu"
        ASSOCIATED = "associated_partner", "Partenaire associé"
        CANDIDATE = "candidate", "Candidat"
        FORMER = "former", "Ancien membre"

    class Kind(models.TextChoices):
        ORGANISATION = "organisation", "Organisme"
        MISSION_LOCALE = "mission-locale", "Mission locale"

    # What the Region's desk types; the others follow from a dossier and its decision.
    TYPED = (Status.SIGNATORY, Status.ASSOCIATED)
    # The statuses of an organisation that belongs to the network.
    BELONGING = (Status.SIGNATORY, Status.RECOGNISED, Status.ASSOCIATED)

    slug = models.SlugField("identifiant", max_length=120, unique=True)
    name = models.CharField("nom", max_length=300)
    name_published = models.CharField("nom publié", max_length=300, blank=True)
    current_name = models.CharField("nom d’aujourd’hui", max_length=300, blank=True)
    current_name_source = models.CharField("source du nom d’aujourd’hui", max_length=300, blank=True)
    sort_key = models.CharField(max_length=300, editable=False, db_index=True)
    kind = models.CharField("sorte", max_length=20, choices=Kind, default=Kind.ORGANISATION)
    network = models.ForeignKey(
        Network, models.PROTECT, null=True, blank=True, related_name="organisations", verbose_name="réseau"
    )
    status = models.CharField("appartenance", max_length=20, choices=Status, default=Status.SIGNATORY)
    entry_kind = models.CharField("entrée de la charte", max_length=20, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="organisme de rattachement"
    )
    legal_representative = models.CharField("représentant·e légal·e", max_length=200, blank=True)
    legal_representative_title = models.CharField("titre", max_length=300, blank=True)
    presentation = models.TextField("présentation", blank=True)
    activities = ArrayField(models.TextField(), verbose_name="activités", default=list, blank=True)
    fte = models.DecimalField("équivalents temps plein", max_digits=8, decimal_places=2, null=True, blank=True)
    fte_note = models.CharField("précision sur les ETP", max_length=400, blank=True)
    website = models.CharField(
        "site internet", max_length=300, blank=True, validators=[check_websites],
        help_text="Une adresse, ou plusieurs séparées par « | ».",
    )  # fmt: skip
    place = models.CharField("siège", max_length=200, blank=True)
    published_on = models.DateField("publié le", null=True, blank=True)
    confirmed_on = models.DateField("fiche confirmée le", null=True, blank=True, editable=False)
    note = models.TextField("note", blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "organisme"
        verbose_name_plural = "organismes"
        ordering = ["sort_key"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(parent=F("id")), name="organisation_not_its_own_parent",
                violation_error_message="Un organisme ne peut pas être rattaché à lui-même.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.display_name

    @property
    def public(self) -> bool:
        """As `OrganisationQuerySet.public`, for a row at hand."""
        return self.status in self.BELONGING

    @property
    def display_name(self) -> str:
        """The name people know today; the sheet also says the one the charter printed."""
        return self.current_name or self.name

    @property
    def full_name(self) -> str:
        """The name of today with that of the charter: two signatories may have become one body (OCAPIAT)."""
        return with_former_name(self.current_name, self.name)

    @property
    def towns(self) -> str:
        """Where it has its seat or seats, as a sentence says it (the charter may print several)."""
        return ", ".join(part.strip() for part in self.place.split("|") if part.strip())

    def get_absolute_url(self) -> str:
        return reverse("organisation", args=[self.slug])


class Mandate(Period):
    """A person works for an organisation: as a member of its team, or as the one who manages its page."""

    class Role(models.TextChoices):
        MEMBER = "member", "Membre de l’équipe"
        MANAGER = "manager", "Gestionnaire"

    user = models.ForeignKey(User, models.CASCADE, related_name="mandates", verbose_name="compte")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="mandates", verbose_name="organisme")
    role = models.CharField("rôle", max_length=10, choices=Role, default=Role.MEMBER)

    class Meta(Period.Meta):
        verbose_name = "mandat"
        verbose_name_plural = "mandats"
        constraints = [
            *Period.Meta.constraints,
            one_at_a_time(
                "mandate_one_at_a_time", "user", "organisation",
                message="Cette personne a déjà un mandat dans cet organisme sur ces dates.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user} ({self.organisation})"


class Invitation(models.Model):
    """An organisation asks somebody, by mail, to join its people. Only the digest of the link's secret is kept."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="invitations", verbose_name="organisme")
    email = models.EmailField("adresse électronique")
    role = models.CharField("rôle", max_length=10, choices=Mandate.Role, default=Mandate.Role.MEMBER)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="invitations_sent", verbose_name="invitée par"
    )
    created_at = models.DateTimeField("envoyée le", db_default=Now(), editable=False)
    expires_at = models.DateTimeField("valable jusqu’au")
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True, editable=False)
    accepted_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="invitations_accepted", verbose_name="acceptée par"
    )
    revoked_at = models.DateTimeField("annulée le", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "invitation"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                "organisation", Lower("email"), condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_open_once", violation_error_message="Cette adresse a déjà une invitation en cours.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.email} ({self.organisation})"


class Charter(PackManaged):
    """A version of the charter; amendments (*avenants*) are versions (M3)."""

    version = models.SlugField("version", max_length=40, unique=True)
    title = models.CharField("titre", max_length=200)
    signed_on = models.DateField("signée le", null=True, blank=True)
    amends = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="amendments", verbose_name="avenant à"
    )
    text = models.TextField("texte", blank=True, help_text="En Markdown ; pour un avenant, ce qu’il change.")
    open_to_signature = models.BooleanField("ouverte à la signature", default=True)
    values = models.JSONField("valeurs partagées", default=list, help_text="Liste de {title, text, source}.")

    class Meta:
        verbose_name = "charte"
        ordering = ["-signed_on"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("charter")

    @classmethod
    def current(cls) -> Charter | None:
        """The text in force: an amendment changes it and does not take its place (M3)."""
        dated = F("signed_on").desc(nulls_last=True)
        return cls._default_manager.filter(amends=None).order_by(dated, "-pk").first()


class Plan(PackManaged):
    """A CPRDFOP: recognitions run to the end of the plan in force (R8)."""

    slug = models.SlugField("identifiant", max_length=60, unique=True)
    name = models.CharField("nom", max_length=200)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    # A plan that nobody adopted yet gives no recognition (R8).
    adopted_on = models.DateField("adopté le", null=True, blank=True)
    invented = models.BooleanField("inventé pour la démonstration", default=False)

    class Meta:
        verbose_name = "plan (CPRDFOP)"
        verbose_name_plural = "plans (CPRDFOP)"
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="plan_period",
                violation_error_message="La fin du plan ne peut précéder son début.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class CharterText(PackManaged):
    """A numbered text of the charter, with the line of the founding text it comes from."""

    charter = models.ForeignKey(Charter, models.CASCADE, related_name="%(class)ss", verbose_name="charte")
    key = models.CharField("clé", max_length=120)
    order = models.PositiveSmallIntegerField("ordre")
    title = models.CharField("titre", max_length=300)
    text = models.TextField("texte")
    source_line = models.CharField("ligne de la charte", max_length=40, blank=True)
    note = models.TextField("note", blank=True)

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["charter", "key"], name="%(class)s_once")]

    def __str__(self) -> str:
        return self.text[:80]


class Commitment(CharterText):
    """One engagement of the charter (articles 3 and 4)."""

    class Party(models.TextChoices):
        SIGNATORIES = "signatories", "Les signataires"
        REGION = "region", "La Région"

    engagement_number = models.PositiveSmallIntegerField("engagement")
    axis_number = models.PositiveSmallIntegerField("axe", null=True, blank=True)
    party = models.CharField("qui s’engage", max_length=20, choices=Party)

    class Meta(CharterText.Meta):
        verbose_name = "engagement"
        ordering = ["engagement_number", "order"]


class QualityCriterion(CharterText):
    """One requirement of the cahier des charges (annexe 1); criteria belong to a version (R15)."""

    article = models.CharField("article", max_length=20)
    kind = models.CharField("nature", max_length=30)
    applies_to = models.CharField("s’applique à", max_length=20)
    checklist = ArrayField(models.TextField(), verbose_name="points à vérifier", default=list, blank=True)

    class Meta(CharterText.Meta):
        verbose_name = "critère de qualité"
        verbose_name_plural = "critères de qualité"
        ordering = ["order"]

    @property
    def in_a_line(self) -> str:
        """Its title, or the beginning of its text where several criteria share one title (articles 1 and 3)."""
        if self.article == "2.a" or len(self.text) > 400:
            return self.title
        text = " ".join(self.text.split())
        text = text if len(text) <= 90 else f"{text[:90].rsplit(' ', 1)[0].rstrip(' ,;:(')}…"
        return text[:1].upper() + text[1:]


class FundingCriterion(CharterText):
    """One rule, criterion or indicator of the funded projects (annexe 7)."""

    kind = models.CharField("nature", max_length=40)

    class Meta(CharterText.Meta):
        verbose_name = "critère de financement"
        verbose_name_plural = "critères de financement"
        ordering = ["kind", "order"]


class CharterSignature(PackManaged):
    """An organisation signed a version of the charter: date, signatory, version (M3)."""

    charter = models.ForeignKey(Charter, models.PROTECT, related_name="signatures", verbose_name="charte")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="signatures", verbose_name="organisme")
    signatory = models.CharField("signataire", max_length=200, blank=True)
    title = models.CharField("titre", max_length=300, blank=True)
    signed_on = models.DateField("signée le", null=True, blank=True)
    source_line = models.CharField("ligne de la charte", max_length=40, blank=True)
    # Of those given on the portal: who pressed the button, and when.
    signed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="charter_signatures", verbose_name="saisie par"
    )
    recorded_at = models.DateTimeField("enregistrée le", null=True, editable=False)

    class Meta:
        verbose_name = "signature"
        constraints = [
            models.UniqueConstraint(
                fields=["charter", "organisation"], name="charter_signed_once",
                violation_error_message="Cet organisme a déjà signé cette version.",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.organisation} : {self.charter}"

    @property
    def signatories(self) -> list[str]:
        """Who signed; the charter may print several names, and a title for each."""
        return [part.strip() for part in self.signatory.split("|") if part.strip()]

    @property
    def titles(self) -> list[str]:
        return [part.strip() for part in self.title.split("|") if part.strip()]

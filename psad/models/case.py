"""A case: one young person in one platform. Who they are is sealed; what is counted is in closed lists (D8, D11)."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from psad.lists import ClosingReason, Disposition, Origin, Sex, Source, Step
from psad.models.base import Keyed
from psad.models.platform import Platform
from territories.models import Commune


class Case(Keyed):
    """Everything personal is in `identity`, sealed: see `psad.identity.Identity` for what it holds.

    `match_key`, `sound_key`, `word_keys` are keyed hashes (`psad.intake.matching`), under a key of the platform.
    """

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="cases")
    log_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # all that the log knows of the person
    sealed_key = models.TextField(blank=True, editable=False)
    identity = models.BinaryField(editable=False)
    safe_contact = models.BinaryField(default=b"", editable=False)  # how to call without harm: read before each attempt
    match_key = models.BinaryField(editable=False)
    also_keys = ArrayField(models.BinaryField(), default=list, editable=False)  # those of cases merged into this one
    sound_key = models.BinaryField(editable=False)
    word_keys = ArrayField(models.BinaryField(), default=list, editable=False)
    elsewhere_key = models.BinaryField(editable=False)  # under a key of the region: answers « exists elsewhere » only

    source = models.CharField("provenance", max_length=8, choices=Source)
    origin = models.CharField("formation quittée", max_length=14, choices=Origin, blank=True)
    sex = models.CharField("sexe", max_length=1, choices=Sex, blank=True)
    birth_month = models.DateField("mois de naissance", help_text="Le premier du mois.")
    commune = models.ForeignKey(Commune, models.PROTECT, null=True, blank=True, related_name="+")
    left_on = models.DateField("sortie de formation", null=True, blank=True)
    school_uai = models.CharField("établissement quitté (UAI)", max_length=8, blank=True)

    step = models.CharField("étape", max_length=10, choices=Step, default=Step.RECEIVED)
    disposition = models.CharField("réponse à la liste", max_length=12, choices=Disposition, default="to_contact")
    follower = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    due_on = models.DateField("à faire le", null=True, blank=True)
    due_what = models.CharField("quoi", max_length=20, blank=True)
    received_on = models.DateField("reçu le")
    opened_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    first_contact_at = models.DateTimeField("premier contact", null=True, blank=True)
    last_contact_at = models.DateTimeField("dernier contact", null=True, blank=True)
    solution_on = models.DateField("en solution depuis", null=True, blank=True)
    closed_on = models.DateField("clos le", null=True, blank=True)
    closing_reason = models.CharField("motif de clôture", max_length=12, choices=ClosingReason, blank=True)
    informed_at = models.DateTimeField("personne informée le", null=True, blank=True)  # the notice (D7)
    opposed_at = models.DateTimeField("opposition le", null=True, blank=True)
    warned_at = models.DateTimeField("fin de conservation annoncée le", null=True, blank=True)  # D13
    archived_at = models.DateTimeField("archivé le", null=True, blank=True)
    anonymised_at = models.DateTimeField("rendu anonyme le", null=True, blank=True)
    version = models.PositiveIntegerField(default=0)  # two advisers on one case
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "dossier PSAD"
        verbose_name_plural = "dossiers PSAD"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "match_key"], condition=Q(anonymised_at=None), name="psad_case_once_a_platform"
            ),
            models.CheckConstraint(
                condition=Q(step="closed", closed_on__isnull=False) & ~Q(closing_reason="")
                | ~Q(step="closed") & Q(closed_on=None, closing_reason=""),
                name="psad_case_closed_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(anonymised_at=None) | Q(sealed_key="", identity=b"", safe_contact=b"", word_keys=[]),
                name="psad_case_anonymous_is_empty",
            ),
        ]
        indexes = [
            models.Index(fields=["platform", "due_on", "id"], condition=~Q(step="closed"), name="psad_case_queue"),
            models.Index(fields=["platform", "follower", "due_on"], condition=~Q(step="closed"), name="psad_case_mine"),
            models.Index(fields=["platform", "sound_key"], name="psad_case_sound"),
            models.Index(fields=["elsewhere_key"], name="psad_case_elsewhere"),
            GinIndex(fields=["word_keys"], name="psad_case_words"),
            GinIndex(fields=["also_keys"], condition=~Q(also_keys=[]), name="psad_case_also"),
        ]


class CaseGrant(Keyed):
    """An adviser reads this case: named, dated, reasoned; ended when a colleague takes over (D13)."""

    class Kind(models.TextChoices):
        FOLLOWS = "follows", "Accompagne"
        HELPS = "helps", "Aide"
        BREAK_GLASS = "break_glass", "Accès exceptionnel"

    case = models.ForeignKey(Case, models.CASCADE, related_name="grants")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    kind = models.CharField("sorte", max_length=12, choices=Kind)
    reason = models.CharField("motif", max_length=300)
    given_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    starts_at = models.DateTimeField("depuis le")
    ends_at = models.DateTimeField("jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "accès à un dossier"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["case", "user"], condition=Q(ends_at=None), name="psad_case_grant_once"),
            models.CheckConstraint(
                condition=~Q(kind="break_glass")
                | Q(ends_at__isnull=False, ends_at__lte=F("starts_at") + dt.timedelta(hours=24)),
                name="psad_break_glass_a_day",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="psad_case_grant_reasoned"),
        ]
        indexes = [models.Index(fields=["user", "ends_at"], name="psad_case_grant_user")]


class Import(Keyed):
    """One RIO list given to a platform, worked by batches: what a killed worker had done is not done again (D4)."""

    class State(models.TextChoices):
        WAITING = "waiting", "En attente"
        PREVIEWED = "previewed", "Aperçu prêt"
        RUNNING = "running", "En cours"
        DONE = "done", "Terminé"
        FAILED = "failed", "Refusé"

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="imports")
    given_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    given_at = models.DateTimeField("reçu le")
    sealed_key = models.TextField(blank=True, editable=False)
    content = models.BinaryField(default=b"", editable=False)  # sealed; emptied once done
    digest = models.BinaryField(editable=False)  # keyed: the same list twice
    file_name = models.CharField("fichier", max_length=100, blank=True)
    state = models.CharField("état", max_length=9, choices=State, default=State.WAITING)
    done_lines = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)  # created, matched, known, rejected
    reason = models.CharField("motif du refus", max_length=300, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "liste reçue"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "digest"],
                condition=Q(state__in=["waiting", "previewed", "running"]),
                name="psad_list_once_at_a_time",
                violation_error_message="Cette liste est déjà en cours de traitement.",
            )
        ]


class Line(Keyed):
    """One line of a list: what became of it, where it leads (D4, D14). Nothing of the line itself is kept.

    Until the list is applied, `content` holds its cells, sealed with the key of the list, and `match_key` whose it is.
    `facts` is a keyed hash of all it says: the same words again bring nothing new.
    """

    class Fate(models.TextChoices):
        CREATED = "created", "Nouveau dossier"
        MATCHED = "matched", "Rapproché d’un dossier"
        KNOWN = "known", "Déjà reçu, inchangé"
        REJECTED = "rejected", "Refusé"

    batch = models.ForeignKey(Import, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField("ligne")
    fate = models.CharField("suite", max_length=8, choices=Fate)
    reason = models.CharField("motif", max_length=200, blank=True)
    case = models.ForeignKey(Case, models.SET_NULL, null=True, blank=True, related_name="lines")
    disposition = models.CharField("réponse à la liste", max_length=12, choices=Disposition, blank=True)
    content = models.BinaryField(default=b"", editable=False)
    match_key = models.BinaryField(default=b"", editable=False)
    facts = models.BinaryField(default=b"", editable=False)

    class Meta:
        verbose_name = "ligne d’une liste"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="psad_line_once")]
        indexes = [models.Index(fields=["batch", "match_key"], condition=~Q(match_key=b""), name="psad_line_person")]


class Report(Keyed):
    """A signalement or a person's own request, sealed, until circle 1 makes a case of it or dismisses it (D2, D10)."""

    class State(models.TextChoices):
        WAITING = "waiting", "À traiter"
        TAKEN = "taken", "Dossier ouvert ou rapproché"
        DISMISSED = "dismissed", "Écarté"

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="reports")
    source = models.CharField("provenance", max_length=8, choices=Source)
    link = models.ForeignKey("psad.ReportLink", models.SET_NULL, null=True, blank=True, related_name="+")
    sealed_key = models.TextField(blank=True, editable=False)
    content = models.BinaryField(editable=False)
    sent_at = models.DateTimeField("reçu le")
    state = models.CharField("état", max_length=9, choices=State, default=State.WAITING)
    handled_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    handled_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField("motif", max_length=200, blank=True)
    case = models.ForeignKey(Case, models.SET_NULL, null=True, blank=True, related_name="reports")

    class Meta:
        verbose_name = "signalement"
        default_permissions = ()


class ReportLink(Keyed):
    """The public address by which one school, CFA or service reports: `/psad/signaler/<token>/`; kept as a digest."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="report_links")
    name = models.CharField("établissement ou service", max_length=200)
    uai = models.CharField("UAI", max_length=8, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "lien de signalement"
        default_permissions = ()

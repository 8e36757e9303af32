"""What circle 2 reads, what the young person reads: copies under keys of their own, never the case (D5, D7)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from psad.lists import Means, SharedItem, SharePurpose
from psad.models.base import Keyed
from psad.models.platform import Partner
from psad.models.work import OfCase


class Share(OfCase):
    """Chosen items of a case, for a purpose and until a moment; revoking empties them at once."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="shares")
    purpose = models.CharField("pour", max_length=6, choices=SharePurpose)
    message = models.BinaryField(default=b"", editable=False)  # sealed
    sealed_key = models.TextField(blank=True, editable=False)
    ends_at = models.DateTimeField("jusqu’au")
    revoked_at = models.DateTimeField(null=True, blank=True)
    informed = models.BooleanField("la personne en est informée", default=False)
    # For a partner without an account: a link, and a code sent apart.
    link_digest = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)
    code_digest = models.CharField(max_length=64, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta(OfCase.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("at")), name="psad_share_ends"),
            models.CheckConstraint(condition=Q(informed=True), name="psad_share_person_informed"),
        ]


class ShareItem(Keyed):
    """One item, as it was when it was shared, sealed with the key of the share."""

    share = models.ForeignKey(Share, models.CASCADE, related_name="items")
    kind = models.CharField(max_length=8, choices=SharedItem)
    content = models.BinaryField(editable=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["share", "kind"], name="psad_share_item_once")]


class ShareAnswer(Keyed):
    """What the partner answers: sealed with the key of the share."""

    share = models.ForeignKey(Share, models.CASCADE, related_name="answers")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.BinaryField(editable=False)

    class Meta:
        default_permissions = ()
        ordering = ("at",)


class YoungLink(OfCase):
    """The young person's door: one use, confirmed through a second channel, then a session of its own (issue 6).

    The one in force is the one that is not revoked: a new one revokes the former, and ends its session.
    """

    link_by = models.CharField("lien donné par", max_length=8, choices=Means)
    code_by = models.CharField("code donné par", max_length=8, choices=Means)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    code_digest = models.CharField(max_length=64, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    session_digest = models.CharField(max_length=64, blank=True, editable=False)
    session_ends_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfCase.Meta):
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(revoked_at=None), name="psad_young_link_one"),
            models.CheckConstraint(condition=~Q(link_by=F("code_by")), name="psad_young_link_two_ways"),
        ]


class Wish(OfCase):
    """What the person asks about their data: a copy, a correction, an opposition, an erasure (issue 6)."""

    class Kind(models.TextChoices):
        EXPORT = "export", "Une copie"
        RECTIFY = "rectify", "Une correction"
        OPPOSE = "oppose", "Opposition"

    class Outcome(models.TextChoices):
        DONE = "done", "C’est fait"
        TOLD = "told", "Ce n’est pas possible, et la personne sait pourquoi"

    kind = models.CharField(max_length=8, choices=Kind)
    text = models.BinaryField(default=b"", editable=False)
    handled_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField("suite", max_length=4, choices=Outcome, blank=True)

    class Meta(OfCase.Meta):
        indexes = [models.Index(fields=["case"], condition=Q(handled_at=None), name="psad_wish_waiting")]

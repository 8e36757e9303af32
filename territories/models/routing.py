"""The routing table (M4): who is best placed for a status and a need, and why; data of the region pack."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.models import PackManaged
from core.reference import Need, Status
from members.models import Network, Organisation
from territories.models.places import SiteKind


class RoutingRule(PackManaged):
    """For `status` and `need` (empty: any), the places of one target come at `rank`, for `reason`."""

    status = models.CharField("situation", max_length=30, choices=Status, blank=True)
    need = models.CharField("besoin", max_length=30, choices=Need, blank=True)
    network = models.ForeignKey(Network, models.CASCADE, null=True, blank=True, verbose_name="réseau")
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True, verbose_name="organisme")
    kind = models.ForeignKey(SiteKind, models.CASCADE, null=True, blank=True, verbose_name="sorte de lieu")
    rank = models.PositiveSmallIntegerField("rang", help_text="1 : en premier ; 2 : bien aussi ; 3 : peut aider.")
    reason = models.CharField("raison", max_length=300)
    source = models.CharField("source", max_length=300)

    class Meta:
        verbose_name = "règle d’aiguillage"
        verbose_name_plural = "règles d’aiguillage"
        ordering = ["status", "need", "rank", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(network__isnull=False, organisation=None, kind=None)
                    | Q(network=None, organisation__isnull=False, kind=None)
                    | Q(network=None, organisation=None, kind__isnull=False)
                ),
                name="routing_one_target",
                violation_error_message="Une règle désigne un réseau, un organisme ou une sorte de lieu, un seul.",
            ),
            models.CheckConstraint(
                condition=Q(rank__range=(1, 3)), name="routing_rank",
                violation_error_message="Le rang va de 1 à 3.",
            ),
            models.UniqueConstraint(
                fields=["status", "need", "network", "organisation", "kind"], nulls_distinct=False,
                name="routing_once", violation_error_message="Cette règle existe déjà.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.status or '*'} × {self.need or '*'} → {self.kind or self.organisation or self.network}"

"""Addresses of the Region's desk, for mails."""

from __future__ import annotations

from django.urls import reverse

from core.links import absolute
from recognition.models import Campaign, Candidature


def dossier_at_desk(dossier: Candidature) -> str:
    return absolute(reverse("admin:recognition_candidature_change", args=[dossier.pk]))


def sittings_at_desk() -> str:
    return absolute(reverse("admin:recognition_sitting_changelist"))


def campaign_at_desk(campaign: Campaign) -> str:
    return absolute(reverse("admin:recognition_campaign_change", args=[campaign.pk]))

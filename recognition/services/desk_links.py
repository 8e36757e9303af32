"""Addresses of the Region's desk, for mails."""

from __future__ import annotations

from core.links import absolute
from recognition.models import Campaign, Candidature


def dossier_at_desk(dossier: Candidature) -> str:
    return absolute(f"/admin/recognition/candidature/{dossier.pk}/change/")


def sittings_at_desk() -> str:
    return absolute("/admin/recognition/sitting/")


def campaign_at_desk(campaign: Campaign) -> str:
    return absolute(f"/admin/recognition/campaign/{campaign.pk}/change/")

"""Make the web fonts (see core/fonts.py)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from core.fonts import build


class Command(BaseCommand):
    help = "Prépare les polices du portail dans STATIC_BUILD_DIR (sans effet si elles sont à jour)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        written = build(Path(settings.STATIC_BUILD_DIR))
        self.stdout.write(f"{len(written)} fichier(s) de police écrit(s)." if written else "Polices à jour.")

"""How allauth fits in this house."""

from __future__ import annotations

import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.utils import timezone

from core.outbox import queue_raw


class AccountAdapter(DefaultAccountAdapter):
    """Mails of allauth go through the outbox like all others."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        message = self.render_mail(template_prefix, email, context)
        # A link carries its own token: two mails with one text are one mail asked for twice in the same minute.
        digest = hashlib.sha256(f"{message.body}{timezone.now():%Y%m%d%H%M}".encode()).hexdigest()[:32]
        queue_raw(key=f"account:{digest}", to=email, subject=str(message.subject), text=str(message.body))

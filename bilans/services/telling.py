"""Mails about bilans: one a person whatever the number of theirs, each once (B2; habit 12)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable
from typing import Any

from django.urls import reverse

from accounts.models import User
from bilans.addressees import fillers, of_region, people_of
from bilans.models import Act, Bilan, Campaign, Kind
from core.links import absolute
from core.outbox import Letter, queue_mails
from core.values import day_in_words

HOME = "/pro/bilans/"
SOON_WORDS = {0: "aujourd’hui", 1: "demain"}


def url_of(bilan: Bilan) -> str:
    """Where its people write in it and read what became of it."""
    return absolute(f"{HOME}{bilan.public_id}/")


# --- The campaign


def tell_opened(campaign: Campaign, bilans: Collection[Bilan], *, key: str) -> int:
    """To whoever fills some of `bilans`: they may write; how many mails."""
    return _tell_people(campaign, bilans, "bilans_opened", key, {"word": campaign.word.strip()})


def tell_reminder(campaign: Campaign, bilans: Collection[Bilan], *, key: str, on: dt.date) -> int:
    """To whoever fills some of `bilans`, not submitted: the day comes near, or is past."""
    left = (campaign.due_on - on).days
    if left < 0:
        return _tell_people(campaign, bilans, "bilans_overdue", key, {})
    said = {"left": SOON_WORDS.get(left, f"dans {left}\u00a0jours")}
    return _tell_people(campaign, bilans, "bilans_reminder", key, said)


def tell_moved(campaign: Campaign, bilans: Collection[Bilan], *, key: str, reason: str) -> int:
    """To whoever has still something to submit: another day, and why."""
    return _tell_people(campaign, bilans, "bilans_moved", key, {"reason": reason})


def tell_region(campaign: Campaign, *, key: str, title: str, lines: Iterable[str], address: str = "") -> int:
    """To the Region's service: what the calendar did, in counts."""
    url = absolute(address or reverse("admin:bilans_campaign_change", args=[campaign.pk]))
    context = {"campaign": campaign, "title": title, "lines": list(lines), "url": url}
    return queue_mails(
        [Letter(f"{_key(campaign, key)}:region:{_digest(to)}", to, "bilans_region", context) for to in of_region()]
    )


def _tell_people(campaign: Campaign, bilans: Collection[Bilan], template: str, key: str, said: dict[str, Any]) -> int:
    letters = []
    for user, theirs in people_of(bilans).items():
        url = url_of(theirs[0]) if len(theirs) == 1 else absolute(HOME)
        context = {
            "campaign": campaign, "bilans": theirs, "count": len(theirs), "due": day_in_words(campaign.due_on),
            "closes": day_in_words(campaign.closes_on), "url": url,
        } | said  # fmt: skip
        letters.append(Letter(f"{_key(campaign, key)}:{user.pk}", user.email, template, context))
    return queue_mails(letters)


# --- One bilan


def tell_submitted(bilan: Bilan) -> int:
    """An acknowledgement to whoever wrote in it (to all its people when nobody is known to have)."""
    writers = list(User.objects.filter(pk__in=bilan.writers.values("user"), is_active=True).order_by("email"))
    context = {"at": bilan.submitted_at, "closes": day_in_words(bilan.campaign.closes_on)}
    stamp = f"{bilan.submitted_at:%Y%m%d%H%M%S}" if bilan.submitted_at else ""
    return _tell_of(bilan, writers or _fillers(bilan), "bilans_submitted", f"submitted:{stamp}", context)


def tell_returned(bilan: Bilan, act: Act) -> int:
    """What is to be taken up again, why, and whether there is still time to."""
    context = {
        "reason": act.reason, "reopened": act.done == Act.Done.REOPENED, "running": bilan.campaign.running,
        "closes": day_in_words(bilan.campaign.closes_on),
    }  # fmt: skip
    return _tell_of(bilan, _fillers(bilan), "bilans_returned", f"returned:{act.pk}", context)


def tell_accepted(bilan: Bilan, act: Act) -> int:
    if bilan.kind == Kind.REGION:  # the Region tells itself nothing
        return 0
    return _tell_of(bilan, _fillers(bilan), "bilans_accepted", f"accepted:{act.pk}", {})


def _fillers(bilan: Bilan) -> list[User]:
    return fillers([bilan])[bilan.pk]


def _tell_of(bilan: Bilan, people: list[User], template: str, key: str, said: dict[str, Any]) -> int:
    context = {"bilan": bilan, "campaign": bilan.campaign, "url": url_of(bilan)} | said
    return queue_mails([Letter(f"bilan:{bilan.pk}:{key}:{user.pk}", user.email, template, context) for user in people])


def _key(campaign: Campaign, key: str) -> str:
    return f"bilans:{campaign.year}:{key}"


def _digest(address: str) -> str:
    """Keys are kept and shown: they hold no address."""
    return hashlib.sha256(address.lower().encode()).hexdigest()[:16]

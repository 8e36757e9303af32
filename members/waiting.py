"""What waits for those who work in an organisation (E4): their sheet, the charter, invitations, a mandate that ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from core.desk import Task, Waiting, register
from core.values import day_in_words
from members import charters, sheet
from members.models import Charter, Invitation, Mandate, Organisation
from members.rules import mandates_of

ENDING_DAYS = 30


def managed_by(user: Any) -> list[Organisation]:
    """The organisations that `user` manages today, in alphabetical order; asked once a request's user."""
    if not hasattr(user, "_organisations_managed"):
        rows = mandates_of(user).filter(role=Mandate.Role.MANAGER)
        rows = rows.select_related("organisation__parent").order_by("organisation__sort_key")
        user._organisations_managed = [mandate.organisation for mandate in rows]
    found: list[Organisation] = user._organisations_managed
    return found


def with_sheet(user: Any) -> list[Organisation]:
    """Of those, the ones whose sheet and charter are theirs to keep: a candidate has a dossier, not a sheet."""
    return [found for found in managed_by(user) if found.status != Organisation.Status.CANDIDATE]


def _about(found: list[Organisation], url_name: str, detail: str, *, late: bool = False) -> Waiting | None:
    """One organisation: its own page and `detail`; several: their names, and the page where one chooses."""
    if not found:
        return None
    if len(found) == 1:
        return Waiting(1, reverse(url_name, args=[found[0].slug]), detail, late)
    names = ", ".join(organisation.display_name for organisation in found)
    return Waiting(len(found), reverse("pro_organisations"), names, late)


def _unconfirmed(user: Any) -> Waiting | None:
    """Sheets that nobody confirmed for a year, or ever."""
    found = [organisation for organisation in with_sheet(user) if sheet.is_stale(organisation)]
    late = any(organisation.confirmed_on is not None for organisation in found)
    if len(found) != 1:
        return _about(found, "pro_sheet", "", late=late)
    said = "Jamais confirmée"
    if found[0].confirmed_on:
        said = f"Confirmée pour la dernière fois en {date_format(found[0].confirmed_on, 'F Y')}"
    missing = sheet.missing(found[0])
    detail = (
        f"{said}\u00a0; il manque {', '.join(missing)}."
        if missing
        else f"{said}\u00a0: dites si tout est encore juste."
    )
    return _about(found, "pro_sheet", detail, late=late)


def _incomplete(user: Any) -> Waiting | None:
    """Sheets confirmed this year that do not say everything; the others are in the line above."""
    fresh = [organisation for organisation in with_sheet(user) if not sheet.is_stale(organisation)]
    found = [organisation for organisation in fresh if sheet.missing(organisation)]
    detail = f"Il manque {', '.join(sheet.missing(found[0]))}." if len(found) == 1 else ""
    return _about(found, "pro_sheet", detail)


def _to_sign(user: Any) -> Waiting | None:
    """Versions of the charter that an organisation managed here has yet to sign."""
    managed = with_sheet(user)
    in_force = charters.in_force() if managed else []
    waits: dict[Organisation, list[Charter]] = {}
    for organisation in managed:
        if titles := [v.charter for v in charters.versions(organisation, in_force) if v.waits]:
            waits[organisation] = titles
    if len(waits) != 1:
        return _about(list(waits), "pro_charter", "")
    organisation, texts = next(iter(waits.items()))
    detail = "\u00a0; ".join(text.title for text in texts)
    return Waiting(len(texts), reverse("pro_charter", args=[organisation.slug]), detail)


def _invitations(user: Any) -> Waiting | None:
    """Invitations that nobody has answered yet."""
    managed = managed_by(user)
    if not managed:
        return None
    rows = Invitation.objects.filter(organisation__in=managed, accepted_at=None, revoked_at=None)
    pending = list(rows.order_by("expires_at").values_list("organisation__slug", "expires_at"))
    if not pending:
        return None
    first = pending[0][1]
    over = first <= timezone.now()
    day = date_format(timezone.localtime(first), "j F")
    detail = f"La plus ancienne a expiré le {day}." if over else f"La première expire le {day}."
    slugs = {slug for slug, _ in pending}
    url = reverse("pro_people", args=[slugs.pop()]) if len(slugs) == 1 else reverse("pro_organisations")
    return Waiting(len(pending), url, detail)


def _ending(user: Any) -> Waiting | None:
    """A mandate of one's own that ends within thirty days."""
    until = timezone.localdate() + timedelta(days=ENDING_DAYS)
    rows = mandates_of(user).filter(ends_on__lte=until).select_related("organisation").order_by("ends_on")
    mandates = list(rows)
    if not mandates:
        return None
    first = mandates[0]
    detail = f"{first.organisation.display_name}\u00a0: le {day_in_words(first.ends_on)}."
    return Waiting(len(mandates), reverse("pro_people", args=[first.organisation.slug]), detail)


def register_tasks() -> None:
    register(
        Task(
            "pro",
            "sheet-confirm",
            10,
            "[Fiche|Fiches] de [votre|vos] [organisme|organismes] à relire",
            _unconfirmed,
        )
    )
    register(
        Task(
            "pro",
            "sheet-incomplete",
            40,
            "[Fiche|Fiches] de [votre|vos] [organisme|organismes] à compléter",
            _incomplete,
        )
    )
    register(Task("pro", "charter-sign", 20, "[Charte|Textes de la charte] à signer", _to_sign))
    register(Task("pro", "invitations", 50, "[Invitation|Invitations] sans réponse", _invitations))
    register(
        Task(
            "pro",
            "mandate-ending",
            30,
            "[Votre|Vos] [participation|participations] [prend|prennent] bientôt fin",
            _ending,
        )
    )

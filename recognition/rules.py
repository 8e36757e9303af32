"""Who may what in the recognition. A dossier is its organisation's and the Region's; nobody else's (O2)."""

from __future__ import annotations

from typing import Any

import rules

from accounts.rules import runs_region
from members.rules import is_manager_of, is_member_of
from recognition.models import Candidature
from territories.rules import is_officer


def dossier_of(subject: Any) -> Candidature | None:
    """The dossier of `subject`: itself, or that of a site, a file, a message of one."""
    found = subject if isinstance(subject, Candidature) else getattr(subject, "candidature", None)
    return found if isinstance(found, Candidature) else None


@rules.predicate
def works_on_dossier(user: Any, subject: Any) -> bool:
    """Works for the organisation whose dossier it is: colleagues all read and write it."""
    dossier = dossier_of(subject)
    return dossier is not None and bool(is_member_of(user, dossier.organisation))


@rules.predicate
def signs_for_organisation(user: Any, subject: Any) -> bool:
    """Manages the organisation: deposits, withdraws, in its name (R1, R14)."""
    dossier = dossier_of(subject)
    return dossier is not None and bool(is_manager_of(user, dossier.organisation))


@rules.predicate
def serves_agency_of_dossier(user: Any, subject: Any) -> bool:
    """Is an officer of the agency where the organisation receives people: reads, once it is deposited."""
    dossier = dossier_of(subject)
    return (
        dossier is not None
        and dossier.agency_id is not None
        and dossier.deposited_at is not None
        and bool(is_officer(user, dossier))
    )


may_write_dossier = works_on_dossier
may_deposit = signs_for_organisation
may_examine = runs_region
may_read_examination = runs_region | serves_agency_of_dossier

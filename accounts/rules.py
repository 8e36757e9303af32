"""Who may, as far as accounts alone can tell; other rooms add their predicates."""

from __future__ import annotations

from typing import Any

import rules

from accounts.models import RegionMandate, User


@rules.predicate
def is_region_staff(user: Any) -> bool:
    """Holds a mandate of the Region today (S3). Asked once for each request's user: the desk asks it at every list."""
    if not isinstance(user, User) or not user.is_active:
        return False
    if not hasattr(user, "_region_staff"):
        user._region_staff = RegionMandate.objects.in_force().filter(user=user).exists()  # type: ignore[attr-defined]
    return user._region_staff  # type: ignore[attr-defined, no-any-return]


@rules.predicate
def is_technician(user: Any) -> bool:
    """Runs the installation itself."""
    return isinstance(user, User) and user.is_active and user.is_superuser


runs_region = is_region_staff | is_technician

# Rooms above widen it (territories: the officers of an agency) by `widen_admin`.
_admin_predicates: list[tuple[Any, str]] = [(is_region_staff, "Région"), (is_technician, "technique")]


def widen_admin(predicate: Any, label: str) -> None:
    """Let whoever satisfies `predicate` into the admin; `label` is what the journal calls them, never their name."""
    _admin_predicates.append((predicate, label))


def may_enter_admin(user: Any) -> bool:
    return any(predicate(user) for predicate, _ in _admin_predicates)


def role_label(user: Any) -> str:
    """As what this person acts today, for the journal, which keeps for good: « Région », « agence », « compte »."""
    return next((label for predicate, label in _admin_predicates if predicate(user)), "compte")


# --- Who works in the SPRO, and whose account opens so much that a password alone does not do

_working: list[Any] = [runs_region]
_guarded: list[Any] = [is_technician, is_region_staff]


def widen_works(predicate: Any) -> None:
    """Count whoever satisfies `predicate` among those who work in the SPRO: the code of conduct is asked of them."""
    _working.append(predicate)


def works(user: Any) -> bool:
    """Whether this person works in the SPRO today, in whatever room."""
    return any(predicate(user) for predicate in _working)


def widen_second_factor(predicate: Any) -> None:
    """Ask a second factor of whoever satisfies `predicate` (agencies' officers, PSAD)."""
    _guarded.append(predicate)


def needs_second_factor(user: Any) -> bool:
    """Whether a password alone must not open this person's desk (architecture, Roles)."""
    return any(predicate(user) for predicate in _guarded)

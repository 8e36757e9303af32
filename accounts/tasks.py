"""Thin tasks of the accounts."""

from celery import shared_task


@shared_task
def purge_unverified() -> int:
    from accounts.dormant import purge_unverified_accounts

    return purge_unverified_accounts()


@shared_task
def forget_dormant() -> tuple[int, int]:
    """Accounts that nobody uses, then ended mandates that are kept no longer; `(warned, gone)`."""
    from accounts import dormant

    said = dormant.forget_dormant()
    dormant.forget_mandates()
    return said


@shared_task
def purge_sessions() -> int:
    from accounts.sessions import purge

    return purge()

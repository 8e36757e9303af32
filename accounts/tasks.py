"""Thin tasks of the accounts."""

from celery import shared_task


@shared_task
def purge_unverified() -> int:
    from accounts.services import purge_unverified_accounts

    return purge_unverified_accounts()


@shared_task
def purge_sessions() -> int:
    from accounts.sessions import purge

    return purge()

"""Thin tasks of the members."""

from celery import shared_task


@shared_task
def purge_invitations() -> int:
    from members.services_invitations import purge

    return purge()

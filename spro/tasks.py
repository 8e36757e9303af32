"""What the roof does by itself."""

from celery import shared_task


@shared_task
def follow_pages() -> list[str]:
    from spro.editorial.follow import pass_of_time

    return pass_of_time()


@shared_task
def follow_data() -> int:
    """Date the open data that changed, asked for or not; returns how many files are followed."""
    from spro.open_data.versions import follow

    return follow()

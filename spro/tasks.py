"""What the roof does by itself."""

from celery import shared_task


@shared_task
def follow_pages() -> list[str]:
    from spro.editorial.follow import pass_of_time

    return pass_of_time()

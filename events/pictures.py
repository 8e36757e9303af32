"""The pictures of events: drawn again by `core.images`, swept when no event shows them (S2)."""

from __future__ import annotations

from datetime import timedelta

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from core.images import Prepared
from events.models import Event, Revision

FOLDER = "agenda"
KEPT = timedelta(days=2)  # of a picture whose form was not sent in the end
_SALT = "events.picture"


def keep(prepared: Prepared) -> str:
    """Write the picture once; returns its name in the storage, the same for the same pixels."""
    name = f"{FOLDER}/{prepared.sha256}.webp"
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(prepared.data))
    return name


def sealed(name: str) -> str:
    """What a form carries of a picture already sent, so that a mistake elsewhere does not lose it."""
    return signing.dumps(name, salt=_SALT) if name else ""


def unsealed(text: str) -> str:
    """The name that `sealed` was given, if the picture is still there; empty otherwise."""
    try:
        name = str(signing.loads(text, salt=_SALT))
    except signing.BadSignature:
        return ""
    return name if default_storage.exists(name) else ""


def sweep() -> int:
    """Delete the pictures older than `KEPT` that neither an event nor a waiting revision shows; returns how many."""
    if not default_storage.exists(FOLDER):
        return 0
    shown = set(Event.objects.exclude(image="").values_list("image", flat=True))
    waiting = Revision.objects.filter(state=Revision.State.WAITING)
    shown |= set(waiting.exclude(values__image=None).values_list("values__image", flat=True))
    limit, count = timezone.now() - KEPT, 0
    for file in default_storage.listdir(FOLDER)[1]:
        name = f"{FOLDER}/{file}"
        if name not in shown and default_storage.get_modified_time(name) < limit:
            default_storage.delete(name)
            count += 1
    return count

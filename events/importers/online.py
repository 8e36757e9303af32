"""Whether a date is on site or online, from where its source says it is."""

from __future__ import annotations

import re

from core.text import fold
from events.importers import plain
from events.importers.incoming import Attendance, Place

_ROOMS = re.compile(
    r"https?://[^\s]*(?:zoom\.us|teams\.microsoft|teams\.live|meet\.google|webex|jitsi|visio|bigbluebutton|whereby"
    r"|gotomeeting|livestorm)",
    re.IGNORECASE,
)
_ONLINE = frozenset({
    "en ligne", "online", "visio", "visioconference", "en visio", "en visioconference", "webinaire", "a distance",
    "distanciel", "en distanciel", "zoom", "teams", "microsoft teams", "reunion microsoft teams", "google meet",
    "internet", "par internet", "sur internet",
})  # fmt: skip


def attendance_of(place: Place, links: list[str] | None = None) -> tuple[str, str]:
    """The way to attend, and the link of the meeting; the link leaves the text of the place.

    A place that is only an address of the web, or says « en ligne », is no place.
    """
    link = next((found for text in links or [] if (found := plain.url(text))), "")
    for address in plain.urls(place.text):
        if _ROOMS.match(address) or place.text.strip() == address:
            link = link or plain.url(address)
            place.text = place.text.replace(address, " ").strip(" -–,;:()")
    said = fold(" ".join(filter(None, (place.text, place.name))))
    elsewhere = place.address or place.city or place.insee
    if not elsewhere and (said in _ONLINE or (link and not said)):
        return Attendance.ONLINE, link
    return (Attendance.HYBRID, link) if link else (Attendance.PLACE, "")

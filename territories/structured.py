"""What search engines read of a place: schema.org as JSON-LD, a block of data that the browser never runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from django.utils.safestring import SafeString, mark_safe

from territories.closures import Span
from territories.models import Site
from territories.openings import ranges

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# A text may hold « </script> »: in a block of data these three are written as JavaScript writes them.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def place(site: Site, url: str, closed: Iterable[Span] = ()) -> SafeString:
    """The site as `GovernmentOffice`; only what is known, and no position when it is only that of the commune.

    A closure is a special opening from midnight to midnight, as schema.org writes « closed all day ».
    """
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "GovernmentOffice",
        "@id": url,
        "url": url,
        "name": site.name,
        "description": site.description or site.kind.short,
        "parentOrganization": {"@type": "Organization", "name": site.organisation.display_name},
        "address": {
            "@type": "PostalAddress",
            "streetAddress": site.address,
            "postalCode": site.postal_code,
            "addressLocality": site.commune.name,
            "addressRegion": site.commune.department.name,
            "addressCountry": "FR",
        },
        "telephone": site.phone,
        "email": site.email,
        "sameAs": site.website,
        "isAccessibleForFree": True,
        "openingHoursSpecification": [
            {"@type": "OpeningHoursSpecification", "dayOfWeek": day, "opens": start, "closes": end}
            for i, day in enumerate(_DAYS, start=1)
            for start, end in ranges(site.hours, i)
        ],
        "specialOpeningHoursSpecification": [
            {
                "@type": "OpeningHoursSpecification",
                "opens": "00:00",
                "closes": "00:00",
                "validFrom": start.isoformat(),
                "validThrough": end.isoformat(),
            }
            for start, end in closed
        ],
    }
    if not site.provisional:
        said["geo"] = {"@type": "GeoCoordinates", "latitude": site.lat, "longitude": site.lon}
    said["address"] = {name: value for name, value in said["address"].items() if value}
    text = orjson.dumps({name: value for name, value in said.items() if value}).decode()
    return mark_safe(text.translate(_ESCAPES))

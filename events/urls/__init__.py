"""Every address of the agenda: each part says its own; `public` comes last, its slugs take what no other word took."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from events.urls import alerts, embeds, incoming, out, pro, pro_people, proposals, public, registration

urlpatterns: list[URLPattern | URLResolver] = [
    *embeds.urlpatterns,
    *out.urlpatterns,
    *alerts.urlpatterns,
    *registration.urlpatterns,
    *proposals.urlpatterns,
    *pro_people.urlpatterns,
    *incoming.urlpatterns,
    *pro.urlpatterns,
    *public.urlpatterns,
]

"""Pages of the room, part by part; the roof mounts them at `/`."""

from __future__ import annotations

from django.urls import URLPattern

from lorfolio.urls import account, advice, cv, home, interchange, path, project, safe, site

urlpatterns: list[URLPattern] = [
    *home.urlpatterns,
    *path.urlpatterns,
    *interchange.urlpatterns,
    *cv.urlpatterns,
    *site.urlpatterns,
    *project.urlpatterns,
    *safe.urlpatterns,
    *advice.urlpatterns,
    *account.urlpatterns,
]

from __future__ import annotations

from django.urls import URLPattern, path

from lorfolio.views import consent

urlpatterns: list[URLPattern] = [
    path("lorfolio/accord/", consent.wait, name="lorfolio_consent"),
    path("lorfolio/accord/<str:token>/", consent.answer, name="lorfolio_parent"),
]

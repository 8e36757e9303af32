from __future__ import annotations

from django.urls import URLPattern, path

from lorfolio.views import home

urlpatterns: list[URLPattern] = [
    path("lorfolio/", home.home, name="lorfolio_home"),
    path("lorfolio/decouvrir/", home.discover, name="lorfolio_discover"),
    path("lorfolio/ouvrir/", home.opening, name="lorfolio_open"),
    path("lorfolio/profil/", home.who, name="lorfolio_profile"),
    path("lorfolio/profil/photo/", home.change_photo, name="lorfolio_photo_change"),
    path("lorfolio/profil/photo.webp", home.own_photo, name="lorfolio_photo"),
]

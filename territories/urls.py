"""Addresses of the territories (names fixed in the interfaces: `sites`, `site`, `territories`, `territory`)."""

from django.urls import URLPattern, path

from core.fair_use import fair_use
from territories.views import contours, search, sites, territory

urlpatterns: list[URLPattern] = [
    path("lieux/", fair_use(search.search), name="sites"),
    path("lieux/communes/", search.suggest, name="commune_suggestions"),
    path("lieux/position/", search.position, name="position"),
    path("lieux/<slug:slug>/", sites.site, name="site"),
    path("territoires/", territory.territories, name="territories"),
    path("territoires/contours.svg", contours.svg, name="contours_svg"),
    path("territoires/contours/<slug:kind>.geojson", contours.geojson, name="contours"),
    path("territoires/<slug:slug>/", territory.territory, name="territory"),
]

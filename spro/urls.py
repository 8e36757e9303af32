"""Every address of the portal: each room says its own, the roof says the rest."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from core.fair_use import fair_use
from spro.views import editorial, errors, gallery, health, home, open_data, pages, pro, search, sitemap

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("recherche/", fair_use(search.search), name="search"),
    path("pro/", pro.home, name="pro_home"),
    path("accessibilite/", pages.accessibility, name="accessibility"),
    path("mentions-legales/", pages.legal, name="legal"),
    path("donnees-personnelles/", pages.privacy, name="privacy"),
    path("plan-du-site/", pages.site_map, name="site_map"),
    path("donnees/", open_data.page, name="open_data"),
    path("donnees/catalogue.jsonld", open_data.machine_catalogue, name="open_data_catalogue"),
    path("donnees/structures-data-inclusion.json", open_data.national, name="open_data_national"),
    path("donnees/<slug:slug>.csv-metadata.json", open_data.metadata, name="open_data_metadata"),
    path("donnees/<slug:slug>.<slug:form>", open_data.file, name="open_data_file"),
    path("pages/<slug:slug>/", editorial.page, name="editorial_page"),
    path("pages/images/<slug:name>.webp", editorial.image, name="editorial_image"),
    path("sante/", health.alive, name="alive"),
    path("sante/pret/", health.ready, name="ready"),
    path("robots.txt", sitemap.robots, name="robots"),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("sitemap-<int:number>.xml", sitemap.sitemap_file, name="sitemap_file"),
    path("manifest.webmanifest", sitemap.manifest, name="manifest"),
    path("favicon.ico", sitemap.favicon, name="favicon"),
    path("", include("members.urls")),
    path("", include("territories.urls")),
    path("", include("events.urls")),
    path("", include("recognition.urls")),
    path("", include("metiers.urls")),
    path("", include("psad.urls")),
    path("", include("lorfolio.urls")),
    path("", include("bilans.urls")),
    path("api/v1/", include("spro.api")),
    path("admin/", admin.site.urls),
    path("comptes/", include("accounts.urls")),
]

if settings.DEBUG:
    urlpatterns.append(path("galerie/", gallery.gallery, name="gallery"))

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error

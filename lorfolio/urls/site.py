from __future__ import annotations

from django.urls import URLPattern, path

from lorfolio.views import alerts, site, site_public

urlpatterns: list[URLPattern] = [
    path("lorfolio/site/", site.home, name="lorfolio_site"),
    path("lorfolio/site/creer/", site.new, name="lorfolio_site_new"),
    path("lorfolio/site/ouvrir/", site.show, name="lorfolio_site_open"),
    path("lorfolio/site/fermer/", site.close, name="lorfolio_site_close"),
    path("lorfolio/site/apercu/", site.preview, name="lorfolio_site_preview"),
    path("lorfolio/site/photo.webp", site.photo, name="lorfolio_site_photo"),
    path("lorfolio/alertes/", alerts.home, name="lorfolio_alerts"),
    path("lorfolio/alertes/arreter/", alerts.stop, name="lorfolio_alerts_stop"),
    path("p/<slug:slug>/", site_public.page, name="personal_site"),
    path("p/<slug:slug>/photo.webp", site_public.photo, name="personal_site_photo"),
    path("p/<slug:slug>/ecrire/", site_public.write, name="personal_site_write"),
    path("p/<slug:slug>/merci/", site_public.thanks, name="personal_site_thanks"),
]

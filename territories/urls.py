"""Addresses of the territories (names fixed in the interfaces: `sites`, `site`, `territories`, `territory`)."""

from django.urls import URLPattern, path

from core.fair_use import fair_use
from territories.views import (
    card,
    confirm,
    contours,
    pro_own_referents,
    pro_referents,
    pro_sites,
    reports,
    search,
    sites,
    territory,
)

urlpatterns: list[URLPattern] = [
    path("lieux/", fair_use(search.search), name="sites"),
    path("lieux/communes/", search.suggest, name="commune_suggestions"),
    path("lieux/position/", search.position, name="position"),
    path("lieux/<slug:slug>/", sites.site, name="site"),
    path("lieux/<slug:slug>/carte/", card.card, name="site_card"),
    path("territoires/", territory.territories, name="territories"),
    path("territoires/contours.svg", contours.svg, name="contours_svg"),
    path("territoires/contours/<slug:kind>.geojson", contours.geojson, name="contours"),
    path("territoires/<slug:slug>/", territory.territory, name="territory"),
    # Referents: the directory and its files, those of one's organisation, the answer to a mail.
    path("pro/referents/", pro_referents.referents, name="pro_referents"),
    path("pro/referents/annuaire.<slug:kind>", pro_referents.export, name="pro_referents_file"),
    path("pro/referents/<uuid:public_id>/", pro_referents.referent, name="pro_referent"),
    path("pro/referents/<uuid:public_id>.vcf", pro_referents.vcard, name="pro_referent_vcard"),
    path("pro/organisme/<slug:slug>/referents/", pro_own_referents.own_referents, name="pro_own_referents"),
    path("pro/organisme/<slug:slug>/referents/nouveau/", pro_own_referents.new, name="pro_referent_new"),
    path("pro/organisme/<slug:slug>/referents/confirmer/", pro_own_referents.confirm, name="pro_referents_confirm"),
    path("pro/organisme/<slug:slug>/referents/<uuid:public_id>/", pro_own_referents.change, name="pro_referent_change"),
    path(
        "pro/organisme/<slug:slug>/referents/<uuid:public_id>/remplacer/",
        pro_own_referents.replace,
        name="pro_referent_replace",
    ),
    path(
        "pro/organisme/<slug:slug>/referents/<uuid:public_id>/<slug:act>/",
        pro_own_referents.act,
        name="pro_referent_act",
    ),
    path("referents/confirmer/<slug:secret>/", fair_use(confirm.check), name="referent_check"),
    # Places of one's organisation.
    path("pro/organisme/<slug:slug>/lieux/", pro_sites.sites, name="pro_sites"),
    path("pro/organisme/<slug:slug>/lieux/ajouter/", pro_sites.add, name="pro_site_add"),
    path("pro/organisme/<slug:slug>/lieux/<slug:site_slug>/", pro_sites.site, name="pro_site"),
    path("pro/organisme/<slug:slug>/lieux/<slug:site_slug>/confirmer/", pro_sites.confirm, name="pro_site_confirm"),
    path("pro/organisme/<slug:slug>/lieux/<slug:site_slug>/retirer/", pro_sites.withdraw, name="pro_site_withdraw"),
    path(
        "pro/organisme/<slug:slug>/lieux/<slug:site_slug>/remettre/", pro_sites.bring_back, name="pro_site_bring_back"
    ),
    path("pro/organisme/<slug:slug>/lieux/<slug:site_slug>/fermetures/", pro_sites.closures, name="pro_site_closures"),
    path(
        "pro/organisme/<slug:slug>/lieux/<slug:site_slug>/fermetures/<int:number>/retirer/",
        pro_sites.remove_closure,
        name="pro_site_closure_remove",
    ),
    # Errors told by readers.
    path("signaler/<slug:kind>/<slug:slug>/", reports.tell, name="report"),
    path("signaler/<slug:kind>/<slug:slug>/merci/", reports.thanks, name="report_thanks"),
    path("pro/signalements/", reports.desk, name="pro_reports"),
    path("pro/signalements/<uuid:public_id>/", reports.report, name="pro_report"),
]

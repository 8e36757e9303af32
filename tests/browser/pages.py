"""The public pages, one address of each sort and of each telling state."""

PUBLIC_PAGES = [
    "/",
    "/lieux/",
    "/lieux/?commune=88160&statut=lyceen",
    "/lieux/?commune=88160&statut=lyceen&vue=carte",
    "/lieux/?commune=nulle-part-ailleurs&rayon=-1",
    "/lieux/?commune=Saint-Martin",
    "/lieux/mission-locale-troyes/",
    "/territoires/",
    "/territoires/troyes-chaumont/",
    "/reseaux/",
    "/reseaux/missions-locales/",
    "/organismes/",
    "/organismes/apec/",
    "/charte/",
    "/charte/criteres/",
    "/recherche/",
    "/recherche/?q=mision+local",
    "/recherche/?q=xyzzyx",
    "/accessibilite/",
    "/mentions-legales/",
    "/donnees-personnelles/",
    "/plan-du-site/",
    "/api/v1/docs/",
    "/comptes/connexion/",
    "/comptes/inscription/",
    "/comptes/mot-de-passe/oubli/",
    "/donnees/",
    "/lieux/mission-locale-troyes/carte/",
    "/pages/le-spro/",
    "/pages/premier-entretien/",
    "/pages/vos-droits-cep-vae-bilan/",
    "/signaler/site/mission-locale-troyes/",
    "/signaler/territory/troyes-chaumont/",
    "/pro/invitation/une-invitation-inconnue/",
    "/referents/confirmer/une-demande-inconnue/",
    "/agenda/?vue=semaine",
    "/agenda/?vue=mois",
    "/agenda/?vue=carte",
    "/agenda/integrer/?type=forum",
    "/une-page-qui-n-existe-pas/",
]

# What each demo account opens once signed in.
_HOUSE = "/pro/organisme/mission-locale-troyes/"
_SITE = f"{_HOUSE}lieux/mission-locale-troyes/"
DESKS = {
    "citoyen": ["/comptes/", "/comptes/sessions/", "/comptes/double-verification/"],
    "pro": [
        "/pro/", _HOUSE, f"{_HOUSE}fiche/", f"{_HOUSE}equipe/", f"{_HOUSE}referents/", _SITE,
        "/comptes/code-de-conduite/",
    ],
    "manager": [
        "/pro/", "/pro/organisme/", f"{_HOUSE}fiche/", f"{_HOUSE}historique/", f"{_HOUSE}equipe/",
        f"{_HOUSE}equipe/inviter/", f"{_HOUSE}charte/", f"{_HOUSE}referents/", f"{_HOUSE}referents/nouveau/",
        f"{_HOUSE}lieux/", f"{_HOUSE}lieux/ajouter/", _SITE, f"{_SITE}fermetures/", "/pro/signalements/",
        "/pro/referents/", "/pro/referents/?agence=troyes-chaumont&etat=vacant", "/pro/referents/?vue=grille",
        "/comptes/double-verification/application/activer/",
    ],
    "agence": ["/pro/", "/pro/referents/", "/pro/signalements/", "/admin/", "/admin/territories/site/"],
    "region": [
        "/pro/", "/admin/", "/admin/recherche/?q=troyes", "/admin/imports/", "/admin/territories/site/",
        "/admin/members/organisation/", "/admin/territories/referent/", "/admin/spro/page/", "/admin/spro/page/add/",
        "/admin/spro/pageimage/add/", "/admin/core/journalentry/", "/admin/territories/sheetreport/",
    ],
}  # fmt: skip

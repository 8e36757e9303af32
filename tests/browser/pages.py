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
    "/une-page-qui-n-existe-pas/",
]

# What each demo account opens once signed in.
DESKS = {
    "citoyen": ["/comptes/"],
    "pro": ["/pro/", "/pro/organisme/"],
    "manager": ["/pro/", "/pro/organisme/", "/pro/referents/", "/pro/referents/?vue=grille"],
    "agence": ["/pro/", "/pro/referents/", "/admin/"],
    "region": ["/pro/", "/admin/", "/admin/territories/site/", "/admin/members/organisation/"],
}

"""The public pages, one address of each sort and of each telling state.

« /a/ > pattern » is the first address of the page /a/ that the pattern describes: those that hold a number of the
database; « + tail » is added to it (`tests/browser/conftest.py`).
"""

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
    "/agenda/",
    "/agenda/?commune=10387&rayon=30&type=atelier&type=forum&public=lyceen",
    "/agenda/?commune=10387&rayon=30&vue=carte",
    "/agenda/?q=xyzzyx",
    "/agenda/?du=hier&rayon=-1&type=inconnu&commune=nulle-part-ailleurs",
    "/agenda/?vue=semaine",
    "/agenda/?vue=mois",
    "/agenda/?vue=carte",
    "/agenda/integrer/?type=forum",
    "/agenda/forum-des-metiers-de-troyes/",
    "/agenda/un-cv-qui-me-ressemble/",
    "/agenda/job-dating-de-l-hotellerie/",
    "/agenda/salon-du-jardin-et-du-paysage/",
    "/agenda/preparer/",
    "/agenda/preparer/forum/",
    "/signaler/event/forum-des-metiers-de-troyes/",
    "/agenda/proposer/",
    "/agenda/s-abonner/?type=atelier&du=2026-12-01",
    "/agenda/s-abonner/merci/",
    "/agenda/alerte/une-alerte-inconnue/",
    "/agenda/mon-inscription/une-inscription-inconnue/",
    "/agenda/bilan/un-bilan-inconnu/",
    "/candidature/",
    "/reconnaissances/",
    "/reconnaissances/ > /reconnaissances/[0-9a-f-]{36}/",
    "/une-page-qui-n-existe-pas/",
]

# What each demo account opens once signed in.
_HOUSE = "/pro/organisme/mission-locale-troyes/"
_SITE = f"{_HOUSE}lieux/mission-locale-troyes/"
_EVENT = "/pro/agenda/forum-des-metiers-de-troyes/"
_DOSSIER = "/candidature/ > /candidature/[0-9a-f-]{36}/"
_SITES = f"{_DOSSIER} + sites/"
_DESK = "/admin/recognition/"
_PSAD = "/psad/troyes/"
DESKS = {
    "citoyen": ["/comptes/", "/comptes/sessions/", "/comptes/double-verification/"],
    "pro": [
        "/pro/", _HOUSE, f"{_HOUSE}fiche/", f"{_HOUSE}equipe/", f"{_HOUSE}referents/", _SITE,
        "/comptes/code-de-conduite/", "/pro/agenda/", _EVENT, f"{_EVENT}modifier/", f"{_EVENT}dates/",
    ],
    "manager": [
        "/pro/", "/pro/organisme/", f"{_HOUSE}fiche/", f"{_HOUSE}historique/", f"{_HOUSE}equipe/",
        f"{_HOUSE}equipe/inviter/", f"{_HOUSE}charte/", f"{_HOUSE}referents/", f"{_HOUSE}referents/nouveau/",
        f"{_HOUSE}lieux/", f"{_HOUSE}lieux/ajouter/", _SITE, f"{_SITE}fermetures/", "/pro/signalements/",
        "/pro/referents/", "/pro/referents/?agence=troyes-chaumont&etat=vacant", "/pro/referents/?vue=grille",
        "/comptes/double-verification/application/activer/",
        "/pro/agenda/", "/pro/agenda/?pile=brouillons", "/pro/agenda/nouveau/", _EVENT, f"{_EVENT}modifier/",
        f"{_EVENT}apercu/", f"{_EVENT}dates/", f"{_EVENT}dates/ajouter/", f"{_EVENT}retirer/",
    ],
    "candidat": [
        "/pro/", "/candidature/commencer/", _DOSSIER, f"{_DOSSIER} + organisme/", _SITES,
        f"{_SITES} > /candidature/[0-9a-f-]{{36}}/sites/[0-9]+/", f"{_SITES}nouveau/", f"{_DOSSIER} + criteres/",
        f"{_DOSSIER} + pieces/", f"{_DOSSIER} + relire/",
        f"{_DOSSIER} + deposer/", f"{_DOSSIER} + messages/", f"{_DOSSIER} + retirer/",
    ],
    "cio": [
        "/pro/", _PSAD, f"{_PSAD}?etape=closed", f"{_PSAD} > {_PSAD}dossiers/[0-9a-f-]{{36}}/",
        *(f"{_PSAD}?etape={step} > {_PSAD}dossiers/[0-9a-f-]{{36}}/" for step in ("received", "followed", "closed")),
        f"{_PSAD}transferts/",
    ],
    "ml": [f"{_PSAD} > {_PSAD}dossiers/[0-9a-f-]{{36}}/"],
    "agence": ["/pro/", "/pro/referents/", "/pro/signalements/", "/admin/", "/admin/territories/site/",
               "/admin/events/event/", "/admin/events/event/radar/"],
    "region": [
        "/pro/", "/admin/", "/admin/recherche/?q=troyes", "/admin/imports/", "/admin/territories/site/",
        "/admin/members/organisation/", "/admin/territories/referent/", "/admin/spro/page/", "/admin/spro/page/add/",
        "/admin/spro/pageimage/add/", "/admin/core/journalentry/", "/admin/territories/sheetreport/",
        "/admin/events/event/?due=a-relire", "/admin/events/event/radar/", "/admin/events/revision/",
        f"{_DESK}candidature/", f"{_DESK}candidature/statistiques/",
        *(f"{_DESK}candidature/?state__exact={state} > {_DESK}candidature/[0-9]+/change/"
          for state in ("incomplete", "granted")),
        f"{_DESK}candidature/?state__exact=complete > {_DESK}candidature/[0-9]+/ + grille/",
        f"{_DESK}sitting/", f"{_DESK}sitting/ > {_DESK}sitting/[0-9]+/change/", f"{_DESK}decision/",
        f"{_DESK}decision/ > {_DESK}decision/[0-9]+/change/", f"{_DESK}recognition/",
        f"{_DESK}recognition/ > {_DESK}recognition/[0-9]+/change/", f"{_DESK}visit/",
        f"{_DESK}visit/ > {_DESK}visit/[0-9]+/change/", f"{_DESK}notice/ > {_DESK}notice/[0-9]+/change/",
        f"{_DESK}letter/",
        f"{_DESK}letter/ > {_DESK}letter/[0-9]+/change/", f"{_DESK}campaign/",
        f"{_DESK}campaign/ > {_DESK}campaign/[0-9]+/change/", f"{_DESK}lettertemplate/",
        f"{_DESK}lettertemplate/add/?kind=grant", f"{_DESK}rule/",
    ],
}  # fmt: skip

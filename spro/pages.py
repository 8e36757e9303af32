"""The fixed pages of the portal: one list for the site map, `sitemap.xml` and the search."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Page:
    """`name` is the URL's; `words` are searched and never shown."""

    name: str
    title: str
    summary: str
    group: str
    words: str = ""

    @property
    def url(self) -> str:
        """Its address, or nothing when the room that serves it is not installed."""
        try:
            return reverse(self.name)
        except NoReverseMatch:
            return ""


FIND, KNOW, RIGHTS, PROS = "Trouver", "Comprendre", "Vos droits", "Professionnel·les et données"

PAGES = (
    Page("home", "Accueil", "Dire sa situation, son besoin et sa commune, et trouver qui peut aider.", FIND),
    Page(
        "sites", "Trouver un lieu", "Les lieux qui vous reçoivent, les plus proches et les mieux placés d’abord.", FIND,
        "annuaire carte adresse rendez-vous conseiller près de chez moi code postal",
    ),
    Page(
        "agenda", "L’agenda", "Portes ouvertes, forums, ateliers : ce qui vient, près de chez vous ou en ligne.",
        FIND, "évènements évènement événement événements calendrier dates salon conférence webinaire job dating stage",
    ),
    Page(
        "agenda_subscribe", "S’abonner à l’agenda", "Une recherche dans votre calendrier ou vos courriels.",
        FIND, "ics icalendar google outlook atom rss flux alerte courriel abonnement",
    ),
    Page(
        "propose_event", "Proposer un évènement", "Vous organisez quelque chose ? Dites-le, nous le relirons.", FIND,
        "annoncer publier ajouter agenda",
    ),
    Page(
        "territories", "Les territoires", "Les agences territoriales, leurs bassins d’emploi, leurs lieux.", FIND,
        "agence carte département bassin",
    ),
    Page("search", "Rechercher", "Tout le portail, avec vos mots.", FIND),
    Page("networks", "Les réseaux", "Ce que chaque réseau fait pour vous.", KNOW, "signataires partenaires membres"),
    Page(
        "organisations", "Les organismes", "Les signataires de la charte et les partenaires associés.", KNOW,
        "missions locales universités chambres CIO",
    ),
    Page(
        "charter", "La charte", "Les valeurs, les engagements, les signatures.", KNOW,
        "gratuité confidentialité neutralité axes spro",
    ),
    Page(
        "charter_criteria", "Le cahier des charges", "Ce que chaque lieu vous doit, et comment rejoindre le réseau.",
        KNOW, "critères qualité annexe 1 candidature reconnaissance",
    ),
    Page(
        "recognitions", "Les organismes reconnus", "Depuis quand, jusqu’à quand, et ce que cela vaut.", KNOW,
        "reconnaissance reconnu attestation membre habilitation labellisé vérifier",
    ),
    Page(
        "bilans", "Les bilans", "Ce que l’orientation a fait chaque année, pour qui, où : synthèses, chiffres.", KNOW,
        "bilan annuel synthèse régionale évaluation rapport chiffres statistiques indicateurs résultats CREFOP",
    ),
    Page(
        "accessibility", "Accessibilité", "Ce qui est accessible, ce qui ne l’est pas encore, comment le signaler.",
        RIGHTS, "rgaa handicap lecteur d’écran contraste déclaration",
    ),
    Page(
        "privacy", "Données personnelles", "Ce que le portail sait de vous : presque rien. Vos droits.", RIGHTS,
        "rgpd cookies traceurs confidentialité vie privée dpo cnil",
    ),
    Page(
        "legal", "Mentions légales", "Qui publie, qui héberge, sous quelle licence.", RIGHTS,
        "éditeur hébergeur directeur de la publication licence contact",
    ),
    Page("site_map", "Plan du site", "Toutes les pages du portail.", RIGHTS),
    Page(
        "candidature_home", "Rejoindre le réseau", "Faire reconnaître votre organisme : qui, quand, comment.", PROS,
        "candidature candidater reconnaissance dossier dépôt devenir membre adhérer campagne",
    ),
    Page("account_login", "Se connecter", "Pour les professionnel·les et les titulaires d’un compte.", PROS, "compte"),
    Page(
        "open_data", "Données ouvertes", "Les données publiques du portail, à télécharger et à réutiliser.", PROS,
        "open data télécharger csv json geojson licence ouverte data inclusion dcat",
    ),
    Page(
        "agenda_compose", "L’agenda sur votre site", "Composer un encart à poser sur votre propre site, sans traceur.",
        PROS, "intégrer widget iframe embed web component",
    ),
    Page(
        "api:docs", "L’API des données ouvertes", "Les mêmes données, à lire par programme.", PROS,
        "open data json développeur openapi",
    ),
)  # fmt: skip


def existing() -> list[Page]:
    """The pages that this installation serves."""
    return [page for page in PAGES if page.url]

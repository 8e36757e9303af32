"""What the invented person of the demonstration tells of herself, in her words. Nothing of it exists."""

from __future__ import annotations

from typing import Any

from lorfolio.lists import ExtraKind, Kind, Level

SUMMARY = (
    "Après quatre ans dans le commerce et une année de service civique auprès de personnes âgées, j’ai trouvé ce que"
    " je veux faire\u00a0: prendre soin, avec patience et bonne humeur. Je prépare le concours d’aide-soignante."
)
SUMMARY_DE = (
    "Nach vier Jahren im Verkauf und einem Freiwilligendienst mit älteren Menschen weiß ich, was ich will: Menschen"
    " pflegen, mit Geduld und guter Laune. Ich bereite mich auf die Ausbildung zur Pflegehelferin vor."
)

EXPERIENCES: dict[str, dict[str, Any]] = {
    "civique": {
        "kind": Kind.VOLUNTEERING, "title": "Service civique auprès des résidents",
        "organisation": "Résidence Les Tilleuls", "place": "Troyes", "starts": "2025-10", "ends": "2026-06",
        "summary": "Rompre l’isolement de quarante résidents, aux côtés de l’équipe d’animation.",
        "highlights": [
            "Accueillir les familles et les accompagner le jour de l’entrée",
            "Préparer et animer un atelier de chant chaque semaine, pour douze personnes",
            "Aider au repas et repérer ce qui ne va pas, pour le dire à l’équipe de soins",
        ],
        "translations": {"de": {
            "title": "Freiwilligendienst in der Betreuung", "organisation": "Seniorenheim Les Tilleuls",
            "summary": "Gemeinsam mit dem Betreuungsteam vierzig Bewohnerinnen und Bewohner begleitet.",
            "highlights": [
                "Familien am Tag des Einzugs empfangen und begleitet",
                "Jede Woche eine Singgruppe für zwölf Personen vorbereitet und geleitet",
                "Beim Essen geholfen, Veränderungen bemerkt und dem Pflegeteam gemeldet",
            ]}},
    },
    "boulangerie": {
        "kind": Kind.WORK, "title": "Vendeuse, puis responsable de boutique",
        "organisation": "Boulangerie Au Bon Levain", "place": "Sainte-Savine", "starts": "2021-07",
        "ends": "2025-08", "summary": "Une boutique de quartier, trois cents clients par jour.",
        "highlights": [
            "Tenir la caisse et la fermer chaque soir, sans écart sur quatre ans",
            "Faire le planning de quatre personnes et former deux apprenties",
            "Réduire le pain jeté d’un tiers en suivant les ventes jour par jour",
        ],
        "translations": {"de": {
            "title": "Verkäuferin, später Filialleiterin", "organisation": "Bäckerei Au Bon Levain",
            "summary": "Eine Bäckerei im Viertel mit dreihundert Kunden am Tag.",
            "highlights": [
                "Kasse geführt und täglich abgerechnet, vier Jahre ohne Abweichung",
                "Dienstplan für vier Personen erstellt, zwei Auszubildende angeleitet",
                "Brotabfälle um ein Drittel verringert, dank täglicher Auswertung der Verkäufe",
            ]}},
    },
    "grand-mere": {
        "kind": Kind.CARE, "title": "Aidante de ma grand-mère", "place": "Troyes", "starts": "2019", "ends": "2022",
        "summary": "Trois ans de visites chaque soir, pendant le lycée puis le travail.",
        "highlights": [
            "Préparer les repas et le pilulier, suivre les rendez-vous",
            "Aider à la toilette et au coucher, sans presser",
            "Parler avec l’infirmière et l’assistante sociale, noter ce qui change",
        ],
        "translations": {"de": {
            "title": "Pflege meiner Großmutter",
            "summary": "Drei Jahre lang jeden Abend, neben Schule und Arbeit.",
            "highlights": [
                "Mahlzeiten und Medikamente vorbereitet, Termine begleitet",
                "Bei Körperpflege und Zubettgehen geholfen",
                "Absprachen mit Pflegedienst und Sozialberatung",
            ]}},
    },
    "fribourg": {
        "kind": Kind.OTHER, "title": "Échange de trois mois en Allemagne",
        "organisation": "Lycée professionnel et école partenaire", "place": "Fribourg-en-Brisgau",
        "starts": "2020-01", "ends": "2020-03", "summary": "Stage dans une pâtisserie, vie dans une famille.",
        "translations": {"de": {
            "title": "Dreimonatiger Austausch in Deutschland", "organisation": "Berufsschule und Partnerschule",
            "place": "Freiburg im Breisgau", "summary": "Praktikum in einer Konditorei, Leben in einer Gastfamilie."}},
    },
    "bac": {
        "kind": Kind.STUDY, "title": "Baccalauréat professionnel Métiers du commerce et de la vente",
        "organisation": "Lycée des Deux-Ponts", "place": "Troyes", "starts": "2018-09", "ends": "2021-06",
        "summary": "Mention bien.", "details": {"studyType": "Baccalauréat professionnel", "area": "Commerce et vente"},
        "translations": {"de": {
            "title": "Baccalauréat professionnel Handel und Verkauf (Berufsabitur)",
            "organisation": "Berufliches Gymnasium Deux-Ponts", "summary": "Note: gut."}},
    },
    "chorale": {
        "kind": Kind.PASSION, "title": "Choriste, cheffe de pupitre", "organisation": "Chorale À Pleine Voix",
        "place": "Troyes", "starts": "2017", "summary": "Trente choristes, deux concerts par an.",
        "highlights": ["Faire répéter huit altos", "Organiser la tournée dans quatre résidences de l’Aube"],
        "translations": {"de": {
            "title": "Chorsängerin, Stimmführerin", "organisation": "Chor À Pleine Voix",
            "summary": "Dreißig Sängerinnen und Sänger, zwei Konzerte im Jahr.",
            "highlights": ["Proben mit acht Altstimmen geleitet", "Eine Konzertreise durch vier Heime organisiert"]}},
    },
}  # fmt: skip

# label, in German, level, experiences where it was used, an example
SKILLS: tuple[tuple[str, str, Level, tuple[str, ...], str], ...] = (
    ("Écouter quelqu’un sans juger", "Aufmerksam zuhören", Level.TEACHES, ("civique", "grand-mere"),
     "Une résidente ne parlait plus à table\u00a0: j’ai compris qu’elle n’entendait plus de ce côté-là."),
    ("Rassurer une personne inquiète", "Beruhigen und Sicherheit geben", Level.ALONE, ("civique", "grand-mere"), ""),
    ("Aider une personne dans les gestes du quotidien", "Im Alltag unterstützen", Level.ALONE,
     ("grand-mere", "civique"), "Lever, repas, marche\u00a0: au rythme de la personne."),
    ("Respecter l’hygiène alimentaire", "Lebensmittelhygiene einhalten", Level.TEACHES, ("boulangerie",), ""),
    ("Accueillir des personnes", "Menschen empfangen", Level.TEACHES, ("boulangerie", "civique"), ""),
    ("Tenir une caisse", "Kasse führen", Level.TEACHES, ("boulangerie",), ""),
    ("Tenir un planning pour plusieurs personnes", "Dienstpläne erstellen", Level.ALONE, ("boulangerie",), ""),
    ("Accueillir un nouveau ou une nouvelle", "Kolleginnen einarbeiten", Level.ALONE, ("boulangerie",), ""),
    ("Animer un atelier", "Eine Gruppe anleiten", Level.ALONE, ("civique", "chorale"), ""),
    ("Transmettre une information utile à l’équipe", "Wichtiges dem Team melden", Level.ALONE, ("civique",), ""),
    ("Garder son calme sous pression", "In Stresssituationen ruhig bleiben", Level.ALONE, ("civique",), ""),
    ("Préparer les repas d’une personne fragile", "Mahlzeiten zubereiten", Level.HELPED, ("grand-mere",), ""),
)  # fmt: skip

LANGUAGES = (("Français", "natif"), ("Allemand", "B1"), ("Anglais", "A2"))

EXTRAS: dict[str, dict[str, Any]] = {
    "psc1": {
        "kind": ExtraKind.CERTIFICATE, "title": "Premiers secours citoyen", "issuer": "Association de secouristes",
        "date": "2025-11", "translations": {"de": {"title": "Erste-Hilfe-Kurs", "issuer": "Rettungsverein"}},
    },
    "permis": {
        "kind": ExtraKind.CERTIFICATE, "title": "Permis B, véhicule personnel", "date": "2022-04",
        "translations": {"de": {"title": "Führerschein Klasse B, eigenes Auto"}},
    },
    "chant": {
        "kind": ExtraKind.INTEREST, "title": "Chant", "summary": "En chœur depuis dix ans.",
        "translations": {"de": {"title": "Singen", "summary": "Seit zehn Jahren im Chor."}},
    },
    "velo": {
        "kind": ExtraKind.INTEREST, "title": "Voyages à vélo", "summary": "Le canal de la Marne au Rhin, en six jours.",
        "translations": {"de": {"title": "Radreisen", "summary": "Der Rhein-Marne-Kanal in sechs Tagen."}},
    },
}  # fmt: skip

CARE_SUMMARY = (
    "Quatre ans au contact du public, une année auprès de personnes âgées\u00a0: je prépare le concours"
    " d’aide-soignante."
)
SKILLS_SUMMARY = (
    "Ce que j’ai appris au comptoir, dans une résidence et à la maison tient en deux mots\u00a0: prendre\u00a0soin."
)

# Of which skill, by whom, as what, where, in which words.
ATTESTATIONS = (
    ("Animer un atelier", "Hortense Villemin", "animatrice", "Résidence Les Tilleuls",
     "Inès a tenu l’atelier de chant seule pendant huit mois. Les résidents la réclament encore."),
    ("Tenir un planning pour plusieurs personnes", "Raoul Pernotte", "boulanger", "Boulangerie Au Bon Levain",
     "Le planning n’a jamais aussi bien tourné."),
)  # fmt: skip

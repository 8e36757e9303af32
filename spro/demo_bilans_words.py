"""What people write in the bilans of the demonstration: invented, and varied enough to be read one after the other."""

from __future__ import annotations

import random
from collections.abc import Mapping

Texts = tuple[str, ...]

# By kind of bilan, then by field; each bilan takes one or two sentences of each.
WORDS: Mapping[str, Mapping[str, Texts]] = {
    "organisation": {
        "happened": (
            "Nous avons reçu davantage de personnes venues d’elles-mêmes, sans rendez-vous, surtout à la rentrée.",
            "L’accueil a été réorganisé autour d’un premier entretien court, proposé le jour même.",
            "Deux permanences ont ouvert dans des communes où personne ne recevait plus le public.",
            "Les salarié·es en reconversion sont plus nombreux·ses qu’avant à demander un premier conseil.",
            "L’équipe a été au complet toute l’année, pour la première fois depuis trois ans.",
            "Une absence longue a réduit nos permanences au printemps\u00a0; elles ont repris en septembre.",
            "Nos ateliers sur la validation des acquis de l’expérience ont trouvé leur public.",
            "Les demandes par téléphone et par visioconférence sont devenues habituelles.",
        ),
        "judged": (
            "Le délai avant un premier rendez-vous a baissé, ce que les personnes reçues disent apprécier.",
            "Nous orientons mieux vers les autres membres, mais nous savons trop rarement ce qu’il en advient.",
            "La qualité de l’accueil est reconnue\u00a0; le suivi après six mois reste notre point faible.",
            "Les personnes en situation de handicap sont mieux reçues depuis que toute l’équipe a été formée.",
            "L’objectif de présence dans les forums est atteint, celui des visites d’entreprises ne l’est pas.",
            "Nos chiffres par âge et par statut sont fiables\u00a0; ceux par territoire le sont moins.",
            "Les questionnaires montrent une vraie satisfaction, mais peu de personnes y répondent.",
        ),
        "better": (
            "Nous voulons savoir ce que deviennent les personnes adressées à un autre membre, avec leur accord.",
            "Une plage en soirée sera essayée chaque semaine pour les personnes qui travaillent.",
            "Nous proposerons un questionnaire d’une minute, à la fin de chaque entretien.",
            "Un échange de pratiques par trimestre avec les équipes voisines est inscrit au programme.",
            "La fiche de chacun de nos lieux sera relue deux fois par an, horaires compris.",
            "Nous préparons avec l’agence une journée commune sur les métiers qui recrutent.",
        ),
        "commentary": (
            "Une année de consolidation, portée par une équipe stable et des liens plus étroits sur le territoire.",
            "L’activité progresse sans moyens nouveaux\u00a0: nous avons revu notre accueil et nos priorités.",
            "L’année a été marquée par un déménagement, dont les effets se lisent dans les chiffres du printemps.",
            "Le public change\u00a0: plus d’adultes en emploi, plus de demandes à distance, d’autres questions.",
        ),
    },
    "territory": {
        "happened": (
            "La concertation s’est réunie régulièrement et a adopté un programme d’actions commun.",
            "Deux nouveaux partenaires ont rejoint les groupes de projet, dont une branche professionnelle.",
            "Le forum annuel a changé de lieu et a accueilli plus de visiteurs que prévu.",
            "Plusieurs actions ont été menées dans des bassins où peu d’évènements se tenaient.",
            "Les visites d’entreprises ont repris, avec des groupes plus petits et mieux préparés.",
        ),
        "judged": (
            "Les actions sont bien connues des établissements, encore trop peu des demandeurs d’emploi.",
            "La coordination fonctionne\u00a0; le calendrier, lui, reste trop chargé en mars et en novembre.",
            "La satisfaction des participant·es est bonne, mais nous n’avons pas su toucher les publics éloignés.",
            "Le programme a été tenu presque en entier\u00a0; les deux actions abandonnées manquaient de porteur.",
        ),
        "better": (
            "Le programme de l’an prochain sera arrêté en juin, pour que les établissements s’organisent.",
            "Chaque action aura un·e référent·e et un questionnaire commun.",
            "Nous voulons une action au moins dans chaque bassin d’emploi du territoire.",
            "Un transport sera proposé aux jeunes des communes éloignées pour les deux plus grands forums.",
        ),
        "commentary": (
            "Le territoire dispose désormais d’un programme lisible, que les membres portent ensemble.",
            "L’année a montré ce que la concertation apporte\u00a0: moins de doublons, des actions mieux réparties.",
            "Les résultats sont bons dans les villes, plus fragiles dans les bassins ruraux.",
        ),
    },
    "psad": {
        "happened": (
            "La liste RIO est arrivée plus tôt et a été partagée entre les deux équipes en une semaine.",
            "Le cercle 2 s’est élargi aux services de la protection judiciaire et à deux nouveaux CFA.",
            "Une semaine de remobilisation a réuni des jeunes de tout le territoire.",
            "Les familles ont été contactées par téléphone avant tout courrier.",
        ),
        "judged": (
            "Les jeunes sont joints plus vite\u00a0; ceux qui changent d’adresse restent difficiles à retrouver.",
            "Le suivi à trois mois est bien tenu, celui à six mois demande encore un effort.",
            "Les solutions proposées sont plus variées qu’avant, l’apprentissage y prend une part croissante.",
        ),
        "better": (
            "Un rendez-vous sera proposé dans les quinze jours, en soirée s’il le faut.",
            "Les places disponibles seront partagées chaque mois entre les membres du cercle 2.",
            "Nous voulons associer davantage les missions locales voisines pour les jeunes qui déménagent.",
        ),
        "commentary": (
            "Une plateforme qui travaille mieux ensemble, et des jeunes reçus plus tôt.",
            "L’essentiel de l’année a porté sur le repérage et sur les premiers contacts.",
        ),
    },
    "region": {
        "happened": (
            "Les membres ont reçu le public toute l’année, et les douze territoires ont tenu leur concertation.",
            "L’agenda de l’orientation est devenu le rendez-vous commun des membres et du public.",
        ),
        "judged": (
            "L’accueil et le premier conseil tiennent bon\u00a0; le suivi d’un membre à l’autre reste à consolider.",
            "L’écart demeure entre les villes et les bassins ruraux.",
        ),
        "better": (
            "Nous proposons au CREFOP une présence dans chaque bassin d’emploi.",
            "Nous voulons une mesure commune de la satisfaction, et un suivi partagé avec l’accord des personnes.",
        ),
        "commentary": (
            "Cette synthèse réunit ce que les membres ont déclaré\u00a0; elle dit ce qui manque et n’invente rien.",
        ),
    },
}  # fmt: skip

UP: Texts = (
    "Une permanence de plus par semaine depuis le printemps.",
    "Le renfort de deux personnes a permis d’ouvrir de nouveaux créneaux.",
    "Le rapprochement avec un membre voisin nous amène un public nouveau.",
    "Comptage plus complet qu’avant\u00a0: ce qui se tient à distance y entre désormais.",
)
DOWN: Texts = (
    "Un poste est resté vacant six mois.",
    "Le déménagement a fermé l’accueil pendant sept semaines.",
    "Un changement de logiciel a laissé de côté une partie de l’année\u00a0: le chiffre est prudent.",
    "Moins de groupes ont été reçus, à la demande des établissements.",
)
UNAVAILABLE: Texts = (
    "Notre logiciel ne compte pas encore ces entretiens à part.",
    "Nous n’avons pas mené d’enquête cette année.",
    "Le découpage par structure n’est pas tenu\u00a0: chiffre attendu l’an prochain.",
)
RETURNED: Texts = (
    "Merci de vérifier le nombre de personnes accompagnées, bien plus élevé que l’an passé.",
    "La ventilation par territoire semble incomplète\u00a0: pouvez-vous la reprendre avec vos antennes\u00a0?",
    "Il manque une réponse à «\u00a0Comment faire mieux\u00a0?\u00a0» qui parle de vos propres actions.",
)


def written(kind: str, dice: random.Random) -> dict[str, str]:
    """The commentary and the three answers of a bilan."""
    return {
        name: " ".join(dice.sample(texts, min(len(texts), 1 if name == "commentary" else 2)))
        for name, texts in WORDS[kind].items()
    }


def explained(now: float, before: float, dice: random.Random) -> str:
    """Why a figure moved so much."""
    return dice.choice(UP if now > before else DOWN)

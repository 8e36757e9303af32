"""Getting ready for an event, being there, and what to do next: one sheet for each type (A1). Our own sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.reference import EventType


@dataclass(frozen=True, slots=True)
class Kit:
    """`lead` says what such an event gives; then what to do before, on the day, after; each a list of sentences."""

    lead: str
    before: tuple[str, ...]
    during: tuple[str, ...]
    after: tuple[str, ...]


# True of every event.
COMING: Final = (
    "Vérifiez la date, l’heure et le lieu la veille : la page de l’évènement dit tout changement.",
    "Un besoin particulier ? Dites-le à l’avance à l’organisateur.",
)
STUCK: Final = ("Vous hésitez encore ? Un·e conseiller·ère près de chez vous peut en parler avec vous, gratuitement.",)

KITS: Final[Mapping[str, Kit]] = {
    EventType.PORTES_OUVERTES: Kit(
        "Voir un établissement de l’intérieur, et parler avec celles et ceux qui y étudient et y enseignent.",
        (
            "Lisez la page de l’établissement : formations, durée, conditions d’entrée.",
            "Notez trois questions dont vous ne trouvez pas la réponse en ligne.",
            "Repérez le trajet comme si vous le faisiez chaque matin : combien de temps, à quel prix ?",
            "Venez avec quelqu’un qui vous connaît : on retient mieux à deux.",
        ),
        (
            "Parlez avec des élèves ou des apprenti·es : qu’est-ce qui les a surpris en arrivant ?",
            "Demandez à voir un atelier, un laboratoire ou un cours, pas seulement le hall.",
            "Demandez comment se passe une semaine : heures de cours, travail à la maison, stages.",
            "Demandez combien de candidatures sont reçues, et sur quoi on choisit.",
            "Renseignez-vous sur l’internat, la cantine, les bourses et les aides.",
        ),
        (
            "Le soir même, écrivez ce qui vous a plu et ce qui vous a gêné.",
            "Comparez avec un autre établissement avant de décider.",
            "Notez les dates d’inscription dans votre agenda.",
            "Une question est restée sans réponse ? Écrivez à la personne rencontrée.",
        ),
    ),
    EventType.FORUM: Kit(
        "Rencontrer beaucoup de métiers et de formations en quelques heures, sans rendez-vous.",
        (
            "Cherchez la liste des stands et choisissez-en cinq : deux évidents, deux curieux, un au hasard.",
            "Préparez une phrase pour vous présenter : qui vous êtes, ce que vous cherchez.",
            "Prenez de quoi noter, et quelques CV si des entreprises sont là.",
            "Venez à l’ouverture ou en fin de journée : on a plus de temps pour vous.",
        ),
        (
            "Commencez par un stand qui ne vous impressionne pas, pour vous échauffer.",
            "Demandez aux professionnels : à quoi ressemble une journée chez vous ?",
            "Demandez ce qu’ils n’aiment pas dans leur métier : la réponse aide souvent plus que le reste.",
            "Notez après chaque stand un nom, une idée et une chose à faire.",
            "Faites une pause : trois bonnes rencontres valent mieux que vingt dépliants.",
        ),
        (
            "Gardez les trois idées qui vous restent le lendemain.",
            "Pour chacune, cherchez la fiche du métier et une formation près de chez vous.",
            "Écrivez un mot de remerciement aux personnes qui vous ont laissé leur contact.",
            "Demandez une visite ou quelques jours d’observation à celle qui vous a le plus plu.",
        ),
    ),
    EventType.SALON: Kit(
        "Comparer écoles, formations et employeurs d’un même domaine, tous au même endroit.",
        (
            "Regardez le plan et le programme : notez les stands et les conférences qui comptent pour vous.",
            "Imprimez ou téléchargez votre entrée si elle est demandée.",
            "Préparez une grille pour comparer : contenu, lieu, durée, coût, débouchés.",
            "Mettez à jour votre CV, et demandez à quelqu’un de le relire.",
        ),
        (
            "Allez d’abord aux stands les plus importants : l’attente grandit avec la journée.",
            "Posez les mêmes questions partout, pour pouvoir comparer.",
            "Demandez le coût total : inscription, matériel, logement, transport.",
            "Demandez si le diplôme est reconnu, et ce que sont devenus les derniers diplômés.",
            "Ne signez et ne payez rien le jour même.",
        ),
        (
            "Remplissez votre grille pendant que tout est frais.",
            "Vérifiez ce qu’on vous a dit auprès d’une source neutre.",
            "Écartez franchement ce qui ne vous convient pas : choisir, c’est aussi cela.",
            "Inscrivez-vous aux portes ouvertes des deux ou trois qui restent.",
        ),
    ),
    EventType.ATELIER: Kit(
        "Travailler à plusieurs sur un point précis, avec quelqu’un qui anime et qui aide.",
        (
            "Relisez ce que l’atelier promet : que voulez-vous en ressortir ?",
            "Apportez ce qui est demandé : CV, ordinateur, identifiants, ou simplement de quoi écrire.",
            "Inscrivez-vous, et prévenez si vous ne venez plus : la place servira à quelqu’un.",
        ),
        (
            "Dites dès le début ce que vous attendez.",
            "Essayez, même si c’est imparfait : un atelier est fait pour se tromper.",
            "Demandez un exemple quand une consigne n’est pas claire.",
            "Écoutez les questions des autres : ce sont souvent les vôtres.",
            "Avant de partir, notez une chose que vous ferez dans la semaine.",
        ),
        (
            "Refaites l’exercice seul·e dans les deux jours : c’est là que cela reste.",
            "Montrez ce que vous avez fait à une personne de confiance.",
            "Demandez s’il y a une suite : un autre atelier, un entretien.",
        ),
    ),
    EventType.CONFERENCE: Kit(
        "Écouter des personnes qui connaissent un sujet, et leur poser vos questions.",
        (
            "Cherchez qui parle et d’où : une entreprise, une école et un service public ne disent pas la même chose.",
            "Écrivez ce que vous croyez savoir du sujet : vous verrez ce qui change.",
            "Préparez une question courte.",
        ),
        (
            "Notez les mots que vous ne connaissez pas plutôt que toutes les phrases.",
            "Notez un chiffre et d’où il vient.",
            "Posez votre question, ou allez la poser à la fin : on y répond volontiers.",
        ),
        (
            "Racontez à quelqu’un ce que vous avez retenu, en deux minutes.",
            "Vérifiez une affirmation qui vous a surpris.",
            "Cherchez un évènement plus concret sur le même sujet : visite, atelier, stage.",
        ),
    ),
    EventType.WEBINAIRE: Kit(
        "La même chose qu’une réunion, depuis chez vous.",
        (
            "Essayez le lien et le son un quart d’heure avant, surtout si c’est la première fois.",
            "Installez-vous au calme, avec de quoi écrire. Sans ordinateur, un téléphone suffit souvent.",
            "Pas de bonne connexion ? Une bibliothèque ou un espace France services peut vous accueillir.",
            "Préparez une question : vous pourrez l’écrire dans la discussion.",
        ),
        (
            "Coupez votre micro quand vous ne parlez pas ; la caméra est à votre choix.",
            "Écrivez vos questions au fur et à mesure.",
            "Activez les sous-titres s’ils existent.",
            "Demandez si l’enregistrement et les documents seront envoyés.",
        ),
        (
            "Enregistrez tout de suite les liens donnés : la discussion disparaît souvent.",
            "Écrivez à l’organisateur si votre question n’a pas eu de réponse.",
            "Cherchez une rencontre en vrai sur le même sujet, près de chez vous.",
        ),
    ),
    EventType.VISITE: Kit(
        "Entrer là où l’on travaille : voir les gestes, le bruit, l’équipe.",
        (
            "Regardez ce que fait l’entreprise ou le lieu, et combien de personnes y travaillent.",
            "Demandez la tenue à prévoir : chaussures fermées, cheveux attachés, parfois une pièce d’identité.",
            "Arrivez dix minutes avant : une visite n’attend pas.",
            "Préparez deux questions sur le métier et une sur l’ambiance.",
        ),
        (
            "Regardez les gestes, les postures, les horaires, autant que les machines.",
            "Demandez à la personne qui vous guide par où elle est passée avant.",
            "Demandez avant de prendre une photo.",
            "Demandez-vous : est-ce que je me vois ici dans un an ?",
        ),
        (
            "Écrivez ce qui vous a étonné, en bien et en mal.",
            "Remerciez : c’est le bon moment pour demander un stage.",
            "Cherchez les formations qui mènent à ce métier.",
        ),
    ),
    EventType.JOB_DATING: Kit(
        "Des entretiens courts avec des employeurs qui cherchent quelqu’un maintenant.",
        (
            "Lisez les offres annoncées, et choisissez celles qui vous vont.",
            "Préparez une minute de présentation : ce que vous savez faire, ce que vous cherchez.",
            "Imprimez plusieurs CV à jour.",
            "Entraînez-vous à voix haute, avec un proche ou une conseillère, un conseiller.",
            "Choisissez une tenue dans laquelle vous êtes à l’aise.",
        ),
        (
            "Saluez, regardez, dites votre nom : les premières secondes comptent.",
            "Donnez un exemple vrai pour chaque qualité que vous dites avoir.",
            "Posez une question sur le poste, l’équipe ou la formation à l’arrivée.",
            "Demandez quand et comment vous aurez une réponse, et notez le nom de la personne.",
        ),
        (
            "Envoyez un court message de remerciement dans les deux jours.",
            "Sans réponse à la date dite, relancez : c’est normal et bien vu.",
            "Notez la question qui vous a mis en difficulté, et préparez-la pour la prochaine fois.",
            "Un refus n’est pas un jugement : demandez ce qui a manqué.",
        ),
    ),
    EventType.STAGE: Kit(
        "Quelques jours pour essayer un métier pour de vrai, ou se former à un geste.",
        (
            "Vérifiez la convention, l’assurance et les horaires avec l’organisateur.",
            "Repérez le trajet et le repas du midi.",
            "Demandez la tenue et le matériel à apporter.",
            "Écrivez ce que vous voulez savoir à la fin.",
        ),
        (
            "Présentez-vous à chaque personne, et retenez les prénoms.",
            "Demandez à essayer, sans attendre qu’on vous le propose.",
            "Tenez un carnet : une ligne par jour sur ce que vous avez fait et appris.",
            "Quelque chose ne va pas ? Parlez-en tout de suite à votre tuteur ou tutrice, ou à l’organisateur.",
        ),
        (
            "Faites le point avec la personne qui vous a suivi·e, et demandez une attestation.",
            "Ajoutez ce stage à votre CV, avec deux choses que vous avez faites.",
            "Demandez-vous : plus envie, moins envie, ou envie d’un métier voisin ?",
        ),
    ),
    EventType.REUNION_INFORMATION: Kit(
        "Comprendre une formation, un dispositif ou une aide, et savoir si vous y avez droit.",
        (
            "Rassemblez ce qui dit votre situation : dernier diplôme, inscription à France Travail, contrat, CV.",
            "Notez vos contraintes : horaires, garde d’enfants, transport, revenus.",
            "Écrivez les questions qui vous empêchent de décider.",
        ),
        (
            "Demandez qui peut entrer, quand cela commence et combien de temps cela dure.",
            "Demandez ce que cela coûte, qui paie, et si vous serez rémunéré·e.",
            "Demandez ce que sont devenues les personnes du groupe précédent.",
            "Notez le nom de la personne à recontacter, et la date limite.",
            "Rien ne vous oblige à vous décider sur place.",
        ),
        (
            "Envoyez votre dossier sans attendre si cela vous convient : les places partent dans l’ordre.",
            "Cela ne convient pas ? Demandez vers qui aller.",
            "Rangez les papiers donnés au même endroit.",
        ),
    ),
}

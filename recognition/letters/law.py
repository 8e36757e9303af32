"""The texts that letters quote, word for word, in force on 22 November 2026 (checked against the published codes).

CRPA: code des relations entre le public et l’administration. CJA: code de justice administrative.
"""

from __future__ import annotations

CRPA = "code des relations entre le public et l’administration"
CJA = "code de justice administrative"

L112_11 = (
    "Tout envoi à une administration par voie électronique ainsi que tout paiement opéré dans le cadre d’un "
    "téléservice au sens de l’article 1er de l’ordonnance n° 2005-1516 du 8 décembre 2005 […] fait l’objet d’un accusé "
    "de réception électronique et, lorsque celui-ci n’est pas instantané, d’un accusé d’enregistrement électronique."
)
L121_1 = (
    "Exception faite des cas où il est statué sur une demande, les décisions individuelles qui doivent être motivées "
    "en application de l’article L. 211-2, ainsi que les décisions qui, bien que non mentionnées à cet article, sont "
    "prises en considération de la personne, sont soumises au respect d’une procédure contradictoire préalable."
)
L122_1 = (
    "Les décisions mentionnées à l’article L. 211-2 n’interviennent qu’après que la personne intéressée a été mise à "
    "même de présenter des observations écrites et, le cas échéant, sur sa demande, des observations orales. Cette "
    "personne peut se faire assister par un conseil ou représenter par un mandataire de son choix."
)
L240_1_REPEAL = "sa disparition juridique pour l’avenir"
L240_1_WITHDRAWAL = "sa disparition juridique pour l’avenir comme pour le passé"
L242_1 = (
    "L’administration ne peut abroger ou retirer une décision créatrice de droits de sa propre initiative ou sur la "
    "demande d’un tiers que si elle est illégale et si l’abrogation ou le retrait intervient dans le délai de quatre "
    "mois suivant la prise de cette décision."
)
L242_2 = (
    "Par dérogation à l’article L. 242-1, l’administration peut, sans condition de délai : 1° Abroger une décision "
    "créatrice de droits dont le maintien est subordonné à une condition qui n’est plus remplie ; […]"
)
R421_2 = (
    "Sauf disposition législative ou réglementaire contraire, dans les cas où le silence gardé par l’autorité "
    "administrative sur une demande vaut décision de rejet, l’intéressé dispose, pour former un recours, d’un délai de "
    "deux mois à compter de la date à laquelle est née une décision implicite de rejet. Toutefois, lorsqu’une décision "
    "explicite de rejet intervient avant l’expiration de cette période, elle fait à nouveau courir le délai de recours."
)
R421_1 = (
    "La juridiction ne peut être saisie que par voie de recours formé contre une décision, et ce, dans les deux mois à "
    "partir de la notification ou de la publication de la décision attaquée."
)

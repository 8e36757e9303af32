"""An invented person, for the drawings of models while one's own path is empty."""

from __future__ import annotations

from uuid import UUID, uuid5

from lorfolio.content import Content, ExperienceSeen, ExtraSeen, LanguageSeen, PersonSeen, SkillSeen
from lorfolio.lists import Certainty, ExtraKind, Kind, Level

_SPACE = UUID("6a1c7c52-3b86-4d6e-9b1f-5a8f6f7c2d10")


def sample() -> Content:
    return Content(
        PersonSeen("Camille", "Exemple", "Vendeuse en boulangerie", "J’aime le contact et le travail bien fait.",
                   place="Troyes", postal_code="10000",
                   translations={"de": {"headline": "Verkäuferin in einer Bäckerei"}}),
        (
            ExperienceSeen(_id("vente"), Kind.WORK, "Vendeuse", "Boulangerie Exemple", "Troyes", starts="2022-09",
                           highlights=("Accueillir et conseiller les clients", "Tenir la caisse"),
                           translations={"de": {"title": "Verkäuferin"}}),
            ExperienceSeen(_id("club"), Kind.VOLUNTEERING, "Bénévole au club de basket", "Club Exemple", "Troyes",
                           starts="2019", ends="2022", highlights=("Entraîner les plus jeunes",),
                           translations={"de": {"title": "Ehrenamtliche Trainerin"}}),
            ExperienceSeen(_id("cap"), Kind.STUDY, "CAP Équipier polyvalent du commerce", "Lycée Exemple", "Troyes",
                           starts="2020-09", ends="2022-06", certainty=Certainty.PROVED),
        ),
        (
            SkillSeen(_id("accueil"), "Accueillir des clients", "", Level.TEACHES, certainty=Certainty.ATTESTED,
                      translations={"de": {"label": "Kundschaft empfangen"}}),
            SkillSeen(_id("caisse"), "Tenir une caisse", "", Level.ALONE,
                      translations={"de": {"label": "Eine Kasse führen"}}),
            SkillSeen(_id("equipe"), "Travailler en équipe", "", Level.ALONE,
                      translations={"de": {"label": "Im Team arbeiten"}}),
            SkillSeen(_id("hygiene"), "Respecter des règles d’hygiène", "", Level.ALONE),
        ),
        (LanguageSeen(_id("fr"), "Français", "natif"), LanguageSeen(_id("de"), "Allemand", "A2")),
        (ExtraSeen(_id("permis"), ExtraKind.CERTIFICATE, "Permis B", date="2023"),
         ExtraSeen(_id("basket"), ExtraKind.INTEREST, "Basket")),
    )  # fmt: skip


def _id(name: str) -> UUID:
    return uuid5(_SPACE, name)

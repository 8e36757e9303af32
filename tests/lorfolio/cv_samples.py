"""Contents to draw, made of nothing but themselves: rich, poor, overlong, written in several scripts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from io import BytesIO
from typing import Any
from uuid import UUID, uuid5

from PIL import Image, ImageDraw

from lorfolio.content import Content, ExperienceSeen, ExtraSeen, LanguageSeen, PersonSeen, ProofSeen, SkillSeen
from lorfolio.lists import Accent, Certainty, CvModel, Kind
from lorfolio.models import Cv
from spro.demo_lorfolio_story import EXPERIENCES, EXTRAS, LANGUAGES, SKILLS, SUMMARY, SUMMARY_DE

AT = dt.datetime(2026, 11, 22, 10, 0, tzinfo=dt.UTC)
TODAY = AT.date()
SPACE = UUID(int=7)
GROUPS = ("Prendre soin", "Accueillir et vendre", "Travailler ensemble")
BY = "Hortense Villemin, animatrice, Résidence Les Tilleuls"


def cv(model: CvModel, **fields: Any) -> Cv:
    return Cv(**{"name": "CV", "model": model, "accent": Accent.PINE, "changed_at": AT} | fields)


def portrait() -> bytes:
    """A drawn face: a WebP, as our own photos are."""
    drawn = Image.new("RGB", (800, 1000), "#cfd8cf")
    pen = ImageDraw.Draw(drawn)
    pen.ellipse((100, 760, 700, 1500), fill="#31544a")
    pen.ellipse((250, 220, 550, 660), fill="#b98a6b")
    pen.pieslice((230, 170, 570, 560), 180, 360, fill="#3a2a22")
    out = BytesIO()
    drawn.save(out, "WEBP", quality=80)
    return out.getvalue()


def person(**fields: Any) -> PersonSeen:
    values: dict[str, Any] = {
        "given_name": "Inès", "family_name": "Maréchal", "headline": "Future aide-soignante", "summary": SUMMARY,
        "email": "ines.marechal@exemple.invalid", "phone": "06 00 00 00 00", "place": "Troyes",
        "postal_code": "10000", "url": "https://portail.exemple.invalid/p/ines-marechal/",
        "translations": {"de": {"headline": "Angehende Pflegehelferin", "summary": SUMMARY_DE}},
    }  # fmt: skip
    return PersonSeen(**values | fields)


def experiences() -> tuple[ExperienceSeen, ...]:
    made = []
    for number, (key, told) in enumerate(EXPERIENCES.items()):
        sure: dict[str, Any] = {}
        if number == 0:
            sure = {"certainty": Certainty.ATTESTED, "proofs": (ProofSeen("attestation", "Attestation", by=BY),)}
        facts = {**told, "highlights": tuple(told.get("highlights", ()))}
        skills = tuple(label for label, _, _, used, _ in SKILLS if key in used)[:3]
        made.append(ExperienceSeen(uuid5(SPACE, key), **facts, **sure, skills=skills))
    return tuple(made)


def skills(groups: bool = True) -> tuple[SkillSeen, ...]:
    titles = {key: told["title"] for key, told in EXPERIENCES.items()}
    sure = {0: Certainty.ATTESTED, 4: Certainty.PROVED, 8: Certainty.ATTESTED}
    return tuple(
        SkillSeen(
            uuid5(SPACE, label), label, GROUPS[min(number // 4, 2)] if groups else "", level, note,
            experiences=tuple(titles[key] for key in used), certainty=sure.get(number, Certainty.DECLARED),
            translations={"de": {"label": german}},
        )
        for number, (label, german, level, used, note) in enumerate(SKILLS)
    )  # fmt: skip


def rich(**shown: Any) -> Content:
    languages = tuple(LanguageSeen(uuid5(SPACE, name), name, level) for name, level in LANGUAGES)
    extras = tuple(ExtraSeen(uuid5(SPACE, key), **told) for key, told in EXTRAS.items())
    return Content(person(**{"photo": portrait()} | shown), experiences(), skills(), languages, extras)


def poor() -> Content:
    """A title alone: all that is asked of anybody."""
    only = ExperienceSeen(uuid5(SPACE, "only"), Kind.OTHER, "J’aide au marché le samedi")
    return Content(PersonSeen(given_name="Ali"), (only,))


def empty() -> Content:
    return Content(PersonSeen())


def overlong() -> Content:
    """A path of eight pages and more, with the longest words that the columns hold."""
    base = rich(headline="Responsable " * 13, summary=(SUMMARY + "\n") * 5)
    lived = tuple(
        replace(
            row, id=uuid5(SPACE, f"{row.id}{turn}"), title=f"{row.title} {turn}", summary=(row.summary or "Oui. ") * 3,
            organisation="Donaudampfschifffahrtsgesellschaftskapitän" * 3 if turn == 3 else row.organisation,
        )
        for turn in range(9) for row in base.experiences
    )  # fmt: skip
    able = tuple(
        replace(row, id=uuid5(SPACE, f"{row.id}{turn}"), label=f"{row.label} {turn}")
        for turn in range(4) for row in base.skills
    )  # fmt: skip
    return replace(base, experiences=lived, skills=able)


def scripts() -> Content:
    """Names in Arabic and Hebrew, emoji, letters with accents that our fonts for screens leave out."""
    lived = (
        ExperienceSeen(uuid5(SPACE, "ar"), Kind.WORK, "معلّمة في مدرسة", "مدرسة النور", "دمشق", "", "2015", "2019",
                       highlights=("تعليم القراءة للأطفال",)),
        ExperienceSeen(uuid5(SPACE, "he"), Kind.VOLUNTEERING, "מתנדבת בספרייה", "ספריית העיר", starts="2020-02"),
        ExperienceSeen(uuid5(SPACE, "pl"), Kind.WORK, "Sprzedawczyni 🥖 w Łodzi", "Piekarnia Đorđević & Şule",
                       highlights=("Rośliny 🌱", "Equipe 👩‍🍳 de nuit")),
    )  # fmt: skip
    who = person(given_name="سلمى", headline="Cuisinière 👩🏽‍🍳 et maraîchère 🌱")
    return Content(replace(who, family_name="الحدّاد"), lived, (SkillSeen(uuid5(SPACE, "s"), "Parler اللغة العربية"),))


CONTENTS = {"rich": rich, "poor": poor, "empty": empty, "overlong": overlong, "scripts": scripts}

"""The Lorfolio of the demonstration: an invented person, her path, three CVs, a public site, a safe, a project.

Told as rows, in the words she would use; written once, and left alone afterwards.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.text import fold
from lorfolio import content
from lorfolio.lists import Accent, CvModel, ProofKind, SiteModel, SiteState
from lorfolio.models import (
    Choice,
    Cv,
    Experience,
    Extra,
    Language,
    PersonalSite,
    Portfolio,
    Proof,
    Selection,
    Skill,
    Step,
    Target,
)
from lorfolio.services import cvs, safe
from lorfolio.services.opening import open_portfolio
from lorfolio.skill_keys import skill_key
from metiers.models import JobFamily
from metiers.models import Skill as ReferenceSkill
from spro import demo_lorfolio_files as files
from spro.demo_lorfolio_story import (
    ATTESTATIONS,
    CARE_SUMMARY,
    EXPERIENCES,
    EXTRAS,
    LANGUAGES,
    SKILLS,
    SKILLS_SUMMARY,
    SUMMARY,
    SUMMARY_DE,
)
from territories.models import Commune

SLUG = "ines-marechal"
TROYES = "10387"


def seed(user: User, *, today: dt.date | None = None) -> Portfolio:
    """The portfolio of `user`, made once: a second call changes nothing."""
    day = today or timezone.localdate()
    found = Portfolio.objects.filter(user=user).first()
    if found is not None:
        return found
    with transaction.atomic():
        return _Story(user, day).told()


class _Story:
    """What is being written, by the short names above."""

    def __init__(self, user: User, today: dt.date) -> None:
        self.today = today
        self.at = timezone.now()
        self.owner = open_portfolio(user=user, given_name="Inès", family_name="Maréchal", today=today)
        self.items: dict[str, Any] = {}

    def told(self) -> Portfolio:
        self._person()
        self._path()
        self._proofs()
        self._cvs()
        self._looked()
        self._site()
        self._project()
        return self.owner

    def _person(self) -> None:
        owner = self.owner
        owner.headline = "Vers le métier d’aide-soignante"
        owner.summary = SUMMARY
        owner.phone = "03 00 00 00 00"
        owner.commune = Commune.objects.filter(insee=TROYES).first()
        owner.translations = {"de": {"headline": "Auf dem Weg in die Pflege", "summary": SUMMARY_DE}}
        owner.photo = safe.add(portfolio=owner, name="portrait.webp", data=files.portrait(), at=self.at)
        owner.refresh_from_db(fields=["used_bytes"])  # the picture has just taken its place
        owner.save()

    def _path(self) -> None:
        for name, values in EXPERIENCES.items():
            self.items[name] = Experience.objects.create(portfolio=self.owner, **values)
        known = {row.folded: row for row in ReferenceSkill.objects.filter(folded__in=[fold(s[0]) for s in SKILLS])}
        for label, german, level, lived, note in SKILLS:
            row = Skill.objects.create(
                portfolio=self.owner, label=label, folded=skill_key(label), reference=known.get(fold(label)),
                level=level, note=note, translations={"de": {"label": german}},
            )  # fmt: skip
            row.experiences.set([self.items[name] for name in lived])
            self.items[label] = row
        for name, reached in LANGUAGES:
            self.items[name] = Language.objects.create(portfolio=self.owner, name=name, level=reached)
        for name, values in EXTRAS.items():
            self.items[name] = Extra.objects.create(portfolio=self.owner, **values)

    def _proofs(self) -> None:
        """Documents of the safe beside what they prove, and two attestations given."""
        proved = {"diplome": "bac", "secourisme": "psc1", "attestation": "civique"}
        for name, title, data in files.documents():
            kept = safe.add(portfolio=self.owner, name=f"{title}.{files.extension(data)}", data=data, at=self.at)
            if name in proved:
                item = self.items[proved[name]]
                Proof.objects.create(
                    portfolio=self.owner, kind=ProofKind.FILE, title=title, file=kept, **{item._meta.model_name: item}
                )
        for given in ATTESTATIONS:
            self._attested(*given)
        Proof.objects.create(
            portfolio=self.owner, kind=ProofKind.LINK, title="Le concert de juin, raconté par la chorale",
            url="https://chorale.demo.invalid/juin", experience=self.items["chorale"],
        )  # fmt: skip

    def _attested(self, label: str, name: str, role: str, organisation: str, statement: str) -> None:
        answered = self.at - dt.timedelta(days=40)
        Proof.objects.create(
            portfolio=self.owner, kind=ProofKind.ATTESTATION, skill=self.items[label], title=f"Attestation de {name}",
            asked_name=name, asked_at=answered - dt.timedelta(days=3), answered_at=answered, confirmed=True,
            attester_name=name, attester_role=role, attester_organisation=organisation, statement=statement,
            attested_words=label,
        )  # fmt: skip

    def _chosen(self, names: tuple[str, ...], sections: list[str]) -> Selection:
        selection = Selection.objects.create(portfolio=self.owner, sections=sections)
        for position, name in enumerate(names):
            item = self.items[name]
            Choice.objects.create(selection=selection, position=position, **{item._meta.model_name: item})
        return selection

    def _cvs(self) -> None:
        skills = tuple(row[0] for row in SKILLS)
        languages = tuple(name for name, _ in LANGUAGES)
        lived = ("civique", "boulangerie", "grand-mere", "bac")
        care = (*skills[:3], skills[4], skills[11])  # what a nursing home reads first: one page
        abroad = ("civique", "boulangerie", "grand-mere", "fribourg", "bac")
        more = ("psc1", "permis", "chant", "velo")
        order = ["experiences", "etudes", "competences", "langues", "plus"]
        Cv.objects.create(
            portfolio=self.owner, selection=self._chosen((*lived, *care, *languages, "psc1", "permis"), order),
            name="Aide-soignante, établissements de Troyes", headline="Future aide-soignante",
            model=CvModel.CHRONOLOGICAL, accent=Accent.PINE, with_photo=True, summary=CARE_SUMMARY,
        )  # fmt: skip
        Cv.objects.create(
            portfolio=self.owner,
            selection=self._chosen(
                (*skills[:10], "civique", "grand-mere", "boulangerie", "bac", *languages, "psc1", "permis"),
                ["competences", "experiences", "etudes", "langues", "plus"],
            ),
            name="Reconversion, par compétences", headline="Prendre soin, avec méthode", model=CvModel.SKILLS,
            accent=Accent.BRICK,
            summary=SKILLS_SUMMARY,
        )  # fmt: skip
        Cv.objects.create(
            portfolio=self.owner,
            selection=self._chosen((*abroad, *skills[:8], *languages, *more), order),
            name="Bewerbung in Freiburg", headline="Aide-soignante en devenir", model=CvModel.LEBENSLAUF,
            accent=Accent.INK, with_photo=True,
            translations={"de": {"headline": "Bewerbung als Pflegehelferin", "summary": SUMMARY_DE}},
        )  # fmt: skip

    def _looked(self) -> None:
        """One CV was last looked at before its owner told the bakery better: the list says what changed since."""
        bakery, said = self.items["boulangerie"], EXPERIENCES["boulangerie"]["highlights"]
        for cv in Cv.objects.filter(portfolio=self.owner).order_by("-created_at"):
            before = cv.model == CvModel.CHRONOLOGICAL
            bakery.highlights = said[:2] if before else said
            bakery.save()
            whole = content.whole(self.owner, content.person_of(self.owner))
            cvs.look(cv=cv, whole=whole, at=self.at - dt.timedelta(days=20) if before else self.at)
        bakery.highlights = said
        bakery.save()

    def _site(self) -> None:
        chosen = ("civique", "boulangerie", "grand-mere", "chorale", "bac", *(row[0] for row in SKILLS[:7]),
                  "Français", "Allemand", "psc1", "velo")  # fmt: skip
        PersonalSite.objects.create(
            portfolio=self.owner,
            selection=self._chosen(chosen, ["competences", "experiences", "etudes", "langues", "plus"]),
            slug=SLUG, state=SiteState.PUBLIC, model=SiteModel.STORY, accent=Accent.PINE, name="Inès Maréchal",
            headline="Prendre soin, en chantant", about=SUMMARY, with_photo=True, with_contact=True,
            published_at=self.at,
        )  # fmt: skip

    def _project(self) -> None:
        family = JobFamily.objects.filter(slug="soins").first()
        first = Target.objects.create(
            portfolio=self.owner, title="Aide-soignant·e", family=family,
            note="Un an d’école, ou par l’apprentissage. Demander ce que ma validation d’expérience peut valoir.",
        )  # fmt: skip
        Target.objects.create(portfolio=self.owner, title="Animatrice en gérontologie", position=1)
        days = dt.timedelta
        for title, due, done in (
            ("Lire le programme du concours", -30, True),
            ("Rencontrer une aide-soignante de la résidence", -12, True),
            ("Passer à la réunion d’information de l’école", 9, False),
            ("Écrire ma lettre de motivation", 20, False),
            ("Déposer mon dossier d’inscription", 45, False),
        ):
            day = self.today + days(days=due)
            Step.objects.create(
                portfolio=self.owner, title=title, target=first, due_on=day,
                remind_on=None if done else day - days(days=2), done_at=self.at + days(days=due) if done else None,
            )  # fmt: skip

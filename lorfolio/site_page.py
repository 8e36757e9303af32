"""What a personal site shows, made of `Content` alone: its three models, and what machines read of it (L5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import orjson

from core.links import absolute
from lorfolio import content, selecting
from lorfolio.content import Content, ExperienceSeen, ExtraSeen, LanguageSeen, ProofSeen, SkillSeen
from lorfolio.lists import Certainty, Level, ProofKind, Section, SiteState
from lorfolio.models import PersonalSite

TITLES = {
    Section.EXPERIENCES: "Ce que j’ai fait",
    Section.STUDIES: "Ce que j’ai appris",
    Section.SKILLS: "Ce que je sais faire",
    Section.LANGUAGES: "Les langues que je parle",
    Section.EXTRAS: "Et aussi",
}
SUMMARY = 155  # letters that a search engine or a message shows
_ESCAPES = (("<", "\\u003C"), (">", "\\u003E"), ("&", "\\u0026"))
Item = ExperienceSeen | SkillSeen | LanguageSeen | ExtraSeen


@dataclass(frozen=True)
class Part:
    slug: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Chapter:
    """A year of the story, and what began then; no year: what is undated."""

    year: str
    items: tuple[ExperienceSeen, ...]


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True)
class Page:
    """All that the templates read; `photo` is the address of the photo, empty when it is not shown."""

    name: str
    headline: str
    about: str
    place: str
    links: tuple[Link, ...]
    parts: tuple[Part, ...]
    chapters: tuple[Chapter, ...]
    model: str
    accent: str
    photo: str
    contact: str
    url: str
    indexable: bool

    @property
    def summary(self) -> str:
        words = " ".join((self.headline or self.about).split())
        return words if len(words) <= SUMMARY else words[:SUMMARY].rsplit(" ", 1)[0] + "…"

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    def part(self, slug: str) -> Part | None:
        return next((part for part in self.parts if part.slug == slug), None)

    @property
    def closing(self) -> tuple[Part, ...]:
        """What the story says once it has come to today."""
        told = (Section.EXPERIENCES, Section.STUDIES)
        return tuple(part for part in self.parts if part.slug not in told)


def page_of(site: PersonalSite, *, photo: str = "") -> Page:
    """The page of `site`, three queries; `photo` says where its photo is when it is not at the site's own address."""
    owner = site.portfolio
    person = content.person_of(owner, email="", phone="", details={}, translations={})
    chosen = content.of_selection(site.selection, person)
    at = f"/p/{site.slug}/"
    return Page(
        name=site.name or owner.given_name or "Mon parcours", headline=site.headline, about=site.about,
        place=person.place if site.with_place else "", links=_links(site) if site.with_links else (),
        parts=_parts(chosen, site), chapters=_chapters(chosen, site), model=site.model, accent=site.accent,
        photo=(photo or f"{at}photo.webp") if site.with_photo and owner.photo_id else "",
        contact=f"{at}ecrire/" if site.with_contact else "", url=at,
        indexable=site.indexable and site.state == SiteState.PUBLIC,
    )  # fmt: skip


def structured(page: Page) -> str:
    """The person as schema.org says one (JSON-LD that may stand in a page); empty unless engines are welcome."""
    if not page.indexable:
        return ""
    skills, languages = page.part(Section.SKILLS), page.part(Section.LANGUAGES)
    person: dict[str, Any] = {
        "@type": "Person", "name": page.name, "url": absolute(page.url), "jobTitle": page.headline,
        "description": page.about, "image": absolute(page.photo) if page.photo else "",
        "address": {"@type": "PostalAddress", "addressLocality": page.place} if page.place else "",
        "knowsAbout": [skill.label for skill in skills.items if isinstance(skill, SkillSeen)] if skills else [],
        "knowsLanguage": [one.name for one in languages.items if isinstance(one, LanguageSeen)] if languages else [],
        "sameAs": [link.url for link in page.links],
    }  # fmt: skip
    facts = {
        "@context": "https://schema.org", "@type": "ProfilePage", "inLanguage": "fr",
        "mainEntity": {name: value for name, value in person.items() if value},
    }  # fmt: skip
    text = orjson.dumps(facts).decode()
    for sign, escaped in _ESCAPES:
        text = text.replace(sign, escaped)
    return text


def _parts(chosen: Content, site: PersonalSite) -> tuple[Part, ...]:
    items: dict[str, tuple[Item, ...]] = {
        Section.EXPERIENCES: tuple(_plain(row, site) for row in chosen.lived),
        Section.STUDIES: tuple(_plain(row, site) for row in chosen.studies),
        Section.SKILLS: tuple(_plain(row, site) for row in chosen.skills),
        Section.LANGUAGES: tuple(replace(row, details={}) for row in chosen.languages),
        Section.EXTRAS: tuple(_plain(row, site) for row in chosen.extras),
    }
    ordered = selecting.in_full(chosen.sections)
    return tuple(Part(slug, TITLES[Section(slug)], items[slug]) for slug in ordered if items[slug])


def _chapters(chosen: Content, site: PersonalSite) -> tuple[Chapter, ...]:
    """What was lived and learned, from the oldest year on; what has no date comes last."""
    rows = sorted((_plain(row, site) for row in chosen.experiences), key=lambda row: row.starts or row.ends or "9999")
    years = dict.fromkeys((row.starts or row.ends)[:4] for row in rows)
    return tuple(Chapter(year, tuple(r for r in rows if (r.starts or r.ends)[:4] == year)) for year in years)


def _plain(row: Any, site: PersonalSite) -> Any:
    """`row` with what a visitor may see of its proofs: marks and links, never who attests nor what they wrote."""
    proofs = tuple(_proof(proof) for proof in row.proofs if proof.kind != ProofKind.ATTESTATION and web(proof.url))
    more = {"level_words": Level(row.level).label if row.level else ""} if isinstance(row, SkillSeen) else {}
    seen = replace(
        row, details=more, translations={}, proofs=proofs if site.with_certainty else (),
        certainty=row.certainty if site.with_certainty else Certainty.DECLARED,
    )  # fmt: skip
    return seen if isinstance(seen, SkillSeen) or web(seen.url) else replace(seen, url="")


def _proof(proof: ProofSeen) -> ProofSeen:
    return ProofSeen(proof.kind, proof.title, proof.url)


def _links(site: PersonalSite) -> tuple[Link, ...]:
    owner = site.portfolio
    pages = [(page.get("network") or page.get("url", ""), page.get("url", "")) for page in owner.profiles]
    own = [(urlsplit(owner.url).hostname or owner.url, owner.url)] if owner.url else []
    return tuple(Link(str(label), url) for label, url in [*own, *pages] if web(url))


def web(url: object) -> bool:
    """Whether `url` leads to a page: an imported file may hold anything."""
    return isinstance(url, str) and url.lower().startswith(("https://", "http://"))

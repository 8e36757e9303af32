"""What JSON Resume 1.0.0 says, field by field, and where the portfolio keeps each.

An item says its fields in the order of the schema. Four fields are ours besides (the schema lets items have more):
`summary`, `location`, `highlights`, `url` where the schema forgot them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lorfolio.lists import ExtraKind, Kind

SCHEMA = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"
VERSION = "v1.0.0"
EXPERIENCE, SKILL, LANGUAGE, EXTRA = "experience", "skill", "language", "extra"


@dataclass(frozen=True)
class Part:
    """One list of the document. `columns`: field → column of the item; `kept`: fields kept as they are in `details`.

    `titles`: the fields that may give a title, best first. `old`: names of these fields before 1.0.0.
    """

    name: str
    item: str
    titles: tuple[str, ...]
    columns: dict[str, str]
    kept: dict[str, type] = field(default_factory=dict)  # str, or list (of texts)
    old: dict[str, str] = field(default_factory=dict)
    kind: str = ""

    @property
    def fields(self) -> set[str]:
        return {*self.titles, *self.columns, *self.kept}

    @property
    def title_field(self) -> str:
        """The field of the item's own title; a study has two, of which `area` is the plainer."""
        return "area" if self.name == "education" else self.titles[0]


_DATED = {"startDate": "starts", "endDate": "ends"}
_TOLD = {"summary": "summary", "highlights": "highlights"}
PARTS: tuple[Part, ...] = (
    Part("work", EXPERIENCE, ("position", "name"),
         {"name": "organisation", "position": "title", "location": "place", "url": "url", **_DATED, **_TOLD},
         {"description": str}, {"company": "name", "website": "url"}, Kind.WORK),
    Part("volunteer", EXPERIENCE, ("position", "organization"),
         {"organization": "organisation", "position": "title", "url": "url", **_DATED, **_TOLD, "location": "place"},
         {}, {"website": "url"}, Kind.VOLUNTEERING),
    Part("education", EXPERIENCE, ("studyType", "area", "institution"),
         {"institution": "organisation", "url": "url", **_DATED, **_TOLD, "location": "place"},
         {"area": str, "studyType": str, "score": str, "courses": list}, {"gpa": "score", "website": "url"},
         Kind.STUDY),
    Part("awards", EXTRA, ("title", "awarder"),
         {"title": "title", "date": "date", "awarder": "issuer", "summary": "summary", "url": "url"},
         kind=ExtraKind.AWARD),
    Part("certificates", EXTRA, ("name", "issuer"),
         {"name": "title", "date": "date", "url": "url", "issuer": "issuer", "summary": "summary"},
         kind=ExtraKind.CERTIFICATE),
    Part("publications", EXTRA, ("name", "publisher"),
         {"name": "title", "publisher": "issuer", "releaseDate": "date", "url": "url", "summary": "summary"},
         {}, {"website": "url"}, ExtraKind.PUBLICATION),
    Part("skills", SKILL, ("name",), {"name": "label", "keywords": "keywords", "summary": "note"}, {"level": str}),
    Part("languages", LANGUAGE, ("language",), {"language": "name"}, {"fluency": str}),
    Part("interests", EXTRA, ("name",), {"name": "title", "summary": "summary", "url": "url"}, {"keywords": list},
         kind=ExtraKind.INTEREST),
    Part("references", EXTRA, ("name",), {"name": "title", "reference": "summary", "url": "url"},
         kind=ExtraKind.REFERENCE),
    Part("projects", EXPERIENCE, ("name", "entity"),
         {"name": "title", "description": "summary", "highlights": "highlights", **_DATED, "url": "url",
          "entity": "organisation", "location": "place"},
         {"keywords": list, "roles": list, "type": str}, {"website": "url", "summary": "description"}, Kind.PASSION),
)  # fmt: skip
PART = {part.name: part for part in PARTS}
OLD_PARTS = {"hobbies": "interests", "bio": "basics"}
# The type of a project says which of our kinds it was.
PROJECT_KINDS = (Kind.PASSION, Kind.CARE, Kind.OTHER)

BASICS = {
    "label": "headline", "email": "email", "phone": "phone", "url": "url", "summary": "summary",
}  # fmt: skip
OLD_BASICS = {"picture": "image", "website": "url"}
LOCATION = ("address", "postalCode", "city", "countryCode", "region")
PROFILE = ("network", "username", "url")
META = ("canonical", "version", "lastModified")


def part_of(kind: str) -> Part:
    """The list that an experience or an extra of this kind goes to."""
    if kind in PROJECT_KINDS:
        return PART["projects"]
    return next(part for part in PARTS if part.kind == kind)

"""The Europass CV of before 2020 (`SkillsPassport`, schema 3.x), as a JSON Resume."""

from __future__ import annotations

from typing import Any

from lorfolio.interchange.plain_html import plain, told
from lorfolio.interchange.skill_lines import skills_of
from lorfolio.interchange.tongues import name_of
from lorfolio.interchange.xml_reading import NOT_OF_USE, Element, Tree, full, local

SILENT = {"DocumentInfo", "PrintingPreferences", "Code", "ISOTable", "PreferredDocument", "Current"}
GROUPS = {
    "Communication": "Communication", "Organisational": "Organisation", "JobRelated": "Mon métier",
    "Computer": "Numérique", "Other": "Autres compétences",
}  # fmt: skip
_LEVELS = ("Listening", "Reading", "SpokenInteraction", "SpokenProduction", "Writing")
_SAID = ("écouter", "lire", "converser", "parler", "écrire")
_ACHIEVED = {
    "publications": ("publications", "summary"), "honors_awards": ("awards", "summary"),
    "certifications": ("certificates", "summary"), "courses": ("certificates", "summary"),
    "references": ("references", "reference"), "citations": ("publications", "summary"),
}  # fmt: skip


def read(root: Element) -> tuple[dict[str, Any], list[str], list[str]]:
    """The document, the paths that are not kept, sentences about what was left aside."""
    tree = Tree(root, SILENT)
    remarks: list[str] = []
    learner = tree.first(root, "LearnerInfo")
    identity = tree.first(learner, "Identification")
    if tree.skip(identity, "Photo") | tree.skip(identity, "Signature"):
        remarks.append("La photo du fichier n’est pas prise\u00a0: ajoutez la vôtre dans votre profil.")
    if tree.skip(root, "AttachmentList") | tree.skip(learner, "ReferenceTo"):
        remarks.append("Les pièces jointes du fichier ne sont pas prises\u00a0: déposez-les dans votre coffre.")
    if tree.skip(root, "CoverLetter"):
        remarks.append("La lettre de motivation n’est pas prise.")
    if tree.skip(identity, "Demographics"):
        remarks.append(NOT_OF_USE)
    made: dict[str, Any] = {"basics": _basics(tree, learner, identity)}
    made["work"] = [_work(tree, row) for row in tree.all(learner, "WorkExperienceList", "WorkExperience")]
    made["education"] = [_study(tree, row) for row in tree.all(learner, "EducationList", "Education")]
    _skills(tree, tree.first(learner, "Skills"), made)
    for row in tree.all(learner, "AchievementList", "Achievement"):
        _achievement(tree, row, made)
    return full(made), tree.unread(), remarks


def _basics(tree: Tree, learner: Element | None, identity: Element | None) -> dict[str, Any]:
    contact = tree.first(identity, "ContactInfo")
    address = tree.first(contact, "Address", "Contact")
    names = tree.text(identity, "PersonName", "FirstName"), tree.text(identity, "PersonName", "Surname")
    sites = tree.texts(contact, "WebsiteList", "Website", "Contact") or tree.texts(contact, "Website", "Contact")
    phones = tree.texts(contact, "TelephoneList", "Telephone", "Contact") or tree.texts(contact, "Telephone", "Contact")
    lines = [*tree.texts(address, "AddressLine"), *tree.texts(address, "AddressLine2")]
    location = {
        "address": "\n".join(lines), "postalCode": tree.text(address, "PostalCode"),
        "city": tree.text(address, "Municipality"), "countryCode": _country(tree, address),
    }  # fmt: skip
    profiles = [{"network": "Site", "url": site} for site in sites[1:]]
    for row in tree.all(contact, "InstantMessagingList", "InstantMessaging"):
        network = tree.text(row, "Use", "Label") or "Messagerie"
        profiles.append({"network": network, "username": tree.text(row, "Contact")})
    return full({
        "name": " ".join(filter(None, names)), "label": tree.text(learner, "Headline", "Description", "Label"),
        "email": tree.text(contact, "Email", "Contact"), "phone": next(iter(phones), ""), "url": next(iter(sites), ""),
        "location": full(dict(location)), "profiles": profiles,
    })  # fmt: skip


def _country(tree: Tree, address: Element | None) -> str:
    tree.text(address, "Country", "Label")
    return tree.text(address, "Country", "Code").upper()[:2]


def _work(tree: Tree, row: Element) -> dict[str, Any]:
    summary, highlights = told(tree.text(row, "Activities"))
    employer = tree.first(row, "Employer")
    address = tree.first(employer, "ContactInfo", "Address", "Contact")
    return full({
        "name": tree.text(employer, "Name"), "position": tree.text(row, "Position", "Label"),
        "location": tree.text(address, "Municipality"),
        "url": tree.text(employer, "ContactInfo", "Website", "Contact"),
        "description": tree.text(employer, "Sector", "Label"),
        **_period(tree, row), "summary": summary, "highlights": highlights,
    })  # fmt: skip


def _study(tree: Tree, row: Element) -> dict[str, Any]:
    told_of = [plain(tree.text(row, "Activities")), plain(tree.text(row, "Skills"))]
    school = tree.first(row, "Organisation")
    return full({
        "institution": tree.text(school, "Name"), "area": tree.text(row, "Title"),
        "location": tree.text(school, "ContactInfo", "Address", "Contact", "Municipality"),
        "url": tree.text(school, "ContactInfo", "Website", "Contact"), **_period(tree, row),
        "summary": "\n".join(filter(None, told_of)),
    })  # fmt: skip


def _period(tree: Tree, row: Element) -> dict[str, str]:
    period = tree.first(row, "Period")
    return {"startDate": _date(tree, period, "From"), "endDate": _date(tree, period, "To")}


def _date(tree: Tree, period: Element | None, name: str) -> str:
    """« 2013-03 » of `<From year="2013" month="--03" day="---01"/>`, of its children, or of its text."""
    element = tree.first(period, name)
    if element is None:
        return ""
    parts = [element.get(part, "") or tree.text(element, part.capitalize()) for part in ("year", "month", "day")]
    said = tree.text(period, name)
    numbers = [part.strip(" -") for part in parts]
    if not numbers[0]:
        return said
    kept = numbers[: next((at for at, number in enumerate(numbers) if not number), 3)]
    return "-".join([kept[0], *(number.zfill(2) for number in kept[1:])])


def _skills(tree: Tree, skills: Element | None, made: dict[str, Any]) -> None:
    tongues = tree.first(skills, "Linguistic")
    made["languages"] = []
    for path in (("MotherTongueList", "MotherTongue"), ("MotherTongue",)):
        for row in tree.all(tongues, *path):
            if name := _tongue(tree, row):
                made["languages"].append({"language": name, "fluency": "Langue maternelle"})
    for path in (("ForeignLanguageList", "ForeignLanguage"), ("ForeignLanguage",)):
        for row in tree.all(tongues, *path):
            level = tree.first(row, "ProficiencyLevel")
            levels = [tree.text(level, part) for part in _LEVELS]
            if name := _tongue(tree, row):
                made["languages"].append(full({"language": name, "fluency": fluency(levels)}))
    made["skills"] = []
    for name, group in GROUPS.items():
        made["skills"] += skills_of(group, tree.text(skills, name, "Description"))
    permits = tree.texts(skills, "Driving", "Description", "Licence") or tree.texts(
        skills, "Driving", "Description", "Label"
    )
    made["certificates"] = [{"name": f"Permis {permit}"} for permit in permits]


def fluency(levels: list[str]) -> str:
    """« B1 » when the five levels are one, else each of them: nobody's level is judged from it."""
    known = [level for level in levels if level]
    if len(set(known)) <= 1:
        return known[0] if known else ""
    return ", ".join(f"{said} {level}" for said, level in zip(_SAID, levels, strict=False) if level)


def _tongue(tree: Tree, row: Element) -> str:
    return tree.text(row, "Description", "Label") or name_of(tree.text(row, "Description", "Code"))


def _achievement(tree: Tree, row: Element, made: dict[str, Any]) -> None:
    code, label = tree.text(row, "Title", "Code"), tree.text(row, "Title", "Label")
    summary = plain(tree.text(row, "Description"))
    part, field = _ACHIEVED.get(code, ("projects", "description"))
    title = "title" if part == "awards" else "name"
    item = full({title: label or summary[:90], field: summary, "type": "autre" if part == "projects" else ""})
    if item:
        made.setdefault(part, []).append(item)


def is_old(root: Element) -> bool:
    return local(root) in ("SkillsPassport", "Europass") and any(local(child) == "LearnerInfo" for child in root)

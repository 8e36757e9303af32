"""The Europass CV of today (`Candidate`, on HR-XML 3), as a JSON Resume.

Its schema is not published where its files say it is: this follows what public samples and an unofficial copy of its
documentation show (docs/lorfolio.md says which parts).
"""

from __future__ import annotations

from typing import Any

from core.text import fold
from lorfolio.interchange.europass_old import fluency
from lorfolio.interchange.plain_html import plain, told
from lorfolio.interchange.skill_lines import skills_of
from lorfolio.interchange.tongues import name_of
from lorfolio.interchange.xml_reading import NOT_OF_USE, Element, Tree, full, local, partial_date

SILENT = {
    "DocumentID", "AlternateDocumentID", "ProcessingInformation", "CandidateSupplier", "RenderingInformation", "ID",
    "UseCode", "CurrentIndicator", "Ongoing", "IndustryCode", "TaxonomyID", "CompetencyDimensionTypeCode",
    "PositionSeekingStatusCode",
}  # fmt: skip
_SKILL_PARTS = {
    "CommunicationAndInterpersonalSkills": "Communication", "OrganisationalSkills": "Organisation",
    "ManagementAndLeadershipSkills": "Animer une équipe", "DigitalSkills": "Numérique",
}  # fmt: skip
_SKILL_WORDS = ("competence", "skill", "kompetenz", "savoir")
ATTACHED = "La photo et les pièces jointes du fichier ne sont pas prises\u00a0: déposez-les dans votre Lorfolio."
AWARDS, REFERENCES = "Distinctions", "Recommandations"
# Parts that tell of something done: their items, and what they become.
_DONE = {
    "Projects": ("projects", "autre"), "CreativeWorks": ("projects", "passion"),
    "NetworksAndMemberships": ("projects", "autre"), "ConferencesAndSeminars": ("projects", "autre"),
    "SocialAndPoliticalActivities": ("projects", "autre"), "VoluntaryWorks": ("volunteer", ""),
}  # fmt: skip


def is_new(root: Element) -> bool:
    return local(root) == "Candidate"


def read(root: Element) -> tuple[dict[str, Any], list[str], list[str]]:
    """The document, the paths that are not kept, sentences about what was left aside."""
    tree = Tree(root, SILENT)
    remarks: list[str] = []
    person = tree.first(root, "CandidatePerson")
    profiles = tree.all(root, "CandidateProfile")
    profile = next(iter(profiles), None)
    for other in profiles[1:]:
        tree.skip(root, "CandidateProfile")
        remarks.append(
            f"Le CV existe aussi en « {other.get('languageCode', '?')} »\u00a0: seule la première langue est prise."
        )
    ignored = [tree.skip(person, name) for name in ("BirthDate", "BirthPlace", "NationalityCode", "GenderCode", "Visa")]
    if any(ignored):
        remarks.append(NOT_OF_USE)
    if tree.skip(profile, "Attachment") | tree.skip(root, "Attachment"):
        remarks.append(ATTACHED)
    made: dict[str, Any] = {"basics": _basics(tree, person, profile)}
    made["work"] = [_work(tree, employer, job) for employer in tree.all(profile, "EmploymentHistory", "EmployerHistory")
                    for job in tree.all(employer, "PositionHistory") or [employer]]  # fmt: skip
    studies = tree.all(profile, "EducationHistory", "EducationOrganizationAttendance")
    made["education"] = [_study(tree, row) for row in studies]
    _languages(tree, person, profile, made)
    _skills(tree, profile, made)
    _certificates(tree, profile, made)
    made["publications"] = [_publication(tree, row) for row in tree.all(profile, "PublicationHistory", "Publication")]
    for name, (part, kind) in _DONE.items():
        for row in [child for top in tree.all(profile, name) for child in top]:
            made.setdefault(part, []).append(_activity(tree, row, part, kind))
    hobbies = tree.all(profile, "HobbiesAndInterests", "HobbyOrInterest")
    made["interests"] = [full({"name": tree.text(row, "Title"), "summary": _description(tree, row)}) for row in hobbies]
    for row in tree.all(profile, "Others"):
        _other(tree, row, made)
    return full({key: [row for row in value if row] if isinstance(value, list) else value
                 for key, value in made.items()}), tree.unread(), remarks  # fmt: skip


def _basics(tree: Tree, person: Element | None, profile: Element | None) -> dict[str, Any]:
    names = tree.text(person, "PersonName", "GivenName"), tree.text(person, "PersonName", "FamilyName")
    basics: dict[str, Any] = {
        "name": " ".join(filter(None, names)), "profiles": [],
        "summary": plain(tree.text(profile, "ExecutiveSummary")), "label": tree.text(profile, "Headline"),
    }  # fmt: skip
    for row in tree.all(person, "Communication"):
        channel = fold(tree.text(row, "ChannelCode"))
        address = tree.text(row, "URI") or tree.text(row, "Text") or tree.text(row, "URL")
        number = tree.text(row, "DialNumber")
        if tree.first(row, "Address") is not None:
            basics["location"] = _location(tree, tree.first(row, "Address"))
        if channel == "email":
            basics.setdefault("email", address)
        elif number:
            dialling = tree.text(row, "CountryDialing").lstrip("+")
            tree.text(row, "CountryCode")
            basics.setdefault("phone", f"+{dialling}\u00a0{number}" if dialling else number)
        elif channel == "web" and "url" not in basics:
            basics["url"] = address
        elif address:
            network = tree.text(row, "OtherTitle") or tree.text(row, "UseCode") or tree.text(row, "ChannelCode")
            key = "url" if address.startswith(("http://", "https://")) else "username"
            basics["profiles"].append({"network": network, key: address})
    return full(basics)


def _location(tree: Tree, address: Element | None) -> dict[str, Any]:
    return full({
        "address": "\n".join([*tree.texts(address, "AddressLine"), *tree.texts(address, "StreetName")]),
        "postalCode": tree.text(address, "PostalCode"), "city": tree.text(address, "CityName"),
        "countryCode": tree.text(address, "CountryCode").upper()[:2],
        "region": tree.text(address, "CountrySubDivisionCode"),
    })  # fmt: skip


def _work(tree: Tree, employer: Element, job: Element) -> dict[str, Any]:
    summary, highlights = told(_description(tree, job, raw=True))
    of_employer = _city(tree, employer)
    place = tree.text(job, "City") or of_employer
    tree.text(job, "Country")
    period = tree.first(job, "EmploymentPeriod")
    period = period if period is not None else tree.first(employer, "EmploymentPeriod")
    return full({
        "name": tree.text(employer, "OrganizationName"), "position": tree.text(job, "PositionTitle"), "location": place,
        "url": _web(tree, employer), **_period(tree, period), "summary": summary, "highlights": highlights,
    })  # fmt: skip


def _study(tree: Tree, row: Element) -> dict[str, Any]:
    degree = tree.first(row, "EducationDegree")
    summary, highlights = told(tree.text(degree, "OccupationalSkillsCovered"))
    title = tree.text(degree, "DegreeName") or tree.text(row, "ProgramName")
    tree.text(row, "ProgramName")
    return full({
        "institution": tree.text(row, "OrganizationName"), "area": title, "location": _city(tree, row),
        "url": _web(tree, row) or tree.text(row, "Link"), **_period(tree, tree.first(row, "AttendancePeriod")),
        "score": tree.text(degree, "FinalGrade", "ScoreText"), "summary": summary, "highlights": highlights,
    })  # fmt: skip


def _city(tree: Tree, row: Element) -> str:
    for contact in tree.all(row, "OrganizationContact", "Communication", "Address"):
        tree.text(contact, "CountryCode")
        if city := tree.text(contact, "CityName"):
            return city
    return ""


def _web(tree: Tree, row: Element) -> str:
    for contact in tree.all(row, "OrganizationContact", "Communication"):
        if fold(tree.text(contact, "ChannelCode")) == "web":
            return tree.text(contact, "URI")
    return ""


def _period(tree: Tree, period: Element | None) -> dict[str, str]:
    return {"startDate": _moment(tree, period, "StartDate"), "endDate": _moment(tree, period, "EndDate")}


def _moment(tree: Tree, row: Element | None, name: str) -> str:
    return partial_date(
        tree.text(row, name, "FormattedDateTime") or tree.text(row, name, "DateText") or tree.text(row, name)
    )


def _description(tree: Tree, row: Element | None, *, raw: bool = False) -> str:
    said = tree.text(row, "Description")
    return said if raw else plain(said)


def _languages(tree: Tree, person: Element | None, profile: Element | None, made: dict[str, Any]) -> None:
    first = [name_of(code) for code in tree.texts(person, "PrimaryLanguageCode")]
    made["languages"] = [{"language": name, "fluency": "Langue maternelle"} for name in dict.fromkeys(first)]
    for row in tree.all(profile, "PersonQualifications", "PersonCompetency"):
        if fold(tree.text(row, "TaxonomyID")) != "language":
            if name := tree.text(row, "CompetencyName"):
                made.setdefault("skills", []).append({"name": name})
            continue
        name = tree.text(row, "CompetencyName") or name_of(tree.text(row, "CompetencyID"))
        tree.text(row, "CompetencyID")
        levels = [tree.text(part, "Score", "ScoreText") for part in tree.all(row, "CompetencyDimension")]
        if name and name not in first:
            made["languages"].append(full({"language": name, "fluency": fluency(levels)}))


def _skills(tree: Tree, profile: Element | None, made: dict[str, Any]) -> None:
    skills = made.setdefault("skills", [])
    for top in tree.all(profile, "Skills"):
        groups = [top, *tree.all(top, "SkillsGroup")]
        for row in [row for group in groups for row in tree.all(group, "PersonCompetency")]:
            skills.append(full({"name": tree.text(row, "CompetencyName")}))
        for group in tree.all(top, "SkillsGroup"):
            tree.text(group, "Title")
    for place in [*tree.all(profile, "Skills"), *tree.all(profile)]:
        for name, label in _SKILL_PARTS.items():
            for item in [child for top in tree.all(place, name) for child in top]:
                title, said = tree.text(item, "Title"), _description(tree, item)
                if named := tree.texts(item, "DigitalSkill"):
                    skills += [{"name": words} for words in named]
                else:
                    skills += [full({"name": title, "summary": said})] if title else skills_of(label, said)


def _certificates(tree: Tree, profile: Element | None, made: dict[str, Any]) -> None:
    rows = tree.all(profile, "CourseCertifications", "CourseCertification")
    rows += tree.all(profile, "Certifications", "Certification")
    made["certificates"] = [
        full({
            "name": tree.text(row, "Title") or tree.text(row, "CertificationName"),
            "date": _moment(tree, row, "FirstIssuedDate") or _moment(tree, row, "CertificationDate"),
            "issuer": tree.text(row, "IssuingAuthority", "Name") or tree.text(row, "IssuingAuthority"),
            "url": tree.text(row, "Link"),
            "summary": _description(tree, row) or plain(tree.text(row, "CertificationDescription")),
        })
        for row in rows
    ]  # fmt: skip
    permits = tree.texts(profile, "Licenses", "License", "LicenseTypeCode")
    made["certificates"] += [{"name": f"Permis {permit}"} for permit in permits]


def _publication(tree: Tree, row: Element) -> dict[str, Any]:
    told_of = [
        _description(tree, row),
        plain(tree.text(row, "FormattedPublicationDescription")),
        tree.text(row, "Authors"),
    ]
    return full({
        "name": tree.text(row, "Title"), "publisher": tree.text(row, "Reference"),
        "releaseDate": tree.text(row, "Year") or _moment(tree, tree.first(row, "Date"), "StartDate"),
        "url": tree.text(row, "Link"), "summary": plain("\n".join(filter(None, told_of))),
    })  # fmt: skip


def _activity(tree: Tree, row: Element, part: str, kind: str) -> dict[str, Any]:
    """What was done: `{Title, Date, Description, Link}`, sometimes one level down in `Activity`."""
    inner = tree.first(row, "Activity")
    told_of = inner if inner is not None else row
    title, words = tree.text(told_of, "Title"), _description(tree, told_of, raw=True)
    summary, highlights = told(words)
    item = {
        "position" if part == "volunteer" else "name": title,
        "organization" if part == "volunteer" else "entity": tree.text(told_of, "OrganizationName"),
        **_period(tree, tree.first(told_of, "Date")), "url": tree.text(told_of, "Link"),
        "location": tree.text(row, "Location") or tree.text(told_of, "Location"),
        "summary" if part == "volunteer" else "description": summary if summary != title else "",
        "highlights": highlights,
    }  # fmt: skip
    return full(item) | ({"type": kind} if kind and full(item) else {})


def _other(tree: Tree, row: Element, made: dict[str, Any]) -> None:
    section = fold(tree.text(row, "Title"))
    for other in tree.all(row, "Other"):
        title, said = tree.text(other, "Title"), _description(tree, other, raw=True)
        if any(word in section for word in _SKILL_WORDS):
            alone = fold(title) == section
            made["skills"] += skills_of(title, said) if alone else [full({"name": title, "summary": plain(said)})]
        elif section == fold(AWARDS):
            made.setdefault("awards", []).append(full({"title": title, "summary": plain(said)}))
        elif section == fold(REFERENCES):
            made.setdefault("references", []).append(full({"name": title, "reference": plain(said)}))
        else:
            item = full({"name": title, "description": plain(said)})
            made.setdefault("projects", []).append(item | ({"type": "autre"} if item else {}))

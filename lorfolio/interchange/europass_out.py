"""A portfolio, or what was chosen of it, as a Europass `Candidate` (HR-XML 3): the elements public samples show.

Empty parts that every sample carries are written empty; what has no element of its own goes to `Others`, which the
Europass editor shows as a part of one's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lxml import etree

from lorfolio.content import Content, ExperienceSeen, ExtraSeen, LanguageSeen, PersonSeen, SkillSeen
from lorfolio.interchange.bounded import clean
from lorfolio.interchange.europass_new import AWARDS, REFERENCES
from lorfolio.interchange.plain_html import rich
from lorfolio.interchange.tongues import code_of
from lorfolio.lists import Cefr, Certainty, ExtraKind, Kind, Level

NS = "http://www.europass.eu/1.0"
HR, OA = "http://www.hr-xml.org/3", "http://www.openapplications.org/oagis/9"
EURES, XSI = "http://www.europass_eures.eu/1.0", "http://www.w3.org/2001/XMLSchema-instance"
_PREFIXES = {"hr": HR, "oa": OA, "eures": EURES}
_DIMENSIONS = (
    "CEF-Understanding-Listening", "CEF-Understanding-Reading", "CEF-Speaking-Interaction", "CEF-Speaking-Production",
    "CEF-Writing-Production",
)  # fmt: skip
AGENCY = "EUROPASS"
SKILLS = "Compétences"
Element = etree._Element


def export(content: Content, *, certainty: bool = False) -> bytes:
    """The document in UTF-8. `certainty` says in words, beside what is proved or attested, that it is."""
    names: dict[Any, str] = {None: NS, "oa": OA, "eures": EURES, "hr": HR, "xsi": XSI}
    root = etree.Element(f"{{{NS}}}Candidate", nsmap=names)
    root.set(f"{{{XSI}}}schemaLocation", f"{NS} Candidate.xsd")
    _identified(root, "hr:DocumentID", "DocumentIdentifier", "4.0")
    supplier = _under(root, "CandidateSupplier")
    _identified(supplier, "hr:PartyID", "PartyID", "1.0")
    _said(supplier, "hr:PartyName", "Owner")
    _named(_under(supplier, "PersonContact"), content.person)
    _said(supplier, "hr:PrecedenceCode", "1")
    _person(root, content)
    profile = _under(root, "CandidateProfile", languageCode="fr")
    _identified(profile, "hr:ID", "CandidateProfileID", "1.0")
    _profile(profile, content, certainty)
    _rendering(root)
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return document


def _person(root: Element, content: Content) -> None:
    person, seen = _under(root, "CandidatePerson"), content.person
    _named(person, seen)
    if seen.email:
        _channel(person, "Email", "oa:URI", seen.email)
    if seen.phone:
        _channel(person, "Telephone", "oa:DialNumber", seen.phone)
    if seen.url:
        _channel(person, "Web", "oa:URI", seen.url)
    for profile in seen.profiles:
        line = _channel(person, "SocialMedia", "oa:URI", profile.get("url") or profile.get("username", ""))
        _said(line, "OtherTitle", profile.get("network", ""))
    if seen.place:
        address = _under(_under(person, "Communication"), "Address", type="home")
        _said(address, "oa:CityName", seen.place)
        _said(address, "oa:PostalCode", seen.postal_code or seen.details.get("location", {}).get("postalCode", ""))
    for language in content.languages:
        if language.level == Cefr.NATIVE:
            _said(person, "PrimaryLanguageCode", code_of(language.name) or language.name, name="NORMAL")


def _profile(profile: Element, content: Content, certainty: bool) -> None:
    _said(
        profile, "hr:ExecutiveSummary", rich("\n".join(filter(None, [content.person.headline, content.person.summary])))
    )
    jobs = _under(profile, "EmploymentHistory")
    studies = _under(profile, "EducationHistory")
    for row in content.experiences:
        if row.kind == Kind.WORK:
            _work(jobs, row, certainty)
        elif row.kind == Kind.STUDY:
            _study(studies, row, certainty)
    _under(profile, "eures:Licenses")
    _under(profile, "Certifications")
    _publications(profile, content)
    tongues = _under(profile, "PersonQualifications")
    for language in content.languages:
        if language.level != Cefr.NATIVE:
            _language(tongues, language)
    _under(profile, "EmploymentReferences")
    hobbies = _under(profile, "HobbiesAndInterests")
    for extra in content.extras_of(ExtraKind.INTEREST):
        hobby = _under(hobbies, "HobbyOrInterest")
        _said(hobby, "Title", extra.title)
        _said(hobby, "Description", rich(_lines(extra.summary, extra.details.get("keywords", ()))))
    _under(profile, "CreativeWorks")
    _activities(_under(profile, "Projects"), "Project", (r for r in content.lived if r.kind in _PROJECTS), certainty)
    for name in ("SocialAndPoliticalActivities", "Skills", "NetworksAndMemberships", "ConferencesAndSeminars"):
        _under(profile, name)
    helped = (row for row in content.lived if row.kind == Kind.VOLUNTEERING)
    _activities(_under(profile, "VoluntaryWorks"), "VoluntaryWork", helped, certainty)
    _certificates(profile, content, certainty)
    for skill in content.skills:
        _other(profile, SKILLS, skill.label, _skill_words(skill, certainty))
    for kind, title in ((ExtraKind.AWARD, AWARDS), (ExtraKind.REFERENCE, REFERENCES)):
        for extra in content.extras_of(kind):
            _other(profile, title, extra.title, _lines(extra.issuer, extra.date, extra.summary))


_PROJECTS = (Kind.PASSION, Kind.CARE, Kind.OTHER)


def _work(jobs: Element, row: ExperienceSeen, certainty: bool) -> None:
    employer = _under(jobs, "EmployerHistory")
    _said(employer, "hr:OrganizationName", row.organisation)
    _contact(employer, row)
    job = _under(employer, "PositionHistory")
    _said(job, "PositionTitle", row.title, typeCode="FREETEXT")
    period = _under(job, "eures:EmploymentPeriod")
    _dates(period, row, "eures:")
    _said(period, "hr:CurrentIndicator", "true" if row.ongoing else "false")
    _said(job, "oa:Description", _told(row, certainty))
    _said(job, "City", row.place)


def _study(studies: Element, row: ExperienceSeen, certainty: bool) -> None:
    school = _under(studies, "EducationOrganizationAttendance")
    _said(school, "hr:OrganizationName", row.organisation)
    _contact(school, row)
    period = _under(school, "AttendancePeriod")
    _dates(period, row)
    _said(period, "Ongoing", "true" if row.ongoing else "false")
    degree = _under(school, "EducationDegree")
    _said(degree, "hr:DegreeName", row.title)
    _said(degree, "OccupationalSkillsCovered", _told(row, certainty))


def _activities(above: Element, name: str, rows: Iterable[ExperienceSeen], certainty: bool) -> None:
    for row in rows:
        made = _under(above, name)
        inner = made if name == "Project" else _under(made, "Activity")
        _said(inner, "Title", row.title)
        _said(inner, "hr:OrganizationName", row.organisation)
        date = _under(inner, "Date")
        _dates(date, row)
        _said(date, "Ongoing", "true" if row.ongoing else "false")
        _said(inner, "Description", _told(row, certainty))
        _said(inner, "Link", row.url)
        _said(made, "Location", row.place)


def _language(above: Element, row: LanguageSeen) -> None:
    made, code = _under(above, "PersonCompetency"), code_of(row.name)
    if code:
        _said(made, "CompetencyID", code, schemeName="NORMAL")
    _said(made, "hr:TaxonomyID", "language")
    if not code:
        _said(made, "hr:CompetencyName", row.name)
    for dimension in _DIMENSIONS if row.level else ():
        part = _under(made, "eures:CompetencyDimension")
        _said(part, "hr:CompetencyDimensionTypeCode", dimension)
        _said(_under(part, "eures:Score"), "hr:ScoreText", row.level)


def _publications(profile: Element, content: Content) -> None:
    history = _under(profile, "PublicationHistory")
    for extra in content.extras_of(ExtraKind.PUBLICATION):
        made = _under(history, "Publication")
        _said(made, "Title", extra.title)
        _said(made, "Year", extra.date[:4])
        _said(made, "Reference", extra.issuer)
        _said(made, "Link", extra.url)
        _said(made, "Description", rich(extra.summary))


def _certificates(profile: Element, content: Content, certainty: bool) -> None:
    courses = _under(profile, "CourseCertifications")
    for extra in content.extras_of(ExtraKind.CERTIFICATE):
        made = _under(courses, "CourseCertification")
        _said(made, "Title", extra.title)
        if extra.date:
            _said(_under(made, "eures:FirstIssuedDate"), "hr:FormattedDateTime", extra.date)
        if extra.issuer:
            _said(_under(made, "IssuingAuthority"), "hr:Name", extra.issuer)
        _said(made, "Link", extra.url)
        _said(made, "oa:Description", rich(_lines(extra.summary, _sure(extra, certainty))))


def _skill_words(skill: SkillSeen, certainty: bool) -> str:
    level = Level(skill.level).label if skill.level else str(skill.details.get("level", ""))
    return _lines(level, ", ".join(skill.keywords), skill.note, _sure(skill, certainty))


def _sure(row: ExperienceSeen | SkillSeen | ExtraSeen, certainty: bool) -> str:
    return Certainty(row.certainty).label if certainty and row.certainty != Certainty.DECLARED else ""


def _told(row: ExperienceSeen, certainty: bool) -> str:
    return rich(row.summary, row.highlights) + rich(_sure(row, certainty))


def _other(profile: Element, section: str, title: str, words: str) -> None:
    made = _under(profile, "Others")
    _said(made, "Title", section)
    other = _under(made, "Other")
    _said(other, "Title", title)
    _said(other, "Description", rich(words))


def _lines(*parts: Any) -> str:
    return "\n".join(filter(None, (part if isinstance(part, str) else ", ".join(part) for part in parts)))


def _contact(above: Element, row: ExperienceSeen) -> None:
    contact = _under(above, "OrganizationContact") if row.place or row.url else None
    if contact is not None and row.place:
        _said(_under(_under(contact, "Communication"), "Address"), "oa:CityName", row.place)
    if contact is not None and row.url:
        _channel(contact, "Web", "oa:URI", row.url)


def _dates(period: Element, row: ExperienceSeen, prefix: str = "") -> None:
    """« 2019 », « 2019-03 » and « 2019-03-01 » are all dates of this format (BR-COM-06)."""
    for name, value in (("StartDate", row.starts), ("EndDate", row.ends)):
        if value:
            _said(_under(period, prefix + name), "hr:FormattedDateTime", value)


def _named(above: Element, person: PersonSeen) -> None:
    named = _under(above, "PersonName")
    _said(named, "oa:GivenName", person.given_name)
    _said(named, "hr:FamilyName", person.family_name)


def _channel(above: Element, code: str, name: str, value: str) -> Element:
    made = _under(above, "Communication")
    _said(made, "ChannelCode", code)
    _said(made, name, value)
    return made


def _identified(above: Element, name: str, scheme: str, version: str) -> None:
    """The Europass portal gives these; ours are empty, so that nothing follows a person from file to file."""
    _under(above, name, schemeID="", schemeName=scheme, schemeAgencyName=AGENCY, schemeVersionID=version)


def _rendering(root: Element) -> None:
    design = _under(_under(root, "RenderingInformation"), "Design")
    for name, value in (("Template", "Template1"), ("Color", "Default"), ("FontSize", "Medium"), ("Logo", "FirstPage")):
        _said(design, name, value)
    _said(design, "PageNumbers", "false")


def _under(above: Element, name: str, /, **attributes: str) -> Element:
    prefix, _, bare = name.rpartition(":")
    return etree.SubElement(above, f"{{{_PREFIXES.get(prefix, NS)}}}{bare}", attributes)


def _said(above: Element, name: str, words: str, /, **attributes: str) -> None:
    """An element that says `words`; none when they are empty."""
    if words:
        _under(above, name, **attributes).text = _writable(words)


def _writable(words: str) -> str:
    """XML has no sign for a few code points that a person may type."""
    return "".join(c for c in clean(words) if c not in "\ufffe\uffff")

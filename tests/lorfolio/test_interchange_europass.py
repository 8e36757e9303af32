"""Europass old and new read, today's written; files that attack are refused before they do anything (L10)."""

from __future__ import annotations

import io
import json
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from lorfolio.content import Content, ExperienceSeen, ExtraSeen, LanguageSeen, PersonSeen, SkillSeen
from lorfolio.interchange import europass_out, json_resume, pasted
from lorfolio.interchange.reading import of_file, of_paste

SAMPLES = Path(__file__).parent / "samples"


def test_L10_an_old_europass_is_read() -> None:
    read = of_file((SAMPLES / "europass_old.xml").read_bytes())
    assert read.document == {
        "basics": {
            "name": "Camille Exemple", "label": "Vendeuse", "email": "camille@exemple.invalid",
            "phone": "03 00 00 00 00", "url": "https://camille.exemple.invalid",
            "location": {"address": "2 rue de l’Exemple", "postalCode": "99999", "city": "Exempleville",
                         "countryCode": "FR"},
        },
        "work": [
            {"name": "Boulangerie Exemple", "position": "Vendeuse", "location": "Exempleville",
             "startDate": "2019-03-01", "endDate": "2022-06", "summary": "Accueil & vente",
             "highlights": ["Tenir la caisse"]},
            {"position": "Préparatrice", "startDate": "2023"},
        ],
        "education": [{"institution": "CFA Exemple", "area": "CAP Boulangerie", "startDate": "2016-09",
                       "endDate": "2018"}],
        "languages": [
            {"language": "français", "fluency": "Langue maternelle"}, {"language": "Allemand", "fluency": "B1"},
            {"language": "turc", "fluency": "écouter B2, écrire A2"},
        ],
        "skills": [{"name": "Écouter"}, {"name": "Conseiller"}],
        "certificates": [{"name": "Permis B"}],
        "awards": [{"title": "Meilleure apprentie", "summary": "2018"}],
    }  # fmt: skip
    assert read.incoming.unknown == ["SkillsPassport/LearnerInfo/EducationList/Education/Salutation"]
    assert [
        words for words in read.incoming.remarks if "photo" in words or "naissance" in words
    ] == read.incoming.remarks


def test_L10_today_s_europass_is_read() -> None:
    read = of_file((SAMPLES / "europass_new.xml").read_bytes())
    assert read.document == {
        "basics": {
            "name": "Camille Exemple", "email": "camille@exemple.invalid", "phone": "+33\u00a0300000000",
            "summary": "J’aime le contact.", "profiles": [{"network": "linkedin", "url": "https://reseau.exemple.invalid/c"}],
            "location": {"postalCode": "99999", "city": "Exempleville", "countryCode": "FR"},
        },
        "work": [{"name": "Boulangerie Exemple", "position": "Vendeuse", "location": "Exempleville",
                  "startDate": "2019-03-01", "endDate": "2022-06", "summary": "Accueil & vente",
                  "highlights": ["Tenir la caisse"]}],
        "education": [{"institution": "CFA Exemple", "area": "CAP Boulangerie", "startDate": "2016"}],
        "languages": [{"language": "Français", "fluency": "Langue maternelle"},
                      {"language": "Allemand", "fluency": "B1"}],
        "skills": [{"name": "Tableur"}, {"name": "Accueillir", "summary": "Cinq ans"}],
        "certificates": [{"name": "SST", "date": "2021-11"}, {"name": "Permis B"}],
        "volunteer": [{"position": "Aide aux devoirs", "startDate": "2020"}],
        "interests": [{"name": "Randonnée"}],
    }  # fmt: skip
    assert read.incoming.unknown == [
        "Candidate/CandidateProfile/EducationHistory/EducationOrganizationAttendance/EducationLevelCode"
    ]
    assert len(read.incoming.remarks) == 2


def whole() -> Content:
    lived: dict[str, Any] = {
        "starts": "2019-03",
        "ends": "2020",
        "summary": "Deux\nlignes <b>",
        "highlights": ("a & b",),
    }
    return Content(
        PersonSeen("Nour", "العربية", summary="Bonjour", email="n@exemple.invalid", phone="03", place="Metz",
                   url="https://exemple.invalid", profiles=({"network": "Mastodon", "url": "https://m.invalid/n"},)),
        (ExperienceSeen(uuid4(), "emploi", "Vendeuse", "Boulangerie", "Metz", "https://b.invalid", **lived),
         ExperienceSeen(uuid4(), "etudes", "CAP Cuisine", "CFA", **lived),
         ExperienceSeen(uuid4(), "benevolat", "Aide aux devoirs", "Asso", **lived),
         ExperienceSeen(uuid4(), "passion", "Potager", **lived)),
        (SkillSeen(uuid4(), "Accueillir 😀", level=3, keywords=("écoute",), note="Cinq ans"),),
        (LanguageSeen(uuid4(), "Français", "natif"), LanguageSeen(uuid4(), "Allemand", "B1"),
         LanguageSeen(uuid4(), "Patois")),
        (ExtraSeen(uuid4(), "certificat", "SST", "INRS", "2021-11"), ExtraSeen(uuid4(), "interet", "Lire"),
         ExtraSeen(uuid4(), "publication", "Recettes", "Maison", "2020"), ExtraSeen(uuid4(), "prix", "Prix"),
         ExtraSeen(uuid4(), "reference", "Alex", summary="Sérieuse")),
    )  # fmt: skip


def test_L10_what_we_write_we_read_again() -> None:
    read = of_file(europass_out.export(whole()))
    assert read.incoming.unknown == read.incoming.remarks == []
    written = json_resume.export(whole())
    for part in ("work", "education", "volunteer", "certificates", "publications", "interests", "references"):
        assert read.document[part] == written[part], part
    assert [row["name"] for row in read.document["projects"]] == ["Potager"]
    assert read.document["languages"] == [
        {"language": "Français", "fluency": "Langue maternelle"}, {"language": "Allemand", "fluency": "B1"},
        {"language": "Patois"},
    ]  # fmt: skip
    assert read.document["skills"] == [
        {"name": "Accueillir 😀", "summary": "J’y arrive sans aide\nécoute\nCinq ans"}
    ]  # fmt: skip
    assert read.document["basics"]["name"] == "Nour العربية"


def test_L10_a_hidden_place_leaves_no_postal_code() -> None:
    hidden = replace(whole(), person=PersonSeen("Nour", details={"location": {"postalCode": "57000", "city": "Metz"}}))
    assert b"57000" not in europass_out.export(hidden)
    assert "57000" not in json.dumps(json_resume.export(hidden))


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><Candidate>&c;</Candidate>"""
FETCHES = b"""<!DOCTYPE z [<!ENTITY x SYSTEM "file:///etc/hostname">]><SkillsPassport><LearnerInfo>&x;</LearnerInfo>
</SkillsPassport>"""
DEEP = b"<Candidate>" + b"<a>" * 200 + b"</a>" * 200 + b"</Candidate>"
ATTACKS = {
    "laughs": LAUGHS, "fetches": FETCHES, "utf-16": LAUGHS.decode().encode("utf-16"),
    "late": b"<!--" + b" " * 9_000 + b"-->" + FETCHES, "deep": DEEP,
    "wide": b"<Candidate>" + b"<a/>" * 50_000 + b"</Candidate>",
    "utf-7": b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4- <Candidate/>',
    "entity": b"<Candidate>&inconnue;</Candidate>", "json deep": b'{"work":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "json nan": b'{"work": [NaN]}', "json infinity": b'{"work": [{"position": Infinity}]}',
    "json wide": b'{"work": [' + b"1," * 45_000 + b"1]}", "json big": b'{"work": "' + b"a" * 1_000_001 + b'"}',
    "json digits": b'{"work": ' + b"1" * 10_000 + b"}",
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_L10_a_file_that_attacks_is_refused(name: str) -> None:
    started = time.process_time()
    with pytest.raises(ValidationError) as refused:
        of_file(ATTACKS[name])
    assert list(refused.value.message_dict) == ["file"]
    assert time.process_time() - started < 20, "bounded, whatever the machine"


def test_L10_an_archive_is_never_unpacked_beyond_a_cv() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("resume.json", b'{"work": [' + b" " * 50_000_000 + b"]}")
    with pytest.raises(ValidationError, match="trop lourd"):
        of_file(held.getvalue())


NAMED = "<Candidate><CandidatePerson><PersonName><GivenName>{}</GivenName></PersonName></CandidatePerson></Candidate>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_S4_odd_encodings_are_read(encoding: str) -> None:
    document = '{"work": [{"position": "Préparatrice"}]}'
    assert of_file(document.encode(encoding)).incoming.rows[0].title == "Préparatrice"
    xml = NAMED.format("Zoé")
    assert of_file(xml.encode(encoding)).incoming.person["given_name"] == "Zoé"


def test_S4_a_declared_encoding_is_obeyed() -> None:
    data = ('<?xml version="1.0" encoding="ISO-8859-15"?>' + NAMED.format("Zoé €")).encode("iso-8859-15")
    assert of_file(data).document["basics"]["name"] == "Zoé €"


def test_L1_a_script_in_a_field_stays_words_and_an_odd_address_is_no_link() -> None:
    document = {
        "work": [{"position": "<script>alert(1)</script>", "url": "javascript:alert(1)", "name": "a\u0000b\ud800"}]
    }
    row = of_file(json.dumps(document).encode()).incoming.rows[0]
    assert (row.values["title"], row.values["url"], row.values["organisation"]) == (
        "<script>alert(1)</script>",
        "",
        "ab",
    )


@pytest.mark.parametrize(
    ("line", "part", "item"),
    [
        ("2019-2022 Vendeuse, Boulangerie Exemple", "work",
         {"position": "Vendeuse", "name": "Boulangerie Exemple", "startDate": "2019", "endDate": "2022"}),
        ("• De mars 2019 à juin 2022 : Vendeuse chez Boulangerie Exemple, Metz", "work",
         {"position": "Vendeuse", "name": "Boulangerie Exemple", "location": "Metz", "startDate": "2019-03",
          "endDate": "2022-06"}),
        ("Cariste – Entrepôt Exemple (depuis 2021)", "work",
         {"position": "Cariste", "name": "Entrepôt Exemple", "startDate": "2021"}),
        ("03/2019 - 06/2022 Cariste", "work", {"position": "Cariste", "startDate": "2019-03", "endDate": "2022-06"}),
        ("2020 – aujourd’hui | Aide à domicile", "work", {"position": "Aide à domicile", "startDate": "2020"}),
        ("2018 CAP Cuisine, CFA Exemple", "education",
         {"area": "CAP Cuisine", "institution": "CFA Exemple", "startDate": "2018", "endDate": "2018"}),
        ("Bénévole, Épicerie solidaire", "volunteer", {"position": "Bénévole", "organization": "Épicerie solidaire"}),
        ("2015-2019 Aidante de ma mère", "projects",
         {"name": "Aidante de ma mère", "type": "proche", "startDate": "2015", "endDate": "2019"}),
        ("Ménage", "work", {"position": "Ménage"}),
    ],
)  # fmt: skip
def test_L10_a_pasted_line_is_understood(line: str, part: str, item: dict[str, str]) -> None:
    assert of_paste(line, pasted.PATH).document == {part: [item]}


def test_L10_a_pasted_line_that_says_nothing_is_listed() -> None:
    read = of_paste("2019-2022\n\n***\nCuisinier", pasted.PATH)
    assert (read.incoming.unknown, len(read.incoming.rows)) == (["2019-2022", "***"], 1)


PASTED_CV = """Camille Exemple
EXPÉRIENCES PROFESSIONNELLES :
2019-2022 Comptable unique, Cabinet Exemple
- Tenir la comptabilité de 40 clients
- Préparer les bilans
2015-2019 Aide-comptable, Garage Exemple
Formation
2003 Gestion d’entreprise, Lycée Exemple
Compétences
Excel, Sage, Ciel
Accueillir, conseiller et convaincre
Langues
Anglais : B1
Alsacien
Centres d’intérêt
Randonnée"""


def test_L10_a_cv_pasted_whole_keeps_its_parts() -> None:
    read = of_paste(PASTED_CV, pasted.PATH)
    assert read.document == {
        "work": [
            {"position": "Comptable unique", "name": "Cabinet Exemple", "startDate": "2019", "endDate": "2022",
             "highlights": ["Tenir la comptabilité de 40 clients", "Préparer les bilans"]},
            {"position": "Aide-comptable", "name": "Garage Exemple", "startDate": "2015", "endDate": "2019"},
        ],
        "education": [{"area": "Gestion d’entreprise", "institution": "Lycée Exemple", "startDate": "2003",
                       "endDate": "2003"}],
        "skills": [{"name": "Excel"}, {"name": "Sage"}, {"name": "Ciel"},
                   {"name": "Accueillir, conseiller et convaincre"}],
        "languages": [{"language": "Anglais", "fluency": "B1"}, {"language": "Alsacien"}],
        "interests": [{"name": "Randonnée"}],
    }  # fmt: skip
    assert read.incoming.unknown == ["Camille Exemple"]


def test_L10_a_word_that_opens_nothing_is_no_heading() -> None:
    read = of_paste("2019 Stage, Mairie Exemple\nAnglais B1\nBénévolat", pasted.PATH)
    assert read.document["languages"] == [{"language": "Anglais", "fluency": "B1"}]
    assert read.document["volunteer"] == [{"position": "Bénévolat"}]
    assert of_paste("Langues\nInformatique, bureautique", pasted.SKILLS).document == {
        "skills": [{"name": "Langues"}, {"name": "Informatique, bureautique"}]
    }

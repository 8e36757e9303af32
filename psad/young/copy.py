"""The copy that a person takes of what is kept about them: pages to read and JSON, in one archive (RGPD, article 15).

What the team wrote in its own words (notes, notes of a try) may name somebody else: the team hands it over itself,
asked by one button.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import orjson
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from psad.letters import KINDS
from psad.lists import Need, Purpose
from psad.models import Attempt, Case, Check, File, Guardian, Interview, Letter, Move, Obligation, Transfer
from psad.services.cases import PARIS
from psad.young import notice
from psad.young.page import YoungPage

_ASIDE = (
    "Les notes écrites par l’équipe, les pièces jointes et les courriers eux-mêmes\u00a0: elle vous les remet, une fois"
    " retirés les noms d’autres personnes."
)
READABLE, MACHINE = "mon-dossier.html", "mon-dossier.json"


def archive(page: YoungPage, at: dt.datetime) -> bytes:
    """A ZIP of the two files."""
    told = everything(page, at)
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr(READABLE, _page(told, at))
        folder.writestr(MACHINE, orjson.dumps(told, option=orjson.OPT_INDENT_2))
    return kept.getvalue()


def readable(page: YoungPage, at: dt.datetime) -> str:
    """The file to read alone: a telephone opens it at a touch, which it does not an archive."""
    return _page(everything(page, at), at)


def _page(told: dict[str, Any], at: dt.datetime) -> str:
    sections = [{"title": _title(key), "body": _readable(value)} for key, value in told.items() if key != "copie_du"]
    return render_to_string("psad/young/copy.html", {"sections": sections, "at": at})


def everything(page: YoungPage, at: dt.datetime) -> dict[str, Any]:
    """All that is kept of the person, in French words, dates as ISO text; empty values left out."""
    case, who = page.case, page.opened.identity
    told = {
        "copie_du": at.isoformat(timespec="minutes"),
        "plateforme": case.platform.name,
        "identite": {
            "nom": who.surname, "prenoms": who.given_names, "naissance": who.birth_date, "adresse": who.address,
            "code_postal": who.postcode, "commune": who.town, "telephone": who.phone,
            "autre_telephone": who.other_phone, "courriel": who.email, "ine": who.ine, "sexe": case.get_sex_display(),
        },
        "formation_quittee": {
            "etablissement": who.school, "classe": who.class_name, "sorte": case.get_origin_display(),
            "sortie_le": case.left_on, "uai": case.school_uai, "suivi_mission_locale": who.followed_by_ml,
        },
        "dossier": _case(page),
        "joindre_sans_gener": page.opened.text(case.safe_contact, field="safe_contact"),
        "representants_legaux": _guardians(page),
        "essais_de_contact": [
            {"le": row.at, "moyen": row.get_means_display(), "resultat": row.get_outcome_display()}
            for row in Attempt.objects.filter(case=case)
        ],
        "entretiens": [
            {"le": row.at, "comment": row.get_means_display(), "besoins": [_need(need) for need in row.needs],
             "convenu": page.opened.text(row.plan, field=f"interview/{row.pk}"), "famille_presente": row.family_present}
            for row in Interview.objects.filter(case=case)
        ],
        "propositions": [
            {"le": row.at, "solution": row.solution.title, "organisme": row.solution.organisation_name,
             "reponse": row.get_answer_display(), "reponse_le": row.answered_at, "commencee_le": row.started_on}
            for row in page.proposals
        ],
        "verifications": [
            {"prevue_le": row.due_on, "a_mois": row.months, "faite_le": row.done_at,
             "resultat": row.get_result_display()}
            for row in Check.objects.filter(case=case).order_by("due_on")
        ],
        "obligation_de_formation": [
            {"motif": row.get_ground_display(), "convocation_le": row.convoked_at, "rendez_vous_le": row.meeting_at,
             "transmis_au_departement_le": row.passed_at, "terminee_le": row.ended_at}
            for row in Obligation.objects.filter(case=case)
        ],
        "courriers": [
            {"le": row.at, "sorte": KINDS.get(row.kind, "Lettre")} for row in Letter.objects.filter(case=case)
        ],
        "pieces_jointes": [{"le": row.at, "octets": row.size} for row in File.objects.filter(case=case)],
        "transferts": [
            {"le": row.at, "a": row.to.name, "accepte_le": row.accepted_at}
            for row in Transfer.objects.filter(case=case).select_related("to")
        ],
        "partages": [
            {"le": row["at"], "avec": row["who"], "pour": row["why"], "quoi": row["what"], "jusqu_au": row["ends_at"],
             "retire_le": row["revoked_at"]}
            for row in page.shares
        ],
        "qui_a_lu": [{"jour": row["day"], "qui": row["who"], "quoi": row["what"]} for row in page.accesses],
        "mes_demandes": [
            {"le": row.at, "sorte": row.asked, "texte": row.said, "repondu_le": row.handled_at,
             "suite": row.answered}
            for row in page.wishes
        ],
        "a_demander_a_l_equipe": _ASIDE,
    }  # fmt: skip
    kept: dict[str, Any] = _plain(told)
    return kept


def _case(page: YoungPage) -> dict[str, Any]:
    case: Case = page.case
    given = Move.objects.filter(case=case, verb="inform").order_by("-at").values_list("data", flat=True).first() or {}
    return {
        "provenance": case.get_source_display(), "recu_le": case.received_on, "etape": case.get_step_display(),
        "reponse_a_la_liste": case.get_disposition_display(), "premier_contact": case.first_contact_at,
        "dernier_contact": case.last_contact_at, "en_solution_depuis": case.solution_on, "clos_le": case.closed_on,
        "motif_de_cloture": case.get_closing_reason_display(), "notice_donnee_le": case.informed_at,
        "version_de_la_notice": given.get("notice", notice.VERSIONS[0] if case.informed_at else ""),
        "opposition_le": case.opposed_at, "commune": str(case.commune or ""),
        "accompagnement": page.team, "pourquoi_lu": Purpose.WORK.label,
    }  # fmt: skip


def _guardians(page: YoungPage) -> list[dict[str, Any]]:
    """Of a minor; what is kept of one whose person is of age is told as well, and is about to be erased."""
    rows = Guardian.objects.filter(case=page.case)
    contacts = [(row, page.opened.text(row.contact, field=f"guardian/{row.pk}") or {}) for row in rows]
    return [{"nom": said.get("name"), "famille": row.get_wish_display()} for row, said in contacts]


def _need(need: str) -> str:
    return str(Need(need).label) if need in Need.values else need


_ACCENTS = {
    "a": "à", "accepte le": "accepté le", "autre telephone": "autre téléphone", "classe": "classe",
    "cloture": "clôture", "commencee le": "commencée le", "etape": "étape", "etablissement": "établissement",
    "formation quittee": "formation quittée", "identite": "identité", "joindre sans gener": "joindre sans gêner",
    "a demander a l equipe": "à demander à l’équipe", "jusqu au": "jusqu’au", "pieces jointes": "pièces jointes",
    "prenoms": "prénoms", "prevue le": "prévue le", "propositions": "propositions", "recu le": "reçu le",
    "reponse": "réponse", "reponse le": "réponse le", "reponse a la liste": "réponse à la liste",
    "repondu le": "répondu le", "representants legaux": "représentants légaux", "resultat": "résultat",
    "retire le": "retiré le", "telephone": "téléphone", "terminee le": "terminée le", "verifications": "vérifications",
    "faite le": "faite le", "motif de cloture": "motif de clôture", "notice donnee le": "notice donnée le",
    "famille presente": "famille présente", "suivi mission locale": "suivi par la mission locale", "a mois": "à (mois)",
    "transmis au departement le": "transmis au département le", "ine": "numéro national élève (INE)",
    "uai": "numéro de l’établissement (UAI)", "rendez vous le": "rendez-vous le", "octets": "taille (octets)",
    "pourquoi lu": "pourquoi votre dossier est lu", "en solution depuis": "en solution depuis le", "sorte": "type",
}  # fmt: skip


def _title(key: str) -> str:
    """A key of the JSON (ASCII) as one reads it."""
    words = key.replace("_", " ")
    words = _ACCENTS.get(words, words)
    return words[:1].upper() + words[1:]


def _readable(value: Any) -> SafeString:
    """Escaped: what a person wrote is words here too."""
    if isinstance(value, dict):
        lines = format_html_join("", "<dt>{}</dt><dd>{}</dd>", ((_title(k), _readable(v)) for k, v in value.items()))
        return format_html("<dl>{}</dl>", lines)
    if isinstance(value, list):
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((_readable(item),) for item in value)))
    if isinstance(value, bool):
        return format_html("{}", "oui" if value else "non")
    return linebreaksbr(_day(value), autoescape=True)


def _day(value: Any) -> str:
    """A day as one reads it."""
    try:
        moment = dt.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return str(value)
    if len(value) == len("2026-11-22"):
        return f"{moment:%d/%m/%Y}"
    return f"{moment.astimezone(PARIS):%d/%m/%Y à %H h %M}"


def _plain(value: Any) -> Any:
    """Words, lists and tables only; what is empty is left out."""
    if isinstance(value, dict):
        return {key: plain for key, item in value.items() if (plain := _plain(item)) not in ("", None, [], {})}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if isinstance(value, str | int | bool | None) else str(value)

"""How a wording would look, on an invented letter: nothing is written, no number is taken (M6)."""

from __future__ import annotations

from typing import Any

from core.pdf import Pdf
from recognition import rulebook
from recognition.letters import law
from recognition.letters.about import region_name
from recognition.letters.blocks import lines
from recognition.letters.drawing import on_paper
from recognition.letters.kinds import KINDS
from recognition.letters.names import fill, names_of
from recognition.letters.writing import body_of
from recognition.models import LetterKind

_TO_FILL = "(à remplir dans les règles de la reconnaissance)"
_GROUNDS = "Ici viennent les motifs, tels que la décision les donne, en droit et en fait."
_DECISION = [["Décision", "Exemple"], ["Délibération", "n°\u00a027CP-0000 du 6\u00a0décembre 2027"]]
_WITH_FILES = {LetterKind.RECEIPT, LetterKind.COMPLETED}
_QUOTES = {
    LetterKind.WITHDRAWAL: (law.L242_1, "L. 242-1"), LetterKind.REPEAL: (law.L242_2, "L. 242-2"),
    LetterKind.NOTICE: (law.L242_2, "L. 242-2"),
}  # fmt: skip


def preview(kind: str, subject: str, text: str) -> Pdf:
    """The letter that `subject` and `text` would make, with the examples of the names and « Aperçu » across it."""
    examples = {key: name.example for key, name in names_of(kind).items()}
    examples["region"] = region_name()
    known = KINDS[kind]
    placed = {key: {"key": key, **_sample(key, kind)} for key in known.blocks}
    after = [{"key": "recours", **_sample("recours", kind)}] if known.appeal else []
    content: dict[str, Any] = {
        "format": 1,
        "kind": kind,
        "number": "AR-2027-0000" if kind == LetterKind.RECEIPT else "L-2027-0000",
        "date": "15\u00a0décembre 2027",
        "sender": {
            "region": region_name(),
            "service": rulebook.text("service_name"),
            "address": lines(_rule("service_address")),
            "email": rulebook.text("service_email"),
            "phone": rulebook.text("service_phone"),
        },
        "addressee": ["Association Exemple", "À l’attention de Dominique Exemple, présidente", "1 rue de l’Exemple"],
        "references": (
            [["Accusé de réception", "AR-2027-0000"]]
            if kind == LetterKind.RECEIPT
            else [["Lettre", "L-2027-0000"], ["Dossier", "AR-2027-0000"]]
        ),
        "subject": fill(subject, examples, markdown=False),
        "body": body_of(known, text, examples, placed),
        "signature": {"name": _rule("signatory"), "title": _rule("signatory_title")} if known.signed else None,
        "after": [*after, *([{"key": "fichiers", **_sample("fichiers", kind)}] if kind in _WITH_FILES else [])],
        "public_url": examples.get("page_publique", "") if kind == LetterKind.CERTIFICATE else "",
    }
    return on_paper(content, sample=True)


def _rule(key: str) -> str:
    return rulebook.text(key) or _TO_FILL


def _sample(key: str, kind: str) -> dict[str, Any]:
    """A block as it would look; what the rules of the region say of it, when they do."""
    quote, article = _QUOTES.get(LetterKind(kind), (law.L242_2, "L. 242-2"))
    receipt = kind == LetterKind.RECEIPT
    appeal, source = (law.R421_2, "R. 421-2") if receipt else (law.R421_1, "R. 421-1")
    source = f"Article {source} du {law.CJA}"
    blocks: dict[str, tuple[str, list[dict[str, Any]]]] = {
        "la_decision": ("La décision", [{"rows": _DECISION}]),
        "motifs": ("Motifs", [{"text": _GROUNDS}]),
        "texte_de_loi": ("Ce que dit la loi", [{"quote": quote, "source": f"Article {article} du {law.CRPA}"}]),
        "pour_repondre": ("Pour présenter vos observations", [{"rows": [["Avant la fin du", "3\u00a0décembre 2027"]]}]),
        "complement": ("Ce que nous avons reçu", [{"rows": [["Demandé par la Région", "Les comptes signés"]]}]),
        "recu": ("Ce que nous avons reçu", [{"rows": [["Organisme", "Association Exemple"]]}]),
        "service_charge": (
            "Le service chargé de votre dossier",
            [{"rows": [["Adresse", _rule("service_address")], ["Téléphone", _rule("service_phone")]]}],
        ),
        "silence": (
            "Si la Région ne vous répond pas",
            [
                {"rows": [["Sans décision le", "28\u00a0juillet 2027, si votre dossier est complet"]]},
                {"markdown": _rule("silence")},
            ],
        ),
        "reconnaissance": (
            "La reconnaissance",
            [{"rows": [["Depuis le", "15\u00a0décembre 2027"], ["Jusqu’au", "31\u00a0décembre 2028"]]}],
        ),
        "pour_renouveler": (
            "Pour demander le renouvellement", [{"rows": [["Au plus tard le", "30\u00a0septembre 2028"]]}],
        ),
        "recours": (
            "Voies et délais de recours",
            [{"markdown": _rule("receipt_appeal" if receipt else "appeal")}, {"quote": appeal, "source": source}],
        ),
        "fichiers": (
            "Fichiers reçus",
            [{"files": [{"name": "note.pdf", "kind": "Note", "size": "340\u00a0Ko", "sha256": "0" * 64}]}],
        ),
    }  # fmt: skip
    title, items = blocks[key]
    return {"title": title, "items": items}

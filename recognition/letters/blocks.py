"""The blocks that the law or the rules ask of a letter, each refused when it would be empty (R14).

A block is JSON: `{"key", "title", "items": [...]}`, an item being one of `{"text"}` (plain), `{"markdown"}`,
`{"rows": [[label, value], …]}`, `{"quote", "source"}`, `{"files": [{"name", "kind", "size", "sha256"}, …]}`,
`{"print", "of"}` (a SHA-256, and of what).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError

from core.text import siret_words
from recognition import rulebook
from recognition.clock import day_of
from recognition.contents import kind_words, new_files
from recognition.letters import law
from recognition.letters.about import About, day_words, exact_words
from recognition.models import Attachment, Candidature, LetterKind, Opinion, Snapshot

Block = dict[str, Any]


def _block(key: str, title: str, *items: dict[str, Any]) -> Block:
    return {"key": key, "title": title, "items": list(items)}


def _rows(*rows: tuple[str, str]) -> dict[str, Any]:
    return {"rows": [[label, value] for label, value in rows if value]}


def _needed(value: str, why: str) -> str:
    if not value.strip():
        raise ValidationError(f"Cette lettre ne peut pas être écrite\u00a0: {why}")
    return value.strip()


def rule(key: str) -> str:
    """A rule of the region that letters print. Raises `ValidationError` naming it and its source when it is empty."""
    known = rulebook.KEYS[key]
    return _needed(
        rulebook.text(key),
        f"la règle «\u00a0{known.label}\u00a0» est vide ({known.source}). Remplissez-la dans les règles de la "
        "reconnaissance.",
    )


# The rules without which some letter cannot be written.
PRINTED = (
    "service_name", "service_address", "service_phone", "silence", "receipt_appeal", "appeal", "signatory",
    "signatory_title",
)  # fmt: skip


def missing_rules() -> list[str]:
    """The labels of those that are empty: what the desk has to fill before letters can leave."""
    said = rulebook.texts(*PRINTED, "silence_effect")
    if silence_accepts(said["silence_effect"]):
        said["receipt_appeal"] = "not printed"
    return [rulebook.KEYS[key].label for key in PRINTED if not said[key]]


def silence_accepts(effect: str) -> bool:
    """Whether the silence of the Region accepts (CRPA L231-1); it rejects otherwise (L231-4)."""
    return effect.lower() == "accord"


# --- decisions


def decision(about: About) -> Block:
    """Which decision, of which body, after which opinions, for how long."""
    found = about.decision
    if found is None:
        raise ValueError(f"A letter « {about.kind} » notifies a decision.")
    number = _needed(found.deliberation_number, "le numéro de délibération est vide.")
    body = f", {about.deciding_body}" if about.deciding_body else ""
    rows = [
        ("Décision", str(found.get_kind_display())),
        ("Délibération", f"n°\u00a0{number} du {day_words(found.decided_on)}{body}"),
    ]
    if found.candidature is not None:
        rows += _opinions(found.candidature)
    if about.kind == LetterKind.GRANT:
        rows += [("Plan", about.plan.name if about.plan else "")]
    if found.notice is not None:
        rows += [("Procédure contradictoire", _procedure(about))]
    return _block("la_decision", "La décision", _rows(*rows))


def _opinions(dossier: Candidature) -> list[tuple[str, str]]:
    said = Opinion.objects.filter(candidature=dossier).select_related("body", "sitting").order_by("body__order")
    return [
        (
            f"Avis, {opinion.body.short_name}",
            f"{opinion.get_value_display().lower()}, séance du {day_words(opinion.sitting.held_on)}",
        )
        for opinion in said
    ]


def _procedure(about: About) -> str:
    notice = about.notice
    if notice is None:
        return ""
    opened = f"ouverte le {day_words(notice.told_on)}"
    if notice.answered_on:
        return f"{opened}, observations reçues le {day_words(notice.answered_on)}"
    return f"{opened}, sans observations reçues au {day_words(notice.answer_by)}"


def grounds(about: About) -> Block:
    """Why, in fact and in law (CRPA L211-2, L211-5): the words of the decision or of the procedure."""
    said = about.notice.grounds if about.kind == LetterKind.NOTICE and about.notice else ""
    said = said or (about.decision.grounds if about.decision else "")
    title = "Ce qui est envisagé, et pourquoi" if about.kind == LetterKind.NOTICE else "Motifs de la décision"
    items: list[dict[str, Any]] = [{"text": _needed(said, "les motifs sont vides (R14, article L. 211-2 du CRPA).")}]
    if about.decision and about.decision.urgency:
        why = f"L’urgence n’a pas permis de vous entendre d’abord (article L. 121-2 du {law.CRPA})"
        items.append({"text": f"{why}\u00a0: {about.decision.urgency}"})
    return _block("motifs", title, *items)


# --- the adversarial stage


def legal_text(about: About) -> Block:
    """What the law says of a withdrawal (illegal, four months) or of a repeal (a condition no longer met)."""
    withdrawal = about.kind == LetterKind.WITHDRAWAL or (
        about.notice is not None and about.notice.kind == about.notice.Kind.WITHDRAWAL
    )
    source, quote = ("L. 242-1", law.L242_1) if withdrawal else ("L. 242-2", law.L242_2)
    effect = law.L240_1_WITHDRAWAL if withdrawal else law.L240_1_REPEAL
    name = "retrait" if withdrawal else "abrogation"
    title = f"Ce que dit la loi {'du retrait' if withdrawal else 'de l’abrogation'}"
    meaning = f"Au sens de l’article L. 240-1 du même code, {'le' if withdrawal else 'l’'}"
    meaning += f"{' ' if withdrawal else ''}{name} d’un acte est «\u00a0{effect}\u00a0»."
    return _block(
        "texte_de_loi", title, {"quote": quote, "source": f"Article {source} du {law.CRPA}"}, {"text": meaning}
    )


def to_answer(about: About) -> Block:
    """The right to be heard, how, and until when (CRPA L121-1, L122-1)."""
    if about.notice is None:
        raise ValueError("A letter that opens the adversarial stage needs its notice.")
    address = ", ".join(_lines(rule("service_address")))
    email = rulebook.text("service_email")
    how = f"par écrit, à {address}" + (f", ou par courriel à {email}" if email else "")
    return _block(
        "pour_repondre",
        "Pour présenter vos observations",
        {"rows": [["Avant la fin du", day_words(about.notice.answer_by)], ["Comment", how]]},
        {
            "text": "Vous pouvez aussi demander à présenter vos observations de vive voix et à consulter votre "
            "dossier, et vous faire assister par un conseil ou représenter par une personne de votre choix. Passé "
            "cette date, la Région pourra décider."
        },
        {"quote": law.L122_1, "source": f"Article L. 122-1 du {law.CRPA} (voir aussi son article L. 121-1)"},
    )


# --- the receipt


def received(about: About) -> Block:
    """What was deposited, when, by whom (CRPA R112-5, 1°; R112-11-1, 1°)."""
    dossier = about.candidature
    if dossier is None or dossier.deposited_at is None:
        raise ValueError("A receipt is that of a deposited dossier.")
    who = ", ".join(filter(None, (dossier.declared_name, dossier.declared_title)))
    sites = dossier.sites.count()
    return _block(
        "recu",
        "Ce que nous avons reçu",
        _rows(
            ("Organisme", f"{dossier.organisation} (SIRET\u00a0{siret_words(dossier.siret)})"),
            ("Demande", f"{dossier.get_kind_display()}, campagne {dossier.campaign.year}"),
            ("Date de réception", f"{exact_words(dossier.deposited_at)} (heure de Paris)"),
            ("Numéro du dossier", dossier.receipt_number),
            ("Déposé par", who),
            (
                "Lieux d’accueil",
                f"{sites} lieu{'x' if sites > 1 else ''}, décrit{'s' if sites > 1 else ''} dans le dossier",
            ),
            ("Cahier des charges", dossier.charter.title),
        ),
    )


def service(about: About) -> Block:
    """Who has charge of the dossier: name, postal address, mail, telephone (CRPA R112-5, 2°)."""
    return _block(
        "service_charge",
        "Le service chargé de votre dossier",
        _rows(
            ("Service", rule("service_name")),
            ("Adresse postale", ", ".join(_lines(rule("service_address")))),
            ("Courriel", rulebook.text("service_email")),
            ("Téléphone", rule("service_phone")),
        ),
    )


def silence(about: About) -> Block:
    """Whether silence accepts or refuses, on which day, and what the calendar foresees (CRPA R112-5, R112-11-1)."""
    dossier, day = about.candidature, about.silent_on
    if dossier is None or day is None:
        raise ValueError("A receipt is that of a deposited dossier.")
    accepts = silence_accepts(rulebook.text("silence_effect"))
    body = f" ({about.deciding_body})" if about.deciding_body else ""
    return _block(
        "silence",
        "Si la Région ne vous répond pas",
        _rows(
            ("Sans décision le", f"{day_words(day)}, si votre dossier est complet"),
            ("Votre demande serait", f"réputée {'acceptée' if accepts else 'rejetée'} ({_implicit(accepts)})"),
            ("La décision est prévue", f"le {day_words(dossier.campaign.commission_on)}{body}"),
        ),
        {"markdown": rule("silence")},
    )


def _implicit(accepts: bool) -> str:
    return "décision implicite d’acceptation" if accepts else "décision implicite de rejet"


def if_silent(about: About) -> Block:
    """What can be done once the silence is a decision: the appeals, or the attestation of it (CRPA R112-11-1).

    A receipt is not a decision: nothing can be contested yet, and these are not the appeals of a letter that decides.
    """
    day = day_words(about.silent_on) if about.silent_on else ""
    if silence_accepts(rulebook.text("silence_effect")):
        said = (
            f"Cet accusé de réception n’est pas une décision. Si votre demande était réputée acceptée le {day}, vous "
            "pourriez demander à la Région de vous l’attester (article L. 232-3 du code des relations entre le public "
            "et l’administration)."
        )
        return _block("recours", "Si votre demande est réputée acceptée", {"text": said})
    said = (
        "Cet accusé de réception n’est pas une décision\u00a0: il n’y a rien à contester aujourd’hui. Ce qui suit "
        f"vaudrait si votre demande était réputée rejetée le {day}."
    )
    return _block(
        "recours",
        "Voies et délais de recours si la Région ne vous répond pas",
        {"text": said},
        {"markdown": rule("receipt_appeal")},
        {"quote": law.R421_2, "source": f"Article R. 421-2 du {law.CJA}, premier alinéa"},
    )


def files(about: About) -> Block:
    """Each file received with its size and its SHA-256, as the dossier was at its deposit; and its own (R14)."""
    dossier = about.candidature
    kept = dossier.snapshots.filter(moment="deposit").order_by("taken_at", "pk").first() if dossier else None
    given: list[dict[str, Any]] = kept.content["files"] if kept else _given(dossier)
    items = [_files(given, dossier)]
    if kept:
        items.append({"print": kept.sha256, "of": "Empreinte du dossier saisi"})
    return _block("fichiers", "Fichiers reçus", *items)


def completed(about: About) -> Block:
    """What was sent back, when, and what the Region had asked (CRPA L112-11: each sending has its receipt)."""
    dossier, sent = about.candidature, _last_answer(about.candidature)
    if dossier is None or sent is None:
        raise ValueError("What is acknowledged is a dossier sent back.")
    asked = dossier.requests.filter(answered_at=sent.taken_at).first()
    return _block(
        "complement",
        "Ce que nous avons reçu",
        _rows(
            ("Organisme", f"{dossier.organisation} (SIRET\u00a0{siret_words(dossier.siret)})"),
            ("Date de réception", f"{exact_words(sent.taken_at)} (heure de Paris)"),
            ("Demandé par la Région", "\n".join(asked.items) if asked else ""),
            ("Le", day_words(day_of(asked.asked_at)) if asked else ""),
            ("Votre réponse", asked.answer if asked else ""),
        ),
    )


def completed_files(about: About) -> Block:
    """The files that came with it, and the print of the whole dossier as it now stands."""
    dossier, sent = about.candidature, _last_answer(about.candidature)
    if dossier is None or sent is None:
        raise ValueError("What is acknowledged is a dossier sent back.")
    before = dossier.snapshots.filter(taken_at__lt=sent.taken_at).order_by("-taken_at", "-pk").first()
    given = new_files(before.content, sent.content) if before else sent.content["files"]
    listed = _files(given, dossier) if given else {"text": "Aucun fichier n’a changé\u00a0: seuls les textes."}
    whole = {"print": sent.sha256, "of": "Empreinte du dossier complété"}
    return _block("fichiers", "Fichiers reçus avec cet envoi", listed, whole)


def _last_answer(dossier: Candidature | None) -> Snapshot | None:
    return dossier.snapshots.filter(moment="answer").order_by("-taken_at", "-pk").first() if dossier else None


def _files(given: list[dict[str, Any]], dossier: Candidature | None) -> dict[str, Any]:
    year = dossier.campaign.year if dossier else 0
    order = {kind: place for place, kind in enumerate(Attachment.Kind.values)}
    rows = [
        {
            "name": file["name"],
            "kind": kind_words(file["kind"], year),
            "size": size_words(file["size"]),
            "sha256": file["sha256"],
        }
        for file in sorted(given, key=lambda file: order[file["kind"]])
    ]
    return {"files": rows}


def size_words(size: int) -> str:
    """« 340 Ko », « 1,2 Mo »."""
    if size >= 1_000_000:
        return f"{size / 1_000_000:.1f}".replace(".", ",") + "\u00a0Mo"
    return f"{max(1, round(size / 1000))}\u00a0Ko"


def _given(dossier: Candidature | None) -> list[dict[str, Any]]:
    found = Attachment.objects.filter(candidature=dossier, replaced_at=None).order_by("pk")
    return [{"name": file.name, "kind": file.kind, "size": file.size, "sha256": file.sha256} for file in found]


# --- the right


def period(about: About) -> Block:
    """From when, until when, under which plan, by which decision."""
    right = about.recognition
    if right is None:
        raise ValueError("A certificate is that of a recognition.")
    granted = right.granted_by
    return _block(
        "reconnaissance",
        "La reconnaissance",
        _rows(
            ("Depuis le", day_words(right.starts_on)),
            ("Jusqu’au", day_words(right.term_on)),
            ("Plan", right.plan.name),
            ("Délibération", f"n°\u00a0{granted.deliberation_number} du {day_words(granted.decided_on)}"),
            _places(about.candidature),
            ("Cahier des charges", about.charter.title if about.charter else ""),
        ),
    )


PLACES = 6  # a certificate is one page


def _places(dossier: Candidature | None) -> tuple[str, str]:
    """Where the organisation receives people: the sites of the dossier that was granted."""
    sites = list(dossier.sites.select_related("commune").order_by("order", "pk")) if dossier else []
    said = [f"{site.name[:80]} ({site.commune.name})" if site.commune else site.name[:80] for site in sites[:PLACES]]
    more = len(sites) - len(said)
    said += [f"et {more} autre{'s' if more > 1 else ''} lieu{'x' if more > 1 else ''}"] if more else []
    return f"Lieu{'x' if len(sites) > 1 else ''} d’accueil", "\n".join(said)


def to_renew(about: About) -> Block:
    """Until when a renewal is asked for, and where (R9)."""
    limit = about.extra.get("date_limite") or (day_words(about.limit_on) if about.limit_on else "")
    return _block(
        "pour_renouveler",
        "Pour demander le renouvellement",
        _rows(
            ("Au plus tard le", _needed(limit, "la date limite de renouvellement n’est pas connue.")),
            (
                "À joindre",
                "le bilan d’activités de la période, le rapport d’activité et les comptes de l’année précédente",
            ),
        ),
    )


def appeal(about: About) -> Block:
    """How and until when the decision may be contested (CRPA R112-5; CJA R421-1, R421-5)."""
    return _block(
        "recours",
        "Voies et délais de recours",
        {"markdown": rule("appeal")},
        {"quote": law.R421_1, "source": f"Article R. 421-1 du {law.CJA}, premier alinéa"},
    )


def _lines(text: str) -> list[str]:
    """The lines of an address, whether they come on lines of their own or with « | » between them."""
    return [line.strip() for part in text.splitlines() for line in part.split("|") if line.strip()]


lines = _lines

# By the name that marks their place in a text; `recours` and `fichiers` always come after the signature.
BLOCKS: dict[str, Callable[[About], Block]] = {
    "la_decision": decision,
    "motifs": grounds,
    "texte_de_loi": legal_text,
    "pour_repondre": to_answer,
    "recu": received,
    "complement": completed,
    "service_charge": service,
    "silence": silence,
    "reconnaissance": period,
    "pour_renouveler": to_renew,
}

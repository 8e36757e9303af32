"""A letter is written once, with what the law asks, or not at all (R12, R14)."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from recognition import letters
from recognition.letters import law
from recognition.letters.blocks import missing_rules
from recognition.letters.kinds import KINDS
from recognition.letters.names import fill, names_of, refusals
from recognition.letters.writing import words_of
from recognition.models import Counter, Letter, LetterKind, LetterTemplate, Rule
from tests.recognition import letter_world as world

pytestmark = pytest.mark.django_db
APPEALED = ["refusal", "suspension", "withdrawal", "repeal"]


@pytest.fixture(autouse=True)
def _rules(db: None) -> None:
    world.rules()


def write(kind: str, key: str = "", **about: Any) -> Letter:
    return letters.write(kind=kind, at=world.TOLD, key=key or f"essai:{kind}", **about)


def about(kind: str, **decision: Any) -> dict[str, Any]:
    """What a letter of this kind is given."""
    if kind in {"receipt", "completed"}:
        return {"candidature": world.dossier() if kind == "receipt" else world.sent_back()}
    if kind == "refusal":
        return {"decision": world.decision("refusal", world.dossier(), **decision)}
    right = world.recognition()
    if kind == "grant":
        return {"decision": right.granted_by}
    if kind in {"certificate", "renewal", "lapse"}:
        return {"recognition": right}
    notice = world.notice(right, "withdrawal" if kind == "withdrawal" else "repeal")
    if kind == "notice":
        return {"notice": notice}
    of = notice if kind in {"withdrawal", "repeal"} else None
    return {"decision": world.decision(kind, recognition=right, notice=of, **decision)}


def blocks(letter: Letter) -> list[str]:
    """The keys of the body's blocks and of what comes after the signature, words left out."""
    content = letter.content
    return [part["key"] for part in [*content["body"], *content["after"]] if part["key"] != "words"]


def refusal_of(kind: str, **given: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        write(kind, **given)
    return " ".join(refused.value.messages)


# --- written, once


@pytest.mark.parametrize("kind", LetterKind.values)
def test_R14_every_kind_is_written_with_its_blocks(kind: str) -> None:
    letter = write(kind, **about(kind))
    known = KINDS[kind]
    last = (["recours"] if known.appeal else []) + (["fichiers"] if kind in {"receipt", "completed"} else [])
    assert blocks(letter) == [*known.blocks, *last]
    assert (letter.number, letter.state, letter.dated_on) == ("L-2027-0001", "written", dt.date(2027, 12, 15))
    assert "{{" not in str(letter.content)
    assert (letter.content["signature"] is None) == (kind in {"receipt", "completed"})


def test_R12_a_key_is_written_once() -> None:
    dossier = world.dossier()
    first = write("receipt", "receipt:1", candidature=dossier)
    again = letters.write(kind="receipt", at=world.TOLD + dt.timedelta(days=3), key="receipt:1", candidature=dossier)
    assert (again.pk, again.dated_on, Letter.objects.count()) == (first.pk, first.dated_on, 1)
    assert Counter.objects.get(series="L").last == 1


def test_R14_numbers_follow_each_other_in_the_year_of_paris() -> None:
    dossier = world.dossier()
    eve = dt.datetime(2027, 12, 31, 23, 30, tzinfo=dt.UTC)  # half past midnight in Paris
    one, two = write("receipt", "a", candidature=dossier), write("receipt", "b", candidature=dossier)
    new_year = letters.write(kind="receipt", at=eve, key="c", candidature=dossier)
    assert [one.number, two.number, new_year.number] == ["L-2027-0001", "L-2027-0002", "L-2028-0001"]
    assert new_year.dated_on == dt.date(2028, 1, 1)


def test_R14_a_refused_letter_takes_no_number() -> None:
    world.rules(receipt_appeal="")
    refusal_of("receipt", candidature=world.dossier())
    world.rules()
    assert write("receipt", candidature=world.dossier()).number == "L-2027-0001"


def test_R13_the_words_of_a_letter_never_change() -> None:
    letter = write("receipt", candidature=world.dossier())
    for column, value in (("subject", "Autre"), ("content", {}), ("number", "L-1"), ("dated_on", dt.date(2020, 1, 1))):
        with pytest.raises(DatabaseError), transaction.atomic():
            Letter.objects.filter(pk=letter.pk).update(**{column: value})
    with pytest.raises(DatabaseError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).delete()


@pytest.mark.django_db(transaction=True)
def test_R12_two_writers_at_once_make_one_letter() -> None:
    dossier, numbers = world.dossier(), []

    def one() -> None:
        try:
            numbers.append(write("receipt", "same", candidature=dossier).number)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers == ["L-2027-0001"] * 4
    assert (Letter.objects.count(), Counter.objects.get(series="L").last) == (1, 1)


# --- what may not be empty


@pytest.mark.parametrize("kind", APPEALED)
def test_R14_without_appeal_block_nothing_is_written(kind: str) -> None:
    given = about(kind)
    world.rules(appeal=" ")
    assert refusal_of(kind, **given) == (
        "Cette lettre ne peut pas être écrite\u00a0: la règle «\u00a0Voies et délais de recours\u00a0» est vide (CRPA "
        "R112-5, R421-1 du CJA). Remplissez-la dans les règles de la reconnaissance."
    )
    assert Letter.objects.count() == 0


@pytest.mark.parametrize(
    ("key", "article"),
    [
        ("silence", "R112-5, R112-11-1"), ("receipt_appeal", "R112-11-1"), ("service_address", "R112-5"),
        ("service_phone", "R112-5"),
    ],
)  # fmt: skip
def test_R14_a_receipt_says_what_the_law_asks(key: str, article: str) -> None:
    dossier = world.dossier()
    world.rules(**{key: ""})
    assert f"est vide (CRPA {article})" in refusal_of("receipt", candidature=dossier)


def of_receipt(key: str, **fields: Any) -> dict[str, Any]:
    """The block `key` of a receipt."""
    content = write("receipt", candidature=world.dossier(**fields)).content
    return next(part for part in [*content["body"], *content["after"]] if part["key"] == key)


def test_R14_a_receipt_gives_the_day_on_which_silence_is_a_decision() -> None:
    items = of_receipt("silence")["items"]
    assert items[0]["rows"] == [
        ["Sans décision le", "28\u00a0juillet 2027, si votre dossier est complet"],
        ["Votre demande serait", "réputée rejetée (décision implicite de rejet)"],
        ["La décision est prévue", "le 6\u00a0décembre 2027"],
    ]
    assert items[1]["markdown"] == world.RULES["silence"]


@pytest.mark.parametrize(
    ("deposited", "months", "day"),
    [
        (dt.datetime(2027, 5, 31, 21, 59, 59, tzinfo=dt.UTC), "2", "31\u00a0juillet 2027"),
        (dt.datetime(2027, 5, 31, 22, 0, tzinfo=dt.UTC), "2", "1er\u00a0août 2027"),  # midnight in Paris
        (dt.datetime(2027, 3, 31, 12, 0, tzinfo=dt.UTC), "3", "30\u00a0juin 2027"),  # June has no 31st
        (dt.datetime(2027, 3, 31, 12, 0, tzinfo=dt.UTC), "10", "31\u00a0janvier 2028"),
    ],
)
def test_R14_silence_is_counted_in_months_of_the_region_from_the_deposit(
    deposited: dt.datetime, months: str, day: str
) -> None:
    world.rules(silence_months=months)
    assert of_receipt("silence", deposited_at=deposited)["items"][0]["rows"][0] == [
        "Sans décision le", f"{day}, si votre dossier est complet",
    ]  # fmt: skip


def test_R14_a_receipt_contests_no_decision_that_does_not_exist() -> None:
    block = of_receipt("recours")
    assert block["title"] == "Voies et délais de recours si la Région ne vous répond pas"
    assert [item.get("text") or item.get("markdown") or item.get("quote") for item in block["items"]] == [
        (
            "Cet accusé de réception n’est pas une décision\u00a0: il n’y a rien à contester aujourd’hui. Ce qui suit "
            "vaudrait si votre demande était réputée rejetée le 28\u00a0juillet 2027."
        ),
        world.RULES["receipt_appeal"],
        law.R421_2,
    ]


def test_R14_where_silence_accepts_a_receipt_names_the_attestation_and_no_appeal() -> None:
    world.rules(silence_effect="accord", receipt_appeal="")
    letter = write("receipt", candidature=world.dossier())
    silence = next(part for part in letter.content["body"] if part["key"] == "silence")
    assert silence["items"][0]["rows"][1] == [
        "Votre demande serait", "réputée acceptée (décision implicite d’acceptation)",
    ]  # fmt: skip
    assert letter.content["after"][0]["title"] == "Si votre demande est réputée acceptée"
    assert "article L. 232-3" in letter.content["after"][0]["items"][0]["text"]
    assert missing_rules() == []


def test_R14_the_receipt_and_the_deposit_agree_to_the_second() -> None:
    last = dt.datetime(2027, 6, 1, 21, 59, 59, tzinfo=dt.UTC)
    rows = dict(of_receipt("recu", deposited_at=last)["items"][0]["rows"])
    assert (
        rows["Date de réception"] == "1er\u00a0juin 2027 à 23\u00a0h\u00a059\u00a0min\u00a059\u00a0s (heure de Paris)"
    )


def test_R13_what_is_sent_back_has_its_own_receipt_with_the_new_files_only() -> None:
    dossier = world.sent_back()
    content = write("completed", candidature=dossier).content
    rows = next(part for part in content["body"] if part["key"] == "complement")["items"][0]["rows"]
    assert rows[1:] == [
        ["Date de réception", "10\u00a0juin 2027 à 9\u00a0h\u00a030\u00a0min\u00a015\u00a0s (heure de Paris)"],
        ["Demandé par la Région", "Les comptes signés"],
        ["Le", "28\u00a0mai 2027"],
        ["Votre réponse", "Les voici, signés."],
    ]
    listed, whole = content["after"][0]["items"]
    assert [(file["name"], file["kind"], file["sha256"]) for file in listed["files"]] == [
        ("Comptes signés.pdf", "Comptes de l’année 2026", "f" * 64),
    ]
    assert whole["print"] == dossier.snapshots.get(moment="answer").sha256


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ("Apolline Ruchard", "d’Apolline Ruchard"), ("Héloïse Marc", "d’Héloïse Marc"), ("Yves Roi", "d’Yves Roi"),
        ("Camille Pré", "de Camille Pré"), ("Yasmina Sy", "de Yasmina Sy"), ("Hassan Ali", "de Hassan Ali"),
    ],
)  # fmt: skip
def test_the_addressee_is_written_in_french(person: str, said: str) -> None:
    dossier = world.dossier(legal_representative=person, legal_representative_title="présidente")
    assert write("receipt", candidature=dossier).content["addressee"][1] == f"À l’attention {said}, présidente"


@pytest.mark.parametrize("key", ["signatory", "signatory_title"])
@pytest.mark.parametrize("kind", ["renewal", "lapse", "notice"])
def test_R14_without_signatory_nothing_is_written(kind: str, key: str) -> None:
    given = about(kind)
    world.rules(**{key: ""})
    assert "est vide" in refusal_of(kind, **given)


def test_R14_a_notice_gives_its_grounds() -> None:
    notice = world.notice(world.recognition())
    notice.grounds = " "  # the database refuses it: a row cannot hold it
    assert refusal_of("notice", notice=notice).endswith("les motifs sont vides (R14, article L. 211-2 du CRPA).")


def test_R14_a_refusal_gives_its_grounds_and_its_signatory() -> None:
    decision = world.decision("refusal", world.dossier())
    decision.grounds = "\n "
    assert refusal_of("refusal", decision=decision).endswith("les motifs sont vides (R14, article L. 211-2 du CRPA).")
    decision.grounds, decision.signatory = "Motif.", " "
    assert refusal_of("refusal", decision=decision).endswith("la ou le signataire est vide.")


def test_R14_a_letter_without_its_subject_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="needs its decision"):
        write("refusal", candidature=world.dossier())


# --- what the law says


def test_R14_withdrawal_and_repeal_quote_their_own_law() -> None:
    quotes = {}
    for kind in ("withdrawal", "repeal"):
        letter = write(kind, **about(kind)) if kind == "withdrawal" else write(kind, **_again(kind))
        block = next(part for part in letter.content["body"] if part["key"] == "texte_de_loi")
        quotes[kind] = (block["title"], block["items"][0]["quote"], block["items"][1]["text"])
    means = (
        "Au sens de l’article L. 240-1 du même code, {} d’un acte est «\u00a0sa disparition juridique pour l’avenir{}"
        "\u00a0»."
    )
    past = " comme pour le passé"
    assert quotes == {
        "withdrawal": ("Ce que dit la loi du retrait", law.L242_1, means.format("le retrait", past)),
        "repeal": ("Ce que dit la loi de l’abrogation", law.L242_2, means.format("l’abrogation", "")),
    }


def _again(kind: str) -> dict[str, Any]:
    """Another recognition's, in the same world."""
    right = world.recognition(world.dossier("Une autre maison"))
    return {"decision": world.decision(kind, recognition=right, notice=world.notice(right))}


def test_R14_a_notice_says_until_when_how_and_by_which_law() -> None:
    letter = write("notice", **about("notice"))
    block = next(part for part in letter.content["body"] if part["key"] == "pour_repondre")
    where = "Hôtel de Région, 1 place de l’Exemple, 67000 Strasbourg, ou par courriel à orientation@region.invalid"
    assert block["items"][0]["rows"] == [["Avant la fin du", "2\u00a0mars 2028"], ["Comment", f"par écrit, à {where}"]]
    assert block["items"][2] == {
        "quote": law.L122_1,
        "source": f"Article L. 122-1 du {law.CRPA} (voir aussi son article L. 121-1)",
    }


def test_R14_a_receipt_lists_the_files_as_they_were_deposited() -> None:
    dossier = world.dossier(files=3)
    dossier.attachments.all().delete()  # what happens afterwards changes nothing of it
    listed = write("receipt", candidature=dossier).content["after"][1]["items"]
    assert [file["sha256"] for file in listed[0]["files"]] == [f"{number}".zfill(64) for number in (1, 2, 3)]
    assert [file["kind"] for file in listed[0]["files"]] == [
        "Note de présentation", "Rapport d’activité de l’année 2026", "Comptes de l’année 2026",
    ]  # fmt: skip
    assert listed[1]["print"] == dossier.snapshots.get().sha256


def test_R7_a_decision_says_both_opinions() -> None:
    letter = write("refusal", **about("refusal"))
    rows = next(part for part in letter.content["body"] if part["key"] == "la_decision")["items"][0]["rows"]
    assert rows == [
        ["Décision", "Refus"],
        ["Délibération", "n°\u00a027CP-1234 du 6\u00a0décembre 2027, Commission Permanente"],
        ["Avis, Conseil d’Orientation", "favorable, séance du 20\u00a0septembre 2027"],
        ["Avis, CREFOP", "réservé, séance du 18\u00a0octobre 2027"],
    ]


def test_R9_a_renewal_says_its_limit_or_the_one_given() -> None:
    right = world.recognition()
    letter = write("renewal", recognition=right)
    given = write("renewal", "other", recognition=right, extra={"date_limite": "1er\u00a0juin 2028"})
    said = [
        next(part for part in one.content["body"] if part["key"] == "pour_renouveler")["items"][0]["rows"][0]
        for one in (letter, given)
    ]
    assert said == [["Au plus tard le", "30\u00a0septembre 2028"], ["Au plus tard le", "1er\u00a0juin 2028"]]


# --- the Region's own words


def test_M6_the_region_writes_its_own_words() -> None:
    LetterTemplate.objects.create(kind="lapse", subject="Fin pour {{ organisme }}", text="Le {{ date_fin }}.\n\nMerci.")
    letter = write("lapse", recognition=world.recognition())
    assert letter.subject == "Fin pour Maison de l’orientation des Vosges"
    assert [part["markdown"] for part in letter.content["body"]] == ["Le 31\u00a0décembre 2028.", "Merci."]


def test_R14_no_wording_leaves_a_mandatory_block_out() -> None:
    LetterTemplate.objects.create(kind="refusal", subject="Refus", text="Bonjour.\n\nNon.\n\nAu revoir.")
    letter = write("refusal", **about("refusal"))
    said = [part.get("markdown", part["key"]) for part in letter.content["body"]]
    assert said == ["Bonjour.", "Non.", "la_decision", "motifs", "Au revoir."]
    assert [part["key"] for part in letter.content["after"]] == ["recours"]


def test_R14_a_block_named_twice_or_inside_a_sentence_stands_once() -> None:
    text = "Voici {{ motifs }} donc.\n\n{{ la_decision }}\n\n{{ la_decision }}\n\nAu revoir."
    LetterTemplate.objects.create(kind="refusal", subject="Refus", text=text)
    letter = write("refusal", **about("refusal"))
    said = [part.get("markdown", part["key"]) for part in letter.content["body"]]
    assert said == ["Voici  donc.", "la_decision", "motifs", "Au revoir."]


def test_R14_a_name_without_value_stops_the_letter() -> None:
    LetterTemplate.objects.create(kind="lapse", subject="Fin", text="Sous le plan {{ plan }}.")
    right = world.recognition()
    type(right.plan).objects.filter(pk=right.plan.pk).update(name="")
    right.plan.refresh_from_db()
    assert (
        refusal_of("lapse", recognition=right)
        == "Cette lettre ne peut pas être écrite\u00a0: il manque «\u00a0plan\u00a0»."
    )


@pytest.mark.parametrize("kind", LetterKind.values)
def test_our_own_words_name_only_what_is_known(kind: str) -> None:
    subject, text = words_of(kind)
    assert (refusals(kind, subject), refusals(kind, text)) == ([], [])
    assert len(subject) > 10
    assert [key for key in KINDS[kind].blocks if f"{{{{ {key} }}}}" not in text] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ organisme }} {{ motifs }}", []),
        ("{{ inconnu }}", ["«\u00a0{{ inconnu }}\u00a0» n’est pas un nom connu\u00a0: choisissez dans la liste."]),
        ("{{ date_fin }}", ["«\u00a0{{ date_fin }}\u00a0» n’a pas de sens dans cette lettre."]),
        ("{{ recu }}", ["«\u00a0{{ recu }}\u00a0» n’a pas de sens dans cette lettre."]),
        ("{{ organisme }", ["Une accolade n’est pas fermée\u00a0: un nom s’écrit {{ organisme }}."]),
    ],
)
def test_M6_a_wording_is_judged_before_it_serves(text: str, said: list[str]) -> None:
    assert refusals("refusal", text) == said


def test_names_are_a_closed_list() -> None:
    assert "date_fin" in names_of("grant")
    assert "date_fin" not in names_of("refusal")
    assert set(names_of("receipt")) == {
        "organisme", "siret", "region", "date_lettre", "numero_lettre", "campagne", "numero_dossier", "date_depot",
        "moment_depot", "cahier_des_charges", "page_dossier",
    }  # fmt: skip


def test_a_value_is_never_read_as_a_mark() -> None:
    assert fill("{{ organisme }}", {"organisme": "**A** [b](http://c) <i>"}, markdown=True) == (
        r"\*\*A\*\* \[b\]\(http\:\/\/c\) \<i\>"
    )
    assert fill("{{ organisme }}", {"organisme": "{{ siret }}", "siret": "1"}, markdown=False) == "{{ siret }}"


def test_rules_are_read_when_the_letter_is_written() -> None:
    letter = write("receipt", candidature=world.dossier())
    Rule.objects.filter(key="service_phone").update(value="09 99 99 99 99")
    letter.refresh_from_db()
    assert letter.content["sender"]["phone"] == "03 00 00 00 00"

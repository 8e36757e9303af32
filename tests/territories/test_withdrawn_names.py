"""A name withdrawn at the person's request leaves the database, and no file brings it back (T3)."""

from __future__ import annotations

import pytest

from core.models import JournalEntry
from core.packs.report import Report
from core.packs.threeway import Wanted, Writer
from core.packs.transaction import one_load
from territories.importers import kinds
from territories.importers.region_pack import without_withdrawn_names
from territories.models import Referent
from territories.services import withdraw_name
from tests.factories import organisation, referent, region_staff

pytestmark = pytest.mark.django_db


def load(name: str, owner: int) -> Referent:
    """As the pack does: one referent of key « r1 »."""
    wanted = [Wanted("r1", {"pack_key": "r1", "name": name, "organisation_id": owner})]
    with one_load():
        Writer(Report(), known={}).apply(kinds.referents(), without_withdrawn_names(wanted))
    return Referent.objects.get(pack_key="r1")


def test_T3_a_withdrawal_empties_name_and_contacts_at_once() -> None:
    person = referent(name="Inès Exemple", email="ines@exemple.invalid", phone="06 00 00 00 00")
    assert withdraw_name(referents=[person], actor=region_staff()) == 1
    person.refresh_from_db()
    assert (person.name, person.email, person.phone) == ("", "", "")
    assert person.withdrawn_at is not None
    assert JournalEntry.objects.get(verb="referent.withdraw_name").changes == {}


def test_T3_the_pack_does_not_bring_a_name_back_and_a_successor_shows() -> None:
    owner = organisation().pk
    person = load("Inès Exemple", owner)
    withdraw_name(referents=[person], actor=region_staff())
    for _ in range(2):
        again = load("Inès EXEMPLE", owner)
        assert (again.name, again.withdrawn_at is None) == ("", False)
        assert "Exemple" not in str(again.pack_values)
    successor = load("Karim Nouveau", owner)
    assert (successor.name, successor.withdrawn_at, successor.public_name) == ("Karim Nouveau", None, "Karim Nouveau")
    assert load("Inès Exemple", owner).name == ""


def test_T3_a_note_that_names_the_person_leaves_with_the_name_and_no_pack_brings_it_back() -> None:
    owner = organisation().pk
    said = {"pack_key": "r1", "name": "Inès Exemple", "organisation_id": owner, "note": "Mme EXEMPLE, voir l’annexe."}

    def pack() -> Referent:
        with one_load():
            Writer(Report(), known={}).apply(kinds.referents(), without_withdrawn_names([Wanted("r1", said)]))
        return Referent.objects.get(pack_key="r1")

    named = pack()
    other = referent(name="Karim des Bois", note="Poste des Vosges.")
    withdraw_name(referents=[named, other], actor=region_staff())
    other.refresh_from_db()
    assert other.note == "Poste des Vosges."
    for _ in range(2):
        again = pack()
        assert (again.note, "EXEMPLE" in str(again.pack_values).upper()) == ("", False)
    changes = JournalEntry.objects.get(verb="referent.withdraw_name", target_key=str(named.pk)).changes
    assert changes == {"note": ["[non conservé]", ""]}

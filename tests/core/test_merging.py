"""What two tabs wrote at once."""

from core.merging import three_way

BASE = {"place": "Troyes", "website": "www.a.fr", "note": ""}


def test_what_i_did_not_touch_keeps_what_was_saved_meanwhile() -> None:
    merged = three_way(BASE, BASE | {"place": "Reims"}, BASE | {"website": "www.b.fr"})
    assert merged.values == {"place": "Reims", "website": "www.b.fr", "note": ""}
    assert (merged.conflicts, merged.brought) == ([], ["place"])


def test_only_what_both_changed_differently_is_asked_and_mine_stays_typed() -> None:
    theirs, mine = BASE | {"place": "Reims", "note": "x"}, BASE | {"place": "Metz", "note": "x"}
    merged = three_way(BASE, theirs, mine)
    assert merged.values == mine
    assert (merged.conflicts, merged.brought) == (["place"], [])


def test_a_field_that_was_never_read_is_asked_when_it_differs() -> None:
    merged = three_way({}, BASE, BASE | {"place": "Metz"})
    assert (merged.conflicts, merged.values["place"]) == (["place"], "Metz")


def test_nothing_saved_meanwhile_leaves_what_is_typed() -> None:
    mine = BASE | {"place": "Metz", "note": "y"}
    assert three_way(BASE, BASE, mine).values == mine
    assert three_way(BASE, BASE, mine).conflicts == []

"""Writing in a bilan: field by field, several at once, nothing overwritten unseen, nothing wrong kept (B2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from bilans.fields import trace
from bilans.models import Bilan, Value, Writer
from bilans.services import writing
from bilans.services.writing import BOTH, FROM_PORTAL, NOT_OURS, Saved, Unwritable
from core.models import OutboxMail
from members.models import Mandate
from tests.bilans.world import bilan, campaign, indicator, moment, returned, submitted, value
from tests.factories import organisation, person

pytestmark = pytest.mark.django_db
NOW = moment(2026, 2, 3)


def writer(of: Bilan) -> User:
    assert of.organisation is not None
    user = person()
    Mandate.objects.create(user=user, organisation=of.organisation, role=Mandate.Role.MEMBER)
    return user


def house() -> tuple[Bilan, User]:
    made = bilan(subject=organisation())
    return made, writer(made)


def save(of: Bilan, user: User, seen: dict[str, str] | None = None, **named: Any) -> Saved:
    changes = named.pop("changes")
    return writing.save(of, user=user, changes=changes, version=of.version, at=NOW, seen=seen)


def said(of: Bilan) -> dict[tuple[str, str, str], Decimal | None]:
    rows = of.values.order_by("pk")
    return {(row.indicator.key, row.breakdown, row.category): row.amount for row in rows}


def test_B2_what_is_typed_is_saved_with_who_and_when() -> None:
    row, user = house()
    indicator("a", breakdowns=["sex"])
    done = save(row, user, changes={
        "v:a": Decimal(12), "v:a:mot": " Une\r\nannée ", "v:a:sex:f": Decimal(7), "t:happened": "Beaucoup.",
    })  # fmt: skip
    row.refresh_from_db()
    assert (done.refused, done.held) == ({}, {})
    assert said(row) == {("a", "", ""): Decimal(12), ("a", "sex", "f"): Decimal(7)}
    assert Value.objects.get(breakdown="").comment == "Une\nannée"
    assert (row.happened, row.version, row.first_saved_at, row.saved_at) == ("Beaucoup.", 1, NOW, NOW)
    assert Writer.objects.get() == Writer.objects.get(bilan=row, user=user, last_at=NOW)


def test_what_says_nothing_new_writes_nothing() -> None:
    row, user = house()
    value(row, indicator("a"), 12)
    assert save(row, user, changes={"v:a": Decimal("12.00"), "v:a:mot": "", "t:judged": " "}).written == set()
    row.refresh_from_db()
    assert (row.version, row.first_saved_at, Writer.objects.count()) == (0, None, 0)


@pytest.mark.parametrize(("amount", "fields", "why"), [
    (Decimal(-1), {}, "positif"),
    (Decimal("1.5"), {}, "entier"),
    (Decimal("1.25"), {"decimals": 1}, "1 chiffre au plus"),
    (Decimal(10) ** 13, {}, "trop grand"),
    (Decimal(101), {"unit": "share"}, "Au plus 100"),
    (Decimal(6), {"unit": "score"}, "Au plus 5"),
    (Decimal("NaN"), {}, "positif"),
])  # fmt: skip
def test_S4_a_number_that_cannot_be_is_refused_and_the_rest_saved(
    amount: Decimal, fields: dict[str, Any], why: str
) -> None:
    row, user = house()
    indicator("a", **fields)
    done = save(row, user, changes={"v:a": amount, "v:a:mot": "gardé"})
    assert why in done.refused["v:a"]
    assert done.written == {"v:a:mot"}
    assert said(row) == {("a", "", ""): None}


@pytest.mark.parametrize("name", [
    "v:inconnu", "v:autre", "v:ancien", "v:a:age:f", "v:a:sex:x", "v:a:sex", "t:state", "state", "v:", "v:a:sex:f:x",
])  # fmt: skip
def test_B1_a_field_of_another_kind_or_year_or_class_is_refused(name: str) -> None:
    row, user = house()
    indicator("a", breakdowns=["sex"])
    indicator("autre", filled_by="psad")
    indicator("ancien", last_year=2024)
    done = save(row, user, changes={name: Decimal(3)})
    assert done.refused == {name: NOT_OURS}
    assert Value.objects.count() == 0


def test_D8_what_the_portal_published_or_hides_is_not_rewritten() -> None:
    row, user = house()
    value(row, indicator("flux", source="psad", correctable=False), 40)
    value(row, indicator("petit"), hidden=True)
    done = save(row, user, changes={"v:flux": Decimal(41), "v:flux:nd": True, "v:petit": Decimal(3)})
    assert done.refused == {"v:flux": FROM_PORTAL, "v:flux:nd": FROM_PORTAL, "v:petit": FROM_PORTAL}
    assert save(row, user, changes={"v:flux:mot": "Un mot"}).written == {"v:flux:mot"}


@pytest.mark.parametrize(("name", "length"), [("t:better", 20_001), ("v:a:mot", 2_001), ("t:commentary", 100_000)])
def test_S4_a_text_too_long_is_refused(name: str, length: int) -> None:
    row, user = house()
    indicator("a")
    assert "trop long" in save(row, user, changes={name: "x" * length}).refused[name]
    assert "ne se garde pas" in save(row, user, changes={name: "x\x00"}).refused[name]


def test_B3_a_value_or_not_available_never_both() -> None:
    row, user = house()
    indicator("a")
    assert save(row, user, changes={"v:a": Decimal(3), "v:a:nd": True}).refused == {"v:a:nd": BOTH}
    assert Value.objects.count() == 0
    save(row, user, {}, changes={"v:a": Decimal(3)})
    save(row, user, {"v:a": "3"}, changes={"v:a:nd": True})
    kept = Value.objects.get()
    assert (kept.amount, kept.unavailable) == (None, True)
    save(row, user, {"v:a:nd": "1"}, changes={"v:a": Decimal(0)})
    kept.refresh_from_db()
    assert (kept.amount, kept.unavailable) == (Decimal(0), False)


def test_B2_a_field_that_a_colleague_wrote_meanwhile_is_held_and_the_others_saved() -> None:
    row, first = house()
    second = writer(row)
    for key in ("a", "b", "c"):
        value(row, indicator(key), 1)
    read = {"v:a": "1", "v:b": "1", "v:c": "1"}
    save(row, first, read, changes={"v:a": Decimal(2), "v:b": Decimal(1)})
    done = save(row, second, read, changes={"v:a": Decimal(3), "v:b": Decimal(5), "v:c": Decimal(1)})
    assert done.held == {"v:a": Decimal(2)}
    assert done.written == {"v:b"}
    assert list(said(row).values()) == [2, 5, 1]


def test_B2_what_one_left_as_read_keeps_the_words_of_the_colleague() -> None:
    row, first = house()
    second = writer(row)
    save(row, first, {}, changes={"t:happened": "Les mots de l’un."})
    done = save(row, second, {}, changes={"t:happened": "", "t:judged": "Les mots de l’autre."})
    row.refresh_from_db()
    assert (done.held, row.happened, row.judged) == ({}, "Les mots de l’un.", "Les mots de l’autre.")


def test_B2_having_read_the_other_words_one_may_replace_them() -> None:
    row, user = house()
    save(row, user, {}, changes={"t:happened": "Les uns."})
    save(row, user, {"t:happened": trace("Les uns.")}, changes={"t:happened": "Les autres."})
    row.refresh_from_db()
    assert row.happened == "Les autres."


def test_B2_without_what_was_read_an_older_version_overwrites_nothing() -> None:
    row, user = house()
    value(row, indicator("a"), 1)
    save(row, user, changes={"v:a": Decimal(2)})
    done = save(row, user, changes={"v:a": Decimal(3)})  # `row` is still of version 0
    assert done.held == {"v:a": Decimal(2)}


def test_a_stranger_and_the_region_do_not_write_in_the_name_of_a_house() -> None:
    from tests.factories import professional, region_staff

    row, _ = house()
    for user in (professional(), region_staff(), person()):
        with pytest.raises(Unwritable):
            save(row, user, changes={"t:happened": "x"})


def test_B2_nothing_is_written_once_submitted_accepted_or_closed() -> None:
    row, user = house()
    submitted(row)
    with pytest.raises(Unwritable, match="déposé"):
        save(row, user, changes={"t:happened": "x"})
    other, colleague = house()
    other.campaign.closed_at = NOW
    other.campaign.save()
    with pytest.raises(Unwritable, match="clos"):
        save(other, colleague, changes={"t:happened": "x"})
    with pytest.raises(Unwritable, match="clos"):
        writing.submit(other, user=colleague, at=NOW)


# --- Handing in


def whole(of: Bilan) -> Bilan:
    Bilan.objects.filter(pk=of.pk).update(
        happened="Une année pleine.", judged="Plutôt bien fait.", better="En écoutant plus."
    )
    of.refresh_from_db()
    return of


def gaps_of(of: Bilan, user: User) -> list[str]:
    with pytest.raises(writing.Incomplete) as told:
        writing.submit(of, user=user, at=NOW)
    of.refresh_from_db()
    assert of.state in Bilan.WRITABLE
    return [gap.anchor for gap in told.value.gaps]


def test_B2_a_bilan_is_handed_in_once_and_its_people_told() -> None:
    row, user = house()
    value(row, indicator("a"), 4)
    save(whole(row), user, changes={"t:commentary": "Un mot."})
    row.refresh_from_db()
    writing.submit(row, user=user, at=NOW)
    with pytest.raises(writing.AlreadySubmitted):
        writing.submit(row, user=user, at=NOW)
    row.refresh_from_db()
    assert (row.state, row.submitted_at) == ("submitted", NOW)
    assert [(act.done, act.user_key) for act in row.acts.all()] == [("submitted", user.journal_key)]
    assert OutboxMail.objects.filter(to=user.email, key__startswith=f"bilan:{row.pk}:submitted").count() == 1


def test_B3_an_expected_answer_is_a_number_or_not_available() -> None:
    row, user = house()
    whole(row)
    indicator("a", order=1)
    value(row, indicator("b", order=2), unavailable=True)
    value(row, indicator("c", order=3), hidden=True)
    value(row, indicator("d", order=4), 0)
    indicator("e", order=5, required=False)
    indicator("f", order=6, source="x", correctable=False)
    assert gaps_of(row, user) == ["v--a"]


def test_B5_each_of_the_three_questions_asks_a_sentence() -> None:
    row, user = house()
    row.judged, row.better = "R.A.S.", "Trois mots ici."
    row.save()
    assert gaps_of(row, user) == ["t--happened", "t--judged"]


def test_B2_a_variation_asks_a_comment_before_submitting() -> None:
    row, user = house()
    past = bilan(subject=row.organisation, of=campaign(2024))
    for key, before, now in (("a", 100, 121), ("b", 100, 120), ("c", 4, 8), ("d", 0, 5), ("e", 100, 50)):
        asked = indicator(key, order=ord(key))
        value(past, asked, before)
        value(row, asked, now, comment="Une fermeture de trois mois." if key == "e" else "")
    submitted(past)
    whole(row)
    assert gaps_of(row, user) == ["v--a--mot", "v--d--mot"]


def test_B3_the_year_before_counts_only_once_handed_in() -> None:
    row, user = house()
    past, asked = bilan(subject=row.organisation, of=campaign(2024)), indicator("a")
    value(past, asked, 100)
    value(row, asked, 10)
    whole(row)
    assert writing.submit(row, user=user, at=NOW).state == "submitted"


def test_B2_another_figure_than_the_portal_s_says_why() -> None:
    row, user = house()
    value(row, indicator("a", source="sites"), 14, proposed=Decimal(12))
    whole(row)
    assert gaps_of(row, user) == ["v--a--mot"]


def test_B2_a_breakdown_that_does_not_add_up_is_named_and_keeps_from_submitting() -> None:
    row, user = house()
    asked = indicator("a", breakdowns=["sex"])
    value(row, asked, 10)
    value(row, asked, 4, "sex", "f")
    whole(row)
    with pytest.raises(writing.Incomplete) as told:
        writing.submit(row, user=user, at=NOW)
    said = "le total est 10, et la ventilation par sexe fait 4\u00a0: il manque 6."
    assert [gap.message for gap in told.value.gaps] == [f"{asked.label}\u00a0: {said}"]
    value(row, asked, 6, "sex", "h")
    assert writing.submit(row, user=user, at=NOW).state == "submitted"


def test_B2_people_take_back_what_the_region_has_not_decided_of() -> None:
    row, user = house()
    submitted(returned(row))
    writing.take_back(row, user=user, at=NOW)
    row.refresh_from_db()
    assert (row.state, row.submitted_at) == ("returned", None)  # the Region's reason still stands
    with pytest.raises(Unwritable):
        writing.take_back(row, user=user, at=NOW)
    other, colleague = house()
    submitted(other)
    writing.take_back(other, user=colleague, at=NOW)
    other.refresh_from_db()
    assert other.state == "draft"


def test_B2_what_is_accepted_or_closed_is_not_taken_back() -> None:
    from tests.bilans.world import accepted

    row, user = house()
    accepted(row)
    with pytest.raises(ValidationError, match="seule la Région"):
        writing.take_back(row, user=user, at=NOW)

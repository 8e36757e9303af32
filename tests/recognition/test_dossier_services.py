"""The candidate's side, by its services: who begins, what is saved, what lacks, what is deposited and when (R1-R5)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone

from core.models import OutboxMail
from core.reference import Service
from members.models import Mandate, Organisation
from recognition.models import Act, Answer, Attachment, Candidature, Letter, PieceRequest, Rule
from recognition.services.attaching import attach, detach, sweep
from recognition.services.carrying import carry_over
from recognition.services.checking import criteria_of, gaps
from recognition.services.depositing import AlreadyDeposited, TooLate, answer_request, deposit, withdraw
from recognition.services.messaging import send_message
from recognition.services.saving import Conflict, add_site, remove_site, save_answer, save_organisation, save_site
from recognition.services.starting import clean_siret, eligibility, start
from recognition.services.transitions import locked, move
from tests import factories as make
from tests.recognition import dossiers as d

pytestmark = pytest.mark.django_db
AT = d.AT


@pytest.fixture(autouse=True)
def _words_of_the_region() -> None:
    """What the receipt must say (R14)."""
    for key in (
        "service_address",
        "service_email",
        "service_phone",
        "silence",
        "receipt_appeal",
        "appeal",
        "signatory",
    ):
        value = "region@exemple.invalid" if key == "service_email" else "Dit par la Région."
        Rule.objects.create(key=key, value=value)
    Rule.objects.create(key="signatory_title", value="Présidente")


def put(dossier: Candidature, **fields: Any) -> Candidature:
    given: dict[str, Any] = {"user": d.manager_of(dossier), "name": "Une Personne", "title": "Directrice", "at": AT}
    return deposit(candidature=dossier, **given | fields)


def codes(error: pytest.ExceptionInfo[ValidationError]) -> list[str]:
    return [str(found.code) for found in error.value.error_list]


# --- R1: who begins


def test_R1_whoever_begins_makes_a_candidate_and_manages_it() -> None:
    user = make.person()
    dossier = d.started(user=user)
    assert dossier.organisation.status == Organisation.Status.CANDIDATE
    assert [(m.user_id, m.role) for m in dossier.organisation.mandates.all()] == [(user.pk, Mandate.Role.MANAGER)]
    assert (dossier.state, dossier.campaign.year, dossier.previous) == ("draft", 2027, None)
    assert list(Candidature.objects.visible_to(user)) == [dossier]
    assert not Candidature.objects.visible_to(make.person()).exists()


def test_R1_a_member_by_right_has_no_dossier_to_lodge() -> None:
    d.charter()
    house = make.organisation(name="La signataire", status=Organisation.Status.SIGNATORY)
    user = d.colleague(house, Mandate.Role.MANAGER)
    with pytest.raises(ValidationError, match="membre de droit"):
        start(user=user, siret=d.siret(), organisation=house, at=AT)
    with pytest.raises(ValidationError, match="membre de droit"):
        start(user=make.person(), siret=d.siret(), organisation_name="  la SIGNATAIRE ", at=AT)
    assert not Candidature.objects.exists()


def test_R1_a_recognised_member_renews_and_does_not_apply() -> None:
    d.charter()
    house = make.organisation(status=Organisation.Status.RECOGNISED)
    with pytest.raises(ValidationError, match="renouvellement"):
        start(user=d.colleague(house), siret=d.siret(), organisation=house, at=AT)


def test_R1_one_open_dossier_for_an_organisation_and_for_a_siren() -> None:
    dossier = d.started()
    user = d.manager_of(dossier)
    with pytest.raises(ValidationError, match="déjà un dossier"):
        start(user=user, siret=d.siret(), organisation=dossier.organisation, at=AT)
    other_place = next(f"{dossier.siret[:9]}0002{key}" for key in range(10) if _holds(f"{dossier.siret[:9]}0002{key}"))
    with pytest.raises(ValidationError, match="même SIREN"):
        start(user=make.person(), siret=other_place, organisation_name="Une autre", at=AT)
    assert Candidature.objects.count() == 1
    assert not Organisation.objects.filter(name="Une autre").exists()


def _holds(number: str) -> bool:
    try:
        return bool(clean_siret(number))
    except ValidationError:
        return False


@pytest.mark.parametrize("typed", ["", "732 829 320 0007", "73282932000075", "7328293200007A", "٧٣٢٨٢٩٣٢٠٠٠٠٧٤"])
def test_R1_a_siret_that_does_not_hold_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError, match="SIRET"):
        clean_siret(typed)


def test_R1_a_siret_is_read_with_its_spaces() -> None:
    assert clean_siret(" 732 829 320 00074 ") == "73282932000074"


def test_R1_eligibility_says_every_reason_at_once() -> None:
    house = make.organisation(status=Organisation.Status.SIGNATORY)
    found = eligibility(user=d.colleague(house), siret="12", on=dt.date(2027, 3, 1), organisation=house)
    assert (len(found.refusals), found.ok, found.year) == (2, False, 2027)
    assert found.deadline_on == dt.date(2027, 6, 1)
    assert eligibility(user=make.person(), siret=d.siret(), on=dt.date(2027, 6, 2)).year == 2028


def test_R1_nobody_begins_for_an_organisation_they_do_not_work_for() -> None:
    d.charter()
    house = make.organisation(status=Organisation.Status.CANDIDATE)
    with pytest.raises(ValidationError, match="Vous ne travaillez pas"):
        start(user=make.person(), siret=d.siret(), organisation=house, at=AT)


# --- R2, R3: what lacks


def test_R2_a_service_missing_on_one_of_twenty_sites_is_named_with_its_site() -> None:
    dossier = d.whole(sites=20)
    site = dossier.sites.order_by("order")[12]
    save_site(
        site=site, values={"services": [Service.ACCUEIL.value, Service.PREMIER_CONSEIL.value]}, version=site.version,
        user=d.manager_of(dossier), at=AT,
    )  # fmt: skip
    found = gaps(dossier)
    assert [(gap.section, gap.site, gap.message) for gap in found] == [
        ("sites", site, f"{site.name}\u00a0: la première information n’est pas cochée.")
    ]
    with pytest.raises(ValidationError) as refused:
        put(dossier)
    assert refused.value.messages == [found[0].message]
    assert Candidature.objects.get(pk=dossier.pk).state == "draft"


def test_R3_a_site_without_hours_cannot_be_deposited() -> None:
    dossier = d.whole()
    site = d.first_site(dossier)
    save_site(site=site, values={"hours": {}}, version=1, user=d.manager_of(dossier), at=AT)
    assert [gap.message for gap in gaps(dossier)] == [f"{site.name}\u00a0: les horaires manquent."]


@pytest.mark.parametrize("name", ["has_reception", "has_confidential", "has_internet", "has_telephone"])
def test_R3_premises_are_all_four(name: str) -> None:
    dossier = d.whole()
    site = d.first_site(dossier)
    save_site(site=site, values={name: False}, version=1, user=d.manager_of(dossier), at=AT)
    assert [gap.site for gap in gaps(dossier)] == [site]


def test_R3_an_empty_dossier_lacks_each_part() -> None:
    found = gaps(d.started())
    counts = {part: sum(gap.section == part for gap in found) for part in ("organisme", "sites", "criteres", "pieces")}
    assert counts == {"organisme": 8, "sites": 1, "criteres": 2, "pieces": 3}


def test_R3_a_whole_dossier_lacks_nothing_in_a_fixed_number_of_queries(django_assert_num_queries: Any) -> None:
    one, twenty = d.whole(), d.whole(sites=20)
    for dossier in (one, twenty):
        with django_assert_num_queries(4):
            assert gaps(dossier) == []


def test_R15_criteria_asked_are_those_of_article_2_and_of_3b() -> None:
    assert [criterion.key for criterion in criteria_of(d.charter())] == ["gratuite", "membre-coordination"]


# --- saved: two colleagues


def test_R3_two_colleagues_on_two_fields_keep_both() -> None:
    dossier = d.started()
    one, other = d.manager_of(dossier), d.colleague(dossier.organisation)
    read = {"presentation": "", "team": ""}
    save_organisation(candidature=dossier, values={"presentation": "A", "team": ""}, version=1, user=one, at=AT)
    saved = save_organisation(
        candidature=dossier, values={"presentation": "", "team": "B"}, version=1, base=read, user=other, at=AT
    )
    dossier.refresh_from_db()
    assert (dossier.presentation, dossier.team, dossier.version) == ("A", "B", 3)
    assert saved.brought == ("presentation",)


def test_R3_two_colleagues_on_one_field_lose_nothing() -> None:
    dossier = d.started()
    one, other = d.manager_of(dossier), d.colleague(dossier.organisation)
    save_organisation(candidature=dossier, values={"presentation": "A"}, version=1, user=one, at=AT)
    with pytest.raises(Conflict) as met:
        save_organisation(candidature=dossier, values={"presentation": "B"}, version=1, user=other, at=AT)
    assert (met.value.theirs, met.value.mine) == ({"presentation": "A"}, {"presentation": "B"})
    assert (met.value.saved_by, met.value.saved_at) == (one, AT)
    dossier.refresh_from_db()
    assert dossier.presentation == "A"


def test_R3_an_answer_has_its_own_version() -> None:
    dossier = d.started()
    criterion = criteria_of(dossier.charter)[0]
    user = d.manager_of(dossier)
    first = save_answer(candidature=dossier, criterion=criterion, values={"text": "Oui"}, version=0, user=user, at=AT)
    assert first.part.version == 1
    with pytest.raises(Conflict):
        save_answer(candidature=dossier, criterion=criterion, values={"text": "Non"}, version=0, user=user, at=AT)
    with pytest.raises(ValidationError, match="cahier des charges"):
        save_answer(
            candidature=dossier, criterion=dossier.charter.qualitycriterions.get(article="3.a"),
            values={"text": "x"}, version=0, user=user, at=AT,
        )  # fmt: skip


def test_R3_a_site_is_added_once_and_removed_once() -> None:
    dossier = d.started()
    user = d.manager_of(dossier)
    values = d.site_values(name="Accueil")
    one = add_site(candidature=dossier, values=values, user=user, at=AT)
    assert add_site(candidature=dossier, values=values, user=user, at=AT) == one
    dossier.refresh_from_db()
    assert dossier.agency_id == values["commune"].agency_id
    remove_site(site=one, user=user, at=AT)
    remove_site(site=one, user=user, at=AT)
    dossier.refresh_from_db()
    assert (dossier.sites.count(), dossier.agency_id) == (0, None)


def test_R3_a_deposited_dossier_is_no_longer_written() -> None:
    dossier = put(d.whole())
    user = d.manager_of(dossier)
    with pytest.raises(ValidationError):
        save_organisation(candidature=dossier, values={"team": "x"}, version=dossier.version, user=user, at=AT)
    with pytest.raises(ValidationError):
        attach(candidature=dossier, kind="extra", upload=d.upload(), user=user, at=AT)


# --- R4: the last second


def test_R4_the_last_second_is_in() -> None:
    dossier = put(d.whole(), at=d.paris("2027-06-01 23:59:59.999999"))
    assert (dossier.state, dossier.receipt_number, dossier.campaign.year) == ("deposited", "AR-2027-0001", 2027)


def test_R4_one_second_late_is_offered_to_next_year_whole() -> None:
    dossier = d.whole(sites=3)
    before = {
        "sites": list(dossier.sites.values_list("pk", "name", "services")),
        "answers": list(dossier.answers.values_list("pk", "text", "evidence")),
        "files": list(dossier.attachments.values_list("pk", "sha256")),
        "said": dossier.presentation,
    }
    with pytest.raises(TooLate) as refused:
        put(dossier, at=d.paris("2027-06-02 00:00:00"))
    assert "campagne 2028" in refused.value.messages[0]
    dossier.refresh_from_db()
    assert (dossier.state, dossier.campaign.year, dossier.receipt_number) == ("draft", 2028, "")
    assert before == {
        "sites": list(dossier.sites.values_list("pk", "name", "services")),
        "answers": list(dossier.answers.values_list("pk", "text", "evidence")),
        "files": list(dossier.attachments.values_list("pk", "sha256")),
        "said": dossier.presentation,
    }
    assert not Letter.objects.exists()
    assert put(dossier, at=d.paris("2028-02-01 00:00:00")).state == "deposited"


def test_R4_before_the_opening_nothing_is_deposited() -> None:
    dossier = d.whole(at=d.paris("2027-01-10 09:00"))
    with pytest.raises(ValidationError) as refused:
        put(dossier, at=d.paris("2027-01-31 23:59:59"))
    assert codes(refused) == ["early"]
    assert put(dossier, at=d.paris("2027-02-01 00:00:00")).state == "deposited"


def test_R4_carrying_over_does_nothing_before_time_and_is_done_once() -> None:
    dossier = d.started()
    assert carry_over(candidature=dossier, at=d.paris("2027-06-01 23:00")).campaign.year == 2027
    after = d.paris("2027-06-02 07:00")
    assert [carry_over(candidature=dossier, at=after, key="k").campaign.year for _ in range(2)] == [2028, 2028]
    assert Act.objects.filter(candidature=dossier, kind="carried").count() == 1


# --- deposit


def test_R14_a_deposit_settles_words_files_number_and_receipt() -> None:
    dossier = put(d.whole())
    kept = dossier.snapshots.get()
    assert (kept.moment, kept.taken_at, len(kept.sha256)) == ("deposit", AT, 64)
    assert [file["kind"] for file in kept.content["files"]] == ["accounts", "activity", "note"]
    assert kept.content["organisation"]["presentation"] == "Nous accueillons."
    letter = Letter.objects.get(candidature=dossier)
    assert (letter.kind, letter.key) == ("receipt", f"receipt:{dossier.pk}")
    assert (dossier.declared_name, dossier.declared_title, dossier.deposited_at) == ("Une Personne", "Directrice", AT)
    assert list(dossier.acts.values_list("kind", flat=True)) == ["started", "deposited"]
    keys = OutboxMail.objects.filter(key__startswith=f"candidature-deposited:{dossier.pk}")
    assert keys.count() == 2  # the manager, the contact of the dossier


def test_R14_a_region_that_forgot_its_address_makes_nobody_miss_the_deadline() -> None:
    Rule.objects.filter(key="service_address").delete()
    dossier = put(d.whole())
    assert dossier.state == "deposited"
    assert not Letter.objects.exists()
    assert list(dossier.acts.filter(shown=False).values_list("kind", flat=True)) == ["receipt_failed"]


def test_R1_only_who_manages_deposits() -> None:
    dossier = d.whole()
    for user in (d.colleague(dossier.organisation), make.person(), make.region_staff()):
        with pytest.raises(ValidationError) as refused:
            put(dossier, user=user)
        assert codes(refused) == ["manager"]


def test_R14_a_deposit_says_who_declares() -> None:
    with pytest.raises(ValidationError) as refused:
        put(d.whole(), name="  ", title="Directrice")
    assert codes(refused) == ["declaration"]


def test_R13_a_second_deposit_finds_the_first() -> None:
    dossier = d.whole()
    put(dossier)
    with pytest.raises(AlreadyDeposited) as met:
        put(dossier)
    assert met.value.candidature.receipt_number == "AR-2027-0001"
    assert (dossier.snapshots.count(), Letter.objects.count()) == (1, 1)


def test_R1_who_became_a_member_by_right_since_does_not_deposit() -> None:
    dossier = d.whole()
    Organisation.objects.filter(pk=dossier.organisation_id).update(status=Organisation.Status.SIGNATORY)
    with pytest.raises(ValidationError) as refused:
        put(dossier)
    assert codes(refused) == ["by-right"]


def test_R15_a_new_cahier_des_charges_is_read_before_the_deposit() -> None:
    dossier = d.whole()
    newer = d.charter("charte-neuve", signed_on=dt.date(2027, 3, 20))
    dossier.campaign.charter = newer
    dossier.campaign.save()
    with pytest.raises(ValidationError) as refused:
        put(dossier)
    assert codes(refused) == ["charter"]
    dossier.refresh_from_db()
    assert dossier.charter == newer
    assert set(Answer.objects.filter(candidature=dossier).values_list("criterion__charter", flat=True)) == {newer.pk}
    assert put(dossier).charter == newer


# --- R5: back and forth


def asked(dossier: Candidature, due_on: dt.date = dt.date(2027, 4, 1)) -> PieceRequest:
    held = locked(dossier, {"deposited"})
    move(held, "incomplete", kind="asked", text="Pièces demandées.", at=AT, actor=None)
    return PieceRequest.objects.create(
        candidature=dossier, items=["Le bilan"], reason="Il manque.", asked_at=AT, due_on=due_on
    )


def test_R5_a_request_is_answered_with_a_new_snapshot() -> None:
    dossier = put(d.whole())
    request = asked(dossier)
    user = d.manager_of(dossier)
    later = AT + dt.timedelta(days=3)
    former = dossier.attachments.get(kind="note")
    attach(candidature=dossier, kind="note", upload=d.upload("neuve.pdf"), user=user, at=later)
    former.refresh_from_db()
    assert former.replaced_at == later
    with pytest.raises(ValidationError):
        answer_request(candidature=dossier, text=" ", user=user, at=later)
    with pytest.raises(ValidationError):
        answer_request(candidature=dossier, text="Voilà.", user=d.colleague(dossier.organisation), at=later)
    assert answer_request(candidature=dossier, text="Voilà.", user=user, at=later).state == "deposited"
    request.refresh_from_db()
    assert (request.answer, request.answered_at) == ("Voilà.", later)
    assert list(dossier.snapshots.values_list("moment", flat=True)) == ["deposit", "answer"]
    with pytest.raises(ValidationError):
        answer_request(candidature=dossier, text="Encore.", user=user, at=later)


def test_R5_a_late_answer_is_taken_and_said_late() -> None:
    dossier = put(d.whole())
    asked(dossier)
    answer_request(candidature=dossier, text="Voilà.", user=d.manager_of(dossier), at=d.paris("2027-04-02 00:00"))
    assert dossier.acts.get(kind="answered").text.endswith("après le jour demandé.")


def test_R5_a_message_reaches_the_other_side_once() -> None:
    dossier = put(d.whole())
    user = d.manager_of(dossier)
    one = send_message(candidature=dossier, side="candidate", text="Bonjour", author=user, at=AT)
    assert send_message(candidature=dossier, side="candidate", text="Bonjour ", author=user, at=AT) == one
    mails = OutboxMail.objects.filter(key__startswith=f"candidature-message:{one.pk}")
    assert list(mails.values_list("to", flat=True)) == ["region@exemple.invalid"]
    answer = send_message(candidature=dossier, side="region", text="Oui", author=make.region_staff(), at=AT)
    mails = OutboxMail.objects.filter(key__startswith=f"candidature-message:{answer.pk}")
    assert sorted(mails.values_list("to", flat=True)) == sorted([user.email, "equipe@exemple.invalid"])


def test_R13_a_withdrawal_is_the_managers_and_says_why() -> None:
    dossier = put(d.whole())
    user = d.manager_of(dossier)
    for person, reason in ((d.colleague(dossier.organisation), "Non."), (user, "")):
        with pytest.raises(ValidationError):
            withdraw(candidature=dossier, reason=reason, user=person, at=AT)
    assert withdraw(candidature=dossier, reason="Nous fermons.", user=user, at=AT).state == "withdrawn"
    again = start(user=user, siret=dossier.siret, organisation=dossier.organisation, at=AT)
    assert again.previous == dossier


# --- from last year's dossier


def test_R4_a_dossier_begins_from_the_last_one_without_its_files() -> None:
    dossier = put(d.whole(sites=2))
    user = d.manager_of(dossier)
    withdraw(candidature=dossier, reason="Pas cette année.", user=user, at=AT)
    newer = d.charter("charte-neuve", signed_on=dt.date(2027, 7, 1))
    again = start(user=user, siret=dossier.siret, organisation=dossier.organisation, at=d.paris("2027-09-01 10:00"))
    assert (again.campaign.year, again.charter, again.previous) == (2028, newer, dossier)
    assert again.presentation == "Nous accueillons."
    fields = ("name", "services", "hours", "commune")
    assert list(again.sites.values_list(*fields)) == list(dossier.sites.values_list(*fields))
    assert [(a.criterion.charter_id, a.text) for a in again.answers.select_related("criterion")] == [
        (newer.pk, "Oui."), (newer.pk, "Oui."),
    ]  # fmt: skip
    assert (again.attachments.count(), again.receipt_number, again.deposited_at) == (0, "", None)


# --- files


def test_R3_a_file_of_a_draft_is_forgotten_with_its_bytes(django_capture_on_commit_callbacks: Any) -> None:
    dossier = d.started()
    user = d.manager_of(dossier)
    with django_capture_on_commit_callbacks(execute=True):
        one = attach(candidature=dossier, kind="note", upload=d.upload(data=d.pdf()), user=user, at=AT)
    storage, name = one.file.storage, str(one.file.name)
    assert storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        two = attach(candidature=dossier, kind="note", upload=d.upload(), user=user, at=AT)
    assert (storage.exists(name), list(dossier.attachments.all())) == (False, [two])
    with django_capture_on_commit_callbacks(execute=True):
        detach(attachment=two, user=user, at=AT)
    assert (storage.exists(str(two.file.name)), Attachment.objects.exists()) == (False, False)


def test_R3_the_same_file_sent_twice_is_one() -> None:
    dossier = d.started()
    user, data = d.manager_of(dossier), d.pdf()
    sent = [
        attach(candidature=dossier, kind="extra", upload=d.upload(data=data), user=user, at=AT).pk for _ in range(2)
    ]
    assert sent[0] == sent[1]


def test_R3_the_name_of_a_file_says_what_it_really_is() -> None:
    dossier = d.started()
    sent = attach(
        candidature=dossier, kind="note", upload=d.upload("../../etc/bilan\u202efdp.exe"), user=d.manager_of(dossier),
        at=AT,
    )  # fmt: skip
    assert (sent.name, sent.mime) == ("bilanfdp.pdf", "application/pdf")


def test_R3_a_file_left_by_a_process_that_died_is_swept_a_day_later() -> None:
    kept = attach(
        candidature=(dossier := d.started()), kind="note", upload=d.upload(), user=d.manager_of(dossier), at=AT
    )
    storage = kept.file.storage
    left = storage.save("recognition/orphan", ContentFile(b"x"))
    now = timezone.now()
    assert (sweep(now), storage.exists(left)) == (0, True)
    swept = sweep(now + dt.timedelta(days=2))
    assert (swept >= 1, storage.exists(left), storage.exists(str(kept.file.name))) == (True, False, True)

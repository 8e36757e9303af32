"""The young person's own page: what they read, what they decide, and that nothing contacts them once they said no."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.models import OutboxMail
from psad import context
from psad.lists import PartnerKind, Side
from psad.models import Case, Letter, Move, Partner, Proposal, Share, ShareItem, Solution, Wish
from psad.reading import read
from psad.services import closing, contacting, noting, obligation, proposing, sharing, transferring, young_rights
from psad.young import notice
from tests.psad.test_young_links import HOME, Door
from tests.psad.world import case, platform, solution, young

pytestmark = pytest.mark.django_db
AT = timezone.now()
SCRIPT = "<script>alert(1)</script>"


class Own(Door):
    """Ana has entered; `client` holds her page."""

    def __init__(self) -> None:
        super().__init__()
        self.acts: dict[str, Any] = {"by": self.head, "role": "head", "at": AT}
        self.client = self.enter(self.give())

    def propose(self, **fields: Any) -> Proposal:
        offer = solution(self.platform, self.head, **fields)
        with context.acting(self.head):
            return proposing.propose(case=self.case.pk, solution=offer.pk, **self.acts)

    def share(self, kind: str = PartnerKind.CFA, name: str = "CFA des Pins") -> Share:
        with context.acting(self.head):
            partner = Partner.objects.create(
                platform=self.platform, organisation_name=name, kind=kind, name="P", email="p@exemple.invalid"
            )
            return sharing.share(
                case=self.case.pk, partner=partner.pk, items=["name", "age"], purpose="offer", message="",
                until=timezone.localdate() + dt.timedelta(days=20), informed=True, by_link=True, **self.acts,
            )[0]  # fmt: skip

    def now(self) -> Case:
        with context.acting(self.head):
            return Case.objects.get(pk=self.case.pk)

    def text(self) -> str:
        answer = self.client.get(HOME)
        assert answer.status_code == 200
        return str(answer.content.decode())


@pytest.fixture
def own() -> Own:
    return Own()


def informed(own: Own) -> None:
    with context.acting(own.head):
        contacting.inform(case=own.case.pk, means="meeting", **own.acts)


def test_D6_the_person_answers_and_the_team_reads_it_as_theirs(own: Own, client: Client) -> None:
    made = own.propose(places=1)
    assert "CAP cuisine" in own.text()
    answer = {"proposal": str(made.pk), "said": "oui"}
    assert own.client.post(f"{HOME}reponse/", answer)["Location"] == HOME
    assert "Vous avez dit&nbsp;: ça m’intéresse." in own.text()
    with context.acting(own.head):
        assert (Proposal.objects.get().answer, Solution.objects.get().taken) == ("accepted", 1)
        line = Move.objects.get(verb="answer")
        assert (line.by, line.data) == (None, {"kind": "apprenticeship", "answer": "accepted", "self": True})
        assert Case.objects.get().last_contact_at is not None
    client.force_login(own.head)
    assert "La personne a noté la réponse" in client.get(f"/psad/troyes/dossiers/{own.case.pk}/").content.decode()
    own.client.post(f"{HOME}reponse/", answer | {"said": "non"})
    with context.acting(own.head):
        assert (Proposal.objects.get().answer, Solution.objects.get().taken) == ("refused", 0)


def test_D6_the_place_taken_meanwhile_is_said_and_nothing_changes(own: Own) -> None:
    made = own.propose(places=1)
    answer = {"proposal": str(made.pk), "said": "non"}
    own.client.post(f"{HOME}reponse/", answer)
    other = case(own.platform, own.head, young("Autre"))
    with context.acting(own.head):
        proposing.propose(case=other.pk, solution=made.solution_id, **own.acts)
    told = own.client.post(f"{HOME}reponse/", answer | {"said": "oui"}, follow=True)
    assert "Cette place vient d’être prise" in told.content.decode()
    with context.acting(own.head):
        assert Solution.objects.get().taken == 1


def test_a_proposal_of_another_person_answers_as_one_that_does_not_exist(own: Own) -> None:
    other = case(own.platform, own.head, young("Autre"))
    offer = solution(own.platform, own.head)
    with context.acting(own.head):
        theirs = proposing.propose(case=other.pk, solution=offer.pk, **own.acts)
    for key in (theirs.pk, uuid4(), "x"):
        assert own.client.post(f"{HOME}reponse/", {"proposal": str(key), "said": "oui"}).status_code == 404
    with context.acting(own.head):
        assert Proposal.objects.get().answer == "waiting"
    assert own.client.post(f"{HOME}reponse/", {"proposal": "x", "said": "peut-être"}).status_code == 404


def test_D8_the_page_says_who_read_by_structure_and_function_and_names_nobody(own: Own) -> None:
    own.head.name = "Blandine Aumercier"
    own.head.save()
    with context.acting(own.head):
        read(own.now(), role="head")
        Case.objects.update(follower=own.head)
    page = own.client.get(HOME)
    told = page.context["page"]
    assert {(line["who"], line["what"]) for line in told.accesses} == {
        ("CIO, responsable de la plateforme (PSAD de Troyes)", "a lu votre dossier"),
        ("CIO, responsable de la plateforme (PSAD de Troyes)", "a travaillé sur votre dossier"),
    }
    assert told.team == ["CIO, responsable de la plateforme"]
    body = page.content.decode()
    assert ("Blandine" in body, own.head.email in body) == (False, False)


def test_D5_the_page_says_what_is_shared_with_whom_and_why_a_sensitive_partner_under_a_neutral_name(own: Own) -> None:
    informed(own)
    own.share()
    own.share(PartnerKind.PJJ, "UEMO de Troyes")
    body = own.text()
    shares = own.client.get(HOME).context["page"].shares
    assert {(row["who"], row["why"], row["revoked_at"]) for row in shares} == {
        ("Partenaire de la plateforme", "vous proposer une place", None),
        ("CFA des Pins", "vous proposer une place", None),
    }  # fmt: skip
    assert ("UEMO" in body, "CFA des Pins" in body) == (False, True)


def test_D7_a_minor_reads_what_the_representatives_know_and_an_adult_nothing_of_it(own: Own) -> None:
    born = timezone.localdate() - dt.timedelta(days=6_200)
    minor = case(own.platform, own.head, young("Mineur", "Lou", birth_date=born))
    with context.acting(own.head):
        noting.represent(case=minor.pk, name="Marie Exemple", wish="agrees", **own.acts)
    body = own.enter(own.give(minor)).get(HOME).content.decode()
    assert "Marie Exemple&nbsp;: l’équipe les associe" in body
    adult = case(own.platform, own.head, young("Majeur", birth_date=dt.date(2004, 3, 1)))
    assert "représentants légaux" not in own.enter(own.give(adult)).get(HOME).content.decode()


def test_the_page_takes_twelve_queries_at_most_whatever_it_shows(own: Own, django_assert_max_num_queries: Any) -> None:
    informed(own)
    for number in range(4):
        own.propose(title=f"CAP {number}")
        own.share(name=f"CFA {number}")
        own.client.post(f"{HOME}correction/", {"text": f"Faux {number}"})
    with django_assert_max_num_queries(14):  # 12 and the two of the transaction that a test makes a savepoint of
        own.client.get(HOME)


# --- Rights


def test_a_correction_is_kept_sealed_and_due_and_answered(own: Own, client: Client) -> None:
    asked = own.client.post(f"{HOME}correction/", {"text": f"Mon téléphone a changé {SCRIPT}"})
    assert asked["Location"] == HOME
    assert (own.now().due_what, own.now().due_on) == ("wish", timezone.localdate())
    client.force_login(own.head)
    page = f"/psad/troyes/dossiers/{own.case.pk}/"
    for url in (HOME, page, f"{page}droits/", "/psad/troyes/"):
        body = (own.client if url == HOME else client).get(url).content.decode()
        assert SCRIPT not in body, url
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in client.get(f"{page}droits/").content.decode()
    assert client.get("/psad/troyes/").context["asked"] == 1
    assert "<b>1 demande de personnes accompagnées</b>" in client.get("/psad/troyes/?qui=moi").content.decode()
    assert "demande une correction" in client.get("/psad/troyes/demandes/").content.decode()
    assert "Lire et répondre" in client.get(page).content.decode()
    with context.acting(own.head):
        wish = Wish.objects.get()
        assert b"script" not in bytes(wish.text)
    mails = list(OutboxMail.objects.values_list("to", "subject"))
    assert mails == [(own.head.email, "Un message vous attend sur le portail")]
    answer = {"acte": "repondre", "wish": str(wish.pk), "outcome": "done"}
    assert client.post(f"{page}droits/", answer).status_code == 302
    assert own.now().due_what == "prepare"
    assert "c’est fait" in own.text()
    assert "Une autre personne vient d’y répondre" in client.post(f"{page}droits/", answer).content.decode()


def test_a_correction_on_a_closed_case_still_stands_first_in_the_queue(own: Own, client: Client) -> None:
    with context.acting(own.head):
        closing.close(case=own.case.pk, reason="moved", **own.acts)
    own.client.post(f"{HOME}correction/", {"text": "Je n’ai pas déménagé"})
    client.force_login(own.head)
    assert [wish.kind for wish, _ in client.get("/psad/troyes/demandes/").context["asked"]] == ["rectify"]
    assert client.get("/psad/troyes/").context["asked"] == 1


def test_empty_or_too_long_a_correction_is_told_beside_the_field_and_kept(own: Own) -> None:
    assert own.client.post(f"{HOME}correction/", {"text": "  "}).context["form"].errors.keys() == {"text"}
    long = own.client.post(f"{HOME}correction/", {"text": "a" * 2_001})
    assert ("C’est trop long" in long.content.decode(), "a" * 2_001 in long.content.decode()) == (True, True)
    with context.acting(own.head):
        assert not Wish.objects.exists()


def test_the_copy_holds_all_that_is_kept_to_read_and_in_json_and_no_other_name(own: Own) -> None:
    own.propose(title="CAP <i>cuisine</i>")
    with context.acting(own.head):
        noting.note(case=own.case.pk, text="Signalé par Mme Tiers", **own.acts)
        contacting.attempt(case=own.case.pk, means="phone", outcome="family", note="Sa tante Tiers", **own.acts)
        proposing.interview(case=own.case.pk, means="meeting", needs=["work"], plan="Voir un CFA", **own.acts)
    answer = own.client.post(f"{HOME}copie/")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/zip", "private, no-store, max-age=0")
    folder = zipfile.ZipFile(io.BytesIO(answer.content))
    assert folder.namelist() == ["mon-dossier.html", "mon-dossier.json"]
    told = orjson.loads(folder.read("mon-dossier.json"))
    assert told["identite"] == {
        "nom": "Exemple", "prenoms": "Ana", "naissance": "2009-03-14", "telephone": "0600000000",
        "sexe": "Non renseigné",
    }  # fmt: skip
    assert [(row["convenu"], row["besoins"]) for row in told["entretiens"]] == [("Voir un CFA", ["Trouver un emploi"])]
    assert [row["resultat"] for row in told["essais_de_contact"]] == ["Famille jointe"]
    page = folder.read("mon-dossier.html").decode()
    assert ("&lt;i&gt;cuisine" in page, "<i>" in page, "Représentants" in page) == (True, False, False)
    assert "Tiers" not in page + folder.read("mon-dossier.json").decode()
    with context.acting(own.head):
        assert list(Wish.objects.values_list("kind", "outcome")) == [("export", "done")]
    own.client.post(f"{HOME}notes/")
    own.client.post(f"{HOME}notes/")
    with context.acting(own.head):
        assert Wish.objects.filter(kind="export", handled_at=None).count() == 1


def test_the_copy_is_also_one_page_that_a_telephone_opens_in_the_words_of_the_archive(own: Own) -> None:
    answer = own.client.post(f"{HOME}copie/", {"forme": "page"})
    assert (answer["Content-Type"], answer["Content-Disposition"], answer["Cache-Control"]) == (
        "text/html; charset=utf-8", 'attachment; filename="mon-dossier.html"', "private, no-store, max-age=0",
    )  # fmt: skip
    page = answer.content.decode()
    assert "<dt>Nom</dt><dd>Exemple</dd><dt>Prénoms</dt><dd>Ana</dd>" in page
    assert ("Copie faite le" in page, "<h2>Copie du" in page) == (True, False)
    with context.acting(own.head):
        assert list(Wish.objects.values_list("kind", "outcome")) == [("export", "done")]


def test_D12_the_copy_says_which_letters_were_sent_in_words(own: Own) -> None:
    with context.acting(own.head):
        case_now = Case.objects.get(pk=own.case.pk)
        for kind in ("young", "guardian"):
            Letter.objects.create(case=case_now, at=AT, kind=kind, content=b"x")
    told = orjson.loads(zipfile.ZipFile(io.BytesIO(own.client.post(f"{HOME}copie/").content)).read("mon-dossier.json"))
    assert sorted(row["sorte"] for row in told["courriers"]) == ["Convocation", "Lettre au représentant légal"]


def test_what_is_written_of_the_person_is_read_where_a_correction_is_asked(own: Own) -> None:
    body = own.client.get(f"{HOME}correction/").content.decode()
    for term, value in (("Prénom", "Ana"), ("Date de naissance", "14/03/2009"), ("Téléphone", "0600000000")):
        assert f"<dt>{term}</dt><dd>{value}</dd>" in body
    assert "<dt>Classe</dt>" not in body  # what is not known takes no line


def test_what_is_shared_and_answered_is_said_to_the_person_as_you(own: Own, client: Client) -> None:
    informed(own)
    own.share()
    own.client.post(f"{HOME}correction/", {"text": "Mon nom"})
    with context.acting(own.head):
        young_rights.settle(
            wish=Wish.objects.get().pk, outcome="told", by=own.head, role="head", at=timezone.now()
        )  # fmt: skip
    own.client.post(f"{HOME}copie/")
    own.client.post(f"{HOME}notes/")
    page = own.client.get(HOME).context["page"]
    assert [row.asked for row in page.wishes] == ["Les notes de l’équipe", "Une copie", "Une correction"]
    # the last day on which the partner reads it, not the midnight after
    assert [row["ends_at"] for row in page.shares] == [timezone.localdate() + dt.timedelta(days=20)]
    body = own.text()
    assert "votre prénom et votre nom, votre âge. Pour&nbsp;: vous proposer une place." in body
    assert "ce n’est pas possible, l’équipe vous dit pourquoi" in body
    assert "la personne sait pourquoi" not in body


def test_an_opposition_stops_every_contact_at_once(own: Own, client: Client) -> None:
    informed(own)
    made, shared = own.propose(places=1), own.share()
    refused = own.client.post(f"{HOME}opposition/", {"text": "Je préfère seul·e"})
    assert refused.context["form"].errors.keys() == {"sure"}
    assert own.client.post(f"{HOME}opposition/", {"sure": "on", "text": "Je préfère seul·e"})["Location"] == HOME
    assert "Vous avez dit non" in own.text()
    with context.acting(own.head):
        row = Case.objects.get(pk=own.case.pk)
        assert (row.due_what, row.opposed_at is not None) == ("oppose", True)
        shared.refresh_from_db()
        assert (shared.revoked_at is not None, shared.sealed_key, shared.link_digest) == (True, "", None)
        assert {bytes(item.content) for item in ShareItem.objects.all()} == {b""}
        assert (Proposal.objects.get().answer, Solution.objects.get().taken) == ("withdrawn", 0)
        offer: dict[str, Any] = {"case": own.case.pk} | own.acts
        for contact in (
            lambda: contacting.prepare(follower=own.head, safe_contact="", version=None, **offer),
            lambda: contacting.attempt(means="phone", outcome="reached", **offer),
            lambda: contacting.say_unreachable(**offer),
            lambda: contacting.inform(means="email", **offer),
            lambda: proposing.interview(means="phone", needs=[], plan="", **offer),
            lambda: proposing.propose(solution=made.solution_id, **offer),
            lambda: proposing.answer(proposal=made.pk, said="accepted", **offer),
            lambda: transferring.offer(to=own.platform, reason="Motif", **offer),
            lambda: sharing.share(
                partner=shared.partner_id, items=["name"], purpose="offer", message="", informed=True, by_link=True,
                until=timezone.localdate() + dt.timedelta(days=2), **offer,
            ),
        ):  # fmt: skip
            with pytest.raises(ValidationError, match="s’est opposée"):
                contact()
    client.force_login(own.head)
    assert [wish.kind for wish, _ in client.get("/psad/troyes/demandes/").context["asked"]] == ["oppose"]
    page = f"/psad/troyes/dossiers/{own.case.pk}/"
    assert "Prendre acte de son opposition" in client.get(page).content.decode()
    with context.acting(own.head):
        wish = Wish.objects.get(kind="oppose")
    told = client.post(f"{page}droits/", {"acte": "repondre", "wish": str(wish.pk), "outcome": "told"})
    assert told.status_code == 200  # an opposition is not refused
    client.post(f"{page}droits/", {"acte": "repondre", "wish": str(wish.pk), "outcome": "done"})
    assert (own.now().step, own.now().closing_reason, own.now().disposition) == ("closed", "opposed", "to_contact")
    with context.acting(own.head), pytest.raises(ValidationError, match="s’est opposée"):
        closing.reopen(case=own.case.pk, **own.acts)


def test_D12_the_clock_of_the_obligation_convokes_nobody_who_said_no(own: Own) -> None:
    from psad.models import Grant
    from tests.psad.world import member

    ml = member(own.platform, side=Side.ML)
    with context.acting(ml):
        grant = Grant.objects.get(user=ml)
        born = timezone.localdate() - dt.timedelta(days=6_200)
    minor = case(own.platform, own.head, young("Mineur", birth_date=born))
    with context.acting(ml):
        clock = obligation.begin(case=minor.pk, ground="abandon", grant=grant, by=ml, at=AT)
    own.enter(own.give(minor)).post(f"{HOME}opposition/", {"sure": "on"})
    with context.acting(ml):
        with pytest.raises(ValidationError, match="s’est opposée"):
            obligation.convoke(
                obligation=clock.pk, meeting_at=AT + dt.timedelta(days=9), grant=grant, by=ml, at=AT
            )  # fmt: skip
        wish = Wish.objects.get(kind="oppose")
        young_rights.settle(wish=wish.pk, outcome="done", by=ml, role="head", at=AT)
        clock.refresh_from_db()
        assert (clock.end_reason, Case.objects.get(pk=minor.pk).closing_reason) == ("opposed", "opposed")


def test_an_act_that_waited_for_the_opposition_finds_it(own: Own) -> None:
    """The page of an adviser was opened before: the version, and the row itself, say no."""
    seen = own.now().version
    own.client.post(f"{HOME}opposition/", {"sure": "on"})
    with context.acting(own.head), pytest.raises(ValidationError):
        contacting.attempt(case=own.case.pk, means="phone", outcome="message", version=seen, **own.acts)
    own.client.post(f"{HOME}opposition/", {"sure": "on"})  # said twice
    with context.acting(own.head):
        assert Wish.objects.count() == 1


def test_the_team_writes_down_an_opposition_said_by_voice(own: Own, client: Client) -> None:
    client.force_login(own.head)
    url = f"/psad/troyes/dossiers/{own.case.pk}/droits/"
    version = own.now().version
    assert client.post(url, {"acte": "opposition", "version": version}).context["refused"].errors.keys() == {"sure"}
    assert client.post(url, {"acte": "opposition", "version": version, "sure": "on"}).status_code == 302
    assert (own.now().step, own.now().closing_reason) == ("closed", "opposed")


def test_the_team_corrects_and_the_person_is_found_by_both_names(own: Own, client: Client) -> None:
    other = case(own.platform, own.head, young("Autre", "Lou"))
    client.force_login(own.head)
    url = f"/psad/troyes/dossiers/{own.case.pk}/droits/"
    version = own.now().version
    typed = {
        "acte": "corriger", "version": version, "surname": "Exempel", "given_names": "Ana", "birth_date": "2009-03-14",
        "phone": "0611111111",
    }  # fmt: skip
    twin = client.post(url, typed | {"surname": "Autre", "given_names": "Lou"})
    assert twin.context["refused"].errors.keys() == {"surname"}
    child = client.post(url, typed | {"birth_date": "2015-01-01"})
    assert child.context["refused"].errors.keys() == {"birth_date"}
    assert client.post(url, typed).status_code == 302
    for name in ("Exempel", "Exemple"):
        found = client.post("/psad/troyes/recherche/", {"typed": name})
        assert [line.name for line in found.context["lines"]] == ["Ana Exempel"], name
    with context.acting(own.head):
        assert read(own.now(), role="head").identity.phone == "0611111111"
        assert Move.objects.filter(verb="correct").get().data == {"fields": ["surname", "phone"]}
        assert Case.objects.filter(pk=other.pk).exists()


def test_a_wish_of_another_case_cannot_be_answered_here(own: Own, client: Client) -> None:
    other = case(own.platform, own.head, young("Autre"))
    own.client.post(f"{HOME}correction/", {"text": "Faux"})
    with context.acting(own.head):
        wish = Wish.objects.get()
    client.force_login(own.head)
    url = f"/psad/troyes/dossiers/{other.pk}/droits/"
    assert client.post(url, {"acte": "repondre", "wish": str(wish.pk), "outcome": "done"}).status_code == 404


# --- Notice


def test_D7_nothing_is_shared_before_the_notice_and_who_gave_which_version_is_shown(own: Own, client: Client) -> None:
    with pytest.raises(ValidationError, match="notice d’information"):
        own.share()
    own.head.name = "Blandine Aumercier"
    own.head.save()
    informed(own)
    own.share()
    client.force_login(own.head)
    body = client.get(f"/psad/troyes/dossiers/{own.case.pk}/").content.decode()
    assert f"donnée par {own.head.name}" in body
    assert f"version {notice.CURRENT}" in body


def test_D7_the_notice_is_public_printable_and_says_whom_to_ask(client: Client) -> None:
    place = platform(phone="03 25 00 00 00")
    for url in ("/mon-accompagnement/", "/mon-accompagnement/notice/", f"/mon-accompagnement/notice/{place.slug}/"):
        answer = client.get(url)
        assert answer.status_code == 200, url
        assert "décroch" not in answer.content.decode().lower(), url
    assert "03 25 00 00 00" in client.get(f"/mon-accompagnement/notice/{place.slug}/").content.decode()
    assert client.get("/mon-accompagnement/notice/nulle-part/").status_code == 404


def test_every_version_of_the_notice_has_its_text() -> None:
    from django.template.loader import get_template

    assert all(get_template(notice.template_of(version)) for version in notice.VERSIONS)
    with pytest.raises(ValueError, match="1999"):
        notice.template_of("1999")


def test_signed_in_as_somebody_of_the_portal_opens_no_page_of_a_person(own: Own, client: Client) -> None:
    user: User = own.head
    client.force_login(user)
    assert client.get(HOME).status_code == 403

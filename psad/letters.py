"""The letters of the training obligation (D12): to the person, the legal representative, then the département.

Their words are settled and sealed the day the letter is written; the PDF (PDF/UA) is drawn from them when it is asked
for, the same each time: no clear copy stays anywhere.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime

from accounts.models import User
from core.pdf import draw
from core.sealing import Seal, opened
from psad import reading
from psad.identity import Identity, bound, identity_of
from psad.lists import Purpose
from psad.models import Case, Guardian, Letter, Obligation
from territories.models import Site

YOUNG, GUARDIAN, DEPARTMENT = "young", "guardian", "department"
KINDS = {YOUNG: "Convocation", GUARDIAN: "Lettre au représentant légal", DEPARTMENT: "Lettre au département"}
_FILES = {YOUNG: "convocation.pdf", GUARDIAN: "representant.pdf", DEPARTMENT: "departement.pdf"}
HELLO = "Madame, Monsieur,"
_SUBJECT = "Rendez-vous au titre de l’obligation de formation des 16-18\u00a0ans"
_GROUNDS = {  # to the person, about the person
    Obligation.Ground.ABSENCE: ("Vous n’êtes pas venu·e à ce qui était prévu avec vous.",
                                "n’est pas venu·e à ce qui était prévu"),
    Obligation.Ground.ABANDON: ("Vous avez arrêté ce que vous aviez commencé.", "a arrêté ce qui était commencé"),
    Obligation.Ground.SILENCE: ("Nous vous avons écrit et appelé\u00a0: nous n’avons pas encore pu nous parler.",
                                "n’a pas répondu à nos messages"),
}  # fmt: skip
_LAW = (
    "Jusqu’à 18\u00a0ans, chacun·e a le droit et l’obligation de se former (article L.\u00a0114-1 du code de"
    " l’éducation). École, apprentissage, stage, service civique, emploi, accompagnement vers l’une de ces"
    " voies\u00a0: il y a plusieurs façons d’y répondre."
)


def convocations(row: Obligation, held: Case, *, place: str, by: User, at: dt.datetime) -> list[Letter]:
    """The two letters of a convocation: to the person, to who represents them."""
    seal = opened(held.sealed_key)
    who, represents = identity_of(held, seal), _represents(held, seal)
    meeting = {"when": _moment(row.meeting_at), "where": place}
    until = _day(row.pass_on)
    said, told = _GROUNDS[Obligation.Ground(row.ground)]
    late = (
        f"Sans nouvelle de votre part d’ici le {until}, la loi nous demande de transmettre votre situation à la"
        " présidente ou au président du conseil départemental (article R.\u00a0114-7)."
    )
    call = _call(held)
    to_young = [
        _LAW, f"{said} Nous vous proposons de faire le point ensemble, pour chercher une solution qui vous convienne.",
        {"meeting": meeting},
        (
            f"Vous pouvez venir avec la personne de votre choix. Si ce moment ne vous va pas, {call}\u00a0: nous en"
            " trouverons un autre."
        ),
        late,
    ]  # fmt: skip
    to_guardian = [
        _LAW, f"{who.name} {told}. Nous lui proposons un rendez-vous, auquel vous êtes invité·e\u00a0:",
        {"meeting": meeting}, f"Si ce moment ne convient pas, {call}\u00a0: nous en trouverons un autre.",
        (
            f"Sans nouvelle d’ici le {until}, la loi nous demande de transmettre sa situation à la présidente ou au"
            " président du conseil départemental (article R.\u00a0114-7)."
        ),
    ]  # fmt: skip
    known = represents or f"Au représentant légal de {who.name}"
    return [
        _write(
            row, held, kind=YOUNG, to=[who.name, *_home(who)], hello=f"Bonjour {who.given_names},", body=to_young,
            by=by, at=at,
        ),
        _write(row, held, kind=GUARDIAN, to=[known, *_home(who)], hello=HELLO, body=to_guardian, by=by, at=at),
    ]  # fmt: skip


def to_department(row: Obligation, held: Case, *, by: User, at: dt.datetime) -> Letter:
    """The letter that passes the case on: who, how to write to them, what was done, and nothing else (D11)."""
    seal = opened(held.sealed_key)
    who, represents = identity_of(held, seal), _represents(held, seal)
    _, told = _GROUNDS[Obligation.Ground(row.ground)]
    body = [
        (
            "En application de l’article R.\u00a0114-7 du code de l’éducation, nous vous transmettons la situation de"
            f" {who.name}, né·e le {_day(who.birth_date)}, qui {told}."
        ),
        (
            f"Une convocation lui a été adressée le {_day(row.convoked_at)}, ainsi qu’à son représentant légal, pour un"
            f" rendez-vous le {_moment(row.meeting_at)}. Deux mois après, elle est restée sans suite."
        ),
        "Son adresse connue\u00a0: " + (", ".join(_home(who)) or "inconnue") + ".",
        *([f"Représentant légal\u00a0: {represents}."] if represents else []),
        "Nous restons à votre disposition pour préparer la suite avec vos services.",
    ]
    to = ["À la présidente ou au président", "du conseil départemental"]
    return _write(row, held, kind=DEPARTMENT, to=to, hello=HELLO, body=body, by=by, at=at)


def pdf(row: Letter, case: Case, *, role: str) -> bytes:
    """Drawn from the words it was written with; the reading is logged first. Raises `Undecipherable`."""
    reading.log(case.platform_id, role=role, verb="case.letter_read", purpose=Purpose.WORK, cases=[case.log_key])
    words = opened(case.sealed_key).open(row.content, bound=bound(case, f"letter/{row.pk}"))
    return draw(render_to_string("documents/convocation.html", {"letter": words})).data


def file_name(row: Letter) -> str:
    """Says nothing of anybody."""
    return _FILES[row.kind]


def answerable(case: Case) -> bool:
    """Whether a letter says a telephone or an address to answer to."""
    if case.platform.phone or case.platform.email:
        return True
    site = _house_site(case)
    return site is not None and bool(site.phone or site.email)


def usual_place(case: Case) -> str:
    """Where the mission locale of the platform receives, when the portal knows it."""
    site = _house_site(case)
    return ", ".join(_site(site)) if site else ""


def _house_site(case: Case) -> Site | None:
    house = case.platform.mission_locale_id
    if not house:
        return None
    return Site.objects.filter(organisation=house).select_related("commune").order_by("slug").first()


def _write(
    row: Obligation, held: Case, *, kind: str, to: list[str], hello: str, body: list[Any], by: User, at: dt.datetime
) -> Letter:
    seal = opened(held.sealed_key)
    made = Letter(case=held, at=at, by=by, kind=kind, obligation=row)
    words = {
        "sender": _sender(held), "to": to, "date": _day(at), "reference": f"OF-{at:%Y%m%d}-{str(made.pk)[:8]}",
        "subject": "Transmission au titre de l’obligation de formation" if kind == DEPARTMENT else _SUBJECT,
        "hello": hello, "body": body, "signature": by.name, "rights": kind != DEPARTMENT,
    }  # fmt: skip
    made.content = seal.close(words, bound=bound(held, f"letter/{made.pk}"))
    made.save(force_insert=True)
    return made


def _sender(held: Case) -> dict[str, Any]:
    platform = held.platform
    house = platform.mission_locale
    site = _house_site(held)
    return {
        "name": house.display_name if house else platform.name, "platform": platform.name,
        "phone": platform.phone or (site.phone if site else ""),
        "email": platform.email or (site.email if site else ""),
    }  # fmt: skip


def _call(held: Case) -> str:
    """What the letter asks to do must be possible with what its head gives."""
    sender = _sender(held)
    return "appelez-nous" if sender["phone"] else "écrivez-nous" if sender["email"] else "venez nous le dire"


def _represents(held: Case, seal: Seal) -> str:
    row = Guardian.objects.filter(case=held).order_by("-at").first()
    contact = seal.open(row.contact, bound=bound(held, f"guardian/{row.pk}")) if row else None
    return str((contact or {}).get("name", ""))


def _home(who: Identity) -> list[str]:
    return [line for line in (who.address, f"{who.postcode} {who.town}".strip()) if line]


def _site(site: Site) -> list[str]:
    town = f"{site.postal_code} {site.commune.name if site.commune else ''}".strip()
    return [line for line in (site.name, site.address, town) if line]


def _day(day: dt.date | dt.datetime | None) -> str:
    if day is None:
        return ""
    return date_format(localtime(day) if isinstance(day, dt.datetime) else day, "j F Y")


def _moment(at: dt.datetime | None) -> str:
    return date_format(localtime(at), "l j F Y à G \\h i") if at else ""

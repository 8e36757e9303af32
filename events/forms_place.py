"""Where a date takes place: one's own place, another of the directory, an address, or nowhere but online (A3)."""

from __future__ import annotations

from typing import Any

from django import forms

from core.text import fold
from events.forms_pro import address_of_page, one_line
from events.models import Session
from members.models import Organisation
from territories import communes
from territories.forms_pro import TownMixin
from territories.models import Site

Attendance = Session.Attendance
OWN, DIRECTORY, ADDRESS = "own", "directory", "address"
_PARTS = {OWN: ("site_own",), DIRECTORY: ("site_text",), ADDRESS: ("place_name", "address", "commune")}
SHOWN = 8  # places to choose from when several have the name that was typed
EMPTY: dict[str, Any] = {
    "site": None, "place_name": "", "address": "", "postal_code": "", "commune": None, "town": "", "country": "FR",
    "lat": None, "lon": None, "online_url": "", "place_text": "",
}  # fmt: skip


class PlaceForm(TownMixin):
    """`values` (of a valid form) are every field of `Session` that says where."""

    attendance = forms.ChoiceField(
        label="On y participe", choices=Attendance.choices, widget=forms.RadioSelect, initial=Attendance.PLACE,
        error_messages={"required": "Dites si c’est sur place ou en ligne."},
    )  # fmt: skip
    where = forms.ChoiceField(
        label="À quel endroit", required=False, widget=forms.RadioSelect,
        choices=[
            (OWN, "Dans l’un de nos lieux"), (DIRECTORY, "Dans un autre lieu de l’annuaire"), (ADDRESS, "Ailleurs"),
        ],
    )  # fmt: skip
    # Required in the part that is chosen; what the other parts lack is not told.
    site_own = forms.ChoiceField(
        label="Lequel de nos lieux", error_messages={"required": "Choisissez l’un de vos lieux."}
    )
    site_text = forms.CharField(
        label="Nom du lieu dans l’annuaire", max_length=200, help_text="Quelques mots, la ville aussi.",
        error_messages={"required": "Écrivez le nom du lieu."},
    )  # fmt: skip
    place_name = forms.CharField(
        label="Nom du lieu", max_length=200, required=False, help_text="Salle des fêtes, lycée…"
    )
    address = forms.CharField(
        label="Adresse", max_length=300, required=False, help_text="Numéro et rue, bâtiment, étage."
    )
    commune = forms.CharField(
        label="Commune", max_length=communes.LONGEST, error_messages={"required": "Écrivez la commune."}
    )
    outside = forms.BooleanField(label="Ce lieu est hors de la région", required=False)
    online_url = address_of_page("Lien de connexion", "S’il est public. Sinon, dites plus bas comment le recevoir.")
    place_text = forms.CharField(
        label="Pour trouver l’entrée, ou le lien", max_length=300, required=False,
        help_text="Entrée côté cour, badge à l’accueil, lien envoyé la veille…",
    )  # fmt: skip

    sites: tuple[Site, ...] = ()

    def __init__(self, data: Any = None, *, organisation: Organisation | None, initial: Any = None) -> None:
        own = _own(organisation)
        start = {"where": OWN if own else ADDRESS, "site_own": own[0][0] if len(own) == 1 else ""}
        super().__init__(data, initial=start | (initial or {}))
        self.fields["site_own"].choices = [("", "Choisissez"), *own]  # type: ignore[attr-defined]
        if not own:
            self.fields["where"].choices = self.fields["where"].choices[1:]  # type: ignore[attr-defined]
        self.fields["commune"].widget.attrs.update({"data-communes": "/lieux/communes/", "autocomplete": "off"})

    def clean_place_name(self) -> str:
        return one_line(self.cleaned_data["place_name"])

    def clean_address(self) -> str:
        return one_line(self.cleaned_data["address"])

    def clean_place_text(self) -> str:
        return one_line(self.cleaned_data["place_text"])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        where = given.get("where") or ("" if "where" in self.errors else ADDRESS)
        on_site = given.get("attendance") in {Attendance.PLACE, Attendance.HYBRID}
        for part, names in _PARTS.items():
            if not on_site or part != where:
                for name in names:
                    self.errors.pop(name, None)
        if on_site and where:
            {OWN: self._own_site, DIRECTORY: self._other_site, ADDRESS: self._somewhere}[where]()
        return given

    def _own_site(self) -> None:
        if chosen := self.cleaned_data.get("site_own"):
            self.cleaned_data["site"] = _listed().get(pk=int(chosen))

    def _other_site(self) -> None:
        typed = self.cleaned_data.get("site_text", "")
        if not typed:
            return
        found = named(typed)
        chosen = next((site for site in found if str(site.pk) == self.data.get("site_choice")), None)
        exact = [site for site in found if fold(site.name) == fold(typed) or label(site) == typed]
        if chosen is None and len(exact or found) == 1:
            chosen = (exact or found)[0]
        if chosen is not None:
            self.cleaned_data["site"] = chosen
            return
        self.sites = tuple(found)
        asked = "Plusieurs lieux ont ces mots\u00a0: choisissez ci-dessous." if found else ""
        nothing = (
            "Aucun lieu de l’annuaire n’a ces mots\u00a0: vérifiez-les, ou donnez l’adresse («\u00a0Ailleurs\u00a0»)."
        )
        self.add_error("site_text", asked or nothing)

    def _somewhere(self) -> None:
        given = self.cleaned_data
        if given.get("outside"):
            given["town"] = one_line(given.get("commune", ""))[:120]
        elif (town := self.town_typed()) is not None:
            given["town_of"] = town
        if (
            not given.get("place_name")
            and not given.get("address")
            and not {"place_name", "address"} & set(self.errors)
        ):
            self.add_error("address", "Donnez le nom du lieu ou son adresse.")

    @property
    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        said = EMPTY | {name: given[name] for name in ("attendance", "online_url", "place_text")}
        if given["attendance"] == Attendance.ONLINE:
            return said
        if given.get("site"):
            return said | {"site": given["site"]}
        names = ("place_name", "address")
        return said | {name: given[name] for name in names} | {
            "commune": given.get("town_of"), "town": given.get("town", "")
        }  # fmt: skip


def initial_of(session: Session, organisation: Organisation | None) -> dict[str, Any]:
    """What the form shows of a date as it stands."""
    site, own = session.site, dict(_own(organisation))
    commune = session.commune
    said: dict[str, Any] = {
        "attendance": session.attendance, "place_text": session.place_text, "online_url": session.online_url,
        "place_name": session.place_name, "address": session.address, "where": ADDRESS, "site_own": "",
        "commune": f"{commune.name} ({commune.department_id})" if commune else session.town,
        "outside": bool(session.town and not commune),
    }  # fmt: skip
    if site is not None:
        mine = str(site.pk) in own
        said |= {"where": OWN, "site_own": str(site.pk)} if mine else {"where": DIRECTORY, "site_text": label(site)}
        said |= {"place_name": "", "address": "", "commune": ""}
    return said


def label(site: Site) -> str:
    """« Mission locale, Troyes »."""
    return f"{site.name}, {site.commune.name}"


def named(text: str) -> list[Site]:
    """The listed places whose name, address or town has every word of `text`, at most `SHOWN`."""
    rows = _listed().filter(listed=True)
    for word in fold(text.replace(",", " ")).split()[:8]:
        rows = rows.filter(sort_key__contains=word) | rows.filter(commune__folded_name__contains=word)
    return list(rows.order_by("sort_key", "pk")[:SHOWN])


def _listed() -> Any:
    return Site.objects.select_related("commune__department", "commune__agency").defer("card", "words", "description")


def _own(organisation: Organisation | None) -> list[tuple[str, str]]:
    if organisation is None:
        return []
    rows = _listed().filter(organisation=organisation, listed=True).order_by("sort_key", "pk")[:200]
    return [(str(site.pk), label(site)) for site in rows]

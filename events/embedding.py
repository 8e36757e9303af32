"""How a search is written in the page of somebody else: its address, its frame, its component (A4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html

from core.links import absolute
from events.search.filters import Search
from events.search.sentence import sentence

DEFAULT, MOST = 5, 20  # events
LONGEST_TITLE = 120
THEMES = {"auto": "Comme l’appareil du lecteur", "clair": "Toujours clair", "sombre": "Toujours sombre"}
NBSP = "\u00a0"


@dataclass(frozen=True, slots=True)
class Embed:
    """What a site chooses; `errors` says in French what was not understood, under the parameter's name."""

    title: str = ""
    number: int = DEFAULT
    theme: str = "auto"
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def height(self) -> int:
        """Pixels of a frame that holds it on a narrow column; a longer one scrolls inside."""
        return min(150 + 105 * self.number, 900)

    def url(self, search: Search) -> str:
        """The canonical address of the frame: known parameters only."""
        query = search.query_string(
            vue="", titre=self.title, nombre=str(self.number) if self.number != DEFAULT else "",
            theme=self.theme if self.theme != "auto" else "",
        )  # fmt: skip
        address = reverse("agenda_embed")
        return f"{address}?{query}" if query else address


def read(query: QueryDict) -> Embed:
    """What `titre`, `nombre` and `theme` say. Never raises: what is not understood is left out and told."""
    errors = {}
    title = " ".join(query.get("titre", "").replace("\x00", " ").split())
    if len(title) > LONGEST_TITLE:
        errors["titre"] = f"Le titre est coupé à {LONGEST_TITLE} caractères."
    said = query.get("nombre", "").strip()
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 4 else DEFAULT
    if said and (not said.isascii() or not said.isdigit() or not 1 <= number <= MOST or len(said) > 3):
        errors["nombre"] = f"Choisissez de 1 à {MOST} évènements."
        number = min(max(number, 1), MOST)
    theme = query.get("theme", "") or "auto"
    if theme not in THEMES:
        errors["theme"], theme = f"Cet affichage n’existe pas{NBSP}: choisissez dans la liste.", "auto"
    return Embed(title[:LONGEST_TITLE].strip(), number, theme, errors)


def titled(search: Search) -> str:
    """The title of an embed that was given none: the search in plain French."""
    return sentence(search) if search.narrowed else "L’agenda de l’orientation"


def codes(search: Search, asked: Embed, sentence: str) -> dict[str, str]:
    """The texts to paste in a page: `frame` and `component`; each value is escaped for HTML once."""
    url, title = absolute(asked.url(search)), asked.title or sentence
    frame = format_html(
        '<iframe src="{}" title="{}" width="100%" height="{}" loading="lazy" referrerpolicy="no-referrer"></iframe>',
        url, title, asked.height,
    )  # fmt: skip
    component = format_html(
        '<script src="{}" async></script>\n<spro-agenda href="{}"><a href="{}">{}</a></spro-agenda>',
        absolute(reverse("agenda_embed_script")), url, absolute(search.url(vue="")), title,
    )  # fmt: skip
    return {"frame": frame, "component": component}


def told(search: Search) -> list[str]:
    """What the code of the page will say of the search, when that could be taken for its reader."""
    said = []
    if search.publics:
        said.append("le public")
    if search.town:
        said.append(f"la commune ({search.town.name})")
    if search.access:
        said.append("l’accessibilité")
    if search.q:
        said.append("les mots cherchés")
    return said

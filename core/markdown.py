"""Markdown that people of the desk write, as HTML that any page may hold (S1, S2; brief: « Markdown with script »).

Two doors: the parser reads no HTML and only the links it knows; what comes out goes through a list of allowed tags,
attributes and schemes besides. Nothing here loads from another site: pictures are those of our own library, written
`![what it shows](image:12)` and given by whoever renders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any
from urllib.parse import urlsplit

import nh3
from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.templatetags.typography import NBSP, french
from core.text import fold

LONGEST = 60_000  # characters of a text; forms refuse more
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_PICTURE = re.compile(r"image:(\d{1,9})")
_LAST_APOSTROPHE = re.compile(r"(?<=\w)'$")
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_TAGS = {
    "p", "br", "strong", "em", "s", *_HEADINGS, "ul", "ol", "li", "blockquote", "code", "pre", "hr", "a", "img",
    "figure", "figcaption", "div", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "rel", "title"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height", "loading"},
    "ol": {"start"},
    "pre": {"tabindex"},
    "div": {"class", "role", "aria-label", "tabindex"},
    "th": {"scope", "class"},
    "td": {"class"},
    **{heading: {"id"} for heading in _HEADINGS},
}


@dataclass(frozen=True)
class Picture:
    """An image of our library: where it is served from, its size in pixels, what it shows (empty: decorative)."""

    url: str
    width: int
    height: int
    alternative: str = ""
    credit: str = ""
    small_url: str = ""
    small_width: int = 0


@dataclass(frozen=True)
class Heading:
    """A heading of a text: its address in the page, its words, its depth (1 for the highest)."""

    anchor: str
    title: str
    depth: int


@dataclass(frozen=True)
class Rendered:
    html: SafeString
    headings: Sequence[Heading] = ()


def render(text: str, *, heading_level: int = 2, pictures: Mapping[int, Picture] | None = None) -> SafeString:
    """`text` as safe HTML. `# Titre` is a heading of `heading_level` (2 to 6), and no level is skipped below it.

    A picture that `pictures` does not hold leaves its words; a link to anything but a page (http, https, mailto, tel,
    our own addresses) leaves what was typed.
    """
    return document(text, heading_level=heading_level, pictures=pictures, anchors=False).html


def document(
    text: str, *, heading_level: int = 2, pictures: Mapping[int, Picture] | None = None, anchors: bool = True
) -> Rendered:
    """As `render`, each heading with an address of its own (one text a page, or addresses would repeat)."""
    tokens = _parser.parse(text)
    headings = _settle_headings(tokens, heading_level, anchors=anchors)
    _settle_tables(tokens)
    _settle_figures(tokens)
    _settle_words(tokens)
    html = _parser.renderer.render(tokens, _parser.options, {"pictures": pictures or {}})
    return Rendered(mark_safe(_clean(html)), headings)


def plain(text: str) -> str:
    """The words of `text` alone, for the search: no mark, no address."""
    return " ".join(" ".join(_words(token) for token in _parser.parse(text) if token.type in _WORDED).split())


def picture_numbers(text: str) -> set[int]:
    """The numbers of the images that `text` shows, wherever they stand in it."""
    images = (child for token in _parser.parse(text) for child in _descendants(token) if child.type == "image")
    found = (_PICTURE.fullmatch(str(image.attrs.get("src", ""))) for image in images)
    return {int(match[1]) for match in found if match}


def refusals(text: str) -> list[str]:
    """What `text` holds that no page will show, one French sentence each: markup, other sites' images, odd links.

    Told beside the field: nothing is dropped in silence.
    """
    said = []
    inline = [child for token in _parser.parse(text) for child in _descendants(token)]
    words = " ".join(child.content for child in inline if child.type == "text")
    if re.search(r"</?[a-zA-Z][^<>]*>|<!--", words):
        said.append("Le HTML n’est pas lu : il s’affiche tel quel. Utilisez la mise en forme décrite dans l’aide.")
    sources = [str(child.attrs.get("src", "")) for child in inline if child.type == "image"]
    if re.search(r"!\[[^\]]*\]\(", words) or not all(_PICTURE.fullmatch(source) for source in sources):
        said.append("Une image vient d’un autre site : ajoutez-la à la bibliothèque, puis écrivez image:NUMÉRO.")
    links = [str(child.attrs.get("href", "")) for child in inline if child.type == "link_open"]
    if re.search(r"(?<!!)\[[^\]]+\]\(\S", words) or any(_PICTURE.fullmatch(link) for link in links):
        said.append(
            "Un lien mène à une adresse refusée : écrivez https://…, mailto:… ou tel:… en entier, ou /… pour nos pages."
        )
    return said


# --- the parser


def _allowed(url: str) -> bool:
    """Whether a link or an image may lead to `url`: allowed schemes, our own paths, anchors, images by number."""
    if _PICTURE.fullmatch(url):
        return True
    if url.startswith(("//", "/\\", "\\")):  # a browser reads them as another site
        return False
    if url.startswith(("/", "#")):
        return True
    try:
        return urlsplit(url).scheme.lower() in SCHEMES
    except ValueError:
        return False


def _image(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """An image of the library; otherwise the words that stand for it."""
    token = tokens[index]
    match = _PICTURE.fullmatch(str(token.attrs.get("src", "")))
    picture: Picture | None = env["pictures"].get(int(match[1])) if match else None
    words = french(_words(token).strip())
    if picture is None:
        return escape(words)
    values = {
        "src": picture.url,
        "alt": words or picture.alternative,
        "width": str(picture.width),
        "height": str(picture.height),
        "loading": "lazy",
    }
    if picture.small_url:
        values["srcset"] = f"{picture.small_url} {picture.small_width}w, {picture.url} {picture.width}w"
        values["sizes"] = "(max-width: 46rem) 100vw, 42rem"
    caption = " ".join(filter(None, (str(token.attrs.get("title", "")), _credit(picture))))
    drawn = "<img " + " ".join(f'{name}="{escape(value)}"' for name, value in values.items()) + ">"
    return drawn + (f"<figcaption>{escape(french(caption))}</figcaption>" if caption and token.meta else "")


def _credit(picture: Picture) -> str:
    return f"Crédit{NBSP}: {picture.credit}" if picture.credit else ""


def _code(tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """What scrolls sideways must be reached by the keyboard."""
    return f'<pre tabindex="0"><code>{escape(tokens[index].content)}</code></pre>\n'


def _make() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(["table", "strikethrough"])
    parser.disable(["html_block", "html_inline"])
    parser.validateLink = _allowed  # type: ignore[method-assign]
    rules: Any = parser.renderer.rules  # type: ignore[attr-defined]
    rules |= {"image": _image, "fence": _code, "code_block": _code}
    return parser


_parser = _make()
_WORDED = frozenset({"inline", "code_block", "fence"})


# --- what we make of its tokens


def _settle_headings(tokens: list[Token], highest: int, *, anchors: bool) -> list[Heading]:
    """Levels from `highest` down, without a gap; an address each if asked."""
    headings: list[Heading] = []
    taken: set[str] = set()
    original: list[int] = []  # the levels typed, from the first down to the present one
    for opening, inline, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type != "heading_open":
            continue
        typed = int(opening.tag[1])
        while original and original[-1] >= typed:
            original.pop()
        original.append(typed)
        opening.tag = closing.tag = f"h{min(highest + len(original) - 1, 6)}"
        if anchors:
            title = " ".join(_words(inline).split())
            anchor = _free(fold(title)[:60].strip().replace(" ", "-") or "partie", taken)
            opening.attrSet("id", anchor)
            headings.append(Heading(anchor, french(title), len(original)))
    return headings


def _free(wanted: str, taken: set[str]) -> str:
    """`t-wanted`, or with a number behind; the prefix keeps it apart from the addresses of the page itself."""
    anchor, number = f"t-{wanted}", 1
    while anchor in taken:
        number += 1
        anchor = f"t-{wanted}-{number}"
    taken.add(anchor)
    return anchor


def _settle_tables(tokens: list[Token]) -> None:
    """A table scrolls in a box of its own; its heads say their column; no style attribute (our policy refuses them)."""
    made: list[Token] = []
    tables = 0
    for index, token in enumerate(tokens):
        if token.type == "table_open":
            tables += 1
            box: dict[str, str | int | float] = {
                "class": "table-wrap",
                "role": "region",
                "aria-label": f"Tableau {tables}",
                "tabindex": "0",
            }
            made.append(Token("box_open", "div", 1, attrs=box, block=True))
        if token.type in {"th_open", "td_open"}:
            _settle_cell(token, empty=not tokens[index + 1].content.strip(), closing=tokens[index + 2])
        made.append(token)
        if token.type == "table_close":
            made.append(Token("box_close", "div", -1, block=True))
    tokens[:] = made


def _settle_cell(cell: Token, *, empty: bool, closing: Token) -> None:
    side = str(cell.attrs.pop("style", "")).removeprefix("text-align:")
    if side in {"right", "center"}:
        cell.attrSet("class", side)
    if cell.tag == "th" and empty:  # a head that says nothing is no head
        cell.tag = closing.tag = "td"
    elif cell.tag == "th":
        cell.attrSet("scope", "col")


def _settle_figures(tokens: list[Token]) -> None:
    """An image alone in its paragraph is a figure, with its caption and its credit."""
    for opening, inline, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        children = inline.children or []
        if opening.type == "paragraph_open" and len(children) == 1 and children[0].type == "image":
            opening.tag = closing.tag = "figure"
            children[0].meta = {"figure": True}


def _settle_words(tokens: list[Token]) -> None:
    """French spaces and apostrophes in what is read, never in code nor in addresses; links out say what they are."""
    for token in tokens:
        children = token.children or []
        for child, after in zip_longest(children, children[1:]):
            if child.type == "text":
                if after is not None and after.nesting == 1:  # l'**accueil**: the letter comes with the next piece
                    child.content = _LAST_APOSTROPHE.sub("’", child.content)
                child.content = french(child.content)
            elif child.type == "link_open" and is_external(str(child.attrs.get("href", ""))):
                child.attrSet("rel", "external noopener noreferrer")


def _words(token: Token) -> str:
    if not token.children:
        return token.content
    return "".join(" " if c.type in {"softbreak", "hardbreak"} else c.content for c in token.children)


def _descendants(token: Token) -> Iterator[Token]:
    for child in token.children or []:
        yield child
        yield from _descendants(child)


# --- the second door


def _clean(html: str) -> str:
    cleaned = nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, attribute_filter=_value, url_schemes=set(SCHEMES), link_rel=None,
        strip_comments=True,
    )  # fmt: skip
    return cleaned.replace("&nbsp;", NBSP)


def _value(tag: str, attribute: str, value: str) -> str | None:
    """The value to write, or None to drop the attribute."""
    if tag == "a" and attribute == "href":
        return value if _allowed(value) else None
    if tag == "img" and attribute == "src":
        return value if value.startswith("/") and not value.startswith("//") else None
    if attribute == "class":
        return value if value in {"table-wrap", "right", "center"} else None
    return value


def is_external(url: str) -> bool:
    """Whether `url` leads to another site than ours."""
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and parts.netloc != urlsplit(settings.SITE_URL).netloc

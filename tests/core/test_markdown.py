"""Markdown of the desk: what comes out is safe whatever comes in, accessible, and French (S1, S2, S4)."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from core import markdown
from core.markdown import Picture, document, picture_numbers, plain, refusals, render

NBSP, THIN = "\u00a0", "\u202f"
PICTURE = Picture("/pages/images/abc.webp", 1200, 800, "Une salle d’accueil", "Région", "/pages/images/abc-s.webp", 640)

INJECTIONS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<iframe src='https://evil.example'></iframe>",
    "<style>*{background:url(//evil.example)}</style>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<form action=//evil.example><input name=password></form>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example/>",
    "<p style='position:fixed' onclick='alert(1)'>x</p>",
    "<!-- <script>alert(1)</script> -->",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](\x01javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x](//evil.example/x)",
    "[x](/\\evil.example/x)",
    "[x](http://[)",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "<javascript:alert(1)@example.org>",
    '[x](/lieux/ "\\"onmouseover=alert(1)")',
    "[x](/lieux/ 'a\"onmouseover=\"alert(1)')",
    "![x](https://evil.example/pixel.gif)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![x](javascript:alert(1))",
    "![x](/media/autre.svg)",
    '![x" onerror="alert(1)](image:1)',
    "![x](image:1 '\" onerror=\"alert(1)')",
    "![x](image:99)",
    "[x](image:1)",
    '```"><script>alert(1)</script>\n<script>alert(1)</script>\n```',
    "    <script>alert(1)</script>",
    "# <script>alert(1)</script>",
    '# "><img src=x onerror=alert(1)>',
    "| a | b |\n|:-:|--:|\n| <script>alert(1)</script> | [x](javascript:alert(1)) |",
    "`<script>alert(1)</script>`",
    "**<b onclick=alert(1)>x</b>**",
    "\x00<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<script>\nalert(1)\n</script>",
    "<div><!--</div>--><script>alert(1)</script>",
    "<<script>script>alert(1)<</script>/script>",
]


class Reader(HTMLParser):
    """What a browser would find: tags and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


@pytest.mark.parametrize("text", INJECTIONS)
def test_S2_nothing_runs_and_nothing_loads_from_elsewhere(text: str) -> None:
    read = Reader(document(text, pictures={1: PICTURE}).html)
    assert read.tags <= markdown._TAGS
    for tag, name, value in read.attributes:
        assert name in markdown._ATTRIBUTES[tag]
        if name == "src":
            assert value == PICTURE.url
        if name == "href":
            assert value.startswith(("https:", "http:", "mailto:", "tel:", "#")) or (
                value.startswith("/") and value[1:2] not in {"/", "\\"}
            )


def test_S2_markup_typed_is_shown_not_read() -> None:
    assert render("<b>gras</b>") == "<p>&lt;b&gt;gras&lt;/b&gt;</p>\n"


def test_the_second_door_holds_alone() -> None:
    """Were the parser to let something through, the list of what is allowed would stop it."""
    dirty = (
        "<p onclick=x style=y class=z>a<script>b</script><a href='javascript:x' target=_blank>c</a>"
        "<a href='//evil.example'>d</a><img src='https://evil.example/p.gif' srcset='x'><iframe src=/></iframe>"
        "<a href='data:x'>e</a><div class=modal>f</div>"
    )
    read = Reader(markdown._clean(dirty))
    assert read.tags == {"p", "a", "img", "div"}
    assert [name for _, name, _ in read.attributes if name != "srcset"] == []


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[o](https://www.onisep.fr/)", '<a href="https://www.onisep.fr/" rel="external noopener noreferrer">o</a>'),
        ("[les lieux](/lieux/?q=a)", '<a href="/lieux/?q=a">les lieux</a>'),
        ("[plus bas](#t-fin)", '<a href="#t-fin">plus bas</a>'),
        ("[écrire](mailto:a@exemple.invalid)", '<a href="mailto:a@exemple.invalid">écrire</a>'),
        ("[appeler](tel:+33300000000)", '<a href="tel:+33300000000">appeler</a>'),
    ],
)  # fmt: skip
def test_links_say_whether_they_leave(text: str, html: str) -> None:
    assert render(text) == f"<p>{html}</p>\n"


def test_a_link_to_our_own_site_is_not_external(settings) -> None:
    settings.SITE_URL = "https://spro.example"
    assert render("[ici](https://spro.example/lieux/)") == '<p><a href="https://spro.example/lieux/">ici</a></p>\n'


def test_S1_headings_start_where_the_page_asks_and_skip_no_level() -> None:
    text = "# A\n\n#### B\n\n##### C\n\n## D\n\n# E"
    assert render(text).replace("\n", "") == "<h2>A</h2><h3>B</h3><h4>C</h4><h3>D</h3><h2>E</h2>"
    assert render(text, heading_level=5).replace("\n", "") == "<h5>A</h5><h6>B</h6><h6>C</h6><h6>D</h6><h5>E</h5>"
    assert render("### Seul").strip() == "<h2>Seul</h2>"


def test_each_heading_of_a_page_has_an_address_of_its_own() -> None:
    made = document("# Vos droits\n\n## L'**entretien** ?\n\n# Vos droits\n\n# !!!")
    assert [(h.anchor, h.title, h.depth) for h in made.headings] == [
        ("t-vos-droits", "Vos droits", 1),
        ("t-l-entretien", f"L’entretien{THIN}?", 2),
        ("t-vos-droits-2", "Vos droits", 1),
        ("t-partie", "!!!", 1),
    ]
    assert f'<h3 id="t-l-entretien">L’<strong>entretien</strong>{THIN}?</h3>' in made.html
    assert "id=" not in render("# Vos droits")


def test_french_typography_but_in_code_and_addresses() -> None:
    assert render("Qui ? \"Vous\" : l'accueil, 12 km… `a : b` <https://a.fr/?x=l'a>") == (
        f'<p>Qui{THIN}? "Vous"{NBSP}: l’accueil, 12{NBSP}km… <code>a : b</code> '
        '<a href="https://a.fr/?x=l\'a" rel="external noopener noreferrer">https://a.fr/?x=l’a</a></p>\n'
    )


def test_S1_a_table_scrolls_in_a_named_box_and_its_heads_say_their_column() -> None:
    html = render("|  | Durée |\n|---|--:|\n| VAE | 24 h |").replace("\n", "")
    assert html == (
        '<div class="table-wrap" role="region" aria-label="Tableau 1" tabindex="0"><table><thead><tr><td></td>'
        '<th class="right" scope="col">Durée</th></tr></thead><tbody><tr><td>VAE</td>'
        f'<td class="right">24{NBSP}h</td></tr></tbody></table></div>'
    )


def test_S1_an_image_alone_is_a_figure_with_its_credit() -> None:
    html = render("![](image:1 'La salle')", pictures={1: PICTURE}).replace("\n", "")
    assert html == (
        '<figure><img src="/pages/images/abc.webp" alt="Une salle d’accueil" width="1200" height="800" loading="lazy" '
        'srcset="/pages/images/abc-s.webp 640w, /pages/images/abc.webp 1200w" '
        f'sizes="(max-width: 46rem) 100vw, 42rem"><figcaption>La salle Crédit{NBSP}: Région</figcaption></figure>'
    )


def test_S1_the_words_typed_come_before_those_of_the_library() -> None:
    html = render("Voir ![L'entrée](image:1) ici", pictures={1: PICTURE})
    assert ('alt="L’entrée"' in html, "figcaption" in html) == (True, False)


def test_an_image_that_is_not_there_leaves_its_words() -> None:
    assert render("![Le plan](image:7)") == "<figure>Le plan</figure>\n"


def test_picture_numbers_are_found_wherever_they_stand() -> None:
    text = "![a](image:3)\n\n- [![b](image:12)](/lieux/)\n\n| x |\n|---|\n| ![c](image:4) |\n\n`![d](image:5)`"
    assert picture_numbers(text) == {3, 4, 12}


def test_plain_words_for_the_search() -> None:
    assert (
        plain("# Titre\n\nUn [lien](https://a.fr) et **gras**\nsuite\n\n- un\n- deux")
        == "Titre Un lien et gras suite un deux"
    )


def test_S4_what_no_page_will_show_is_said() -> None:
    assert refusals("# Bonjour\n\n[a](https://a.fr) ![b](image:2) 3 < 4, a > b") == []
    assert refusals("![x](https://a.fr/x.png)") == refusals("![x](data:image/png;base64,AA)")
    assert [line.split(" : ")[0] for line in refusals("<b>x</b>\n\n![x](https://a.fr/x.png)\n\n[a](javascript:x)")] == [
        "Le HTML n’est pas lu",
        "Une image vient d’un autre site",
        "Un lien mène à une adresse refusée",
    ]


@pytest.mark.parametrize(
    "text", ["*" * 20_000, "[" * 20_000, "> " * 5_000 + "x", "![" * 8_000, "|" * 20_000, "`" * 20_001]
)
def test_a_text_made_to_weigh_is_still_drawn(text: str) -> None:
    assert isinstance(render(text), str)

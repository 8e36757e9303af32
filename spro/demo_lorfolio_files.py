"""The papers of the demonstration's safe: a portrait drawn by us, specimens that prove nothing in the world."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import structlog
from PIL import Image, ImageDraw, ImageFilter

from core import pdf

log = structlog.get_logger("spro.demo")
_SIDE = 480
_FINE = 3  # drawn three times as large, then reduced: smooth edges

PAPERS = (
    ("diplome", "Baccalauréat professionnel (spécimen)", "Relevé de diplôme",
     "Baccalauréat professionnel Métiers du commerce et de la vente, session 2021, mention bien."),
    ("secourisme", "Premiers secours (spécimen)", "Certificat de compétences",
     "Inès Maréchal a suivi la formation aux premiers secours, novembre 2025."),
    ("attestation", "Service civique (spécimen)", "Attestation de service civique",
     "Mission accomplie d’octobre 2025 à juin 2026, vingt-quatre heures par semaine."),
    ("paie", "Bulletin de paie d’août 2025 (spécimen)", "Bulletin de paie", "Document inventé, sans valeur."),
    ("bail", "Attestation d’hébergement (spécimen)", "Attestation d’hébergement", "Document inventé, sans valeur."),
)  # fmt: skip


def documents() -> Iterator[tuple[str, str, bytes]]:
    """`(name, title, bytes)` of each paper: a PDF, or a plain text where no PDF can be drawn."""
    for name, title, heading, text in PAPERS:
        try:
            yield name, title, pdf.draw(_page(heading, text)).data
        except OSError:  # Pango is not here: `make demo` has said so
            yield name, title, f"{heading}\n\n{text}\n".encode()


def extension(data: bytes) -> str:
    return "pdf" if data.startswith(b"%PDF") else "txt"


def _page(heading: str, text: str) -> str:
    return (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{heading}</title></head>'
        f"<body><h1>{heading}</h1><p>{text}</p><p>Spécimen de la démonstration\u00a0: la personne, les établissements"
        " et les faits sont inventés.</p></body></html>"
    )


def portrait() -> bytes:
    """A face in flat shapes, as WebP (480 px): nobody's."""
    side = _SIDE * _FINE
    image = Image.new("RGB", (side, side), "#dfe9e2")
    draw = ImageDraw.Draw(image)

    def oval(x: float, y: float, width: float, height: float, colour: str) -> None:
        draw.ellipse([(x - width / 2) * side, (y - height / 2) * side, (x + width / 2) * side, (y + height / 2) * side],
                     fill=colour)  # fmt: skip

    oval(0.16, 0.2, 0.5, 0.5, "#cfe0d5")
    oval(0.9, 0.75, 0.6, 0.6, "#d4e3da")
    oval(0.5, 0.46, 0.56, 0.66, "#3a2418")  # hair behind
    draw.rounded_rectangle([0.22 * side, 0.45 * side, 0.78 * side, 0.8 * side], 0.16 * side, fill="#3a2418")
    oval(0.5, 1.08, 0.92, 0.66, "#0e4a36")  # shoulders
    draw.polygon([(0.41 * side, 0.74 * side), (0.59 * side, 0.74 * side), (0.5 * side, 0.92 * side)], fill="#f1ede3")
    draw.rounded_rectangle([0.43 * side, 0.6 * side, 0.57 * side, 0.8 * side], 0.06 * side, fill="#c98f6b")
    oval(0.5, 0.47, 0.38, 0.47, "#dca682")  # face
    oval(0.31, 0.5, 0.05, 0.09, "#d39a76")
    oval(0.69, 0.5, 0.05, 0.09, "#d39a76")
    draw.pieslice([0.28 * side, 0.16 * side, 0.72 * side, 0.62 * side], 178, 330, fill="#3a2418")
    draw.pieslice([0.42 * side, 0.17 * side, 0.74 * side, 0.6 * side], 235, 362, fill="#462c1d")
    for x in (0.42, 0.58):
        oval(x, 0.48, 0.06, 0.036, "#ffffff")
        oval(x, 0.48, 0.034, 0.036, "#3b2a20")
        draw.arc(
            [(x - 0.045) * side, 0.415 * side, (x + 0.045) * side, 0.47 * side], 200, 340, fill="#3a2418", width=14
        )
    draw.arc([0.47 * side, 0.47 * side, 0.53 * side, 0.56 * side], 40, 150, fill="#b97b58", width=11)
    draw.chord([0.42 * side, 0.55 * side, 0.58 * side, 0.66 * side], 15, 165, fill="#a9473f")
    for x in (0.37, 0.63):
        oval(x, 0.55, 0.07, 0.045, "#d8957a")
    smooth = image.filter(ImageFilter.GaussianBlur(1.2)).resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    out = BytesIO()
    smooth.save(out, "WEBP", quality=88)
    return out.getvalue()

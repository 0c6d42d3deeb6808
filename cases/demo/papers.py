"""Sample documents of the demo, drawn when it is loaded: readable, and visibly fictitious."""

import io
from collections.abc import Mapping
from datetime import date
from html import escape

from PIL import Image, ImageDraw
from weasyprint import HTML

_STYLE = """
@page { size: A4; margin: 22mm;
  @bottom-center { content: "Document fictif de démonstration"; font-size: 9pt; color: #7a3324 } }
body { font-family: "DejaVu Sans", sans-serif; font-size: 11pt; line-height: 1.5; color: #14313a }
h1 { font-size: 16pt } .head { border-bottom: 1pt solid #8a938f; padding-bottom: 6pt; margin-bottom: 14pt }
"""


def letter(title: str, author: str, dated: date, patient: str, paragraphs: list[str]) -> bytes:
    """A letter or report as a PDF.

    Args:
        dated: date printed on it.
    """
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs if paragraph.strip())
    html = (
        f"<html lang='fr'><head><title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<div class='head'><strong>{escape(author)}</strong><br>Hôpital imaginaire, {dated:%d/%m/%Y}</div>"
        f"<h1>{escape(title)}</h1><p>Patient : {escape(patient)}</p>{body}</body></html>"
    )
    return bytes(HTML(string=html).write_pdf())


def picture(label: str, seed: int) -> bytes:
    """A drawing that stands for an image of an examination, as a PNG."""
    image = Image.new("L", (720, 900), 12)
    draw = ImageDraw.Draw(image)
    for row in range(7):
        top, shift = 90 + row * 110, (row * (seed % 5 + 3)) % 37
        draw.ellipse((230 + shift, top, 470 + shift, top + 86), fill=120 + (row * 13 + seed) % 90)
        draw.rectangle((270 + shift, top + 88, 430 + shift, top + 104), fill=60)
    draw.text((24, 24), f"{label} - FICTIF / DEMONSTRATION", fill=230)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def papers_for(content: Mapping[str, str], patient: str, dated: date, seed: int) -> list[tuple[str, str, str, bytes]]:
    """The documents of one case: type, title, media type, bytes.

    Args:
        content: `first_opinion` and `pathology`, words of the fictitious case.
    """
    first = letter(
        f"Compte rendu de consultation : {content['pathology']}",
        "Dr Mésange (fictif)",
        dated,
        patient,
        [
            f"Situation exposée : « {content['first_opinion']} »" if content["first_opinion"] else "",
            "Ce courrier a été écrit pour la démonstration. Aucune personne n’existe.",
        ],
    )
    return [
        ("consultation_report", "Compte rendu de consultation", "application/pdf", first),
        ("imaging", "Image d’examen", "image/png", picture(content["pathology"][:28], seed)),
    ]

"""Prints an opinion: PDF/A-3a and PDF/UA-1, its content attached as JSON, without a look outside this process."""

import hashlib
import re
import threading
import unicodedata
from dataclasses import dataclass, is_dataclass, replace
from dataclasses import fields as fields_of
from enum import StrEnum
from html import unescape
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from cases.opinions import fonts, words
from cases.opinions.content import Divergence, Kind, OpinionContent, refuse_unprintable, to_json
from cases.opinions.typography import typeset
from ui.dates import say_date, say_time

_ASSETS = Path(__file__).with_name("assets")
_SCHEME = "regard:"
#: The sRGB profile of WeasyPrint, named by ourselves: its own way leaves an open file behind each paper.
_COLOURS = "--srgb"
#: Who reads the paper first: each kind of request has its template and its words (C-TEL-1).
_TEMPLATES = {
    Kind.SECOND_OPINION: "cases/opinions/second_opinion.html",
    Kind.TELE_EXPERTISE: "cases/opinions/tele_expertise.html",
}
_ANNEX = "cases/opinions/annex.html"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A printed paper.

    Args:
        pdf: the bytes, ready to be signed.
        replaced: codes («U+1F600») printed in place of characters that no font has; the preview lists them.
        sha256: of `pdf`, in hexadecimal: what the fresh code confirms.
    """

    pdf: bytes
    replaced: list[str]
    sha256: str


def render_opinion(content: OpinionContent) -> Rendered:
    """The report, or the addendum, as PDF/A-3a. The prognosis is not in it when it stands apart.

    Raises:
        Invalid: a text holds a control character.
    """
    return _render(content, annex=False)


def render_annex(content: OpinionContent) -> Rendered:
    """The prognosis on a paper of its own, for a patient who does not wish to know (C-CON-7).

    Raises:
        Invalid: a text holds a control character.
        ValueError: this opinion has no prognosis that stands apart.
    """
    if not content.has_annex:
        raise ValueError("this opinion has no annex")
    return _render(content, annex=True)


def print_letter(html: str) -> bytes:
    """A plain letter as PDF/UA-1, in the fonts of our papers; what no font draws must be replaced before.

    Args:
        html: a whole document.
    """
    style = _style()
    pdf: bytes = HTML(string=html, url_fetcher=_OwnFiles(), base_url=_SCHEME).write_pdf(
        stylesheets=[style.sheet], font_config=style.fonts, color_profiles=style.profiles, pdf_variant="pdf/ua-1"
    )
    return pdf


def _render(content: OpinionContent, *, annex: bool) -> Rendered:
    refuse_unprintable(content)
    attached = to_json(content, annex=annex)
    replaced: list[str] = []
    inked = _inked(content, content.language, replaced)
    with translation.override(content.language):
        template = _ANNEX if annex else _TEMPLATES[content.kind]
        html = _directed(render_to_string(template, _context(inked, annex=annex)))
        description = _("The content of this paper, for machines")
    attachment = Attachment(
        string=attached.decode(),
        name="outlook.json" if annex else "opinion.json",
        description=description,
        relationship="Source",
        created=content.signed_at,
        modified=content.signed_at,
        url_fetcher=_OwnFiles(),
    )
    style = _style()
    pdf = HTML(string=html, url_fetcher=_OwnFiles(), base_url=_SCHEME).write_pdf(
        stylesheets=[style.sheet],
        font_config=style.fonts,
        color_profiles=style.profiles,
        output_intent=_COLOURS,
        attachments=[attachment],
        pdf_variant="pdf/a-3a",
        finisher=_label_accessible,
        pdf_identifier=hashlib.sha256(attached).digest()[:16],
    )
    return Rendered(pdf, replaced, hashlib.sha256(pdf).hexdigest())


def _inked(value: Any, language: str, replaced: list[str]) -> Any:
    """The same content with each text as it is printed; the codes it took are added to `replaced`."""
    if isinstance(value, StrEnum):
        return value
    if isinstance(value, str):
        text, codes = fonts.printable(value)
        replaced.extend(code for code in codes if code not in replaced)
        return typeset(text, language)
    if isinstance(value, tuple):
        return tuple(_inked(item, language, replaced) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _inked(getattr(value, f.name), language, replaced) for f in fields_of(value)})
    return value


def _directed(html: str) -> str:
    """Each paragraph that takes its direction from its own first letter is told which: the printer does not look."""

    def told(found: re.Match[str]) -> str:
        letters = (unicodedata.bidirectional(mark) for mark in unescape(re.sub(r"<[^>]*>", "", found[3])))
        first = next((kind for kind in letters if kind in ("L", "R", "AL")), "L")
        return f'<{found[1]} dir="{"ltr" if first == "L" else "rtl"}"{found[2]}>{found[3]}</{found[1]}>'

    return re.sub(r'<(p|li) dir="auto"([^>]*)>(.*?)</\1>', told, html, flags=re.DOTALL)


def _context(content: OpinionContent, *, annex: bool) -> dict[str, object]:
    tele = content.kind is Kind.TELE_EXPERTISE
    several = len(content.questions) > 1
    askers = {question.asked_by for question in content.questions}
    birth_date = say_date(content.patient.birth_date, "full")
    return {
        "c": content,
        "annex": annex,
        "title": words.annex_title() if annex else words.paper_title(content),
        "tele": tele,
        "deep": content.divergence is Divergence.DEEP,
        "divergence": words.divergence_sentence(content),
        "relevance": words.relevance_sentence(content),
        "sex": words.sex_words(content.patient.sex),
        "birth_date": birth_date,
        "birth_place": words.place_words(content.patient.birth_place),
        "born": words.born_words(content.patient.sex, birth_date),
        "asked_by": askers.pop() if len(askers) == 1 else "",
        "signed_on": say_date(content.signed_at, "full"),
        "signed_time": say_time(content.signed_at),
        "replaced_on": say_date(content.replaces.signed_at, "full") if content.replaces else "",
        "completed_on": say_date(content.addendum.to_signed_at, "full") if content.addendum else "",
        "version_words": words.version_words(content),
        "copies": [{"name": c.name, "place": c.place, "words": words.reader_words(c.reader)} for c in content.copies],
        "headings": words.headings(tele=tele, several=several),
    }


def _label_accessible(document: object, pdf: Any) -> None:
    """Say in the metadata that the file is PDF/UA-1 too: it is, and WeasyPrint writes one label only."""
    [metadata] = [one for one in pdf.objects if getattr(one, "extra", {}).get("Type") == "/Metadata"]
    [xmp] = metadata.stream
    if xmp.count(b"</rdf:RDF>") != 1:
        raise ValueError("the metadata of the printed paper have an unknown form")
    metadata.stream = [xmp.replace(b"</rdf:RDF>", (_ASSETS / "accessible.xmp").read_bytes() + b"</rdf:RDF>")]


@dataclass(frozen=True, slots=True)
class _Style:
    fonts: FontConfiguration
    profiles: dict[str, Any]
    sheet: CSS


_of_this_thread = threading.local()


def _style() -> _Style:
    """The style sheet and its fonts, loaded once a thread: Pango's font maps are not shared between threads."""
    if not hasattr(_of_this_thread, "style"):
        loaded = FontConfiguration()
        rules = "".join(
            f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; src: url("{face.address}"); }}\n'
            for face in fonts.faces()
        )
        rules += f'@color-profile {_COLOURS} {{ src: url("{_SCHEME}colours"); components: r, g, b; }}\n'
        profiles: dict[str, Any] = {}
        sheet = CSS(
            string=rules + (_ASSETS / "paper.css").read_text(),
            font_config=loaded,
            color_profiles=profiles,
            url_fetcher=_OwnFiles(),
            base_url=_SCHEME,
        )
        _of_this_thread.style = _Style(loaded, profiles, sheet)
    style: _Style = _of_this_thread.style
    return style


class _OwnFiles(URLFetcher):
    """Opens our fonts and our mark, by name, from memory; every other address is refused: no file, no network."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=())

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        for face in fonts.faces():
            if url == face.address:
                return URLFetcherResponse(url, face.data, {"Content-Type": "font/ttf"})
        if url == f"{_SCHEME}image/mark":
            return URLFetcherResponse(url, (_ASSETS / "mark.svg").read_bytes(), {"Content-Type": "image/svg+xml"})
        if url == f"{_SCHEME}colours":
            profile = files("weasyprint") / "pdf" / "sRGB2014.icc"
            return URLFetcherResponse(url, profile.read_bytes(), {"Content-Type": "application/vnd.iccprofile"})
        raise ValueError("a printed paper opens no address")

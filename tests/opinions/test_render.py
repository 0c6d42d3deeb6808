"""The printed paper, looked at with other people's tools: what it is, what it says, what it refuses."""

import dataclasses
import hashlib
import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from weasyprint import HTML

from cases.opinions import fonts
from cases.opinions.checks import check_fonts
from cases.opinions.content import (
    Divergence,
    DivergenceOn,
    OpinionContent,
    Question,
    Relevance,
    texts_of,
    to_json,
)
from cases.opinions.render import _directed, _OwnFiles, render_annex, render_opinion
from cases.opinions.typography import typeset
from errors import Invalid
from tests.opinions.conftest import rendered, rendered_annex
from tests.opinions.samples import ADDENDUM, CORRECTION_APART, ENGLISH, EVERY, SECOND_OPINION, TELE_EXPERTISE
from tests.opinions.validators import (
    assert_pdfa,
    attachments_of,
    fonts_of,
    info_of,
    pdfa_report,
    text_of,
)

every_sample = pytest.mark.parametrize("name", EVERY)


def _pages(pdf: bytes) -> list[str]:
    """The words of each page, in reading order of the page."""
    document = pypdfium2.PdfDocument(pdf)
    found = [re.sub(r"\s+", " ", page.get_textpage().get_text_bounded()) for page in document]
    document.close()
    return found


def _words(text: str, language: str) -> str:
    """A text as `text_of` gives it: set for print, list marks gone, one kind of space."""
    plain = re.sub(r"(?m)^- ", "", text)
    return re.sub(r"\s+", " ", typeset(plain, language)).strip()


def _sentences(text: str, language: str) -> list[str]:
    return [_words(line, language) for line in text.split("\n") if line.strip()]


@every_sample
def test_every_paper_is_tagged_pdfa_3a_with_embedded_fonts_and_its_content(name: str) -> None:
    content, paper = EVERY[name], rendered(name)
    assert_pdfa(paper.pdf)
    info = info_of(paper.pdf)
    assert info["Tagged"] == "yes"
    assert info["JavaScript"] in ("no", "none")
    assert content.reference in info["Title"]
    assert content.patient.birth_name not in info["Title"]
    assert info["Page size"].endswith("(A4)")
    found = fonts_of(paper.pdf)
    assert {font["name"].split("+")[1] for font in found} <= {
        "Regard",
        "Regard-Bold",
        "Regard-Extended",
        "Regard-Extended-Bold",
        "Regard-Fallback",
        "Regard-Fallback-Bold",
    }
    assert all(font["embedded"] and font["subset"] and font["unicode"] for font in found)
    assert attachments_of(paper.pdf) == {"opinion.json": to_json(content)}
    assert paper.sha256 == hashlib.sha256(paper.pdf).hexdigest()
    assert paper.replaced == []


@pytest.mark.parametrize("name", ["tele_expertise", "correction_apart"])
def test_a_paper_is_accessible_too(name: str) -> None:
    """PDF/UA-1: reading order, headings, tables and language for a screen reader."""
    report = pdfa_report(rendered(name).pdf, "PDFUA_1")
    assert report["failed"] == []
    assert report["checks"] > 1000


@every_sample
def test_every_text_is_printed(name: str) -> None:
    content = EVERY[name]
    said = text_of(rendered(name).pdf)
    unsaid = {"language", "patient.sex"}
    if content.has_annex:
        unsaid |= {"prognosis"}
    for path, text in texts_of(content):
        if path in unsaid or (content.addendum and path not in _ADDENDUM_SAYS):
            continue
        for sentence in _sentences(text, content.language):
            assert sentence in said or sentence.upper() in said or _hyphen_free(sentence) in _hyphen_free(said), path


#: What an addendum repeats of the opinion it completes.
_ADDENDUM_SAYS = {"reference", "pathology", "verification_code", "expert.name", "expert.rpps", "patient.birth_name"} | {
    path for path, _text in texts_of(ADDENDUM) if path.startswith(("questions.", "copies."))
}


def _hyphen_free(text: str) -> str:
    # pdftotext joins a line that ends in a hyphen with the next one.
    return text.replace("-", "").replace(" ", "")


@every_sample
def test_code_address_and_page_number_are_at_the_foot_of_every_page(name: str) -> None:
    content = EVERY[name]
    pages = _pages(rendered(name).pdf)
    for number, page in enumerate(pages, 1):
        assert content.verification_code in page
        assert content.verification_address in page
        assert f"{number} / {len(pages)}" in page
        assert content.patient.shown_name in page
        assert content.reference in page
    assert pages[0].count("1980") >= 1


def test_an_opinion_for_a_patient_opens_on_the_plain_summary() -> None:
    pages = _pages(rendered("second_opinion").pdf)
    assert "L’essentiel, en mots simples" in pages[0]
    assert "114 par SMS" in pages[0]
    assert "L’analyse médicale" not in pages[0]
    said = text_of(rendered("second_opinion").pdf)
    order = ["L’essentiel, en mots simples", "Vos questions", "Par rapport au premier avis", "Les options"]
    order += ["Ce dont parler", "L’analyse médicale", "L’évolution possible", "Sur quoi repose", "Dates, incidents"]
    assert [said.index(heading) for heading in order] == sorted(said.index(heading) for heading in order)


def test_a_report_for_a_professional_opens_on_his_question_and_ends_with_words_for_the_patient() -> None:
    said = text_of(rendered("tele_expertise").pdf)
    first = _pages(rendered("tele_expertise").pdf)[0]
    assert "Compte rendu de télé-expertise" in first
    assert "La question posée, et la réponse" in first
    assert "Dr Nadia Khelifi" in first
    assert said.index("Analyse du dossier") < said.index("Pour le patient, en mots simples")
    assert "Deuxième avis" not in said
    assert "N’arrêtez et ne retardez" not in said


def test_the_english_report_is_english() -> None:
    said = text_of(rendered("english").pdf)
    for words in ("Medical second opinion", "The essentials, in plain words", "18 November 2026", "none"):
        assert words in said
    for words in ("L’essentiel", "Dossier", "novembre", "Signé"):
        assert words not in said


def test_the_expert_is_named_as_headed_paper_must() -> None:
    """R.4127-79 (C-DEO-16)."""
    first = _pages(rendered("second_opinion").pdf)[0]
    expert = SECOND_OPINION.expert
    for text in (expert.name, expert.phone, expert.rpps, expert.insurance_position, expert.order_number, "69003 Lyon"):
        assert text in first
    assert "Spécialiste qualifiée en chirurgie orthopédique" in first
    assert "Ordre des médecins" in first


def test_a_preview_with_gaps_prints_no_empty_labels() -> None:
    bare = dataclasses.replace(SECOND_OPINION.expert, phone="", email="", rpps="", insurance_position="", address="")
    said = text_of(render_opinion(dataclasses.replace(ADDENDUM, expert=bare, treating_doctor=None)).pdf)
    for label in ("Tél.", "RPPS", "assurance maladie"):
        assert label not in said


@pytest.mark.parametrize("level", Divergence)
@pytest.mark.parametrize("subject", DivergenceOn)
def test_divergence_is_told_in_words_and_a_deep_one_is_explained(level: Divergence, subject: DivergenceOn) -> None:
    """C-DEO-10."""
    bare = dataclasses.replace(ADDENDUM, addendum=None, divergence=level, divergence_on=subject, questions=())
    said = text_of(render_opinion(bare).pdf)
    meaning = {
        Divergence.NONE_STATED: "Aucun premier avis n’a été communiqué",
        Divergence.CONVERGENT: "Cet avis rejoint le premier",
        Divergence.MINOR: "Cet avis diffère du premier sur",
        Divergence.DEEP: "Cet avis diffère nettement du premier",
        Divergence.UNABLE: "ne permettent pas de se prononcer",
    }
    assert [words for words in meaning.values() if words in said] == [meaning[level]]
    assert ("il faut que vous le sachiez" in said) == (level is Divergence.DEEP)
    if level in (Divergence.CONVERGENT, Divergence.MINOR, Divergence.DEEP):
        start = said.index(meaning[level])
        verdict = said[start : said.index(".", start)]
        assert ("diagnostic" in verdict) == (subject is not DivergenceOn.TREATMENT)
        assert ("traitement" in verdict) == (subject is not DivergenceOn.DIAGNOSIS)
    for code in ("none_stated", "convergent", "minor", "deep", "unable", "both"):
        assert code not in said


def test_remote_relevance_and_incidents_are_said() -> None:
    """C-TEL-2, C-TEL-5."""
    assert "convient à cette situation" in text_of(rendered("second_opinion").pdf)
    assert "interrompu à 40 %" in text_of(rendered("second_opinion").pdf)
    assert "Incidents techniques aucun" in text_of(rendered("tele_expertise").pdf)
    in_person = dataclasses.replace(SECOND_OPINION, relevance=Relevance.NEEDS_IN_PERSON)
    assert "doit être examiné avant toute décision" in text_of(render_opinion(in_person).pdf)


def test_a_correction_says_what_it_replaces_and_why() -> None:
    first = _pages(rendered("correction_apart").pdf)[0]
    assert "remplace la version 1, signée le 18 novembre 2026" in first
    assert "inexacte" in first
    assert "version 2" in first


def test_no_heading_stands_alone_at_the_foot_of_a_page() -> None:
    """Whatever the length of what comes before, and of the first option."""
    long = "\n\n" + "Une voie décrite tout au long, avec ce qu’elle apporte. " * 120
    options = tuple(dataclasses.replace(one, benefits=one.benefits + long) for one in SECOND_OPINION.options)
    papers = [dataclasses.replace(SECOND_OPINION, options=options)]
    for lines in range(10, 18):
        more = "\n\n" + "\n".join(f"- ligne {number}" for number in range(lines))
        papers.append(dataclasses.replace(SECOND_OPINION, summary=SECOND_OPINION.summary + more))
    leading = ("Les options, avec", "L’analyse médicale", "Cette partie est écrite", "Ce que disait", "Documents reçus")
    for paper in papers:
        document = pypdfium2.PdfDocument(render_opinion(paper).pdf)
        for page in document:
            found = [line.strip() for line in page.get_textpage().get_text_bounded().splitlines() if line.strip()]
            # The running lines of the page come last.
            ends = next(
                i for i, line in enumerate(found) if line.startswith(("Camille RENAUD, née", "Vérifier ce doc"))
            )
            assert not found[ends - 1].startswith(leading), found[ends - 3 : ends]
        document.close()


def test_a_code_of_the_place_of_birth_is_said_to_be_one() -> None:
    named = text_of(rendered("second_opinion").pdf)
    assert "Villeurbanne (69266)" in named
    for code, said in (("75056", "Lieu de naissance : code INSEE 75056"), ("", "")):
        patient = dataclasses.replace(SECOND_OPINION.patient, birth_place=code)
        text = text_of(render_opinion(dataclasses.replace(SECOND_OPINION, patient=patient)).pdf).replace("\xa0", " ")
        assert said in text and ("Lieu de naissance" in text) == bool(code)


def test_an_addendum_says_what_it_completes() -> None:
    first = _pages(rendered("addendum").pdf)[0]
    assert "Complément n° 1 au deuxième avis" in first
    assert "s’ajoute à la version 1, signée le 18 novembre 2026" in first
    assert "Votre question complémentaire, et la réponse" in first


def test_a_prognosis_that_stands_apart_is_printed_in_its_annex_alone() -> None:
    """C-CON-7."""
    prognosis = _words(CORRECTION_APART.prognosis, "fr")
    assert prognosis in text_of(rendered("second_opinion").pdf)
    report = text_of(rendered("correction_apart").pdf)
    assert prognosis not in report
    assert "neuf patients sur dix" not in report
    assert "une annexe séparée en parle" in report
    annex = rendered_annex("correction_apart")
    assert_pdfa(annex.pdf)
    pages = _pages(annex.pdf)
    assert "neuf patients sur dix" not in pages[0]
    assert "ne pas souhaiter savoir" in pages[0]
    assert "neuf patients sur dix" in pages[1]
    assert attachments_of(annex.pdf) == {"outlook.json": to_json(CORRECTION_APART, annex=True)}


@pytest.mark.parametrize("content", [SECOND_OPINION, dataclasses.replace(CORRECTION_APART, prognosis=" ")])
def test_no_annex_without_a_prognosis_that_stands_apart(content: OpinionContent) -> None:
    with pytest.raises(ValueError, match="no annex"):
        render_annex(content)


# --- what people type


def _with_answer(text: str, base: OpinionContent = ADDENDUM) -> OpinionContent:
    return dataclasses.replace(base, questions=(Question(text="Et ?", asked_by="Camille", answer=text),))


def test_control_characters_never_reach_the_printer() -> None:
    with pytest.raises(Invalid) as refused:
        render_opinion(_with_answer("a\0b"))
    assert list(refused.value.fields) == ["questions.0.answer"]


def test_what_no_font_draws_is_printed_as_its_code_and_listed_once() -> None:
    paper = render_opinion(_with_answer("Bien 🦴 dormi 🦴, 医生, \ue000 et \U000e0041."))
    assert paper.replaced == ["U+1F9B4", "U+533B", "U+751F", "U+E000", "U+E0041"]
    said = text_of(paper.pdf)
    assert "Bien [U+1F9B4] dormi [U+1F9B4], [U+533B][U+751F], [U+E000] et [U+E0041]." in said
    assert_pdfa(paper.pdf)


def test_marks_that_turn_the_line_around_are_shown() -> None:
    paper = render_opinion(_with_answer("dose \u202e001\u202c mg"))
    assert paper.replaced == ["U+202E", "U+202C"]
    assert "dose [U+202E]001[U+202C] mg" in text_of(paper.pdf)


def test_invisible_marks_leave_no_trace() -> None:
    paper = render_opinion(_with_answer("in\u00advi\u200bsi\ufeffble\u2060 ❤\ufe0f"))
    assert paper.replaced == []
    assert "invisible ❤" in text_of(paper.pdf)
    assert_pdfa(paper.pdf)


@pytest.mark.parametrize(
    "text",
    [
        "Łódź, Şırnak, Ňůž, Ǆ, ẞ, ‰, ≤ ≥ ± µ × → α β Δ",
        "Ελληνικά, Русский, Ўзбек, ქართული, Հայերեն",
        "العربية مكتوبة هنا 12 mg",
        "עברית כאן, 12 mg",
        "e\u0301te\u0301, n\u0303, x\u0302\u0323",
        "① ½ ⅔ ² ³ № € ₽ ✓ ✗ ♀ ♂",
    ],
)
def test_other_scripts_and_signs_are_printed_in_good_pdfa(text: str) -> None:
    paper = render_opinion(_with_answer(text))
    assert paper.replaced == []
    assert_pdfa(paper.pdf)
    assert all(font["embedded"] for font in fonts_of(paper.pdf))


def test_markup_and_template_language_are_text() -> None:
    hostile = (
        '"><svg onload=x> {{7*7}} {% debug %} <img src="file:///etc/passwd"> <link rel=attachment href="/etc/passwd">'
    )
    paper = render_opinion(_with_answer(hostile, SECOND_OPINION))
    assert hostile.replace(" ", "") in text_of(paper.pdf).replace(" ", "")
    assert set(attachments_of(paper.pdf)) == {"opinion.json"}
    assert_pdfa(paper.pdf)


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:1/",
        "https://example.org/x.png",
        "data:text/plain,x",
        "ftp://127.0.0.1/x",
        "regard:font/../../etc/passwd",
        "regard:",
        "//127.0.0.1/x",
        "/etc/passwd",
    ],
)
def test_the_printer_opens_no_address(address: str) -> None:
    with pytest.raises(ValueError, match="opens no address"):
        _OwnFiles().fetch(address)


def test_the_printer_opens_no_address_even_from_within(caplog: pytest.LogCaptureFixture) -> None:
    opened: list[str] = []

    class Watching(_OwnFiles):
        def fetch(self, url: str, headers: Any = None) -> Any:
            opened.append(url)
            return super().fetch(url, headers)

    html = '<img alt=x src="file:///etc/hostname"><p style="background:url(http://127.0.0.1:1/)">x</p>'
    pdf = HTML(string=html, url_fetcher=Watching()).write_pdf()
    assert sorted(opened) == ["file:///etc/hostname", "http://127.0.0.1:1/"]
    assert b"/Subtype /Image" not in pdf


def test_each_paragraph_runs_in_the_direction_of_its_first_letter() -> None:
    html = _directed(
        '<p dir="auto">12 mg &lt;b&gt;</p><li dir="auto"><strong>12</strong> عنصر</li><p dir="auto">12 כאן x</p>'
    )
    assert re.findall(r'dir="(\w+)"', html) == ["ltr", "rtl", "rtl"]
    document = pypdfium2.PdfDocument(render_opinion(_with_answer("כאן, 12 mg")).pdf)
    text = document[0].get_textpage()
    where = text.get_text_range().index("mg")
    assert text.get_charbox(where)[0] > document[0].get_width() / 2, "a Hebrew paragraph begins at the right"
    document.close()


def test_a_word_longer_than_the_line_stays_on_the_paper() -> None:
    word = "x" * 400
    long = dataclasses.replace(
        SECOND_OPINION,
        questions=(Question(text=word, asked_by=word, answer=word),),
        options=(dataclasses.replace(SECOND_OPINION.options[0], title=word, benefits=word, risks=word),),
        documents=(dataclasses.replace(SECOND_OPINION.documents[0], title=word, author=word),),
        patient=dataclasses.replace(SECOND_OPINION.patient, used_name="W" * 80),
    )
    paper = render_opinion(long)
    document = pypdfium2.PdfDocument(io.BytesIO(paper.pdf))
    for page in document:
        width = page.get_width()
        text = page.get_textpage()
        for index in range(text.count_chars()):
            left, _bottom, right, _top = text.get_charbox(index)
            assert left >= 0
            assert right <= width - 40
    document.close()


def test_lists_and_paragraphs_follow_the_plain_text_rules() -> None:
    pdf = render_opinion(_with_answer("Un.\n\nDeux :\n- trois\n- quatre")).pdf
    assert "Un. Deux : • trois • quatre" in text_of(pdf)


def test_several_threads_print_at_once() -> None:
    contents = [ADDENDUM, TELE_EXPERTISE, ENGLISH, ADDENDUM]
    with ThreadPoolExecutor(max_workers=4) as pool:
        papers = list(pool.map(render_opinion, contents))
    for content, paper in zip(contents, papers, strict=True):
        assert content.reference in text_of(paper.pdf)
        assert_pdfa(paper.pdf)


# --- the tools themselves


def test_verapdf_refuses_what_is_broken() -> None:
    """Negative controls: a validator that accepts everything proves nothing."""
    plain = HTML(string="<p>x</p>").write_pdf()
    assert not pdfa_report(plain)["compliant"]
    assert not pdfa_report(b"%PDF-1.7 nothing")["compliant"]
    pdf = rendered("addendum").pdf

    def broken(harm: Callable[[pikepdf.Pdf], None]) -> list[str]:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            harm(document)
            out = io.BytesIO()
            document.save(out)
        failed: list[str] = pdfa_report(out.getvalue())["failed"]
        return [rule.split(":")[0] for rule in failed]

    def nothing(document: pikepdf.Pdf) -> None:
        pass

    def unrelate(document: pikepdf.Pdf) -> None:
        del document.Root.AF[0].AFRelationship

    def untag(document: pikepdf.Pdf) -> None:
        del document.Root.MarkInfo

    def uncolour(document: pikepdf.Pdf) -> None:
        del document.Root.OutputIntents

    assert broken(nothing) == []
    assert "6.8-3" in broken(unrelate)
    assert "6.7.2.2-1" in broken(untag)
    assert any(rule.startswith("6.2.4.3") for rule in broken(uncolour))


def test_every_face_draws_french_and_the_fallback_draws_what_is_missing() -> None:
    assert [face.family for face in fonts.faces()] == [
        family for family in ("Regard", "Regard Extended", "Regard Fallback") for _weight in fonts.WEIGHTS
    ]
    first = fonts.faces()[0]
    assert set(map(ord, "àâçéèêëîïôœùûüÿæÀÉŒ«»’…–—•° \u00a0")) <= first.marks
    assert fonts.printable("≤ µg") == ("≤ µg", [])


def test_missing_fonts_are_named_before_anyone_prints(settings: Any, tmp_path: Path) -> None:
    assert check_fonts(None) == []
    fonts.faces.cache_clear()
    settings.BASE_DIR = tmp_path
    assert [one.id for one in check_fonts(None)] == ["cases.E020"]
    fonts.faces.cache_clear()


def test_weights_are_cut_once_and_kept(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    fonts.faces.cache_clear()
    first = fonts.faces()
    kept = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "fonts").iterdir()}
    assert len(kept) == 4
    fonts.faces.cache_clear()
    assert fonts.faces() == first
    assert {file.name: file.stat().st_mtime_ns for file in (tmp_path / "fonts").iterdir()} == kept
    fonts.faces.cache_clear()

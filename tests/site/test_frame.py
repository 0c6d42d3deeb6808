"""What every page has: a language, a title, one h1, a way back, valid HTML; nothing foreign, nothing inline.

Here each page as its first reader sees it; the parts pages_… of `make proof` look at those of everybody.
"""

from pathlib import Path

import pytest

from tests.site.album import CHAPTERS, chapter
from tests.site.judging import ROOT, checked, frame_faults, markup_faults, report
from tests.site.stage import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.matrix]
STYLES = ("platform/ui/static/ui/ui.css",)
#: For paper: the words of the print engine, which no browser reads.
PAPER = "cases/opinions/assets/paper.css"


@pytest.mark.asvs("3.6.1")
@pytest.mark.asvs("3.4.3")
@pytest.mark.asvs("14.2.3")
@pytest.mark.parametrize("name", CHAPTERS)
def test_every_page_has_its_frame_and_asks_nobody_else(stage: Stage, name: str) -> None:
    pages = chapter(stage, name)
    assert {page.language for page in pages} == {"fr", "en"}
    faults = frame_faults(pages)
    assert not faults, report(faults)


def test_every_page_is_valid_html(stage: Stage, tmp_path: Path) -> None:
    faults = markup_faults([page for name in CHAPTERS for page in chapter(stage, name)], tmp_path)
    assert not faults, report(faults)


def test_the_checker_sees_a_fault(tmp_path: Path) -> None:
    (tmp_path / "wrong.html").write_text('<!doctype html><html lang="fr"><title>x</title><p><div></p></html>')
    assert checked("--skip-non-html", str(tmp_path))


def test_every_style_sheet_is_valid() -> None:
    told = checked("--css", *(str(ROOT / name) for name in STYLES))
    # Chromium and the specification know it, the checker does not yet.
    told = [one for one in told if "field-sizing" not in str(one["message"])]
    assert not told, "\n".join(f"{one.get('url')}:{one.get('lastLine')}: {one['message']}" for one in told)
    known = {
        str(path.relative_to(ROOT)) for part in ("platform", "cases", "cms") for path in (ROOT / part).rglob("*.css")
    }
    assert known == {*STYLES, PAPER}, "a style sheet nobody checks"

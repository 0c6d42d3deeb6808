"""The stylesheet and the script: small, readable in both schemes, nothing from elsewhere; and the French words."""

import gzip
import re
from pathlib import Path

import polib
import pytest

import ui

STATIC = Path(str(ui.__file__)).parent / "static" / "ui"
ROOT = Path(__file__).resolve().parents[2]
CSS = (STATIC / "ui.css").read_text(encoding="utf-8")
JS = (STATIC / "ui.js").read_text(encoding="utf-8")


def schemes() -> dict[str, dict[str, str]]:
    """The colours of each scheme, by token."""
    tokens = CSS[CSS.index("@layer tokens {") : CSS.index("@layer base {")]
    light, dark = tokens.split("@media screen and (prefers-color-scheme: dark)")
    read = [dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})\b", part)) for part in (light, dark)]
    return {"light": read[0], "dark": {**read[0], **read[1]}}


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2) of #rrggbb."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


GROUNDS = ("paper", "surface", "sunk")
TEXT = [
    *[(ink, ground) for ink in ("ink", "ink-soft", "brand", "brand-deep", "late-ink") for ground in GROUNDS],
    *[("ink", f"{state}-bg") for state in ("you", "done", "pause", "late")],
    *[(f"{state}-ink", f"{state}-bg") for state in ("you", "done", "pause", "late")],
    ("on-brand", "brand"),
    ("on-brand", "brand-deep"),
    ("ink", "brand-tint"),
    ("ink-soft", "brand-tint"),
    ("brand", "brand-tint"),
    ("brand-deep", "brand-tint"),
    ("brand", "you-bg"),
]
CONTROLS = [
    *[("line-strong", ground) for ground in ("paper", "surface")],
    *[("accent", ground) for ground in ("paper", "surface")],
    ("brand", "line"),
    *[("focus", "focus-edge")],
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_is_at_five_to_one_or_better(scheme: str, ink: str, ground: str) -> None:
    colours = schemes()[scheme]
    assert contrast(colours[ink], colours[ground]) >= 5, f"{ink} on {ground}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("line", "ground"), CONTROLS)
def test_controls_are_at_three_to_one_or_better(scheme: str, line: str, ground: str) -> None:
    colours = schemes()[scheme]
    assert contrast(colours[line], colours[ground]) >= 3, f"{line} on {ground}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_ring_is_seen_on_every_ground(scheme: str) -> None:
    """The ring has two colours: one of them always stands out."""
    colours = schemes()[scheme]
    for ground in (*GROUNDS, "brand", "you-bg", "late-bg", "brand-tint"):
        assert max(contrast(colours[ring], colours[ground]) for ring in ("focus", "focus-edge")) >= 3, ground


def test_both_schemes_name_every_colour_used() -> None:
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", CSS))
    named = set(re.findall(r"--([a-z0-9-]+):", CSS))
    assert used <= named
    body = CSS[CSS.index("@layer base {") : CSS.index("@media print")]
    assert re.findall(r"#[0-9a-f]{3,8}\b(?!:)", re.sub(r"#pane-\w+", "", body)) == []


def test_the_stylesheet_stays_under_12_kb_and_the_script_under_6_kb_compressed() -> None:
    assert len(gzip.compress(CSS.encode(), 9)) < 12 * 1024
    assert len(gzip.compress(JS.encode(), 9)) < 6 * 1024


def test_nothing_comes_from_elsewhere() -> None:
    assert re.findall(r"url\(\"?([^\")]+)", CSS) == [
        "../vendor/fonts/atkinson-hyperlegible-next-latin-wght-normal.woff2"
    ]
    assert "@import" not in CSS
    assert "http" not in CSS.replace('href^="http"', "")
    assert "http" not in JS


@pytest.mark.parametrize(
    "word", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "localStorage",
             "sessionStorage", "document.cookie", "setAttribute(\"style\"", ".style."]
)  # fmt: skip
def test_the_script_never_turns_data_into_markup_and_keeps_nothing(word: str) -> None:
    assert word not in JS


def test_the_stylesheet_answers_what_people_ask_of_their_system() -> None:
    for query in ("prefers-color-scheme: dark", "prefers-reduced-motion", "forced-colors: active", "@media print"):
        assert query in CSS


# --- French


PO = polib.pofile(str(ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po"))


def french_texts() -> list[str]:
    return [text for entry in PO for text in ([entry.msgstr] if entry.msgstr else entry.msgstr_plural.values())]


def test_french_has_an_unbreakable_space_before_high_signs() -> None:
    for text in french_texts():
        bare = re.sub(r"<[^>]+>|%\(\w+\)s", "", text)
        assert not re.search(r"[^\u00a0]\s*[;:!?»]", bare) or re.search(r"\u00a0[;:!?»]", bare), text
        assert not re.search(r" [;:!?»]|« ", bare), text
        assert "'" not in bare, f"typewriter apostrophe: {text}"

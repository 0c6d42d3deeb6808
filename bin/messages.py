"""Texts for translation: `collect` them from the code, `check` that French is complete, `compile` them for the site.

English is the language of the code, so only French has a catalogue. Compiling needs no system tool; collecting and
checking need GNU gettext.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po"
SOURCES = ("platform", "experts", "consent", "cases", "legal", "cms")


def compile_catalogue() -> int:
    """Write the binary catalogue the site reads, if the source is newer."""
    target = CATALOGUE.with_suffix(".mo")
    if not CATALOGUE.exists() or (target.exists() and target.stat().st_mtime >= CATALOGUE.stat().st_mtime):
        return 0
    fresh = target.with_suffix(".mo.new")
    polib.pofile(str(CATALOGUE)).save_as_mofile(str(fresh))
    fresh.replace(target)
    return 0


def extract(locale: Path) -> polib.POFile:
    """The texts the code holds now, merged with the translations in `locale`, which is written to."""
    with tempfile.TemporaryDirectory(prefix="sr-texts-") as folder:
        work = Path(folder)
        for name in SOURCES:
            if (ROOT / name).is_dir():
                shutil.copytree(
                    ROOT / name, work / name, ignore=shutil.ignore_patterns("*.pyc", "__pycache__", "migrations")
                )
        shutil.copytree(locale, work / "locale", ignore=shutil.ignore_patterns("*.mo"))
        command = [
            sys.executable,
            "-m",
            "django",
            "makemessages",
            "-l",
            "fr",
            "--no-obsolete",
            "--add-location",
            "file",
        ]
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        subprocess.run(command, cwd=work, env=environment, check=True, stdout=subprocess.DEVNULL)
        return polib.pofile(str(work / "locale" / "fr" / "LC_MESSAGES" / "django.po"), wrapwidth=120)


def collect() -> int:
    """Write the catalogue anew: texts from the code, translations from before."""
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    catalogue = extract(ROOT / "locale")
    for entry in catalogue:
        # A guess is worse than nothing: it would be shown.
        if entry.fuzzy:
            entry.flags.remove("fuzzy")
            entry.msgstr = ""
            entry.msgstr_plural = dict.fromkeys(entry.msgstr_plural, "")
        entry.previous_msgctxt = entry.previous_msgid = entry.previous_msgid_plural = None
    catalogue.metadata = {
        "Project-Id-Version": "Second Regard",
        "Language": "fr",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n > 1);",
    }
    catalogue.header = "French texts of Second Regard. Written by `make messages`; translations are edited here."
    catalogue.save(str(CATALOGUE))
    print(f"{len(catalogue)} texts, {len(catalogue.untranslated_entries())} not translated")
    return compile_catalogue()


def check() -> int:
    """Whether the catalogue holds exactly the texts of the code, all translated, placeholders included."""
    if not CATALOGUE.exists():
        print("There is no French catalogue: run make messages")
        return 1
    before = polib.pofile(str(CATALOGUE))
    now = {(entry.msgctxt, entry.msgid) for entry in extract(ROOT / "locale")}
    held = {(entry.msgctxt, entry.msgid) for entry in before}
    faults = [f"not in the catalogue: {text!r}" for _, text in sorted(now - held, key=str)]
    faults += [f"no longer in the code: {text!r}" for _, text in sorted(held - now, key=str)]
    faults += [f"not translated: {entry.msgid!r}" for entry in before.untranslated_entries()]
    faults += [f"a guess: {entry.msgid!r}" for entry in before.fuzzy_entries()]
    with tempfile.TemporaryDirectory(prefix="sr-texts-") as folder:
        done = subprocess.run(
            ["msgfmt", "--check", "-o", f"{folder}/django.mo", str(CATALOGUE)], capture_output=True, text=True
        )
        if done.returncode:
            faults.append(done.stderr)
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit({"collect": collect, "check": check, "compile": compile_catalogue}[sys.argv[1]]())

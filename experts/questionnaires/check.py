"""What is wrong in questionnaire files: format, references, place in the tree, typography of both languages.

`manage.py check_questionnaires [--fix] [file …]`, or `PYTHONPATH=platform python -m experts.questionnaires.check`.

With no file, checks all of them. `--fix` rewrites the typography of the files first, which is for texts that are still
being written: a published version never changes.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experts.questionnaires import typography
from experts.questionnaires.format import COMMON, problems

FOLDER = Path(__file__).resolve().parent.parent / "pathologies"


def texts(part: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text of a body as (where, language, text)."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key in ("fr", "en"):
                for item in value if isinstance(value, list) else [value]:
                    yield path, key, item
            else:
                yield from texts(value, f"{path}/{key}")
    elif isinstance(part, list):
        for number, value in enumerate(part):
            name = value.get("code", value.get("id", number)) if isinstance(value, dict) else number
            yield from texts(value, f"{path}/{name}")


def fixed(part: Any) -> Any:
    """The same body with its typography set right."""
    if isinstance(part, dict):
        return {
            key: typography.fix(value, key) if key in ("fr", "en") and isinstance(value, str) else fixed(value)
            for key, value in part.items()
        }
    if isinstance(part, list):
        return [fixed(value) for value in part]
    return part


def file_problems(file: Path, *, common: Any = None) -> list[str]:
    """Faults of one file: JSON, format, place in the tree, typography of both languages."""
    try:
        body = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        return [f"not JSON: {error}"]
    found = problems(body, common=common)
    if not found and (file.parent.name, file.stem) != (body["pathology"], f"v{body['version']}"):
        found.append(f"the file should be {body['pathology']}/v{body['version']}.json")
    for where, language, text in texts(body):
        found += [f"{where} ({language}): {fault}" for fault in typography.faults(text, language)]
    return found


def main(arguments: list[str] | None = None) -> int:
    """Run the check; the answer is the number of files at fault, for the shell."""
    parser = argparse.ArgumentParser(prog="experts.questionnaires.check", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--fix", action="store_true", help="set the typography right before checking")
    options = parser.parse_args(arguments)
    files = [file.resolve() for file in options.files] or sorted(FOLDER.glob("*/v*.json"))
    if options.fix:
        for file in files:
            body = json.loads(file.read_text(encoding="utf-8"))
            file.write_text(json.dumps(fixed(body), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    newest = sorted((FOLDER / COMMON).glob("v*.json"), key=lambda file: int(file.stem[1:]))
    common = json.loads(newest[-1].read_text(encoding="utf-8")) if newest else None
    wrong = 0
    for file in files:
        found = file_problems(file, common=None if file.parent.name == COMMON else common)
        wrong += bool(found)
        sys.stdout.write(f"{file.parent.name}/{file.name}: {'sound' if not found else f'{len(found)} to correct'}\n")
        sys.stdout.writelines(f"  {fault}\n" for fault in found)
    return min(wrong, 100)


if __name__ == "__main__":
    sys.exit(main())

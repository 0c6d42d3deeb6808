"""The questionnaire files that come with the product."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from experts.questionnaires.format import COMMON, Body, QuestionnaireError, validate

FOLDER = Path(__file__).resolve().parent.parent / "pathologies"
_NAME = re.compile(r"v([1-9][0-9]{0,3})\.json")


def versions(code: str) -> dict[int, Path]:
    """The files of a pathology (or of the common block) by version, oldest first."""
    found = {int(name[1]): file for file in (FOLDER / code).glob("v*.json") if (name := _NAME.fullmatch(file.name))}
    return dict(sorted(found.items()))


def codes() -> list[str]:
    """Every code that has a file, the common block first."""
    found = sorted({file.parent.name for file in FOLDER.glob("*/v*.json") if _NAME.fullmatch(file.name)} - {COMMON})
    return [COMMON, *found]


@cache
def load(code: str, version: int | None = None) -> Body:
    """The questionnaire of a file, checked.

    Args:
        version: the newest one when not given.

    Raises:
        LookupError: there is no such file.
        QuestionnaireError: the file breaks the format.
    """
    known = versions(code)
    number = version if version is not None else max(known, default=0)
    if number not in known:
        raise LookupError(f"no questionnaire {code!r}, version {version or 'any'}")
    try:
        body: Any = json.loads(known[number].read_text(encoding="utf-8"))
    except ValueError as error:
        raise QuestionnaireError([f"{code}/v{number}.json is not JSON: {error}"]) from error
    validate(body, common=None if code == COMMON else load(COMMON))
    if (body["pathology"], body["version"]) != (code, number):
        raise QuestionnaireError([f"{code}/v{number}.json says {body['pathology']} version {body['version']}"])
    return body  # type: ignore[no-any-return]


def index() -> list[dict[str, Any]]:
    """The pathologies in their order: code, names, plain words, and the words that find them."""
    return json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))["pathologies"]  # type: ignore[no-any-return]

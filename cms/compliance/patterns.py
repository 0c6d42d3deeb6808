"""How a line of the tables is written, and its translation into a regular expression of bounded cost.

    meilleur* {2} (chirurgien*|equipe*)     a word with any ending, at most two words between, one of several
    *mab   *scop*                           a word with any beginning, with any of both
    (tres)? renomme                         what may be missing; parentheses may stand in parentheses
    <doctor>                                any of a list of words given at the head of the table
    #   #year                               a number in figures; a year
    _                                       any word
    ^   ^orange                             any word, this word, if written with a capital
    ^^   ^^^                                a capital and small letters, as in a name; another capital within, as in a
                                            trade name
    .  ,  :  %  €                           signs, each a word of its own; "." is any end of a sentence

Words are written in lower case without accents; apostrophes and hyphens part words. Every repetition that the
translation writes has an upper bound, so that looking for a line at one place costs at most a constant.
"""

import re
from collections.abc import Iterable, Mapping

_ELEMENT = re.compile(r"\s*(?:\{(?P<gap>\d{1,2})\}|(?P<open>\()|(?P<close>\)\??)|(?P<bar>\|)|(?P<plain>[^\s()|{}]+))")
#: Before a word, written with a capital or not.
_BEGIN = r" \^{0,3}"
_BEGINNING = "[^ .,:^]{1,20}"
_ENDING = "[^ .,:]{0,20}"
_WORD = "[^ .,:/%€$£★®+#&<>]{1,40}"
_BETWEEN = "(?: [^ .:]{1,40}){0,%s}?"

Words = Mapping[str, list[str]]


class WrongPattern(ValueError):
    """A line of a table that cannot be read."""


def _word(text: str, words: Words) -> str:
    """The expression for one element, the space before it included."""
    if text.startswith("<") and text.rstrip("?").endswith(">"):
        name = text.rstrip("?")[1:-1]
        if name not in words:
            raise WrongPattern(f"no list of words is called {text}")
        return _choice([_sequence(option, words) for option in words[name]], text[len(name) + 2 :])
    if text == "_":
        return f" {_WORD}"
    if text in ("^", "^^", "^^^"):
        return rf" \^{{{len(text)},3}}{_WORD}"
    if text == "#":
        return " [0-9][0-9,]{0,12}"
    if text == "#year":
        return " (?:19|20)[0-9]{2}"
    bare = text.removeprefix("^")
    stem, star, rest = bare.removeprefix("*").partition("*")
    if rest or "?" in stem or "^" in stem or not stem:
        raise WrongPattern(f"not understood: {text!r}")
    expression = (_BEGINNING if bare.startswith("*") else "") + re.escape(stem) + (_ENDING if star else "")
    return rf" \^{{1,3}}{expression}" if text.startswith("^") else _BEGIN + expression


def _choice(options: Iterable[str], after: str = "") -> str:
    """The expression for one of several; `after` is "?" where it may be missing.

    How words begin is written once for all that begin so, and a first letter once for all words that begin with it.
    """
    found = list(options)
    alike: dict[str, list[str]] = {}
    for option in found:
        if option.startswith(_BEGIN):
            rest = option.removeprefix(_BEGIN)
            letter = rest[0] if rest[0].isalnum() else ""
            alike.setdefault(letter, []).append(rest.removeprefix(letter))
    others = [option for option in found if not option.startswith(_BEGIN)]
    words = [f"{letter}(?:{'|'.join(rests)})" for letter, rests in alike.items()]
    one = f"{_BEGIN}(?:{'|'.join(words)})"
    if alike and not others and not after:
        return one
    return f"(?:{'|'.join([one, *others] if alike else others)}){after}"


def _sequence(text: str, words: Words) -> str:
    """The expression for a line."""
    elements = list(_ELEMENT.finditer(text.strip()))
    if "".join(element[0] for element in elements) != text.strip() or not elements:
        raise WrongPattern(f"not understood: {text!r}")
    # Each level holds the options of one parenthesis, the last of them still growing.
    levels: list[list[list[str]]] = [[[]]]
    for element in elements:
        if element["gap"]:
            levels[-1][-1].append(_BETWEEN % element["gap"])
        elif element["open"]:
            levels.append([[]])
        elif element["bar"]:
            levels[-1].append([])
        elif element["close"]:
            options = levels.pop()
            if not levels or not all(options):
                raise WrongPattern(f"a parenthesis without its other half, or an empty choice: {text!r}")
            levels[-1][-1].append(_choice(("".join(option) for option in options), element["close"][1:]))
        else:
            levels[-1][-1].append(_word(element["plain"], words))
    if len(levels) != 1 or len(levels[0]) != 1:
        raise WrongPattern(f"a parenthesis without its other half, or a choice outside of one: {text!r}")
    return "".join(levels[0][0])


def translate(lines: Iterable[str], words: Words) -> re.Pattern[str] | None:
    """One expression for any of the lines, to be searched in `Reading.line`; None where there is no line.

    Raises:
        WrongPattern: a line cannot be read.
    """
    expressions = [_sequence(line, words) for line in lines]
    if not expressions:
        return None
    return re.compile(f"(?:{_choice(expressions)})(?= )")

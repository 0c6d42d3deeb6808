"""A text as the rules read it: plain words in lower case, without accents or disguise, and where each stood.

Accents, ligatures, wide and mathematical letters, look-alike letters of other alphabets, invisible characters and
letters spaced out all come down to the same plain words. One pass over the text: the cost grows with its length alone.
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from cms.compliance.rules import little_words

#: No word of the rules is longer; a longer run of letters is read in pieces.
LONGEST_WORD = 40
#: Letters spaced out are read as a word from so many on.
_SPACED = 4
#: A sign that stands for a whole sentence is none of the rules'; it must not make the text many times longer.
_LONGEST_UNFOLDING = 4

_UNFOLDED = {
    "œ": "oe",
    "æ": "ae",
    "ß": "ss",
    "ø": "o",
    "đ": "d",
    "ł": "l",
    "ı": "i",
    "×": "x",
    "⁄": "/",
    "∕": "/",
    "⭐": "★",
    "🌟": "★",
    "☆": "★",
    "✩": "★",
    "✮": "★",
    "✭": "★",
    "✪": "★",
    "®": "®",
    "™": "®",
    "℠": "®",
    "£": "£",
}
_LOOKALIKES = str.maketrans("аеорсхіукмтвнѕјԁɡαορνικτ", "aeopcxiykmtbhsjdgaopvikt")
_APOSTROPHES = "'’‘ʼ`´′‛＇"

_TOKEN = re.compile(
    rf"(?P<number>\d{{1,{LONGEST_WORD}}}(?:[.,]\d{{1,9}}(?![.,]?\d))?)"
    rf"|(?P<word>[^\W\d_]{{1,{LONGEST_WORD}}})"
    r"|(?P<stop>\n[ \t]*\n|\n(?=[ \t]*[-•*])|[.!?…;])"
    r"|(?P<sign>[,:/%€$£★®+#&<>])"
    r"|(?P<dash>(?<=\s)[-–—](?=\s)|[—])"
)
_SPACER = re.compile(r"[ \u00a0._*·\-]")
#: A full stop after these ends no sentence.
_ABBREVIATIONS = frozenset(
    (
        "dr",
        "drs",
        "pr",
        "prof",
        "profs",
        "m",
        "mr",
        "mrs",
        "ms",
        "mme",
        "mlle",
        "st",
        "ste",
        "no",
        "vs",
        "art",
        "p",
        "fig",
    )
    + ("cf", "al", "env", "approx")
)


@lru_cache(maxsize=4096)
def _fold(character: str) -> str:
    """A character in its plain form: no letter at all, one, or two."""
    if character in _UNFOLDED:
        return _UNFOLDED[character]
    if character in _APOSTROPHES:
        return "'"
    category = unicodedata.category(character)
    if category in ("Cf", "Mn", "Me", "Cc") and not character.isspace():
        return ""
    if character in "\u2028\u2029\u0085\r":
        return "\n"
    if category in ("Zs",) or character == "\t":
        return " "
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    plain = plain.casefold().translate(_LOOKALIKES)
    return "".join(_UNFOLDED.get(part, part) for part in plain[:_LONGEST_UNFOLDING])


def fold(text: str) -> tuple[str, list[int]]:
    """The text in plain characters, and for each of them the offset it comes from."""
    characters: list[str] = []
    origins: list[int] = []
    for offset, character in enumerate(text):
        for plain in _fold(character):
            characters.append(plain)
            origins.append(offset)
    return "".join(characters), origins


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign, and where it stands in the original text."""

    text: str
    start: int
    end: int


class Reading:
    """A text as words.

    Attributes:
        line: the words, each after one space, and one space at the end; "^" before those with a capital, "^^" where
            small letters follow it, "^^^" where another capital follows these; "." stands for any end of a sentence.
        tokens: the same with their places in the original.
    """

    def __init__(self, original: str) -> None:
        self.original = original
        self.plain, self.origins = fold(original)
        self.tokens = self._tokens()
        marked = [f" {self._capitals(token)}{token.text}" for token in self.tokens]
        self.line = "".join(marked) + " "
        self._starts: list[int] = []
        self._sentences: list[int] = []
        place = sentence = 0
        for token, word in zip(self.tokens, marked, strict=True):
            self._starts.append(place)
            self._sentences.append(sentence)
            place += len(word)
            sentence += token.text == "."

    def index(self, place: int) -> int:
        """The token that stands at an offset of `line`."""
        return bisect_right(self._starts, place) - 1

    def sentence(self, index: int) -> int:
        """The number of the sentence a token belongs to."""
        return self._sentences[index]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where two tokens begin and end in the original."""
        return self.tokens[first].start, self.tokens[last].end

    def _capitals(self, token: Token) -> str:
        """The mark for how a word was written."""
        letters = [character for character in self.original[token.start : token.end] if character.isalpha()]
        if not letters or not unicodedata.normalize("NFKD", letters[0])[:1].isupper():
            return ""
        if token.text in little_words():
            return "^"
        shape = "".join("a" if letter.islower() else "A" for letter in letters[:LONGEST_WORD])
        return "^^^" if "aaAa" in shape else "^^" if "aa" in shape else "^"

    def _token(self, text: str, start: int, end: int) -> Token:
        return Token(text, self.origins[start], self.origins[end - 1] + 1)

    def _tokens(self) -> list[Token]:
        found: list[Token] = []
        letters: list[re.Match[str]] = []

        def give_back() -> None:
            if len(letters) >= _SPACED:
                word = "".join(letter[0] for letter in letters)[:LONGEST_WORD]
                found.append(self._token(word, letters[0].start(), letters[-1].end()))
            else:
                found.extend(self._token(letter[0], *letter.span()) for letter in letters)
            letters.clear()

        for match in _TOKEN.finditer(self.plain):
            kind = match.lastgroup
            if letters and match.start() - letters[-1].end() > 0 and not self._spaced(letters, match):
                # A lone word of one letter before, as in «a p.a.t.i.e.n.t», belongs to no word spaced out.
                rest = letters[-1:] if len(letters) < _SPACED and self._spaced(letters[-1:], match) else []
                del letters[len(letters) - len(rest) :]
                give_back()
                letters.extend(rest)
            if kind == "word" and len(match[0]) == 1:
                letters.append(match)
                continue
            if kind == "stop" and match[0] == "." and letters and self._letter_follows(match.end()):
                continue
            give_back()
            text = match[0]
            if kind == "stop":
                if text == "." and self._abbreviates(found):
                    continue
                text = "."
            elif kind == "dash":
                text = ","
            elif kind == "number":
                text = text.replace(".", ",")
            found.append(self._token(text, *match.span()))
        give_back()
        return found

    def _spaced(self, letters: list[re.Match[str]], match: re.Match[str]) -> bool:
        """Whether what follows goes on a word spaced out, as «m e i l l e u r»: the same thin sign between all."""
        end = letters[-1].end()
        between = self.plain[letters[0].end()]
        return match.start() - end == 1 and self.plain[end] == between and _SPACER.match(between) is not None

    @staticmethod
    def _abbreviates(found: list[Token]) -> bool:
        """Whether the last word is cut short: «Dr», or the initial of a name, «Mme R»."""
        last = [token.text for token in found[-2:]]
        return bool(last) and (last[-1] in _ABBREVIATIONS or (len(last[-1]) == 1 and last[0] in _ABBREVIATIONS))

    def _letter_follows(self, place: int) -> bool:
        """Whether a letter stands alone there, as in «m.e.i.l.l.e.u.r»."""
        here = self.plain[place : place + 2]
        return here[:1].isalpha() and not here[1:2].isalpha()

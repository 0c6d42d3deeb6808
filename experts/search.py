"""Finding a pathology by what a person types: accents, case, word order, plurals and typing errors are forgiven."""

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from accounts.names import fold_name
from experts.models import Pathology

#: More than this is never read: nobody types so much to name a disease.
LONGEST = 200
#: Below this share of likeness a word is another word.
ALIKE = 0.76
#: Below this a pathology is not listed.
ENOUGH = 0.6
#: What a match on each kind of word is worth.
WORTH = {"name": 1.0, "synonyms": 0.97, "misspellings": 0.97, "symptoms": 0.85}
#: Words that say nothing of a disease, nor of one doctor.
_EMPTY_WORDS = frozenset(
    (
        "a",
        "ai",
        "an",
        "and",
        "au",
        "aux",
        "avec",
        "avoir",
        "c",
        "ce",
        "cette",
        "chez",
        "d",
        "dans",
        "de",
        "depuis",
        "des",
        "disease",
        "docteur",
        "doctor",
        "dr",
        "du",
        "elle",
        "en",
        "est",
        "et",
        "for",
        "from",
        "gros",
        "have",
        "he",
        "i",
        "il",
        "in",
        "is",
        "it",
        "j",
        "je",
        "l",
        "la",
        "le",
        "les",
        "ma",
        "maladie",
        "mes",
        "moi",
        "mon",
        "my",
        "n",
        "ne",
        "of",
        "on",
        "ou",
        "par",
        "pas",
        "pour",
        "pr",
        "prof",
        "professeur",
        "professor",
        "qu",
        "que",
        "qui",
        "s",
        "sa",
        "she",
        "ses",
        "son",
        "sur",
        "the",
        "to",
        "un",
        "une",
        "with",
        "y",
        "douleur",
        "douleurs",
        "pain",
    )
)


@dataclass(frozen=True)
class PathologyMatch:
    """A pathology and how well it answers.

    Args:
        score: from 0 to 1; 1 is the name itself. 0 when everything is listed.
    """

    pathology: Pathology
    score: float


def rank(text: str, language: str, pathologies: Iterable[Pathology]) -> list[PathologyMatch]:
    """The pathologies that answer a text, best first; all of them by name when nothing is asked.

    Args:
        text: what was typed, in either language.
        language: the reader's language; names in it win a tie.
        pathologies: those to choose from.
    """
    asked = words_of(text[:LONGEST])
    if not asked:
        found = [PathologyMatch(pathology, 0) for pathology in pathologies]
    else:
        scored = [PathologyMatch(p, max(_scores(asked, p, language), default=0)) for p in pathologies]
        found = [match for match in scored if match.score >= ENOUGH]
    return sorted(found, key=lambda match: (-match.score, fold_name(match.pathology.name_in(language))))


def words_of(text: str) -> list[str]:
    """The folded words that say something; all of them when none does."""
    every = fold_name(text).split()
    return [word for word in every if word not in _EMPTY_WORDS] or every


def _scores(asked: list[str], pathology: Pathology, language: str) -> Iterable[float]:
    yield _likeness(asked, words_of(pathology.code.replace("_", " ")))
    for lang, name in (("fr", pathology.name_fr), ("en", pathology.name_en)):
        # A hair less for the other language, so that a tie goes to the reader's own.
        share = 1.0 if language.startswith(lang) else 0.999
        yield _likeness(asked, words_of(name)) * WORTH["name"] * share
        for kind in ("synonyms", "misspellings", "symptoms"):
            for term in pathology.terms.get(kind, {}).get(lang, ()):
                yield _likeness(asked, words_of(term)) * WORTH[kind] * share


def _likeness(asked: list[str], term: list[str]) -> float:
    """How much two lists of words say the same: all that was asked is in the term, or the whole term was said."""
    of_asked = [max(alike(word, other) for other in term) for word in asked]
    of_term = [max(alike(other, word) for other in asked) for word in term]
    covers_asked = sum(of_asked) / len(asked) if min(of_asked) >= ALIKE else 0
    covers_term = sum(of_term) / len(term) if min(of_term) >= ALIKE else 0
    if not covers_asked and not covers_term:
        return 0
    # The whole of both is best; a short beginning of a long name is good; one word of a long sentence is less.
    return max(covers_asked, covers_term) * 0.85 + min(covers_asked, covers_term) * 0.15


def alike(word: str, known: str) -> float:
    """1 for the same word, less for a beginning or an ending added, less for a typing error, 0 for another word."""
    if word == known:
        return 1
    shorter, longer = sorted((len(word), len(known)))
    if shorter >= 3 and (known.startswith(word) or (word.startswith(known) and shorter >= 0.7 * longer)):
        return 0.9
    if shorter < 4:
        return 0
    likeness = fuzz.ratio(word, known) / 100
    return likeness * 0.95 if likeness * 0.95 >= ALIKE else 0

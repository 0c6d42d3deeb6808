"""How these pages say what is stored."""

from ui.dates import NBSP


def phone_words(number: str) -> str:
    """A French number in pairs, as people say it; any other as it is kept."""
    bare = number.replace(" ", "")
    if len(bare) == 10 and bare.isdigit():
        return NBSP.join(bare[place : place + 2] for place in range(0, 10, 2))
    return number

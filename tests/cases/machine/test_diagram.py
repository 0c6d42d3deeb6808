"""`docs/state-machine.md` shows the state machine there is."""

from cases.machine.diagram import PAGE, draw, page
from tests.cases.machine.rules import TABLE


def test_the_page_is_drawn_from_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(text), "draw it again: python bin/state_machine.py"


def test_the_drawing_has_every_move() -> None:
    drawn = draw()
    assert all(f"| `{move}` |" in drawn for move in TABLE)

"""The life of a case: one table of moves, one function that makes them."""

from cases.machine.engine import may, moves_open_to, perform

__all__ = ["may", "moves_open_to", "perform"]

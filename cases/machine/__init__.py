"""The life of a case: one table of moves, one function that makes them."""

from cases.machine.engine import STAGE, may, moves_open_to, perform, refusals

__all__ = ["STAGE", "may", "moves_open_to", "perform", "refusals"]

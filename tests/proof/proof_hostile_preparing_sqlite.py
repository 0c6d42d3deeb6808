"""Hostile input on SQLite, one request of three: preparing."""

from tests.site.proving import _stage, hostile_input, stage  # noqa: F401 (fixtures)

NAMES = ("preparing",)
EVERY = 3
test_nothing_breaks = hostile_input

"""Hostile input on PostgreSQL: preparing."""

from tests.site.proving import _stage, hostile_input, stage  # noqa: F401 (fixtures)

NAMES = ("preparing",)
EVERY = 1
test_nothing_breaks = hostile_input

"""Hostile input on PostgreSQL: desk, expert, requester."""

from tests.site.proving import _stage, hostile_input, stage  # noqa: F401 (fixtures)

NAMES = ("desk", "expert", "requester")
EVERY = 1
test_nothing_breaks = hostile_input

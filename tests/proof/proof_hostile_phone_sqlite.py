"""Hostile input on SQLite, one request of three: phone, technical, experts_desk."""

from tests.site.proving import _stage, hostile_input, stage  # noqa: F401 (fixtures)

NAMES = ("phone", "technical", "experts_desk")
EVERY = 3
test_nothing_breaks = hostile_input

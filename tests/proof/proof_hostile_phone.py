"""Hostile input on PostgreSQL: phone, technical, experts_desk."""

from tests.site.proving import _stage, hostile_input, stage  # noqa: F401 (fixtures)

NAMES = ("phone", "technical", "experts_desk")
EVERY = 1
test_nothing_breaks = hostile_input

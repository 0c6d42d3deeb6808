"""Hostile input on SQLite, one request of three: public, account, opening, patient."""

from tests.site.proving import _stage, hostile_input, stage  # noqa: F401 (fixtures)

NAMES = ("public", "account", "opening", "patient")
EVERY = 3
test_nothing_breaks = hostile_input

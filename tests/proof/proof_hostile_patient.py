"""Hostile input on PostgreSQL: public, account, opening, patient."""

from tests.site.proving import _stage, hostile_input, stage  # noqa: F401 (fixtures)

NAMES = ("public", "account", "opening", "patient")
EVERY = 1
test_nothing_breaks = hostile_input

"""The decision function: `decide`, `require` and `visible_to`, built from the one table of `access.policy`."""

from access.decisions import Decision, Rights, decide, require, rights_of, visible_to
from access.policy import Rule, register_provider, register_rules, rules

__all__ = [
    "Decision",
    "Rights",
    "Rule",
    "decide",
    "register_provider",
    "register_rules",
    "require",
    "rights_of",
    "rules",
    "visible_to",
]

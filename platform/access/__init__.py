"""The decision function: `decide`, `require` and `visible_to`, built from the one table of `access.policy`."""

from access.decisions import Decision, decide, require, visible_to
from access.policy import Rule, register_provider, register_rules, rules

__all__ = ["Decision", "Rule", "decide", "register_provider", "register_rules", "require", "rules", "visible_to"]

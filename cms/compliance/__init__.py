"""What the Order's rules forbid in a public text: self-praise, comparison, testimonials, rankings, promises (C-DEO-1).

`check(text, language=…, place=…)` answers findings. The rules are the tables in `tables/`, one for each language and
one for what reads alike in all; `patterns` says how their lines are written. Nothing here knows Wagtail or
the database.
"""

from cms.compliance.engine import check
from cms.compliance.findings import Code, Finding, Place, Severity

__all__ = ["Code", "Finding", "Place", "Severity", "check"]

"""Every page of every reader, both languages, on a phone and a desk: public, account, elsewhere, opening, technical."""

from tests.site.proving import _stage, every_page, stage  # noqa: F401 (fixtures)

NAMES = ("public", "account", "elsewhere", "opening", "technical")
test_nothing_is_wrong = every_page

"""Every page of every reader, in both languages, on a phone and on a desk: patient, preparing."""

from tests.site.proving import _stage, every_page, stage  # noqa: F401 (fixtures)

NAMES = ("patient", "preparing")
test_nothing_is_wrong = every_page

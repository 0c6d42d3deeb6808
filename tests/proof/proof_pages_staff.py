"""Every page of every reader, in both languages, on a phone and on a desk: phone, desk, experts_desk."""

from tests.site.proving import _stage, every_page, stage  # noqa: F401 (fixtures)

NAMES = ("phone", "desk", "experts_desk")
test_nothing_is_wrong = every_page

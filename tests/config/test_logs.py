"""Log lines say where something broke, never what somebody entered."""

import logging
import sys

import pytest
from django.conf import settings
from django.test import RequestFactory

from config.logs import LineFormatter
from config.pages import reference_of


def record(**extra: object) -> logging.LogRecord:
    made = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Internal Server Error: %s", ("/x/",), None)
    made.__dict__.update(extra)
    return made


@pytest.mark.asvs("16.2.5")
def test_the_text_of_an_exception_stays_out() -> None:
    try:
        try:
            raise ValueError("born on 12 March 1961")
        except ValueError as error:
            raise KeyError("Mme Exemple") from error
    except KeyError:
        text = LineFormatter("%(message)s").format(record(exc_info=sys.exc_info()))
    assert "Exemple" not in text.replace('raise KeyError("Mme Exemple") from error', "")
    assert "1961" not in text.replace('raise ValueError("born on 12 March 1961")', "")
    assert "builtins.ValueError" in text
    assert text.endswith("builtins.KeyError")
    assert "test_logs.py" in text


def test_the_reference_of_the_error_page_stands_in_the_line() -> None:
    request = RequestFactory().get("/x/")
    assert f"reference {reference_of(request)}" in LineFormatter("%(message)s").format(record(request=request))


def test_every_handler_uses_this_form() -> None:
    used = {handler["formatter"] for handler in settings.LOGGING["handlers"].values()}
    assert {settings.LOGGING["formatters"][name]["()"] for name in used} == {"config.logs.LineFormatter"}
    assert not logging.getLogger("django").handlers

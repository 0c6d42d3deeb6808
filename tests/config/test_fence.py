"""The fence around the tests holds."""

import socket
import urllib.request

import pytest
from django.template import engines
from django.template.loader import get_template

import clock
from tests.harness.fence import NetworkRefused, UnknownVariable


def test_no_other_machine_can_be_reached() -> None:
    with pytest.raises(NetworkRefused), socket.create_connection(("192.0.2.1", 80), timeout=1):
        pass
    with pytest.raises(NetworkRefused):
        urllib.request.urlopen("http://192.0.2.1/", timeout=1)


def test_an_unknown_variable_of_our_templates_fails() -> None:
    template = get_template("ui/errors/500.html")
    with pytest.raises(UnknownVariable, match="reference"):
        template.render({})


def test_library_templates_may_leave_variables_out() -> None:
    template = engines["django"].from_string("[{{ nothing_of_that_name }}]")
    assert template.render({}) == "[]"


def test_travel_sets_the_clock_for_one_test(travel: object) -> None:
    instant = clock.now().replace(year=2031)
    travel(instant)  # type: ignore[operator]
    assert clock.now() == instant

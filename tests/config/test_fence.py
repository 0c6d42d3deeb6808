"""The fence around the tests holds."""

import socket
import urllib.request

import pytest
from django.template import Context, Origin, Template, engines

import clock
from tests.harness.fence import ROOT, NetworkRefused, UnknownVariable


def test_no_other_machine_can_be_reached() -> None:
    with pytest.raises(NetworkRefused), socket.create_connection(("192.0.2.1", 80), timeout=1):
        pass
    with pytest.raises(NetworkRefused):
        urllib.request.urlopen("http://192.0.2.1/", timeout=1)


def test_an_unknown_variable_of_our_templates_fails() -> None:
    origin = Origin(name=str(ROOT / "cms/templates/cms/sample.html"))
    template = Template("{{ nothing_of_that_name }}", origin=origin, engine=engines["django"].engine)
    with pytest.raises(UnknownVariable, match="cms/sample.html names .*nothing_of_that_name"):
        template.render(Context())


def test_library_templates_may_leave_variables_out() -> None:
    template = engines["django"].from_string("[{{ nothing_of_that_name }}]")
    assert template.render({}) == "[]"


def test_travel_sets_the_clock_for_one_test(travel: object) -> None:
    instant = clock.now().replace(year=2031)
    travel(instant)  # type: ignore[operator]
    assert clock.now() == instant

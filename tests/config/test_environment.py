"""The reader of the environment."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment


def test_flags_numbers_and_words() -> None:
    env = Environment({"TLS": " On ", "PORT": "8443", "ALLOWED_HOSTS": "a.example, b.example"})
    assert env.flag("TLS") is True
    assert env.number("PORT") == 8443
    assert env.number("WEB_WORKERS") == 2
    assert env.words("ALLOWED_HOSTS") == ["a.example", "b.example"]
    env.finish()


def test_a_number_that_is_none_is_refused() -> None:
    env = Environment({"PORT": "http"})
    assert env.number("PORT") == 0
    with pytest.raises(ImproperlyConfigured, match="PORT must be a whole number"):
        env.finish()

"""People and messages for these tests."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from notify import register_secret, register_template, texts


@pytest.fixture
def make_user(db: None) -> Any:
    """`make_user("name@example.org", language="en")`: somebody with an account."""

    def make(email: str, language: str = "fr") -> Any:
        model = get_user_model()
        fields = {"email": email}
        if any(field.name == "language" for field in model._meta.get_fields()):
            fields["language"] = language
        else:
            fields["username"] = email
        user = model.objects.create(**fields)
        user.language = language
        return user

    return make


@pytest.fixture
def samples() -> Iterator[None]:
    """Two messages: a plain one and one with a code."""
    before = dict(texts._templates), dict(texts._secrets)
    register_template(
        "sample.plain", "{site}: news about your file", "Your file {reference} waits for you until {due}."
    )
    register_template("sample.code", "{site}: your code", "Your code is {code}.", variables=("code",), in_app=False)
    register_secret("sample.code", lambda mail: {"code": "012345"})
    yield
    texts._templates.clear()
    texts._templates.update(before[0])
    texts._secrets.clear()
    texts._secrets.update(before[1])

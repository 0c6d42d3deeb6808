"""The browser of the tests leaves the rest of its process as it was."""

import asyncio

import pytest
from django.db import connections
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_between_its_calls_no_loop_is_seen(live_server: LiveServer, page: Page) -> None:
    connection = connections["default"]
    seen = []
    page.on("request", lambda request: seen.append(request.url))
    page.on("dialog", lambda dialog: dialog.dismiss())
    with page.expect_response(lambda answer: answer.url.endswith("/en/")) as answered:
        page.goto(f"{live_server.url}/en/")
    assert answered.value.status == 200
    assert seen

    async def answer() -> int:
        return 42

    assert asyncio.run(answer()) == 42
    assert connections["default"] is connection
    assert page.locator("h1").count() == 1

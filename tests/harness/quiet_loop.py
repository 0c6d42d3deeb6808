"""Keeps the browser driver's event loop out of sight between its own calls.

Playwright's synchronous interface leaves its loop marked as running in the thread of the tests. Django then takes every
query for one made inside a loop and keeps other connections for it, a forked child finds those of before, and nothing
may call `asyncio.run` (the signing library does). Here the loop is marked as running only while Playwright waits.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import greenlet
import pytest
from playwright._impl import _sync_base
from playwright.sync_api import BrowserContext, Frame, Page, Playwright, WebSocket, Worker, sync_playwright

# What makes its futures before it waits, and therefore looks for the running loop; listening does so too.
_EXPECTING = (BrowserContext, Frame, Page, WebSocket, Worker)


@contextmanager
def _marked(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    asyncio._set_running_loop(loop)
    try:
        yield
    finally:
        # A handler of an event runs in a greenlet of its own, inside the loop, and goes back into it.
        if greenlet.getcurrent().parent is None:
            asyncio._set_running_loop(None)


def _expecting(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        with _marked(self._loop):
            return method(self, *args, **kwargs)

    return call


@contextmanager
def playwright() -> Iterator[Playwright]:
    """Playwright, whose loop is seen by nobody else."""
    wait, enter = _sync_base.wait_for_future, _sync_base.EventContextManager.__enter__

    def quiet_wait(loop: asyncio.AbstractEventLoop, *args: Any) -> None:
        with _marked(loop):
            wait(loop, *args)

    def quiet_enter(self: Any) -> Any:
        with _marked(self._event._sync_base._loop):
            return enter(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_sync_base, "wait_for_future", quiet_wait)
        patch.setattr(_sync_base.EventContextManager, "__enter__", quiet_enter)
        for name in ("on", "once", "remove_listener"):
            patch.setattr(_sync_base.SyncBase, name, _expecting(getattr(_sync_base.SyncBase, name)))
        for kind in _EXPECTING:
            for name in [name for name in vars(kind) if name.startswith("expect_")]:
                patch.setattr(kind, name, _expecting(getattr(kind, name)))
        manager = sync_playwright()
        started = manager.__enter__()
        asyncio._set_running_loop(None)
        try:
            yield started
        finally:
            asyncio._set_running_loop(manager._loop)
            manager.__exit__()
            asyncio._set_running_loop(None)

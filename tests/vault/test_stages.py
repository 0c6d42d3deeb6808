"""A step in a thread: order, errors, and its end."""

import threading

import pytest

from vault.stages import Stage


def test_items_are_done_in_order_and_the_first_ones_by_the_caller() -> None:
    done: list[tuple[int, str]] = []
    stage: Stage[int] = Stage(
        lambda n: done.append((n, threading.current_thread().name)), "worker", at_once=2, waiting=3
    )
    for number in range(20):
        stage.put(number)
    stage.end()
    assert [number for number, _name in done] == list(range(20))
    assert {name for number, name in done if number >= 2} == {"worker"}
    assert "worker" not in {name for number, name in done if number < 2}


def test_an_error_comes_back_once_and_later_items_are_let_go() -> None:
    done = []

    def work(number: int) -> None:
        if number == 3:
            raise ValueError("three")
        done.append(number)

    stage: Stage[int] = Stage(work, "worker", at_once=0, waiting=1)

    def put_all() -> None:
        for number in range(1000):
            stage.put(number)
        stage.end()

    with pytest.raises(ValueError, match="three"):
        put_all()
    stage.drop()
    assert done == [0, 1, 2]
    assert "worker" not in {thread.name for thread in threading.enumerate()}


def test_a_stage_without_items_starts_nothing() -> None:
    stage: Stage[int] = Stage(print, "worker", at_once=0, waiting=1)
    stage.end()
    stage.drop()
    assert "worker" not in {thread.name for thread in threading.enumerate()}

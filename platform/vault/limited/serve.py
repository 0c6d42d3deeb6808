"""How a child lives: limits, libraries, rights given up, one task, one last word."""

import json
import sys
from collections.abc import Callable
from typing import Any

from vault.limited import confine
from vault.limited.pipes import Line
from vault.limited.refusals import Refused

Run = Callable[[Line], dict[str, Any]]


def serve(load: Callable[[dict[str, Any]], Run]) -> None:
    """Do the task given as JSON in the first argument; standard input and output are the two pipes.

    Args:
        load: imports all that the task needs and returns it ready to run; after it no file can be opened.
    """
    task = json.loads(sys.argv[1])
    confine.limit(memory=task["memory"], seconds=task["seconds"])
    line = Line(0, 1)
    run = load(task)
    held = confine.confine()
    try:
        answer = run(line) | {"held": held}
    except Refused as refusal:
        answer = {"refused": refusal.code}
    except MemoryError:
        answer = {"refused": "too_heavy"}
    except Exception as error:  # noqa: BLE001
        # A parser may raise anything on a file made to break it; each means that the file cannot be read.
        answer = {"refused": "unreadable", "kind": type(error).__name__}
    line.send(b"E", json.dumps(answer).encode())

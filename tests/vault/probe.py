"""A child that tries what it may not do, for the tests of its limits. Runs like vault/limited/worker.py."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def load(task: dict[str, Any]) -> Any:
    """The wish of the test."""

    def run(line: Any) -> dict[str, Any]:
        try:
            WISHES[task["wish"]](task, line)
        except OSError as error:
            return {"stopped": type(error).__name__}
        return {"stopped": ""}

    return run


def spin(task: dict[str, Any], line: Any) -> None:
    while True:
        pass


WISHES: dict[str, Any] = {
    "nothing": lambda task, line: None,
    "network": lambda task, line: socket.socket().connect(("127.0.0.1", task["port"])),
    "read": lambda task, line: Path(task["path"]).read_bytes(),
    "write": lambda task, line: Path(task["path"]).write_bytes(b"clear"),
    "program": lambda task, line: subprocess.run(["/bin/true"], check=True),
    "kill": lambda task, line: os.kill(os.getppid(), 0),
    "memory": lambda task, line: bytearray(8 << 30),
    "spin": spin,
    "sleep": lambda task, line: time.sleep(600),
    "die": lambda task, line: os._exit(3),
    "abort": lambda task, line: os.abort(),
    "flood": lambda task, line: line.send(b"P", bytes(64 << 20)),
    "babble": lambda task, line: os.write(1, b"Z" * 100),
    "other file": lambda task, line: line.ask(7, 0, 10),
    "beyond": lambda task, line: line.ask(0, 0, 1 << 30),
    "environment": lambda task, line: sys.exit(len(set(os.environ) - {"LANG", "LC_CTYPE", *task["allowed"]})),
    "descriptors": lambda task, line: [os.fstat(number) for number in range(3, 64)],
}

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parents[2] / "platform"))
    from vault.limited.serve import serve

    serve(load)

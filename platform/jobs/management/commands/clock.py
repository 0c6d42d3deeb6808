"""`manage.py clock`: starts what is due, and nothing else."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from jobs.schedule import tick
from jobs.worker import ROUNDS, forgiving


class Command(BaseCommand):
    """Ticks until stopped."""

    help = "Start what is due in the table of schedules. Any number of clocks may run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Once, or for ever."""
        parser.add_argument("--once", action="store_true", help="tick once and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Tick."""
        if options["once"]:
            self._report(tick())
            return
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        while not stopping.is_set():
            close_old_connections()
            self._report(forgiving(tick) or [])
            stopping.wait(ROUNDS)

    def _report(self, started: list[str]) -> None:
        for name in started:
            self.stdout.write(f"started {name}")
        self.stdout.flush()

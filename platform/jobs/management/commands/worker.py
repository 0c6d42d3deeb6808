"""`manage.py worker`: does the background work and starts what is due."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from jobs.worker import LANES, Worker


class Command(BaseCommand):
    """Works until stopped; SIGTERM lets the current job finish."""

    help = "Run background jobs and start what is due. SIGTERM lets the current job finish."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which queues, and whether to end when they are empty."""
        parser.add_argument("--queues", default="", help="only these queues, separated by commas (default: all)")
        parser.add_argument("--until-empty", action="store_true", help="end when nothing is left to do now")
        parser.add_argument("--no-clock", action="store_true", help="leave starting what is due to `manage.py clock`")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work."""
        queues = [queue for queue in options["queues"].split(",") if queue]
        worker = Worker(
            lanes=(queues or None,) if queues or options["until_empty"] else LANES,
            until_empty=options["until_empty"],
            clock=not options["no_clock"],
        )
        worker.stop_on_signals()
        self.stdout.write(f"worker {worker.id} is ready")
        self.stdout.flush()
        worker.run()
        self.stdout.write(f"worker {worker.id} has ended after {worker.done} jobs")

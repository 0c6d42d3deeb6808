"""Measure the figures of the product: every file tests/bench/bench_*.py, on a PostgreSQL that keeps its promises.

Writes docs/figures.md with the commit, the machine and each figure beside its goal.
"""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from postgres import cluster
from proof import commit

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "var" / "bench.figures"
PAGE = ROOT / "docs" / "figures.md"


def machine() -> str:
    """Cores and memory of this machine."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3
    return f"{os.cpu_count()} cores, {pages:.0f} GiB, Python {sys.version.split()[0]}"


def main() -> int:
    """Run the measurements, then write the page."""
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.unlink(missing_ok=True)
    with cluster(careless=False) as database:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "DATABASE_URL": database,
            "RUN_NAME": "bench",
            "FIGURES_FILE": str(FIGURES),
        }
        command = [
            ROOT / ".venv/bin/pytest",
            "-q",
            "-s",
            "--create-db",
            "--timeout",
            "1800",
            "-o",
            "python_files=bench_*.py",
        ]
        done = subprocess.run([*command, ROOT / "tests" / "bench"], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL)
    figures = [json.loads(line) for line in FIGURES.read_text().splitlines()] if FIGURES.exists() else []
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    lines = ["# Figures", "", f"Written by `make bench`: {at}, {machine()}, commit {commit()}.", ""]
    lines += ["| figure | value | goal |", "|---|---|---|"]
    lines += [f"| {one['name']} | {one['value']} | {one.get('goal') or ''} |" for one in figures]
    PAGE.write_text("\n".join([*lines, ""]), encoding="utf-8")
    print("\n".join(lines[4:]))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())

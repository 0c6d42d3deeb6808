"""The long searches, each a file tests/proof/proof_<part>.py run on PostgreSQL, and docs/proof.md written from them.

make proof              every part
make proof PART=name    one part, or several: PART="one two"; the figures of the others stay as they are
"""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from postgres import cluster

ROOT = Path(__file__).resolve().parents[1]
PARTS = ROOT / "tests" / "proof"
FIGURES = ROOT / "var" / "proof"
PAGE = ROOT / "docs" / "proof.md"
# A part that needs longer is to be cut in two.
LIMIT_SECONDS = 600


def commit() -> str:
    """The commit the figures belong to, with a mark when the tree differs from it."""
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    # The page itself is what we are writing.
    changed = subprocess.run(
        ["git", "status", "--porcelain", "--", ".", ":!docs/proof.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    return head + (" with uncommitted changes" if changed else "")


def run_part(file: Path, database: str, *, fresh: bool) -> bool:
    """Run one part, on a database just made or on the one of the part before; keep its outcome and figures.

    Returns:
        Whether it passed.
    """
    name = file.stem.removeprefix("proof_")
    target = FIGURES / f"{name}.json"
    figures = FIGURES / f"{name}.figures"
    figures.unlink(missing_ok=True)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        # The name of a part says when it is about the other database.
        "DATABASE_URL": "" if name.endswith("_sqlite") else database,
        "RUN_NAME": f"proof-{name}",
        "FIGURES_FILE": str(figures),
    }
    print(f"\n· {name}", flush=True)
    started = time.monotonic()
    command = [
        ROOT / ".venv/bin/pytest",
        "-q",
        "--reuse-db",
        *(["--create-db"] if fresh else []),
        "--timeout",
        str(LIMIT_SECONDS),
        "-o",
        "python_files=proof_*.py",
    ]
    done = subprocess.run([*command, file], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL)
    seconds = time.monotonic() - started
    lines = figures.read_text().splitlines() if figures.exists() else []
    outcome: dict[str, Any] = {
        "commit": commit(),
        "at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "seconds": round(seconds),
        "passed": done.returncode == 0,
        "title": (file.read_text(encoding="utf-8").split('"""')[1].strip().splitlines() or [name])[0],
        "figures": [json.loads(line) for line in lines],
    }
    target.write_text(json.dumps(outcome, indent=1, ensure_ascii=False))
    if seconds > LIMIT_SECONDS:
        print(f"{name} took {seconds:.0f} s: cut it in two")
    return done.returncode == 0 and seconds <= LIMIT_SECONDS


def write_page() -> None:
    """docs/proof.md from what the parts kept."""
    lines = ["# Proof", "", "Written by `make proof`; each part says at which commit it ran and what it found.", ""]
    for file in sorted(FIGURES.glob("*.json")):
        part = json.loads(file.read_text())
        verdict = "passed" if part["passed"] else "**failed**"
        lines += [
            f"## {file.stem}",
            "",
            part["title"],
            "",
            f"{verdict} in {part['seconds']} s, {part['at']}, commit {part['commit']}",
            "",
        ]
        if part["figures"]:
            lines += ["| figure | value |", "|---|---|"]
            lines += [f"| {figure['name']} | {figure['value']} |" for figure in part["figures"]]
            lines.append("")
    names = sorted(file.stem.removeprefix("proof_") for file in PARTS.glob("proof_*.py"))
    missing = [name for name in names if not (FIGURES / f"{name}.json").exists()]
    if missing:
        lines += ["## Not run yet", "", ", ".join(missing), ""]
    PAGE.write_text("\n".join(lines), encoding="utf-8")
    print(f"\nwritten: {PAGE.relative_to(ROOT)}")


def main() -> int:
    """Run the parts asked for, then write the page."""
    files = sorted(PARTS.glob("proof_*.py"))
    if len(sys.argv) > 1:
        files = [file for file in files if file.stem.removeprefix("proof_") in sys.argv[1:]]
    if not files:
        print(
            "There is no such part; there are: "
            + ", ".join(f.stem.removeprefix("proof_") for f in PARTS.glob("proof_*.py"))
        )
        return 2
    FIGURES.mkdir(parents=True, exist_ok=True)
    with cluster() as database:
        good: list[bool] = []
        for file in files:
            # A part that failed may have left anything behind.
            good.append(run_part(file, database, fresh=not good or not good[-1]))
    write_page()
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())

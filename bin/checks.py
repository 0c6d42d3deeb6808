"""All checks: static ones first, then the tests on PostgreSQL (everything) and SQLite (all but the slow kinds).

Ends with pytest's summary. With --static only the first half; further arguments go to pytest.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from postgres import cluster

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
RESULTS = ROOT / "var" / "results"
# The parallel processes of pytest, by the names it gives them.
WORKERS = ("gw0", "gw1")
# Kinds of test that add nothing on a second database.
ONCE = "browser or matrix or sweep or once"
TYPED = ["platform", "consent", "cases"]


def environment(**more: str) -> dict[str, str]:
    """The environment of every step: test settings, nothing from the caller's own."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "TEST_DB_SUFFIX")}
    return kept | {"DJANGO_SETTINGS_MODULE": "config.settings.test"} | more


def production_environment() -> dict[str, str]:
    """What `check --deploy` runs under: the example a test keeps complete."""
    sys.path.insert(0, str(ROOT))
    from tests.config.production import example

    shutil.rmtree(ROOT / "var" / "check", ignore_errors=True)
    return environment(**example(ROOT / "var" / "check"), DJANGO_SETTINGS_MODULE="config.settings.production")


def static_steps() -> list[tuple[str, list[str], dict[str, str]]]:
    """Name, command and environment of each check that runs no test."""
    python = str(BIN / "python")
    plain = environment(PYTHONPATH=f"{ROOT / 'platform'}{os.pathsep}{ROOT}")
    return [
        ("style", [str(BIN / "ruff"), "check", "."], plain),
        ("form", [str(BIN / "ruff"), "format", "--check", "."], plain),
        ("types", [str(BIN / "mypy"), *TYPED], plain),
        ("imports between packages", [str(BIN / "lint-imports"), "--no-cache"], plain),
        ("migrations complete", [python, "manage.py", "makemigrations", "--check", "--dry-run"], plain),
        (
            "deployment check",
            [
                "bash",
                "-c",
                f"{python} manage.py make_authority && {python} manage.py check --deploy --fail-level WARNING",
            ],
            production_environment(),
        ),
        ("translations", [python, "bin/messages.py", "check"], plain),
    ]


def run_static() -> bool:
    """Run the static checks, two at a time; print what failed. Whether all passed."""

    def run(step: tuple[str, list[str], dict[str, str]]) -> tuple[str, float, subprocess.CompletedProcess[str]]:
        name, command, env = step
        started = time.monotonic()
        done = subprocess.run(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return name, time.monotonic() - started, done

    good = True
    with ThreadPoolExecutor(2) as pool:
        for name, seconds, done in pool.map(run, static_steps()):
            verdict = "ok" if done.returncode == 0 else "FAILED"
            print(f"· {name}: {verdict} ({seconds:.0f} s)", flush=True)
            if done.returncode:
                good = False
                print(done.stdout, flush=True)
    return good


def provide(*files: tuple[Path, str]) -> None:
    """Give each parallel process a fresh folder with the keys of the migrated database, and further files.

    Args:
        files: what is copied, and its name in the folder; `{worker}` in it stands for the process.
    """
    for worker in WORKERS:
        folder = ROOT / "var" / f"test-{worker}"
        shutil.rmtree(folder, ignore_errors=True)
        # The database holds a row that these keys must open.
        shutil.copytree(ROOT / "var" / "test" / "keys", folder / "keys")
        for file, name in files:
            shutil.copyfile(file, folder / name.format(worker=worker))


def migrate_once(database: str, target: Path | None) -> None:
    """Migrate one database that the parallel workers then copy, instead of each migrating its own.

    Raises:
        SystemExit: a migration failed; what it printed says why.
    """
    command = [str(BIN / "python"), "manage.py", "migrate", "--verbosity", "0"]
    if target is not None:
        for stale in target.parent.glob(f"{target.name}*"):
            stale.unlink()
        target.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(command, cwd=ROOT, env=environment(DATABASE_URL=database), stdin=subprocess.DEVNULL)
    if done.returncode:
        sys.exit("The migrations failed.")


def pytest(name: str, database: str, *arguments: str, **more: str) -> int:
    """One run of the tests on one database; its results are kept under `name`."""
    print(f"\n· tests on {name}", flush=True)
    command = [str(BIN / "pytest"), "-q", "-n", str(len(WORKERS)), "--dist", "worksteal", "--durations=15", *arguments]
    env = environment(DATABASE_URL=database, RUN_NAME=name, **more)
    return subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL).returncode


def run_tests(extra: list[str]) -> int:
    """Both runs; the worse of their exit codes."""
    shutil.rmtree(RESULTS, ignore_errors=True)
    with cluster() as server:
        migrate_once(server, None)
        template = server.rsplit("/", 1)[1]
        provide()
        first = pytest("postgresql", server, "--create-db", *extra, TEST_DB_TEMPLATE=template)
    migrated = ROOT / "var" / "test" / "migrated.sqlite3"
    migrate_once(f"sqlite:///{migrated}", migrated)
    # The name pytest-django gives the database of each process.
    provide((migrated, "test.sqlite3_{worker}"))
    unset = f"sqlite:///{ROOT}/var/none.sqlite3"
    second = pytest("sqlite", unset, "--reuse-db", "-m", f"not ({ONCE})", *extra)
    if first:
        print(f"\nThe tests on PostgreSQL failed (exit code {first}); see above.")
    return first or second


def main() -> int:
    """Run what the command line asks for."""
    # A stopped run goes through the `finally` of the database server, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    started = time.monotonic()
    arguments = sys.argv[1:]
    good = run_static()
    if arguments == ["--static"]:
        return 0 if good else 1
    if not good:
        print("The checks above failed; the tests were not run.")
        return 1
    code = run_tests(arguments)
    print(f"· {time.monotonic() - started:.0f} s in all", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())

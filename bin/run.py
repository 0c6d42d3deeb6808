"""`make run`: prepare what has changed, then web server and worker together until Ctrl-C."""

import ctypes
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
VAR = ROOT / "var"
STAMP = VAR / "prepared"
PEOPLE = (
    ("patient@demo.test", "patiente"),
    ("parent@demo.test", "mère d’un patient mineur"),
    ("requester@demo.test", "professionnelle requérante"),
    ("expert@demo.test", "médecin experte"),
    ("expert2@demo.test", "second médecin expert"),
    ("coordinator@demo.test", "médecin coordonnatrice"),
    ("coordinator2@demo.test", "second médecin coordonnateur"),
    ("nurse@demo.test", "infirmière coordonnatrice"),
    ("assistant@demo.test", "agent administratif"),
    ("dpo@demo.test", "déléguée à la protection des données"),
    ("committee@demo.test", "membre du conseil scientifique"),
    ("payer@demo.test", "gestionnaire d’une mutuelle"),
    ("editor@demo.test", "rédactrice du site public"),
    ("admin@demo.test", "administratrice technique"),
)
PR_SET_PDEATHSIG = 1
# Seconds a process may take to end when asked to.
PATIENCE = 15


class Stopped(Exception):
    """Somebody asked for the end."""


def environment() -> dict[str, str]:
    """The environment of both processes."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}",
        "WEB_WORKERS": os.environ.get("WEB_WORKERS") or "1",
        "BIND": os.environ.get("BIND") or "127.0.0.1",
    }


def fingerprint() -> str:
    """Changes when preparing again could change anything: code, migrations, static files, packages, database."""
    sources = [ROOT / "requirements.txt", ROOT / "package-lock.json"]
    for folder in ("platform", "experts", "consent", "cases", "cms", "static_build", "locale"):
        sources += [
            path for path in (ROOT / folder).rglob("*") if path.suffix not in (".pyc", ".tmp") and path.is_file()
        ]
    digest = hashlib.sha256(os.environ.get("DATABASE_URL", "").encode())
    for path in sorted(sources):
        state = path.stat()
        digest.update(f"{path}:{state.st_size}:{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def prepared() -> bool:
    """Whether the last preparation was of this very tree and database."""
    if not STAMP.exists() or STAMP.read_text() != fingerprint():
        return False
    return bool(os.environ.get("DATABASE_URL")) or (VAR / "db.sqlite3").exists()


def prepare() -> None:
    """Run the steps that make the tree ready, and remember it."""
    first = not STAMP.exists()
    STAMP.unlink(missing_ok=True)
    if first:
        print("First start: this takes a few minutes; later ones take seconds.", flush=True)
    subprocess.run([BIN / "python", ROOT / "bin" / "prepare.py"], cwd=ROOT, env=environment(), check=True)
    STAMP.write_text(fingerprint())


def _die_with_parent() -> None:
    """In the child: end when this process ends, however it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start(*command: str) -> subprocess.Popen[bytes]:
    """Start a process that Ctrl-C in this terminal does not reach: we stop it in order."""
    return subprocess.Popen(
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_die_with_parent,
    )  # fmt: skip


def stop(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask all to end, wait, and end those that do not."""
    for process in processes.values():
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + PATIENCE
    for process in processes.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def answers(address: str) -> bool:
    """Whether the site serves its home page."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def port() -> int:
    """The port to serve on.

    Raises:
        SystemExit: PORT is no number, or something listens there already.
    """
    wanted = os.environ.get("PORT") or "8000"
    if not wanted.isdecimal():
        sys.exit(f"PORT must be a number, not {wanted!r}.")
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", int(wanted))) == 0:
            sys.exit(f"Something listens on port {wanted} already. Choose another: PORT=8001 make run")
    return int(wanted)


def announce(address: str) -> None:
    """Say where to go and who to be."""
    password = os.environ.get("DEMO_PASSWORD") or "demonstration-2026"
    width = max(len(email) for email, _ in PEOPLE)
    print(f"\n  Second Regard: {address}")
    print(f"  Mail, with the login codes: {address}demo/mailbox/")
    print(f"  Demo accounts, all with the password {password}\n")
    for email, who in PEOPLE:
        print(f"    {email:<{width}}  {who}")
    print("\n  Data lie under var/. Ctrl-C stops everything.\n", flush=True)


def serve() -> int:
    """Run both processes until one ends or we are stopped; the exit code."""
    address = f"http://127.0.0.1:{port()}/"
    VAR.mkdir(exist_ok=True)
    if not prepared():
        prepare()
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        processes["web"] = start("python", "-m", "gunicorn")
        processes["worker"] = start("python", "manage.py", "worker")
        announced = False
        while True:
            for name, process in processes.items():
                if process.poll() is not None:
                    print(f"The {name} process ended with code {process.returncode}.", file=sys.stderr)
                    return process.returncode or 1
            if not announced and answers(address):
                announce(address)
                announced = True
            time.sleep(0.2 if not announced else 1)
    except Stopped:
        print("\n· stopping", flush=True)
        return 0
    finally:
        stop(processes)


def _asked_to_stop(number: int, frame: object) -> None:
    # A second Ctrl-C must not cut the orderly end short.
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)
    raise Stopped


def main() -> int:
    """Serve until stopped."""
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, _asked_to_stop)
    try:
        return serve()
    except Stopped:
        return 0
    except subprocess.CalledProcessError as error:
        print("The preparation failed; what it printed above says why.", file=sys.stderr)
        return error.returncode or 1


if __name__ == "__main__":
    sys.exit(main())

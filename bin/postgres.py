"""A PostgreSQL server of our own for the length of a run: free port, own folder, gone at the end."""

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Speed for data that live minutes; a run that measures leaves them out.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
PR_SET_PDEATHSIG = 1
OPTIONS = {"max_connections": "120", "shared_buffers": "256MB", "timezone": "UTC", "log_min_messages": "warning"}


class PostgresMissing(Exception):
    """The server cannot be had: its programs are not on this machine, or it does not start."""


def programs() -> Path:
    """The folder of the newest installed server's programs.

    Raises:
        PostgresMissing: there is none.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise PostgresMissing("PostgreSQL is missing: apt-get install postgresql-15")
    return Path(on_path).parent


def _die_with_parent() -> None:
    """In the child: end when this process ends, however it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def cluster(*, careless: bool = True) -> Iterator[str]:
    """Start a server; give the address of its database `sr` (with its superuser); stop it whatever happens.

    Args:
        careless: give up safety on a crash for speed.
    """
    bin_dir = programs()
    folder = Path(tempfile.mkdtemp(prefix="sr-pg-"))
    account = None
    if os.geteuid() == 0:
        # The server refuses to run as root.
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
    password = secrets.token_urlsafe(18)
    secret = folder / "password"
    secret.write_text(password)
    identity: dict[str, object] = {}
    if account:
        os.chown(secret, account.pw_uid, account.pw_gid)
        identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    data, port = folder / "data", _free_port()
    initdb = [str(bin_dir / "initdb"), "-D", str(data), "-U", "sr", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    server: subprocess.Popen[bytes] | None = None
    log = open(folder / "log", "wb")  # noqa: SIM115 (closed below, after the server)
    try:
        subprocess.run(
            [*initdb, "--auth=scram-sha-256", f"--pwfile={secret}"],
            check=True, stdout=log, stderr=log, cwd=folder, **identity,  # type: ignore[call-overload]
        )  # fmt: skip
        secret.unlink()
        settings = OPTIONS | (CARELESS if careless else {})
        settings |= {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": str(folder)}
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        server = subprocess.Popen(
            [str(bin_dir / "postgres"), "-D", str(data), *arguments],
            stdout=log, stderr=log, cwd=folder, start_new_session=True, preexec_fn=_die_with_parent, **identity,  # type: ignore[call-overload]
        )  # fmt: skip
        _wait(server, port, bin_dir, folder / "log")
        environment = os.environ | {"PGPASSWORD": password}
        subprocess.run(
            [str(bin_dir / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "sr", "sr"],
            check=True, env=environment,
        )  # fmt: skip
        yield f"postgres://sr:{password}@127.0.0.1:{port}/sr"
    finally:
        if server is not None:
            # Immediate shutdown: nothing of it is kept.
            server.send_signal(signal.SIGQUIT)
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: subprocess.Popen[bytes], port: int, bin_dir: Path, log: Path) -> None:
    """Until the server takes connections; 30 s at most."""
    for _ in range(300):
        if server.poll() is not None:
            raise PostgresMissing(f"PostgreSQL ended at once: {log.read_text(errors='replace')[-2000:]}")
        ready = subprocess.run([str(bin_dir / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)])
        if ready.returncode == 0:
            return
        time.sleep(0.1)
    raise PostgresMissing("PostgreSQL did not answer within 30 seconds")

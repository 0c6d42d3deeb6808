"""The web server: threads, so that a slow upload holds one of them and not a process."""

import gc
import os
from pathlib import Path

_root = Path(__file__).resolve().parent
chdir = str(_root)
pythonpath = f"{_root / 'platform'},{_root}"
wsgi_app = "config.wsgi:application"
bind = f"{os.environ.get('BIND') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 8)
# The proof of config/startup.py runs once, and a refusal ends the server instead of being tried again.
preload_app = True
timeout = 60
graceful_timeout = 20
keepalive = 5
worker_tmp_dir = "/dev/shm"  # noqa: S108 (heartbeats, no content)
# Client addresses are decided by accounts/network.py from TRUSTED_PROXIES alone.
forwarded_allow_ips = ""
# No access log: the journal says who read what, and addresses of pages carry identifiers.
accesslog = None
errorlog = "-"
loglevel = "warning"
server_software = ""


def when_ready(_server: object) -> None:
    """Before the processes part: what was loaded stays shared, and no collection of theirs walks through it again."""
    gc.collect()
    gc.freeze()

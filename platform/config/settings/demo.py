"""`make run`: made-up people on one machine, everything under var/."""

import os

from config.database import database
from config.settings.base import *  # noqa: F403
from config.settings.base import BASE_DIR, VAR_DIR

DEMO = True
DEBUG = False
SECRET_KEY = os.environ.get("SECRET_KEY", "demo-only")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
DATABASES = {"default": database(os.environ.get("DATABASE_URL") or f"sqlite:///{VAR_DIR}/db.sqlite3", base=BASE_DIR)}

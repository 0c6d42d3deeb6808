"""`make test`: fast, fenced and on either database."""

import os

from config.database import database
from config.settings.base import *  # noqa: F403
from config.settings.base import BASE_DIR, VAR_DIR

DEBUG = False
SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

_SUFFIX = os.environ.get("TEST_DB_SUFFIX", "")
_WORK = VAR_DIR / "test"
_WORK.mkdir(parents=True, exist_ok=True)
DATABASES = {"default": database(os.environ.get("DATABASE_URL") or f"sqlite:///{_WORK}/never.sqlite3", base=BASE_DIR)}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file and not memory: threads of the live server share it, and --reuse-db keeps it.
    DATABASES["default"]["TEST"] = {"NAME": _WORK / f"test{_SUFFIX and '_' + _SUFFIX}.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
else:
    # The live server's threads may not hold a connection to a database that is being put back.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["TEST"] = {"NAME": f"test_{DATABASES['default']['NAME']}{_SUFFIX and '_' + _SUFFIX}"}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# Static files are found where they lie, without being collected first.
STATIC_ROOT = _WORK / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True

"""Settings of the web server under load: those of the tests, with connections and files kept as in production."""

import os

from config.settings.test import *  # noqa: F403
from config.settings.test import DATABASES

if "postgresql" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = False
PAGE_CACHE = os.environ.get("PAGE_CACHE") != "no"

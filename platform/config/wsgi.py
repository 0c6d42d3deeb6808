"""The entry point of the web server. Production, unless the environment names other settings."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.db import connections

from config import startup

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
try:
    application = get_wsgi_application()
    startup.prove()
    # The server forks after this: no two of its processes may speak over one connection.
    connections.close_all()
except ImproperlyConfigured as error:
    sys.exit(startup.explain(error))

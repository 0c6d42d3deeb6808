#!/usr/bin/env python
"""Run Django's commands. `platform/` is a folder of packages, so it goes on the path beside the root."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main() -> int:
    """Run the command given on the command line, with the demo settings unless the environment says otherwise."""
    sys.path.insert(0, str(ROOT / "platform"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from config import startup

    try:
        if sys.argv[1:2] and sys.argv[1] in startup.SERVING:
            django.setup()
            startup.prove()
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        return startup.explain(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())

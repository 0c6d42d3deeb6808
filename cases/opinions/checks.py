"""A system check: the fonts of printed papers are installed, so that no expert learns it when he signs."""

from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from cases.opinions import fonts


def check_fonts(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """With `check --deploy`, and before production starts; cuts the weights on first use."""
    try:
        fonts.faces()
    except ImproperlyConfigured as error:
        return [checks.Error(str(error), id="cases.E020")]
    return []


def register_checks() -> None:
    """Called once when the apps are ready."""
    checks.register(check_fonts, checks.Tags.files, deploy=True)

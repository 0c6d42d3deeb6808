"""Settings, addresses and view of the site that bench_vault sends its file to: the real middleware, one view."""

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import path

from config.settings.test import *  # noqa: F403

ROOT_URLCONF = "tests.bench.upload_site"
PUBLIC_VIEWS = ["tests.bench.upload_site.add"]
# Two sizes of files: the measured one is larger than what a patient may send at once elsewhere.
VAULT_MAX_FILE_BYTES = 400 * 1024 * 1024


def add(request: HttpRequest) -> HttpResponse:
    """A token, or the id of what was received."""
    from vault.keys import create_key
    from vault.upload import receive

    if request.method != "POST":
        return HttpResponse(get_token(request), content_type="text/plain")
    received = receive(request, key_for=lambda fields: create_key("case"))
    return HttpResponse(str(received.files[0].stored.pk), content_type="text/plain")


# As @receives_files does, without importing models while settings are being read.
add.csrf_exempt = True  # type: ignore[attr-defined]
add.public = True  # type: ignore[attr-defined]
urlpatterns = [path("add/", add)]

"""Every address of the site. The role is the first part; French has no prefix, English lies under /en/."""

from importlib.util import find_spec

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

handler400 = "config.pages.bad_request"
handler403 = "config.pages.permission_denied"
handler404 = "config.pages.page_not_found"
handler500 = "config.pages.server_error"


def _part(prefix: str, module: str) -> list[URLPattern | URLResolver]:
    """Until each package exists: its addresses if they are there."""
    parents = module.split(".")
    for n in range(1, len(parents) + 1):
        if find_spec(".".join(parents[:n])) is None:
            return []
    return [path(prefix, include(module))]


urlpatterns = [
    path("cms/", include(wagtailadmin_urls)),
    path("django-admin/", admin.site.urls),
    *(_part("demo/mailbox/", "notify.demo_urls") if settings.DEMO else []),
    *i18n_patterns(
        *_part("", "accounts.urls"),
        *_part("patient/", "cases.patient.urls"),
        *_part("requerant/", "cases.requester.urls"),
        *_part("expert/", "cases.expert.urls"),
        *_part("bureau/", "cases.desk.urls"),
        *_part("verifier/", "cases.verify.urls"),
        *_part("technique/", "jobs.urls"),
        *_part("dpo/", "audit.urls"),
        path("", include(wagtail_urls)),
        prefix_default_language=False,
    ),
]

"""Every address of the site. The role is the first part; French has no prefix, English lies under /en/."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLResolver, include, path, re_path
from django.views.defaults import page_not_found
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms.account import account

handler400 = "config.pages.bad_request"
handler403 = "config.pages.permission_denied"
handler404 = "config.pages.page_not_found"
handler500 = "config.pages.server_error"

# Prefix and module. A space holds pages of several packages; what is more special comes first.
PARTS = (
    ("", "accounts.urls"),
    ("", "cms.urls"),
    ("compte/avis/", "notify.urls"),
    ("commencer/", "cases.start.urls"),
    ("patient/", "cases.patient.urls"),
    ("requerant/", "cases.requester.urls"),
    ("expert/", "experts.urls"),
    ("expert/", "cms.profiles.urls"),
    ("expert/", "cases.expert.urls"),
    ("bureau/experts/candidatures/", "experts.joining.desk_urls"),
    ("bureau/experts/", "experts.desk_urls"),
    ("bureau/textes/", "cms.desk_urls"),
    ("bureau/telephone/", "cases.phone.urls"),
    ("bureau/", "cases.desk.urls"),
    ("conseil/", "experts.joining.committee_urls"),
    ("payeur/", "cases.billing.urls"),
    ("devenir-expert/", "experts.joining.urls"),
    ("verifier/", "cases.verify.urls"),
    ("technique/", "jobs.urls"),
    ("dpo/", "audit.urls"),
)
DEMO_PARTS = (("", "ui.urls"), ("demo/mailbox/", "notify.demo_urls"))


def _included(parts: tuple[tuple[str, str], ...]) -> list[URLResolver]:
    return [path(prefix, include(module)) for prefix, module in parts]


# One way in, and one place for accounts: what the libraries bring besides would pass by the code, the limits on wrong
# passwords and the journal; and a page made to fail, which would call for somebody.
SHUT = {"exception": None}

urlpatterns = [
    re_path(r"^cms/(?:users|bulk/accounts|failwhale)/", page_not_found, SHUT, name="wagtail_shut"),
    # Before Wagtail's own page of this address and name.
    path("cms/account/", account, name="wagtailadmin_account"),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("cms.root_urls")),
    path("django-admin/", admin.site.urls),
    *(_included(DEMO_PARTS) if settings.DEMO else []),
    *i18n_patterns(
        *_included(PARTS),
        path("_util/login/", RedirectView.as_view(pattern_name="accounts:login"), name="wagtailcore_login"),
        path("", include(wagtail_urls)),
        prefix_default_language=False,
    ),
]

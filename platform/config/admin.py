"""Django's own administration: the results of jobs, to read, for sessions verified by a code."""

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig

#: What is shown. Accounts, second steps and pages have places of their own, which journal what is done there.
SHOWN = frozenset({"django_tasks_database.DBTaskResult"})


class VerifiedAdminConfig(AdminConfig):
    """The administration with the site class that demands a verified session, without what libraries add to it."""

    default_site = "django_otp.admin.OTPAdminSite"

    def ready(self) -> None:
        """Find what the libraries register, and take away what is not shown."""
        super().ready()
        admin.site.unregister([model for model in admin.site._registry if model._meta.label not in SHOWN])

"""Django's own administration, open only to sessions verified by a code."""

from django.contrib.admin.apps import AdminConfig


class VerifiedAdminConfig(AdminConfig):
    """The administration with the site class that demands a verified session."""

    default_site = "django_otp.admin.OTPAdminSite"

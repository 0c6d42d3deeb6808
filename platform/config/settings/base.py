"""What every way of running shares. Nothing here reads the environment."""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.settings.service import *  # noqa: F403
from config.settings.service import SERVICE_NAME

BASE_DIR = Path(__file__).resolve().parents[3]
# Whatever the running product writes: database, keys, files, mail, logs.
VAR_DIR = BASE_DIR / "var"

# --- who runs it
# True only where made-up people may log in with a printed password; opens the demo mailbox.
DEMO = False
# Whether a process that serves or works first proves that database and keys are the right ones (config/startup.py).
PROVE_BEFORE_START = False
SITE_ORIGIN = "http://127.0.0.1:8000"
# Shown on every page.
SERVICE_PHONE = ""
SERVICE_EMAIL = ""

# --- what it is made of
# Own packages come first, so that their templates win over those of libraries.
INSTALLED_APPS = [
    "ui",
    "vault",
    "audit",
    "jobs",
    "notify",
    "accounts",
    "access",
    "experts",
    "consent",
    "cases",
    "cms",
    "config",
    "wagtail.contrib.redirects",
    "wagtail.contrib.routable_page",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.locales",
    "wagtail",
    "modelcluster",
    "taggit",
    # Its views import the static and the TOTP devices; codes by e-mail are our own device (accounts).
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "two_factor",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "config.admin.VerifiedAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

# Public pages are kept ready for a minute; tests look at each anew.
PAGE_CACHE = True

MIDDLEWARE = [
    "cms.cache.PublicPageCache",
    "cms.cache.PublicPageCompression",
    # Headers first: every answer has them, those of the middlewares below and of static files included.
    "config.headers.SecurityHeadersMiddleware",
    "config.headers.ContentPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    # Stands in for django-otp's own: no page opens without a session verified by a code.
    "accounts.middleware.VerifiedSessionMiddleware",
    "config.pages.ErrorPageMiddleware",
    "config.pages.DomainErrorMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "ui.context_processors.shell",
            ],
        },
    }
]

# --- people
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.AccountBackend"]
PASSWORD_HASHERS = [
    "accounts.hashers.SizedArgon2Hasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "full_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Networks whose X-Forwarded-For is believed; everybody else is the address he connects from.
TRUSTED_PROXIES: list[str] = []
LOGIN_URL = "accounts:login"
WAGTAILADMIN_LOGIN_URL = LOGIN_URL
WAGTAIL_FRONTEND_LOGIN_URL = LOGIN_URL

# --- sessions and forms
# The idle limit is kept by accounts: activity is more, and less, than a request.
SESSION_ABSOLUTE_SECONDS = 4 * 60 * 60
# The row outlives both limits by a day, so that what is sent after the end can still be kept for its author.
SESSION_COOKIE_AGE = 28 * 60 * 60
SESSION_IDLE_SECONDS = 20 * 60
SESSION_WARNING_SECONDS = 2 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.pages.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# A request without files: text answers only.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# --- language and time
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Paris"
USE_TZ = True

# --- static files
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_ALLOW_ALL_ORIGINS = False
# Third-party parts copied from npm packages at set-up (bin/frontend.py); not in git.
STATICFILES_DIRS = [("vendor", BASE_DIR / "static_build")]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Pictures of the public pages, put there by editors. Files of cases never come here: they live in the vault.
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "/media/"

# --- keys, files, scanner: vault/conf.py explains each
# Unset: var/keys/master, made at first use (demo and tests).
MASTER_KEYS_FILE: Path | str = ""
VAULT_STORE = "local"
VAULT_ROOT = VAR_DIR / "vault"
VAULT_S3: dict[str, Any] = {}
VAULT_SCANNER = "clamd"
VAULT_MAX_FILE_BYTES = 512 * 1024 * 1024

# --- the journal: heads of its chains leave the database every day
AUDIT_ANCHOR_DIR = VAR_DIR / "anchors"
AUDIT_ANCHOR_EMAIL = ""
# What visitors did without being logged in leaves the journal so many months after its month (C-LOG-2).
JOURNAL_VISITS_MONTHS = 12

# --- signing (experts)
SIGNING_AUTHORITY_DIR = VAR_DIR / "keys" / "authority"
SIGNING_TRUSTED_FILE: Path | str = ""
TIMESTAMP_URL = ""

# --- the national directory of health professionals, asked by machine; unset: a person looks there
DIRECTORY_URL = ""
DIRECTORY_KEY = ""
REGISTRATION_DIRECTORY = ""

# --- login of professionals by Pro Santé Connect: issuer, discovery_url, client_id, client_secret, levels, support.
# Empty: not connected; there is no button and its addresses answer 404.
PRO_SANTE_CONNECT: dict[str, Any] = {}

# --- mail and background jobs
EMAIL_TIMEOUT = 20
TASKS: dict[str, dict[str, Any]] = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

# --- Wagtail
WAGTAIL_SITE_NAME = SERVICE_NAME
WAGTAILADMIN_BASE_URL = SITE_ORIGIN
WAGTAIL_I18N_ENABLED = True
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
# The editors' pages speak the languages of the site, and tell the hour of Paris as every other page does.
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
# It calls third parties unless told not to.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
# Accounts are made by our own pages and commands, with their second step.
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILDOCS_SERVE_METHOD = "serve_view"

# --- what a browser may do with our pages
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- logs: levels and places, never content. Django's own lines name addresses (identifiers, no names).
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "config.logs.LineFormatter", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Debug prints of PDF and font libraries would name what is in a document.
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        "pyhanko": {"level": "WARNING"},
    },
}

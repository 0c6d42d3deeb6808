"""Production: reads the environment and nothing else, and does not start while anything it needs is missing."""

import ipaddress
import os
from typing import Any

from config import reporting
from config.database import database
from config.environment import Environment, decoded
from config.settings.base import *  # noqa: F403
from config.settings.base import BASE_DIR, CONTENT_SECURITY_POLICY, LOGGING
from config.settings.service import SERVICE_PRICE

env = Environment(os.environ)

DEBUG = False
PROVE_BEFORE_START = True

# --- secrets and names
SECRET_KEY = env.text("SECRET_KEY")
if SECRET_KEY and len(SECRET_KEY) < 50:
    env.refuse("SECRET_KEY", "must have at least 50 characters.")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
if any("*" in host for host in ALLOWED_HOSTS):
    env.refuse("ALLOWED_HOSTS", "must name each host; * is no name.")
SITE_ORIGIN = env.text("SITE_ORIGIN").rstrip("/")
_site = env.address("SITE_ORIGIN", "https")
if _site.hostname and ALLOWED_HOSTS and _site.hostname not in ALLOWED_HOSTS:
    env.refuse("SITE_ORIGIN", "must lie on one of ALLOWED_HOSTS.")
WAGTAILADMIN_BASE_URL = SITE_ORIGIN
SERVICE_NAME = WAGTAIL_SITE_NAME = env.text("SERVICE_NAME")
SERVICE_CONTROLLER = env.text("SERVICE_CONTROLLER")
SERVICE_CONTACT = env.text("SERVICE_CONTACT")
SERVICE_PHONE = env.text("SERVICE_PHONE")
SERVICE_EMAIL = env.text("SERVICE_EMAIL")
SERVICE_DPO_EMAIL = env.text("SERVICE_DPO_EMAIL")
SERVICE_PRICE = SERVICE_PRICE | {"expert_fee": env.number("EXPERT_FEE"), "service_fee": env.number("SERVICE_FEE")}
SERVICE_PAYMENT = {"fr": env.text("PAYMENT_FR"), "en": env.text("PAYMENT_EN")}
SERVICE_MEDIATOR = env.text("SERVICE_MEDIATOR")

# --- TLS and proxies
if env.text("TLS") and not env.flag("TLS"):
    env.refuse("TLS", "must be on: health data never travel in clear.")
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
# The prefix makes browsers refuse such a cookie from a sister host or without TLS.
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
LANGUAGE_COOKIE_NAME = "__Host-language"
CSRF_TRUSTED_ORIGINS = [SITE_ORIGIN] if _site.scheme == "https" else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": CONTENT_SECURITY_POLICY["DIRECTIVES"] | {"upgrade-insecure-requests": True},
}
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES")
for _proxy in TRUSTED_PROXIES:
    try:
        ipaddress.ip_network(_proxy)
    except ValueError:
        env.refuse("TRUSTED_PROXIES", "must hold addresses or networks, as in 10.0.0.0/8.")
if TRUSTED_PROXIES:
    # They end TLS and must overwrite this header; without them gunicorn ends TLS itself.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- places
VAR_DIR = BASE_DIR / env.text("VAR_DIR")
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
DATABASES: dict[str, dict[str, Any]] = {}
# SQLite is the embedded default of the demo; several processes and machines need a server.
if env.address("DATABASE_URL", "postgres", "postgresql").scheme in ("postgres", "postgresql"):
    try:
        DATABASES["default"] = database(env.text("DATABASE_URL"), base=BASE_DIR)
    except ValueError:
        env.refuse("DATABASE_URL", "must be postgres://user:password@host:port/name.")

# --- keys, files, scanner, signing
MASTER_KEYS_FILE = env.existing("MASTER_KEYS_FILE")
VAULT_ROOT = VAR_DIR / "vault"
if env.text("S3_BUCKET"):
    VAULT_STORE = "s3"
    VAULT_S3 = {
        "bucket": env.text("S3_BUCKET"),
        "endpoint_url": env.text("S3_ENDPOINT_URL") or None,
        "region_name": env.text("S3_REGION") or None,
        "aws_access_key_id": env.text("S3_ACCESS_KEY_ID") or None,
        "aws_secret_access_key": env.text("S3_SECRET_ACCESS_KEY") or None,
    }
VAULT_SCANNER = "clamd"
VAULT_CLAMD_ADDRESS = env.text("CLAMD_ADDRESS")
SIGNING_AUTHORITY_DIR = env.existing("SIGNING_AUTHORITY_DIR", folder=True)
SIGNING_TRUSTED_FILE = env.existing("SIGNING_TRUSTED_FILE") if env.text("SIGNING_TRUSTED_FILE") else ""
TIMESTAMP_URL = env.text("TIMESTAMP_URL")

# --- the national directory
env.address("DIRECTORY_URL", "https")
DIRECTORY_URL, DIRECTORY_KEY = env.text("DIRECTORY_URL"), env.text("DIRECTORY_KEY")
REGISTRATION_DIRECTORY = "accounts.practitioners.ask" if DIRECTORY_URL else ""

# --- login by Pro Santé Connect: all of it, or none
PRO_SANTE_CONNECT = {}
_PSC = ("PSC_ISSUER", "PSC_CLIENT_ID", "PSC_CLIENT_SECRET")
if any(env.text(name) for name in (*_PSC, "PSC_DISCOVERY_URL")):
    for _name in _PSC:
        if not env.text(_name):
            env.refuse(_name, "is not set, and Pro Santé Connect needs it.")
    for _name in ("PSC_ISSUER", "PSC_DISCOVERY_URL"):
        if env.text(_name) and not env.address(_name, "https").hostname:
            env.refuse(_name, "must be an address.")
    if not env.words("PSC_LEVELS"):
        env.refuse("PSC_LEVELS", "must name a level.")
    _issuer = env.text("PSC_ISSUER").rstrip("/")
    PRO_SANTE_CONNECT = {
        "issuer": _issuer,
        "discovery_url": env.text("PSC_DISCOVERY_URL") or f"{_issuer}/.well-known/wallet-openid-configuration",
        "client_id": env.text("PSC_CLIENT_ID"),
        "client_secret": env.text("PSC_CLIENT_SECRET"),
        "levels": env.words("PSC_LEVELS"),
        "support": env.text("PSC_SUPPORT"),
    }

# --- the journal
AUDIT_ANCHOR_DIR = VAR_DIR / "anchors" if not env.text("AUDIT_ANCHOR_DIR") else BASE_DIR / env.text("AUDIT_ANCHOR_DIR")
AUDIT_ANCHOR_EMAIL = env.text("AUDIT_ANCHOR_EMAIL")

# --- mail
_relay = env.address("EMAIL_URL", "smtp", "smtps")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = _relay.hostname or ""
EMAIL_PORT = _relay.port or (465 if _relay.scheme == "smtps" else 587)
EMAIL_HOST_USER = decoded(_relay.username)
EMAIL_HOST_PASSWORD = decoded(_relay.password)
EMAIL_USE_SSL = _relay.scheme == "smtps"
EMAIL_USE_TLS = not EMAIL_USE_SSL
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("DEFAULT_FROM_EMAIL")

# --- logs
LOGGING = LOGGING | {"root": LOGGING["root"] | {"level": env.text("LOG_LEVEL").upper()}}
SENTRY_DSN = env.text("SENTRY_DSN")

env.finish()
if SENTRY_DSN:
    reporting.start(SENTRY_DSN)

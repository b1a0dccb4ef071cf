"""Django's settings: what is fixed, and what the environment of an installation may say."""

import os
from email.utils import parseaddr
from pathlib import Path

from csp.constants import NONE, SELF
from django.contrib.messages import constants as message_levels

from regulars.project.database import configured_access
from regulars.project.mail import (
    configured_channels,
    configured_devices,
    configured_mail,
    configured_sms,
    configured_social,
)
from regulars.project.secret_key import configured_secret_key
from regulars.project.static_version import static_url

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = False
SECRET_KEY = configured_secret_key()
ALLOWED_HOSTS = os.environ.get("REGULARS_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
# Set when a proxy that we trust ends TLS in front of us.
BEHIND_TLS = os.environ.get("REGULARS_BEHIND_TLS") == "1"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "procrastinate.contrib.django",
    "regulars.contexts.security",
    "regulars.contexts.members",
    "regulars.contexts.ledger",
    "regulars.contexts.programme",
    "regulars.contexts.rewards",
    "regulars.contexts.till",
    "regulars.contexts.economics",
    "regulars.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Pads what it packs by a random length, so that sizes tell nothing of what stands beside a typed text.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "regulars.web.design.faces.Faces",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "regulars.project.urls"
WSGI_APPLICATION = "regulars.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "regulars.web.design.brand.in_templates",
                "regulars.web.accounts.guard.who",
            ]
        },
    }
]

_ACCESS = configured_access()
# `default` is the application's role; `owner` is the same database, for migrations only.
DATABASES = {
    "default": _ACCESS.app.django() | {"CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True},
    "owner": _ACCESS.owner.django() | {"TEST": {"MIRROR": "default"}},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "security.StaffUser"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский")]
LANGUAGE_COOKIE_NAME = "language"
# Each part of the pages keeps its own texts, so that they can be written apart.
LOCALE_PATHS = sorted(BASE_DIR.glob("web/*/locale"))
MESSAGE_TAGS = {
    message_levels.SUCCESS: "good",
    message_levels.WARNING: "warn",
    message_levels.ERROR: "bad",
}
FORM_RENDERER = "regulars.web.design.forms.Fields"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = static_url()

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "regulars.web.accounts.refusals.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Requests of one API key per second, evenly; twice as many at once.
TILL_REQUESTS_PER_S = int(os.environ.get("REGULARS_TILL_REQUESTS_PER_S", "200"))
MANAGE_REQUESTS_PER_S = int(os.environ.get("REGULARS_MANAGE_REQUESTS_PER_S", "50"))
# Look-ups that find nobody: by a key, and wrong keys from one address.
UNKNOWN_MEMBERS_PER_10_MIN = int(os.environ.get("REGULARS_UNKNOWN_MEMBERS_PER_10_MIN", "200"))
WRONG_KEYS_PER_10_MIN = int(os.environ.get("REGULARS_WRONG_KEYS_PER_10_MIN", "100"))
# From more than this on, points are spent at a till only by who proved to be there; None: never asked.
_PROOF_OVER = os.environ.get("REGULARS_SPENDING_PROOF_OVER_MINOR", "")
SPENDING_PROOF_OVER_MINOR = int(_PROOF_OVER) if _PROOF_OVER else None
# Corrections by hand over so many minor units need a second person.
ADJUSTMENT_LIMIT_MINOR = int(os.environ.get("REGULARS_ADJUSTMENT_LIMIT_MINOR", "1000"))
# For how many days the files of an analysis or simulation that was asked for over the API are kept.
STUDIES_KEPT_DAYS = int(os.environ.get("REGULARS_STUDIES_KEPT_DAYS", "90"))
# The front page shows its figures to everybody: for a demo, never for a business.
OPEN_FIGURES = os.environ.get("REGULARS_OPEN_FIGURES") == "1"
# Where phone numbers without a country code belong (ISO 3166).
PHONE_REGION = os.environ.get("REGULARS_PHONE_REGION", "RU")

# Who signs in to the console needs more than a password; a demo may only offer it.
SECOND_FACTOR_REQUIRED = os.environ.get("REGULARS_SECOND_FACTOR", "required") != "offered"
# One-time codes that the installation sends in an hour on each channel, at most.
CODES_PER_HOUR = int(os.environ.get("REGULARS_CODES_PER_HOUR", "2000"))
# For how long nothing is spent and no other contact is changed after a member replaced one.
CONTACT_REST_HOURS = int(os.environ.get("REGULARS_CONTACT_REST_HOURS", "24"))
# Letters of accounts go out by SMTP and texts to phones by a gateway, or in a demo into a folder;
# what is in neither is not offered.
MAIL = configured_mail()
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT = MAIL.host, MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.user, MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.starttls, MAIL.tls
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = os.environ.get("REGULARS_MAIL_FROM", "Regulars <regulars@localhost>")
# Social accounts that members sign in by: provider -> (client id, secret); none unless configured.
SOCIAL = configured_social()
DEMO_LETTERS = os.environ.get("REGULARS_DEMO_LETTERS", "")
SMS = configured_sms()
LETTER_CHANNELS = configured_channels(MAIL, SMS, DEMO_LETTERS)
# Notices to browsers, and whom a push service may write to about them.
DEVICE_CHANNELS = configured_devices()
PUSH_CONTACT = f"mailto:{parseaddr(DEFAULT_FROM_EMAIL)[1]}"

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
# Imported by workers only: studies bring the analytics with them.
PROCRASTINATE_IMPORT_PATHS = ["regulars.studies.jobs"]
PROCRASTINATE_ON_APP_READY = "regulars.kit.outbox.register"

# Our own logging is set up by the commands (regulars.kit.logging), not by Django.
LOGGING_CONFIG = None

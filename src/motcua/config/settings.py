"""Django settings. Everything that differs between installations comes from the environment (``kernel/env.py``)."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from motcua.kernel import env

SOURCE = Path(__file__).resolve().parents[1]
ROOT = SOURCE.parents[1]

DEMO = env.flag("DEMO")
DEBUG = False
DATA_DIR = env.path("DATA", ROOT / ".data")
HEALTH_DIR = env.path("HEALTH_DIR", DATA_DIR / "run")
BASE_URL = env.text("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
SECRET_KEY = env.secret("SECRET_KEY", demo=DEMO)
FIELD_KEYS = env.secret("FIELD_KEYS", demo=DEMO)
INDEX_KEY = env.secret("INDEX_KEY", demo=DEMO)

_https = BASE_URL.startswith("https://")
ALLOWED_HOSTS = env.text("HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "motcua.kernel",
    "motcua.law",
    "motcua.organisations",
    "motcua.identity",
    "motcua.eforms",
    "motcua.catalogue",
    "motcua.dossiers",
    "motcua.feedback",
    "motcua.results",
    "motcua.processing",
    "motcua.messaging",
    "motcua.workspace",
    "motcua.exchange",
    "motcua.measurement",
    "motcua.programme",
    "motcua.web.shared",
    "motcua.web.portal",
    "motcua.web.desk",
    "motcua.web.studio",
    "motcua.web.board",
    "motcua.web.programme",
    "motcua.api",
    "motcua.demo",
    "motcua.config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
]

MIDDLEWARE = [
    "motcua.web.shared.middleware.request_log",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "motcua.identity.middleware.signed_in",
    "motcua.web.shared.middleware.language",
    "django.middleware.csrf.CsrfViewMiddleware",
    "motcua.web.shared.middleware.actor",
    "motcua.web.shared.middleware.refusals",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "motcua.config.urls"
WSGI_APPLICATION = "motcua.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "jinja2",
        "DIRS": [
            SOURCE / "web" / face / "templates"
            for face in ("shared", "portal", "desk", "studio", "board", "programme")
        ]
        + [SOURCE / "eforms" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "motcua.web.shared.environment.environment",
            "context_processors": ["motcua.web.shared.context.page"],
        },
    },
    # Only for what a library brings; our own pages are jinja2 (design decision 4).
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "NAME": "django",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

DATABASES = {
    "default": env.database(
        os.environ.get("DATABASE_URL", "postgresql://motcua@/motcua"),
        prepared=env.flag("PREPARED", default=True),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The few process-wide facts worth keeping between requests; nothing that must be shared lives here.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTH_USER_MODEL = "identity.Account"
SESSION_ENGINE = "motcua.identity.sessions"
SESSION_COOKIE_NAME = "motcua_session"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "motcua_csrf"
CSRF_FAILURE_VIEW = "motcua.web.shared.errors.csrf_failure"
LANGUAGE_COOKIE_NAME = "motcua_language"

SECURE_SSL_REDIRECT = False  # the proxy's work (docs/running.md): granian never sees plain HTTP from outside
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
if env.flag("BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
TRUST_FORWARDED_FOR = env.flag("BEHIND_PROXY")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        # Chromium checks redirects after a form too: signing in and out goes to the identity provider.
        "form-action": ["'self'", env.text("OIDC_ISSUER", "http://127.0.0.1:8001").rstrip("/")],
        "frame-ancestors": ["'self'"],
        "manifest-src": ["'self'"],
    }
}

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
USE_I18N = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "build" / "collected"
STATICFILES_DIRS = [ROOT / "build" / "static"] if (ROOT / "build" / "static").is_dir() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "motcua.web.shared.staticfiles.HashedStatic"},
}
WHITENOISE_MAX_AGE = 31_536_000

# A chunk of an upload is at most 1 MiB (design decision 3); nothing else we accept is larger.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
APPEND_SLASH = False

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
# key=address pairs, see exchange/connectors.py; empty: no register is connected, and everything is typed.
REGISTERS = env.text("REGISTERS", "")
EMAIL_HOST = env.text("SMTP_HOST", "127.0.0.1")
EMAIL_PORT = env.number("SMTP_PORT", 25)
EMAIL_HOST_USER = env.text("SMTP_USER", "")
EMAIL_HOST_PASSWORD = env.text("SMTP_PASSWORD", "")
EMAIL_USE_TLS = env.flag("SMTP_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "motcua@example.com")

SIGNER = env.text("SIGNER", "test-ca")
TSA_URL = env.text("TSA_URL", "")
SITE_AGENCY = env.text("AGENCY", "H56")
# What this installation is in the review of online services: "agency" makes a list and sends it, "national" receives
# lists and consolidates them. A demo is both, so that everything can be walked on one machine.
ROLES = frozenset(
    part.strip() for part in env.text("ROLE", "agency,national" if DEMO else "agency").split(",")
)
if ROLES - {"agency", "national"}:
    raise ImproperlyConfigured('MOTCUA_ROLE must be "agency", "national" or "agency,national".')
SITE_HOTLINE = env.text("HOTLINE", "18001096")

PROCRASTINATE_ON_APP_READY = "motcua.config.wiring.register_jobs"

LOGGING_CONFIG = "motcua.config.logs.configure"
LOGGING = {"level": env.text("LOG_LEVEL", "INFO"), "json": env.flag("LOG_JSON", default=True)}

from motcua.identity.settings import ALLAUTH_SETTINGS  # noqa: E402 - its values depend on nothing above

globals().update(ALLAUTH_SETTINGS)

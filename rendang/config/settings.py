"""The one settings file. What differs between machines comes from the environment (docs/operations.md)."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONCE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from rendang.kernel.core import durable

BASE_DIR = Path(__file__).resolve().parent.parent.parent
# Everything the installation writes lives here: database, keys, stored files, logs.
HOME = Path(os.environ.get("RENDANG_HOME", BASE_DIR / "var"))
DEMONSTRATION = os.environ.get("RENDANG_DEMONSTRATION", "0") == "1"


def database(url: str) -> dict[str, object]:
    """``postgresql://user:password@host:port/name?option=value`` as Django wants it."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured("RENDANG_DATABASE_URL must begin with postgresql:// (PostgreSQL 15 or newer).")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),  # ?host=/folder is a Unix socket
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **options,
            "pool": {"min_size": 1, "max_size": int(os.environ.get("RENDANG_DATABASE_POOL", "8")), "timeout": 5},
            # Values go beside the statement, which PostgreSQL then reads once a connection and not at every call, but
            # plans for the values of each: a name that three people bear wants another index than one of a thousand.
            "server_side_binding": True,
            "prepare_threshold": 2,
            "options": "-c lock_timeout=5s -c plan_cache_mode=force_custom_plan",
        },
    }


def key(name: str) -> str:
    """A secret from the environment, or made once and kept in a file only its owner can read."""
    if value := os.environ.get(f"RENDANG_{name.upper()}"):
        return value
    path = HOME / "keys" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        durable.write_once(path, secrets.token_hex(32).encode(), mode=0o600)
    return path.read_text()


def file_storage(environment: Mapping[str, str]) -> dict[str, object]:
    """Where files rest: in a bucket of an S3 server if one is named, else on the disk. They are encrypted in both."""
    if bucket := environment.get("RENDANG_S3_BUCKET"):
        return {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": bucket,
                "endpoint_url": environment.get("RENDANG_S3_ENDPOINT"),
                "region_name": environment.get("RENDANG_S3_REGION", "us-east-1"),
                # Without these two, what the machine itself is allowed (boto3's own ways to find out).
                "access_key": environment.get("RENDANG_S3_ACCESS_KEY"),
                "secret_key": environment.get("RENDANG_S3_SECRET_KEY"),
                # Servers of one's own seldom have a host name for every bucket.
                "addressing_style": "path" if environment.get("RENDANG_S3_ENDPOINT") else "auto",
                "file_overwrite": True,  # a damaged file is healed under its name; no other is ever written over
                "max_memory_size": 8 * 1024 * 1024,  # bytes of a file being read; the rest waits, encrypted, on disk
            },
        }
    return {"BACKEND": "rendang.kernel.files.disk.DiskStorage", "OPTIONS": {"location": HOME / "files"}}


DATABASES = {"default": database(os.environ.get("RENDANG_DATABASE_URL", "postgresql:///rendang"))}
SECRET_KEY = key("secret_key")
# Wraps the data keys of stored files and encrypts identity numbers; losing it loses them (docs/operations.md).
MASTER_KEY = bytes.fromhex(key("master_key"))
DEBUG = os.environ.get("RENDANG_DEBUG", "0") == "1"
ALLOWED_HOSTS = os.environ.get("RENDANG_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("RENDANG_ORIGINS", "").split(",") if origin]
# The address printed in QR codes.
PUBLIC_ADDRESS = os.environ.get("RENDANG_PUBLIC_ADDRESS", "http://localhost:8000")
# The certificate that signs papers and its key, as PEM files; without them the installation makes its own.
SIGNING_CERTIFICATE = os.environ.get("RENDANG_SIGNING_CERTIFICATE", "")
SIGNING_KEY = os.environ.get("RENDANG_SIGNING_KEY", "")
# Where papers find their fonts: the packaged one, then installed ones for the characters that it lacks.
FONT_FOLDERS = [
    BASE_DIR / "node_modules/@expo-google-fonts/noto-serif-sc/400Regular",
    BASE_DIR / "node_modules/@expo-google-fonts/noto-serif-sc/700Bold",
    Path("/usr/share/fonts/opentype/noto"),  # Debian: fonts-noto-cjk
    Path("/usr/share/fonts/truetype/hanazono"),  # Debian: fonts-hanazono
    *(Path(folder) for folder in os.environ.get("RENDANG_FONT_FOLDERS", "").split(os.pathsep) if folder),
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",  # the templates of its widgets, for FORM_RENDERER
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_htmx",
    "template_partials",
    "procrastinate.contrib.django",
    "ninja",  # for its files: the page of the interface is drawn by them
    "rendang.kernel.core",
    "rendang.kernel.audit",
    "rendang.kernel.access",
    "rendang.kernel.accounts",
    "rendang.kernel.standards",
    "rendang.kernel.workflow",
    "rendang.kernel.files",
    "rendang.kernel.documents",
    "rendang.institutions",
    "rendang.people",
    "rendang.dossiers",
    "rendang.storage",
    "rendang.storage.stocktakes",
    "rendang.storage.protection",
    "rendang.circulation.parcels",
    "rendang.circulation.intake",
    "rendang.circulation.transfers",
    "rendang.circulation.rosters",
    "rendang.circulation.agreements",
    "rendang.circulation.graduates",
    "rendang.circulation.loans",
    "rendang.circulation.accruals",
    "rendang.circulation.party",
    "rendang.circulation.household",
    "rendang.services.certificates",
    "rendang.exchange",
    "rendang.portal",
    "rendang.supervision",
    "rendang.desk",
    "rendang.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "rendang.kernel.accounts.gate.Gate",
    "axes.middleware.AxesMiddleware",
    "rendang.exchange.idempotency.IdempotencyMiddleware",
]

ROOT_URLCONF = "rendang.config.urls"
WSGI_APPLICATION = "rendang.config.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "desk:home"
CITIZEN_REDIRECT_URL = "portal:me"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "actions"
PROCRASTINATE_ON_APP_READY = None

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# GB/T 22239-2019 8.1.4.1: lock after repeated failures, end idle sessions.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "lockout.html"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or anyone could keep a colleague out for ever
AXES_DISABLE_ACCESS_LOG = True  # the audit log is the one log of sign-ins
AXES_CLIENT_STR_CALLABLE = "rendang.kernel.accounts.queries.unnamed_client"  # no names in the process's log
MFA_ADAPTER = "rendang.kernel.accounts.second_factor.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # half minutes by which a telephone's clock may be wrong
# Minutes after which a session ends: without a click, and whatever happens. Settings, not policies of the standards,
# because the operator answers for them (GB/T 22239-2019 8.1.4.1 b) and the gate stands below the standards.
# A citizen may sit at a shared computer; a clerk's day is shorter than ten hours.
RENDANG_SESSION_MINUTES = {
    "staff": {
        "idle": int(os.environ.get("RENDANG_SESSION_IDLE_MINUTES", "30")),
        "absolute": int(os.environ.get("RENDANG_SESSION_ABSOLUTE_MINUTES", "600")),
    },
    "citizen": {"idle": 15, "absolute": 120},
}
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Who confirms the identity of citizens: the path of a class (kernel/accounts/identity.py); empty: nobody yet.
RENDANG_IDENTITY_PROVIDER = os.environ.get(
    "RENDANG_IDENTITY_PROVIDER", "rendang.kernel.accounts.sandbox.SandboxProvider" if DEMONSTRATION else ""
)

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "rendang" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "rendang.desk.context.desk",
            ]
        },
    }
]
FORM_RENDERER = "rendang.kernel.core.forms.Renderer"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = HOME / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": file_storage(os.environ),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": [SELF],
        "base-uri": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
if PUBLIC_ADDRESS.startswith("https://"):
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000

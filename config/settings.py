"""All settings. Those that differ between installations come from the environment and are checked only here.

Development (`DEBUG=true`, which `make run` sets) has working defaults. Production has none for secrets that protect
money or sessions: without a strong value the site does not start. The table of variables is in the README.
"""

import ssl
from pathlib import Path
from typing import Any

import django_stubs_ext
from redis.backoff import NoBackoff
from redis.retry import Retry

from config import environment as env
from config import logs, production
from config.accounts import *  # noqa: F403 - settings, all of them
from config.limits import *  # noqa: F403 - settings, all of them
from config.limits import TRUSTED_PROXIES

django_stubs_ext.monkeypatch()  # `ModelAdmin[Booking]`, which tells types apart, is then also valid at run time

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))

DEBUG = env.flag("DEBUG", False)

# ---------------------------------------------------------------------------------------------- secrets
DEVELOPMENT_SECRET = "development-only-secret-key-that-production-refuses-0123456789"  # noqa: S105
SECRET_KEY = env.text("SECRET_KEY", DEVELOPMENT_SECRET if DEBUG else None)
METRICS_TOKEN = env.text("METRICS_TOKEN", "")  # config.metrics; without one /metrics answers on this machine only

ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", ["*"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS", [])
for _origin in CSRF_TRUSTED_ORIGINS:
    env.http_origin("CSRF_TRUSTED_ORIGINS", _origin)

# ------------------------------------------------------------------------------------------ applications
INSTALLED_APPS = [
    "config.dev",  # before daphne, to replace its runserver
    "config",
    "daphne",
    "frontend",  # before the admin and allauth, to replace their templates
    "boxoffice.apps.AdministrationConfig",  # django.contrib.admin, behind allauth's log-in
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "config.staticfiles.StaticFiles",
    "django.contrib.humanize",
    "channels",
    "ninja",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "bootstrap",
    "fontawesome",
    "django_prometheus",
    "boxoffice",
    "checkout",
    "seating",
    "cinema",
    "trials",  # stampede, contend, drill
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "frontend.middleware.keep_links_private",
    "frontend.middleware.forget_when_session_changes",  # outside the session middleware, whose cookie it checks
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "boxoffice.middleware.staff_requests",  # inside the authentication: it ends sessions of staff that are too old
    "frontend.middleware.keep_guest",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "checkout" / "outbox" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# ---------------------------------------------------------------------------------------------- database
DATABASES = {"default": env.database("DATABASE_URL")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # PostgreSQL accepts about a hundred connections. With more requests than that, they wait for one of the pool.
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": 1,
        "max_size": env.whole("DATABASE_POOL_SIZE", 16, 1, 500),
        "timeout": 10,
    }
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # replaces connections that a restart of PostgreSQL has broken
else:
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL"}
    )

# ------------------------------------------------------------------------------------------------- redis
REDIS_URL = env.redis("REDIS_URL")
CELERY_BROKER_URL = env.redis("CELERY_BROKER_URL", env.beside(REDIS_URL, 1))
CHANNEL_REDIS_URL = env.redis("CHANNEL_REDIS_URL", env.beside(REDIS_URL, 2))
CACHE_URL = env.redis("CACHE_URL", env.beside(REDIS_URL, 3))
REDIS_CLUSTER = env.flag("REDIS_CLUSTER", False)
env.check_apart(
    REDIS_CLUSTER,
    REDIS_URL=REDIS_URL,
    CELERY_BROKER_URL=CELERY_BROKER_URL,
    CHANNEL_REDIS_URL=CHANNEL_REDIS_URL,
    CACHE_URL=CACHE_URL,
)

_cache = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
CACHES = {
    "default": _cache,
    # seating/rates.py: whoever is counted must not wait for a cache that is away. Once more at once, because a kept
    # connection may be of a server that was started again.
    "rates": {
        **_cache,
        "KEY_PREFIX": "rates",
        "OPTIONS": {"socket_connect_timeout": 0.25, "socket_timeout": 0.25, "retry": Retry(NoBackoff(), 1)},
    },
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # An idle socket must not time out: redis-py's own default of five seconds would close it.
        "CONFIG": {"hosts": [{"address": CHANNEL_REDIS_URL, "socket_timeout": None}]},
    }
}

# ------------------------------------------------------------------------------------------------ celery
if CELERY_BROKER_URL.startswith("rediss:"):
    CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": ssl.CERT_REQUIRED}  # kombu alone would take any certificate
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
CELERY_BEAT_SCHEDULE: dict[str, Any] = {}  # config.celery fills it from the apps' BEAT tables

# ----------------------------------------------------------------------------------------------- seating
SEAT_HOLD_SECONDS = env.whole("SEAT_HOLD_SECONDS", 300, 1, 1200)
PAYMENT_WINDOW_SECONDS = env.whole("PAYMENT_WINDOW_SECONDS", 600, 1, 1200)
LONGEST_HOLD_SECONDS = 1200  # from the first lock, also if seats are added or the hold is extended
WAITLIST_OFFER_SECONDS = env.whole("WAITLIST_OFFER_SECONDS", 600, 1, LONGEST_HOLD_SECONDS)
STUCK_VIEWER_SECONDS = env.whole("STUCK_VIEWER_SECONDS", 20, 1, 600)  # then a socket that reads nothing is closed
DRAIN_SECONDS = env.whole("DRAIN_SECONDS", 10, 0, 600)  # over which a stopping web process closes its sockets

# ---------------------------------------------------------------------------------------------- payments
SANDBOX_KEY_ID = "rzp_test_housefull"
SANDBOX_KEY_SECRET = "sandbox-key-secret"  # noqa: S105
SANDBOX_WEBHOOK_SECRET = "sandbox-webhook-secret"  # noqa: S105
SANDBOX_PORT = env.whole("SANDBOX_PORT", 8001, 1, 65535)
SANDBOX_WEBHOOK_URL = env.http_address("SANDBOX_WEBHOOK_URL", "http://127.0.0.1:8000/api/payments/webhook/")
RAZORPAY_KEY_ID = env.text("RAZORPAY_KEY_ID", SANDBOX_KEY_ID if DEBUG else None)
RAZORPAY_KEY_SECRET = env.text("RAZORPAY_KEY_SECRET", SANDBOX_KEY_SECRET if DEBUG else None)
RAZORPAY_WEBHOOK_SECRET = env.text("RAZORPAY_WEBHOOK_SECRET", SANDBOX_WEBHOOK_SECRET if DEBUG else None)
RAZORPAY_BASE_URL = env.http_address(
    "RAZORPAY_BASE_URL", f"http://127.0.0.1:{SANDBOX_PORT}" if DEBUG else "https://api.razorpay.com"
).rstrip("/")
RAZORPAY_SANDBOX = RAZORPAY_KEY_ID == SANDBOX_KEY_ID

# ----------------------------------------------------------------------------------------------- tickets
DEVELOPMENT_TICKET_KEY = "aG91c2VmdWxsLWRldmVsb3BtZW50LXRpY2tldC1rZXk="  # 32 bytes, base64
TICKET_SIGNING_KEY = env.seed("TICKET_SIGNING_KEY", DEVELOPMENT_TICKET_KEY if DEBUG else None)
# Public keys of earlier signing keys: tickets signed by those are valid while the public key is listed here.
TICKET_OLD_PUBLIC_KEYS = env.public_keys("TICKET_OLD_PUBLIC_KEYS", TICKET_SIGNING_KEY)
DEVELOPMENT_TICKET_PUBLIC_KEY = "ryvRvd7vUIJU7j+KkQ/z3iAdLYqINpAXjRDgH/fd1cA="

# -------------------------------------------------------------------------------------------------- mail
_mail = env.email("EMAIL_URL", "smtp://127.0.0.1:8002" if DEBUG else None)
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = _mail.get("EMAIL_FILE_PATH") or None
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Housefull <tickets@housefull.test>")
MAIL_CATCHER_DIR = VAR_DIR / "mail"  # where the mail catcher of `up` stores sent mails

# -------------------------------------------------------------------------------- language, time, static
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("hi", "हिन्दी")]
LOCALE_PATHS = [BASE_DIR / "frontend" / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True  # scripts read the language from the page
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
STATIC_MANIFEST = env.flag("STATIC_MANIFEST", not DEBUG)  # file names with hashes; needs collectstatic
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "config.staticfiles.ModuleManifestStorage"
        if STATIC_MANIFEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
CURRENCY = "INR"

# ---------------------------------------------------------------------------------------------- security
_gateway = [] if RAZORPAY_SANDBOX else ["https://*.razorpay.com"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'", *_gateway],
        "connect-src": ["'self'", *_gateway],
        "img-src": ["'self'", "data:", *_gateway],
        "style-src": ["'self'"],
        "frame-src": ["'self'", "https://www.youtube-nocookie.com", *_gateway],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
# A body without its files. Our own server refuses earlier and more exactly (config/server/http_channel.py).
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
X_FRAME_OPTIONS = "DENY"
GUEST_COOKIE_NAME = "guest" if DEBUG else "__Host-guest"  # `__Host-`: browsers keep it to this host and to https
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SECURE_REFERRER_POLICY = "same-origin"
if not DEBUG:
    SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked from within, past the proxy
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if TRUSTED_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
NINJA_NUM_PROXIES = TRUSTED_PROXIES

if not DEBUG:
    production.check(globals())

# ----------------------------------------------------------------------------------------------- logging
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = logs.configuration(LOG_LEVEL, as_json=not DEBUG)

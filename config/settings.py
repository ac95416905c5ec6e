"""Settings of the platform. What differs between machines comes from the environment (docs/operations.md lists it)."""

import sys
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured

from config import admin_theme, api_names, logs, schedule

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))
DEBUG = env.bool("DEBUG", default=False)
BEHIND_TLS = env.bool("BEHIND_TLS", default=False)
TESTING = "pytest" in sys.modules


def secret(name: str) -> str:
    """Give a secret from the environment, else from var/secrets (made by script/server for a machine of its own)."""
    if given := env(name, default=""):
        return str(given)
    kept = VAR_DIR / "secrets" / name.lower()
    if BEHIND_TLS or not kept.is_file():
        raise ImproperlyConfigured(f"{name} is not set: give it in the environment (script/server makes {kept})")
    return kept.read_text().strip()


# --- Secrets and hosts ----------------------------------------------------------------------------------------------

SECRET_KEY = secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
FIELD_KEY = secret("FIELD_KEY")
FIELD_KEY_FALLBACKS = env.list("FIELD_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- Apps and middleware --------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "accounts",
    "notices",
    "grid",
    "incidents",
    "fieldwork",
    "partybuilding",
    "volunteers",
    "reports",
    # The admin theme and what it dresses must stand before the admin.
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.gis",
    "config.apps.LoginLockConfig",
    "csp",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "leaflet",
    "rest_framework",
    "rest_framework_gis",
    # Last, because it dresses the admin of others.
    "config.apps.PlatformConfig",
]

MIDDLEWARE = [
    "config.middleware.RequestId",
    "config.middleware.InputGuard",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # A page of 26 kB is 5 kB on the line. Django hides the length of secrets (BREACH) and masks the CSRF token.
    "django.middleware.gzip.GZipMiddleware",
    "config.middleware.ContentPolicy",
    "config.middleware.NoStore",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionLimits",
    "grid.middleware.ScopeMiddleware",
    "reports.burden.middleware.FormBurden",
    "config.middleware.ChosenLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.problems.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "accounts.shell.shell",
                "grid.context.place",
            ],
        },
    },
]

# --- Database and cache ---------------------------------------------------------------------------------------------

# A lock that is waited for longer than 2 s becomes a clear 409; a forgotten transaction must not hold rows for ever.
# (A test may stand in its transaction for longer, while it waits for a browser or a worker.) STATEMENT_TIMEOUT is set
# by config/wsgi.py alone: a page must not hold the database for minutes, a job or a migration may.
DATABASE_WAITS = (
    f"-c lock_timeout=2000 -c idle_in_transaction_session_timeout={0 if TESTING else 15000} "
    f"-c statement_timeout={env.int('STATEMENT_TIMEOUT', default=0)}"
)

DATABASES: dict[str, dict[str, Any]] = {"default": env.db("DATABASE_URL")}
DATABASES["default"] |= {
    "ENGINE": "django.contrib.gis.db.backends.postgis",
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {**DATABASES["default"].get("OPTIONS", {}), "options": DATABASE_WAITS},
    "TEST": {"NAME": env("TEST_DB_NAME", default="test_gg")},
}

# Redis is the broker only. A page must work with Redis stopped or hung, so nothing that a page needs is cached there.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        # throttle counters live here: at the default of 300 entries many callers would push each other's out
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# --- Accounts, sessions, login --------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
# What an API key may be given, and who may do what where: both belong to a floor above accounts.
API_KEY_CAPABILITIES = "grid.posts.CAPABILITIES"
SCOPE_OF = "grid.scope.scope_of"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.CharacterClassValidator"},
]

# The database is the truth for sessions: losing Redis or a cache must not log anybody out.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 30 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "gg_session"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "gg_csrf"
CSRF_FAILURE_VIEW = "accounts.views.csrf_failure"
LANGUAGE_COOKIE_NAME = "gg_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
# Behind a proxy the address is the last one that the proxy itself wrote; without one, only the socket's counts.
AXES_CLIENT_IP_CALLABLE = "accounts.access.client_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# A try during the rest does not make it longer: the page says 15 minutes.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_ENABLE_ACCESS_FAILURE_LOG = True

# --- Browser security -----------------------------------------------------------------------------------------------

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True

# Where map tiles come from; nothing by default, for closed networks (the grid polygons are map enough).
TILE_URL = env("TILE_URL", default="")
TILE_ATTRIBUTION = env("TILE_ATTRIBUTION", default="")
TILE_ORIGINS = env.list("TILE_ORIGINS", default=[])

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        # Leaflet and ECharts place and colour their parts by style attributes.
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:", *TILE_ORIGINS],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_PERMISSIONS = 0o640

# gis.W001: GDAL before 3.9 (Debian 12, Ubuntu 24.04) cannot be kept from files and the network. No input of a user
# reaches GDAL as a data source or as a coordinate system: GeoJSON is parsed by our own guard, which refuses `crs`.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]

# --- Language and time ----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
# The second holds words of the libraries' pages that their own catalogs leave in English.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "config" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- Files ----------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
# var/assets holds the few files that script/server copies from node_modules.
STATICFILES_DIRS = [path for path in (BASE_DIR / "static", VAR_DIR / "assets") if path.is_dir()]
# Media has no address: photos leave through a view that asks for the scope first.
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(VAR_DIR / "media")))
STATIC_NAMES = "django.contrib.staticfiles.storage.StaticFilesStorage" if TESTING else "config.staticfiles.HashedFiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATIC_NAMES},
}
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600
WHITENOISE_AUTOREFRESH = False
WHITENOISE_USE_FINDERS = TESTING

# --- Jobs (reliability.md 1.3: each value answers a failure that was measured there) ----------------------------------

CELERY_BROKER_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 25,
}
CELERY_VISIBILITY_TIMEOUT = 900
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "grid-governance"
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_EXPIRES = None  # no results, so no daily task that tidies them
CELERY_ACCEPT_CONTENT = ["json"]
# Late acknowledgement only because attempts are counted in PostgreSQL.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_CONSUMER = "config.celery_reconnect:QuickConsumer"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 300_000
CELERY_WORKER_ETA_TASK_LIMIT = 1000
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "config.celery_reconnect:QuickScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
CELERY_BEAT_SCHEDULE = schedule.SCHEDULE
DJANGO_CELERY_BEAT_TZ_AWARE = True

# --- Messages to other systems --------------------------------------------------------------------------------------

# The address that links in messages to the outside begin with; without it they carry no link.
SITE_URL = env("SITE_URL", default="").rstrip("/")
# Receivers that may stand on this machine or at an otherwise blocked address, by host name (notices/outgoing.py).
NOTICES_ALLOWED_HOSTS = env.list("NOTICES_ALLOWED_HOSTS", default=[])

# --- API ------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["grid.api.permissions.CapabilityPermission"],
    "DEFAULT_PAGINATION_CLASS": "accounts.pagination.StrictCursorPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.parsers.GuardedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["accounts.throttles.ScopedThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "read": env("THROTTLE_READ", default="1200/min"),
        "write": env("THROTTLE_WRITE", default="600/min"),
        "intake": env("THROTTLE_INTAKE", default="600/min"),
        "verify": env("THROTTLE_VERIFY", default="30/min"),
    },
    "EXCEPTION_HANDLER": "accounts.problems.exception_handler",
    "NUM_PROXIES": 1 if BEHIND_TLS else 0,
    "PAGE_SIZE": 50,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Grid governance platform",
    "DESCRIPTION": "REST API of the street office: grids, organizations, incidents, reports.",
    "VERSION": "1.0.0",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": api_names.ENUMS,
}

# --- Admin and maps -------------------------------------------------------------------------------------------------

UNFOLD = admin_theme.UNFOLD

IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

LEAFLET_CONFIG: dict[str, Any] = {
    "DEFAULT_CENTER": (34.746, 113.66),
    "DEFAULT_ZOOM": 13,
    "MIN_ZOOM": 8,
    # Without tiles Leaflet knows no limit, and markercluster fails half way when there is none.
    "MAX_ZOOM": 18,
    "TILES": [("", TILE_URL, {"attribution": TILE_ATTRIBUTION})] if TILE_URL else [],
    "ATTRIBUTION_PREFIX": "",
    "RESET_VIEW": False,
}

# --- Logs -----------------------------------------------------------------------------------------------------------

LOGGING = logs.logging_settings(env("LOG_LEVEL", default="INFO"))

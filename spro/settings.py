"""Settings: everything that differs between two installations comes from the environment (`.env.example` lists it)."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF

from spro.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")

LOCAL_DIR = Path(env.str("SPRO_LOCAL", default="") or BASE_DIR / ".local")
DEBUG = env.bool("DEBUG", default=False)
# Without a key of its own, an installation that is not in debug refuses to start (see `spro/checks.py`).
SECRET_KEY = env.str("SECRET_KEY", default="insecure-key-for-the-demonstration-and-the-tests-only")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
# Where links in mails and files lead; never taken from what a browser says its host is.
SITE_URL = env.str("SITE_URL", default="").rstrip("/") or "http://127.0.0.1:8000"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# True on the demonstration: demo accounts are announced, the first security demands are relaxed.
DEMO = env.bool("DEMO", default=False)
# No mail leaves with links that lead to the machine of whoever reads it (`core/outbox.py`, spro.E003).
SITE_URL_KNOWN = DEBUG or DEMO or bool(env.str("SITE_URL", default=""))

INSTALLED_APPS = [
    "core",
    "accounts",
    "members",
    "territories",
    "events",
    "recognition",
    "metiers",
    "psad",
    "lorfolio",
    "bilans",
    "spro",
    "spro.admin_site.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "pgtrigger",
    "rules.apps.AutodiscoverRulesConfig",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
]

MIDDLEWARE = [
    "spro.middleware.RequestLogMiddleware",
    # Above what may refuse a request (a host that is not ours): refusals carry the policy too.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "spro.middleware.OpenDataMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "spro.middleware.ConditionalMiddleware",
    "spro.middleware.SilentMiddleware",  # inside: what is kept by nobody has no ETag
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "spro.middleware.RefuseOddQueriesMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.known.KnownBrowserMiddleware",
    "accounts.sessions.SeenMiddleware",
    "accounts.gate.GateMiddleware",
]

ROOT_URLCONF = "spro.urls"
WSGI_APPLICATION = "spro.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "spro.context.portal",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "core.templatetags.typography"],
        },
    }
]

# The fields of every form are drawn by our own templates (templates/django/forms/).
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data

DATABASES = {"default": env.db_url("DATABASE_URL", default="postgres://spro_app@127.0.0.1/spro")}
DATABASES["default"].update(CONN_MAX_AGE=None, CONN_HEALTH_CHECKS=True)
# Set by spro/wsgi.py: a page that takes longer holds nobody up; commands and migrations take the time they need.
STATEMENT_TIMEOUT = env.int("STATEMENT_TIMEOUT_MS", default=3_000) if env.bool("SPRO_WEB", default=False) else 0
if STATEMENT_TIMEOUT:
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = f"-c statement_timeout={STATEMENT_TIMEOUT}"
# The role of web and workers; migrations, run by the owner, give it its rights (core/grants.py).
DATABASE_APP_ROLE = env.str("DATABASE_APP_ROLE", default=DATABASES["default"].get("USER", ""))
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {"default": {"BACKEND": "core.kept_cache.KeptCache", "LOCATION": REDIS_URL}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# --- Language and time

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

# --- Static files and uploads

STATIC_URL = "/static/"
STATIC_ROOT = LOCAL_DIR / "static"
STATIC_BUILD_DIR = LOCAL_DIR / "static-build"  # what a command makes: the subset fonts
STATIC_BUILD_DIR.mkdir(parents=True, exist_ok=True)
# Leaflet's files come from django-leaflet, which as an application would ask for GDAL: only its folder is used.
LEAFLET_DIR = Path(find_spec("leaflet").origin).parent / "static" / "leaflet"  # type: ignore[union-attr, arg-type]
STATICFILES_DIRS = [BASE_DIR / "static", STATIC_BUILD_DIR, ("leaflet", LEAFLET_DIR)]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = LOCAL_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# --- People

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    # Django's own would hash each wrong password a second time.
    "accounts.backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account_home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # typed once: a button shows it, a mail replaces it
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False  # a GET never writes
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None  # the person says
ACCOUNT_CHANGE_EMAIL = True  # one address a person
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before an address changes hands
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600  # seconds
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # only in the browser that signed up
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
ACCOUNT_RATE_LIMITS = {
    # Wrong passwords: by visitor; by address and visitor; by address from everywhere, which nobody reaches alone.
    "login_failed": "10/m/ip,5/300s/key",
    "login_failed_anywhere": "100/h/key",
}
PASSWORD_RESET_TIMEOUT = 86_400  # a day, as the mail says
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

# Whoever runs the portal for the Region, and its officers, give a second factor (accounts/gate.py).
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=not (DEBUG or DEMO))
MFA_ADAPTER = "accounts.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = env.str("PORTAL_NAME", default="SPRO Grand Est")
MFA_TOTP_TOLERANCE = 1  # half a minute early or late
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RECOVERY_CODE_COUNT = 10
MFA_RECOVERY_CODE_DIGITS = 10
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs in without a verified address; a second one may be waiting
MFA_FORMS = {
    "authenticate": "accounts.factor_forms.AuthenticateForm",
    "reauthenticate": "accounts.factor_forms.ReauthenticateForm",
    "activate_totp": "accounts.factor_forms.ActivateTOTPForm",
    "authenticate_webauthn": "accounts.factor_forms.AuthenticateKeyForm",
    "reauthenticate_webauthn": "accounts.factor_forms.ReauthenticateKeyForm",
    "login_webauthn": "accounts.factor_forms.LoginKeyForm",
    "add_webauthn": "accounts.factor_forms.AddKeyForm",
    "edit_webauthn": "accounts.factor_forms.EditKeyForm",
}
MFA_RATE_LIMITS = {
    "factor_failed": "30/d/key",  # besides five in five minutes (login_failed)
    "webauthn_login": "10/m/ip",
    "passkey_question": "30/m/ip",
}
# Browsers take « localhost » in clear for safe, nothing else.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False

# ProConnect and FranceConnect: each opens when it is given an identifier (accounts/provider.py).
SOCIALACCOUNT_ADAPTER = "accounts.social.SocialAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an address alone joins nothing to nobody
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5  # seconds


def _door(prefix: str, name: str, url: str, scope: list[str]) -> dict[str, Any]:
    if not (client_id := env.str(f"{prefix}_CLIENT_ID", default="")):
        return {"APPS": []}
    about = {"server_url": env.str(f"{prefix}_URL", default=url), "scope": scope, "acr": ["eidas1", "eidas2", "eidas3"]}
    secret = env.str(f"{prefix}_CLIENT_SECRET")
    return {"APPS": [{"name": name, "client_id": client_id, "secret": secret, "settings": about}]}


SOCIALACCOUNT_PROVIDERS = {
    "proconnect": _door(
        "PROCONNECT", "ProConnect", "https://auth.agentconnect.gouv.fr/api/v2",
        ["openid", "given_name", "usual_name", "email", "siret", "uid"],
    ),
    "franceconnect": _door(
        "FRANCECONNECT", "FranceConnect", "https://oidc.franceconnect.gouv.fr/api/v2",
        ["openid", "given_name", "family_name", "email"],
    ),
}  # fmt: skip

# Secrets at rest (core/encryption.py): the first encrypts, all decrypt.
ENCRYPTION_KEYS = [key for key in env.list("ENCRYPTION_KEYS", default=[]) if key]
# What finds a young person again without keeping their name (psad/intake/matching.py). Changing it: docs/operations.md.
PSAD_HASH_KEY = env.str("PSAD_HASH_KEY", default="")

# --- Mail: queued in the outbox, sent by a worker

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="SPRO Grand Est <ne-pas-repondre@demo.invalid>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
if env.str("EMAIL_URL", default=""):
    globals().update(env.email_url("EMAIL_URL"))
else:  # nothing ever leaves the machine
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(LOCAL_DIR / "mail")

EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)  # seconds; a mail server that says nothing holds no worker

# --- The year of the bilans, « MM-DD »: when the next campaign is prepared; when it opens, is due, closes a year on

BILANS_DAYS = {
    name: env.str(f"BILANS_{name.upper()}_DAY", default=day)
    for name, day in (("prepared", "12-01"), ("opens", "01-15"), ("due", "03-31"), ("closes", "04-30"))
}

# --- What is not kept: the privacy page says so

OUTBOX_SENT_DAYS = env.int("OUTBOX_SENT_DAYS", default=30)
OUTBOX_FAILED_TEXT_DAYS = env.int("OUTBOX_FAILED_TEXT_DAYS", default=1)
UNVERIFIED_ACCOUNT_DAYS = env.int("UNVERIFIED_ACCOUNT_DAYS", default=7)
# D13: after the end of the last mandate or the last sign-in; without any mandate, after the last sign-in.
ACCOUNT_KEPT_DAYS = env.int("ACCOUNT_KEPT_DAYS", default=365)
ACCOUNT_IDLE_DAYS = env.int("ACCOUNT_IDLE_DAYS", default=1095)
ACCOUNT_NOTICE_DAYS = [int(days) for days in env.list("ACCOUNT_NOTICE_DAYS", default=["30", "7"])]  # before
MANDATE_KEPT_DAYS = env.int("MANDATE_KEPT_DAYS", default=1095)  # after its end; longer than ACCOUNT_KEPT_DAYS
CHECK_KEPT_DAYS = env.int("CHECK_KEPT_DAYS", default=730)  # yearly « still right? » and their answers
REPORT_ADDRESS_DAYS = env.int("REPORT_ADDRESS_DAYS", default=90)  # addresses left with an error told, unless answered
REPORT_DAYS = env.int("REPORT_DAYS", default=365)  # errors told
INVITATION_DAYS = env.int("INVITATION_DAYS", default=14)  # how long the link of an invitation opens
INVITATION_KEPT_DAYS = env.int("INVITATION_KEPT_DAYS", default=90)  # after it was used, revoked or expired
INVITATIONS_A_DAY = env.int("INVITATIONS_A_DAY", default=30)  # from one organisation
EVENT_WITHDRAWN_DAYS = env.int("EVENT_WITHDRAWN_DAYS", default=60)  # a withdrawn event stays in calendars, cancelled
EVENT_PROPOSAL_DAYS = env.int("EVENT_PROPOSAL_DAYS", default=7)  # a stranger's proposal that nobody confirmed
EVENT_PROPOSER_DAYS = env.int("EVENT_PROPOSER_DAYS", default=90)  # a stranger's name and address, after the decision
REGISTRATION_DAYS = env.int("REGISTRATION_DAYS", default=60)  # who registered, after the session
REGISTRATION_HOLD_HOURS = env.int("REGISTRATION_HOLD_HOURS", default=24)  # a seat waits for its address to be confirmed
ALERT_PENDING_DAYS = env.int("ALERT_PENDING_DAYS", default=3)  # an alert that nobody confirmed
ALERT_DAYS = env.int("ALERT_DAYS", default=365)  # then it ends, unless the person goes on
SOURCE_RUN_DAYS = env.int("SOURCE_RUN_DAYS", default=90)  # reports of readings of agendas
SOURCE_MAX_BYTES = env.int("SOURCE_MAX_BYTES", default=60_000_000)  # of an agenda read from afar
# Hosts of this network that a source may be read from (« 127.0.0.1 », « agenda.local:8080 »); any other private address
# is refused. The demonstration reads two agendas of its own, at its own port.
SOURCE_PRIVATE_HOSTS = env.list("SOURCE_PRIVATE_HOSTS", default=[SITE_URL.partition("://")[2]] if DEMO else [])
PSAD_CASE_DAYS = env.int("PSAD_CASE_DAYS", default=730)  # a young person's case, after the last contact (D13)
PSAD_WARN_DAYS = env.int("PSAD_WARN_DAYS", default=90)  # its end is announced to the team so long before
PSAD_ARCHIVE_DAYS = env.int("PSAD_ARCHIVE_DAYS", default=30)  # and it is archived so long before
PSAD_LOG_DAYS = env.int("PSAD_LOG_DAYS", default=365)  # who read what; dropped by whole months
LORFOLIO_QUOTA_BYTES = env.int("LORFOLIO_QUOTA_BYTES", default=200_000_000)  # of one person's safe
LORFOLIO_FILE_BYTES = env.int("LORFOLIO_FILE_BYTES", default=20_000_000)  # of one file of a safe
LORFOLIO_SHARE_DAYS = env.int("LORFOLIO_SHARE_DAYS", default=90)  # a share link lives at most so long
LORFOLIO_SHARE_KEPT_DAYS = env.int("LORFOLIO_SHARE_KEPT_DAYS", default=365)  # a share link, once it is over
LORFOLIO_ADVICE_DAYS = env.int("LORFOLIO_ADVICE_DAYS", default=180)  # an adviser's invitation, at most
LORFOLIO_ATTESTATION_DAYS = env.int("LORFOLIO_ATTESTATION_DAYS", default=30)  # to answer when one is asked to attest
LORFOLIO_CONSENT_DAYS = env.int("LORFOLIO_CONSENT_DAYS", default=30)  # a parent's, for who is under fifteen
IMPORT_DRAFT_DAYS = env.int("IMPORT_DRAFT_DAYS", default=30)  # files given at the desk, and their previews
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=20_000_000)  # of one such file
# No request with a file is larger, wherever it goes; refused before anything is written.
UPLOAD_MAX_BYTES = IMPORT_MAX_BYTES + 1_000_000
FILE_UPLOAD_HANDLERS = [
    "core.uploads.SizeGuard",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Files of dossiers are shown to this ClamAV daemon before they are kept (core/scanning.py); neither: no scan.
CLAMD_SOCKET = env.str("CLAMD_SOCKET", default="")
CLAMD_HOST = env.str("CLAMD_HOST", default="")
CLAMD_PORT = env.int("CLAMD_PORT", default=3310)
CLAMD_TIMEOUT = env.int("CLAMD_TIMEOUT", default=30)  # seconds

# --- Celery

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "calendar"
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# What drawing leaves in a child (0.6 MB a document) goes with it: it ends after the task that passes so many kilobytes.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000

# --- API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["core.api.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "core.api.CursorPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "anon": env.str("API_RATE", default="600/min"),
        "pages": env.str("PAGE_RATE", default="600/min"),  # a school stands behind one address
        "reports": env.str("REPORT_RATE", default="30/hour"),  # errors told by one visitor
        "proposals": env.str("PROPOSAL_RATE", default="20/hour"),  # events proposed by one visitor
        # seats and alerts asked for by one visitor; a class registers from one school
        "registrations": env.str("REGISTRATION_RATE", default="60/hour"),
        # a school that tells of those who left it at the end of the year
        "signalements": env.str("SIGNALEMENT_RATE", default="60/hour"),
        "codes": env.str("CODE_RATE", default="30/hour"),  # codes of a link tried by one visitor
        "uploads": env.str("UPLOAD_RATE", default="120/hour"),  # files of dossiers given by one account
        "contacts": env.str("CONTACT_RATE", default="10/hour"),  # messages left on personal sites by one visitor
        "attestations": env.str("ATTESTATION_RATE", default="30/day"),  # people one account writes to
        "shares": env.str("SHARE_RATE", default="120/hour"),  # files fetched through one share link of a safe
        "drawings": env.str("DRAWING_RATE", default="240/hour"),  # PDF, DOCX and ODT drawn for one account
        "starts": env.str("START_RATE", default="20/hour"),  # numbers asked about by one account that begins a dossier
    },
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # one format
    "NUM_PROXIES": 1 if env.bool("BEHIND_PROXY", default=False) else 0,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "API du portail SPRO",
    "DESCRIPTION": "Lecture libre des données publiques du service public régional de l’orientation.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "ServiceSlug": "core.reference.Service",
        "ChannelSlug": "core.reference.Channel",
        "StatusSlug": "core.reference.Status",
        "AccessSlug": "core.reference.Access",
        "OrganisationKind": "members.models.Organisation.Kind",
        "Membership": "members.api.MEMBERSHIPS",
        "EventTypeSlug": "core.reference.EventType",
        "SectorSlug": "core.reference.Sector",
        "AttendanceSlug": "events.models.session.Attendance",
        "SessionStatus": "events.models.Session.Status",
        "RegistrationMode": "events.models.Event.RegistrationMode",
        "EventState": "events.api.shapes.STATES",
        "SessionState": "events.api.shapes.SESSION_STATES",
    },
}

# --- Security

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "spro.views.errors.csrf_failure"
SECURE_REDIRECT_EXEMPT = [r"^sante/"]  # probes speak to the process itself, without TLS
HTTPS = env.bool("HTTPS", default=not (DEBUG or DEMO))  # HTTPS=0 says that one knows what one does
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # attempts are counted by visitor, not by proxy
CONTENT_SECURITY_POLICY = {
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
        "manifest-src": [SELF],
    }
}
SILENCED_SYSTEM_CHECKS = ["urls.W005"]

# --- Who publishes (legal notice, accessibility, personal data); invented on the demonstration, and said to be

PORTAL_NAME = env.str("PORTAL_NAME", default="SPRO Grand Est")
PUBLISHER_INVENTED = not env.str("PUBLISHER_NAME", default="")
PUBLISHER = {
    "name": env.str("PUBLISHER_NAME", default="Équipe de démonstration du portail SPRO"),
    "address": env.str("PUBLISHER_ADDRESS", default="1 rue de l’Exemple, 00000 Démonstration"),
    "director": env.str("PUBLISHER_DIRECTOR", default="Camille Exemple, personne inventée"),
    "contact": env.str("PUBLISHER_CONTACT", default="contact@demo.invalid"),
    "data_officer": env.str("PUBLISHER_DATA_OFFICER", default="donnees@demo.invalid"),
    "host_name": env.str("HOST_NAME", default="La machine qui fait tourner cette démonstration"),
    "host_address": env.str("HOST_ADDRESS", default="1 rue de l’Exemple, 00000 Démonstration"),
}
# What an audit of the whole RGAA found; without one, the law has but one word for it.
ACCESSIBILITY_LEVEL = env.str("ACCESSIBILITY_LEVEL", default="non conforme")

# --- Maps: our own contours; a background of somebody else's is off unless given, and loads on a click (S2)

MAP_TILES_URL = env.str("MAP_TILES_URL", default="")
MAP_TILES_ATTRIBUTION = env.str("MAP_TILES_ATTRIBUTION", default="")
if MAP_TILES_URL:
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"].append(env.str("MAP_TILES_ORIGIN"))

# --- Logs

LOGGING_CONFIG = None
logging_config(json=not DEBUG, level=env.str("LOG_LEVEL", default="INFO"))
if env.str("SENTRY_DSN", default=""):
    from spro.logs import configure_sentry

    configure_sentry(env.str("SENTRY_DSN"))

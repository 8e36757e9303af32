"""The settings of the portal, on servers of the tests' own."""

import os

from spro import embedded

os.environ.setdefault("LOG_LEVEL", "ERROR")
# Playwright keeps an event loop in the worker that opens Chromium, where tests of the database may follow.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
os.environ.setdefault("SECOND_FACTOR_REQUIRED", "0")  # the tests of it turn it on
os.environ.setdefault("SITE_URL", "http://127.0.0.1:8000")  # worlds made before any fixture write mails too
os.environ.setdefault("HTTPS", "0")  # the tests speak to the portal in clear
if not os.environ.get("SPRO_LOCAL"):
    os.environ["SPRO_LOCAL"] = str(embedded.local_dir() / "test")
embedded.use_if_needed(fast=True)

from spro.settings import *  # noqa: E402, F403
from spro.settings import STATIC_ROOT, STORAGES  # noqa: E402

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns of its absence
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # people are made by the hundred
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
SECURE_SSL_REDIRECT = False

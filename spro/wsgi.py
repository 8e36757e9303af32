"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spro.settings")
os.environ.setdefault("SPRO_WEB", "1")  # statements of pages are timed (spro/settings.py)
application = get_wsgi_application()

from spro.checks import refuse_insecure_start  # noqa: E402 (settings are ready only now)

refuse_insecure_start()

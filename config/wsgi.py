"""The WSGI entry."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Milliseconds for one question of a page to the database: the worst filter of one reader must not stop all others.
os.environ.setdefault("STATEMENT_TIMEOUT", "25000")

application = get_wsgi_application()

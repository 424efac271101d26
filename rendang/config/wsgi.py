"""The web application for a WSGI server: ``granian --interface wsgi rendang.config.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rendang.config.settings")
application = get_wsgi_application()

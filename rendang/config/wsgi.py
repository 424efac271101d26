"""The web application for a WSGI server: ``granian --interface wsgi rendang.config.wsgi:application``."""

import os
import signal

from django.core.wsgi import get_wsgi_application

from rendang.kernel.core.parent import end_with_parent

# A server process whose master was killed would keep the port for ever.
end_with_parent(signal.SIGTERM)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rendang.config.settings")
application = get_wsgi_application()

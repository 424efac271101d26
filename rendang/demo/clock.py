"""The days before today: a fictional city has a past, and its cases, papers and audit events are dated in it.

While a moment is set, Django's clock tells it to every action called; nothing is written around the actions.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Let it be that moment. Only while a demonstration is loaded, by one process that serves nobody."""
    if not settings.DEMONSTRATION:
        raise ImproperlyConfigured("Only the demonstration may tell another time.")
    real = timezone.now
    timezone.now = lambda: moment
    try:
        yield
    finally:
        timezone.now = real

"""``./run manage load_demonstration --people N``: the fictional city, into an empty database."""

import errno
import time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from psycopg.errors import DiskFull

from rendang.demo.actions import load_city


class Command(BaseCommand):
    help = "Load the fictional city of the demonstration into an empty database: all of it, or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, default=20_000, help="who live in the city; 0 is an empty city")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        if options["people"] < 0:
            raise CommandError("--people cannot be negative.")
        try:
            load_city(options["people"], tell=lambda text: self.stdout.write(f"  {text}"))
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from None
        except (OperationalError, OSError) as failed:
            if not (isinstance(failed.__cause__, DiskFull) or getattr(failed, "errno", None) == errno.ENOSPC):
                raise
            raise CommandError("The disk became full while the city was loaded; nothing of it is kept.") from None
        self.stdout.write(f"  {time.monotonic() - began:.0f} s")

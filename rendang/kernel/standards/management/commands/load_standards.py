from typing import Any

from django.core.management.base import BaseCommand

from rendang.kernel.standards.actions import load_standards


class Command(BaseCommand):
    help = "Load code tables, classification, policies, services and the calendar from the data files (idempotent)."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = load_standards(by=None)
        for name, part in counts.items():
            self.stdout.write(
                f"{name:<16} added {part.added:>6}  corrected {part.corrected:>4}  closed {part.closed:>4}  "
                f"removed {part.removed:>4}  kept from screen {part.kept_from_screen:>4}  "
                f"unchanged {part.unchanged:>6}"
            )

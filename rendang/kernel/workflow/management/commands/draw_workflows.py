from typing import Any

from django.core.management.base import BaseCommand

from rendang.kernel.workflow.drawing import all_workflows


class Command(BaseCommand):
    help = "Print docs/workflows.md, drawn from the steps."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(all_workflows(), ending="")

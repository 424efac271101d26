"""``./run manage reset_second_factor USERNAME --reason …``: for somebody who lost telephone and recovery codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rendang.kernel.accounts.actions import remove_second_factor, system_actor
from rendang.kernel.accounts.models import User


class Command(BaseCommand):
    help = (
        "Remove the second factor of an account, so that a new one is set up at the next sign-in. Only here, on the "
        "server: on screen the security administrator could otherwise become anybody."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="who asked, and how they were recognised")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = User.objects.get(username=options["username"], kind=User.Kind.STAFF)
        except User.DoesNotExist:
            raise CommandError("There is no such member of staff.") from None
        remove_second_factor(user, by=system_actor(), reason=options["reason"], lost=True)
        self.stdout.write("Removed.")

"""``./run manage first_accounts``: the people an empty installation begins with."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from rendang.kernel.access.actions import grant_first_role
from rendang.kernel.access.models import Membership, Role
from rendang.kernel.accounts.actions import create_account

ROLES = {
    "system": Role.SYSTEM_ADMINISTRATOR,
    "security": Role.SECURITY_ADMINISTRATOR,
    "audit": Role.AUDIT_ADMINISTRATOR,
    "supervisor": Role.SUPERVISOR,
}


class Command(BaseCommand):
    help = (
        "Make the three administrators and a municipal supervisor, with initial passwords shown once. "
        "Everybody else gets an account and roles on screen, confirmed by a second person."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for name in ROLES:
            parser.add_argument(f"--{name}", required=True, metavar="USERNAME:NAME", help=f"for example {name}1:王芳")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if Membership.objects.filter(role=Role.SECURITY_ADMINISTRATOR).exists():
            raise CommandError("There is a security administrator already; further accounts are made on screen.")
        for option, role in ROLES.items():
            username, _colon, name = options[option].partition(":")
            try:
                user, password = create_account(username=username, name=name, by=None)
                grant_first_role(user, role=role, institution=None, by=None)
            except ValidationError as refused:
                raise CommandError(f"--{option}: {' '.join(refused.messages)}") from refused
            self.stdout.write(f"{role.value:24} {username:20} {password}")

"""``./run manage demonstration_accounts``: who can sign in to the demonstration, and whom a visitor may play."""

import unicodedata
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from rendang.demo import queries
from rendang.demo.city import PASSWORD
from rendang.kernel.access.models import Role


class Command(BaseCommand):
    help = "Print the accounts of the demonstration, its people by name and a certificate to verify."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("There are no demonstration accounts outside a demonstration.")
        accounts = queries.accounts()
        if not accounts:
            raise CommandError("The demonstration is not loaded yet: load_demonstration.")
        self.stdout.write(f"Staff — every password is {PASSWORD}\n\n")
        self._table(
            ["ROLE", "USER NAME", "INSTITUTION", ""],
            [
                [_role(each.role), each.username, each.institution, "+ code" if each.has_second_factor else ""]
                for each in accounts
            ],
        )
        self.stdout.write("\n+ code: the second factor; the page that asks for it shows the current code.\n")
        self.stdout.write("\nCitizens — for the public query, and for signing in (the sandbox shows the code)\n\n")
        self._table(
            ["NAME", "ID NUMBER", "WHAT IS FOUND"], [[c.name, c.id_number, c.promise] for c in queries.citizens()]
        )
        if certificate := queries.certificate_to_verify():
            self.stdout.write(
                f"\nA certificate to verify — number {certificate.certificate_number}, "
                f"code {certificate.verification_code}\n"
            )

    def _table(self, head: list[str], rows: list[list[str]]) -> None:
        widths = [max(_width(row[at]) for row in [head, *rows]) for at in range(len(head))]
        for row in [head, *rows]:
            cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
            self.stdout.write("  " + "  ".join(cells).rstrip())


def _role(role: Role) -> str:
    with override("zh-hans"):
        chinese = str(role.label)
    with override("en"):
        return f"{chinese} {role.label}"


def _width(text: str) -> int:
    """Columns on a terminal, where a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)

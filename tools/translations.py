"""The catalogue of translations, without system gettext: English in the sources, Chinese in ``locale/zh_Hans``.

    tools/translations.py add       {"English": "中文", …} as JSON on standard input; merged, sorted, compiled
    tools/translations.py extract   bring the catalogue up to date with the sources (--prune forgets what none uses)
    tools/translations.py compile   write the .mo that Django reads; does nothing when it is fresh
    tools/translations.py check     every string translated, placeholders kept, words those of docs/domain.md

The value of ``add`` may be an object {"context": "中文"} for strings that carry a context (pgettext).
A string no longer in the sources is kept as a comment (``#~``) and comes back with its source.
"""

import argparse
import fcntl
import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tokenize import TokenError
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.template.exceptions import TemplateSyntaxError
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "rendang"
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
GLOSSARY = ROOT / "docs" / "domain.md"

# No dates and no line numbers: the file changes only when a string does.
HEADER = """\
# Rendang 人档: the Chinese of the screens. Edit by hand or with tools/translations.py; the words are docs/domain.md's.
msgid ""
msgstr ""
"Project-Id-Version: rendang\\n"
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
SENTENCE = re.compile(r"[a-z]{2,}[ ,.].*[a-z]{2,}")

Key = tuple[str, str]  # (context or "", msgid)


class Term(NamedTuple):
    """A binding word of the glossary: where the English stands, one of the Chinese forms must stand too."""

    english: str
    pattern: re.Pattern[str]
    chinese: list[str]


def python_strings(text: str) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    for _line, messages, _comments, context in extract("python", io.BytesIO(text.encode()), KEYWORDS):
        yield messages, context


def template_strings(text: str) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """``templatize`` blanks everything but gettext calls, which read like JavaScript."""
    blanked = templatize(text).encode()
    for _line, messages, _comments, context in extract("javascript", io.BytesIO(blanked), KEYWORDS):
        yield messages, context


def strings_in_sources(root: Path = SOURCES, *, tolerant: bool = False) -> dict[Key, Message]:
    """Every translatable string of the Python files and templates, with the files that use it.

    A file that cannot be read stops the work, or, when ``tolerant``, is passed over with a warning.
    """
    found: dict[Key, Message] = {}
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.html"), *root.rglob("*.txt")]):
        if path.suffix == ".txt" and "templates" not in path.parts:
            continue
        read = python_strings if path.suffix == ".py" else template_strings
        try:
            strings = list(read(path.read_text(encoding="utf-8")))
        except FileNotFoundError:  # being renamed by somebody else
            continue
        except (SyntaxError, TokenError, TemplateSyntaxError) as error:
            message = f"{path.relative_to(root.parent)}: cannot be read for translations: {error}"
            if not tolerant:
                raise SystemExit(message) from error
            print(message, file=sys.stderr)
            continue
        for messages, context in strings:
            single = messages if isinstance(messages, str) else messages[0]
            if not single:
                continue
            entry = found.setdefault((context or "", single), Message(single, context=context))
            if not isinstance(messages, str):
                entry.id = tuple(messages[:2])
            place = (path.relative_to(root.parent).as_posix(), 0)  # the line is not written
            if place not in entry.locations:
                entry.locations.append(place)
    return found


@contextmanager
def catalogue_locked(path: Path = CATALOGUE) -> Iterator[None]:
    """One writer at a time, over processes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def read(path: Path = CATALOGUE) -> Catalog:
    if not path.exists():
        return Catalog(locale="zh_Hans")
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def key_of(message: Message) -> Key:
    return message.context or "", single_of(message)


def single_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def chinese_of(message: Message) -> str:
    return message.string if isinstance(message.string, str) else next(iter(message.string or ()), "")


def entries(catalog: Catalog) -> dict[Key, Message]:
    return {key_of(message): message for message in catalog if message.id}


def write(known: dict[Key, str], used: dict[Key, Message], *, kept: set[Key], path: Path = CATALOGUE) -> None:
    """``used`` as entries, and so is what is ``kept``; whatever else is known becomes a comment."""
    catalog = Catalog(locale="zh_Hans", fuzzy=False)
    for key in sorted({*known, *used}, key=lambda one: (one[1].casefold(), one[1], one[0])):
        source = used.get(key)
        identity = source.id if source else key[1]
        chinese = known.get(key, "")
        message = Message(
            identity,
            (chinese,) if isinstance(identity, tuple) else chinese,
            locations=source.locations if source else (),
            context=key[0] or None,
        )
        message.flags.clear()
        if source or key in kept:
            catalog[message.id] = message
        elif chinese:
            catalog.obsolete[catalog._key_for(message.id, message.context)] = message
    body = io.BytesIO()
    write_po(body, catalog, width=0, omit_header=True, include_lineno=False)
    replace(path, HEADER.encode() + body.getvalue())


def replace(path: Path, content: bytes) -> None:
    """All or nothing, and not at all when nothing changed."""
    if path.exists() and path.read_bytes() == content:
        return
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_bytes(content)
    draft.replace(path)


def known_translations(catalog: Catalog) -> dict[Key, str]:
    every = [*entries(catalog).values(), *catalog.obsolete.values()]
    return {key_of(message): chinese_of(message) for message in reversed(every) if not message.fuzzy}


def add(new: dict[str, str | dict[str, str]], path: Path = CATALOGUE, sources: Path = SOURCES) -> int:
    """Merge translations; the Chinese given replaces what was there. Returns how many are new or changed."""
    used = strings_in_sources(sources, tolerant=True)
    wanted: dict[Key, str] = {}
    for english, chinese in new.items():
        if isinstance(chinese, dict):
            wanted |= {(context, english): text for context, text in chinese.items()}
            continue
        contexts = [context for context, single in used if single == english] or [""]
        wanted |= {(context, english): chinese for context in contexts}
    with catalogue_locked(path):
        catalog = read(path)
        known = known_translations(catalog)
        changed = {key: text for key, text in wanted.items() if known.get(key) != text}
        write(known | wanted, used, kept=set(entries(catalog)) | set(wanted), path=path)
        compile_catalogue(path)
    return len(changed)


def update(*, prune: bool = False, path: Path = CATALOGUE, sources: Path = SOURCES) -> None:
    """The entries become exactly the strings of the sources; translations are kept."""
    with catalogue_locked(path):
        used = strings_in_sources(sources)
        known = known_translations(read(path))
        if prune:
            known = {key: chinese for key, chinese in known.items() if key in used}
        write(known, used, kept=set(), path=path)
        compile_catalogue(path)


def compile_catalogue(path: Path = CATALOGUE) -> bool:
    """Write the binary catalogue beside the .po; false when it was fresh already."""
    binary = path.with_suffix(".mo")
    if not path.exists() or (binary.exists() and binary.stat().st_mtime >= path.stat().st_mtime):
        return False
    content = io.BytesIO()
    write_mo(content, read(path))
    replace(binary, content.getvalue())
    os.utime(binary)
    return True


def glossary(path: Path = GLOSSARY) -> list[Term]:
    """The words in **bold** of the tables of docs/domain.md, longest first."""
    terms = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) < 2 or not (english := re.fullmatch(r"\*\*(.+)\*\*", cells[0])):
            continue
        for word in english[1].split(" / "):
            pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?:s|es)?(?![\w-])", re.IGNORECASE)
            terms.append(Term(word, pattern, [form.strip() for form in re.split("[、/]", cells[1])]))
    return sorted(terms, key=lambda term: -len(term.english))


def wrong_words(english: str, chinese: str, terms: list[Term]) -> Iterator[str]:
    """A longer term speaks for the shorter ones inside it: 存档证明 need not say 保管."""
    english = PLACEHOLDER.sub(" ", english)
    for term in terms:
        english, times = term.pattern.subn(" ", english)
        if times and not any(form in chinese for form in term.chinese):
            yield f"the glossary says {' or '.join(term.chinese)} for “{term.english}”"


def problems_of(message: Message, terms: list[Term]) -> Iterator[str]:
    chinese = chinese_of(message)
    if message.fuzzy:
        yield "is fuzzy"
    if not chinese:
        yield "is not translated"
        return
    english = single_of(message)
    if chinese == english and SENTENCE.search(english):
        yield "is not translated (the Chinese is the English)"
    allowed = {english} if isinstance(message.id, str) else set(message.id)
    if sorted(PLACEHOLDER.findall(chinese)) not in [sorted(PLACEHOLDER.findall(form)) for form in allowed]:
        yield f"has other placeholders than its translation “{chinese}”"
    yield from (f"is translated “{chinese}”, but {fault}" for fault in wrong_words(english, chinese, terms))


def check(path: Path = CATALOGUE, sources: Path = SOURCES, terms: list[Term] | None = None) -> list[str]:
    """What is wrong with the catalogue, one line a string; an empty list when nothing is."""
    terms = glossary() if terms is None else terms
    used = strings_in_sources(sources)
    held = entries(read(path))
    problems = []
    for key, source in used.items():
        where = source.locations[0][0]
        message = held.get(key)
        if message is None:
            problems.append(f"{where}: “{key[1]}” is missing from the catalogue")
            continue
        if isinstance(source.id, str) != isinstance(message.id, str):
            problems.append(f"{where}: “{key[1]}” has another plural in the catalogue; run extract")
        problems += [f"{where}: “{key[1]}” {fault}" for fault in problems_of(message, terms)]
    problems += [f"locale: “{key[1]}” is stale: no source uses it; run extract" for key in held if key not in used]
    return problems


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("add", "compile", "check"):
        commands.add_parser(name)
    commands.add_parser("extract").add_argument("--prune", action="store_true", help="forget what no source uses")
    options = parser.parse_args(arguments)
    if options.command == "add":
        try:
            new = json.load(sys.stdin)
        except json.JSONDecodeError as error:
            sys.exit(f"Standard input is not JSON: {error}")
        print(f"{add(new)} translations added or changed")
    elif options.command == "extract":
        update(prune=options.prune)
        print(f"{len(entries(read()))} strings")
    elif options.command == "compile":
        print("compiled" if compile_catalogue() else "fresh")
    else:
        problems = check()
        print("\n".join(problems) or "every string is translated")
        return 1 if problems else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What happened, in a sentence: from the verb of an event (``dossier.view``) to what people read.

A verb is ``<thing>.<what was done>``. What can be done to anything stands here; the things, and a sentence for each
verb whose halves do not tell the story, every app declares in its ``sentences.py``, which is read when the apps are
ready. Who did it and when stand beside the sentence, not in it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

THINGS: dict[str, str | Promise] = {"auditseal": _("seal")}
SENTENCES: dict[str, str | Promise] = {
    "audit.search": _("Searched the audit log"),
    "audit.verify": _("Verified the audit log"),
}
# The system's own name in the log, the same in every language: the digests cover it.
SYSTEM = "系统"
# Reasons that are codes.
REASONS: dict[str, str | Promise] = {}
# The same of codes whose table grows: each names a reason that is one of its codes, and says nothing of others.
NAMED_BY: list[Callable[[str], str]] = []
# What is told to people with values of its own (kernel.standards.telling).
TEXTS: dict[str, str | Promise] = {}
# What a row of these tables is called when an event is about it.
SAME_AS: dict[str, str] = {}

DONE: dict[str, Promise] = {
    "add": _("Added the %(thing)s"),
    "approve": _("Approved the %(thing)s"),
    "cancel": _("Cancelled the %(thing)s"),
    "change": _("Changed the %(thing)s"),
    "confirm": _("Confirmed the %(thing)s"),
    "correct": _("Corrected the %(thing)s"),
    "create": _("Created the %(thing)s"),
    "decline": _("Declined the %(thing)s"),
    "download": _("Downloaded the %(thing)s"),
    "end": _("Ended the %(thing)s"),
    "export": _("Exported the %(thing)s"),
    "import": _("Imported the %(thing)s"),
    "load": _("Loaded the %(thing)s"),
    "move": _("Moved the %(thing)s"),
    "pause": _("Paused the %(thing)s"),
    "print": _("Printed the %(thing)s"),
    "publish": _("Published the %(thing)s"),
    "receive": _("Received the %(thing)s"),
    "remove": _("Removed the %(thing)s"),
    "resume": _("Resumed the %(thing)s"),
    "verify": _("Verified the %(thing)s"),
    "view": _("Looked at the %(thing)s"),
    "withdraw": _("Withdrew the %(thing)s"),
}

LOOKS = frozenset(
    {"view", "list", "findings", "print", "export", "download", "search", "unmask", "places", "ask", "show"}
)


def in_words(
    *,
    things: Mapping[str, str | Promise] | None = None,
    sentences: Mapping[str, str | Promise] | None = None,
    reasons: Mapping[str, str | Promise] | None = None,
    same_as: Mapping[str, str] | None = None,
    texts: Mapping[str, str | Promise] | None = None,
    reasons_named_by: Callable[[str], str] | None = None,
) -> None:
    """Declare the words of an app. ``same_as``: the thing that a row of a table is called by (``user``: account).

    ``texts``: what is told and kept with its values, and drawn for its reader. ``reasons_named_by``: what a reason is
    called that is a code of a table, to which more are added on screen; empty for any other.

    Raises ``ValueError`` for what another app has said already.
    """
    declared = (THINGS, things), (SENTENCES, sentences), (REASONS, reasons), (SAME_AS, same_as), (TEXTS, texts)
    for known, more in declared:
        if twice := sorted(known.keys() & (more or {}).keys()):
            raise ValueError(f"Said already: {', '.join(twice)}")
        known.update(more or {})  # type: ignore[arg-type]
    if reasons_named_by:
        NAMED_BY.append(reasons_named_by)


def sentence(verb: str) -> str:
    """The verb in words; a verb without words is shown as it is written."""
    if verb in SENTENCES:
        return str(SENTENCES[verb])
    thing, _dot, done = verb.partition(".")
    if done in DONE and thing in THINGS:
        return str(DONE[done]) % {"thing": THINGS[thing]}
    return verb


def reason(text: str) -> str:
    """Why it was done or not: a code in its words, what a person has written as it stands."""
    if text in REASONS or not text:
        return str(REASONS.get(text, text))
    return next((said for name in NAMED_BY if (said := name(text))), text)


def thing(subject_type: str) -> str:
    """What an event is about, from its ``app.model``."""
    model = subject_type.rpartition(".")[2]
    named = THINGS.get(SAME_AS.get(model, model))
    if named is None:
        try:
            named = apps.get_model(subject_type)._meta.verbose_name
        except (LookupError, ValueError):  # of an app that is no longer there, or of none
            named = model
    return str(named)


def actor(verb: str, actor_id: int | None, name: str) -> str:
    """Who did it: a name, the system, or nobody known when somebody could not sign in."""
    if actor_id is not None:
        return str(_("System")) if name == SYSTEM else name
    return "" if verb.startswith(("account.fail", "account.lock")) else str(_("System"))


def icon(verb: str) -> str:
    """A Tabler icon: an eye for looks, a key for accounts, a pencil for changes."""
    what, _dot, done = verb.partition(".")
    if done in LOOKS:
        return "eye"
    return {"account": "key", "role": "users", "audit": "shield-check"}.get(what, "point")


def tone(verb: str, changes: dict[str, Any]) -> str:
    """The colour of the timeline: red for what was refused or failed, nothing otherwise."""
    done = verb.partition(".")[2]
    return "red" if done.startswith(("fail", "lock", "refuse", "decline", "deny", "return", "revoke")) else ""

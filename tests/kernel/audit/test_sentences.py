"""Every kind of event reads as a sentence in both languages, and nothing is put into words that never happens."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.utils import translation

import rendang
from rendang.kernel.audit.sentences import DONE, SAME_AS, SENTENCES, TEXTS, THINGS, actor, in_words, sentence, thing
from rendang.kernel.workflow.models import kinds
from rendang.kernel.workflow.steps import STEPS
from rendang.people.actions.persons import RECORDS
from rendang.storage.models import Placement

VERB = re.compile(r"^[a-z_]+\.[a-z_]+$")
RECORDING = re.compile(r"\brecord(_view|_all)?\(")
MODELS = {model._meta.model_name for model in apps.get_models() if model.__module__.startswith("rendang.")}
# Verbs that are put together: storage's for the kinds of place, people's for the parts of a record.
PLACES = {f"placement.{kind.lower()}" for kind in set(Placement.Kind) - {"SLOT", "DESK", "COURIER", "AS_WRITTEN"}}
PARTS = {f"{part}.{done}" for part in RECORDS for done in ("add", "change", "remove")}


def verbs_in(source: str) -> set[str]:
    """What a module that records events calls them; the name of a job is none of them."""
    tree = ast.parse(source)
    keywords = [keyword for node in ast.walk(tree) if isinstance(node, ast.Call) for keyword in node.keywords]
    named = {id(keyword.value) for keyword in keywords if keyword.arg in {"name", "queueing_lock", "lock"}}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in named]
    return {node.value for node in texts if isinstance(node.value, str) and VERB.match(node.value)}


def verbs_recorded() -> list[str]:
    """The verbs written out where something is recorded, those put together, and the steps of every kind of case."""
    paths = [path for path in Path(rendang.__file__).parent.rglob("*.py") if path.name != "sentences.py"]
    # The demonstration records one thing of its own; its accounts are named like verbs.
    sources = [path.read_text() for path in paths if "demo" not in path.parts] + ['record("demonstration.load")']
    written = {verb for source in sources if RECORDING.search(source) for verb in verbs_in(source)}
    written -= set(TEXTS) - set(SENTENCES)  # what people are told is no event
    steps = {f"{model._meta.model_name}.{name}" for model, rules in STEPS.items() for name in rules}
    return sorted(written | PLACES | PARTS | steps | {f"{kind}.open" for kind in kinds()})


RECORDED = verbs_recorded()


@pytest.mark.parametrize("verb", RECORDED)
def test_every_verb_reads_as_a_sentence(verb: str) -> None:
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert sentence(verb) != verb


def test_nothing_is_put_into_words_that_never_happens() -> None:
    assert set(SENTENCES) - set(RECORDED) == set()
    by_halves = {tuple(verb.split(".")) for verb in set(RECORDED) - set(SENTENCES)}
    assert set(DONE) - {done for _thing, done in by_halves} == set()
    about = {verb.partition(".")[0] for verb in RECORDED} | MODELS | set(SAME_AS.values())
    assert set(THINGS) - about == set()
    assert set(SAME_AS) - MODELS == set()
    assert set(SAME_AS.values()) - set(THINGS) == set()


def test_two_apps_do_not_say_the_same() -> None:
    with pytest.raises(ValueError, match="Said already: account"):
        in_words(things={"account": "account", "elephant": "elephant"})
    assert "elephant" not in THINGS


def test_an_unknown_verb_is_shown_as_it_is_written() -> None:
    assert sentence("elephant.wash") == "elephant.wash"


def test_who_did_it() -> None:
    with translation.override("en"):
        assert actor("person.view", 3, "王芳") == "王芳"
        assert actor("case.pause", None, "system") == "System"
        assert actor("case.pause", 1, "系统") == "System"
        assert actor("account.fail_sign_in", None, "system") == ""
        assert thing("accounts.user") == "account"

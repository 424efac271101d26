import re
from pathlib import Path

import pytest
from django.utils import translation

import rendang
from rendang.kernel.audit.sentences import actor, sentence, thing
from rendang.kernel.workflow.steps import STEPS

CALL = re.compile(r"\b(?:record|record_view)\(\s*f?\"([a-z_]+\.[a-z_]+)\"")


def verbs_in_the_sources() -> list[str]:
    """The verbs written out where something is recorded, and those of the steps of every kind of case."""
    root = Path(rendang.__file__).parent
    written = {verb for path in root.rglob("*.py") for verb in CALL.findall(path.read_text())}
    steps = {f"{model._meta.model_name}.{name}" for model, rules in STEPS.items() for name in rules}
    return sorted(written | steps)


@pytest.mark.parametrize("verb", verbs_in_the_sources())
def test_every_verb_reads_as_a_sentence(verb: str) -> None:
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert sentence(verb) != verb


def test_an_unknown_verb_is_shown_as_it_is_written() -> None:
    assert sentence("elephant.wash") == "elephant.wash"


def test_who_did_it() -> None:
    with translation.override("en"):
        assert actor("person.view", 3, "王芳") == "王芳"
        assert actor("case.pause", None, "system") == "System"
        assert actor("account.fail_sign_in", None, "system") == ""
        assert thing("accounts.user") == "account"

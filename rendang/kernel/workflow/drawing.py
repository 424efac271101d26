"""The workflows as drawings, made from the steps themselves so that they cannot tell anything else."""

from django.utils import translation

from rendang.kernel.workflow.models import Case, kinds
from rendang.kernel.workflow.steps import STEPS, Step

HEADING = """# Workflows

Drawn from the step table by `./run manage draw_workflows > docs/workflows.md`; a test fails when it is out of date.
Every step needs its permission at the institution named (institution: the case's own; counterpart: the other side).
"""


def drawing(model: type[Case]) -> str:
    """One kind of case as a Mermaid state diagram."""
    first = next(iter(model.State)).value
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {first}"]
    lines += [f"    {state.value}: {state.label}" for state in model.State]
    for rule in STEPS[model].values():
        lines += [f"    {source} --> {rule.target}: {rule.label}" for source in _in_order(model, rule)]
    lines += [f"    {state} --> [*]" for state in model.State.values if state in model.CLOSED]
    return "\n".join([*lines, "```"])


def _in_order(model: type[Case], rule: Step) -> list[str]:
    return [state for state in model.State.values if state in rule.sources]


def table(model: type[Case]) -> str:
    """Its steps with permission, two-person rule and time limit."""
    lines = [
        "| Step | Permission | At | Not by | Time limit that starts | What happens |",
        "|---|---|---|---|---|---|",
    ]
    for rule in STEPS[model].values():
        unlike = ", ".join(rule.unlike) or "–"
        limit = {"unchanged": "–", None: "ends"}.get(rule.deadline, rule.deadline)
        lines.append(f"| {rule.label} | `{rule.permission}` | {rule.at} | {unlike} | {limit} | {rule.summary} |")
    return "\n".join(lines)


def all_workflows() -> str:
    """The whole of docs/workflows.md."""
    with translation.override("en"):
        parts = [HEADING]
        for name, model in sorted(kinds().items()):
            parts.append(f"## {str(model._meta.verbose_name).capitalize()} (`{name}`)\n")
            parts.append(f"{drawing(model)}\n\n{table(model)}\n")
        return "\n".join(parts)

from pathlib import Path

from rendang.kernel.workflow.drawing import all_workflows


def test_the_document_is_what_the_steps_say():
    written = (Path(__file__).parents[3] / "docs" / "workflows.md").read_text()

    assert written == all_workflows(), "run: ./run manage draw_workflows > docs/workflows.md"

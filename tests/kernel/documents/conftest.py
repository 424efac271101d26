import pytest


@pytest.fixture(autouse=True)
def not_a_demonstration(settings: object) -> None:
    """Papers of a demonstration carry a mark, those of the golden pictures do not."""
    settings.DEMONSTRATION = False  # type: ignore[attr-defined]

"""Refusals that carry more than words."""


class InvalidInput(Exception):
    """What came over the interface does not fit: field → messages, each naming the remedy."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("invalid input")
        self.errors = errors

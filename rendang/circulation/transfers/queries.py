"""What is asked about transfers."""

from django.utils import timezone

from rendang.kernel.standards import queries as standards


def carriers_between_us() -> list[str]:
    """The codes of the ways in which a dossier may travel between institutions of the city, today."""
    return list(standards.policy("carriers_internal", on=timezone.localdate()).value)

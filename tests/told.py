"""What citizens and staff are told, in the wording that is the product's own: Chinese."""

from django.utils import translation

from rendang.kernel.standards.telling import Told


def chinese(message: Told) -> str:
    with translation.override("zh-hans"):
        return message.text

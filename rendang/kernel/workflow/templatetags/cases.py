"""What templates say of cases."""

from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from rendang.kernel.workflow.queries import kinds_seen_by

register = template.Library()


@register.simple_tag(takes_context=True)
def case_link(context: Any, case: Any, words: str = "") -> SafeString:
    """A case by its number or other words; a link only for those who may open the pages of its kind."""
    words = words or case.number
    if case.kind not in kinds_seen_by(context["request"].user):
        return conditional_escape(words)
    return format_html('<a href="{}">{}</a>', case.get_absolute_url(), words)

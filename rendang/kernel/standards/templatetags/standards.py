"""What templates say of rules."""

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from rendang.kernel.audit.sentences import reason
from rendang.kernel.core.language import in_chinese
from rendang.kernel.standards.citations import Part, basis_parts
from rendang.kernel.standards.english import cell_in_words, in_words
from rendang.kernel.standards.telling import institution_in_words

register = template.Library()


@register.filter
def basis(text: str) -> SafeString:
    """A legal basis in the language of the page; in English, what the documents are called stands behind it."""
    if in_chinese() or not text:
        return conditional_escape(text)
    parts = basis_parts(text)
    shown = format_html_join("; ", "{}", ([_part(part)] for part in parts))
    if all(part.is_chinese for part in parts):
        return shown
    return format_html('<span lang="zh" title="{}"><span lang="en">{}</span></span>', text, shown)


register.filter("in_words", in_words)
register.filter("reason_in_words", reason)
register.filter("cell_in_words", cell_in_words)
register.filter("institution_in_words", institution_in_words)


def _part(part: Part) -> str | SafeString:
    return format_html('<span lang="zh">{}</span>', part.text) if part.is_chinese else part.text

"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    sentences={
        "demonstration.load": _("Loaded the fictional city"),
    },
)

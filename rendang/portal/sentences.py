"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "query": _("public query"),
    },
    sentences={
        "query.ask": _("Asked by the public where the dossier is"),
    },
    reasons={
        "withdrawn_online": _("withdrawn online by the person"),
    },
    same_as={
        "publicrequest": "query",
    },
)

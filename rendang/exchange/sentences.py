"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "apiclient": _("API client"),
    },
    sentences={
        "api_client.register": _("Registered the API client"),
        "api_client.revoke": _("Revoked the API client"),
    },
)

"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "institution": _("institution"),
        "role": _("role"),
    },
    sentences={
        "role.confirm": _("Confirmed the role"),
        "role.decline": _("Declined the role"),
        "role.grant_first": _("Granted a first role on the server"),
        "role.propose": _("Proposed to grant a role"),
        "role.propose_withdrawal": _("Proposed to withdraw a role"),
    },
    same_as={
        "membership": "role",
        "membershipproposal": "role",
    },
)

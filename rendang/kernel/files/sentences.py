"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "submittedpaper": _("paper of the application"),
        "file": _("file"),
    },
    sentences={
        "submittedpaper.hand_in": _("Handed in a paper of the application"),
        "submittedpaper.view": _("Looked at a paper of the application"),
        "file.store": _("Stored a paper"),
        "file.hand_on": _("Handed a paper on to another institution"),
        "file.verify": _("Checked that a stored paper is unchanged"),
    },
    same_as={
        "storedfile": "file",
    },
)

"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "graduate": _("graduate"),
        "graduatelist": _("list of graduates"),
    },
    sentences={
        "graduate.arrive": _("Noted that an expected graduate's dossier has come"),
        "graduate.strike_off": _("Struck an expected graduate off"),
        "graduatelist.export": _("Exported which graduates have not come"),
        "graduatelist.import": _("Imported a school's list"),
        "graduatelist.view": _("Looked at a school's list"),
    },
)

"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "calendar": _("calendar"),
        "code": _("code"),
        "policy": _("policy"),
        "service_item": _("service item"),
        "standards": _("standards"),
        "synonym": _("synonym"),
    },
    sentences={
        "calendar.announce": _("Entered an announced year into the calendar"),
        "calendar.set_day": _("Set a day of the calendar"),
        "code.set": _("Set a code"),
        "policy.set": _("Set a policy"),
    },
    same_as={
        "calendarday": "calendar",
        "codesynonym": "synonym",
        "codetable": "code",
        "serviceitem": "service_item",
        "standardsversion": "standards",
    },
)

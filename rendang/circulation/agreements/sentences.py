"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "agent": _("agent of the employer"),
        "agreement": _("agreement"),
    },
    sentences={
        "agreement.add_agent": _("Named an agent of the employer"),
        "agreement.add_people": _("Put people onto the roster"),
        "agreement.end": _("Ended the agreement"),
        "agreement.end_agent": _("Ended the authority of an agent"),
        "agreement.join": _("Changed custody to the employer's"),
        "agreement.leave": _("Took a person off the roster"),
        "agreement.open": _("Drafted the agreement"),
        "agreement.open_intakes": _("Opened intakes for the roster"),
        "agreement.print": _("Opened the agreement as a paper"),
        "agreement.put_in_force": _("Put the agreement into force"),
    },
    reasons={"joined_employer": _("Joined the employer")},
    texts={
        "agreement.joined": _("The kind of your custody is now the employer's (%(employer)s)."),
        "agreement.left": _(
            "%(employer)s no longer entrusts your dossier. This institution goes on keeping it, now as your own."
        ),
        "agreement.left_under_way": _(
            "%(employer)s no longer entrusts your dossier, which has not been taken in yet. The intake goes on: this"
            " institution takes it in as your own."
        ),
    },
)

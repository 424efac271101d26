"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "collectivehousehold": _("household book"),
        "householdmember": _("household member"),
        "householdmove": _("move of household registration"),
        "pageloan": _("loan of a member page"),
    },
    sentences={
        "householdmove.approve": _("Agreed to the move of household registration"),
        "householdmove.open": _("Applied for a move of household registration"),
        "householdmove.register": _("Noted what the police registered"),
        "householdmove.withdraw": _("Withdrew the move of household registration"),
        "pageloan.open": _("Lent the member page"),
        "pageloan.report_page_lost": _("Reported the member page lost"),
        "pageloan.take_back_page": _("Took the member page back"),
    },
    texts={
        "householdmove.came": _(
            "Your household registration has moved into the collective household of %(institution)s (no. %(number)s)."
        ),
        "householdmove.left": _(
            "Your household registration has moved out of the collective household of %(institution)s (no."
            " %(number)s)."
        ),
    },
)

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
        "householdmember.note_new_page": _("Noted the new member page that the police issued"),
        "householdmember.tell_of_parting": _("Told the member that dossier and household part"),
        "householdmove.approve": _("Agreed to the move of household registration"),
        "householdmove.open": _("Applied for a move of household registration"),
        "householdmove.register": _("Noted what the police registered"),
        "householdmove.withdraw": _("Withdrew the move of household registration"),
        "pageloan.open": _("Lent the member page"),
        "pageloan.report_page_lost": _("Reported the member page lost"),
        "pageloan.take_back_page": _("Took the member page back"),
    },
    texts={
        "householdmember.parted": _(
            "Your dossier is no longer kept by %(institution)s, or is about to leave it; your household registration"
            " stays in its collective household (no. %(number)s) until you move it. Ask there if you want to."
        ),
        "in_the_way.household": _(
            "The household registration stays in our collective household %(number)s: tell the person."
        ),
        "in_the_way.household_told": _(
            "The household registration stays in our collective household %(number)s; the person was told on %(day)s."
        ),
        "householdmove.came": _(
            "Your household registration has moved into the collective household of %(institution)s (no. %(number)s)."
        ),
        "householdmove.left": _(
            "Your household registration has moved out of the collective household of %(institution)s (no."
            " %(number)s)."
        ),
    },
)

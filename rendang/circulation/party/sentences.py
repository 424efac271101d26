"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "partybranch": _("Party branch"),
        "partymembership": _("Party relation"),
        "partytransfer": _("transfer of the Party relation"),
    },
    sentences={
        "partymembership.change": _("Corrected the Party relation"),
        "partytransfer.approve": _("Approved the transfer of the Party relation"),
        "partytransfer.complete": _("Completed the transfer of the Party relation with the slip"),
        "partytransfer.open": _("Registered a transfer of the Party relation"),
        "partytransfer.print": _("Opened a printed paper"),
        "partytransfer.renew": _("Took the introduction letter back to be issued again"),
        "partytransfer.withdraw": _("Withdrew the transfer of the Party relation"),
    },
    texts={
        "partytransfer.came": _("Your Party relation has come to %(institution)s (%(branch)s)."),
        "in_the_way.party_relation": _(
            "The Party relation is still in “%(branch)s”: it leaves first. Register its departure."
        ),
        "in_the_way.partytransfer": _(
            "The Party relation is leaving “%(branch)s” (%(number)s): it has left when the slip has come back."
        ),
        "partytransfer.left": _("Your Party relation has gone to %(committee)s."),
    },
)

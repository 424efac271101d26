"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "agency": _("agreement with an agency"),
        "bar": _("bar of a borrower"),
        "loan": _("consultation or loan"),
    },
    sentences={
        "bar.lift": _("Lifted the bar of a borrower"),
        "loan.ask_renewal": _("Entered that the unit asks for a renewal"),
        "loan.approve": _("Approved the consultation or loan"),
        "loan.approve_finally": _("Approved the consultation or loan as head"),
        "loan.call": _("The dossier is free: called the next in line"),
        "loan.chase": _("Issued an overdue notice"),
        "loan.endorse": _("Endorsed the application and put it before the head"),
        "loan.find": _("Found again what the borrower had lost"),
        "loan.finish_reconstruction": _("Reconstructed what the borrower had lost"),
        "loan.lapse": _("Not collected in time: the turn passed on"),
        "loan.note_search": _("Noted the search for what the borrower has lost"),
        "loan.order_reconstruction": _("Decided that it is lost and is reconstructed"),
        "loan.report_lost": _("Reported that the borrower has lost the dossier"),
        "loan.report_pages_lost": _("Reported that the borrower has lost pages of the dossier"),
        "loan.take_statement": _("Recorded the statement of the unit"),
        "loan.tell_unit": _("Told the unit that the dossier is there for it"),
        "loan.finish": _("Closed the digital consultation"),
        "loan.grant": _("Opened the images for reading"),
        "loan.keep_signed": _("Added the signed slip"),
        "loan.lay_out": _("Handed the dossier over in the reading room"),
        "loan.lend": _("Lent the dossier out"),
        "loan.name_papers": _("Named the papers that may be read on screen"),
        "loan.open": _("Registered the application to read or borrow"),
        "loan.print": _("Opened a printed paper"),
        "loan.recall": _("Recalled the digital consultation"),
        "loan.receive_back": _("Took the dossier back, complete"),
        "loan.refuse": _("Refused the consultation or loan"),
        "loan.refuse_relative": _("Refused an application for the own dossier or a relative's"),
        "loan.refuse_renewal": _("Refused the renewal"),
        "loan.renew": _("Renewed the loan"),
        "loan.report_discrepancy": _("Took the dossier back with a discrepancy"),
        "loan.settle": _("Settled the discrepancy"),
        "loan.withdraw": _("Withdrew the application to read or borrow"),
    },
    texts={
        "loan.dossier_lost": _(
            "Your dossier is lost and has not been found. This institution reconstructs it by the rules and will"
            " contact you."
        ),
        "loan.papers_lost": _(
            "Some papers of your dossier are lost and have not been found. This institution reconstructs them by the"
            " rules and will contact you."
        ),
        "in_the_way.loan.LENT": _("It is lent out and has to come back first."),
        "in_the_way.loan.READING": _("It is being read and has to come back first."),
        "in_the_way.loan.SEARCHED": _("A borrower has lost it or pages of it; it is being looked for."),
        "in_the_way.loan.REBUILDING": _("A borrower has lost it or pages of it; it is being reconstructed."),
        "in_the_way.loan.DISCREPANT": _("It has come back with a discrepancy, which has to be settled first."),
        "in_the_way.loan.under_way": _("A consultation or loan of it is under way."),
    },
)

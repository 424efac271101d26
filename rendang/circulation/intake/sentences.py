"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "intake": _("intake"),
    },
    sentences={
        "intake.accept": _("Accepted the dossier"),
        "intake.accept_settled": _("Accepted the dossier after the finding"),
        "intake.ask_again": _("Asked the keeper in the city again"),
        "intake.become_individual": _("Changed the intake to individual custody"),
        "intake.call_inside": _("Called for the dossier inside the city"),
        "intake.check_list": _("Compared papers with the list, one by one"),
        "intake.claim": _("Gave the matter to supervision: held elsewhere"),
        "intake.close_as_transferred": _("Ended the intake: the dossier came by a transfer in the city"),
        "intake.compare": _("Compared notice and list with what is there"),
        "intake.compare_again": _("Began the comparison again"),
        "intake.confirm_return": _("Confirmed that the sender has the parcel again"),
        "intake.enter_list": _("Entered the list of papers"),
        "intake.give_up": _("Closed the return as lost"),
        "intake.issue_letter": _("Issued the recall letter"),
        "intake.match_parcel": _("Matched a parcel with the intake"),
        "intake.note_refusal": _("The keeper in the city does not send the dossier"),
        "intake.open": _("Opened the intake"),
        "intake.open_parcel": _("Opened the parcel and counted"),
        "intake.print": _("Opened a printed paper"),
        "intake.register_parcel": _("Registered the parcel"),
        "intake.report_missing": _("Reported the parcel missing on its way back"),
        "intake.return_parcel": _("Decided to return the parcel to the sender"),
        "intake.review": _("Reviewed the dossier"),
        "intake.send_back": _("Handed the return to the carrier"),
        "intake.send_receipt": _("Sent the receipt"),
        "intake.withdraw": _("Withdrew the intake"),
        "intake.witness_opening": _("Signed the opening as second person"),
    },
    reasons={
        "comparison": _("comparison"),
        "letter": _("Recall letter"),
        "receipt": _("Receipt"),
        "replaced_letter": _("Recall letter that was replaced"),
        "return": _("Return slip"),
    },
    texts={
        "intake.called_inside": _(
            "%(institution)s has called for your dossier at %(keeper)s: the two institutions arrange the transfer"
            " themselves, you need not deliver a letter."
        ),
        "intake.called_inside_instead": _(
            "%(institution)s has called for your dossier at %(keeper)s: the two institutions arrange the transfer"
            " themselves, you need not deliver a letter. Recall letter %(letter)s holds no longer: do not use it."
        ),
        "intake.lacks": _(
            "Your application to have your dossier kept has arrived. Still lacking: %(lacks)s. Add it under “My"
            " dossier” or bring it to the counter; a missing paper is no reason to refuse the application."
        ),
    },
)

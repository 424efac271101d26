"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "departingdossier": _("dossier that leaves"),
        "departure": _("departure"),
        "departurerequest": _("request for a dossier"),
        "passedon": _("request that was passed on"),
        "transfer": _("transfer"),
    },
    sentences={
        "departingdossier.close": _("Noted what became of the dossier"),
        "departure.chase": _("Chased the receipt with a letter"),
        "departure.check": _("Checked the dossiers page by page"),
        "departure.check_dossier": _("Checked a dossier of the list page by page"),
        "departure.confirm": _("Noted the returned receipt"),
        "departure.correct_waybill": _("Corrected the number of the consignment"),
        "departure.declare_lost": _("Declared the parcel lost"),
        "departure.dispatch": _("Handed the parcel to the carrier"),
        "departure.examine": _("Examined the recall letter"),
        "departure.correct_examination": _("Corrected what was entered of the recall letter"),
        "departure.find": _("Found the parcel on its way"),
        "departure.hand_over": _("Handed the parcel over to two people of the receiver"),
        "departure.leave_out": _("Left a dossier out of the list"),
        "departure.name_receivers": _("Noted which two people of the receiver fetch the parcel"),
        "departure.name_others": _("Noted that others of the receiver fetch the parcel"),
        "departure.not_fetched": _("Noted that nobody came for the parcel"),
        "departure.note_refusal": _("Noted that the receiver refused the parcel"),
        "departure.note_search": _("Noted the search for the parcel"),
        "departure.offer_transfer": _("Offered the transfer that the application asks for"),
        "departure.open": _("Applied for the departure"),
        "departure.print": _("Opened a printed paper"),
        "departure.recall": _("Called the parcel back"),
        "departure.report_lost": _("Reported the parcel lost"),
        "departure.seal": _("Sealed the parcel as second person"),
        "departure.take_back": _("Took the parcel back"),
        "departure.take_some_back": _("Took some dossiers of the parcel back"),
        "departure.withdraw": _("Called the departure off"),
        "departurerequest.answer": _("Answered the request from outside"),
        "departurerequest.call_off": _("The institution that asked took its request back"),
        "departurerequest.join": _("Joined the request with a transfer that was offered already"),
        "departurerequest.offer_transfer": _("Offered the transfer that the request asks for"),
        "departurerequest.open": _("A request from outside arrived"),
        "departurerequest.open_departure": _("Opened the departure that the request asks for"),
        "departurerequest.pass_on": _("Passed the request on to this institution"),
        "departurerequest.print": _("Opened the recall letter of the request"),
        "passedon.note": _("Passed a request from outside on to another institution"),
        "transfer.agree": _("Agreed to take the dossier"),
        "transfer.decline": _("Declined to take the dossier"),
        "transfer.dispatch": _("Handed the parcel to the carrier"),
        "transfer.open": _("Offered the dossier for transfer"),
        "transfer.pack": _("Packed and sealed the dossier"),
        "transfer.print": _("Opened a printed paper"),
        "transfer.receive": _("Received the dossier; custody changed hands"),
        "transfer.refuse": _("Refused the parcel on arrival"),
        "transfer.take_back": _("Took the parcel back"),
        "transfer.withdraw": _("Withdrew the offer"),
    },
    reasons={"another_institution_s": _("It turned out to be another institution's.")},
    texts={
        "departure.approved": _("Your application for your dossier to leave is approved; it will go to %(receiver)s."),
        "departure.arrived": _(
            "%(receiver)s has your dossier and has returned the receipt; this institution no longer keeps it."
        ),
        "departure.came_back": _("Your dossier has come back to this institution, which goes on keeping it."),
        "departure.declined": _("Your application for your dossier to leave is not approved: %(reason)s"),
        "departure.handed_over": _(
            "Two members of staff of %(receiver)s have fetched your dossier with their letter of introduction; this"
            " institution no longer keeps it."
        ),
        "departure.lacks": _(
            "Your application for your dossier to leave has arrived. Still lacking: %(lacks)s. Add it under “My"
            " dossier” or bring it to the counter; a missing paper is no reason to refuse the application."
        ),
        "departure.lost": _(
            "Your dossier was lost on its way and has not been found. This institution will contact you and"
            " reconstructs its papers by the rules."
        ),
        "departure.moves_as_called": _(
            "Your dossier will go to %(receiver)s, which has called for it by letter: the two institutions arrange"
            " the transfer themselves, you need not hand in a letter on paper."
        ),
        "departure.moves_if_agreed": _(
            "Your dossier will go to %(receiver)s: the transfer has been offered to it and waits for its agreement,"
            " you need not hand in a letter on paper."
        ),
        "departure.sent_back": _("Sent back by the receiver: %(reason)s, %(detail)s"),
        "in_the_way.transfer": _("It is being transferred already."),
        "in_the_way.departure": _("It is leaving the city already."),
        # The two above are kept, without a number, of what was left out before.
        "in_the_way.transfer.number": _("It is being transferred already: %(number)s."),
        "in_the_way.departure.number": _("It is leaving the city already: %(number)s."),
        "in_the_way.custodyconflict": _(
            "Another institution says it holds this dossier; supervision is settling the conflict."
        ),
        "in_the_way.materialremoval": _("A paper of it is about to be removed; that must be decided first."),
        "in_the_way.certificate": _("A certificate is being drafted; issue it before the dossier leaves."),
        "departure.sent": _(
            "Your dossier is on its way to %(receiver)s by %(carrier)s %(number)s; its receipt is awaited."
        ),
    },
)

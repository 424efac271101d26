"""What happened, in a sentence: from the verb of an event (``dossier.view``) to what people read.

A verb is ``<thing>.<what was done>``. The words of both halves stand here; verbs whose halves do not tell the story
have a sentence of their own. Who did it and when stand beside the sentence, not in it.
"""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

THINGS: dict[str, Promise] = {
    "account": _("account"),
    "apiclient": _("API client"),
    "auditseal": _("seal"),
    "building": _("building"),
    "calendar": _("calendar"),
    "case": _("case"),
    "catalogue": _("catalogue"),
    "certificate": _("certificate"),
    "code": _("code"),
    "conflict": _("custody conflict"),
    "custody": _("custody"),
    "custodyconflict": _("custody conflict"),
    "dossier": _("dossier"),
    "education": _("education"),
    "employer": _("employer"),
    "employment": _("employment"),
    "familymember": _("family member"),
    "file": _("file"),
    "institution": _("institution"),
    "intake": _("intake"),
    "keeping": _("way of keeping"),
    "kinship": _("declaration of kinship"),
    "languageskill": _("language"),
    "material": _("material"),
    "materialremoval": _("removal of materials"),
    "message": _("message"),
    "notice": _("notice"),
    "paper": _("paper"),
    "partybranch": _("Party branch"),
    "partymembership": _("Party relation"),
    "partytransfer": _("transfer of the Party relation"),
    "parcel": _("parcel"),
    "person": _("person"),
    "placement": _("place"),
    "policy": _("policy"),
    "recall": _("recall letter"),
    "recallletter": _("recall letter"),
    "removal": _("removal of materials"),
    "reward": _("reward or sanction"),
    "register": _("register"),
    "retrieval": _("pick list"),
    "role": _("role"),
    "roster": _("roster"),
    "rosterimport": _("roster"),
    "service_item": _("service item"),
    "slot": _("slot"),
    "standards": _("standards"),
    "store": _("store"),
    "synonym": _("synonym"),
    "title": _("title or qualification"),
    "training": _("training"),
    "transfer": _("transfer"),
    "undertaking": _("undertaking"),
}

DONE: dict[str, Promise] = {
    "accept": _("Accepted the %(thing)s"),
    "add": _("Added the %(thing)s"),
    "agree": _("Agreed to the %(thing)s"),
    "approve": _("Approved the %(thing)s"),
    "cancel": _("Cancelled the %(thing)s"),
    "change": _("Changed the %(thing)s"),
    "confirm": _("Confirmed the %(thing)s"),
    "correct": _("Corrected the %(thing)s"),
    "create": _("Created the %(thing)s"),
    "decline": _("Declined the %(thing)s"),
    "download": _("Downloaded the %(thing)s"),
    "draft": _("Drafted the %(thing)s"),
    "edit": _("Changed the %(thing)s"),
    "end": _("Ended the %(thing)s"),
    "export": _("Exported the %(thing)s"),
    "import": _("Imported the %(thing)s"),
    "issue": _("Issued the %(thing)s"),
    "list": _("Looked at the list: %(thing)s"),
    "load": _("Loaded the %(thing)s"),
    "merge": _("Merged the %(thing)s"),
    "move": _("Moved the %(thing)s"),
    "offer": _("Offered the %(thing)s"),
    "open": _("Opened the %(thing)s"),
    "pause": _("Paused the %(thing)s"),
    "place": _("Assigned the %(thing)s"),
    "print": _("Printed the %(thing)s"),
    "propose": _("Proposed the %(thing)s"),
    "publish": _("Published the %(thing)s"),
    "put_back": _("Put back the %(thing)s"),
    "receive": _("Received the %(thing)s"),
    "refuse": _("Refused the %(thing)s"),
    "register": _("Registered the %(thing)s"),
    "remove": _("Removed the %(thing)s"),
    "rename": _("Renamed the %(thing)s"),
    "resume": _("Resumed the %(thing)s"),
    "return": _("Returned the %(thing)s"),
    "review": _("Reviewed the %(thing)s"),
    "revoke": _("Revoked the %(thing)s"),
    "search": _("Searched: %(thing)s"),
    "send": _("Sent the %(thing)s"),
    "settle": _("Settled the %(thing)s"),
    "start": _("Began the %(thing)s"),
    "store": _("Stored the %(thing)s"),
    "take_back": _("Took back the %(thing)s"),
    "take_out": _("Took out the %(thing)s"),
    "update": _("Changed the %(thing)s"),
    "verify": _("Verified the %(thing)s"),
    "view": _("Looked at the %(thing)s"),
    "withdraw": _("Withdrew the %(thing)s"),
}

SENTENCES: dict[str, Promise] = {
    "account.confirm_password": _("Entered the password once more"),
    "account.create": _("Created the account"),
    "account.deactivate": _("Closed the account"),
    "account.end_session": _("Was signed out after a time limit"),
    "account.fail_second_factor": _("Entered a wrong code"),
    "account.fail_sign_in": _("Sign-in failed"),
    "account.lock": _("Sign-in was locked after repeated failures"),
    "account.pass_second_factor": _("Entered the second factor"),
    "account.reactivate": _("Reopened the account"),
    "account.remove_second_factor": _("Removed the second factor"),
    "account.renew_recovery_codes": _("Made new recovery codes"),
    "account.reset_password": _("Issued a new initial password"),
    "account.set_password": _("Changed the password"),
    "account.set_second_factor": _("Set up the second factor"),
    "account.sign_in": _("Signed in"),
    "account.sign_in_citizen": _("Signed in with the confirmed identity"),
    "account.sign_out": _("Signed out"),
    "account.unlock": _("Unlocked the sign-in"),
    "api_client.register": _("Registered the API client"),
    "api_client.revoke": _("Revoked the API client"),
    "audit.search": _("Searched the audit log"),
    "audit.verify": _("Verified the audit log"),
    "calendar.announce": _("Entered an announced year into the calendar"),
    "calendar.set_day": _("Set a day of the calendar"),
    "catalogue.sort": _("Put a class of the catalogue in order"),
    "certificate.issue": _("Issued the certificate"),
    "certificate.open": _("Drafted the certificate from the record"),
    "certificate.refuse": _("Refused the certificate"),
    "certificate.revoke": _("Revoked the certificate"),
    "code.set": _("Set a code"),
    "custody.claim": _("Noted a claim of custody"),
    "custody.settle": _("Settled the claim of custody"),
    "custody.take": _("Took custody of the dossier"),
    "custodyconflict.keep": _("Confirmed the holder"),
    "custodyconflict.move": _("Confirmed the claim"),
    "custodyconflict.open": _("Reported a custody conflict"),
    "demonstration.load": _("Loaded the fictional city"),
    "dossier.add_volumes": _("Noted the volumes of the dossier"),
    "dossier.locate": _("Asked which institution holds the dossier"),
    "dossier.places": _("Looked at the places of the dossier"),
    "dossier.search": _("Searched the dossiers"),
    "file.store": _("Stored a paper"),
    "file.verify": _("Checked that a stored paper is unchanged"),
    "intake.accept": _("Accepted the dossier"),
    "intake.compare": _("Compared notice and list with what is there"),
    "intake.compare_again": _("Began the comparison again"),
    "intake.issue_letter": _("Issued the recall letter"),
    "intake.match_parcel": _("Matched a parcel with the intake"),
    "intake.open": _("Opened the intake"),
    "intake.open_parcel": _("Opened the parcel and counted"),
    "intake.print": _("Opened a printed paper"),
    "intake.register_parcel": _("Registered the parcel"),
    "intake.return_parcel": _("Returned the parcel to the sender"),
    "intake.review": _("Reviewed the dossier"),
    "intake.withdraw": _("Withdrew the intake"),
    "intake.witness_opening": _("Signed the opening as second person"),
    "kinship.declare": _("Declared a relative"),
    "kinship.end": _("Ended a declaration of kinship"),
    "label.print_dossiers": _("Printed labels for dossiers"),
    "label.print_slots": _("Printed labels for slots"),
    "material.add_many": _("Listed materials in the catalogue"),
    "materialremoval.approve": _("Approved the removal of a paper"),
    "materialremoval.open": _("Asked to remove a paper"),
    "materialremoval.refuse": _("Refused the removal of a paper"),
    "materialremoval.view": _("Looked at the removal of materials"),
    "partymembership.change": _("Corrected the Party relation"),
    "partytransfer.approve": _("Approved the transfer of the Party relation"),
    "partytransfer.complete": _("Completed the transfer of the Party relation with the slip"),
    "partytransfer.open": _("Registered a transfer of the Party relation"),
    "partytransfer.print": _("Opened a printed paper"),
    "partytransfer.renew": _("Took the introduction letter back to be issued again"),
    "partytransfer.withdraw": _("Withdrew the transfer of the Party relation"),
    "parcel.add_photos": _("Added pictures of the parcel"),
    "parcel.match": _("Matched the parcel with the case"),
    "parcel.name_enclosures": _("Noted whose dossiers are in the parcel"),
    "parcel.print": _("Printed the arrival slip"),
    "parcel.register": _("Registered the arrival"),
    "parcel.set_aside": _("Set the parcel aside: no dossier in it"),
    "parcel.take_over": _("Took over the parcel and signed for it"),
    "person.add_identity": _("Added an identity"),
    "person.refuse_relative": _("Was refused: the own dossier or a relative's"),
    "person.unmask": _("Showed the full identity number"),
    "placement.hand_to_courier": _("Handed the dossier to the carrier"),
    "placement.borrower": _("Handed the dossier to a borrower"),
    "placement.elsewhere": _("Noted that the dossier has arrived outside the city"),
    "placement.list": _("Looked at the list of dossiers to be placed"),
    "placement.missing": _("Reported the dossier missing"),
    "placement.move": _("Moved the dossier to another slot"),
    "placement.place": _("Placed the dossier into a slot"),
    "placement.put_back": _("Put the dossier back into its slot"),
    "placement.put_on_desk": _("Put the dossier on the desk"),
    "placement.reading_room": _("Put the dossier into the reading room"),
    "placement.take_out": _("Took the dossier out of its slot"),
    "policy.set": _("Set a policy"),
    "message.send": _("Told the person"),
    "query.ask": _("Asked by the public where the dossier is"),
    "recorded_value.add": _("Noted a recorded value"),
    "recorded_value.change": _("Changed a recorded value"),
    "recorded_value.remove": _("Took out a recorded value"),
    "register.print": _("Looked at or printed a register"),
    "retrieval.drop": _("Took the dossier off the pick list"),
    "retrieval.want": _("Put the dossier on the pick list"),
    "role.confirm": _("Confirmed the role"),
    "role.decline": _("Declined the role"),
    "role.grant_first": _("Granted a first role on the server"),
    "role.propose": _("Proposed to grant a role"),
    "role.propose_withdrawal": _("Proposed to withdraw a role"),
    "roster.correct_columns": _("Corrected the columns of the roster"),
    "keeping.set": _("Said how the dossier is to be kept"),
    "store.describe": _("Described the store anew"),
    "store.add_slots": _("Added slots to the store"),
    "store.remove_slots": _("Removed slots from the store"),
    "store.set_capacity": _("Changed the capacity"),
    "undertaking.confirm": _("Confirmed the promise of what is missing"),
    "undertaking.end": _("Ended the undertaking without all papers"),
    "undertaking.follow_up": _("Followed up the undertaking"),
    "undertaking.open": _("Told the person what is missing"),
    "undertaking.settle": _("Settled a paper that was promised"),
    "undertaking.supplement": _("Everything promised has come"),
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
}

LOOKS = frozenset({"view", "list", "print", "export", "download", "search", "unmask", "places", "ask"})


def sentence(verb: str) -> str:
    """The verb in words; a verb without words is shown as it is written."""
    if verb in SENTENCES:
        return str(SENTENCES[verb])
    thing, _dot, done = verb.partition(".")
    if done in DONE and thing in THINGS:
        return str(DONE[done]) % {"thing": THINGS[thing]}
    return verb


def thing(subject_type: str) -> str:
    """What an event is about, from its ``app.model``."""
    model = subject_type.rpartition(".")[2]
    return str(
        THINGS.get({"user": "account", "membership": "role", "membershipproposal": "role"}.get(model, model), model)
    )


def actor(verb: str, actor_id: int | None, name: str) -> str:
    """Who did it: a name, the system, or nobody known when somebody could not sign in."""
    if actor_id is not None:
        return name
    return "" if verb.startswith(("account.fail", "account.lock")) else str(_("System"))


def icon(verb: str) -> str:
    """A Tabler icon: an eye for looks, a key for accounts, a pencil for changes."""
    what, _dot, done = verb.partition(".")
    if done in LOOKS:
        return "eye"
    return {"account": "key", "role": "users", "audit": "shield-check"}.get(what, "point")


def tone(verb: str, changes: dict[str, Any]) -> str:
    """The colour of the timeline: red for what was refused or failed, nothing otherwise."""
    done = verb.partition(".")[2]
    return "red" if done.startswith(("fail", "lock", "refuse", "decline", "return", "revoke")) else ""

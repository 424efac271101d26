"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "account": _("account"),
    },
    sentences={
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
    },
    same_as={
        "user": "account",
    },
)

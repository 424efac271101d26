"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.dossiers.models import Custody, Undertaking
from rendang.dossiers.queries.permits import Denial
from rendang.kernel.audit.sentences import in_words
from rendang.kernel.standards import queries as standards


def why_it_leaves(text: str) -> str:
    """Why a dossier is to leave is a code, also one that was added on screen; it is named when it is read."""
    is_code = standards.is_code("transfer_reason", text)
    return standards.code_label("transfer_reason", text, short=False) if is_code else ""


in_words(
    things={
        "catalogue": _("catalogue"),
        "custody": _("custody"),
        "custodyconflict": _("custody conflict"),
        "dossier": _("dossier"),
        "material": _("material"),
        "materialremoval": _("removal of materials"),
        "undertaking": _("undertaking"),
        "value": _("recorded value"),
        "volume": _("volume"),
    },
    sentences={
        "catalogue.sort": _("Put a class of the catalogue in order"),
        "custody.change_type": _("Changed the kind of custody"),
        "custody.claim": _("Noted a claim of custody"),
        "custody.settle": _("Settled the claim of custody"),
        "custody.take": _("Took custody of the dossier"),
        "custodyconflict.keep": _("Confirmed the holder"),
        "custodyconflict.move": _("Confirmed the claim"),
        "custodyconflict.open": _("Reported a custody conflict"),
        "dossier.add_volumes": _("Noted the volumes of the dossier"),
        "dossier.locate": _("Asked which institution holds the dossier"),
        "dossier.search": _("Searched the dossiers"),
        "material.deny": _("A paper was asked for and not shown"),
        "material.add_many": _("Listed materials in the catalogue"),
        "material.show": _("A paper was shown on the screen"),
        "materialremoval.approve": _("Approved the removal of a paper"),
        "materialremoval.open": _("Asked to remove a paper"),
        "materialremoval.refuse": _("Refused the removal of a paper"),
        "materialremoval.view": _("Looked at the removal of materials"),
        "recorded_value.add": _("Noted a recorded value"),
        "recorded_value.change": _("Changed a recorded value"),
        "recorded_value.remove": _("Took out a recorded value"),
        "undertaking.confirm": _("Confirmed the promise of what is missing"),
        "undertaking.end": _("Ended the undertaking without all papers"),
        "undertaking.follow_up": _("Followed up the undertaking"),
        "undertaking.open": _("Told the person what is missing"),
        "undertaking.remind": _("Reminded the person of what was promised"),
        "undertaking.settle": _("Settled a paper that was promised"),
        "undertaking.supplement": _("Everything promised has come"),
    },
    reasons={denial.value: denial.label for denial in Denial}
    | {
        Custody.BY_A_FINDING: _("Custody conflict settled: another institution has the dossier"),
        Undertaking.HAS_LEFT: _("The dossier has gone to another keeper"),
        Undertaking.IS_SETTLED: _("What was asked for is no longer awaited"),
    },
    reasons_named_by=why_it_leaves,
    same_as={
        "recordedvalue": "value",
    },
    texts={
        "custody.taken": _("Your dossier has been received by %(institution)s, archive number %(number)s."),
        "undertaking.told": _(
            "Key materials are missing from your dossier (%(count)d): %(names)s. Please supply them by %(day)s, or"
            " sign in and confirm the promise."
        ),
        "undertaking.let_go": _(
            "Your dossier has left %(institution)s. The papers it asked for need not be supplied there any more;"
            " whoever keeps the dossier now tells you what is missing."
        ),
        "undertaking.soon": _(
            "Please remember: by %(day)s you supply what is missing from your dossier: %(names)s. %(institution)s"
            " helps you if you cannot obtain it."
        ),
        "undertaking.late": _(
            "The day you promised has passed (%(day)s), and this is still missing from your dossier: %(names)s. Please"
            " supply it, or agree another day with %(institution)s."
        ),
    },
)

"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "accrual": _("accrual"),
        "chase": _("chasing letter"),
    },
    sentences={
        "accrual.file": _("Every accepted paper of the delivery is filed"),
        "accrual.identify": _("Identified the papers delivered"),
        "accrual.open": _("Registered papers delivered"),
        "accrual.note_verdicts": _("Noted verdicts on papers of the delivery"),
        "accrual.put_in": _("Put papers into their dossiers"),
        "accrual.send_back": _("Sent back everything delivered"),
        "accrual.send_on": _("Sent papers on: their dossiers have left"),
        "chase.answer": _("The chasing letter was answered"),
        "chase.end": _("Ended the chasing letter without an answer"),
        "chase.open": _("Wrote a chasing letter"),
        "chase.upload": _("Sent files for the chasing letter"),
        "chase.send_again": _("Sent the chasing letter again"),
    },
    texts={
        "accrual.filed": _("Papers have been added to your dossier (%(count)d) and filed: %(names)s."),
        "chase.sent": _(
            "Please supply papers for your dossier: %(names)s. Upload a scan or a picture under “My dossier” by"
            " %(day)s, and hand in the originals."
        ),
        "chase.again": _(
            "Reminder no. %(number)d: please supply papers for your dossier: %(names)s. Upload a scan or a picture"
            " under “My dossier” by %(day)s, and hand in the originals."
        ),
    },
)

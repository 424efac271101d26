"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "finding": _("finding of a stocktake"),
        "stocktake": _("stocktake"),
    },
    sentences={
        "finding.resolve": _("Resolved a finding of the stocktake"),
        "stocktake.cancel": _("Cancelled the stocktake"),
        "stocktake.conclude": _("Concluded the stocktake and signed it"),
        "stocktake.count_again": _("Went on counting"),
        "stocktake.findings": _("Looked at the findings of the stocktake"),
        "stocktake.finish_counting": _("Finished counting"),
        "stocktake.open": _("Planned the stocktake"),
        "stocktake.print": _("Opened a printed paper"),
        "stocktake.scan": _("Uploaded labels read in the stocktake"),
        "stocktake.send_back": _("Sent the stocktake back to the keeper"),
        "stocktake.sign": _("Signed the stocktake as the second"),
        "stocktake.start": _("Started counting"),
    },
)

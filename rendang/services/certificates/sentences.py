"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "certificate": _("certificate"),
    },
    sentences={
        "certificate.issue": _("Issued the certificate"),
        "certificate.open": _("Drafted the certificate from the record"),
        "certificate.refuse": _("Refused the certificate"),
        "certificate.revoke": _("Revoked the certificate"),
    },
)

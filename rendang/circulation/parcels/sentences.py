"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "parcel": _("parcel"),
    },
    sentences={
        "parcel.add_photos": _("Added pictures of the parcel"),
        "parcel.match": _("Matched the parcel with the case"),
        "parcel.name_enclosures": _("Noted whose dossiers are in the parcel"),
        "parcel.print": _("Printed the arrival slip"),
        "parcel.register": _("Registered the arrival"),
        "parcel.set_aside": _("Set the parcel aside: no dossier in it"),
        "parcel.take_over": _("Took over the parcel and signed for it"),
    },
    texts={
        "parcel.matched": _("Your dossier arrived at %(institution)s on %(day)s and is being taken in."),
    },
)

"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "education": _("education"),
        "employer": _("employer"),
        "employment": _("employment"),
        "familymember": _("family member"),
        "kinship": _("declaration of kinship"),
        "languageskill": _("language"),
        "message": _("message"),
        "otheridentity": _("identity"),
        "person": _("person"),
        "reward": _("reward or sanction"),
        "title": _("title or qualification"),
        "training": _("training"),
    },
    sentences={
        "kinship.declare": _("Declared a relative"),
        "kinship.end": _("Ended a declaration of kinship"),
        "message.send": _("Told the person"),
        "person.add_identity": _("Added an identity"),
        "person.refuse_relative": _("Was refused: the own dossier or a relative's"),
        "person.unmask": _("Showed the full identity number"),
    },
    reasons={"given_with_15_digits": _("Given with 15 digits")},
)

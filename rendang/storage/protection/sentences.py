"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "hazard": _("hazard in a store"),
        "inspection": _("round of inspection"),
        "keyhandover": _("key"),
        "reading": _("reading"),
        "visit": _("visit"),
    },
    sentences={
        "hazard.clear": _("Looked again: the hazard is cleared"),
        "hazard.note_repair": _("Noted the repair"),
        "hazard.open": _("Noted a hazard in a store"),
        "hazard.reopen": _("Looked again: not yet repaired"),
        "inspection.add": _("Made the round of the eight protections"),
        "keyhandover.add": _("Took a key of a store"),
        "keyhandover.end": _("Brought the key back"),
        "reading.add": _("Noted temperature and humidity"),
        "visit.add": _("Let a visitor into a store"),
        "visit.end": _("Noted that the visitor has left"),
    },
    texts={
        "hazard.humidity": _("relative humidity %(measured)s%%, outside %(low)s–%(high)s%%"),
        "hazard.humidity_change": _("relative humidity changed by %(change)s%% in a day, more than %(most)s%%"),
        "hazard.temperature": _("temperature %(measured)s ℃, outside %(low)s–%(high)s ℃"),
        "hazard.temperature_change": _("temperature changed by %(change)s ℃ in a day, more than %(most)s ℃"),
    },
)

"""What happened here, in words: the things, and the verbs whose halves do not tell the story."""

from django.utils.translation import gettext_lazy as _

from rendang.kernel.audit.sentences import in_words

in_words(
    things={
        "building": _("building"),
        "compaction": _("compaction of a store"),
        "keeping": _("way of keeping"),
        "placement": _("place"),
        "retrieval": _("pick list"),
        "slot": _("slot"),
        "store": _("store"),
    },
    sentences={
        "compaction.finish": _("Finished the compaction of the store"),
        "compaction.plan": _("Planned the compaction of the store"),
        "compaction.print": _("Printed the list of moves"),
        "compaction.stop": _("Stopped the compaction of the store"),
        "compaction.view": _("Looked at the list of moves"),
        "dossier.places": _("Looked at the places of the dossier"),
        "keeping.set": _("Said how the dossier is to be kept"),
        "label.print_boxes": _("Printed labels of boxes"),
        "label.print_dossiers": _("Printed labels for dossiers"),
        "label.print_slots": _("Printed labels for slots"),
        "placement.borrower": _("Handed the dossier to a borrower"),
        "placement.elsewhere": _("Noted that the dossier has arrived outside the city"),
        "placement.hand_to_courier": _("Handed the dossier to the carrier"),
        "placement.list": _("Looked at the list of dossiers to be placed"),
        "placement.lost": _("Declared the dossier lost for good"),
        "placement.missing": _("Reported the dossier missing"),
        "placement.move": _("Moved the dossier to another slot"),
        "placement.place": _("Placed the dossier into a slot"),
        "placement.print": _("Printed the put-back list"),
        "placement.put_back": _("Put the dossier back into its slot"),
        "placement.put_on_desk": _("Put the dossier on the desk"),
        "placement.reading_room": _("Put the dossier into the reading room"),
        "placement.take_out": _("Took the dossier out of its slot"),
        "retrieval.drop": _("Took the dossier off the pick list"),
        "retrieval.list": _("Looked at the pick list"),
        "retrieval.print": _("Printed the pick list"),
        "retrieval.want": _("Put the dossier on the pick list"),
        "sighting.note": _("Dossiers were seen by a scanner"),
        "store.add_slots": _("Added slots to the store"),
        "store.describe": _("Described the store anew"),
        "store.remove_slots": _("Removed slots from the store"),
        "store.set_capacity": _("Changed the capacity"),
    },
    texts={
        "in_the_way.placement.LOST": _(
            "It is lost for good since %(day)s (%(case)s): nothing can be lent, sent or certified."
        ),
    },
)

"""The steps of a departure, by name, in the order in which they are taken."""

from rendang.circulation.transfers.actions import applying, arriving, calling_off, direct, inside, losing, packing

DEPARTURE_STEPS = {
    function.__name__: function
    for function in (
        applying.examine,
        applying.approve,
        inside.offer_transfer,
        packing.check,
        packing.seal,
        packing.dispatch,
        direct.name_receivers,
        direct.hand_over,
        arriving.confirm,
        arriving.chase,
        direct.name_others,
        direct.not_fetched,
        applying.correct_examination,
        packing.correct_waybill,
        arriving.take_some_back,
        arriving.note_refusal,
        calling_off.recall,
        arriving.take_back,
        losing.report_lost,
        losing.note_search,
        losing.find,
        losing.declare_lost,
        calling_off.decline,
        calling_off.withdraw,
    )
}

"""Dossiers on their way from one institution of the city to another: at least one transfer in every state."""

from collections.abc import Iterator

from rendang.circulation.transfers import actions as transfers
from rendang.circulation.transfers.models import Transfer
from rendang.demo.actions.city import ROSTERS_CAME, City
from rendang.demo.actions.timeline import Scene
from rendang.demo.citizens import ON_ITS_WAY
from rendang.dossiers.models import Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.accounts.models import User
from rendang.kernel.workflow import actions as workflow
from rendang.storage import actions as storage
from rendang.storage.queries import free_slots, last_slot

State = Transfer.State
_ROUTES = (("RCSC", "JYZX"), ("RCSC", "WQZX"), ("WQZX", "RCSC"), ("RCSC", "TXRY"), ("RCSC", "LDZX"))


def scenes(city: City) -> Iterator[Scene]:
    for number in range(city.scale):
        # The first round has the laggards.
        late = number == 0
        yield from (
            transfer(city, State.OFFERED, 0),
            transfer(city, State.OFFERED, 6 if late else 1),
            transfer(city, State.AGREED, 4 + number),
            transfer(city, State.AGREED, 15),
            transfer(city, State.AGREED, 19 if late else 9),
            transfer(city, State.AGREED, 11, pause="存档人申请暂缓转出，待新单位确认用工。"),
            transfer(city, State.SENT, 9),
            transfer(city, State.IN_TRANSIT, 8),
            transfer(city, State.IN_TRANSIT, 20, late=8 if late else 0),
            transfer(city, State.RECEIVED, 14, shelve=False),
            transfer(city, State.RECEIVED, 23),
            transfer(city, State.RECEIVED, 41),
            transfer(city, State.DECLINED, 13),
            transfer(city, State.WITHDRAWN, 10),
            transfer(city, State.REFUSED, 16, late=2),
            transfer(city, State.RETURNED, 26),
            transfer(city, State.RETURNED, 29, packed_only=True),
        )
    if dossier := city.dossier_of(ON_ITS_WAY):
        yield transfer(city, State.IN_TRANSIT, 7, dossier=dossier, route=("RCSC", "WQZX"))


def transfer(
    city: City,
    state: str,
    days_ago: int,
    *,
    late: int = 1,
    shelve: bool = True,
    packed_only: bool = False,
    pause: str = "",
    dossier: Dossier | None = None,
    route: tuple[str, str] | None = None,
) -> Scene:
    """One transfer from its offer to ``state``; the last step was taken ``late`` working days ago."""
    number = city.random.randrange(10**6)
    from_office, to_office = route or city.random.choice(
        [each for each in _ROUTES if ROSTERS_CAME[each[0]] > days_ago + 1]
    )
    moved = dossier or city.dossier(from_office)
    if moved is None:
        return
    clerk, keeper, approver = (city.by(role, from_office) for role in ("clerk", "keeper", "approver"))
    there = city.by("approver", to_office)

    yield days_ago
    reason = "retirement" if to_office == "TXRY" else ("employed", "internal", "relocation")[number % 3]
    case = transfers.offer(moved, city.institutions[to_office], by=clerk, reason=reason, remarks="")
    if state == State.OFFERED:
        return
    yield days_ago - 2
    if state == State.DECLINED:
        transfers.decline(case, by=there, reason="存档人已在外市参保，请由外市机构直接发函调档。")
        return
    case = transfers.agree(case, by=there)
    if pause:
        yield days_ago - 3
        workflow.pause(case, by=clerk, reason=pause)
    if state == State.AGREED:
        return
    if state == State.WITHDRAWN:
        yield days_ago - 4
        transfers.withdraw(case, by=clerk, reason="存档人决定仍在本机构存档。")
        return
    counts = {"principal_volumes": 1, "duplicate_volumes": number % 2, "papers_counted": 15 + number % 21}
    yield days_ago - 4
    case = transfers.pack(case, by=keeper, **counts)
    if state == State.SENT:
        return
    if packed_only:
        yield days_ago - 6
        transfers.take_back(case, by=keeper)
        yield days_ago - 6
        shelve_again(moved, keeper, case.institution)
        return
    # A second person checks the parcel and hands it over.
    yield max(days_ago - 5, late)
    carrier = ("hand", "confidential")[number % 2]
    number_of_parcel = f"机要〔2026〕{number % 9000 + 1000} 号" if carrier == "confidential" else ""
    case = transfers.dispatch(case, by=approver, carrier=carrier, waybill=number_of_parcel)
    if state == State.IN_TRANSIT:
        return
    keeper_there = city.by("keeper", to_office)
    if state in {State.REFUSED, State.RETURNED}:
        yield max(days_ago - 7, late)
        detail = "封条骑缝章缺失，封口处有重新粘贴痕迹，请核查后重新密封。"
        case = transfers.refuse(case, by=keeper_there, refusal_reason="broken_seal", refusal_detail=detail)
        if state == State.REFUSED:
            return
        yield days_ago - 9
        transfers.take_back(case, by=keeper)
        yield days_ago - 9
        shelve_again(moved, keeper, case.institution)
        return
    yield max(days_ago - 7, late)
    case = transfers.receive(case, by=keeper_there, seal_intact=True, **counts)
    if shelve:
        yield days_ago - 8
        storage.place(moved, free_slots(case.counterpart, limit=1)[0], by=keeper_there, case=case)


def shelve_again(dossier: Dossier, keeper: User, office: Institution) -> None:
    """Back into its slot, or, where another dossier has come to lie there meanwhile, into a free one."""
    former = last_slot(dossier, office)
    if former and former.occupied < former.capacity:
        storage.put_back(dossier, by=keeper)
    else:
        storage.place(dossier, free_slots(office, limit=1)[0], by=keeper)

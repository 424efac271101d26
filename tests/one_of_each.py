"""One of everything that belongs to an institution, made by the ordinary actions: what the pages are opened with."""

import datetime as dt
import io
import itertools
from decimal import Decimal
from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.utils import timezone

from rendang.circulation.accruals import actions as accruals
from rendang.circulation.accruals.models import Chase
from rendang.circulation.accruals.queries import digest
from rendang.circulation.agreements import actions as agreements
from rendang.circulation.graduates import actions as graduates
from rendang.circulation.household import actions as household
from rendang.circulation.intake import actions as intake
from rendang.circulation.loans import actions as loans
from rendang.circulation.parcels import actions as parcels
from rendang.circulation.party import actions as party
from rendang.circulation.rosters import actions as rosters
from rendang.circulation.transfers import actions as transfers
from rendang.dossiers import actions as dossiers
from rendang.exchange import actions as exchange
from rendang.institutions import actions as institutions
from rendang.institutions.models import OutsideKeeper
from rendang.kernel.access import actions as access
from rendang.kernel.access.models import CITY_ROLES, Institution, Role
from rendang.kernel.access.permissions import Permission
from rendang.kernel.core.identifiers import make_id_number
from rendang.people import actions as people
from rendang.services.certificates import actions as certificates
from rendang.storage import actions as storage
from rendang.storage.protection import actions as protection
from rendang.storage.stocktakes import actions as stocktakes
from tests import factories

COUNTED = {"principal_volumes": 1, "duplicate_volumes": 0, "papers_counted": 20}
_numbers = itertools.count(1)


def fresh_number() -> str:
    """An identity number that nobody in the tests has."""
    number = next(_numbers)
    return make_id_number("330103", dt.date(1970, 1, 1) + dt.timedelta(number // 900), number % 900 + 1)


def a_scan() -> ContentFile:
    return ContentFile(b"%PDF-1.7\n%%EOF\n", name="scan.pdf")


def staff_of(institution: Institution) -> dict[Role, object]:
    """Somebody for every role of an institution."""
    return {role: factories.staff(institution, role) for role in Role if role not in CITY_ROLES}


def city_staff() -> dict[Role, object]:
    return {role: factories.staff(None, role) for role in CITY_ROLES}


def dossier_in_stock(institution: Institution, **slot: object):
    """A dossier with an employer's person, in a slot of its own."""
    place = factories.SlotFactory(institution=institution, **slot)
    placement = factories.PlacementFactory(institution=institution, slot=place)
    placement.dossier.person.employer = factories.EmployerFactory()
    placement.dossier.person.save()
    return placement.dossier


def offered(sender: Institution, receiver: Institution, by):
    return transfers.offer(dossier_in_stock(sender), receiver, by=by[Role.CLERK], reason="internal")


def party_member(institution: Institution, person, by):
    """A member of the Party whose relation is kept here."""
    person.political_status = "01"
    person.save()
    branch = party.found_branch(institution, by=by[Role.CLERK], name=f"流动党员支部{next(_numbers)}")
    case = party.register_arrival(
        person,
        branch,
        by=by[Role.CLERK],
        other_committee="虚构大学党委",
        letter_number=f"虚大〔2026〕{next(_numbers)}",
        letter_date=timezone.localdate(),
        stay="GRADUATE",
    )
    case = party.approve(case, by=by[Role.APPROVER])
    party.complete(case, by=by[Role.CLERK], slip_date=timezone.localdate())
    return case.membership


def signed_stocktake(institution: Institution, dossier, by):
    """A stocktake with its report; what was not found, and a label nobody knows, is left open."""
    case = stocktakes.plan(institution, by=by[Role.KEEPER], occasion="YEARLY", planned_for=timezone.localdate())
    case = stocktakes.start(case, by=by[Role.KEEPER])
    codes = [str(dossier.placements.get(until=None).slot), dossier.barcode, "RD999999999"]
    reads = [stocktakes.Read(number, code) for number, code in enumerate(codes, start=1)]
    stocktakes.record_scans(case, by=by[Role.KEEPER], device="phone", reads=reads)
    case = stocktakes.finish_counting(case, by=by[Role.KEEPER])
    for finding in case.findings.filter(resolution=""):
        stocktakes.resolve(finding, by=by[Role.KEEPER], resolution="LEFT_OPEN", reason="待查")
    case = stocktakes.conclude(case, by=by[Role.KEEPER])
    return stocktakes.sign(case, by=by[Role.APPROVER])


def keeper_outside(by):
    keeper = institutions.add_keeper(
        by=by[Role.CLERK],
        name=f"虚构省海州市第{next(_numbers)}人才服务中心",
        kind="archive_institution",
        division="320700",
        address="虚构省海州市新华路 8 号",
        postcode="222000",
        phone="0518-00000000",
    )
    return institutions.verify_keeper(keeper, by=by[Role.APPROVER], how="全国档案管理服务机构目录")


def household_member(institution: Institution, person, by):
    """Somebody registered in a collective household of the institution."""
    today = timezone.localdate()
    book = household.found_household(
        institution,
        by=by[Role.CLERK],
        number=f"J{next(_numbers):06d}",
        address="虚构路1号",
        police_station="虚构派出所",
    )
    move = household.apply_to_move_in(person, book, by=by[Role.CLERK], other_address="邻县某村")
    move = household.approve(move, by=by[Role.APPROVER])
    permit = {"permit_number": "准1", "permit_date": today, "registered_on": today, "page": "001"}
    return household.register(move, by=by[Role.CLERK], **permit).member


def two_people() -> list[dict[str, object]]:
    """Whom a unit sends."""
    return [
        {"name": name, "id_number": fresh_number(), "post": "干事", "is_party_member": True}
        for name in ("赵一", "钱二")
    ]


def applied_for(dossier, by, **given):
    """A unit applies to read the dossier; ``use="LOAN"`` to borrow it."""
    usual = {
        "use": "CONSULTATION",
        "reason": "vetting",
        "scope": "学历和工作经历",
        "unit": f"虚构街道办事处{next(_numbers)}",
        "phone": "0571-00000002",
        "letter_number": "介字〔2026〕12号",
        "borrowers": two_people(),
    }
    return loans.apply(dossier, by=by[Role.CLERK], **usual | given)


def one_of_each(institution: Institution, partner: Institution, city: dict[Role, object]) -> SimpleNamespace:
    """What an institution has one of; ``partner`` is at the other end of its transfers and conflicts."""
    ours, theirs = staff_of(institution), staff_of(partner)
    here = SimpleNamespace(institution=institution, partner=partner, people=ours, city=city, partners=theirs)

    here.dossier = dossier_in_stock(institution)
    here.person = here.dossier.person
    here.custody = here.dossier.custodies.get()
    here.slot = here.dossier.placements.get().slot
    here.store = here.slot.store
    (here.material,) = dossiers.add_materials(
        here.dossier,
        [{"class_mark": "4-1", "title": "高等学校学生登记表", "formed_on": "2008-06", "pages": 4}],
        by=ours[Role.REVIEWER],
    )
    here.value = dossiers.record_value(here.material, by=ours[Role.REVIEWER], fact="BIRTH", value="1986-07")
    here.removal = dossiers.propose_removal(here.material, by=ours[Role.REVIEWER], reason="重复")
    here.undertaking = dossiers.tell_once(
        here.person, institution, by=ours[Role.CLERK], missing=[{"code": "ED-04"}], dossier=here.dossier
    )
    paper = {"title": "2025年度考核登记表", "class_mark": "3", "formed_on": "2025-12"}
    here.accrual = accruals.register(
        institution, by=ours[Role.CLERK], sender="虚构实业有限公司", rows=[(here.dossier.pk, paper)]
    )
    here.chase = accruals.chase(
        here.dossier,
        by=ours[Role.CLERK],
        addressee_kind="PERSON",
        addressee=here.person.name,
        titles=["毕业生登记表"],
    )
    here.upload_token = f"token-{here.chase.pk}"
    Chase.objects.filter(pk=here.chase.pk).update(token_digest=digest(here.upload_token))
    here.record = people.add_record(here.person, "education", by=ours[Role.CLERK], school="虚构大学", start="2004-09")

    # A dossier that is wanted, one that lies about, and a store whose gaps are being closed.
    storage.want(dossier_in_stock(institution), by=ours[Role.CLERK], purpose="查阅")
    storage.take_out(dossier_in_stock(institution), by=ours[Role.KEEPER], detail="阅档室")
    gap = factories.SlotFactory(institution=institution)
    dossier_in_stock(institution, store=gap.store, rack="B-01")
    here.compaction = storage.plan_compaction(gap.store, method="KEEP_ORDER", by=ours[Role.KEEPER])

    here.intake = intake.apply(
        institution,
        by=ours[Role.CLERK],
        name="李雷",
        id_number=fresh_number(),
        reason="graduation",
        sender="虚构大学",
        papers=[("居民身份证", a_scan())],
    )
    here.intake = intake.issue_letter(here.intake, by=ours[Role.APPROVER])
    here.replaced_letter = here.intake.replaced_letters.create(
        number=f"{here.intake.letter_number}之前",
        issued_on=here.intake.letter_date,
        valid_until=here.intake.letter_valid_until,
        file=here.intake.letter_file,
    )

    here.parcel = parcels.register(
        institution,
        by=ours[Role.CLERK],
        arrived_on=timezone.localdate(),
        carrier="hand",
        sender="虚构大学",
        seal="INTACT",
        names=["韩梅梅"],
        photos=[factories.picture()],
    )
    here.photo = here.parcel.photos.get()

    here.agreement = agreements.draft(
        institution,
        by=ours[Role.CLERK],
        employer=f"虚构实业{next(_numbers)}公司",
        credit_code="91350100M000100Y43",
        contact_name="钱经办",
        contact_phone="0571-1",
    )
    here.agreement = agreements.put_in_force(here.agreement, by=ours[Role.APPROVER], signed_on=timezone.localdate())
    here.agent = here.agreement.agents.get()
    joining = factories.held_dossier(institution).person
    agreements.add_people(
        here.agreement, [{"name": joining.name, "id_number": joining.id_number}], by=ours[Role.CLERK]
    )
    here.entrusted = here.agreement.people.get()
    agreements.join(here.entrusted, by=ours[Role.CLERK], proof=factories.picture())

    here.roster = rosters.receive(
        f"姓名,身份证号码\n王五,{fresh_number()}\n".encode(),
        name="花名册.csv",
        institution=institution,
        by=ours[Role.CLERK],
    )

    here.outgoing = transfers.agree(offered(institution, partner, ours), by=theirs[Role.APPROVER])
    here.outgoing = transfers.pack(here.outgoing, by=ours[Role.KEEPER], **COUNTED)
    here.incoming = offered(partner, institution, theirs)

    here.keeper_outside = OutsideKeeper.objects.first() or keeper_outside(ours)  # one book for the city
    here.departure = transfers.apply(
        [dossier_in_stock(institution)],
        by=ours[Role.CLERK],
        to=here.keeper_outside,
        reason="employed",
        letter_number="海人才调〔2026〕7号",
        letter_date=timezone.localdate(),
        papers=[("居民身份证", a_scan())],
    )
    for step, by in (("approve", Role.HEAD), ("check", Role.KEEPER), ("seal", Role.APPROVER)):
        inputs = COUNTED if step == "check" else {}
        here.departure = transfers.DEPARTURE_STEPS[step](here.departure, by=ours[by], **inputs)
    here.departing = here.departure.lines.get()
    here.request = transfers.receive_request(
        institution,
        sent_by="EMPLOYER",
        sender="虚构科技有限公司",
        contact="赵敏",
        phone="13900000000",
        name="无此人",
        id_number=fresh_number(),
        letter=a_scan(),
    )
    here.loan = applied_for(dossier_in_stock(institution), ours, use="LOAN")
    here.loan = loans.endorse(here.loan, by=ours[Role.APPROVER])
    here.loan = loans.approve_finally(here.loan, by=ours[Role.HEAD])
    here.agency = loans.add_agency(
        institution,
        by=ours[Role.APPROVER],
        name=f"虚构社保中心{next(_numbers)}",
        kind="PENSION",
        agreement_number=f"协议{next(_numbers)}",
        valid_from=timezone.localdate(),
        valid_to=timezone.localdate() + dt.timedelta(365),
        reasons=["retirement"],
        most_out=5,
        contacts="李主任 0571-00000001",
    )
    here.bar = loans.bar(
        institution,
        by=ours[Role.APPROVER],
        name="虚构事务所",
        reason="擅自拍照",
        until=timezone.localdate() + dt.timedelta(30),
    )

    here.certificate = certificates.draft(here.dossier, by=ours[Role.CLERK])
    here.certificate = certificates.issue(here.certificate, by=ours[Role.REVIEWER])
    here.citizen = factories.CitizenFactory(name=here.person.name, id_number=here.person.id_number)
    # A letter of the citizen's own: a partner wants to know who has the dossier.
    here.own_intake = intake.open_intake(
        partner,
        here.person,
        by=theirs[Role.CLERK],
        reason="graduation",
        sender="虚构大学",
        held_elsewhere=True,
        applicant=here.citizen,
    )
    here.own_intake = intake.issue_letter(here.own_intake, by=theirs[Role.APPROVER])
    here.party_membership = party_member(institution, here.person, ours)
    here.own_departure = transfers.apply_online(
        here.dossier,
        by=here.citizen,
        to="海州市人才",
        reason="employed",
        letter_number="海人才调〔2026〕8号",
        letter_date=timezone.localdate(),
        letter=a_scan(),
        papers=[("居民身份证", a_scan())],
    )

    contested = factories.held_dossier(partner)
    number = dossiers.next_archive_number(institution)
    here.conflict = dossiers.claim_custody(contested, institution, by=ours[Role.CLERK], archive_number=number)

    here.party_transfer = party.register_departure(
        here.party_membership, by=ours[Role.CLERK], other_committee="虚构市委组织部"
    )
    here.party_transfer = party.approve(here.party_transfer, by=ours[Role.APPROVER])

    here.household_member = household_member(institution, here.person, ours)
    here.household_move = household.apply_to_move_out(
        here.household_member, by=ours[Role.CLERK], other_address="邻市某路1号"
    )
    here.household_move = household.approve(here.household_move, by=ours[Role.APPROVER])
    here.page_loan = household.lend_page(here.household_member, by=ours[Role.CLERK], purpose="办理结婚登记")
    protection.record_reading(here.store, by=ours[Role.KEEPER], temperature=Decimal(20), humidity=Decimal(50))
    protection.inspect(
        here.store, by=ours[Role.KEEPER], made_on=timezone.localdate(), found={"FIRE": "灭火器过期", "DUST": "积尘"}
    )
    here.hazard = here.store.hazards.order_by("pk")[0]
    here.visit = protection.let_in(
        here.store, by=ours[Role.KEEPER], visitor="张师傅", affiliation="虚构空调公司", purpose="检修空调"
    )
    here.key = protection.take_key(here.store, by=ours[Role.KEEPER], key=f"钥匙{next(_numbers)}")
    here.stocktake = signed_stocktake(institution, here.dossier, ours)
    here.finding = here.stocktake.findings.filter(resolution="LEFT_OPEN").first()

    expected = graduates.import_list(
        io.BytesIO(f"姓名,身份证号\n韩梅梅,{fresh_number()}\n".encode()),
        institution=institution,
        by=ours[Role.CLERK],
        school=f"虚构大学{next(_numbers)}",
        year=2026,
        file_name="毕业生.csv",
    )
    here.graduate = expected.graduates.get()

    here.member = ours[Role.DIGITISER]
    here.membership = here.member.memberships.get()
    here.proposal = access.propose_role(
        here.member,
        role=Role.KEEPER,
        institution=institution,
        reason="新任",
        by=city[Role.SECURITY_ADMINISTRATOR],
    )
    here.client, _token = exchange.register_client(
        institution,
        by=city[Role.SYSTEM_ADMINISTRATOR],
        name="业务系统",
        scopes=[Permission.DOSSIER_VIEW],
        expires_on=timezone.localdate() + dt.timedelta(30),
    )
    return here

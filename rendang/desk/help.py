"""Which rule stands behind which screen. The policies named here are shown with their value in force."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Topic:
    """What a screen is for, in two or three sentences, and where the rule is written."""

    prefix: str  # of the page's name: intake: → every page of intake
    title: str | Promise
    text: str | Promise
    basis: tuple[str, ...]
    policies: tuple[str, ...] = ()


TOPICS = (
    Topic(
        "desk:",
        _("To do and search"),
        _(
            "The to-do list shows every open case of your institutions, the most urgent first: red is overdue, yellow"
            " is due within three working days, green is in time. The search box takes a name, a part of it, pinyin or"
            " initials, an ID number, an archive number, a case number or a scanned label; press / to reach it."
        ),
        ("人社部发〔2021〕112号", "人社厅发〔2022〕64号"),
        ("transfer_dispatch",),
    ),
    Topic(
        "desk:register",
        _("Registers"),
        _(
            "The registers that used to be kept on paper, for any range of days: look at them, print them to be"
            " signed, or take them along as a workbook. Each look is noted in the audit log."
        ),
        ("GB/T 32623-2016",),
        ("export_rows",),
    ),
    Topic(
        "parcels:",
        _("Arrivals"),
        _(
            "Every parcel is registered on the day it comes and before it is opened, with carrier, number, sender and"
            " seal, and with pictures; whoever takes it over signs for it. A parcel that nobody announced waits here"
            " until it is known whose dossier is in it, and the owner is told."
        ),
        ("人社部发〔2021〕112号", "人社厅发〔2022〕64号"),
        ("intake_register", "intake_unseal", "carriers_tier_a", "carriers_tier_b", "carriers_forbidden"),
    ),
    Topic(
        "intake:",
        _("Intake"),
        _(
            "Three doors: a person applies at the window or online and gets a numbered recall letter, an employer's"
            " agreement opens many at once, or the dossier lies here and nobody applied. A paper that lacks in the"
            " application is told once and refuses nothing. The parcel is registered before it is opened, opened by"
            " two people, compared with notice and list paper by paper, and reviewed. Key materials that lack are told"
            " once and promised in an undertaking; then it is accepted all the same, and the receipt goes back to the"
            " sender. What is held elsewhere goes to supervision with the evidence. It may be returned only for one"
            " of the coded reasons, on a way back that is tracked like any other."
        ),
        ("人社厅发〔2022〕64号", "人社厅发〔2016〕75号", "人社部发〔2021〕112号 第十一条至第十五条"),
        (
            "recall_letter_issue",
            "recall_letter_validity",
            "recall_wait",
            "intake_unseal",
            "intake_review",
            "receipt_return",
            "undertaking_promise",
            "never_a_return_reason",
            "application_papers",
        ),
    ),
    Topic(
        "agreements:",
        _("Agreements"),
        _(
            "An employer entrusts the dossiers of its people by an agreement with a roster. Who joins becomes the"
            " employer's custody on the labour contract, who leaves becomes individual custody on proof, and when the"
            " agreement ends everybody does. The employer learns only where a dossier stands, never what is in it."
        ),
        ("人社部发〔2021〕112号", "人社厅发〔2016〕75号"),
    ),
    Topic(
        "transfers:",
        _("Transfers"),
        _(
            "From one institution of the city to another, without paper going to and fro. The keeper offers, also on"
            " a recall letter of ours that an employer or a person has sent; the receiver agrees first. What stands in"
            " the way is shown before it is packed. The dossier moves whole, sealed by two, with list and notice; its"
            " owner never carries it. Custody changes hands only when the receiver has counted and signed; what is"
            " refused goes back and stays with the sender."
        ),
        ("人社部发〔2021〕112号", "人社厅发〔2022〕64号"),
        ("transfer_agree", "transfer_dispatch", "transfer_receive", "carriers_internal"),
    ),
    Topic(
        "departures:",
        _("Departures"),
        _(
            "A dossier leaves the city on a recall letter, for a person, an employer or the receiver. What stands in"
            " its way is shown with the way to clear it; a fee never does. A second person approves; it is fetched and"
            " checked page by page, one by one or many of a list together where every page agrees, sealed by two, and"
            " sent only by a carrier that its tier allows, to an address that a second person has verified. A state"
            " unit may fetch it by two of its people, who sign on the spot. Until the receipt has come back the"
            " institution remains the keeper; a receipt that is late is chased, and what is lost is searched for."
        ),
        ("人社部发〔2021〕112号", "人社厅发〔2022〕64号", "《干部人事档案工作条例》（2018）第二十五条"),
        (
            "transfer_dispatch",
            "receipt_chase",
            "receipt_chase_again",
            "carriers_tier_a",
            "carriers_tier_b",
            "direct_transfer_receivers",
        ),
    ),
    Topic(
        "requests:",
        _("Requests from outside"),
        _(
            "Employers and keepers without an account here ask for a dossier on the portal, with the recall letter."
            " The request goes to who keeps the dossier; the sender gets a receipt number and learns nothing else,"
            " whoever is asked for. Compare the letter with what is on record, then open the departure with the letter"
            " attached, offer the transfer when the letter is one of ours, or answer with one of the reasons. Another"
            " institution of the city that issues a recall letter for a dossier of yours has its request here in the"
            " same moment; what you do with it, it reads on its intake."
        ),
        ("人社部发〔2021〕112号", "《个人信息保护法》第五十一条"),
        ("departure_request", "request_limit_address"),
    ),
    Topic(
        "institutions:keeper",
        _("Address book"),
        _(
            "To whom dossiers are sent outside the city: one book for all institutions. Whatever is entered or"
            " corrected is verified by a second person before a dossier is sent there. Only organisations that may"
            " keep dossiers can be entered."
        ),
        ("人社部发〔2021〕112号", "人社厅发〔2016〕75号"),
        ("keeper_kinds",),
    ),
    Topic(
        "loans:",
        _("Loans and consultations"),
        _(
            "Two people come with an introduction letter and their identity cards; an agency may have an agreement"
            " instead. The section approves, and the head as well what leaves the house, a cadre's dossier or a reason"
            " for the head. Pages are counted and signed for at hand-over and at return; who is late gets a letter and"
            " borrows nothing more. A unit that needs it longer asks, and who approves loans grants or refuses the"
            " renewal. For reading on screen classes or single papers are named, and no others are shown. Nobody reads"
            " their own dossier or a relative's. Of those who wait for a dossier only the first is"
            " called and told; it is held for them some working days. What a borrower has lost is reported, looked"
            " for, answered for by the unit, and found again or reconstructed."
        ),
        ("《干部人事档案工作条例》（2018）第三十一条", "查（借）阅规定"),
        (
            "consultation_persons",
            "borrow_default",
            "borrow_max",
            "borrow_renewals",
            "digital_consultation",
            "overdue_notice",
            "loan_hold",
            "loan_lost_search",
            "loan_head_uses",
            "loan_head_employers",
        ),
    ),
    Topic(
        "people:kinships",
        _("Declarations of kinship"),
        _(
            "Every member of staff declares themselves and their relatives: spouse, direct line, collateral within"
            " three generations, close in-laws. Their dossiers do not open for that person, on no page and in no"
            " export; the attempt is noted in the audit log."
        ),
        ("《公务员法》第七十四条、第七十六条", "《干部人事档案工作条例》（2018）"),
    ),
    Topic(
        "rosters:",
        _("Rosters"),
        _(
            "A roster is judged row by row before anything is written. Rejected rows stay out with their reason,"
            " warned rows come in and are flagged, and a person whose dossier another institution holds becomes a"
            " custody conflict for supervision."
        ),
        ("GB 11643-1999", "GB 32100-2015", "鲁人社办发〔2018〕36号"),
    ),
    Topic(
        "dossiers:",
        _("Dossiers and catalogue"),
        _(
            "The identity is masked; showing it in full needs a reason and leaves a trace. Papers stand under the ten"
            " categories; their numbers follow from their order. A paper leaves a dossier only when one person asks"
            " with a reason and a second approves."
        ),
        ("《干部人事档案工作条例》（2018）", "组通字〔2012〕28号"),
        ("material_file_in",),
    ),
    Topic(
        "household:",
        _("Collective household"),
        _(
            "People whose dossiers are here may be registered in the institution's collective household: a second"
            " person agrees, public security registers, the book follows. A member page is lent for a few days. A"
            " dossier that leaves does not take the registration along; whoever parts from the dossier is listed."
        ),
        ("《户口登记条例》", "人社部发〔2021〕112号"),
        ("household_letter_validity", "household_page_loan"),
    ),
    Topic(
        "graduates:",
        _("Graduates' dossiers"),
        _(
            "A school sends the list of its graduates ahead; every line is judged and the others are expected. When a"
            " parcel comes, its dossiers are scanned one by one: who is expected gets an intake and is told, who is"
            " not waits on the parcel. Nobody is asked for the registration card 报到证 that was abolished in 2023."
        ),
        ("人社部发〔2021〕112号", "人社厅发〔2022〕64号"),
    ),
    Topic(
        "party:",
        _("Party relation"),
        _(
            "The Party relation of a member whose dossier is here comes and goes with a numbered introduction letter"
            " of limited validity; a second person admits or signs, the slip completes it. It leaves before the"
            " dossier. Graduates without employment and members abroad may stay for a limited time."
        ),
        ("人社部发〔2021〕112号 第七条第（七）项", "《中国共产党党员教育管理工作条例》（2019）"),
        ("party_letter_validity", "party_graduate_stay", "party_abroad_stay"),
    ),
    Topic(
        "accruals:",
        _("Accruals"),
        _(
            "Loose papers are registered singly or by a list of many people, identified by the seven criteria, and put"
            " into their dossiers within a month. What is refused goes back with a coded reason; what belongs to a"
            " dossier that is out waits until it is back. Only originals are filed, or copies stamped by whoever keeps"
            " the original. A letter chases what does not come; its link takes one upload,"
            " so many files of so many megabytes. What its producer hands in after its month is shown and counted,"
            " never refused."
        ),
        ("中组发〔2009〕12号", "人社部发〔2021〕112号 第七条第（二）项"),
        ("material_submit", "material_file_in", "material_chase", "upload_files", "upload_size"),
    ),
    Topic(
        "dossiers:undertaking",
        _("Undertakings"),
        _(
            "What a dossier lacks of the key materials is told to the person once, all together, with what that may"
            " mean. The person promises it, by hand at the window or online. A paper that is listed in the catalogue"
            " settles its promise; what cannot be obtained or is waived is closed with a reason. A missing paper is"
            " never a reason to refuse a dossier. The person is reminded before the promised day and when it has"
            " passed."
        ),
        ("人社部发〔2021〕112号 第十四条", "人社厅发〔2016〕75号"),
        ("undertaking_promise", "undertaking_reminder"),
    ),
    Topic(
        "protection:",
        _("Protection of the stores"),
        _(
            "Temperature and humidity are noted every day, typed, from a logger's file or by a sensor; what is outside"
            " the limits, and what the round of the eight protections finds, becomes a hazard that is repaired and"
            " looked at again by a second person. Nobody enters a store alone; keys are signed for."
        ),
        ("GB/T 32623-2016", "《机关档案管理规定》"),
        ("store_temperature", "store_humidity", "store_inspection"),
    ),
    Topic(
        "stocktakes:",
        _("Stocktakes"),
        _(
            "When a count starts, what the record says is frozen: every dossier in its slot, on loan, in transit or"
            " elsewhere in the house. Then labels are read, a slot and the dossiers in it, by as many devices as there"
            " are, also without a connection. Every difference is resolved once, with a reason; the keeper concludes,"
            " a second person signs, and the report is sealed. Yearly all of it, every half year the check."
        ),
        ("档案保管制度：名册、索引、档案三相符（每年），档卡相符（每半年）",),
        ("stocktake", "stocktake_check"),
    ),
    Topic(
        "storage:",
        _("Stores"),
        _(
            "A dossier is always somewhere: in its slot, on a desk or on its way. “In stock” means that your"
            " institution has custody and the dossier lies in a slot. A slot takes what fits by number and by width;"
            " stores of one sort are for dossiers of that sort. The pick list, the put-back list and a plan of moves"
            " follow one round through the stores; every scan notes when a dossier was last seen."
        ),
        ("GB/T 32623-2016",),
        ("dossier_thickness", "slot_rule"),
    ),
    Topic(
        "certificates:",
        _("Certificates"),
        _(
            "A certificate says what the record says and nothing else, is free of charge, and is issued only while the"
            " dossier is in stock. Anyone can verify it by number, QR code or file."
        ),
        ("人社部发〔2021〕112号 第七条、第八条",),
        ("certificate_issue",),
    ),
    Topic(
        "supervision:",
        _("Custody conflicts"),
        _(
            "Two institutions say they hold the dossier of one person. Find out where it really is, then confirm the"
            " holder or the claim; nothing is decided silently."
        ),
        ("人社部发〔2021〕112号",),
    ),
)


def topic_for(page: str) -> Topic:
    """The topic of a page by its name, the nearest one; the first when the page has none of its own."""
    about = [topic for topic in TOPICS if page.startswith(topic.prefix)]
    return max(about, key=lambda topic: len(topic.prefix), default=TOPICS[0])

"""Who may do what: the permissions, and which role holds which (domain.md §5.13)."""

from enum import StrEnum


class Permission(StrEnum):
    """One right. Pages, steps and API operations each name exactly one."""

    DESK_USE = "desk.use"
    CASE_VIEW = "case.view"
    CASE_PAUSE = "case.pause"
    DOSSIER_FIND = "dossier.find"
    DOSSIER_VIEW = "dossier.view"
    DOSSIER_UNMASK = "dossier.unmask"
    DOSSIER_EXPORT = "dossier.export"
    PERSON_EDIT = "person.edit"
    KINSHIP_VIEW = "kinship.view"
    CATALOGUE_VIEW = "catalogue.view"
    CATALOGUE_EDIT = "catalogue.edit"
    MATERIAL_REMOVE = "material.remove"
    MATERIAL_APPROVE = "material.approve"
    ROSTER_IMPORT = "roster.import"
    INTAKE_VIEW = "intake.view"
    INTAKE_REGISTER = "intake.register"
    INTAKE_CALL = "intake.call"
    INTAKE_OPEN = "intake.open"
    INTAKE_REVIEW = "intake.review"
    INTAKE_DECIDE = "intake.decide"
    TRANSFER_VIEW = "transfer.view"
    TRANSFER_OFFER = "transfer.offer"
    TRANSFER_DECIDE = "transfer.decide"
    TRANSFER_SEND = "transfer.send"
    TRANSFER_RECEIVE = "transfer.receive"
    TRANSFER_DECLARE_LOST = "transfer.declare_lost"
    LOAN_VIEW = "loan.view"
    LOAN_REGISTER = "loan.register"
    LOAN_APPROVE = "loan.approve"
    LOAN_APPROVE_FINALLY = "loan.approve_finally"
    LOAN_HAND_OVER = "loan.hand_over"
    ACCRUAL_VIEW = "accrual.view"
    ACCRUAL_REGISTER = "accrual.register"
    ACCRUAL_IDENTIFY = "accrual.identify"
    ACCRUAL_INSERT = "accrual.insert"
    UNDERTAKING_VIEW = "undertaking.view"
    UNDERTAKING_EDIT = "undertaking.edit"
    AGREEMENT_VIEW = "agreement.view"
    AGREEMENT_EDIT = "agreement.edit"
    AGREEMENT_APPROVE = "agreement.approve"
    GRADUATE_VIEW = "graduate.view"
    GRADUATE_EDIT = "graduate.edit"
    PARTY_VIEW = "party.view"
    PARTY_EDIT = "party.edit"
    PARTY_APPROVE = "party.approve"
    HOUSEHOLD_VIEW = "household.view"
    HOUSEHOLD_EDIT = "household.edit"
    HOUSEHOLD_APPROVE = "household.approve"
    STORAGE_VIEW = "storage.view"
    STORAGE_PLAN = "storage.plan"
    STORAGE_MOVE = "storage.move"
    STOCKTAKE_VIEW = "stocktake.view"
    STOCKTAKE_RUN = "stocktake.run"
    STOCKTAKE_SIGN = "stocktake.sign"
    PROTECTION_VIEW = "protection.view"
    PROTECTION_RECORD = "protection.record"
    REGISTER_PRINT = "register.print"
    CERTIFICATE_VIEW = "certificate.view"
    CERTIFICATE_DRAFT = "certificate.draft"
    CERTIFICATE_ISSUE = "certificate.issue"
    CERTIFICATE_REVOKE = "certificate.revoke"
    CONFLICT_VIEW = "conflict.view"
    CONFLICT_SETTLE = "conflict.settle"
    STANDARD_VIEW = "standard.view"
    STANDARD_EDIT = "standard.edit"
    INSTITUTION_EDIT = "institution.edit"
    NOTICE_PUBLISH = "notice.publish"
    STAFF_VIEW = "staff.view"
    ROLE_PROPOSE = "role.propose"
    ROLE_CONFIRM = "role.confirm"
    API_CLIENT_MANAGE = "api_client.manage"
    AUDIT_VIEW = "audit.view"


P = Permission
_EVERYONE = {P.DESK_USE, P.STANDARD_VIEW}
_BUSINESS = _EVERYONE | {P.CASE_VIEW, P.DOSSIER_FIND, P.DOSSIER_VIEW}
# What everybody with a hand in circulation and storage sees of their own institution.
_CIRCULATION = {
    P.LOAN_VIEW,
    P.ACCRUAL_VIEW,
    P.UNDERTAKING_VIEW,
    P.AGREEMENT_VIEW,
    P.GRADUATE_VIEW,
    P.PARTY_VIEW,
    P.HOUSEHOLD_VIEW,
    P.STOCKTAKE_VIEW,
    P.PROTECTION_VIEW,
    P.REGISTER_PRINT,
}
_VIEWS = {
    P.INTAKE_VIEW,
    P.TRANSFER_VIEW,
    P.STORAGE_VIEW,
    P.CERTIFICATE_VIEW,
    P.CATALOGUE_VIEW,
}

# What an interface may be allowed at most; each client gets some of them.
API_SCOPES = (
    P.DOSSIER_FIND,
    P.DOSSIER_VIEW,
    P.CASE_VIEW,
    P.UNDERTAKING_VIEW,
    P.UNDERTAKING_EDIT,
    P.ACCRUAL_VIEW,
    P.ACCRUAL_REGISTER,
    P.ACCRUAL_IDENTIFY,
    P.ACCRUAL_INSERT,
    P.INTAKE_VIEW,
    P.INTAKE_REGISTER,
    P.INTAKE_CALL,
    P.GRADUATE_VIEW,
    P.GRADUATE_EDIT,
    P.AGREEMENT_VIEW,
    P.TRANSFER_VIEW,
    P.TRANSFER_OFFER,
    P.TRANSFER_DECIDE,
    P.TRANSFER_SEND,
    P.TRANSFER_RECEIVE,
    P.LOAN_VIEW,
    P.LOAN_REGISTER,
    P.CERTIFICATE_VIEW,
    P.CERTIFICATE_DRAFT,
    P.CERTIFICATE_ISSUE,
    P.CERTIFICATE_REVOKE,
    P.PROTECTION_VIEW,
    P.PROTECTION_RECORD,
    P.PARTY_VIEW,
    P.PARTY_EDIT,
    P.HOUSEHOLD_VIEW,
    P.HOUSEHOLD_EDIT,
    P.STOCKTAKE_VIEW,
    P.STOCKTAKE_RUN,
    P.STORAGE_MOVE,
)

# None of the three administrators can open a dossier (GB/T 22239-2019 8.1.5: separation of the three).
GRANTS: dict[str, frozenset[Permission]] = {
    "CLERK": frozenset(
        _BUSINESS
        | _CIRCULATION
        | {
            P.LOAN_REGISTER,
            P.ACCRUAL_REGISTER,
            P.UNDERTAKING_EDIT,
            P.AGREEMENT_EDIT,
            P.GRADUATE_EDIT,
            P.PARTY_EDIT,
            P.HOUSEHOLD_EDIT,
        }
        | {P.INTAKE_VIEW, P.TRANSFER_VIEW, P.STORAGE_VIEW, P.CERTIFICATE_VIEW}
        | {
            P.DOSSIER_UNMASK,
            P.PERSON_EDIT,
            P.ROSTER_IMPORT,
            P.INTAKE_REGISTER,
            P.INTAKE_OPEN,
        }
        | {P.TRANSFER_OFFER, P.CERTIFICATE_DRAFT, P.CASE_PAUSE}
    ),
    "REVIEWER": frozenset(
        _BUSINESS
        | _CIRCULATION
        | {P.ACCRUAL_REGISTER, P.ACCRUAL_IDENTIFY, P.ACCRUAL_INSERT, P.UNDERTAKING_EDIT}
        | _VIEWS
        | {
            P.DOSSIER_UNMASK,
            P.PERSON_EDIT,
            P.CATALOGUE_EDIT,
            P.MATERIAL_REMOVE,
            P.INTAKE_OPEN,
            P.INTAKE_REVIEW,
        }
        | {P.CERTIFICATE_DRAFT, P.CERTIFICATE_ISSUE, P.CASE_PAUSE}
    ),
    "APPROVER": frozenset(
        _BUSINESS
        | _CIRCULATION
        | {P.LOAN_APPROVE, P.AGREEMENT_APPROVE, P.PARTY_APPROVE, P.HOUSEHOLD_APPROVE, P.STOCKTAKE_SIGN}
        | _VIEWS
        | {
            P.DOSSIER_UNMASK,
            P.DOSSIER_EXPORT,
            P.CATALOGUE_EDIT,
            P.MATERIAL_APPROVE,
            P.INTAKE_CALL,
            P.INTAKE_DECIDE,
        }
        | {
            P.TRANSFER_OFFER,
            P.TRANSFER_DECIDE,
            P.TRANSFER_SEND,
            P.CERTIFICATE_ISSUE,
            P.CERTIFICATE_REVOKE,
        }
        | {P.CASE_PAUSE, P.ROSTER_IMPORT}
    ),
    "KEEPER": frozenset(
        _BUSINESS
        | _CIRCULATION
        | {P.LOAN_HAND_OVER, P.ACCRUAL_INSERT, P.GRADUATE_EDIT, P.STOCKTAKE_RUN, P.PROTECTION_RECORD}
        | {
            P.INTAKE_VIEW,
            P.TRANSFER_VIEW,
            P.STORAGE_VIEW,
            P.STORAGE_PLAN,
            P.STORAGE_MOVE,
        }
        | {P.TRANSFER_SEND, P.TRANSFER_RECEIVE, P.INTAKE_REGISTER}
    ),
    "DIGITISER": frozenset(_BUSINESS | {P.CATALOGUE_VIEW, P.CATALOGUE_EDIT, P.STORAGE_VIEW}),
    "HEAD": frozenset(
        _BUSINESS
        | _CIRCULATION
        | {P.LOAN_APPROVE, P.LOAN_APPROVE_FINALLY, P.STOCKTAKE_SIGN}
        | _VIEWS
        | {
            P.DOSSIER_UNMASK,
            P.DOSSIER_EXPORT,
            P.INTAKE_CALL,
            P.INTAKE_DECIDE,
            P.TRANSFER_DECIDE,
            P.TRANSFER_DECLARE_LOST,
            P.CERTIFICATE_REVOKE,
        }
        | {
            P.MATERIAL_APPROVE,
            P.STAFF_VIEW,
            P.KINSHIP_VIEW,
            P.ROLE_CONFIRM,
            P.NOTICE_PUBLISH,
            P.INSTITUTION_EDIT,
            P.CONFLICT_VIEW,
        }
    ),
    "SUPERVISOR": frozenset(
        _BUSINESS
        | _CIRCULATION
        | _VIEWS
        | {
            P.CONFLICT_VIEW,
            P.CONFLICT_SETTLE,
            P.STANDARD_EDIT,
            P.NOTICE_PUBLISH,
            P.STAFF_VIEW,
            P.ROLE_CONFIRM,
        }
    ),
    "SYSTEM_ADMINISTRATOR": frozenset(_EVERYONE | {P.INSTITUTION_EDIT, P.API_CLIENT_MANAGE}),
    "SECURITY_ADMINISTRATOR": frozenset(_EVERYONE | {P.STAFF_VIEW, P.ROLE_PROPOSE}),
    "AUDIT_ADMINISTRATOR": frozenset(_EVERYONE | {P.AUDIT_VIEW}),
    # Of interfaces, never of people: what a client may use of it are the scopes of its token (exchange.ApiClient).
    "API_CLIENT": frozenset(API_SCOPES),
}

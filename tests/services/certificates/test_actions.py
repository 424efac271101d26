import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from rendang.dossiers import actions as dossiers
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.documents import signing
from rendang.kernel.files.queries import read_file
from rendang.kernel.workflow.models import Case
from rendang.services.certificates import actions
from rendang.services.certificates.models import Certificate
from rendang.services.certificates.queries import verify, verify_paper
from rendang.storage import actions as storage
from tests.factories import CitizenFactory, PlacementFactory, staff

pytestmark = pytest.mark.django_db
Status = Certificate.Status


@pytest.fixture
def dossier(institution):
    """A dossier in stock."""
    return PlacementFactory(institution=institution).dossier


@pytest.fixture
def issued(dossier, clerk, reviewer):
    return actions.issue(actions.draft(dossier, by=clerk), by=reviewer)


def verdict(certificate):
    return verify(certificate.certificate_number, certificate.verification_code).status


def test_a_certificate_says_what_the_record_says_and_is_signed(issued, dossier, institution):
    assert issued.facts["archive_number"] == dossier.custodies.get().archive_number
    assert issued.certificate_number.startswith(f"{institution.code}-CZ-")
    paper = read_file(issued.file)
    assert signing.verify(paper).is_valid
    assert verify_paper(paper).status == Status.VALID


def test_the_public_is_told_no_more_than_needed(issued, dossier, institution):
    told = verify(issued.certificate_number, issued.verification_code)

    name = dossier.person.name
    assert told.masked_name == name[0] + "*" * (len(name) - 1)
    assert (told.institution, told.number) == (institution.english_name, issued.certificate_number)


@pytest.mark.parametrize("code", ["", "AAAAAAAAAAAA", "字"])
def test_a_wrong_code_is_as_unknown_as_a_wrong_number(issued, code):
    assert verify(issued.certificate_number, code) == verify("T000-CZ-2026-999999", code)


def test_a_changed_file_is_unknown(issued):
    paper = bytearray(read_file(issued.file))
    paper[len(paper) // 2] ^= 1

    assert verify_paper(bytes(paper)).status == Status.UNKNOWN
    assert verify_paper(b"no pdf at all").status == Status.UNKNOWN


def test_not_in_stock_means_no_certificate(dossier, clerk, reviewer, keeper):
    certificate = actions.draft(dossier, by=clerk)
    storage.take_out(dossier, by=keeper, detail="阅档室")

    with pytest.raises(ValidationError, match="not in stock"):
        actions.issue(certificate, by=reviewer)

    certificate.refresh_from_db()
    assert (certificate.state, certificate.file, certificate.certificate_number) == ("DRAFTED", None, "")
    assert not AuditEvent.objects.filter(verb="certificate.issue").exists()


def test_when_the_dossier_leaves_the_public_status_says_so(issued, dossier, other_institution):
    dossiers.hand_over_custody(dossier, other_institution, by=staff(other_institution, Role.KEEPER), reason="internal")

    assert verdict(issued) == Status.DOSSIER_LEFT


def test_a_later_certificate_supersedes_the_earlier(issued, dossier, clerk, reviewer):
    later = actions.issue(actions.draft(dossier, by=clerk), by=reviewer)

    issued.refresh_from_db()
    assert issued.superseded_by == later
    assert (verdict(issued), verdict(later)) == (Status.SUPERSEDED, Status.VALID)


def test_a_revoked_certificate_is_revoked_for_everybody(issued, approver):
    actions.revoke(issued, by=approver, reason="记载有误")

    assert verdict(issued) == Status.REVOKED
    assert AuditEvent.objects.latest("pk").reason == "记载有误"


def test_revoking_needs_the_right(issued, clerk):
    with pytest.raises(PermissionDenied):
        actions.revoke(issued, by=clerk, reason="记载有误")

    assert verdict(issued) == Status.VALID


def test_a_citizen_gets_the_own_certificate_at_once(dossier):
    citizen = CitizenFactory(id_number=dossier.person.id_number, name=dossier.person.name)

    certificate = actions.apply_online(dossier, by=citizen)

    assert (certificate.state, certificate.channel, certificate.applicant) == ("ISSUED", "ONLINE", citizen)
    assert verdict(certificate) == Status.VALID


def test_a_citizen_gets_nobody_elses(dossier):
    with pytest.raises(PermissionDenied):
        actions.apply_online(dossier, by=CitizenFactory())

    assert not Case.objects.exists()


def test_an_online_application_that_cannot_be_met_leaves_no_case(dossier, keeper):
    citizen = CitizenFactory(id_number=dossier.person.id_number)
    storage.take_out(dossier, by=keeper, detail="阅档室")
    events = AuditEvent.objects.count()

    with pytest.raises(ValidationError, match="not in stock"):
        actions.apply_online(dossier, by=citizen)

    assert not Case.objects.exists()
    assert AuditEvent.objects.count() == events

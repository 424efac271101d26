from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Router, Schema, Status

from rendang.dossiers.models import Dossier
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404
from rendang.kernel.audit.actions import record_view
from rendang.kernel.files.queries import read_file
from rendang.kernel.workflow.api import MAX_KEY, CaseOut, add_case_routes, case_out
from rendang.kernel.workflow.models import Case
from rendang.services.certificates import actions, forms
from rendang.services.certificates.models import Certificate
from rendang.services.certificates.queries import verify

router = Router(tags=["certificates"])


class DraftIn(Schema):
    dossier_id: int = Field(ge=1, le=MAX_KEY)
    purpose: str = Field("", max_length=100)


class VerifyIn(Schema):
    """What is printed on the certificate: its number and its verification code."""

    number: str = Field(max_length=40)
    code: str = Field(max_length=20)


class VerdictOut(Schema):
    """VALID, DOSSIER_LEFT, SUPERSEDED, REVOKED or UNKNOWN; the name is masked."""

    status: str
    number: str
    masked_name: str
    institution: str
    issued_on: str


@router.post("", response={201: CaseOut}, operation_id="draft_certificate")
def draft(request: HttpRequest, data: DraftIn) -> Status[dict[str, Any]]:
    """Draft a certificate of custody from the record; the step ``issue`` signs it."""
    rows = Dossier.objects.all()
    dossier = get_visible_or_404(rows, request.user, Permission.CERTIFICATE_DRAFT, pk=data.dossier_id)
    certificate = actions.draft(dossier, by=request.user, purpose=data.purpose, channel=Case.Channel.INTERFACE)
    return Status(201, case_out(certificate, request.user))


@router.post("/verification", response=VerdictOut, auth=None, operation_id="verify_certificate")
def verify_certificate(request: HttpRequest, data: VerifyIn) -> Any:
    """Public: whether a certificate is genuine and still true. No more is told than the paper shows."""
    return verify(data.number, data.code)


@router.get("/{number}/paper", operation_id="get_certificate_paper", response={200: None})
def paper(request: HttpRequest, number: str) -> HttpResponse:
    """The signed PDF of an issued certificate."""
    rows = Certificate.objects.select_related("file")
    certificate = get_visible_or_404(rows, request.user, Permission.CERTIFICATE_VIEW, number=number)
    if certificate.file is None:
        raise Http404
    record_view("certificate.print", certificate, by=request.user)
    return HttpResponse(read_file(certificate.file), content_type="application/pdf")


add_case_routes(router, Certificate, Permission.CERTIFICATE_VIEW, actions.STEPS, forms.FORMS)

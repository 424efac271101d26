"""A file leaves the house only after a permission check, and never as something a browser would run."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.urls import ResolverMatch

from rendang.kernel.access.models import Role
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import citizen, public, requires
from rendang.kernel.files.actions import store
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.sealing import DamagedFile
from rendang.kernel.files.serving import serve
from tests import factories

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


@pytest.fixture
def stored(institution, clerk):
    return store(PDF, name="存档证明.pdf", kind=Kind.PAPER, institution=institution, by=clerk)


def asking(user, view=None):
    request = RequestFactory().get("/file")
    request.user = user
    request.resolver_match = ResolverMatch(view, (), {}) if view else None
    return request


def page(mark=None):
    def view(request) -> HttpResponse:
        return HttpResponse()

    return mark(view) if mark else view


def test_staff_with_the_permission_get_the_file(stored, clerk):
    response = serve(asking(clerk), stored, permission=Permission.CERTIFICATE_VIEW)
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == str(len(PDF))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%AD%98")


def test_a_pdf_may_be_shown_inside_the_page(stored, clerk):
    response = serve(asking(clerk), stored, permission=Permission.CERTIFICATE_VIEW, inline=True)
    assert response["Content-Disposition"].startswith("inline;")


def test_text_is_only_ever_downloaded(institution, clerk):
    stored = store(b"a,b\n1,2\n", name="r.csv", kind=Kind.ROSTER, institution=institution, by=clerk)
    response = serve(asking(clerk), stored, permission=Permission.ROSTER_IMPORT, inline=True)
    assert response["Content-Disposition"] == 'attachment; filename="r.csv"'


def test_without_the_permission_it_is_refused(stored, digitiser):
    with pytest.raises(PermissionDenied):
        serve(asking(digitiser), stored, permission=Permission.CERTIFICATE_VIEW)


def test_another_institutions_file_does_not_exist(stored, other_institution):
    elsewhere = factories.staff(other_institution, Role.CLERK)
    with pytest.raises(Http404):
        serve(asking(elsewhere), stored, permission=Permission.CERTIFICATE_VIEW)


@pytest.mark.parametrize("mark", [public, citizen])
def test_a_page_of_citizens_or_the_public_answers_for_itself(mark, stored, clerk):
    response = serve(asking(clerk, page(mark)), stored, permission=None)
    assert b"".join(response.streaming_content) == PDF


@pytest.mark.parametrize("view", [None, page(), page(requires(Permission.DESK_USE))])
def test_a_page_of_staff_must_name_a_permission(view, stored, clerk):
    with pytest.raises(PermissionDenied):
        serve(asking(clerk, view), stored, permission=None)


def test_a_damaged_file_is_an_error_before_anything_is_sent(stored, clerk, storage_folder):
    (storage_folder / stored.storage_key).write_bytes(b"RDF1 rubbish, rubbish")
    with pytest.raises(DamagedFile):
        serve(asking(clerk), stored, permission=Permission.CERTIFICATE_VIEW)

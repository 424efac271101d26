"""What was promised and is awaited stands where it is registered, in the words that settle it."""

import pytest
from django.urls import reverse

from rendang.circulation.accruals import actions
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Undertaking
from tests.circulation.accruals.test_accruals import shelved

pytestmark = pytest.mark.django_db


def test_who_registers_a_paper_reads_what_is_awaited_and_filing_it_ends_the_promise(
    institution, clerk, reviewer, keeper, signed_in
):
    (dossier,) = shelved(institution, 1)
    dossiers.tell_once(
        dossier.person, institution, by=clerk, missing=[{"name": "毕业生登记表", "class_mark": "4-1"}], dossier=dossier
    )
    address, said = reverse("accruals:register", args=[dossier.pk]), "Promised and awaited: "
    assert said in signed_in(clerk).get(address).text

    facts = {"title": "毕业生登记表", "class_mark": "4-1", "formed_on": "2016-07", "pages": 2, "copies": 1}
    accrual = actions.register(institution, by=clerk, sender="本人", rows=[(dossier.pk, facts | {"form": "original"})])
    actions.put_in(actions.identify_all(accrual, by=reviewer), by=keeper)

    assert Undertaking.objects.get().state == "SUPPLEMENTED"
    assert said not in signed_in(clerk).get(address).text

"""What was promised and is awaited stands where it is registered, in the words that settle it."""

import pytest
from django.urls import reverse

from rendang.circulation.accruals import actions
from rendang.circulation.accruals.models import Accrual
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


@pytest.fixture
def promised(institution, clerk):
    (dossier,) = shelved(institution, 1)
    missing = [{"name": "毕业生登记表", "class_mark": "4-1"}, {"name": "入党志愿书"}]
    return dossiers.tell_once(dossier.person, institution, by=clerk, missing=missing, dossier=dossier)


def test_from_the_undertaking_a_paper_that_was_brought_is_registered_under_the_title_that_settles_it(
    promised, institution, clerk, reviewer, keeper, signed_in
):
    item, other = promised.items.all()
    browser = signed_in(clerk)
    address = f"{reverse('accruals:register', args=[promised.dossier_id])}?item={item.pk}"
    for page in (promised.get_absolute_url(), reverse("dossiers:undertaking_item", args=[promised.pk, item.pk])):
        assert f'href="{address}"' in browser.get(page).text

    form = browser.get(address).context["form"]
    facts = {name: form[name].value() or "" for name in form.fields}
    assert (facts["title"], facts["class_mark"]) == ("毕业生登记表", "4-1")
    browser.post(
        address, facts | {"form": "original", "formed_on": "2016-07", "received_on": f"{facts['received_on']}"}
    )
    actions.put_in(actions.identify_all(Accrual.objects.get(), by=reviewer), by=keeper)

    settled = promised.items.get(pk=item.pk)
    assert (settled.outcome, settled.material.title) == ("SUPPLEMENTED", "毕业生登记表")
    assert promised.items.get(pk=other.pk).outcome == ""
    assert f'href="{address}"' not in browser.get(promised.get_absolute_url()).text
    assert browser.get(address).context["form"]["title"].value() is None, "what has come is not awaited any more"


def test_what_another_person_has_promised_is_not_filled_in(promised, institution, clerk, signed_in):
    (stranger,) = shelved(institution, 1)
    address = reverse("accruals:register", args=[stranger.pk])

    for asked in (promised.items.first().pk, "x", "9" * 30):
        assert signed_in(clerk).get(address, {"item": asked}).context["form"]["title"].value() is None


def test_who_notes_all_papers_as_come_reads_that_nothing_is_catalogued_and_the_list_tells_them_apart(
    promised, clerk, signed_in
):
    browser, said = signed_in(clerk), "Only for papers that are in the dossier already: this lists nothing"
    many = reverse("workflow:many", args=["undertaking", "supplement"])

    assert said in browser.get(promised.address_of("supplement")).text
    assert said in browser.get(many, {"case": promised.pk}).text
    assert "noted by hand" not in browser.get(promised.get_absolute_url()).text

    browser.post(many, {"case": promised.pk})

    assert browser.get(promised.get_absolute_url()).text.count("noted by hand") == 2

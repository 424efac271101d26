import pytest
from playwright.sync_api import expect

from rendang.circulation.rosters import actions
from rendang.circulation.rosters.models import Roster
from rendang.kernel.access.models import Role
from rendang.people.models import Person
from tests.circulation.rosters.files import HEADINGS, id_number, row
from tests.factories import staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def file(tmp_path):
    """Twenty rows, of which the last two cannot be imported."""
    rows = [HEADINGS, *(row(number) for number in range(1, 19)), row(18), row(20, 姓名="")]
    path = tmp_path / "花名册.csv"
    path.write_text("\n".join(",".join(cells) for cells in rows))
    return path


def test_a_roster_is_uploaded_judged_confirmed_and_imported(transactional_db, at_desk, institution, file):
    clerk = at_desk(staff(institution, Role.CLERK, with_password=True))
    clerk.open("/desk/rosters/upload/")
    clerk.page.get_by_label("花名册", exact=True).set_input_files(file)
    clerk.press("上传并判定", to=r"/desk/rosters/\d+/")
    clerk.shows("读取中")

    roster = Roster.objects.get()
    actions.judge_roster(roster_id=roster.pk)  # what the worker does
    actions.mark_up(roster_id=roster.pk)
    clerk.shows("不予导入", "导入 18 行")  # the page asks again by itself
    clerk.look()
    assert id_number(18) not in clerk.page.content()

    clerk.press("导入 18 行")
    actions.import_roster(roster_id=roster.pk)
    expect(clerk.page.locator(".facts")).to_contain_text("已导入")
    clerk.look()
    assert Person.objects.count() == 18

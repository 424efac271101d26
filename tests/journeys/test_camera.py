"""A telephone's camera reads our own labels in a browser that cannot read them by itself."""

import pypdfium2
import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from rendang.kernel.access.models import Role
from rendang.storage.labels import STOCKS, Label, label_sheets
from rendang.storage.models import Placement
from rendang.storage.stocktakes import actions
from rendang.storage.stocktakes.models import Scan
from tests.factories import PlacementFactory, SlotFactory, held_dossier, staff
from tests.journeys.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZE = (640, 480)
FRAMES = 12  # of each label, ten in a second
STOCK = STOCKS["3x8"]


def picture_of(code: str, symbol: str) -> Image.Image:
    """A label of ours as a camera sees it: printed, lying on grey, filling the picture."""
    sheet = pypdfium2.PdfDocument(
        label_sheets([Label("王小明", ["RC-2019-000123"], code)], stock=STOCK, symbol=symbol)
    )
    dots = 200 / 25.4
    page = sheet[0].render(scale=200 / 72, grayscale=True).to_pil().convert("L")
    printed = page.crop((0, int(STOCK.top * dots), int(STOCK.width * dots), int((STOCK.top + STOCK.height) * dots)))
    seen = Image.new("L", SIZE, 120)
    seen.paste(printed, ((SIZE[0] - printed.width) // 2, (SIZE[1] - printed.height) // 2))
    return seen


@pytest.fixture
def filming(launch, tmp_path):
    """``filming(("K01-…", "qr"), …)``: a browser whose camera sees these labels in turn, again and again."""

    def start(*labels):
        film = tmp_path / "labels.y4m"
        colours = bytes([128]) * (SIZE[0] * SIZE[1] // 2)
        with film.open("wb") as out:
            out.write(f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F10:1 Ip A1:1 C420mpeg2\n".encode())
            for code, symbol in labels:
                picture = picture_of(code, symbol).tobytes()
                out.write((b"FRAME\n" + picture + colours) * FRAMES)
        return launch(
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        )

    return start


@pytest.fixture
def place(institution):
    return PlacementFactory(institution=institution, slot=SlotFactory(institution=institution, capacity=5))


class TestStocktake:
    @pytest.fixture
    def chromium(self, filming, place):
        return filming((place.slot.code, "qr"), (place.dossier.barcode, "code128"))

    def test_the_camera_counts_slot_and_dossier(self, transactional_db, institution, place, at_desk):
        keeper = staff(institution, Role.KEEPER, with_password=True)
        planned = actions.plan(institution, by=keeper, occasion="YEARLY", planned_for=timezone.localdate())
        case = actions.start(planned, by=keeper)
        own = at_desk(keeper)
        own.page.set_viewport_size(PHONE)
        own.open(f"/desk/stocktakes/{case.pk}/scan/")
        assert own.page.evaluate("'BarcodeDetector' in window") is False
        assert own.page.evaluate("'ZXingWASM' in window") is False
        own.page.get_by_role("button", name="摄像头").click()
        log = own.page.locator(".scan-log")
        for code in (place.slot.code, place.dossier.barcode):
            expect(log.get_by_text(code).first).to_be_visible(timeout=20_000)
        expect(own.page.locator("[data-waiting]")).to_have_text("0")
        own.page.get_by_role("button", name="摄像头").click()
        expect(own.page.locator("video")).to_be_hidden()
        own.look()
        read = set(Scan.objects.values_list("slot", "dossier", "text"))
        assert read == {(place.slot_id, None, ""), (None, place.dossier_id, "")}


class TestPlacing:
    @pytest.fixture
    def lying_about(self, institution):
        dossier = held_dossier(institution)
        PlacementFactory(institution=institution, dossier=dossier, kind="DESK", slot=None, detail="窗口")
        return dossier

    @pytest.fixture
    def chromium(self, filming, place, lying_about):
        return filming((lying_about.barcode, "code128"), (place.slot.code, "qr"))

    def test_the_camera_places_a_dossier(self, transactional_db, institution, place, lying_about, at_desk):
        own = at_desk(staff(institution, Role.KEEPER, with_password=True))
        own.page.set_viewport_size(PHONE)
        own.open("/desk/storage/scan/place/")
        own.page.get_by_role("button", name="摄像头").click()
        done = own.page.locator(".scanned:not(.scanned-refused)")
        expect(done.get_by_text(lying_about.barcode).first).to_be_visible(timeout=30_000)
        own.page.get_by_role("button", name="摄像头").click()
        assert Placement.objects.current().get(dossier=lying_about).slot == place.slot

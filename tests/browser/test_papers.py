"""Papers on the page: found, read down to the rows, approved by keyboard; the audit log has it, axe finds nothing."""

import io
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest
import pytest_socket
from playwright.sync_api import Page
from pypdf import PdfReader

from sumika.bus import ask
from sumika.desk.audit import Audit
from sumika.schema import REQUESTS
from sumika.schema.desk_settings import DeskSettings
from tests.browser.conftest import Visits
from tests.browser.played_house import PASSWORD, PlayedHouse
from tests.browser.test_views_and_languages import _grave
from tests.bus_helpers import runtime_folder
from tests.paper_helpers import Counter
from tests.unit.test_desk_house import NOW_S, SMALL, records

pytestmark = pytest.mark.slow

OWN = "title: A note of our own\nsections:\n  - {title: Heating, say: ['It cost about 55 yen.', 'Nothing else.']}\n"
DAY = date(2026, 11, 28)


class PaperHouse(PlayedHouse):
    """The played house with a real desk behind its bus.

    Attributes:
        counter: Of the desk.
    """

    def __init__(self, folder: Path, counter: Counter) -> None:
        super().__init__(folder, history=False)
        self.counter = counter
        house = self.parts.house
        residents = (*house.residents, *SMALL.residents)
        self.parts = replace(self.parts, house=msgspec.structs.replace(house, desk=SMALL.desk, residents=residents))
        for name, request in REQUESTS.items():
            if request.answered_by == "desk":
                self.answers[name] = lambda question, name=name: ask(counter.folder, name, question)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, quick_passwords: None) -> Iterator[PaperHouse]:
    """A house with papers: a note with a contradiction, one with a number struck out, one in Japanese."""
    pytest_socket.enable_socket()
    folder = tmp_path_factory.mktemp("papers")
    records(folder, asleep_min=600.0)
    (folder / "own").mkdir()
    (folder / "own" / "maintenance.en.yaml").write_text(OWN)
    (folder / "scan.png").write_bytes(b"\x89PNG\r\n\x1a\n1234")
    with ExitStack() as stack:
        bus = stack.enter_context(runtime_folder())
        counter = Counter(bus, folder, msgspec.structs.replace(SMALL, desk=DeskSettings(templates="own")), NOW_S)
        stack.callback(counter.end)
        with counter.opened() as desk:
            desk.take_file(folder / "scan.png")
            for kind, language in (
                ("maintenance", "en"),
                ("energy_month", "ja"),
                ("incident", "ja"),
                ("care_day", "en"),
            ):
                for order in desk.orders(kind, DAY):
                    desk.write(order, language)
        played = PaperHouse(folder, counter)
        played.parts.accounts.set_up(played.parts.accounts.setup_token, "owner", PASSWORD)
        played.begin()
        stack.callback(played.end)
        yield played


def opened(page: Page, kind: str) -> None:
    page.locator(f"[data-paper^='{kind}'] a").first.click()
    page.locator(f"article[data-paper^='{kind}']").wait_for()


def test_a_paper_is_read_down_to_its_rows_and_approved_by_keyboard(visits: Visits, house: PaperHouse) -> None:
    visit = visits()
    page = visit.enter()
    page.click("nav.side a[href='#/papers']")
    page.locator("[data-paper^='care_day']").wait_for()
    assert "Cannot all be true" in page.locator("[data-paper^='care_day'] .looks li").first.inner_text()
    # The maintenance order may have been refused by then: tests come in any order.
    kinds = page.locator("[data-papers] [data-paper]").evaluate_all("all => all.map(one => one.dataset.paper)")
    assert {one.partition(".")[0] for one in kinds} >= {"care_day", "energy_month", "incident"}
    assert len(kinds) in (3, 4)
    assert "scan.png" in page.locator("main").inner_text()
    assert _grave(page) == []
    visit.picture("en-light-desktop-papers")
    opened(page, "care_day")
    page.wait_for_function("() => document.activeElement.tagName === 'H1'")
    assert page.locator(".looks-card li").first.get_attribute("data-look") == "contradiction"
    source = page.locator(".said .talk-source").first
    source.press("Enter")
    page.locator(".talk-rows li").first.wait_for()
    assert source.get_attribute("aria-expanded") == "true"
    assert _grave(page) == []
    visit.picture("en-light-desktop-paper")
    page.locator("[data-approve]").press("Enter")
    page.wait_for_selector("form[data-asks=approve] textarea:focus")
    assert _grave(page) == []
    visit.picture("en-light-desktop-paper-approve")
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-approve]:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector("form[data-asks=approve] textarea:focus")
    assert "cannot be taken back" in page.locator("form[data-asks]").inner_text()
    page.keyboard.type("asked her: she dozed")
    page.locator("form[data-asks] button.main").press("Enter")
    page.locator("article[data-status=approved] [role=status]").wait_for()
    last = Audit(house.counter.data / "desk").entries()[-1]
    assert (last.who, last.what, last.note) == ("owner", "approved", "asked her: she dozed")
    assert last.paper.startswith("care_day.2026-11-28")
    assert page.locator("[data-approve]").count() == 0
    with page.expect_download() as coming:
        page.click("a[download]")
    assert re.fullmatch(r"care_day[\w.-]+\.pdf", coming.value.suggested_filename)
    assert Path(coming.value.path()).read_bytes().startswith(b"%PDF-")


def test_what_is_ordered_is_told_of_and_what_is_struck_out_is_seen_so_and_wants_a_reason(
    visits: Visits, house: PaperHouse
) -> None:
    visit = visits(language="ja")
    page = visit.enter("papers")
    page.select_option("select[name=kind]", "incident")
    page.fill("input[name=day]", "2026-11-27")
    page.click("form button")
    page.locator("[data-orders] li[data-state=nothing]").wait_for()
    opened(page, "maintenance")
    assert "55" in page.locator(".said del").first.inner_text()
    page.click("[data-approve]")
    page.click("form[data-asks] button.main")
    assert page.locator("form[data-asks] textarea").evaluate("field => field.validity.valueMissing")
    page.fill("form[data-asks] textarea", "wrong template")
    visit.picture("ja-light-desktop-paper-struck")
    page.click("form[data-asks] .button:not(.main)")
    page.click("[data-refuse]")
    page.fill("form[data-asks] textarea", "wrong template")
    page.click("form[data-asks] button.grave")
    page.locator("article[data-status=refused]").wait_for()
    assert Audit(house.counter.data / "desk").entries()[-1].what == "refused"


def test_on_a_small_dark_phone_in_japanese_it_fits_and_prints_as_a_sheet(visits: Visits, house: PaperHouse) -> None:
    visit = visits(language="ja", scheme="dark", size="phone")
    visit.page.set_viewport_size({"width": 360, "height": 740})
    page = visit.enter("papers")
    page.locator("[data-paper]").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert _grave(page) == []
    visit.picture("ja-dark-phone-papers")
    opened(page, "energy_month")
    page.locator("tbody .talk-source").first.click()
    page.locator("tr.behind").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert _grave(page) == []
    visit.picture("ja-dark-phone-paper")
    page.emulate_media(media="print", color_scheme="light")
    assert not page.locator("nav.foot").is_visible()
    assert not page.locator(".decide").is_visible()
    assert page.locator("#page > .banner").first.is_visible()
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert "エネルギー" in sheets[0].extract_text()

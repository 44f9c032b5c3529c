"""The house is drawn and its radars are placed by hand; all that is written is checked, backed up and taken back."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Page, Route
from playwright.sync_api import TimeoutError as BrowserTimeoutError

from sumika.config import load_house
from sumika.runtime.survey_words import said
from sumika.schema import RADAR_MODELS, FoundMounting, RestartRequest, SurveyKind, SurveyNumber, SurveyStage, SurveyTold
from sumika.schema.house import House, KnownMover
from tests.browser.browsers import PATIENCE_MS, SCREENSHOTS
from tests.browser.conftest import Visits
from tests.browser.played_house import PlayedHouse
from tests.survey_helpers import PlayedSurvey

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def as_it_was(house: PlayedHouse) -> Iterator[None]:
    """Every test finds the house as it is described, in whatever order they come."""
    before = house.file.read_text(encoding="utf-8")
    yield
    house.file.write_text(before, encoding="utf-8")


def _described(house: PlayedHouse) -> House:
    return load_house(house.file, models=frozenset(RADAR_MODELS)).house


def _write(page: Page) -> None:
    page.get_by_role("button", name="Preview", exact=True).click()
    page.wait_for_selector("[data-edits] .done")
    page.get_by_role("button", name="Write", exact=True).click()
    page.wait_for_selector("[data-edits]", state="detached")


def test_a_room_is_drawn_named_written_and_taken_back(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("setup/rooms")
    before = house.file.read_text(encoding="utf-8")
    _draw_beside_the_living_room(page)
    page.fill("input[name=room-name]", "Veranda")
    page.wait_for_selector("[data-edits='1']")
    _write(page)
    after = _described(house)
    drawn = next(room for room in after.rooms if room.name == "Veranda")
    width_m = max(x for x, _ in drawn.floor_m) - min(x for x, _ in drawn.floor_m)
    assert 0.3 <= width_m <= 3.0
    assert max(x for x, _ in drawn.floor_m) <= 0.1
    page.evaluate("location.hash = '#/setup/backups'")
    page.get_by_role("button", name="Undo the last change").click()
    page.wait_for_selector("text=The earlier version is back.")
    assert house.file.read_text(encoding="utf-8") == before


def _draw_beside_the_living_room(page: Page) -> None:
    """Drag from its lower left corner outwards, where there is nothing yet; again where the page moved meanwhile."""
    for last in (False, False, True):
        page.get_by_role("button", name="Draw a room", exact=True).click()
        page.wait_for_selector("button[aria-pressed=true]:text-is('Draw a room')")
        # What another test left open above may push the plan out of the window, where no mouse reaches it.
        page.locator("[data-drawn=living]").evaluate("room => room.scrollIntoView({block: 'center'})")
        box = page.locator(".editor").bounding_box()
        corner = page.locator("[data-drawn=living]").bounding_box()
        assert box is not None
        assert corner is not None
        page.mouse.move(corner["x"] - 4, corner["y"] + corner["height"] - 4)
        page.mouse.down()
        page.mouse.move(max(box["x"] + 6, corner["x"] - 70), corner["y"] + corner["height"] - 90, steps=4)
        page.mouse.up()
        try:
            page.wait_for_selector("input[name=room-name]", timeout=PATIENCE_MS if last else PATIENCE_MS / 6)
            return
        except BrowserTimeoutError:
            page.screenshot(path=str(SCREENSHOTS / "drawing.png"))
            if last:
                raise


def test_a_radar_is_dragged_and_turned(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("setup/radars")
    mark = page.locator("[data-radar=living_radar]")
    mark.wait_for()
    box = mark.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    was = next(radar for radar in _described(house).radars if radar.id == "living_radar")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y + 4, steps=4)
    page.mouse.up()
    mark.focus()
    page.keyboard.press("[")
    page.wait_for_selector("[data-edits='2']")
    _write(page)
    now = next(radar for radar in _described(house).radars if radar.id == "living_radar")
    assert now.position_m[0] < was.position_m[0] - 0.3
    assert now.yaw_deg == was.yaw_deg + 5
    assert now.position_m[2] == was.position_m[2]


def test_rooms_that_cross_are_refused_with_where(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("setup/rooms")
    before = house.file.read_text(encoding="utf-8")
    page.get_by_role("button", name="Bedroom", exact=True).click()
    first = page.get_by_label("Corner 1, x")
    first.fill("3")
    first.press("Tab")
    page.wait_for_selector("[data-edits='1']")
    page.get_by_role("button", name="Preview", exact=True).click()
    problem = page.locator("[data-edits] .problem").first
    problem.wait_for()
    assert "rooms" in problem.inner_text()
    assert page.get_by_role("button", name="Write", exact=True).is_disabled()
    assert house.file.read_text(encoding="utf-8") == before
    page.get_by_role("button", name="Discard").click()
    page.wait_for_selector("[data-edits]", state="detached")


def test_two_browsers_that_edit_at_once_do_not_overwrite_each_other(visits: Visits, house: PlayedHouse) -> None:
    first, second = visits(), visits()
    for visit in (first, second):
        page = visit.enter("setup/rooms")
        page.get_by_role("button", name="Hall", exact=True).click()
    first.page.fill("input[name=room-name]", "Corridor")
    _write(first.page)
    second.page.fill("input[name=room-name]", "Passage")
    second.page.get_by_role("button", name="Preview", exact=True).click()
    second.page.wait_for_selector("[data-edits] ~ * , [role=alert]")
    assert second.page.locator("[data-edits] .problem").first.is_visible()
    assert next(room for room in _described(house).rooms if room.id == "hall").name == "Corridor"
    # What they wrote is there at once, and what is mine is put upon it: nobody draws anything twice.
    second.page.get_by_role("button", name="Put my changes upon theirs").click()
    second.page.wait_for_selector("[data-edits='1']")
    _write(second.page)
    assert next(room for room in _described(house).rooms if room.id == "hall").name == "Passage"


def test_a_plan_of_a_drawing_program_becomes_rooms(visits: Visits, house: PlayedHouse, tmp_path: Path) -> None:
    drawn = tmp_path / "plan.svg"
    drawn.write_text(
        """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 60">
        <polygon id="living" points="0,0 60,0 60,60 0,60"/><rect id="Atelier" x="60" width="40" height="60"/>
        <polygon id="bow" points="0,62 9,70 9,62 0,70"/></svg>""",
        encoding="utf-8",
    )
    page = visits().enter("setup/rooms")
    page.set_input_files("input[name=plan-file]", {"name": "plan.svg", "mimeType": "", "buffer": b"<svg>"})
    page.wait_for_selector("text=cannot be read as SVG")
    page.set_input_files("input[name=plan-file]", str(drawn))
    page.wait_for_selector("[data-plan-file='3']")
    assert "its walls cross each other" in page.inner_text("[data-plan-problem].problem")
    page.get_by_role("button", name="Measure two points").click()
    box = page.locator("[data-plan-room=atelier]").bounding_box()
    assert box is not None
    page.mouse.click(box["x"], box["y"] + box["height"] / 2)
    page.mouse.click(box["x"] + box["width"], box["y"] + box["height"] / 2)
    page.fill("input[name=plan-length]", "8")
    page.get_by_role("button", name="So long it is").click()
    # It was wider than that before it was measured: only the width as measured says that it has been.
    widths = "[...document.querySelectorAll('input[name=plan-wide]')]"
    page.wait_for_function(f"() => {widths}.some(one => Math.abs(one.value - 20) <= 0.4)")
    wide = page.locator("input[name=plan-wide]")
    assert float(wide.input_value()) == pytest.approx(20.0, abs=0.4)
    wide.fill("10")
    wide.press("Tab")
    page.wait_for_selector("text=3 shapes, 10")
    before = _described(house)
    page.get_by_role("button", name="Take 2 rooms over").click()
    _write(page)
    after = _described(house)
    rooms = {room.id: room for room in after.rooms}
    assert rooms.keys() == {"living", "atelier"}
    assert rooms["atelier"].name == "Atelier"
    assert set(rooms["atelier"].floor_m) == {(6.0, 0.0), (10.0, 0.0), (10.0, 6.0), (6.0, 6.0)}
    assert rooms["living"].name == next(room.name for room in before.rooms if room.id == "living")
    assert {device.room for device in after.devices} == {radar.room for radar in after.radars} == {"living"}
    assert before.alarms is not None
    assert after.alarms is not None
    assert before.alarms.not_back_in_bed is not None
    assert after.alarms.not_back_in_bed is None  # its room is gone
    assert after.alarms.long_in_bathroom is None
    assert after.alarms.prompt is not None
    assert after.alarms.prompt.lamps == ("living_light",)


def test_the_house_is_begun_again_and_the_page_comes_back_by_itself(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("setup/rooms")
    page.get_by_role("button", name="Hall", exact=True).click()
    page.fill("input[name=room-name]", "Landing")
    _write(page)
    page.evaluate("location.hash = '#/setup/backups'")
    page.get_by_role("button", name="Start the house again").click()
    page.wait_for_selector("[data-restart=beginning]")
    page.wait_for_selector("[data-restart]", state="detached")
    page.wait_for_selector(".heard:not(.not)")
    assert page.get_by_role("button", name="Start the house again").count() == 0
    assert ("restart", RestartRequest()) in house.asked


def test_devices_are_looked_for_and_added(visits: Visits) -> None:
    page = visits().enter("setup/devices")
    page.get_by_role("button", name="Look now").click()
    row = page.locator("[data-scan] li:has-text('lamp')")
    row.wait_for()
    row.get_by_role("button", name="Add").click()
    page.wait_for_selector("[data-device=lamp]")
    # Names keep their letters; ids, which are of plain ones, are of the address, or of what it is.
    for name, device in (("仏間の照明", "light_butsuma"), ("浴室の換気扇", "exhaust_fan")):
        page.locator(f"[data-scan] li:has-text('{name}')").get_by_role("button", name="Add").click()
        page.wait_for_selector(f"[data-device={device}] summary:has-text('{name}')")
    page.get_by_role("button", name="Discard").click()


def test_a_look_for_devices_is_followed_through_a_gap_of_the_network(visits: Visits) -> None:
    page = visits().enter("today")
    runs = iter((True, None, False))  # None: the network is away

    def answer(route: Route) -> None:
        running = next(runs)
        if running is None:
            route.abort()
        else:
            route.fulfill(json={"running": running, "found": [], "finished_unix_s": None, "problem": ""})

    page.route("**/api/scan", answer)
    page.evaluate("location.hash = '#/setup/devices'")
    page.wait_for_selector("[data-scan=running]")
    page.wait_for_selector("[data-scan=still]")


def test_raw_signals_come_frame_by_frame(visits: Visits) -> None:
    page = visits().enter("setup/signals")
    page.wait_for_selector("[data-raw=living_radar][data-frame]:not([data-frame=''])")
    before = page.locator("[data-raw=living_radar]").get_attribute("data-frame")
    page.wait_for_function(
        "before => document.querySelector('[data-raw=living_radar]').dataset.frame !== before", arg=before
    )


def _begun(page: Page, house: PlayedHouse, name: str) -> PlayedSurvey:
    before = len(house.surveys.begun)
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_selector("[data-stage=beginning]")
    return house.surveys.begun[before]


def test_a_walk_finds_where_a_radar_hangs(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("setup/walk")
    walk = SurveyKind.WALK
    page.select_option("select[name=walk-radar]", "bedroom_radar")
    marks = int(page.locator("[data-marks]").get_attribute("data-marks") or 0)
    page.get_by_role("button", name="Skip").first.click()
    page.locator("[data-mark='0']").focus()
    page.keyboard.press("ArrowRight")
    one = _begun(page, house, "Begin to walk")
    assert one.asked.radar == "bedroom_radar"
    assert len(one.asked.way_m) == marks  # one skipped, and back to the first
    assert one.asked.way_m[0] == one.asked.way_m[-1]
    one.tell(SurveyTold(kind=walk, stage=SurveyStage.LISTENING, seconds=180.0, sees=True))
    page.wait_for_selector("text=The radar sees you walk.")
    with page.expect_response("**/api/walk/end"):
        page.get_by_role("button", name="Done", exact=True).click()
    one.tell(said(SurveyTold(kind=walk, stage=SurveyStage.FAILED), "survey.walk.unseen"))
    page.wait_for_selector("[data-survey-problem]")
    assert one.ended
    again = _begun(page, house, "Begin to walk")
    kept = SurveyNumber(value=1.8, sigma=None, was=1.8)
    found = FoundMounting(
        radar="bedroom_radar",
        x_m=SurveyNumber(value=5.612, sigma=0.03, was=5.55),
        y_m=SurveyNumber(value=0.12, sigma=0.03, was=0.1),
        z_m=kept,
        yaw_deg=SurveyNumber(value=47.26, sigma=0.8, was=40.0),
        pitch_deg=SurveyNumber(value=-12.0, sigma=2.5, was=-20.0),
        left_m=0.04,
        seen_s=31.0,
    )
    again.tell(SurveyTold(kind=walk, stage=SurveyStage.DONE, mounting=found))
    page.wait_for_selector("[data-found-radar=bedroom_radar]")
    assert "+7" in page.locator("[data-found-number=yaw_deg]").inner_text()
    assert "as described" in page.locator("[data-found-number=z_m]").inner_text()
    page.get_by_role("button", name="Take it over").click()
    _write(page)
    radar = next(one for one in _described(house).radars if one.id == "bedroom_radar")
    assert radar.position_m == (5.61, 0.12, 1.8)
    assert (radar.yaw_deg, radar.pitch_deg) == (47.3, -12.0)


def test_what_moves_in_the_empty_room_becomes_part_of_the_house(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("setup/empty")
    empty = SurveyKind.EMPTY_ROOM
    page.select_option("select[name=empty-room]", "living")
    page.select_option("select[name=empty-minutes]", "2")
    one = _begun(page, house, "Begin to learn")
    assert (one.asked.room, one.asked.seconds, one.asked.anyway) == ("living", 120.0, False)
    one.tell(SurveyTold(kind=empty, stage=SurveyStage.LEAVING, seconds=180.0, somebody=("living",)))
    page.wait_for_selector("text=Somebody is there: Living")
    failed = said(SurveyTold(kind=empty, stage=SurveyStage.FAILED), "survey.empty.not_left", rooms="Living room")
    one.tell(msgspec.structs.replace(failed, may_insist=True))
    page.check("input[name=empty-anyway]")
    again = _begun(page, house, "Begin to learn")
    assert again.asked.anyway
    row = (0.03, 0.0, 0.0), (0.0, 0.02, 0.0), (0.0, 0.0, 0.03)
    fan = KnownMover(name="fan", middle_m=(2.0, 1.5, 1.0), covariance_m2=row, points_per_frame=1.4)
    again.tell(SurveyTold(kind=empty, stage=SurveyStage.DONE, frames=2400, movers=(fan,)))
    page.wait_for_selector("[data-found='1']")
    page.get_by_role("button", name="Take it over").click()
    page.wait_for_selector("[data-movers='1']")
    _write(page)
    assert _described(house).known_movers == (fan,)
    page.evaluate("location.hash = '#/setup/backups'")
    page.get_by_role("button", name="Undo the last change").click()
    page.wait_for_selector("text=The earlier version is back.")
    assert _described(house).known_movers == ()

"""What lives is seen: people, breath, air, plan and past, by their values, while they change."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from sumika.history import Records
from sumika.schema import AlarmStage, FallStage, Origin, Reason, Severity, SuspectedFall
from tests.browser.conftest import Visits
from tests.browser.played_house import COST_PER_K, PlayedHouse

pytestmark = pytest.mark.slow


def test_the_card_of_today_says_what_is_so(visits: Visits) -> None:
    page = visits().enter()
    page.wait_for_selector("[data-part=today] [data-people='2']")
    page.wait_for_selector("[data-part=today] [data-saved='2140']")
    page.wait_for_selector("[data-part=today] [data-air=stale]")
    assert "¥2,140 (± ¥600) saved" in " ".join(page.locator("[data-part=today]").inner_text().split())


def test_nobody_is_said_to_be_away_while_a_room_says_otherwise(visits: Visits, house: PlayedHouse) -> None:
    house.life.tracked = False
    try:
        page = visits().enter()
        page.wait_for_selector("[data-part=today] [data-people=some]")
        assert "somebody at home" in page.locator("[data-part=today]").inner_text()
    finally:
        house.life.tracked = True


DARK = """
window.WebSocket = class extends WebSocket {
  set onopen(work) { super.onopen = work && ((event) => window.dark || work(event)); }
  set onmessage(work) { super.onmessage = work && ((event) => window.dark || work(event)); }
};
"""
"""What a pulled cable is: nothing comes any more, and no connection ends."""


def test_a_house_that_falls_silent_without_a_word_is_not_shown_as_live(visits: Visits) -> None:
    visit = visits()
    visit.page.clock.install()
    visit.page.add_init_script(DARK)
    page = visit.enter("room/living")
    page.wait_for_selector(".heard:not(.not)")
    page.wait_for_selector("[data-probability]:has-text('97')")
    page.evaluate("window.dark = true")
    page.clock.fast_forward(60_000)
    page.wait_for_selector(".heard.not")
    page.wait_for_selector("[data-probability]:has-text('not known')")
    page.evaluate("window.dark = false")
    page.clock.fast_forward(15_000)
    page.wait_for_selector(".heard:not(.not)")
    page.wait_for_selector("[data-probability]:has-text('97')")


def test_the_banner_says_that_it_is_simulated_and_goes_with_the_last_of_it(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter()
    page.wait_for_selector(".banner[data-origin=simulated]")
    house.life.origin = Origin.RECORDED
    try:
        page.wait_for_selector(".banner[data-origin=recorded]")
    finally:
        house.life.origin = Origin.SIMULATED


def test_people_move_on_the_plan_and_breathe_at_their_rate(visits: Visits) -> None:
    page = visits(motion="no-preference").enter("house")
    page.wait_for_selector(".person[data-track='2'][data-breath='15.5'] .ring")
    turn_s = page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector(\".person[data-track='2'] .ring\")).animationDuration)"
    )
    assert turn_s == pytest.approx(60 / 15.5, abs=0.11)
    # Who moves has no measurable breath, and so no ring.
    assert page.locator(".person[data-track='1'] .ring").count() == 0
    before = page.locator(".person[data-track='1']").get_attribute("transform")
    page.wait_for_function(
        "before => document.querySelector(\".person[data-track='1']\").getAttribute('transform') !== before", arg=before
    )
    page.wait_for_selector(".person[data-track='2'][aria-label*='lying']")


def test_ghosts_and_probabilities_tell_why(visits: Visits) -> None:
    page = visits().enter("house")
    ghost = page.locator("[data-ghost=mirror]")
    ghost.wait_for()
    assert "mirror image" in (ghost.locator("title").text_content() or "")
    page.wait_for_selector("[data-presence=living]:text-is('97 %')")
    page.locator("li:has([data-presence=living]) .why button").click()
    assert "breathing is seen" in page.locator("li:has([data-presence=living]) .why [role=note]").inner_text()


def test_nobody_is_counted_where_a_room_cannot_be_seen(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("house")
    page.wait_for_selector("[data-count='2']")
    house.life.tracked, house.life.blind = False, ("bedroom",)
    try:
        page.wait_for_selector("[data-count]", state="detached")
        house.life.blind = ()
        page.wait_for_selector("[data-count='0']")
    finally:
        house.life.tracked, house.life.blind = True, ()


def test_who_is_on_another_storey_is_not_drawn_on_this_one(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("house")
    page.wait_for_selector(".person[data-track='1']")
    house.life.above = (1,)
    try:
        page.wait_for_selector(".person[data-track='1']", state="detached")
        page.wait_for_selector(".person[data-track='2']")
        page.wait_for_selector("[data-count='2']")
    finally:
        house.life.above = ()


def test_the_plan_can_be_coloured_by_air(visits: Visits) -> None:
    page = visits().enter("house")
    page.wait_for_selector(".room.cold-1[data-room=bathroom]")
    page.get_by_role("button", name="Air", exact=True).click()
    page.wait_for_selector(".room.stale[data-room=bedroom]")
    page.wait_for_selector(".room.good[data-room=living]")


def test_a_room_shows_points_waves_and_rates_with_intervals(visits: Visits) -> None:
    page = visits().enter("room/bedroom")
    page.wait_for_selector(".space[data-kind=space]")
    page.wait_for_function("() => Number(document.querySelector('.space').dataset.points) >= 24")
    page.wait_for_function("() => Number(document.querySelector('.wave').dataset.samples) >= 10")
    page.wait_for_selector("[data-rate=breath][data-value='15.5']")
    assert "95 % between 14.9 and 16.1" in page.locator("[data-rate=breath]").inner_text()
    page.wait_for_selector("[data-rate=heart][data-value='62']")
    assert page.locator("[data-air=co2_ppm]").inner_text().startswith("1,180")


def test_what_cannot_be_measured_says_so(visits: Visits) -> None:
    page = visits().enter("room/living")
    page.wait_for_selector("[data-rate=heart][data-reason=moving]")
    assert "not measurable now: moving" in page.locator("[data-rate=heart]").inner_text()
    known = page.locator("[data-known=living]")
    known.locator("[data-known-what=doing][data-kind=walking]").wait_for()
    assert "most like jumping (93 % sure)" in known.locator("[data-known-what=exercise]").inner_text()
    assert "gesture: a circle (90 % sure)" in known.locator("[data-known-what=gesture]").inner_text()
    assert "1 person (91 % sure); by the air alone 1.4" in known.locator("[data-known-what=count]").inner_text()
    assert "cooking for 10 min" in known.locator("[data-events=cooking]").inner_text()
    assert known.locator("[data-known-what=strain][data-reason=moving]").count() == 1


def test_joints_are_drawn_as_bones_in_space_and_from_above(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("room/living")
    page.wait_for_function("() => document.querySelector('.space').dataset.bones === '7'")
    page.goto(f"{house.address}?flat#/room/living")
    page.wait_for_selector(".space[data-kind=flat][data-bones='7']")


def test_without_webgl_the_room_is_drawn_from_above(visits: Visits, house: PlayedHouse) -> None:
    visit = visits()
    page = visit.enter()
    page.goto(f"{house.address}?flat#/room/bedroom")
    page.wait_for_selector(".space[data-kind=flat]")
    page.wait_for_function("() => Number(document.querySelector('.space').dataset.points) >= 24")


def test_the_past_is_drawn_from_minutes_to_years(visits: Visits) -> None:
    page = visits().enter("room/living")
    page.wait_for_selector(".plot[data-points] .uplot canvas")
    minutes = int(page.locator(".plot").get_attribute("data-points") or 0)
    assert 30 <= minutes <= 61
    page.get_by_role("button", name="Week", exact=True).click()
    page.wait_for_function("() => Number(document.querySelector('.plot')?.dataset.points) > 300")
    last = float(page.locator(".plot").get_attribute("data-last") or "nan")
    assert 19.0 < last < 23.0


def test_the_plan_shows_two_days_and_a_wish_is_dragged_with_its_cost(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("plan")
    page.wait_for_selector("[data-fan=living]")
    page.wait_for_selector("[data-saves='119']")
    box = page.locator(".grip").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 18, steps=3)
    page.mouse.up()
    page.wait_for_function("() => Number(document.querySelector('[data-fan]').dataset.wanted) > 0")
    wanted = float(page.locator("[data-fan]").get_attribute("data-wanted") or 0)
    page.wait_for_selector(f"[data-what-if='{json.dumps(COST_PER_K * wanted).removesuffix('.0')}']")
    page.locator("[data-fan] .button.main").click()
    page.wait_for_selector("[data-fan] .done")
    name, question = next(one for one in reversed(house.asked) if one[0] == "set_comfort_wish")
    assert getattr(question, "offset_k", None) == wanted, name


@pytest.mark.parametrize(
    ("currency", "cost", "said"), [("EUR", 0.24, "€0.24"), ("EUR", 0.004, "same"), ("JPY", 0.24, "same")]
)
def test_a_wish_tells_its_cost_in_cents_where_there_are_cents(
    visits: Visits, house: PlayedHouse, currency: str, cost: float, said: str
) -> None:
    usual = house.answers["what_if"]
    house.answers["what_if"] = lambda question: msgspec.structs.replace(usual(question), cost=cost, currency=currency)
    try:
        page = visits().enter("room/living")
        page.locator("[data-comfort] .stepper button").last.click()
        page.wait_for_selector(f"[data-what-if='{cost}']:has-text('{said}')")
    finally:
        house.answers["what_if"] = usual


def fall(house: PlayedHouse, track: int, room: str, stage: FallStage = FallStage.SUSPECTED) -> SuspectedFall:
    return SuspectedFall(
        stamp=house.parts.clock.now(), origin=Origin.SIMULATED, source="house", track=track, room=room, stage=stage,
        probability=0.9, sigma=0.05, reason=Reason.LYING_STILL, position_m=(2.0, 2.0, 0.2), drop_m=0.9,
        drop_speed_m_s=1.8, middle_m=0.2, still_s=22.0, since_s=25.0,
    )  # fmt: skip


def test_a_suspected_fall_is_told_on_every_view(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("plan")
    page.wait_for_selector("main h1")
    house.say(fall(house, 1, "living"))
    notice = page.locator("[role=alert][data-fall=living]")
    notice.wait_for()
    assert "Suspected fall: Living room" in notice.inner_text()


def test_of_two_bodies_on_the_floor_both_are_told_until_each_is_up_again(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("plan")
    for track, room in ((1, "living"), (2, "bedroom")):
        house.say(fall(house, track, room))
    page.wait_for_selector("[data-fall=bedroom]")
    page.wait_for_selector("[data-fall=living]")
    house.say(fall(house, 2, "bedroom", FallStage.CLEARED))
    page.wait_for_selector("[data-fall=bedroom]", state="detached")
    assert page.locator("[data-fall=living]").count() == 1
    house.say(fall(house, 1, "living", FallStage.CLEARED))
    page.wait_for_selector("[data-fall=living]", state="detached")


def test_alarms_of_the_records_are_told_in_the_readers_words(visits: Visits, house: PlayedHouse) -> None:
    subjects = ("suspected_fall.living.20260120T213000", "test.suspected_fall.20260120T213000", "living_light")
    codes = ("alarm_raised", "alarm_raised", "water_too_hot")
    with Records(house.file.parent / "history", house.parts.clock) as records:
        for subject, code in zip(subjects, codes, strict=True):
            records.record_event(house.life.event(house.parts.clock.now(), code, subject, severity=Severity.ALARM))
    page = visits(language="ja").enter("today")
    told = page.locator(".card:has(.tag.bad) li")
    told.first.wait_for()
    lines = " ".join(told.all_inner_texts())
    for words in ("通報: 転倒の疑い・リビング", "通報: 転倒の疑い・試験", "照明"):
        assert words in lines
    assert "_" not in lines
    page.evaluate("location.hash = '#/alarms'")
    page.wait_for_selector("[data-events] li:has-text('通報: 転倒の疑い・リビング')")


def test_parts_of_the_house_are_listed_with_their_state(visits: Visits) -> None:
    page = visits().enter("health")
    page.wait_for_selector("[data-nodes='7']")
    assert page.locator("tbody tr:has-text('gate') .tag.good").first.inner_text() == "running"


def test_a_browser_whose_clock_is_wrong_is_told_and_goes_by_the_time_of_the_house(visits: Visits) -> None:
    visit = visits()
    visit.context.add_init_script("const told = Date.now; Date.now = () => told() + 5 * 3_600_000;")
    page = visit.enter("setup/signals")
    page.wait_for_selector("[data-clock]")
    assert "differ by 5.0 h" in page.inner_text("[data-clock]")
    # What came this second is as old as that, and no five hours.
    page.wait_for_selector("[data-raw=living_radar] .tag.good")


def test_times_are_those_of_the_clocks_at_home_wherever_the_browser_is(visits: Visits, house: PlayedHouse) -> None:
    house.fall()
    assert house.alarm is not None
    at_home = ZoneInfo("Asia/Tokyo")
    try:
        page = visits(zone="America/New_York").enter("alarms")
        page.wait_for_selector("[data-alarm=fall-1]")
        began = datetime.fromtimestamp(house.alarm.since_unix_s, at_home)
        assert f"{began:%H:%M}" in page.inner_text("[data-alarm=fall-1]")
    finally:
        house.say(msgspec.structs.replace(house.alarm, stage=AlarmStage.OVER))
        house.alarm = None
    page.evaluate("location.hash = '#/today'")
    hour = datetime.now(at_home).hour
    said = "Good night" if hour < 4 else "Good morning" if hour < 11 else "Good day" if hour < 17 else "Good evening"
    page.wait_for_selector(f".greeting:has-text('{said}')")

"""A page that stays open while the house, its description or who may see what changes: a tablet on a wall."""

import re
import threading
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from playwright.sync_api import WebSocketRoute

import sumika.dashboard.live as live
from sumika.clock import Instant
from sumika.dashboard.roles import Role
from sumika.schema import DeviceState, ModeReport, Origin, PlanOutlook
from sumika.schema.talk import TalkAnswer, TalkSentence
from sumika.units import seconds_to_ns
from tests.browser.conftest import Visits
from tests.browser.played_house import PASSWORD, PlayedHouse

pytestmark = pytest.mark.slow

NAMED = "{ id: living_light, name: Piano lamp,"


def test_a_house_that_was_changed_and_begun_again_is_shown_as_it_is(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("today")
    page.wait_for_selector("[data-room=living]:has-text('Living room')")
    house.end()
    page.wait_for_selector(".heard.not")
    text = house.file.read_text(encoding="utf-8")
    changed = text.replace("name: Living room", "name: Parlour").replace("{ id: living_light,", NAMED)
    house.file.write_text(changed, encoding="utf-8")
    try:
        house.begin()
        page.wait_for_selector("[data-room=living]:has-text('Parlour')")
        page.evaluate("location.hash = '#/room/living'")
        page.wait_for_selector("[data-device=living_light]:has-text('Piano lamp')")
    finally:
        house.file.write_text(text, encoding="utf-8")


def test_a_house_that_was_changed_before_it_said_its_first_word_is_shown_as_it_is(
    visits: Visits, house: PlayedHouse
) -> None:
    turned_away = threading.Event()

    def at_the_door(socket: WebSocketRoute) -> None:
        if turned_away.is_set():
            socket.connect_to_server()
            return
        text = house.file.read_text(encoding="utf-8")
        house.file.write_text(text.replace("name: Living room", "name: Parlour"), encoding="utf-8")
        turned_away.set()
        socket.close(code=1012)

    page = visits()
    page.page.route_web_socket(re.compile("api/live"), at_the_door)
    text = house.file.read_text(encoding="utf-8")
    try:
        page.enter("today").wait_for_selector("[data-room=living]:has-text('Parlour')")
        assert turned_away.is_set()
    finally:
        house.file.write_text(text, encoding="utf-8")


def test_an_account_that_is_linked_to_a_resident_sees_it_at_once(visits: Visits, house: PlayedHouse) -> None:
    house.parts.accounts.add("taro", PASSWORD, Role.RESIDENT)
    page = visits().enter("sleep", user="taro")
    page.wait_for_selector(".card:has-text('not linked to a resident')")
    house.parts.accounts.change("taro", residents=("ren",))
    page.wait_for_selector("[data-resident=ren]")
    page.wait_for_selector(".heard:not(.not)")


def test_a_pause_is_shown_as_long_as_it_lasts_whoever_began_or_ended_it(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("sleep")
    page.wait_for_selector("[data-quiet=sensing][data-on='0'] button")
    until_s = house.parts.clock.now().wall_ns / 1e9 + 3600.0
    house.parts.privacy.pause(until_s)
    try:
        page.wait_for_selector("[data-quiet=sensing][data-on='1']")
        until = datetime.fromtimestamp(until_s, ZoneInfo("Asia/Tokyo"))
        page.wait_for_selector(f"[data-quiet=sensing] b:has-text('{until:%H:%M}')")
    finally:
        house.parts.privacy.pause(None)
    page.wait_for_selector("[data-quiet=sensing][data-on='0']")


def test_an_account_is_linked_to_its_residents_ones_own_too(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("account")
    page.locator("[data-user=owner]").get_by_role("button", name="Change owner").click()
    form = page.locator("[data-user=owner] form")
    form.get_by_label("Aoi").check()
    form.locator("button.main").click()
    page.wait_for_selector("[data-user=owner]:has-text('Owner · Aoi')")
    account = house.parts.accounts.user("owner")
    assert account is not None
    assert (account.role, account.residents) == (Role.OWNER, ("aoi",))
    page.locator("[data-user=owner]").get_by_role("button", name="Change owner").click()
    assert form.get_by_label("Aoi").is_checked()
    form.get_by_label("Aoi").uncheck()
    form.locator("button.main").click()
    page.wait_for_selector("[data-user=owner]:not(:has-text('Aoi'))")


def test_what_was_said_to_the_house_goes_with_who_said_it(visits: Visits, house: PlayedHouse) -> None:
    house.answers["talk"] = lambda question: TalkAnswer(
        sentences=(TalkSentence(text="Aoi was up three times."),), conversation="1", origin="live"
    )
    house.parts.accounts.add("hana", PASSWORD, Role.RESIDENT)
    house.parts.accounts.add("visitor", PASSWORD, Role.GUEST)
    page = visits().enter("today", user="hana")
    page.click(".talk-button")
    page.fill("#talk-text", "Did Aoi sleep badly?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".talk-house:has-text('three times')")
    for session in house.parts.accounts.sessions_of("hana"):
        house.parts.accounts.log_out(session.id)
    page.fill("input[name=name]", "visitor")
    page.fill("input[name=password]", PASSWORD)
    page.click("button.main")
    page.click(".talk-button")
    page.wait_for_selector(".talk-begin")
    assert page.locator(".talk-house").count() == 0


def long_ago(now: Instant) -> Instant:
    return now.later(-seconds_to_ns(7200.0))


def test_what_fell_silent_is_not_shown_as_now(
    visits: Visits, house: PlayedHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_house, at_plan = visits().enter("house"), visits().enter("plan")
    at_house.wait_for_selector("li:has-text('Exhaust fan')")
    at_plan.wait_for_selector("[data-mode]")
    at_plan.wait_for_selector("[data-fan]")
    slow = house.life.slow
    monkeypatch.setattr(house.life, "slow", lambda now, seconds: slow(long_ago(now), seconds))
    monkeypatch.setattr(house, "_say_mode", lambda: None)
    said = ModeReport(stamp=long_ago(house.parts.clock.now()), origin=Origin.LIVE, source="gate", mode="drive")
    house.say(said)
    at_house.wait_for_selector("[data-silent=range_hood]:has-text('not heard of late')")
    at_house.wait_for_selector(".card:has-text('There is no plan now.')")
    at_plan.wait_for_selector(".card:has-text('Not known now.')")
    at_plan.wait_for_selector("[data-fan]", state="detached")
    at_plan.evaluate("location.hash = '#/room/living'")
    at_plan.wait_for_selector(".card:has-text('The sensor here sends nothing at the moment.')")


def test_a_device_that_said_that_it_goes_is_still_gone_an_hour_later(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("house")
    page.wait_for_selector("li:has-text('Exhaust fan')")
    house.say(
        DeviceState(
            stamp=long_ago(house.parts.clock.now()),
            origin=Origin.LIVE,
            device="tv",
            values={},
            available=False,
            why="offline",
        )
    )
    page.wait_for_selector("li:has-text('does not answer')")
    assert page.locator("[data-silent=tv]").count() == 0


def test_a_house_of_another_day_is_judged_by_its_own_clock(
    visits: Visits, house: PlayedHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlook = house.life.outlook

    def of_last_winter(now: Instant) -> PlanOutlook:
        made = outlook(now)
        begins = tuple(one - 300 * 86400.0 for one in made.begins_unix_s)
        return msgspec.structs.replace(made, begins_unix_s=begins, ends_unix_s=begins[-1] + 3600.0)

    monkeypatch.setattr(house.life, "outlook", of_last_winter)
    house.say(of_last_winter(house.parts.clock.now()))
    page = visits().enter("today")
    page.wait_for_selector("h3:has-text('Next') + ul li")
    step = page.evaluate(
        """async () => {
            const main = document.querySelector("script[src$='main.js']").src;
            const { outlookOf } = await import(new URL("climate.js", main).href);
            return outlookOf("living").step;
        }"""
    )
    assert step in (0, 1), "a quarter of an hour may have begun meanwhile"


def test_a_page_that_is_one_too_many_comes_again_ever_more_seldom_and_asks_for_nothing(
    visits: Visits, house: PlayedHouse
) -> None:
    page = visits().enter("health")
    waits, backs = page.evaluate(
        """async (code) => {
            const live = await import("./static/js/live.js?alone");
            const real = [globalThis.WebSocket, globalThis.setTimeout], waits = [];
            let socket = null, next = null, backs = 0;
            const back = (event) => { event.stopImmediatePropagation(); backs += 1; };
            window.addEventListener("sumika-back", back, true);
            globalThis.WebSocket = class { constructor() { socket = this; } send() {} close() {} };
            globalThis.setTimeout = (work, ms) => { if (ms > 100) { waits.push(ms); next = work; } return 0; };
            try {
                live.connect();
                for (let n = 0; n < 4; n += 1) {
                    socket.onopen();
                    socket.onclose({ code });
                    next();
                }
            } finally {
                live.hangUp();
                [globalThis.WebSocket, globalThis.setTimeout] = real;
                window.removeEventListener("sumika-back", back, true);
            }
            return [waits, backs];
        }""",
        live.TOO_MANY,
    )
    assert waits == sorted(waits)
    assert waits[-1] > 2000
    assert backs == 0

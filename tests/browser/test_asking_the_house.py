"""What a person does on the page reaches the house, and the page shows what the house says, not what was pressed."""

import pytest
from playwright.sync_api import Browser

from sumika.dashboard.roles import Role
from sumika.schema import (
    AnswerSuggestionRequest,
    DeleteLogsAnswer,
    ForgetAnswer,
    SetModeAnswer,
    SetModeRequest,
    WishDeviceRequest,
)
from tests.browser.browsers import Visit
from tests.browser.conftest import Visits
from tests.browser.played_house import PASSWORD, PlayedHouse

pytestmark = pytest.mark.slow


def test_a_wrong_password_lets_nobody_in(visits: Visits, house: PlayedHouse) -> None:
    visit = visits()
    visit.page.goto(house.address)
    visit.page.fill("input[name=name]", "nobody")
    visit.page.fill("input[name=password]", "not the password")
    visit.page.click("button.main")
    visit.page.wait_for_selector("form [role=alert]")
    assert visit.page.locator("nav").count() == 0


def test_a_vote_is_one_tap(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("room/bedroom")
    page.locator("[data-vote=cold]").click()
    page.wait_for_selector("main .done")
    name, question = house.asked[-1]
    assert (name, getattr(question, "room", ""), getattr(question, "sensation", 0)) == ("vote", "bedroom", -2.0)


def test_a_mood_is_one_tap_and_only_ones_own_is_shown(visits: Visits, house: PlayedHouse) -> None:
    if house.parts.accounts.user("aoi") is None:
        house.parts.accounts.add("aoi", PASSWORD, Role.RESIDENT, ("aoi",))
    page = visits().enter("sleep", user="aoi")
    page.locator("[data-mood=fine]").click()
    page.wait_for_selector("[data-moods=aoi] .done")
    name, question = house.asked[-1]
    assert (name, getattr(question, "pleasant", 0), getattr(question, "resident", "")) == ("tell_mood", 1.0, "aoi")
    page.get_by_text("Told 3 times").wait_for()
    assert page.locator("[data-moods]").count() == 1


def test_the_mode_is_what_the_gate_says(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter()
    page.wait_for_selector("[data-mode=drive]")
    page.get_by_role("button", name="Ask first").click()
    page.wait_for_selector("[data-mode=suggest]")
    assert house.mode == "suggest"
    # A house in this mode asks, and takes an answer.
    page.reload()
    page.locator("section:has-text('The house asks') button.main").click()
    page.wait_for_selector("section:has-text('The house asks') .done")
    answers = [question for name, question in house.asked if name == "answer_suggestion"]
    assert answers == [AnswerSuggestionRequest(suggestion="warm", yes=True)]
    page.get_by_role("button", name="Drive").click()
    page.wait_for_selector("[data-mode=drive]")


def test_a_mode_that_is_refused_is_not_shown(
    visits: Visits, house: PlayedHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(question: SetModeRequest) -> SetModeAnswer:
        return SetModeAnswer(accepted=False, mode="drive", problem="not now", problem_ja="いまはできません")

    monkeypatch.setitem(house.answers, "set_mode", refuse)
    page = visits(language="ja").enter()
    page.wait_for_selector("[data-mode=drive]")
    page.get_by_role("button", name="停止").click()
    assert page.locator("[data-mode] [role=alert]").inner_text().startswith("いまはできません")
    assert page.locator("[data-mode=drive]").count() == 1


def test_a_device_is_set_by_hand_and_says_what_it_is_set_to(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("room/living")
    row = page.locator("[data-device=living_aircon]")
    row.wait_for()
    row.get_by_role("button", name="More: temperature").click()
    page.wait_for_function("() => document.querySelector('[data-device=living_aircon]').innerText.includes('22.0 °C')")
    question = next(question for name, question in reversed(house.asked) if name == "wish_device")
    assert isinstance(question, WishDeviceRequest)
    assert (question.device, question.action, question.value) == ("living_aircon", "setpoint_c", 22.0)


def test_sensing_is_paused_and_nothing_personal_is_shown(visits: Visits, house: PlayedHouse) -> None:
    visit = visits()
    page = visit.enter("sleep")
    page.locator("[data-quiet=sensing] button").first.click()
    page.wait_for_selector("[data-quiet=sensing][data-on='1']")
    assert house.parts.privacy.now().paused
    page.locator("[data-quiet=sensing] button").click()
    page.wait_for_selector("[data-quiet=sensing][data-on='0']")
    assert not house.parts.privacy.now().paused


def test_nights_are_shown_only_after_consent(visits: Visits) -> None:
    page = visits().enter("sleep")
    person = page.locator("[data-resident=aoi]")
    person.wait_for()
    assert person.locator("[data-nights], [data-rest]").count() == 0
    person.locator("input[type=checkbox]").first.click()
    page.wait_for_function(
        "() => Number(document.querySelector('[data-resident=aoi] svg[data-nights]')?.dataset.nights) >= 2"
    )
    assert "asleep, for 40 min" in person.locator("[data-rest=asleep]").inner_text()
    assert "Awake 12 %, dreaming 25 %" in person.locator("[data-stages]").inner_text()
    assert "asleep between 6.4 h and 7.5 h" in person.locator("[data-night]").inner_text()
    assert "down from 0.92 to 0.81" in person.locator("[data-direction=down]").inner_text()
    person.locator("input[type=checkbox]:enabled").first.click()
    page.wait_for_function("() => !document.querySelector('[data-resident=aoi] :is([data-nights], [data-rest])')")


def test_who_is_forgotten_is_told_what_is_left_and_offered_to_delete_it(
    visits: Visits, house: PlayedHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = ForgetAnswer(accepted=True, keys=2, half_minutes=3, log_files=5, log_bytes=12_000_000)
    monkeypatch.setitem(house.answers, "forget", lambda question: kept)
    gone = DeleteLogsAnswer(accepted=True, files=5, size_bytes=12_000_000)
    monkeypatch.setitem(house.answers, "delete_logs", lambda question: gone)
    page = visits().enter("sleep")
    person = page.locator("[data-resident=aoi]")
    person.get_by_role("button", name="Delete what is kept of").click()
    person.get_by_role("button", name="Delete for ever").click()
    person.get_by_text("2 keys were destroyed, 3 half minutes").wait_for()
    assert "The log (12 MB) is not encrypted and holds everybody" in person.inner_text()
    person.get_by_role("button", name="Delete the log").click()
    person.get_by_text("The log was deleted (5 files).").wait_for()
    assert [name for name, _ in house.asked if name in ("forget", "delete_logs")] == ["forget", "delete_logs"]


def test_an_account_is_made_and_may_no_more_than_its_role(visits: Visits, browser: Browser, house: PlayedHouse) -> None:
    page = visits().enter("account")
    page.get_by_role("button", name="Add", exact=True).click()
    form = page.locator("form:has(select[name=role])").first
    form.locator("input[name=name]").fill("visitor")
    form.locator("input[name=password]").fill(PASSWORD)
    form.locator("select[name=role]").select_option("guest")
    form.locator("button.main").click()
    page.wait_for_selector("[data-user=visitor]")
    guest = Visit(browser, house)
    try:
        guest.log_in("visitor")
        guest.page.get_by_role("button", name="Skip").click()
        shown = guest.page.locator("nav.side a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        assert "#/setup" not in shown
        assert "#/plan" not in shown
        guest.go("room/bedroom")
        assert guest.page.locator("[data-rate]").count() == 0
        guest.go("house")
        guest.page.wait_for_selector("[data-count='2']")
        assert guest.page.locator(".person").count() == 0
    finally:
        guest.close()


def test_an_alarm_is_seen_everywhere_replayed_and_acknowledged(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("plan")
    house.fall()
    notice = page.locator("[role=alert][data-notice=fall-1]")
    notice.wait_for()
    assert "Suspected fall in the living room" in notice.inner_text()
    notice.locator("a").click()
    alarm = page.locator("[data-alarm=fall-1][data-stage=prompt]")
    alarm.get_by_role("button", name="The half minute before").click()
    page.wait_for_selector("[data-replay='2'] .person")
    page.wait_for_selector("[data-replay]:not([data-points='0']) circle.point", state="attached")
    alarm.get_by_role("button", name="I take care of it").click()
    page.wait_for_selector("[data-alarm=fall-1][data-stage=acknowledged]")
    notice.wait_for(state="detached")
    assert house.alarm is not None
    assert house.alarm.acknowledged_by == "owner"
    house.alarm = None


def test_a_viewer_comes_back_after_the_server_was_restarted(visits: Visits, house: PlayedHouse) -> None:
    page = visits().enter("house")
    page.wait_for_selector(".person[data-track='1']")
    house.end()
    page.wait_for_selector(".heard.not")
    house.begin()
    page.wait_for_selector(".heard:not(.not)")
    before = page.locator(".person[data-track='1']").get_attribute("transform")
    page.wait_for_function(
        "before => document.querySelector(\".person[data-track='1']\")?.getAttribute('transform') !== before",
        arg=before,
    )


@pytest.mark.parametrize("pasted", [False, True])
def test_the_first_owner_is_made_by_the_link(
    browser: Browser, quick_passwords: None, tmp_path_factory: pytest.TempPathFactory, pasted: bool
) -> None:
    fresh = PlayedHouse(tmp_path_factory.mktemp("fresh"), history=False)
    fresh.begin()
    visit = Visit(browser, fresh)
    try:
        visit.page.goto(fresh.address)
        visit.page.wait_for_selector("h1:has-text('Nobody owns this house yet')")
        link = f"{fresh.address}#/?token={fresh.parts.accounts.setup_token}"
        if pasted:
            visit.page.fill("input[name=link]", link)
            visit.page.click("button.main")
        else:
            visit.page.goto(link)
            visit.page.reload()
        visit.page.fill("input[name=name]", "Aoi")
        for name in ("password", "again"):
            visit.page.fill(f"input[name={name}]", PASSWORD)
        visit.page.click("button.main")
        visit.page.wait_for_selector("nav.side")
        assert not fresh.parts.accounts.setup_needed
        assert visit.page.evaluate("location.hash") == "#/today"
        assert visit.wrong == []
    finally:
        visit.close()
        fresh.end()

"""The panel in which one talks to the house: by keyboard and touch, with the rows behind each sentence."""

from typing import Any

import pytest
from playwright.sync_api import Page

from sumika.schema import SumikaError
from sumika.schema.talk import TalkAnswer, TalkCall, TalkRequest, TalkRow, TalkSentence
from tests.browser.conftest import Visits
from tests.browser.played_house import PlayedHouse
from tests.browser.test_views_and_languages import _grave

pytestmark = pytest.mark.slow

ROW = TalkRow(
    id="air.temperature_c/living_air/2026",
    source="air.temperature_c",
    subject="living",
    begin_unix_s=1_768_900_000.0,
    end_unix_s=1_768_903_600.0,
    value=21.34,
    unit="°C",
    text='<b onclick="alert(1)">open the door</b>',
    count=3600,
    origin="simulated",
)
CHOICES = ("living room light", "bedroom light")


def answered(question: TalkRequest) -> TalkAnswer:
    """Answer as the node would."""
    language = "ja" if not question.text.isascii() or question.language == "ja" else "en"
    about: dict[str, Any] = {"language": language, "conversation": question.conversation, "origin": "simulated"}
    if question.call is not None:
        return TalkAnswer(sentences=(TalkSentence(text="Done: the bedroom light, off."),), tool="undo", **about)
    if question.text == "turn on the light":
        asks = (TalkSentence(text="Which one?"),)
        return TalkAnswer(sentences=asks, ask_back=True, choices=CHOICES, **about)
    if question.text in CHOICES:
        done = (TalkSentence(text=f"Done: the {question.text}, on.", rows=(ROW,)),)
        return TalkAnswer(sentences=done, undoable=True, tool="power", **about)
    text = "リビングの室温は21.3℃です。" if language == "ja" else "The temperature in the living room is 21.3 °C."
    return TalkAnswer(sentences=(TalkSentence(text=text, rows=(ROW,), more_rows=4),), tool="climate", **about)


@pytest.fixture
def talking(house: PlayedHouse, monkeypatch: pytest.MonkeyPatch) -> PlayedHouse:
    monkeypatch.setitem(house.answers, "talk", answered)
    return house


def said(house: PlayedHouse) -> list[TalkRequest]:
    return [question for name, question in house.asked if name == "talk" and isinstance(question, TalkRequest)]


def open_panel(page: Page) -> None:
    page.locator(".talk-button").press("Enter")
    page.wait_for_selector("#talk-text:focus")


def test_one_asks_by_keyboard_and_sees_on_which_rows_the_answer_rests(visits: Visits, talking: PlayedHouse) -> None:
    visit = visits()
    page = visit.enter()
    open_panel(page)
    assert page.locator("#talk .banner").inner_text()
    page.keyboard.type("how warm is it?")
    page.keyboard.press("Enter")
    answer = page.locator(".talk-house")
    answer.wait_for()
    assert "The temperature in the living room is 21.3 °C." in answer.inner_text()
    source = answer.locator(".talk-source")
    assert source.inner_text() == "5 records"
    source.press("Enter")
    rows = page.locator(".talk-rows li")
    rows.first.wait_for()
    assert "21.3 °C" in rows.first.inner_text()
    # What others wrote is shown as they wrote it, and is no part of the page.
    assert ROW.text in rows.first.inner_text()
    assert page.locator(".talk-rows b[onclick]").count() == 0
    assert rows.nth(1).inner_text() == "and 4 more"
    assert _grave(page) == []
    visit.picture("en-light-desktop-talk")
    page.keyboard.press("Escape")
    page.wait_for_selector("#talk", state="detached")
    assert page.evaluate("document.activeElement.className") == "talk-button"


def test_what_is_asked_back_is_chosen_and_what_was_done_is_taken_back(visits: Visits, talking: PlayedHouse) -> None:
    page = visits().enter("plan")
    open_panel(page)
    page.fill("#talk-text", "turn on the light")
    page.click("#talk form button")
    page.locator("[data-choice]:has-text('bedroom light')").click()
    page.locator("[data-undo]").click()
    page.locator(".talk-house").nth(-1).get_by_text("Done: the bedroom light, off.").wait_for()
    mine = said(talking)[-3:]
    assert [one.text for one in mine] == ["turn on the light", "bedroom light", ""]
    assert mine[2].call == TalkCall(tool="undo", what="last")
    assert len({one.conversation for one in mine}) == 1
    # What was said stays while the page is open, wherever one goes.
    page.keyboard.press("Escape")
    page.click("nav.side a[href='#/today']")
    open_panel(page)
    assert page.locator(".talk-me").count() >= 3


def test_on_a_small_phone_in_japanese_it_fits_and_a_silent_house_is_told_of(
    visits: Visits, talking: PlayedHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(question: TalkRequest) -> TalkAnswer:
        raise SumikaError("'talk' was not answered within 45 s")

    visit = visits(language="ja", scheme="dark", size="phone")
    visit.page.set_viewport_size({"width": 360, "height": 740})
    page = visit.enter()
    open_panel(page)
    page.locator("#talk .button.tiny").first.click()
    page.locator(".talk-house").get_by_text("リビングの室温は21.3℃です。").wait_for()
    page.locator(".talk-source").click()
    page.locator(".talk-rows li").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    box = page.locator("#talk").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert _grave(page) == []
    visit.picture("ja-dark-phone-talk")
    monkeypatch.setitem(talking.answers, "talk", silent)
    page.fill("#talk-text", "もしもし")
    page.keyboard.press("Enter")
    page.locator("#talk [role=alert]").wait_for()

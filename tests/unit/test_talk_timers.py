"""For a while and later: new orders go before earlier timers, and an end that fails is tried again."""

from pathlib import Path
from typing import Any

import pytest

from sumika.assistant.doing import Doing
from sumika.assistant.saying import Voice
from sumika.assistant.talk_doing import Doer
from sumika.assistant.talk_steps import Step
from sumika.assistant.understanding import Understander
from sumika.assistant.undoing import MOST_TRIES, Later, Memory
from sumika.schema import DeviceState, GateRule, Origin, Ruling, WeatherSample
from sumika.schema.house import Device
from tests.talk_helpers import NOW_S, TalkingHouse

MINUTE_S = 60.0
LAMP = "bedroom_light"


@pytest.fixture
def house(tmp_path: Path) -> TalkingHouse:
    return TalkingHouse(tmp_path)


def minutes(house: TalkingHouse, count: float) -> None:
    """Let time pass; devices say again what they are at, and what is due is done."""
    house.clock.move_to(house.clock.now().later(round(count * MINUTE_S * 1e9)))
    for one in house.house.devices:
        if (told := house.newest.last(DeviceState, one.id)) is not None:
            state = DeviceState(stamp=house.clock.now(), origin=Origin.LIVE, device=one.id, values=told.values)
            house.newest.hear(state)
    house.doer.later(Voice(house.house, "en", house.clock.now().wall_ns / 1e9))


def level(house: TalkingHouse, device: str = LAMP) -> float:
    return house.newest.told(device)["level"]


def test_a_second_while_ends_as_the_first_began(house: TalkingHouse) -> None:
    house.say("turn off the bedroom light")
    house.call("level", "set", device="bedroom light", number="40 %", duration="an hour")
    minutes(house, 30.0)
    house.call("level", "set", device="bedroom light", number="80 %", duration="an hour")
    minutes(house, 31.0)
    assert level(house) == 0.8
    minutes(house, 30.0)
    assert level(house) == 0.0


def test_an_order_goes_before_the_end_of_an_earlier_one_and_undo_brings_that_end_back(house: TalkingHouse) -> None:
    house.call("power", "off", device="bedroom light", duration="an hour")
    minutes(house, 20.0)
    house.say("turn off the bedroom light")
    minutes(house, 60.0)
    assert level(house) == 0.0
    house.call("power", "on", device="bedroom light", duration="an hour")
    house.call("level", "set", device="bedroom light", number="30 %")
    house.say("undo")
    assert level(house) == 1.0
    minutes(house, 61.0)
    assert level(house) == 0.0


@pytest.mark.parametrize("percent", ["30 %", "100 %"])
def test_undo_after_the_hour_of_an_earlier_order_sets_what_would_be_now(house: TalkingHouse, percent: str) -> None:
    house.say("turn off the bedroom light")
    house.call("power", "on", device="bedroom light", duration="an hour")
    minutes(house, 30.0)
    house.call("level", "set", device="bedroom light", number=percent)
    minutes(house, 120.0)
    assert level(house) > 0.0
    told = house.say("undo")
    assert ("100 %" in told.sentences[0].text, level(house)) == (False, 0.0)
    minutes(house, 2.0)
    assert level(house) == 0.0


def test_what_is_still_to_begin_keeps_its_own_end(house: TalkingHouse) -> None:
    house.call("power", "on", device="hall light", delay="in 30 minutes", duration="10 minutes")
    house.call("power", "off", device="hall light")
    minutes(house, 31.0)
    assert level(house, "hall_light") == 1.0
    minutes(house, 10.0)
    assert level(house, "hall_light") == 0.0


def test_what_was_put_off_ends_as_it_was_when_it_began_and_is_what_undo_takes_back(house: TalkingHouse) -> None:
    house.say("turn off the bedroom light")
    house.call("level", "set", device="living room light", number="80 %")
    house.call("power", "on", device="bedroom light", delay="in 30 minutes")
    house.call("level", "set", device="bedroom light", number="20 %")
    minutes(house, 31.0)
    assert level(house) == 1.0
    house.say("undo")
    assert (level(house), level(house, "living_light")) == (0.2, 0.8)


def test_what_was_on_already_is_switched_off_after_a_while(house: TalkingHouse) -> None:
    house.bus.rulings[LAMP, "level"] = (Ruling.PASSED, GateRule.NONE, None)
    answer = house.call("power", "on", device="bedroom light", duration="an hour")
    assert answer.text == "It was so already: the bedroom light, 100 %. Until 9:00; then off."
    del house.bus.rulings[LAMP, "level"]
    minutes(house, 61.0)
    assert level(house) == 0.0


def test_of_what_nobody_knows_how_it_was_only_switching_on_ends(tmp_path: Path) -> None:
    devices = (Device(id="humidifier", room="living", kind="humidifier"),)
    house = TalkingHouse(tmp_path, devices=(*devices, Device(id="purifier", room="living", kind="air_purifier")))
    humidifier = house.call("power", "on", device="humidifier", duration="an hour")
    assert humidifier.text == "Done: the humidifier, on. Until 9:00; then off."
    answer = house.call("level", "most", device="air purifier", duration="an hour")
    assert answer.text.endswith("I cannot end it by itself: I do not know how it was before.")


@pytest.mark.parametrize(
    ("what", "spans", "in_h"),
    [
        ("start", {"delay": "in two hours"}, 2.0),
        ("stop", {"delay": "in an hour"}, 1.0),
        ("start", {"time": "10 pm"}, 14.0),
        ("start", {"time": "7 am"}, 23.0),
        ("start", {"time": "tomorrow at 10 am"}, 26.0),
    ],
)
def test_a_machine_begins_at_the_hour_that_was_said(
    house: TalkingHouse, what: str, spans: dict[str, str], in_h: float
) -> None:
    house.call("machine", what, device="washing machine", **spans)
    minutes(house, 60.0 * in_h - 1.0)
    assert house.wishes() == []
    minutes(house, 2.0)
    assert house.wishes() == [("washing_machine", "on", float(what == "start"))]


def test_a_machine_begins_now_just_after_its_hour_and_not_at_one_that_is_over(house: TalkingHouse) -> None:
    minutes(house, 2.0)
    assert house.call("machine", "start", device="washing machine", time="today at 7 am").text == "That hour is over."
    assert house.wishes() == []
    house.call("machine", "start", device="washing machine", time="8 am")
    assert house.wishes() == [("washing_machine", "on", 1.0)]


def test_what_is_to_be_done_in_a_while_is_loaded_for_that_hour(house: TalkingHouse) -> None:
    house.call("machine", "loaded", device="washing machine", delay="in three hours")
    assert house.bus.asked[-1][1].done_by_h == 11.0


@pytest.fixture
def spoken(house: TalkingHouse, monkeypatch: pytest.MonkeyPatch) -> TalkingHouse:
    """The house, with sentences and frames that understand."""
    monkeypatch.setattr(house.sentences, "understand", Understander(house.talk.names).understand)
    return house


@pytest.mark.parametrize(
    ("sentence", "wish"),
    [
        ("set the bedroom light to 50 percent in ten minutes", (LAMP, "level", 0.5)),
        ("10分後に寝室の電気を暗くして", (LAMP, "level", 0.75)),
        ("set the heating to 23 in ten minutes", ("living_aircon", "setpoint_c", 23.0)),
        ("turn the fan to high in ten minutes", ("fan", "level", 2.0)),
        ("turn off the bedroom light in ten minutes", (LAMP, "level", 0.0)),
    ],
)
def test_an_order_for_later_is_carried_out_later_and_stays(
    spoken: TalkingHouse, sentence: str, wish: tuple[str, str, float]
) -> None:
    assert not spoken.say(sentence, room="living").refused
    minutes(spoken, 9.0)
    assert spoken.wishes() == []
    minutes(spoken, 2.0)
    assert spoken.wishes() == [wish]
    minutes(spoken, 60.0)
    assert spoken.wishes() == [wish]


@pytest.mark.parametrize("reply", ["heating", "the hall one"])
def test_what_was_to_wait_waits_also_after_a_question(spoken: TalkingHouse, reply: str) -> None:
    about: dict[str, Any] = {"stamp": spoken.clock.now(), "origin": Origin.LIVE}
    spoken.newest.hear(WeatherSample(**about, source="station"))
    spoken.newest.hear(DeviceState(**about, device="living_aircon", values={"mode": 0.0}))
    order = "turn on the air conditioner in ten minutes" if reply == "heating" else "dim the light in ten minutes"
    assert spoken.say(order).ask_back
    spoken.say(reply)
    assert spoken.wishes() == []
    minutes(spoken, 11.0)
    assert len(spoken.wishes()) == 1


@pytest.mark.parametrize("fails", ["silent", "unheard", "vetoed"])
def test_an_end_that_fails_is_tried_again(house: TalkingHouse, monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
    house.call("power", "off", device="bedroom light", duration="an hour")
    house.bus.silent = fails == "silent"
    if fails == "unheard":
        monkeypatch.setattr(house.bus, "_judged", lambda wish: ())
    if fails == "vetoed":
        house.bus.rulings[LAMP, "level"] = (Ruling.VETOED, GateRule.LEAST_OFF_TIME, None)
    minutes(house, 61.0)
    assert level(house) == 0.0
    house.bus.silent = False
    house.bus.rulings.clear()
    monkeypatch.undo()
    minutes(house, 2.0)
    assert level(house) == 1.0
    asked = len(house.bus.asked)
    minutes(house, 60.0)
    assert len(house.bus.asked) == asked


def test_what_does_not_end_however_often_it_is_tried_is_given_up_and_told(house: TalkingHouse) -> None:
    told: list[tuple[Step, ...]] = []
    doing = Doing(house.house, house.newest)
    house.doer = Doer(doing, house.newest, house.bus, house.bus.listen, house.memory, told.append)
    house.call("power", "off", device="bedroom light", duration="an hour")
    house.bus.silent = True
    minutes(house, 61.0)
    for _ in range(MOST_TRIES - 1):
        assert not told
        minutes(house, 16.0)
    assert [(step.subject, step.value) for step in told[0]] == [(LAMP, 1.0)]


def test_what_takes_back_stays_on_the_disk_until_it_went_through() -> None:
    written: list[tuple[Later, ...]] = []

    def write(later: tuple[Later, ...]) -> str:
        written.append(later)
        return ""

    memory = Memory(write=write)
    step = Step(request="wish_device", subject="floor", action="on")
    memory.put_off(Later(deed=1, at_unix_s=NOW_S, steps=(step,), takes_back=True))
    (ripe,) = memory.due(NOW_S)
    assert [one.steps for one in written[-1]] == [(step,)]
    assert memory.due(NOW_S) == ()
    assert not memory.settled(ripe, NOW_S, ())
    assert written[-1] == ()


def test_of_what_nobody_knows_how_it_was_it_is_said_so_when_it_is_taken_back(tmp_path: Path) -> None:
    house = TalkingHouse(tmp_path, devices=(Device(id="purifier", room="living", kind="air_purifier"),))
    house.call("level", "most", device="air purifier")
    answer = house.say("undo")
    assert answer.text == "I cannot take that back, as I do not know how it was before: the air purifier."
    assert answer.refused == "nothing"
    assert house.say("undo").text == "There is nothing to take back."
    house = TalkingHouse(tmp_path, devices=(Device(id="purifier", room="living", kind="air_purifier"),))
    house.call("level", "most", device="air purifier", language="ja")
    answer = house.call("undo", "last", language="ja")
    assert answer.text == "空気清浄機は元の状態が分からないため、元に戻せません。"

"""Whether an air conditioner heats or cools: by the word that was said; without one never heat on a hot day."""

from pathlib import Path
from typing import Any

import pytest

from sumika.assistant.heat_or_cool import COOL, HEAT, said_mode, useful_mode
from sumika.schema import AirSample, DeviceState, Origin, WeatherSample
from tests.talk_helpers import TalkingHouse

HOT, COLD, RAINY, SPRING = (27.0, 34.0), (21.0, 2.0), (23.0, 16.0), (22.0, 19.0)
"""(living room, outside), °C."""

OFF = 0.0


def weather(house: TalkingHouse, air_c: float, outside_c: float, mode: float) -> None:
    about: dict[str, Any] = {"stamp": house.clock.now(), "origin": Origin.LIVE}
    house.newest.hear(AirSample(**about, sensor="living_air", room="living", temperature_c=air_c))
    house.newest.hear(WeatherSample(**about, source="station", temperature_c=outside_c))
    values = {"mode": mode, "setpoint_c": 26.0, "fan_level": 0.0}
    house.newest.hear(DeviceState(**about, device="living_aircon", values=values))


@pytest.mark.parametrize(
    ("day", "mode", "what", "spans", "wishes"),
    [
        (HOT, OFF, "set", {"device": "冷房", "number": "28度"}, [("mode", COOL), ("setpoint_c", 28.0)]),
        (HOT, OFF, "set", {"device": "エアコン", "number": "28度"}, [("mode", COOL), ("setpoint_c", 28.0)]),
        (HOT, OFF, "set", {"device": "AC", "number": "28"}, [("mode", COOL), ("setpoint_c", 28.0)]),
        (HOT, OFF, "set", {"room": "居間", "number": "28度"}, [("mode", COOL), ("setpoint_c", 28.0)]),
        (COLD, OFF, "set", {"device": "暖房", "number": "20度"}, [("mode", HEAT), ("setpoint_c", 20.0)]),
        (COLD, OFF, "set", {"device": "heating", "number": "20"}, [("mode", HEAT), ("setpoint_c", 20.0)]),
        (COLD, OFF, "set", {"device": "エアコン", "number": "20度"}, [("mode", HEAT), ("setpoint_c", 20.0)]),
        (RAINY, HEAT, "set", {"device": "冷房", "number": "24度"}, [("mode", COOL), ("setpoint_c", 24.0)]),
        (RAINY, COOL, "set", {"device": "冷房", "number": "24度"}, [("setpoint_c", 24.0)]),
        (RAINY, COOL, "set", {"device": "エアコン", "number": "24度"}, [("setpoint_c", 24.0)]),
        (COLD, OFF, "down", {"device": "暖房"}, [("setpoint_c", 25.0)]),
        (COLD, OFF, "down", {"room": "居間"}, [("mode", COOL), ("setpoint_c", 25.0)]),
        (HOT, OFF, "up", {"room": "居間"}, [("mode", HEAT), ("setpoint_c", 27.0)]),
    ],
)
def test_a_temperature_is_reached_in_the_mode_that_was_said_or_that_the_weather_asks_for(
    tmp_path: Path,
    day: tuple[float, float],
    mode: float,
    what: str,
    spans: dict[str, str],
    wishes: list[tuple[str, float]],
) -> None:
    house = TalkingHouse(tmp_path)
    weather(house, *day, mode)
    answer = house.call("temperature", what, **spans)
    assert [(action, value) for _, action, value in house.wishes()] == wishes, answer.text


@pytest.mark.parametrize(
    ("word", "mode"),
    [("暖房", HEAT), ("the heating", HEAT), ("冷房", COOL), ("cooling", COOL), ("エアコン", COOL), ("冷暖房", COOL)],
)
def test_what_is_switched_on_does_what_it_is_called(tmp_path: Path, word: str, mode: float) -> None:
    house = TalkingHouse(tmp_path)
    weather(house, *SPRING, OFF)
    house.call("power", "on", device=word)
    assert house.wishes() == [("living_aircon", "mode", mode)]


@pytest.mark.parametrize("word", ["冷暖房", "空調", "heat pump", "air conditioner", "heating and cooling", ""])
def test_a_word_for_both_says_neither(word: str) -> None:
    assert said_mode(word) is None


def test_without_any_weather_the_room_and_then_the_wish_tell_it() -> None:
    assert useful_mode(air_c=27.0, outside_c=None, wished_c=28.0) == COOL
    assert useful_mode(air_c=19.0, outside_c=None, wished_c=18.0) == HEAT
    assert useful_mode(air_c=23.0, outside_c=None, wished_c=25.0) == HEAT
    assert useful_mode(air_c=None, outside_c=None, wished_c=25.0, told=COOL) == COOL
    assert useful_mode(air_c=None, outside_c=None, wished_c=25.0) is None

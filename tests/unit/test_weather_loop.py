"""The process that asks for the weather, turn by turn: whom it asks, what it tells again, and when it fails."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from sumika.runtime import world_loop
from sumika.runtime.forecast_again import ForecastAgain
from sumika.runtime.table import nodes_of
from sumika.runtime.weather_loop import WeatherLoop, address_of, ask, asks_nobody
from sumika.schema import (
    Event,
    Message,
    Origin,
    SumikaError,
    UsageError,
    WeatherForecast,
    is_news,
)
from sumika.schema.building import Site
from sumika.schema.house import Control
from sumika.units import seconds_to_ns
from tests.plan_helpers import small_house
from tests.plan_loop_helpers import START, FakeProcess, a_house, without_bus


@pytest.fixture(autouse=True)
def _no_bus() -> Iterator[None]:
    with without_bus():
        yield


def test_nobody_is_asked_for_the_weather_unless_the_house_says_so() -> None:
    assert asks_nobody(small_house())
    assert asks_nobody(a_house())
    assert not [node for node in nodes_of(a_house()) if node.name == "weather"]
    assert [node for node in nodes_of(a_house(weather_from="jma", weather_area="130000")) if node.name == "weather"]
    assert address_of(Control(), Site()) == ""


def test_services_are_told_where_the_house_stands_to_a_kilometre_and_nothing_else() -> None:
    site = Site(latitude_deg=35.689512, longitude_deg=139.751234)
    address = address_of(Control(weather_from="open_meteo"), site)
    assert address.startswith("https://api.open-meteo.com/v1/forecast?latitude=35.69&longitude=139.75&")
    assert address_of(Control(weather_from="jma", weather_area="130000"), site) == (
        "https://www.jma.go.jp/bosai/forecast/data/forecast/130000.json"
    )
    with pytest.raises(UsageError, match="area"):
        address_of(Control(weather_from="jma"), site)


def test_a_service_is_asked_once_an_hour_and_its_silence_told_once() -> None:
    process = FakeProcess(a_house(weather_from="open_meteo"))
    answers = [b"no", b"no", json.dumps({"hourly": {"time": [0, 3600], "temperature_2m": [1.0, 2.0]}}).encode()]
    asked: list[str] = []

    def ask(address: str) -> bytes:
        asked.append(address)
        return answers[min(len(asked), 3) - 1]

    loop = WeatherLoop(process.frame, ask)

    def turn() -> None:
        loop.turn()
        process.clock.sleep_until(process.clock.now().monotonic_ns + seconds_to_ns(1.0))

    process.turns(turn, 2 * 600.0 + 5.0)
    assert [one.recovered for one in process.of(Event)] == [False, True]
    assert [one.temperature_c for one in process.of(WeatherForecast)] == [(1.5, 2.0)]
    assert len(asked) == 3
    process.turns(turn, 3600.0)
    assert len(asked) == 4


@pytest.mark.parametrize(
    "error", [http.client.IncompleteRead(b"{"), http.client.BadStatusLine("<html>"), OSError("no")]
)
def test_an_answer_that_breaks_off_or_is_no_http_is_no_answer(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(request: object, timeout: float) -> None:
        raise error

    monkeypatch.setattr("urllib.request.urlopen", breaks)
    with pytest.raises(SumikaError, match="does not answer"):
        ask("https://weather.example/")


def test_the_newest_forecast_is_told_again_every_minute_to_who_came_late_and_nobody_is_asked_for_it() -> None:
    process = FakeProcess(a_house(weather_from="open_meteo"))
    answer = json.dumps({"hourly": {"time": [0, 3600], "temperature_2m": [1.0, 2.0]}}).encode()
    asked: list[str] = []

    def ask(address: str) -> bytes:
        asked.append(address)
        return answer if len(asked) == 1 else b"no"

    loop = WeatherLoop(process.frame, ask)

    def turn() -> None:
        loop.turn()
        process.clock.sleep_until(process.clock.now().monotonic_ns + seconds_to_ns(1.0))

    process.turns(turn, 200.0)
    first, *later = process.of(WeatherForecast)
    assert len(asked) == 1
    assert [round(one.held_s) for one in later] == [60, 120, 180]
    assert is_news(first)
    assert not any(map(is_news, later))
    assert {msgspec.structs.replace(one, held_s=0.0) for one in later} == {first}
    # A service that falls silent takes nothing back: how old is too old, who plans knows.
    process.turns(turn, 3600.0)
    assert len(asked) == 2
    assert len(process.of(WeatherForecast)) > 60


def test_the_simulated_houses_forecast_is_told_again_too() -> None:
    process, again = FakeProcess(a_house()), ForecastAgain()
    forecast = WeatherForecast(
        stamp=START, origin=Origin.SIMULATED, source="s", issued_unix_s=0.0, begins_unix_s=(0.0, 1.0), ends_unix_s=2.0
    )
    told: list[list[Message]] = [[forecast], [], []]
    telling = cast(Any, SimpleNamespace(until=lambda now_s: told.pop(0)))
    for at_s in (0.0, 59.0, 60.0):
        process.clock.sleep_until(START.monotonic_ns + seconds_to_ns(at_s))
        world_loop.turn(process.frame, telling, again, at_s)
    assert [one.held_s for one in process.of(WeatherForecast)] == [0.0, 60.0]


def test_a_forecast_is_read_from_a_file_beside_the_house(tmp_path: Path) -> None:
    (tmp_path / "weather.csv").write_text("time,temperature_c\n2026-01-20T17:00,4\n2026-01-20T18:00,3\n")
    house = a_house(weather_from="file", weather_file="weather.csv")
    process = FakeProcess(house, house_file=tmp_path / "house.yaml")
    WeatherLoop(process.frame, lambda address: pytest.fail("nobody is to be asked")).turn()
    assert process.of(WeatherForecast)[0].temperature_c == (4.0, 3.0)
    missing = FakeProcess(a_house(weather_from="file", weather_file="no.csv"), house_file=tmp_path / "house.yaml")
    WeatherLoop(missing.frame).turn()
    assert "No such file" in missing.of(Event)[0].detail

"""What the controller does with devices that do nothing, do as they like, or do not answer."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sumika import Ecu, Measurements
from sumika.belief.suspicion import Fault, Suspicion
from sumika.clock import Instant
from sumika.config import demo_house
from sumika.ecu.restraint import FIRST_RETRY_S
from sumika.schema import AirSample, DeviceState, Origin, WeatherSample, Write
from sumika.text import LANGUAGES
from tests.unit.test_ecu import Flat

pytestmark = pytest.mark.slow  # every test plans

NOW = Instant(0, 0, "test")
START = datetime(2026, 1, 20, 18, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
AC = "living_aircon"
NO_POWER = Suspicion(Fault.NO_EFFECT, AC, "power_w")


def measured(
    at: datetime, *, power_w: float = 3.0, mode: float = 1.0, asked: float | None = None, answers: bool = True
) -> Measurements:
    """A cold living room whose air conditioner says that it heats."""
    written = () if asked is None else (Write(device=AC, action="mode", value=asked, sequence=1),)
    return Measurements(
        at=at,
        air=tuple(
            AirSample(stamp=NOW, origin=Origin.LIVE, sensor=f"{room}_air", room=room, temperature_c=warm, co2_ppm=700.0)
            for room, warm in (("living", 17.0), ("bedroom", 16.0))
        ),
        devices=(
            DeviceState(
                stamp=NOW,
                origin=Origin.LIVE,
                device=AC,
                values={"mode": mode, "setpoint_c": 23.0},
                power_w=power_w,
                available=answers,
            ),
        ),
        weather=WeatherSample(stamp=NOW, origin=Origin.LIVE, source="w", temperature_c=2.0, wind_m_s=2.0),
        presence={"living": (1.0, 2.0)},
        activities={"living": "awake"},
        written=written,
    )


def lived(ecu: Ecu, begin: datetime, minutes: int, **said: Any) -> datetime:
    """Let a controller observe every five minutes; return when that ended."""
    at = begin
    for step in range(minutes // 5):
        at = begin + timedelta(minutes=5 * (step + 1))
        ecu.observe(measured(at, **said))
    return at


def told(ecu: Ecu, at: datetime) -> dict[tuple[str, str], float]:
    return {(one.device, one.action): one.value for one in ecu.plan(Flat(at))}


def test_a_heater_that_says_on_and_draws_nothing_is_done_without_and_tried_again() -> None:
    ecu = Ecu(demo_house({}).house)
    at = lived(ecu, START, 15, power_w=600.0)
    assert told(ecu, at)[AC, "mode"] == 1.0
    at = lived(ecu, at, 45)
    assert set(ecu.watch.held) == {NO_POWER}
    news = ecu.watch.news()
    assert [finding.suspicion for finding in news] == [NO_POWER]
    assert all(AC in news[0].words(language) for language in LANGUAGES)
    # Nothing is expected of it, so that nothing is asked of it.
    assert told(ecu, at)[AC, "mode"] == 0.0
    at = lived(ecu, at, int(FIRST_RETRY_S / 60) + 15, mode=0.0)
    assert told(ecu, at)[AC, "mode"] == 1.0
    at = lived(ecu, at, 60, power_w=600.0)
    assert NO_POWER not in ecu.watch.held
    assert (NO_POWER, True) in [(finding.suspicion, finding.recovered) for finding in ecu.watch.news()]


def test_a_heater_that_draws_what_its_plate_says_is_not_accused() -> None:
    ecu = Ecu(demo_house({}).house)
    lived(ecu, START, 180, power_w=600.0)
    assert NO_POWER not in ecu.watch.held


@pytest.mark.parametrize("answers", [True, False])
def test_what_does_as_it_likes_or_does_not_answer_is_told_nothing(answers: bool) -> None:
    ecu = Ecu(demo_house({}).house)
    at = lived(ecu, START, 15, power_w=600.0)
    at = lived(ecu, at, 30, power_w=600.0, asked=0.0 if answers else None, answers=answers)
    fault = Fault.DOES_NOT_OBEY if answers else Fault.UNREACHABLE
    assert {one.fault for one in ecu.watch.held} == {fault}
    assert (AC, "mode") not in told(ecu, at)
    at = lived(ecu, at, 30, power_w=600.0, asked=1.0)
    assert ecu.watch.held == {}
    assert (AC, "mode") in told(ecu, at)

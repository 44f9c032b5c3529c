"""What a dead sensor says is not known to the rules: they neither cool a house in winter nor wet it for ever."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from sumika.clock import Instant
from sumika.plan.rules import Rules
from sumika.runtime.house_ear import HouseEar
from sumika.schema import AirSample, Origin, WeatherSample
from sumika.schema.house import Device
from tests.plan_helpers import small_house

NOW = Instant(0, 0, "boot")
EVENING = datetime(2026, 1, 20, 19, 0, tzinfo=ZoneInfo("Asia/Tokyo"))


def ordered(sample: AirSample, outdoor_c: float = 2.0) -> dict[tuple[str, str], float]:
    """Return what is asked of devices by who heard that."""
    house = small_house()
    boiler = Device(id="boiler", room="living", kind="boiler")
    house = msgspec.structs.replace(house, devices=(*house.devices, boiler))
    ear = HouseEar(house)
    ear.take(sample)
    weather = WeatherSample(
        stamp=NOW,
        origin=Origin.LIVE,
        source="w",
        temperature_c=outdoor_c,
        relative_humidity=None,
        wind_m_s=None,
        wind_from_deg=None,
        global_horizontal_w_m2=None,
        direct_normal_w_m2=None,
        diffuse_horizontal_w_m2=None,
        pressure_pa=None,
        rain_mm_h=None,
        pm2_5_ug_m3=None,
    )
    ear.take(weather)
    orders = Rules(house).orders(ear.seen(EVENING, 0))
    return {(one.device, name): value for one in orders for name, value in one.settings.items()}


def air(room: str, **said: float) -> AirSample:
    return AirSample(stamp=NOW, origin=Origin.LIVE, sensor="dead", room=room, **said)  # type: ignore[arg-type] # by name


@pytest.mark.parametrize("dead_c", [-127.0, 85.0, 68.0, float("nan")])
def test_a_dead_thermometer_leaves_a_room_to_its_own_thermostat(dead_c: float) -> None:
    assert ordered(air("living", temperature_c=dead_c))["aircon", "mode"] == 1.0
    assert ordered(air("living", temperature_c=24.0))["aircon", "mode"] == 0.0


@pytest.mark.parametrize("dead_c", [-127.0, 85.0])
def test_a_dead_thermometer_outside_tells_a_boiler_nothing(dead_c: float) -> None:
    told = ordered(air("living", temperature_c=20.0), dead_c)
    assert ("boiler", "on") not in told
    assert ordered(air("living", temperature_c=20.0))["boiler", "on"] == 1.0


@pytest.mark.parametrize("dead", [-1.0, 0.0])
def test_no_room_is_wetted_for_a_dead_sensor(dead: float) -> None:
    assert ordered(air("bedroom", relative_humidity=dead)) == ordered(air("bedroom", co2_ppm=500.0))
    assert ordered(air("bedroom", relative_humidity=0.3))["humidifier", "on"] == 1.0

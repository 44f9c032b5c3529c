"""A thermometer in the sun and a heater that is off and says 0 °C make no tank of which less than none is missing."""

import msgspec
import pytest

from sumika.ecu import Measurements
from sumika.ecu.observer import COLDEST_MAINS_C, WARMEST_MAINS_C
from sumika.schema import DeviceState, Origin, WeatherSample
from tests.plan_helpers import EVENING, STAMP, a_forecast, an_ecu, state

OUTSIDE = WeatherSample(
    stamp=STAMP,
    origin=Origin.LIVE,
    source="balcony",
    temperature_c=20.0,
    relative_humidity=0.5,
    wind_m_s=1.0,
    wind_from_deg=0.0,
    global_horizontal_w_m2=0.0,
    direct_normal_w_m2=0.0,
    diffuse_horizontal_w_m2=0.0,
    pressure_pa=101_325.0,
    rain_mm_h=0.0,
    pm2_5_ug_m3=5.0,
)


@pytest.mark.parametrize(
    ("outdoor_c", "tank"),
    [
        (62.0, state("tank", hot_water_l=250.0, tank_c=65.0)),
        (-40.0, state("tank", hot_water_l=250.0, tank_c=65.0)),
        (20.0, state("tank", tank_setpoint_c=0.0)),
        (20.0, state("tank", tank_setpoint_c=1000.0)),
    ],
)
def test_a_tank_holds_something_and_what_is_missing_costs(outdoor_c: float, tank: DeviceState) -> None:
    ecu = an_ecu()
    weather = msgspec.structs.replace(OUTSIDE, temperature_c=outdoor_c)
    ecu.observe(Measurements(at=EVENING.replace(minute=15), devices=(tank,), weather=weather))
    assert COLDEST_MAINS_C <= ecu.mains_c <= WARMEST_MAINS_C
    (store,) = [one for one in ecu.linear_situation(ecu.situate(a_forecast(ecu))).stores if one.device == "tank"]
    assert (store.least_kwh > 0.0).all()
    assert (store.least_kwh < store.most_kwh).all()
    assert 0.0 < store.missing_cost < 10_000.0
    assert 0.0 < store.most_kwh < 60.0

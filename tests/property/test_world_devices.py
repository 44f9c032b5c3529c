"""Whatever is told and whatever the weather: powers are finite, nothing but roof and storage gives, heat closes."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.schema.devices import DEVICE_KINDS
from sumika.schema.house import Device
from sumika.world.devices import Demands
from sumika.world.exchange import Outside, RoomsNow
from tests.world_device_helpers import driven, rooms_at

ORDERS = [(kind, setting) for kind, one in DEVICE_KINDS.items() for setting in one.settings]
GIVES = {"pv", "battery", "ev_charger"}

numbers = st.one_of(st.floats(), st.floats(-100, 100), st.floats(0, 1), st.floats(-10_000, 10_000))
orders = st.lists(st.tuples(st.sampled_from(ORDERS), numbers), max_size=40)
weather = st.builds(
    Outside,
    temperature_c=st.floats(-40, 50),
    humidity_ratio=st.floats(0, 0.03),
    ground_temperature_c=st.floats(-5, 30),
    wind_m_s=st.floats(0, 40),
    sun_elevation_deg=st.floats(-90, 90),
    sun_azimuth_deg=st.floats(0, 360),
    direct_normal_w_m2=st.floats(0, 1100),
    diffuse_horizontal_w_m2=st.floats(0, 600),
    global_horizontal_w_m2=st.floats(0, 1300),
)
inside = st.builds(
    rooms_at,
    air_c=st.floats(-20, 50),
    ratio=st.floats(0, 0.03),
    relative=st.floats(0, 1),
    floor_c=st.floats(-10, 45),
)


@settings(max_examples=30, deadline=None)
@given(orders=orders, outside=weather, rooms=inside, seconds=st.sampled_from([1.0, 60.0, 300.0, 900.0]))
def test_no_order_and_no_weather_brings_a_house_to_impossible_powers(
    orders: list[tuple[tuple[str, str], float]], outside: Outside, rooms: RoomsNow, seconds: float
) -> None:
    house = driven(*(Device(id=kind, room="living", kind=kind, window="w") for kind in DEVICE_KINDS), seconds=seconds)
    house.outside, house.rooms = outside, rooms
    for (kind, setting), value in orders:
        why = house.tell(setting, value, device=kind)
        assert why or math.isfinite(value)
        step = house.step(Demands(hot_water_l={"living": 3.0}, cooking_w={"living": 800.0}))
        for name, power_w in step.power_w.items():
            assert math.isfinite(power_w)
            assert name in GIVES or 0.0 <= power_w < 20_000.0, name
        assert math.isfinite(step.grid_w)
        assert 0.0 <= step.gas_w < 30_000.0
        assert step.pv_w >= 0.0
        for acting in step.acting:
            assert all(math.isfinite(value) for value in (acting.convective_w, acting.radiant_w, acting.floor_w))
            assert math.isfinite(acting.vapour_kg_s)
            assert acting.clean_air_m3_s >= 0.0
            assert acting.light_lux >= 0.0
        for state in step.states.values():
            assert all(math.isfinite(value) for value in state.values())


@given(kind_setting=st.sampled_from(ORDERS), value=st.floats())
def test_an_order_is_either_refused_with_a_reason_or_takes_effect(kind_setting: tuple[str, str], value: float) -> None:
    kind, setting = kind_setting
    house = driven(Device(id="x", room="living", kind=kind, window="w"), seconds=5.0)
    before = house.step().states["x"][setting]
    why = house.tell(setting, value)
    after = house.step(count=2).states["x"][setting]
    if why:
        assert after == before
    else:
        step = DEVICE_KINDS[kind].settings[setting].step
        assert abs(after - value) <= 0.5 * step + 1e-6

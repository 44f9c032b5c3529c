"""Units of other houses: what goes over and comes back is the same, and is what physics has it to be."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.ecu.foreign import UNITS, Driven, Measured
from sumika.ecu.foreign.units import Unit, measures, to_ours, to_theirs, unit_of
from sumika.schema import UsageError
from tests.examples import examples

NUMBERS = st.floats(-1e6, 1e6)
STEPS = st.floats(1.0, 21_600.0)
FITTING = {
    "c": "temperature_c",
    "w": "power_w",
    "kwh": "imported_kwh",
    "share": "relative_humidity",
    "ppm": "co2_ppm",
    "ug_m3": "pm2_5_ug_m3",
    "w_m2": "direct_normal_w_m2",
    "m_s": "wind_m_s",
    "pa": "pressure_pa",
    "mm_h": "rain_mm_h",
}


@settings(max_examples=examples(200))
@given(name=st.sampled_from(sorted(UNITS)), value=NUMBERS, step_s=STEPS)
def test_over_and_back_is_the_same(name: str, value: float, step_s: float) -> None:
    unit = UNITS[name]
    ours = to_ours(value, unit, step_s)
    back = to_theirs(ours, unit, step_s)
    # Kelvins are taken off and put on: what they cost in digits grows with the offset.
    slack = 1e-9 * (abs(value) + abs(unit.offset / unit.factor) * (step_s if unit.per_step else 1.0) + 1e-6)
    assert abs(back - value) <= slack
    assert to_ours(value + 1.0, unit, step_s) > ours


@settings(max_examples=examples(100))
@given(name=st.sampled_from(sorted(UNITS)), quantity=st.sampled_from(sorted(FITTING.values())))
def test_a_unit_goes_with_what_it_measures_and_with_nothing_else(name: str, quantity: str) -> None:
    if FITTING[UNITS[name].of] == quantity:
        assert unit_of(name, quantity, "here") is UNITS[name]
    else:
        with pytest.raises(UsageError, match=quantity):
            unit_of(name, quantity, "here")


@settings(max_examples=examples(200))
@given(
    unit=st.sampled_from(["degC", "K", "degF"]),
    setpoint_c=st.floats(-50.0, 60.0),
    low=st.floats(-100.0, 300.0),
    wide=st.floats(0.0, 300.0),
    step_s=STEPS,
)
def test_what_is_told_is_within_bounds_and_else_what_was_meant(
    unit: str, setpoint_c: float, low: float, wide: float, step_s: float
) -> None:
    driven = Driven(name="set", device="one", setting="setpoint_c", unit=unit, low=low, high=low + wide)
    told = driven.theirs({("one", "setpoint_c"): setpoint_c}, step_s)
    assert told is not None
    assert low <= told <= low + wide
    meant = to_theirs(setpoint_c, UNITS[unit], step_s)
    if low <= meant <= low + wide:
        told_us = Measured(name="set", device="one", quantity="setpoint_c", unit=unit).ours(told, step_s)
        assert math.isclose(told_us, setpoint_c, abs_tol=1e-9)


@pytest.mark.parametrize(
    ("theirs", "unit", "ours"),
    [
        (32.0, "degF", 0.0),
        (212.0, "degF", 100.0),
        (-40.0, "degF", -40.0),
        (273.15, "K", 0.0),
        (1.0, "kW", 1000.0),
        (12_000.0, "Btu/h", 3516.85),  # a ton of refrigeration
        (0.25, "kWh/step", 1000.0),  # in a quarter of an hour
        (3.6e6, "J", 1.0),
        (60.0, "mph", 26.8224),
        (14.695949, "psi", 101_325.0),  # an atmosphere
        (400e-6, "m3/m3", 400.0),
        (317.0, "Btu/(h.ft2)", 1000.0),
    ],
)
def test_known_points(theirs: float, unit: str, ours: float) -> None:
    assert to_ours(theirs, UNITS[unit], 900.0) == pytest.approx(ours, rel=1e-5, abs=1e-9)


def test_the_longest_end_of_a_name_says_what_it_measures() -> None:
    assert measures("direct_normal_w_m2") == "w_m2"
    assert measures("pm2_5_ug_m3") == "ug_m3"
    assert measures("price_per_kwh") == measures("carbon_g_kwh") == measures("mode") == ""
    assert unit_of("", "mode", "here") == Unit(of="")
    with pytest.raises(UsageError, match="mere number"):
        unit_of("K", "mode", "here")

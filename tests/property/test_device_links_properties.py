"""What devices are told comes back as it was told, and what a stranger sends raises nothing, whatever it is."""

import contextlib
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.actuate.echonet_lite.codes import spread
from sumika.actuate.echonet_lite.values import CLASSES, settings_of
from sumika.links.echonet_lite._frames import Frame, read_frame, read_property_map
from sumika.links.echonet_lite.numbers import energy_kwh, share, signed, unsigned
from sumika.links.modbus import Register, Table, read_register
from sumika.links.modbus._register import Form
from sumika.links.ocpp._readings import power_w, readings
from sumika.links.ocpp.limits import Limit, profile_16, profile_201
from sumika.schema import DEVICE_KINDS, UsageError
from tests.wire.echonet_device import property_map

SETTINGS = [
    (code, kind, name) for code, known in CLASSES.items() for kind in known.kinds for name in known.settings(kind)
]
FORMS = list(Form)[:8]


@settings(max_examples=12, deadline=None)
@given(st.data())
@pytest.mark.parametrize(("code", "kind", "name"), SETTINGS)
def test_what_an_object_is_told_is_read_back(code: int, kind: str, name: str, data: st.DataObject) -> None:
    """Within the object's own grid: the code of what is read back is the code that was written."""
    setting = CLASSES[code].settings(kind)[name]
    limits = DEVICE_KINDS[kind].settings[name]
    states = limits.step == 1 and limits.high - limits.low <= 5
    low, high = limits.low, limits.high
    value = float(data.draw(st.integers(int(low), int(high)) if states else st.floats(low, high)))
    wishes = {"mode": 2.0, "power_w": value}
    now = {0xDA: b"\x42", 0xE1: b"\x31"}
    told = setting.encode(value, wishes, now)
    if isinstance(told, str):
        assert (code, name) in ((0x02A1, "power_w"), (0x02A1, "mode"))  # a charger that never takes power out of a car
        assert value < 0
        return
    said = setting.decode({**now, **dict(told)}, wishes | {name: value})
    assert said is not None
    again = setting.encode(said, wishes | ({"power_w": said} if name == "power_w" else {}), now)
    assert not isinstance(again, str)
    assert list(again) == list(told)
    nearest_colour_k = 750.0
    off_by = 0.0 if states else nearest_colour_k if name == "colour_temperature_k" else max(0.5, setting.step) / 2.0
    assert abs(said - value) <= off_by + 1e-6


@given(st.binary(max_size=1600))
def test_any_datagram_is_a_frame_or_refused_by_name(data: bytes) -> None:
    found = read_frame(data)
    assert found if isinstance(found, str) else isinstance(found, Frame)


@given(st.binary(max_size=64))
def test_any_bytes_are_a_property_map(data: bytes) -> None:
    assert all(0 <= epc <= 0xFF for epc in read_property_map(data))


@given(st.sets(st.integers(0x80, 0xFF)))
def test_a_property_map_says_what_was_put_into_it(epcs: set[int]) -> None:
    assert read_property_map(property_map(epcs)) == epcs


@given(st.binary(max_size=6))
def test_any_bytes_are_a_number_in_range_or_none(data: bytes) -> None:
    for reading in (unsigned(1), unsigned(2), unsigned(4), signed(1), signed(2), signed(4), share):
        value = reading(data)
        assert value is None or math.isfinite(value)
    energy = energy_kwh(data[:4], data[4:5])
    assert energy is None or energy >= 0


def test_every_air_flow_of_an_air_conditioner_is_read_as_the_nearest_level() -> None:
    level = settings_of("room_air_conditioner", 0x0130, {}, "x")["fan_level"]
    said = [level.decode({0xA0: bytes([code])}, {}) for code in (0x30, *range(0x31, 0x39), 0x39, 0x41)]
    assert said == [None, 1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 4.0, 5.0, None, 0.0]


@given(st.integers(1, 8), st.integers(1, 8))
def test_levels_are_spread_in_order_from_the_lowest_to_the_highest(codes: int, levels: int) -> None:
    found = spread(0x31, codes, levels)
    assert found == sorted(found)
    assert found[-1] == 0x31 + codes - 1
    assert levels == 1 or found[0] == 0x31


@given(st.sampled_from(FORMS), st.floats(1e-3, 1e3), st.floats(-1.0, 1.0), st.sampled_from(["big", "little"]))
def test_a_register_holds_what_was_put_into_it(form: Form, scale: float, share_of: float, order: str) -> None:
    register = Register(Table.HOLDING, 0, form, scale)
    value = share_of * 30_000 * scale
    words = register.theirs(value, "big" if order == "big" else "little")
    if isinstance(words, str):
        assert value < 0
        return
    back = register.ours(words, "big" if order == "big" else "little")
    assert back is not None
    assert abs(back - value) <= max(0.51 * scale, 1e-6 * abs(value))


@given(st.text(max_size=40))
def test_any_line_is_a_register_or_refused(text: str) -> None:
    with contextlib.suppress(UsageError):
        assert 0 <= read_register(text, "here").address <= 65535


SAMPLES = st.lists(
    st.fixed_dictionaries(
        {"value": st.one_of(st.text(max_size=8), st.floats(), st.integers())},
        optional={
            "measurand": st.sampled_from(["Power.Active.Import", "Power.Active.Export", "SoC", "Voltage", "Frequency"]),
            "unit": st.sampled_from(["W", "kW", "Percent", "V", "K"]),
            "phase": st.sampled_from(["L1", "L2", "L3", "N"]),
        },
    ),
    max_size=8,
)


@given(SAMPLES)
def test_any_meter_values_are_finite_numbers_or_left_out(samples: list[dict[str, object]]) -> None:
    found = readings([{"timestamp": "2026-01-01T00:00:00Z", "sampledValue": samples}])
    assert all(math.isfinite(value) for value in found.values())
    assert power_w(found) is None or isinstance(power_w(found), float)


@given(st.floats(-10_000, 10_000), st.floats(100, 400), st.integers(1, 3), st.sampled_from(["W", "A"]))
def test_a_limit_never_lets_a_car_take_more_than_was_asked(
    power: float, voltage: float, phases: int, unit: str
) -> None:
    limit = Limit(power, "W" if unit == "W" else "A", voltage, phases)
    watts = limit.rate * (1.0 if unit == "W" else voltage * phases)
    assert abs(watts) <= abs(power) + 1e-6
    for profile in (profile_16(limit), profile_201(limit)):
        assert json.loads(json.dumps(profile)) == profile

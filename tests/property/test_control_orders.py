"""Whatever sensors say, simple controllers command what devices take; and whatever was lived, costs add up."""

import math
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.evaluate.control.baselines import FAMILIES, GRID, Settings
from sumika.evaluate.control.gaps import gap_closed, worst_scenario
from sumika.evaluate.control.houses import EQUIPMENT
from sumika.schema import DEVICE_KINDS
from sumika.world.fittings import fitted
from tests.control_helpers import measurements, mild_forecast, short_house

HOUSE = fitted(short_house())
ALL = [device for several in EQUIPMENT.values() for device in several]
KINDS = {device.id: device.kind for device in (*HOUSE.devices, *ALL)}

knobs = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in GRID.items()}).map(
    lambda chosen: replace(Settings(), **chosen)
)
odd = st.floats(min_value=-60.0, max_value=90.0) | st.sampled_from([math.nan, math.inf, -math.inf])
air = st.tuples(odd, odd.map(lambda value: value / 60.0), odd.map(lambda value: 30.0 * value))
hours = st.floats(min_value=0.0, max_value=24.0 * 21.0)
costs = st.floats(min_value=-1e6, max_value=1e6)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(
    family=st.sampled_from(sorted(FAMILIES)),
    chosen=knobs,
    told=st.lists(
        st.tuples(hours, air, air, st.none() | st.integers(0, 5), odd, st.floats(0.0, 1000.0)), min_size=1, max_size=6
    ),
)
def test_commands_are_always_numbers_that_the_device_takes(
    family: str,
    chosen: Settings,
    told: list[tuple[float, tuple[float, float, float], tuple[float, float, float], int | None, float, float]],
) -> None:
    house = msgspec.structs.replace(HOUSE, devices=(*HOUSE.devices, *ALL))
    controller = FAMILIES[family].make(house, chosen)
    for after_h, living, bedroom, count, outdoor_c, sun_w_m2 in sorted(told, key=lambda one: one[0]):
        controller.observe(
            measurements(
                after_h,
                air={"living": living, "bedroom": bedroom},
                people={"living": count, "bedroom": count},
                outdoor_c=outdoor_c,
                sun_w_m2=sun_w_m2,
            )
        )
        for command in controller.commands(mild_forecast()):
            setting = DEVICE_KINDS[KINDS[command.device]].settings[command.action]
            assert setting.low <= command.value <= setting.high, command


@given(simple=costs, ours=costs, foresight=costs)
def test_a_gap_is_a_share_between_its_ends(simple: float, ours: float, foresight: float) -> None:
    share = gap_closed(simple, ours, foresight)
    if not simple > foresight:
        assert math.isnan(share)
        return
    assert gap_closed(simple, simple, foresight) == 0.0
    assert gap_closed(simple, foresight, foresight) == 1.0
    if foresight <= ours <= simple:
        assert 0.0 <= share <= 1.0
    if ours > simple:
        assert share <= 0.0


@given(st.dictionaries(st.text(min_size=1), st.tuples(st.floats(0.0, 1e6), st.floats(1.0, 1e6)), min_size=1))
def test_the_worst_scenario_is_worse_than_no_other(pairs: dict[str, tuple[float, float]]) -> None:
    ours = {name: pair[0] for name, pair in pairs.items()}
    simple = {name: pair[1] for name, pair in pairs.items()}
    worst, share = worst_scenario(ours, simple)
    assert share == (ours[worst] - simple[worst]) / simple[worst]
    assert all((ours[name] - simple[name]) / simple[name] <= share for name in pairs)

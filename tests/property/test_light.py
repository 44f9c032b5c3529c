"""Whatever people do and sensors say, lamps stay within what they take, dark beside sleepers, and in people's hands."""

from datetime import timedelta
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.schema import DEVICE_KINDS
from tests.light_helpers import NOON, a_house, made

SETTINGS = DEVICE_KINDS["light"].settings
ROOMS = ("living", "bedroom", "hall", "toilet")
HELD_S = 7200.0


class Moment(NamedTuple):
    """What is so after some time, and which lamp somebody touches then."""

    people: dict[str, float | None]
    does: dict[str, str]
    after_s: float
    daylight_lux: float
    hand: str


MOMENTS = st.lists(
    st.builds(
        Moment,
        people=st.fixed_dictionaries(dict.fromkeys(ROOMS, st.sampled_from([None, 0.0, 1.0, 2.0]))),
        does=st.fixed_dictionaries({}, optional=dict.fromkeys(ROOMS, st.sampled_from(["sleep", "awake", "active"]))),
        after_s=st.sampled_from([1.0, 20.0, 300.0, 3600.0]),
        daylight_lux=st.sampled_from([0.0, 5.0, 80.0, 2000.0]),
        hand=st.sampled_from(["", "", "", "living_light", "hall_light"]),
    ),
    min_size=1,
    max_size=30,
)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(moments=MOMENTS, begin_h=st.integers(0, 23))
def test_lamps_stay_within_what_they_take_and_what_people_bear(moments: list[Moment], begin_h: int) -> None:
    lit = made(a_house())
    lit.at = NOON.replace(hour=begin_h)
    held_until_s: dict[str, float] = {}
    for one in moments:
        lit.daylight_lux = one.daylight_lux
        before = dict(lit.lamps)
        for device, setting, value in lit.see(one.people, one.does, after_s=one.after_s):
            room = device.removesuffix("_light")
            assert SETTINGS[setting].low <= value <= SETTINGS[setting].high
            assert lit.at.timestamp() >= held_until_s.get(device, 0.0)
            if setting == "level" and one.people.get(room) and one.does.get(room) == "sleep":
                assert value <= before[device, "level"] + 1e-9
        if one.hand:
            # Long enough after the last command that the lamp has said what it was told.
            lit.see(one.people, one.does, after_s=1.0)
            lit.at += timedelta(seconds=120)
            level = lit.lamps[one.hand, "level"]
            lit.lamps[one.hand, "level"] = level + 0.3 if level <= 0.7 else level - 0.3
            lit.see(one.people, one.does, after_s=1.0)
            assert lit.lighting.why(one.hand) is None
            held_until_s[one.hand] = lit.at.timestamp() + HELD_S

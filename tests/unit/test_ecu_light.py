"""Light: enough by day, warm and low in the evening, dark beside sleepers, a way to see by at night, hands win."""

from datetime import timedelta
from typing import Literal

import msgspec
import numpy as np
import pytest

from sumika.belief.nights import Night, night_of
from sumika.belief.routine import Routine
from sumika.schema.house import Control, Device
from tests.light_helpers import NOON, PRICE, Lit, a_house, made

LIVING_COLOUR = ("living_light", "colour_temperature_k")


@pytest.fixture
def lit() -> Lit:
    """A house in the dark, at noon on a Tuesday."""
    return made(a_house())


def to(lit: Lit, hour: float) -> None:
    """Go on to an hour of that day; beyond 24 it is the next one's."""
    lit.at = NOON.replace(hour=0) + timedelta(hours=hour)


def test_by_day_a_dark_room_is_bright_and_cool_at_once_for_who_comes_in(lit: Lit) -> None:
    lit.see({"living": 0.0})
    lit.see({"living": 1.0})
    assert lit.level("living") == 1.0
    assert lit.colour_k("living") == 5000.0
    assert lit.level("bedroom") == 0.0


def test_daylight_takes_its_part_away_and_all_of_it_when_it_is_enough(lit: Lit) -> None:
    lit.daylight_lux = 300.0
    lit.see({"living": 1.0})
    some = lit.level("living")
    assert 0.0 < some <= 1.0
    lit.daylight_lux = 460.0
    bright = made(a_house())
    bright.daylight_lux = 460.0
    bright.see({"living": 1.0})
    assert bright.level("living") == 0.0


def test_a_sensor_that_stands_under_the_lamp_does_not_turn_it_down(lit: Lit) -> None:
    # It sees two and a half times of the lamp what falls on the table; the evening teaches that.
    lamp_lux = next(one.table_lux for one in lit.lighting.lamps if one.room == "living")
    to(lit, 21.0)
    for _ in range(100):
        lit.measured = {"living": 2.5 * lamp_lux * lit.level("living")}
        lit.see({"living": 1.0}, after_s=60.0)
    lit.at = NOON + timedelta(days=1)
    lit.daylight_lux = 50.0
    levels = []
    for _ in range(60):
        lit.measured = {"living": 50.0 + 2.5 * lamp_lux * lit.level("living")}
        lit.see({"living": 1.0}, after_s=60.0)
        levels.append(lit.level("living"))
    assert min(levels[20:]) > 0.95


def test_a_sensor_of_light_that_lies_at_night_leaves_nobody_in_the_dark(lit: Lit) -> None:
    to(lit, 21.0)
    lit.measured = {"living": 900.0}
    lit.see({"living": 1.0})
    assert lit.level("living") > 0.0


def test_light_for_the_clock_is_given_only_where_it_is_worth_its_electricity(lit: Lit) -> None:
    lit.daylight_lux, lit.price = 200.0, 3000.0
    lit.see({"living": 1.0})
    assert lit.level("living") == 0.0
    lit.price = PRICE
    for _ in range(20):
        lit.see({"living": 1.0}, after_s=60.0)
    assert lit.level("living") > 0.4


def test_the_evening_is_warm_and_no_more_than_ten_lux_at_the_eye(lit: Lit) -> None:
    to(lit, 21.0)
    lit.see({"living": 2.0})
    assert 5.0 < lit.edi_lux("living") <= 10.0
    assert lit.colour_k("living") <= 2700.0


def test_what_a_television_gives_is_not_given_twice(lit: Lit) -> None:
    to(lit, 21.0)
    lit.screens = {"living": 5.0}
    lit.see({"living": 2.0})
    assert 3.0 < lit.edi_lux("living") <= 5.0


def test_it_moves_slowly_while_somebody_sees_it(lit: Lit) -> None:
    to(lit, 18.5)
    lit.see({"living": 1.0})
    levels = [lit.level("living")]
    colours = [lit.colour_k("living")]
    for _ in range(60 * 4):
        lit.see({"living": 1.0}, after_s=60.0)
        levels.append(lit.level("living"))
        colours.append(lit.colour_k("living"))
    assert levels[0] > 0.8
    assert lit.edi_lux("living") <= 10.0
    assert np.abs(np.diff(levels)).max() <= 0.1 + 1e-9
    assert np.abs(np.diff(colours)).max() <= 350.0


def test_an_empty_room_goes_dark_after_some_minutes_and_not_before(lit: Lit) -> None:
    lit.see({"living": 1.0})
    lit.see({"living": 0.0}, after_s=60.0)
    assert lit.level("living") > 0.0
    lit.see({"living": 0.0}, after_s=240.0)
    lit.see({"living": 0.0}, after_s=61.0)
    assert lit.level("living") == 0.0


def test_a_room_of_which_nothing_is_known_is_left_to_its_people(lit: Lit) -> None:
    lit.lamps["living_light", "level"] = 0.7
    for _ in range(10):
        assert not lit.see({"living": None, "bedroom": None}, after_s=60.0)


def test_beside_a_sleeper_it_only_gets_darker_and_not_suddenly(lit: Lit) -> None:
    to(lit, 22.0)
    lit.see({"bedroom": 1.0}, {"bedroom": "awake"})
    before = lit.level("bedroom")
    assert before > 0.0
    levels = [before]
    for _ in range(30):
        lit.see({"bedroom": 2.0}, {"bedroom": "sleep"}, after_s=30.0)
        levels.append(lit.level("bedroom"))
    assert lit.level("bedroom") == 0.0
    assert (np.diff(levels) <= 1e-9).all()
    assert np.diff(levels).min() >= -0.1 - 1e-9


def test_in_a_bedroom_at_night_where_nothing_tells_of_sleep_nothing_is_touched(lit: Lit) -> None:
    to(lit, 24.5)
    assert not lit.see({"bedroom": 2.0})
    assert lit.level("bedroom") == 0.0


def asleep(lit: Lit) -> None:
    """Let two people go to bed at eleven and be asleep by one."""
    to(lit, 23.5)
    for _ in range(18):
        lit.see({"bedroom": 2.0, "living": 0.0}, {"bedroom": "sleep"}, after_s=300.0)


def test_who_gets_up_at_night_has_their_way_lit_low_and_warm_at_once(lit: Lit) -> None:
    asleep(lit)
    lit.see({"bedroom": 1.0, "living": 0.0, "hall": 1.0}, {"bedroom": "sleep"})
    for room in ("hall", "toilet"):
        assert 0.0 < lit.level(room) <= 0.1
        assert lit.colour_k(room) == 2200.0
        assert lit.edi_lux(room) <= 1.05
    assert lit.level("bedroom") == 0.0
    assert lit.level("living") == 0.0


def test_the_way_goes_dark_some_minutes_after_they_are_back(lit: Lit) -> None:
    asleep(lit)
    lit.see({"bedroom": 1.0, "hall": 1.0}, {"bedroom": "sleep"})
    lit.see({"bedroom": 2.0, "hall": 0.0}, {"bedroom": "sleep"}, after_s=200.0)
    lit.see({"bedroom": 2.0, "hall": 0.0}, {"bedroom": "sleep"}, after_s=60.0)
    assert lit.level("toilet") == 0.0
    assert lit.level("hall") == 0.0


def test_who_left_the_bedroom_is_on_the_way_even_where_no_sensor_looks(lit: Lit) -> None:
    asleep(lit)
    lit.see({"bedroom": 1.0, "hall": None, "toilet": None}, {"bedroom": "sleep"})
    assert lit.level("hall") > 0.0
    assert lit.level("toilet") > 0.0
    for _ in range(5):
        lit.see({"bedroom": 2.0, "hall": None, "toilet": None}, {"bedroom": "sleep"}, after_s=60.0)
    assert lit.level("hall") == 0.0


def test_who_does_not_come_back_does_not_keep_the_way_lit_all_night(lit: Lit) -> None:
    asleep(lit)
    for _ in range(30):
        lit.see({"bedroom": 1.0, "hall": None, "toilet": None}, {"bedroom": "sleep"}, after_s=60.0)
    assert lit.level("hall") == 0.0


def test_who_has_not_gone_to_bed_gets_no_path_light(lit: Lit) -> None:
    to(lit, 24.2)
    lit.see({"bedroom": 1.0, "living": 1.0}, {"bedroom": "sleep", "living": "awake"}, after_s=1.0)
    assert 3.0 < lit.edi_lux("living") <= 10.0


def test_a_hand_on_a_lamp_wins_for_as_long_as_it_holds(lit: Lit) -> None:
    lit.see({"living": 1.0})
    lit.see({"living": 1.0})
    lit.lamps["living_light", "level"] = 0.3
    for _ in range(120):
        assert not [one for one in lit.see({"living": 1.0}, after_s=60.0) if one[0] == "living_light"]
    assert "living_light" not in {device for device, _, _ in lit.lighting.settings()}
    assert lit.see({"living": 1.0}, after_s=120.0)


def test_a_hand_that_puts_a_lamp_back_where_it_was_is_a_hand_too(lit: Lit) -> None:
    lit.see({"living": 1.0})
    lit.see({"living": 1.0})
    for level in (0.3, 1.0):
        lit.lamps["living_light", "level"] = level
        lit.see({"living": 1.0}, after_s=7000.0)
    lit.see({"living": 1.0}, after_s=7000.0)
    assert lit.lighting.why("living_light") is None


def test_a_hand_that_stops_a_lamp_on_its_way_is_noticed_too(lit: Lit) -> None:
    lit.see({"living": 1.0})
    lit.lamps["living_light", "level"] = 0.3
    for _ in range(30):
        lit.see({"living": 1.0}, after_s=5.0)
    assert lit.level("living") == 0.3
    assert lit.lighting.why("living_light") is None


def test_a_lamp_that_fades_or_answers_late_is_no_hand(lit: Lit) -> None:
    lit.see({"living": 0.0})
    lit.see({"living": 1.0})
    for level in (0.0, 0.4, 0.8, 1.0):
        lit.lamps["living_light", "level"] = level
        lit.see({"living": 1.0}, after_s=5.0)
    lit.see({"living": 0.0}, after_s=400.0)
    lit.see({"living": 0.0}, after_s=400.0)
    assert lit.level("living") == 0.0


@pytest.mark.parametrize(("mode", "held"), [("shadow", False), ("suggest", False), ("drive", True)])
def test_where_nothing_of_ours_reaches_a_lamp_nobody_is_against_us(
    mode: Literal["shadow", "suggest", "drive"], held: bool
) -> None:
    lit = made(a_house(Control(mode=mode)))
    lit.see({"living": 1.0})
    lit.lamps["living_light", "level"] = 0.3
    lit.see({"living": 1.0}, after_s=200.0)
    assert (lit.lighting.why("living_light") is None) is held


def test_a_household_that_keeps_its_lamps_is_left_alone() -> None:
    lit = made(a_house(Control(light="residents")))
    assert not lit.see({"living": 1.0})
    assert not lit.lighting.settings()


def test_nights_are_learned_from_where_people_are_asleep() -> None:
    house = a_house()
    routine = Routine(house)
    usual = night_of(routine, NOON)
    assert usual.bed == NOON + timedelta(hours=11)
    assert usual.up == NOON + timedelta(hours=18.5)
    assert night_of(routine, NOON - timedelta(hours=5)).bed == usual.bed - timedelta(days=1)
    # Three weeks of a life that goes to bed at two and sleeps until ten, with a nap at six in the evening.
    for quarter in range(21 * 96):
        at = NOON + timedelta(minutes=15 * quarter)
        sleeps = 2 <= at.hour < 10
        naps = at.hour == 18
        routine.see(
            at,
            {"bedroom": 2.0 * sleeps, "living": 2.0 * (not sleeps)},
            {"bedroom": "sleep", "living": "sleep" if naps else "awake"},
        )
    late = night_of(routine, NOON + timedelta(days=21))
    assert isinstance(late, Night)
    assert abs((late.bed - NOON).total_seconds() / 3600.0 % 24 - 14.0) <= 0.5
    assert abs((late.up - NOON).total_seconds() / 3600.0 % 24 - 22.0) <= 0.5


def switched_lamps() -> Lit:
    """Return the house with lamps that are only switched, but in the living room."""
    house = a_house()
    devices = tuple(
        msgspec.structs.replace(one, ratings={**one.ratings, "dims": float(one.room == "living")})
        if one.kind == "light"
        else one
        for one in house.devices
    )
    return made(msgspec.structs.replace(house, devices=devices))


def test_a_lamp_that_is_only_switched_is_on_or_off_and_does_not_flicker_with_the_clouds() -> None:
    lit = switched_lamps()
    levels = []
    for lux in (5.0, 40.0, 29.0, 40.0, 29.0):
        lit.daylight_lux = lux
        for _ in range(20):
            lit.see({"hall": 1.0}, after_s=60.0)
        levels.append(lit.level("hall"))
    assert levels == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert lit.colour_k("hall") == 0.0


def test_a_lamp_that_cannot_be_dimmed_shows_nobody_the_way_at_night() -> None:
    lit = switched_lamps()
    asleep(lit)
    lit.see({"bedroom": 1.0, "living": 0.0, "hall": None}, {"bedroom": "sleep"})
    assert lit.level("hall") == lit.level("toilet") == 0.0
    # Nor is it lit beside somebody who may be asleep.
    lit.see({"bedroom": 1.0}, {"bedroom": "awake"}, after_s=60.0)
    assert lit.level("bedroom") == 0.0


@pytest.mark.parametrize(("colours", "told"), [((2700.0, 4000.0), [4000.0]), ((2700.0, 2700.0), [])])
def test_a_lamp_is_told_no_colour_that_it_has_not(colours: tuple[float, float], told: list[float]) -> None:
    house = a_house()
    devices = tuple(
        msgspec.structs.replace(one, limits={"colour_temperature_k": colours}) if one.id == "living_light" else one
        for one in house.devices
    )
    lit = made(msgspec.structs.replace(house, devices=devices))
    news = lit.see({"living": 1.0})
    assert [value for device, setting, value in news if (device, setting) == LIVING_COLOUR] == told
    assert lit.level("living") > 0.5


def test_where_some_lamps_of_a_room_can_be_dimmed_those_alone_are_driven() -> None:
    house = a_house()
    spot = Device(id="spot", room="living", kind="light", ratings={"dims": 0.0})
    lit = made(msgspec.structs.replace(house, devices=(*house.devices, spot)))
    news = lit.see({"living": 1.0})
    assert {device for device, _, _ in news if device != "spot"}
    assert "spot" not in {device for device, _, _ in news}

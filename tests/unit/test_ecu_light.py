"""Light: enough by day, warm and low in the evening, dark beside sleepers, a way to see by at night, hands win."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from sumika.belief.daylight import Daylight
from sumika.belief.house import HouseBelief
from sumika.belief.nights import Night, night_of
from sumika.belief.routine import Routine
from sumika.config import demo_house
from sumika.ecu.lighting import Lighting, Setting, Sight
from sumika.schema.house import Control, House
from sumika.schema.worth import Worth

TOKYO = ZoneInfo("Asia/Tokyo")
NOON = datetime(2026, 1, 20, 12, 0, tzinfo=TOKYO)
PRICE = 30.0


@dataclass
class Lit:
    """A house whose lamps do what they are told, and what a test says of its people.

    Attributes:
        lighting: Of the house.
        belief: Of the house.
        at: Now.
        lamps: What lamps are set to.
        daylight_lux: In every room.
        price: Of a kWh.
        screens: Melanopic light of televisions, by room.
    """

    lighting: Lighting
    belief: HouseBelief
    at: datetime = NOON
    lamps: dict[tuple[str, str], float] = field(default_factory=dict)
    daylight_lux: float = 0.0
    price: float = PRICE
    screens: dict[str, float] = field(default_factory=dict)

    def see(
        self, people: Mapping[str, float | None], does: Mapping[str, str] | None = None, *, after_s: float = 1.0
    ) -> list[Setting]:
        """Let some time pass, look, and let the lamps do what they are told."""
        self.at += timedelta(seconds=after_s)
        news = self.lighting.see(
            Sight(
                at=self.at,
                people=people,
                does=does or {},
                told=self.lamps,
                daylight_lux=np.full(len(self.belief.outline.rooms), self.daylight_lux),
                measured_lux={},
                price_per_kwh=self.price,
                screens_edi_lux=self.screens,
            )
        )
        for device, setting, value in news:
            self.lamps[device, setting] = value
        return news

    def level(self, room: str) -> float:
        """Return how far the lamp of a room is turned up."""
        return self.lamps.get((f"{room}_light", "level"), 0.0)

    def colour_k(self, room: str) -> float:
        """Return its colour."""
        return self.lamps.get((f"{room}_light", "colour_temperature_k"), 0.0)

    def edi_lux(self, room: str) -> float:
        """Return what the eye meets there, melanopic."""
        why = self.lighting.why(f"{room}_light")
        assert why is not None
        return why.edi_lux


def a_house(control: Control | None = None) -> House:
    """Return the demo house, with its own control or another."""
    return msgspec.structs.replace(demo_house({}).house, control=control)


@pytest.fixture
def lit() -> Lit:
    """A house in the dark, at noon on a Tuesday."""
    return made(a_house())


def made(house: House, at: datetime = NOON) -> Lit:
    """Return a house whose light is to be looked at."""
    belief = HouseBelief(house)
    daylight = Daylight(house, belief.outline, belief.sun)
    lighting = Lighting(house, belief.outline, daylight, Routine(house), Worth())
    lamps = {(device.id, "level"): 0.0 for device in house.devices if device.kind == "light"}
    return Lit(lighting, belief, at=at, lamps=lamps)


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

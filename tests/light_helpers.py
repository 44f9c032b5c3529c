"""A house whose lamps do what they are told, and what a test says of its people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from sumika.belief.daylight import Daylight
from sumika.belief.house import HouseBelief
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
        measured: What sensors say, by room.
    """

    lighting: Lighting
    belief: HouseBelief
    at: datetime = NOON
    lamps: dict[tuple[str, str], float] = field(default_factory=dict)
    daylight_lux: float = 0.0
    price: float = PRICE
    screens: dict[str, float] = field(default_factory=dict)
    measured: dict[str, float] = field(default_factory=dict)

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
                measured_lux=self.measured,
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
    return msgspec.structs.replace(_known()[0], control=control)


def made(house: House, at: datetime = NOON) -> Lit:
    """Return a house whose light is to be looked at."""
    belief = _belief_of(house)
    daylight = Daylight(house, belief.outline, belief.sun)
    lighting = Lighting(house, belief.outline, daylight, Routine(house), Worth())
    lamps = {(device.id, "level"): 0.0 for device in house.devices if device.kind == "light"}
    return Lit(lighting, belief, at=at, lamps=lamps)


@cache
def _known() -> tuple[House, HouseBelief]:
    house = demo_house({}).house
    return house, HouseBelief(house)


def _belief_of(house: House) -> HouseBelief:
    """Return the belief of a house; light learns nothing in it: houses that differ in control alone share it."""
    known, belief = _known()
    return belief if msgspec.structs.replace(house, control=known.control) == known else HouseBelief(house)

"""What a situation is put together from, besides the belief of the house: people, forecast, stores and prices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sumika.belief.routine import PeopleAhead
from sumika.ecu.lighting import LightAhead
from sumika.ecu.nudges import NONE, Nudge
from sumika.ecu.outlook import Ahead
from sumika.ecu.restraint import Restraint
from sumika.ecu.room_wishes import RoomWishes
from sumika.plan.situation import Grid, Store
from sumika.schema.worth import Worth

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What a situation is put together from, besides the belief of the house.

    Attributes:
        grid: Of the plan.
        ahead: The forecast on it.
        when: (step,) the middle of each step, in local time.
        people: Who is expected where.
        other_w: (step,) sockets and stoves.
        solar_kw: (step,) of the roof.
        outdoor_mean_c: Running mean: people dress by it.
        warmer_k: (room,) how much warmer than the standard people like it.
        taste_sigma_k: (room,) how sure that is.
        humidity: (room,) humidity ratio now.
        pm2_5: (room,) particles now.
        outdoor_pm2_5: Outside.
        dust_per_s: (step, room) particles that cooking and the like make, µg/m³ a second.
        stores: What keeps energy.
        light: Of lamps.
        running_kw: (step,) of machines that run now, until they are done.
        settings: What each control was planned to do in the step before.
        worth: Of everything.
        gas_price: Of a kWh of gas.
        restraint: What is done without.
        notes: What is missing or doubtful.
        nudges: By room: what is done for a while because of strain.
        wishes: What residents wish of rooms for a while.
        comfort_c: By room: the band of air temperature that was asked for, instead of the standard's comfort.
    """

    grid: Grid
    ahead: Ahead
    when: list[datetime]
    people: PeopleAhead
    other_w: Array
    solar_kw: Array
    outdoor_mean_c: float
    warmer_k: Array
    taste_sigma_k: Array
    humidity: Array
    pm2_5: Array
    outdoor_pm2_5: float
    dust_per_s: Array
    stores: list[Store]
    light: LightAhead
    running_kw: Array
    settings: dict[str, float]
    worth: Worth
    gas_price: float
    restraint: Restraint = field(default_factory=Restraint)
    notes: tuple[str, ...] = ()
    nudges: Mapping[str, Nudge] = field(default_factory=dict)
    wishes: RoomWishes = field(default_factory=RoomWishes)

    def cooler_k(self, room: str) -> Array:
        """Return (step,) by how much a nudge shifts what people like in a room; negative is cooler."""
        nudge = self.nudges.get(room, NONE)
        return np.array([nudge.warmer_k if nudge.holds(at) else 0.0 for at in self.when])

    def fresher(self, room: str) -> Array:
        """Return (step,) by how much a nudge makes the air of a room fresher, as a factor."""
        nudge = self.nudges.get(room, NONE)
        return np.array([nudge.fresh_factor if nudge.holds(at) else 1.0 for at in self.when])

    comfort_c: Mapping[str, tuple[float, float]] = field(default_factory=dict)

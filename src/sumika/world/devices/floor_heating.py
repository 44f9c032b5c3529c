"""Floor heating: a heat pump that warms water, and the water the floor."""

import math

from sumika.schema.house import Device as Described
from sumika.schema.house import House
from sumika.world.devices.device import Around, SimulatedDevice
from sumika.world.devices.heat_pump import Frost, HeatPump
from sumika.world.exchange import Acting

WATER_TO_SCREED_W_M2_K = 8.0
"""Pipes at 150 mm in screed; typical of EN 1264 tables."""

WATER_J_K = 25.0 * 4186.0
"""Heat of the water in the circuit, 25 litres."""

FLOOR_AT_MOST_C = 29.0
"""Warmest surface that EN 1264 allows where people stay."""

_DEFROST_LOAD = 0.5
_LEAST_ON_S = 300.0


class FloorHeating(SimulatedDevice):
    """Warm water under the floor of its room."""

    def __init__(self, described: Described, house: House, seed: int, number: int) -> None:
        """Lay it."""
        super().__init__(described, house, seed, number)
        plate = self.ratings
        # Rated at A7/W35 (EN 14511).
        self._pump = HeatPump(
            rated_w=plate["heating_w"],
            rated_cop=plate["heating_cop"],
            rated_hot_c=35.0,
            rated_cold_c=7.0,
            outdoor_rated_c=7.0,
            per_k=0.02,
            least=plate["least_part_load"],
            most=1.1,
        )
        self._frost = Frost(plate["heating_w"])
        self._water_c: float | None = None
        self._on_since_s = -math.inf
        self.source_w = self.stored_w = 0.0

    def refuses(self, setting: str, value: float, now_s: float) -> str:
        """Refuse to stop while it thaws or too soon after it started."""
        if setting != "on" or value >= 0.5 or self.panel.wanted("on") < 0.5:
            return ""
        if self._frost.thawing_s > 0.0:
            return f"defrosting, {self._frost.thawing_s:.0f} s left"
        left_s = self._on_since_s + _LEAST_ON_S - now_s
        return f"minimum on-time, {left_s:.0f} s left" if left_s > 0.0 else ""

    def act(self, around: Around) -> None:
        """Run for one step: the water comes to a balance of heat pump and floor."""
        on = self.setting("on") >= 0.5
        if not on:
            self._on_since_s = -math.inf
        elif self._on_since_s == -math.inf:
            self._on_since_s = around.now_s
        self._circulate(around, on)

    def rest(self, around: Around) -> None:
        """Stand still; the water stays as warm as it is."""
        super().rest(around)
        self.source_w = self.stored_w = 0.0

    def _circulate(self, around: Around, on: bool) -> None:
        place, outside, pump = around.index[self.room], around.outside, self._pump
        floor_c = float(around.rooms.floor_temperature_c[place])
        water_c = floor_c if self._water_c is None else self._water_c
        conducts = WATER_TO_SCREED_W_M2_K * self.ratings["area_share"] * float(around.floor_area_m2[place])
        if not on:
            conducts *= 0.05  # the circulation stands
        thaws = self._frost.thaw(around.seconds)
        heat_w = self._heat_w(around, on and floor_c < FLOOR_AT_MOST_C, water_c, floor_c, conducts) * (1.0 - thaws)
        duty = pump.duty(heat_w, max(water_c, 20.0), outside.temperature_c, outside.temperature_c)
        self._frost.grow(duty.heat_w, pump.rated_w, outside.temperature_c, outside.humidity_ratio, around.seconds)
        # The water warms towards the balance of what comes in and what the floor takes: exact for a constant floor.
        settles = 1.0 - math.exp(-conducts * around.seconds / WATER_J_K)
        balance_c = floor_c + duty.heat_w / max(conducts, 1e-9)
        after_c = water_c + (balance_c - water_c) * settles
        self.stored_w = WATER_J_K * (after_c - water_c) / around.seconds
        self._water_c = after_c
        into_floor_w = duty.heat_w - self.stored_w
        pump_w = self.ratings["pump_w"] if on else 0.0
        melting_w = thaws * _DEFROST_LOAD * pump.rated_w / pump.rated_cop
        self.power_w = duty.electric_w + pump_w + melting_w
        self.source_w = duty.heat_w - duty.electric_w - melting_w
        self.values = {"water_c": round(after_c, 1), "defrosting": float(self._frost.thawing_s > 0.0)}
        self.acting = (Acting(room=self.room, floor_w=into_floor_w + pump_w),)

    def _heat_w(self, around: Around, on: bool, water_c: float, floor_c: float, conducts: float) -> float:
        """Return the heat that brings the water to its supply temperature by the end of the step."""
        if not on:
            return 0.0
        settles = 1.0 - math.exp(-conducts * around.seconds / WATER_J_K)
        balance_c = water_c + (self.setting("supply_temp_c") - water_c) / max(settles, 1e-9)
        return min(max(0.0, conducts * (balance_c - floor_c)), self._pump.capacity_w(around.outside.temperature_c))

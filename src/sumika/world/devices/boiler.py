"""A boiler and the radiators that it feeds (EN 442: heat follows the excess temperature to an exponent)."""

from collections.abc import Sequence

from sumika.schema.house import Device as Described
from sumika.schema.house import House
from sumika.world.devices.device import Around, SimulatedDevice
from sumika.world.exchange import Acting

RADIANT_SHARE = 0.3
"""Of a panel radiator with convectors; typical: 0.2 to 0.35 (EN 442 data sheets)."""

VALVE_BAND_K = 2.0
"""A thermostatic valve goes from shut to open over so much (EN 215)."""

WATER_W_K = 4186.0
_CONDENSES_BELOW_C, _GAINS_SHARE = 55.0, 0.08  # condensing wins up to about 8 % of the heat value


def radiator_w(at_50k_w: float, exponent: float, water_c: float, room_c: float) -> float:
    """Return the heat of a radiator (EN 442-2): its rating at 50 K times (excess / 50 K) to the exponent.

    Args:
        at_50k_w: Its rating.
        exponent: 1.2 to 1.4.
        water_c: Mean of the water in it.
        room_c: Of the room.
    """
    return float(at_50k_w * (max(0.0, water_c - room_c) / 50.0) ** exponent)


class Radiator(SimulatedDevice):
    """A radiator with a thermostatic valve; it draws no power."""

    def __init__(self, described: Described, house: House, seed: int, number: int) -> None:
        """Hang it under its window; its valve is open until it is told otherwise."""
        super().__init__(described, house, seed, number)
        self.panel.values["valve"] = 1.0
        self._off_k = float(self.random.normal(0.0, 0.3))
        self._lift = 0.0

    def wants_w(self, around: Around, supply_c: float) -> float:
        """Return the heat that it takes from water of a temperature, its valve as the room has it.

        The valve moves slowly (minutes), so that long steps do not swing.
        """
        place = around.index[self.room]
        room_c = float(around.rooms.air_temperature_c[place])
        goal = min(1.0, max(0.0, 0.5 + (self.setting("setpoint_c") - room_c - self._off_k) / VALVE_BAND_K))
        self._lift += (goal - self._lift) * min(0.4, around.seconds / 600.0)
        flow = min(self._lift, self.setting("valve"))
        # The less water flows, the cooler it leaves: about 10 K at full flow.
        full_w = radiator_w(self.ratings["heating_w_at_50k"], self.ratings["exponent"], supply_c - 5.0, room_c)
        return full_w * flow

    def act(self, around: Around) -> None:
        """Do nothing by itself: the boiler gives it heat."""
        self.values = {"lift": round(self._lift, 2)}

    def receive(self, heat_w: float) -> None:
        """Pass heat from the water on to the room."""
        self.values["heat_w"] = round(heat_w)
        if heat_w > 0.0:
            self.acting = (
                Acting(
                    room=self.room,
                    convective_w=(1.0 - RADIANT_SHARE) * heat_w,
                    radiant_w=RADIANT_SHARE * heat_w,
                ),
            )


class Boiler(SimulatedDevice):
    """A condensing gas boiler; steps after the radiators."""

    def __init__(self, described: Described, house: House, seed: int, number: int) -> None:
        """Hang it in its room."""
        super().__init__(described, house, seed, number)
        self.radiators: Sequence[Radiator] = ()
        self.heat_w = self.flue_w = 0.0

    def act(self, around: Around) -> None:
        """Feed the radiators for one step."""
        on, supply_c = self.setting("on") >= 0.5, self.setting("supply_temp_c")
        self.heat_w = self.flue_w = 0.0
        wanted = [radiator.wants_w(around, supply_c) if on else 0.0 for radiator in self.radiators]
        total_w = sum(wanted)
        able = min(1.0, self.ratings["heating_w"] / total_w) if total_w > 0.0 else 0.0
        for radiator, heat_w in zip(self.radiators, wanted, strict=True):
            radiator.receive(able * heat_w)
        self.heat_w = able * total_w
        least_w = self.ratings["least_part_load"] * self.ratings["heating_w"]
        runs_share = min(1.0, self.heat_w / least_w) if on else 0.0
        self.gas_w = self.heat_w / self.efficiency(supply_c - 10.0, runs_share) if self.heat_w > 0.0 else 0.0
        self.power_w = (self.ratings["power_w"] * (0.2 + 0.8 * runs_share)) if on else 3.0
        self.flue_w = self.gas_w - self.heat_w
        self.values = {"burns": runs_share, "supply_c": supply_c if on else 0.0}
        self.acting = (Acting(room=self.room, convective_w=self.power_w, sound_dba=35.0 if runs_share > 0 else 0.0),)

    def efficiency(self, return_c: float, runs_share: float) -> float:
        """Return heat per heat value: better where the return condenses the flue gas, worse where it starts often."""
        condenses = min(1.0, max(0.0, (_CONDENSES_BELOW_C - return_c) / 25.0))
        cycles = 1.0 - 0.04 * (1.0 - runs_share)
        return min(1.0, (self.ratings["efficiency"] + _GAINS_SHARE * condenses) * cycles)

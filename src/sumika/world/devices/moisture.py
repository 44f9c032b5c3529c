"""Humidifier and dehumidifier, each with a tank that somebody must fill or empty."""

from sumika.physics.psychrometrics import EVAPORATION_J_KG
from sumika.schema.house import Device as Described
from sumika.schema.house import House
from sumika.world.devices.device import Around, SimulatedDevice
from sumika.world.exchange import Acting

DEAD_BAND = 0.03
"""Of relative humidity, to either side; typical."""

_AIR_KG_M3 = 1.2
_SATURATES = 0.9  # where the air is damper than that, nothing evaporates any more


class _WithTank(SimulatedDevice):
    """What humidifier and dehumidifier share."""

    def __init__(self, described: Described, house: House, seed: int, number: int) -> None:
        super().__init__(described, house, seed, number)
        self.water_kg = 0.0
        self._runs = False
        self._sensor_off = float(self.random.normal(0.0, 0.02))

    def _relative(self, around: Around) -> float:
        return float(around.rooms.relative_humidity[around.index[self.room]]) + self._sensor_off

    def _tell(self, around: Around) -> None:
        self.values = {
            "water_l": round(self.water_kg, 2),
            "runs": float(self._runs),
            "relative_humidity": round(min(1.0, max(0.0, self._relative(around))), 2),
        }


class Humidifier(_WithTank):
    """Evaporates water over a wet filter: the air gives the heat for it."""

    def __init__(self, described: Described, house: House, seed: int, number: int) -> None:
        """Set it up, full."""
        super().__init__(described, house, seed, number)
        self.water_kg = self.ratings["tank_l"]

    def refuses(self, setting: str, value: float, now_s: float) -> str:
        """Refuse to start with an empty tank."""
        return "the tank is empty" if setting == "on" and value >= 0.5 and self.water_kg <= 0.0 else ""

    def tend(self) -> None:
        """Fill the tank."""
        super().tend()
        self.water_kg = self.ratings["tank_l"]

    def act(self, around: Around) -> None:
        """Evaporate for one step."""
        short = self.setting("humidity_setpoint") - self._relative(around)
        on = self.setting("on") >= 0.5 and self.water_kg > 0.0
        self._runs = on and short > (-DEAD_BAND if self._runs else DEAD_BAND)
        if self._runs:
            place = around.index[self.room]
            relative = float(around.rooms.relative_humidity[place])
            # Rated in air of 20 °C and 30 %: damper air takes less.
            share = min(1.2, max(0.0, (_SATURATES - relative) / (_SATURATES - 0.3)))
            # No more than brings the air half way to where it stops by the end of the step and a while.
            held_kg = _AIR_KG_M3 * float(around.volume_m3[place]) * float(around.rooms.humidity_ratio[place])
            room_kg = held_kg * max(0.0, _SATURATES / max(relative, 0.05) - 1.0)
            water_kg = min(self.ratings["water_g_h"] / 3.6e6 * share * around.seconds, self.water_kg, room_kg)
            self.water_kg -= water_kg
            self.power_w = self.ratings["power_w"]
            vapour = water_kg / around.seconds
            self.acting = (
                Acting(
                    room=self.room,
                    convective_w=self.power_w - vapour * EVAPORATION_J_KG,
                    vapour_kg_s=vapour,
                    sound_dba=35.0,
                ),
            )
        self._tell(around)


class Dehumidifier(_WithTank):
    """A compressor that condenses water out of the air; its heat stays in the room."""

    def refuses(self, setting: str, value: float, now_s: float) -> str:
        """Refuse to start with a full tank."""
        full = self.water_kg >= self.ratings["tank_l"]
        return "the tank is full" if setting == "on" and value >= 0.5 and full else ""

    def tend(self) -> None:
        """Empty the tank."""
        super().tend()
        self.water_kg = 0.0

    def act(self, around: Around) -> None:
        """Dry for one step."""
        damp = self._relative(around) - self.setting("humidity_setpoint")
        on = self.setting("on") >= 0.5 and self.water_kg < self.ratings["tank_l"]
        self._runs = on and damp > (-DEAD_BAND if self._runs else DEAD_BAND)
        if self._runs:
            place = around.index[self.room]
            air_c = float(around.rooms.air_temperature_c[place])
            # Rated at 27 °C and 60 %; in proportion to the vapour above what a coil of 5 °C leaves (5.4 g/kg).
            share = min(1.3, max(0.0, (float(around.rooms.humidity_ratio[place]) - 0.0054) / (0.0134 - 0.0054)))
            share *= 1.0 if air_c > 5.0 else 0.0
            held_kg = _AIR_KG_M3 * float(around.volume_m3[place]) * float(around.rooms.humidity_ratio[place])
            water_kg = min(
                self.ratings["water_g_h"] / 3.6e6 * share * around.seconds,
                self.ratings["tank_l"] - self.water_kg,
                0.5 * held_kg,
            )
            self.water_kg += water_kg
            self.power_w = self.ratings["power_w"]
            water = water_kg / around.seconds
            self.acting = (
                Acting(
                    room=self.room,
                    convective_w=self.power_w + water * EVAPORATION_J_KG,
                    vapour_kg_s=-water,
                    sound_dba=40.0,
                ),
            )
        self._tell(around)

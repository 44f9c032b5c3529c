"""Blinds and window openers with motors that take their time, and lights whose colour can be changed."""

from sumika.physics.light import mean_illuminance_lux, melanopic_ratio_led
from sumika.schema.house import Device as Described
from sumika.schema.house import House
from sumika.world.devices.device import Around, SimulatedDevice
from sumika.world.exchange import Acting

MOTOR_W = 60.0
"""While it moves; typical of tubular motors and window chains."""

STANDBY_W = 0.5


class _Motor(SimulatedDevice):
    """Something that a motor moves between 0 and 1.

    Attributes:
        at: Where it is, as a mean over the last step.
    """

    moves = "open"

    def __init__(self, described: Described, house: House, seed: int, number: int) -> None:
        super().__init__(described, house, seed, number)
        self._now = self.at = 0.0
        self._still = (Acting(room=self.room, convective_w=STANDBY_W),)

    def act(self, around: Around) -> None:
        """Move for one step."""
        goal, begin = self.setting(self.moves), self._now
        if goal == begin:
            self.at, self.power_w, self.acting = begin, STANDBY_W, self._still
            self.values = {self.moves: begin, "moving": 0.0}
            return
        travel_s = abs(goal - begin) * self.ratings["travel_s"]
        moving_s = min(travel_s, around.seconds)
        part = 1.0 if travel_s <= 0.0 else moving_s / travel_s
        self._now = goal if part >= 1.0 else begin + (goal - begin) * part
        moved = moving_s / around.seconds
        self.at = moved * 0.5 * (begin + self._now) + (1.0 - moved) * self._now
        self.power_w = STANDBY_W + MOTOR_W * moved
        self.values = {self.moves: round(self._now, 2), "moving": float(part < 1.0)}
        # The motor's heat stays in the room.
        self.acting = (Acting(room=self.room, convective_w=self.power_w, sound_dba=45.0 if moved > 0.5 else 0.0),)

    def rest(self, around: Around) -> None:
        """Stay where it is."""
        super().rest(around)
        self.at = self._now


class Blind(_Motor):
    """A blind or a shutter before a window."""

    moves = "closed"

    @property
    def transmits(self) -> float:
        """Share of the sun that passes where it covers: more with its slats open."""
        shut = self.ratings["shut_transmits"]
        return shut + (1.0 - shut) * 0.6 * self.setting("slat")

    @property
    def outside(self) -> bool:
        """Whether it hangs outside."""
        return self.ratings["outside"] >= 0.5


class WindowOpener(_Motor):
    """A motor that opens a window."""


class Light(SimulatedDevice):
    """A lamp of LEDs."""

    _lit: tuple[float, float, float] = (-1.0, 0.0, 0.0)
    _shining: tuple[Acting, ...] = ()

    def act(self, around: Around) -> None:
        """Shine for one step."""
        level, colour_k = self.setting("level"), self.setting("colour_temperature_k")
        if (level, colour_k) == self._lit[:2]:
            self.power_w, self.acting = self._lit[2], self._shining
            return
        plate = self.ratings
        self.power_w = plate["standby_w"] + level * plate["luminous_flux_lm"] / plate["efficacy_lm_w"]
        lux = mean_illuminance_lux(
            level * plate["luminous_flux_lm"], float(around.floor_area_m2[around.index[self.room]])
        )
        # All light becomes heat where it is absorbed: it counts as radiant, the lamp's own warmth as convective.
        shines_w = 0.35 * (self.power_w - plate["standby_w"])
        # At the eye, across the room, about 0.6 of what falls on the table; typical of diffuse rooms.
        melanopic = 0.6 * lux * melanopic_ratio_led(colour_k)
        self.acting = (
            Acting(
                room=self.room,
                convective_w=self.power_w - shines_w,
                radiant_w=shines_w,
                light_lux=lux,
                light_melanopic_lux=melanopic,
            ),
        )
        self._lit, self._shining = (level, colour_k, self.power_w), self.acting

"""What stands in a room, draws power and leaves its heat there: air purifier, television, appliances."""

from sumika.schema.house import Device as Described
from sumika.schema.house import House
from sumika.world.devices.device import Around, SimulatedDevice
from sumika.world.exchange import Acting

_LEVEL_SHARE = (0.0, 0.3, 0.6, 1.0)
_LEVEL_DBA = (0.0, 22.0, 36.0, 50.0)

CLOGGED_SHARE = 0.5
"""Of the new filter's clean air, that is left at the end of its life: makers change it there (JEM 1467)."""


class AirPurifier(SimulatedDevice):
    """A filter with a fan."""

    def __init__(self, described: Described, house: House, seed: int, number: int) -> None:
        """Set it up with a filter that is some months old."""
        super().__init__(described, house, seed, number)
        self.used_h = float(self.random.uniform(0.0, 0.3)) * self.ratings["filter_h"]

    def tend(self) -> None:
        """Change the filter."""
        super().tend()
        self.used_h = 0.0

    def clean_air_m3_h(self, level: int) -> float:
        """Return the clean air that a level gives with the filter as it is."""
        left: float = CLOGGED_SHARE ** (self.used_h / self.ratings["filter_h"])
        return self.ratings["clean_air_m3_h"] * _LEVEL_SHARE[level] * left

    def act(self, around: Around) -> None:
        """Filter for one step; what it draws stays in the room as heat."""
        level = int(self.setting("level"))
        share = _LEVEL_SHARE[level]
        self.values = {"filter_left": round(max(0.0, 1.0 - self.used_h / self.ratings["filter_h"]), 3)}
        if level == 0:
            return
        self.used_h += share * around.seconds / 3600.0
        self.power_w = self.ratings["power_w"] * (0.05 + 0.95 * share**2.5)
        clean_m3_s = self.clean_air_m3_h(level) / 3600.0
        self.acting = (
            Acting(
                room=self.room,
                convective_w=self.power_w,
                clean_air_m3_s=clean_m3_s,
                sound_dba=_LEVEL_DBA[level],
            ),
        )


class Television(SimulatedDevice):
    """A television."""

    _was: bool | None = None
    _does: tuple[Acting, ...] = ()

    def act(self, around: Around) -> None:
        """Shine and talk for one step."""
        on = self.setting("on") >= 0.5
        self.power_w = self.ratings["power_w"] if on else self.ratings["standby_w"]
        if self._was == on:
            self.acting = self._does
            return
        self._was = on
        self.acting = self._does = (
            Acting(
                room=self.room,
                convective_w=0.6 * self.power_w,
                radiant_w=0.4 * self.power_w,
                light_lux=5.0 if on else 0.0,
                light_melanopic_lux=5.0 if on else 0.0,
                sound_dba=55.0 if on else 0.0,
            ),
        )


class Appliance(SimulatedDevice):
    """A machine that runs its programme once and stops by itself.

    Attributes:
        loaded: Whether it waits to be started.
    """

    def __init__(self, described: Described, house: House, seed: int, number: int) -> None:
        """Plug it in."""
        super().__init__(described, house, seed, number)
        self._left_s = 0.0
        self._was_on = False
        self.loaded = False
        self._tells = house.world is not None and house.world.machines_wait

    def start_by_hand(self) -> None:
        """Start it at its own button."""
        self.panel.values["on"] = 1.0

    def act(self, around: Around) -> None:
        """Run for one step."""
        on = self.setting("on") >= 0.5
        if on and not self._was_on:
            self._left_s = self.ratings["run_s"]
            self.loaded = False
        share = min(1.0, self._left_s / around.seconds) if on else 0.0
        self._left_s = max(0.0, self._left_s - around.seconds) if on else 0.0
        if on and self._left_s <= 0.0:
            self.panel.values["on"], on = 0.0, False
        self._was_on = on
        self.power_w = share * self.ratings["power_w"] + (1.0 - share) * self.ratings["standby_w"]
        self.values = {"left_s": round(self._left_s)}
        if self._tells:
            self.values["waiting"] = float(self.loaded)
        self.acting = (Acting(room=self.room, convective_w=self.power_w, sound_dba=48.0 if share > 0.0 else 0.0),)

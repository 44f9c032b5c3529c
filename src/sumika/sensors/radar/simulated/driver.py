"""Frames of a radar that looks into the simulated house, in real time.

Every radar lives in a process of its own, as real ones do, and each process makes the same people from the same seed:
what one resident does in a minute depends on the seed and on that minute alone. So the radars of one house see the same
people without a word between them, and one that is killed and started again finds them where they are by then.
"""

import math
from collections.abc import Mapping

from sumika.clock import Clock
from sumika.schema import Frame, Origin, RadarDescription, UsageError
from sumika.schema.house import Radar
from sumika.sensors.radar.simulated.house import SimulatedHouse
from sumika.sensors.radar.simulated.hung import HungRadar
from sumika.units import ns_to_seconds
from sumika.world.doors import Doors
from sumika.world.exchange import Doing
from sumika.world.residents import Household
from sumika.world.start import start_of

STRETCH_S = 60.0
"""People are made minute by minute."""

_LATE_FRAMES = 1.0
_HOPELESS_FRAMES = 10.0
"""Who is so far behind leaves frames out, rather than tell for ever what was so long ago."""


class WorldRadar:
    """A radar of the simulated house. It never ends."""

    def __init__(self, radar: Radar, simulated: SimulatedHouse, clock: Clock) -> None:
        """Find out who lives there, and what is in sight.

        Args:
            radar: As in house.yaml.
            simulated: The house, and when it began.
            clock: Tells how late it is.

        Raises:
            SumikaError: if the house cannot be simulated.
        """
        house = simulated.house
        settings = house.world
        if settings is None:
            raise UsageError(
                f"radar {radar.id} looks into a simulated house, and none is described",
                where="house.yaml",
                remedy="Add world: { seed: 1, start: 2026-01-20T18:30 }",
            )
        self._clock, self._began = clock, simulated.began
        self._hung = HungRadar(house, radar, simulated.began)
        self._residents = tuple(resident.id for resident in house.residents)
        self._household = Household.of(house, settings.seed, start_of(house))
        self._doors = Doors(house)
        self._index = self._hung.first_after(self._now_s())
        self._session = f"world#{self._index + 1}"
        self._made_until_s = math.floor(self._hung.time_s(self._index) / STRETCH_S) * STRETCH_S
        self._refused: dict[str, int] = {}
        self._closed = False

    @property
    def description(self) -> RadarDescription:
        """The simulated radar."""
        return self._hung.description

    @property
    def origin(self) -> Origin:
        """Always simulated."""
        return Origin.SIMULATED

    @property
    def max_frame_bytes(self) -> int:
        """Size of every frame."""
        return self._hung.frame_bytes

    @property
    def refused(self) -> Mapping[str, int]:
        """How many frames came late, and how many were left out because it was too late for them."""
        return self._refused

    def next_frame(self) -> Frame | None:
        """Return the next frame; None after `close` only."""
        if self._closed:
            return None
        self._keep_up()
        index, view = self._index, self._hung.view
        while self._made_until_s < self._hung.time_s(index) + self._hung.interval_s:
            self._household.advance(self._made_until_s + STRETCH_S)
            view.add(self._household.stretches(self._made_until_s, STRETCH_S))
            view.open_doors(self._doors.open_shares(self._doing()))
            self._made_until_s += STRETCH_S
        self._index += 1
        return self._hung.frame(index, self._session)

    def close(self) -> None:
        """End it."""
        self._closed = True

    def _doing(self) -> dict[str, Doing]:
        return {name: self._household.doing(name, self._made_until_s) for name in self._residents}

    def _now_s(self) -> float:
        return ns_to_seconds(self._clock.now().monotonic_ns - self._began.monotonic_ns)

    def _keep_up(self) -> None:
        """Count a frame that can only come late; leave frames out where it is hopeless."""
        late_frames = (self._now_s() - self._hung.time_s(self._index)) / self._hung.interval_s
        if late_frames > _LATE_FRAMES:
            self._count("late", 1)
        if late_frames > _HOPELESS_FRAMES:
            self._count("left_out", math.floor(late_frames))
            self._index += math.floor(late_frames)

    def _count(self, what: str, frames: int) -> None:
        self._refused[what] = self._refused.get(what, 0) + frames

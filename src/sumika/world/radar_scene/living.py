"""A simulated house as one of its radars sees it, for ever: frames of whoever lives there, minute after minute."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.schema import RADAR_MODELS, RadarDescription, SumikaError, TrueBody
from sumika.schema.house import House, Radar, Room
from sumika.world.exchange import Stretch
from sumika.world.radar_scene.interference import Interferer
from sumika.world.radar_scene.living_bodies import LivingBodies
from sumika.world.radar_scene.living_rooms import clutter_of, mirrors_of, movers_of
from sumika.world.radar_scene.living_sight import LivingSight, sight_of
from sumika.world.radar_scene.movers import Dropped
from sumika.world.radar_scene.render import View
from sumika.world.radar_scene.rooms import lighter
from sumika.world.radar_scene.scene import Scene
from sumika.world.radar_scene.sight import stand_of

_CLOCK_PPM = 10.0
"""Of quartz crystals against each other (typical)."""
_CHIRPS, _SAMPLES, _FRAMES_PER_S, _FAR_M = 32, 96, 10.0, 6.0


def living_waveform(model: str) -> RadarDescription:
    """Return a radar of a simulated house: 32 chirps of 96 samples, 6 m, 10 frames a second.

    Raises:
        SumikaError: if no radar of that name is known.
    """
    description = RADAR_MODELS.get(model)
    if description is None:
        known = ", ".join(sorted(RADAR_MODELS))
        raise SumikaError(f"no radar {model} is known", where="house.yaml", remedy=f"Choose one of {known}")
    light = lighter(description, _CHIRPS, _SAMPLES, _FAR_M)
    return msgspec.structs.replace(light, frame_interval_s=1.0 / _FRAMES_PER_S)


class LivingView:
    """One radar's view of the simulated house."""

    def __init__(self, view: View, bodies: LivingBodies, sight: LivingSight) -> None:
        """Put the parts together; `of` makes them."""
        self._view, self._bodies, self._sight = view, bodies, sight
        self._last_s = -math.inf
        self._dropped: list[Dropped] = []

    @classmethod
    def of(cls, house: House, radar: Radar, description: RadarDescription, seed: int) -> "LivingView":
        """Hang up a radar; what stands still is worked out once.

        Args:
            house: With rooms, furniture, doors and residents.
            radar: Where it hangs.
            description: What it sends, and its antennas.
            seed: Of the house: radars of one house see the same people, clutter and walls, each with noise of its own.

        Raises:
            SumikaError: if the radar hangs in no room of the house.
        """
        room = _room_of(house, radar)
        sight = sight_of(house, stand_of(radar).place_m, room)
        scene = Scene(
            rooms=house.rooms,
            radars=(radar,),
            descriptions={radar.id: description},
            seconds=math.inf,
            seed=seed,
            movers=movers_of(house, room, seed),
            clutter=clutter_of(house, room, seed),
            mirrors=mirrors_of(house, room, seed),
            interferers=_others(house, radar, sight, seed),
        )
        number = next((index for index, other in enumerate(house.radars) if other.id == radar.id), len(house.radars))
        noise = np.random.SeedSequence((seed, 42, number))
        view = View.of(scene, radar, noise, interleaved=False, shadow=sight.shares)
        return cls(view, LivingBodies(house, seed), sight)

    @property
    def description(self) -> RadarDescription:
        """What the radar sends, and its antennas."""
        return self._view.description

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of every frame: (chirp, antenna, sample), or (sweep, antenna, range bin) of a range-only radar."""
        return self._view.shape

    @property
    def dtype(self) -> str:
        """NumPy's name of a frame's numbers."""
        chirp = self.description.chirp
        return "complex64" if chirp is None or chirp.complex_samples else "uint16"

    @property
    def end_s(self) -> float:
        """Until when frames can be had."""
        return self._bodies.end_s

    def add(self, stretches: Iterable[Stretch]) -> None:
        """Take what everybody does next; each body goes on where its last stretch ended, or appears.

        Raises:
            ValueError: if a stretch begins before the last one of its body ends.
        """
        told = tuple(stretches)
        self._bodies.add(told)
        for drop in (drop for stretch in told for drop in stretch.drops):
            self.drop(drop.at_s, drop.place_m, drop.from_m)

    def open_doors(self, shares: Mapping[str, float]) -> None:
        """Say how far doors stand open, 0 to 1, by their id; those that are absent are open."""
        self._sight.open_shares = dict(shares)

    def drop(self, at_s: float, place_m: tuple[float, float], from_m: float = 0.9) -> None:
        """Let something fall to the floor: a cup, a book.

        Args:
            at_s: When it is let go, on the world's clock.
            place_m: Where, on the floor plan.
            from_m: How high.
        """
        self._dropped = [one for one in self._dropped if one.rests_s > self._last_s]
        self._dropped.append(Dropped(at_s=at_s, place_m=place_m, from_m=from_m))

    def frame(self, time_s: float) -> NDArray[Any]:
        """Return the samples of a frame: (chirp, antenna, sample), or (sweep, antenna, range bin).

        Args:
            time_s: When it begins, on the world's clock; never before the last one asked for.

        Returns:
            As the driver of such a radar gives them: complex64 of whole numbers, or uint16; an array of the receiver's
            own, which no later frame changes.

        Raises:
            ValueError: if the time is before the last frame's, or after the end of the stretches.
        """
        if time_s < self._last_s:
            raise ValueError(f"a frame of {time_s} s is asked for after one of {self._last_s} s")
        if time_s >= self.end_s:
            raise ValueError(f"a frame of {time_s} s is asked for, and stretches reach to {self.end_s} s")
        self._last_s = time_s
        self._bodies.forget_before(time_s)
        view = self._view
        here = self._bodies.on_storey(time_s, view.room.storey)
        people = [body for body in here if body.shape.kind == "person"]
        low = [body for body in here if body.shape.kind != "person"]
        middle_s = time_s + view.duration_s / 2
        self._sight.bodies_m = tuple(body.points(middle_s) for body in people)
        falling = [one for one in self._dropped if one.at_s <= middle_s < one.rests_s + view.duration_s]
        return view.take_of(people, (*low, *falling, *view.scene.movers), time_s)

    def truth_at(self, time_s: float, stamp: Instant) -> tuple[TrueBody, ...]:
        """Return where everybody really is; `LivingBodies` tells the same without any radar.

        Args:
            time_s: On the world's clock.
            stamp: The same moment for those who read it.
        """
        return self._bodies.truth_at(time_s, stamp)


def _others(house: House, radar: Radar, sight: LivingSight, seed: int) -> tuple[Interferer, ...]:
    """Return the other radars of a house, which send when they like, each by a clock of its own."""
    found = list[Interferer]()
    for number, other in enumerate(house.radars):
        if other.id == radar.id or other.model not in RADAR_MODELS:
            continue
        random = np.random.Generator(np.random.SFC64((seed, 47, number)))
        description = living_waveform(other.model)
        share = max(sight.wall_share(stand_of(other).place_m), 1e-9)
        found.append(
            Interferer(
                radar=other,
                description=description,
                begins_s=float(random.uniform(0.0, description.frame_interval_s)),
                fast_ppm=float(random.normal(0.0, _CLOCK_PPM)),
                loss_db=-10.0 * math.log10(share),  # one way of two
            )
        )
    return tuple(found)


def _room_of(house: House, radar: Radar) -> Room:
    for room in house.rooms:
        if room.id == radar.room:
            return room
    raise SumikaError(
        f"radar {radar.id} hangs in {radar.room}, and the house has no such room",
        where="house.yaml",
        remedy=f"Choose one of {', '.join(room.id for room in house.rooms)}",
    )

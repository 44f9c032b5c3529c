"""What one radar of a scene sees: every moving point of a frame, on every way that its echo takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sumika.schema import ChirpProfile, RadarDescription
from sumika.schema.house import Radar, Room
from sumika.world.radar_scene.body import CHEST_PARTS, Bodily
from sumika.world.radar_scene.converter import Converter
from sumika.world.radar_scene.echo import (
    Chirps,
    Motion,
    add_points,
    add_to_range_frame,
    empty_cube,
    frame_duration_s,
)
from sumika.world.radar_scene.interference import Interference
from sumika.world.radar_scene.link_budget import LinkBudget, fill_amplitudes, link_of
from sumika.world.radar_scene.movers import Mover
from sumika.world.radar_scene.sight import Stand, in_sight, middle_of, stand_of
from sumika.world.radar_scene.ways import Ways

if TYPE_CHECKING:
    from sumika.world.radar_scene.scene import Scene

Array = NDArray[np.float64]
Places = Callable[[float], Array]
"""Where points are at a time: (point, 3) in house coordinates."""
Shadow = Callable[[Array], "Array | float"]
"""By how much what lies in between shrinks the amplitudes of a body's (part, 3) parts."""

_PULSE_WIDTH_M = 0.14
"""Envelope of Acconeer's profile 3, full width at half maximum (A121 handbook, "Profiles")."""

_FAINT = 2e-3
"""Echoes below this share of one sample's noise stay under it in any frame: they are left out."""

_SEEN_IN_MIRRORS = 0.3
"""Whom a wall hides, at a smaller share of the amplitude than this, is not seen in the mirrors of this room either."""

_STRONGEST_STILL = 0.1
"""No still echo fills more of the converter than this: boards are set up so that they do not saturate."""

_LEAKAGE_M, _LEAKAGE = 0.06, 0.05
"""Where the transmitter's leakage into the receivers lies, and how much of the converter it fills."""

_NO_MIRRORS = np.zeros(0, np.intp)


@dataclass(slots=True)
class View:
    """One radar's view of a scene.

    Attributes:
        scene: The scene.
        description: Waveform and antennas.
        room: In which it hangs.
        ways: That echoes take to it.
        link: Its link budget.
        converter: The receiver's last steps; None of a range-only radar.
        random: Where a range-only radar's noise comes from.
        duration_s: How long its chirps last.
        shadow: What lies in between; None: the walls of the radar's room and the scene's doorways.
        interference: What other radars do to this one; None: nothing.
    """

    scene: "Scene"
    description: RadarDescription
    room: Room
    ways: Ways
    link: LinkBudget
    converter: Converter | None
    random: np.random.Generator
    duration_s: float
    shadow: Shadow | None = None
    interference: Interference | None = None
    _chirps: Chirps | None = None
    _cube: NDArray[np.complex64] = field(default_factory=lambda: np.zeros((0, 0, 0), np.complex64))

    @classmethod
    def of(
        cls,
        scene: "Scene",
        radar: Radar,
        seed: np.random.SeedSequence,
        *,
        interleaved: bool,
        shadow: Shadow | None = None,
    ) -> "View":
        """Set up the view of one radar; what stands still is worked out once."""
        description = scene.descriptions[radar.id]
        room = next(room for room in scene.rooms if room.id == radar.room)
        link = scene.links.get(radar.id, link_of(description))
        random = np.random.Generator(np.random.SFC64(seed))
        faint, chest = _FAINT * link.noise_counts, int(CHEST_PARTS.sum())
        ways = Ways(stand_of(radar), link.beam(description), faint, scene.mirrors, chest)
        view = cls(scene, description, room, ways, link, None, random, frame_duration_s(description), shadow)
        if description.chirp is not None:
            view._chirps = Chirps.of(description)
            view._cube = empty_cube(description)
            # Chance of its own, so that a scene's noise is the same with interferers as without.
            chance = np.random.Generator(np.random.SFC64(np.random.SeedSequence((scene.seed, 46))))
            view.interference = Interference.of(radar, description, link, scene.interferers, chance)
            still, leak = view._still(description.chirp), view._leak(description.chirp)
            view.converter = Converter(description.chirp, link, random, still, leak, interleaved)
        return view

    @property
    def stand(self) -> Stand:
        """The radar's place and axes."""
        return self.ways.stand

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of every frame: (chirp, antenna, sample), or (sweep, antenna, range bin)."""
        grid = self.description.range_grid
        if self.converter is None and grid is not None:
            return 1, 1, grid.bins
        chirps, antennas, samples = self._cube.shape
        return chirps, antennas, samples

    def take(self, time_s: float) -> NDArray[Any]:
        """Return the samples of a frame that begins at a time."""
        return self.take_of(self.scene.people, (*self.scene.animals, *self.scene.movers), time_s)

    def take_of(self, people: Sequence[Bodily], others: Sequence[Mover], time_s: float) -> NDArray[Any]:
        """Return the samples of a frame that begins at a time, of some bodies and movers.

        Args:
            people: Everybody who may be seen.
            others: What moves otherwise.
            time_s: When.
        """
        if self.converter is None:
            return self._take_range(people, others, time_s)
        self._cube[:] = 0
        for person in people:
            self._add_person(person, time_s)
        for mover in others:
            self._add_simple(mover, time_s)
        if self.interference is not None:
            self.interference.disturb(self._cube, time_s)
        return self.converter.convert(self._cube)

    def _take_range(self, people: Sequence[Bodily], others: Sequence[Mover], time_s: float) -> NDArray[np.complex64]:
        grid = self.description.range_grid
        if grid is None:
            raise ValueError("a radar gives either converter samples or range frames")
        iq = np.zeros((1, 1, grid.bins), np.complex64)
        clutter, duration = self.scene.clutter, self.duration_s
        still = self.stand.to_sensor(clutter.places_m)
        zero = np.zeros_like(still)
        sizes = self._sizes(still, clutter.cross_sections_m2) * clutter.phases
        add_to_range_frame(iq, self.description, Motion(still, zero, zero), sizes, _PULSE_WIDTH_M)
        for person in people:
            places, areas = self._seen(person), person.cross_sections_m2() * person.gains(time_s)
            motion, middle = self._motion(places, time_s, duration)
            sizes = self._sizes(middle, areas) * person.phases() * self._shadow_on(places(time_s + duration / 2))
            add_to_range_frame(iq, self.description, motion, sizes, _PULSE_WIDTH_M)
        for mover in others:
            motion, middle = self._motion(mover.points, time_s, duration)
            size = self._sizes(middle, mover.cross_sections_m2())
            add_to_range_frame(iq, self.description, motion, size, _PULSE_WIDTH_M)
        noise = self.random.standard_normal((2, *iq.shape), dtype=np.float32) * (self.link.noise_counts / np.sqrt(2.0))
        iq += noise[0] + 1j * noise[1]
        return iq

    def _still(self, chirp: ChirpProfile) -> NDArray[np.complex64]:
        """Return (virtual antenna, sample): a single chirp's echoes of all that stands still."""
        clutter = self.scene.clutter
        cube = np.zeros((1, *self._cube.shape[1:]), np.complex64)
        seen = self.stand.to_sensor(clutter.places_m)
        strongest = _STRONGEST_STILL * chirp.full_scale / (1 if chirp.complex_samples else 2)
        sizes = np.minimum(self._sizes(seen, clutter.cross_sections_m2), strongest) * clutter.phases
        sizes = sizes * [float(np.mean(self._shadow_on(place[np.newaxis]))) for place in clutter.places_m]
        zero = np.zeros_like(seen)
        add_points(cube, self.description, Motion(seen, zero, zero), sizes)
        still: NDArray[np.complex64] = cube[0]
        return still

    def _leak(self, chirp: ChirpProfile) -> NDArray[np.complex64]:
        """Return (virtual antenna, sample) of the transmitters' leakage into the receivers."""
        cube = np.zeros((1, *self._cube.shape[1:]), np.complex64)
        place = np.array([[0.0, _LEAKAGE_M, 0.0]])
        full = chirp.full_scale / (1 if chirp.complex_samples else 2)
        add_points(cube, self.description, Motion(place, 0 * place, 0 * place), np.array([_LEAKAGE * full]))
        leak: NDArray[np.complex64] = cube[0]
        return leak

    def _seen(self, person: Bodily) -> Places:
        return lambda time_s: person.points(time_s, self.stand.place_m)

    def _motion(self, places: Places, time_s: float, duration_s: float) -> tuple[Motion, Array]:
        """Return how points move in the sensor's coordinates, and where they are in the middle."""
        start, middle, end = (self.stand.to_sensor(places(time_s + share * duration_s)) for share in (0.0, 0.5, 1.0))
        return Motion.through(start, middle, end, duration_s), middle

    def _sizes(self, seen_m: Array, cross_sections_m2: Array) -> Array:
        """Return (point,) amplitudes in counts; the receiver's low-pass takes what lies beyond the last range bin."""
        sizes = np.empty(len(seen_m))
        fill_amplitudes(seen_m, cross_sections_m2, self.ways.beam, sizes)
        return sizes

    def _add(
        self,
        cube: NDArray[np.complex64],
        places_m: Array,
        areas_m2: Array,
        turns: NDArray[np.complex128],
        by_mirrors: NDArray[np.intp] = _NO_MIRRORS,
    ) -> None:
        """Add the echoes of a body to the chirps of a frame, or to a part of them.

        Args:
            cube: (chirp, antenna, sample).
            places_m: (moment, part, 3) at the beginning, middle and end of these chirps, in house coordinates.
            areas_m2: (part,).
            turns: (part,) what its amplitudes are multiplied with.
            by_mirrors: Numbers of the mirrors in which it is seen too.
        """
        if self._chirps is None:
            raise ValueError("this radar gives no converter samples")
        duration_s = self.duration_s * len(cube) / len(self._cube)
        echoes = self.ways.of(places_m, areas_m2, turns, duration_s, by_mirrors)
        if len(echoes.amplitude):
            self._chirps.add(cube, echoes.out, echoes.back, echoes.amplitude, echoes.ends)

    def _add_simple(self, mover: Mover, time_s: float) -> None:
        """Add what is seen by the direct way alone, in as many stretches as a parabola can follow."""
        chirps = len(self._cube)
        chirp_s = self.duration_s / chirps
        stretch = max(1, min(chirps, int(mover.parabola_s / chirp_s)))
        areas = mover.cross_sections_m2()
        turns = np.ones(len(areas), np.complex128) * self._shadow_on(mover.points(time_s))
        for first in range(0, chirps, stretch):
            count = min(stretch, chirps - first)
            places = _at_three(mover.points, time_s + first * chirp_s, count * chirp_s)
            self._add(self._cube[first : first + count], places, areas, turns)

    def _shadow_on(self, places_m: Array) -> Array | float:
        if self.shadow is not None:
            return self.shadow(places_m)
        seen = in_sight(self.stand.place_m, middle_of(places_m), self.room, self.scene.doorways)
        return 1.0 if seen else float(10 ** (-self.scene.wall_loss_db / 20))

    def _add_person(self, person: Bodily, time_s: float) -> None:
        places, middle_s = _at_three(self._seen(person), time_s, self.duration_s), time_s + 0.5 * self.duration_s
        shadow = self._shadow_on(places[1])
        by_mirrors = _NO_MIRRORS
        if np.max(shadow) >= _SEEN_IN_MIRRORS:
            by_mirrors = self.ways.seen_mirrors(middle_of(places[1]))
        areas = person.cross_sections_m2() * person.gains(middle_s)
        self._add(self._cube, places, areas, person.phases() * shadow, by_mirrors)


def _at_three(places: Places, time_s: float, duration_s: float) -> Array:
    """Return (moment, point, 3): where points are at the beginning, in the middle and at the end of a while."""
    return np.stack([places(time_s + share * duration_s) for share in (0.0, 0.5, 1.0)])

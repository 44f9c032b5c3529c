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
    Motion,
    add_points,
    add_to_range_frame,
    empty_cube,
    frame_duration_s,
)
from sumika.world.radar_scene.interference import Interference
from sumika.world.radar_scene.link_budget import LinkBudget, link_of
from sumika.world.radar_scene.mirror import FloorMirror, Mirror
from sumika.world.radar_scene.movers import Mover
from sumika.world.radar_scene.sight import Stand, in_sight, stand_of

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


@dataclass(slots=True)
class View:
    """One radar's view of a scene.

    Attributes:
        scene: The scene.
        description: Waveform and antennas.
        room: In which it hangs.
        stand: Its place and axes.
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
    stand: Stand
    link: LinkBudget
    converter: Converter | None
    random: np.random.Generator
    duration_s: float
    shadow: Shadow | None = None
    interference: Interference | None = None
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
        view = cls(scene, description, room, stand_of(radar), link, None, random, frame_duration_s(description), shadow)
        if description.chirp is not None:
            view._cube = empty_cube(description)
            # Chance of its own, so that a scene's noise is the same with interferers as without.
            chance = np.random.Generator(np.random.SFC64(np.random.SeedSequence((scene.seed, 46))))
            view.interference = Interference.of(radar, description, link, scene.interferers, chance)
            still, leak = view._still(description.chirp), view._leak(description.chirp)
            view.converter = Converter(description.chirp, link, random, still, leak, interleaved)
        return view

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
            self._add_simple(mover.points, mover.cross_sections_m2(), time_s, mover.parabola_s)
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
        sizes = self.link.amplitudes(self.description, seen_m, cross_sections_m2)
        chirp = self.description.chirp
        if chirp is None:
            return sizes
        share = np.sqrt((seen_m**2).sum(axis=1)) / chirp.max_range_m
        taper: Array = np.clip((1.0 - share) / 0.05, 0.0, 1.0)
        return sizes * taper

    def _add(
        self, motion: Motion, sizes: NDArray[Any], back: Motion | None = None, first: int = 0, count: int = 0
    ) -> None:
        loud = np.abs(sizes) > _FAINT * self.link.noise_counts
        if not loud.any():
            return
        part = self._cube[first : first + count] if count else self._cube
        add_points(part, self.description, motion.of(loud), sizes[loud], None if back is None else back.of(loud))

    def _add_simple(self, places: Places, cross_sections_m2: Array, time_s: float, parabola_s: float) -> None:
        """Add points by the direct way, in as many stretches as a parabola can follow."""
        chirps = len(self._cube)
        chirp_s = self.duration_s / chirps
        stretch = max(1, min(chirps, int(parabola_s / chirp_s)))
        loss = self._shadow_on(places(time_s))
        for first in range(0, chirps, stretch):
            count = min(stretch, chirps - first)
            motion, middle = self._motion(places, time_s + first * chirp_s, count * chirp_s)
            self._add(motion, self._sizes(middle, cross_sections_m2) * loss, first=first, count=count)

    def _shadow_on(self, places_m: Array) -> Array | float:
        if self.shadow is not None:
            return self.shadow(places_m)
        seen = in_sight(self.stand.place_m, places_m.mean(axis=0), self.room, self.scene.doorways)
        return 1.0 if seen else float(10 ** (-self.scene.wall_loss_db / 20))

    def _add_person(self, person: Bodily, time_s: float) -> None:
        times_s = [time_s + share * self.duration_s for share in (0.0, 0.5, 1.0)]
        start, middle, end = (person.points(moment, self.stand.place_m) for moment in times_s)
        cross_sections = person.cross_sections_m2() * person.gains(times_s[1])
        seen = [self.stand.to_sensor(places) for places in (start, middle, end)]
        motion = Motion.through(seen[0], seen[1], seen[2], self.duration_s)
        shadow = self._shadow_on(middle)
        sizes = self._sizes(seen[1], cross_sections) * person.phases() * shadow
        self._add(motion, sizes)
        if np.max(shadow) < _SEEN_IN_MIRRORS:
            return
        for mirror in self.scene.mirrors:
            if mirror.shows(self.stand.place_m, mirror.image(middle.mean(axis=0))):
                self._add_image(mirror, (start, middle, end), motion, sizes, cross_sections)

    def _add_image(
        self, mirror: Mirror, places: tuple[Array, Array, Array], direct: Motion, sizes: NDArray[Any], areas: Array
    ) -> None:
        """Add the mirror image of the chest (two bounces), and the two mixed ways of its strongest part (one)."""
        start, middle, end = (self.stand.to_sensor(mirror.image(part[CHEST_PARTS])) for part in places)
        image = Motion.through(start, middle, end, self.duration_s)
        turned = np.exp(1j * np.angle(sizes[CHEST_PARTS]))
        # The rest of the body is seen in the mirror too: its cross-section goes to these few points.
        whole = areas[CHEST_PARTS] * (areas.sum() / areas[CHEST_PARTS].sum())
        seen = self._sizes(middle, whole) * turned
        bounce = 10 ** (-mirror.loss_db / 40)
        if not isinstance(mirror, FloorMirror):
            self._add(image, seen * bounce**2)
        strongest = np.arange(len(turned)) == int(np.abs(seen).argmax())
        body = direct.of(CHEST_PARTS)
        mixed = np.sqrt(np.abs(seen) * np.abs(sizes[CHEST_PARTS])) * turned * bounce
        self._add(body.of(strongest), mixed[strongest], image.of(strongest))
        self._add(image.of(strongest), mixed[strongest], body.of(strongest))

"""A whole scene as data, and the frames that its radars take of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from sumika.schema import RadarDescription
from sumika.schema.house import Radar, Room
from sumika.world.radar_scene.body import Person
from sumika.world.radar_scene.clutter import Clutter, no_clutter
from sumika.world.radar_scene.interference import Interferer
from sumika.world.radar_scene.link_budget import LinkBudget
from sumika.world.radar_scene.mirror import Mirror
from sumika.world.radar_scene.movers import LowBody, Mover
from sumika.world.radar_scene.render import View
from sumika.world.radar_scene.sight import Segment
from sumika.world.radar_scene.tell import Teller
from sumika.world.radar_scene.truth import SimulatedFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Rooms, radars, and all that is in them. The same scene gives the same frames, byte for byte.

    Attributes:
        rooms: At least one.
        radars: At least one; each hangs in one of the rooms.
        descriptions: By the radar's id: waveform and antennas.
        seconds: How long it lasts.
        seed: Of noise.
        people: Everybody.
        animals: Pets and robots, which are alive or driving but nobody.
        movers: What moves at its place: fans, curtains.
        clutter: What stands still.
        mirrors: Walls and floor that reflect.
        doorways: Stretches of wall through which one sees and walks.
        links: By the radar's id: its link budget, where it is not its model's.
        interferers: Other radars that send into those of the scene, which do not into each other.
        wall_loss_db: What an echo loses on its ways through a wall, both ways together.
        harmonic_crossing: By the person's id: which multiple of the breathing rate lies within 2 per minute of the
            heart rate; people without such are absent.
    """

    rooms: tuple[Room, ...]
    radars: tuple[Radar, ...]
    descriptions: Mapping[str, RadarDescription]
    seconds: float
    seed: int
    people: tuple[Person, ...] = ()
    animals: tuple[LowBody, ...] = ()
    movers: tuple[Mover, ...] = ()
    clutter: Clutter = field(default_factory=no_clutter)
    mirrors: tuple[Mirror, ...] = ()
    doorways: tuple[Segment, ...] = ()
    links: Mapping[str, LinkBudget] = field(default_factory=dict)
    interferers: tuple[Interferer, ...] = ()
    wall_loss_db: float = 30.0
    harmonic_crossing: Mapping[int, int] = field(default_factory=dict)

    @property
    def description(self) -> RadarDescription:
        """The first radar's."""
        return self.descriptions[self.radars[0].id]


def frames(scene: Scene, *, interleaved: bool = False, start_s: float = 0.0) -> Iterator[SimulatedFrame]:
    """Give the frames of all radars of a scene, one after the other in time.

    Args:
        scene: The scene.
        interleaved: Whether samples of I/Q receivers come as the wire holds them, int16 (chirp, antenna, sample, I/Q).
        start_s: How far into the scene to begin. Noise begins anew there.

    Yields:
        Each radar's frames from index 0 on. Arrays are the receiver's own: no later frame changes them.
    """
    tellers = [Teller(scene, radar) for radar in scene.radars]
    views = [
        View.of(scene, radar, np.random.SeedSequence((scene.seed, number)), interleaved=interleaved)
        for number, radar in enumerate(scene.radars)
    ]
    # Radars of one house do not take their frames at the same moment.
    offset_s = [view.description.frame_interval_s * number / len(views) for number, view in enumerate(views)]
    index = [0] * len(views)
    while True:
        times_s = [
            start_s + shift + count * view.description.frame_interval_s
            for shift, count, view in zip(offset_s, index, views, strict=True)
        ]
        number = int(np.argmin(times_s))
        time_s = times_s[number]
        if time_s >= scene.seconds:
            return
        view = views[number]
        samples = view.take(time_s)
        truth = tellers[number].tell(time_s, view.duration_s)
        yield SimulatedFrame(scene.radars[number].id, index[number], time_s, samples, truth)
        index[number] += 1

"""What all ready scenes of one room have in common: clutter, mirrors, the radar on the wall."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sumika.schema import RadarDescription
from sumika.schema.house import Radar, Room
from sumika.world.exchange.leg import Posture
from sumika.world.radar_scene.body import Person
from sumika.world.radar_scene.clutter import furnish
from sumika.world.radar_scene.mirror import Mirror
from sumika.world.radar_scene.movers import LowBody, Mover
from sumika.world.radar_scene.path import POSTURES
from sumika.world.radar_scene.residents import crossings_of
from sumika.world.radar_scene.rooms import chance_mirrors, hang_radar
from sumika.world.radar_scene.scene import Scene

_STANDING = POSTURES.index(Posture.STANDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Who and what is in a room.

    Attributes:
        people: Everybody.
        animals: Pets and robots.
        movers: Fans and curtains.
    """

    people: tuple[Person, ...] = ()
    animals: tuple[LowBody, ...] = ()
    movers: tuple[Mover, ...] = ()


def furnished_scene(
    random: np.random.Generator,
    seed: int,
    seconds: float,
    room: Room,
    description: RadarDescription,
    content: Content,
    *,
    radar: Radar | None = None,
    mirrors: tuple[Mirror, ...] | None = None,
) -> Scene:
    """Put clutter around everybody's seats and the walls, choose a reflecting wall, and hang the radar.

    Args:
        random: Where chance comes from.
        seed: Of the noise.
        seconds: How long the scene lasts.
        room: The room.
        description: Of the radar.
        content: Who and what is in it.
        radar: Where it hangs; None leaves it to chance.
        mirrors: What reflects; None leaves it to chance.
    """
    hung = hang_radar(random, room, description.model) if radar is None else radar
    return Scene(
        rooms=(room,),
        radars=(hung,),
        descriptions={hung.id: description},
        seconds=seconds,
        seed=seed,
        people=content.people,
        animals=content.animals,
        movers=content.movers,
        clutter=furnish(random, room, seats_m=seats_of(content.people)),
        mirrors=chance_mirrors(random, room) if mirrors is None else mirrors,
        harmonic_crossing=crossings_of(content.people),
    )


def seats_of(people: Sequence[Person]) -> tuple[tuple[float, float, float], ...]:
    """Return where people first sit or lie: there stands what they rest on."""
    seats: list[tuple[float, float, float]] = []
    for person in people:
        resting = np.flatnonzero(person.path.share[:, _STANDING] < 0.01)
        if resting.size:
            x, y = person.path.place_m[resting[0]]
            seats.append((float(x), float(y), float(person.path.base_m[resting[0]])))
    return tuple(seats)

"""Ready scenes with people who go about: crossing, sitting down, falling, from room to room."""

import numpy as np

from sumika.schema import RADAR_MODELS, RadarDescription
from sumika.schema.house import DemoSource, Radar, Room
from sumika.world.exchange.leg import Leg, Posture
from sumika.world.radar_scene.clutter import furnish, together
from sumika.world.radar_scene.furnished import Content, furnished_scene
from sumika.world.radar_scene.path import Path, make_path
from sumika.world.radar_scene.residents import Crowd, chance_person, crossings_of, sit_and_rise, walk_to
from sumika.world.radar_scene.rooms import Spot, chance_mirrors, chance_room, chance_spot, walking_radar
from sumika.world.radar_scene.scene import Scene, frames
from sumika.world.radar_scene.truth import SimulatedFrame


def walking_scene(
    seed: int, people: int = 3, seconds: float = 60.0, description: RadarDescription | None = None
) -> Scene:
    """Return people who walk about a room, cross each other's ways, stop, sit down and get up.

    Left to chance: the room's shape and clutter, the radar's place and tilt, a reflecting wall, everybody's size, speed
    (0.4 to 1.6 m/s), ways and doings.

    Args:
        seed: Of all chance.
        people: How many.
        seconds: How long.
        description: The radar; None takes an IWR6843ISK with 64 chirps of 128 samples.
    """
    random = np.random.Generator(np.random.SFC64((seed, 1)))
    room = chance_room(random)
    crowd = Crowd(random, room, seconds)

    def wander(random: np.random.Generator, place: Spot) -> list[Leg]:
        legs = [walk_to(random, place, chance_spot(random, room))]
        doing = random.uniform()
        if doing < 0.25:
            return legs + sit_and_rise(random)
        return [*legs, Leg(seconds=float(random.uniform(0.3, 4.0)))] if doing < 0.6 else legs

    paths = [crowd.add(wander) for _ in range(people)]
    residents = tuple(chance_person(random, number + 1, path, seconds) for number, path in enumerate(paths))
    return furnished_scene(random, seed, seconds, room, description or walking_radar(), Content(people=residents))


def five_people_frame(seed: int) -> SimulatedFrame:
    """Return one whole frame of an IWR6843ISK, int16 (128, 12, 256, I/Q), of a room with five people."""
    scene = walking_scene(seed, people=5, seconds=8.0, description=RADAR_MODELS["iwr6843isk"])
    return next(frames(scene, interleaved=True, start_s=4.0))


def fall_scene(seed: int, seconds: float = 40.0, description: RadarDescription | None = None) -> Scene:
    """Return somebody who walks, and after 10 s or so falls within 0.5 to 0.9 s and stays lying on the floor."""
    random = np.random.Generator(np.random.SFC64((seed, 2)))
    room = chance_room(random)
    start, goal = (chance_spot(random, room, clear_m=1.0) for _ in range(2))
    walk = walk_to(random, start, goal, float(random.uniform(0.6, 1.2)))
    fall_s = float(random.uniform(0.5, 0.9))
    legs = (
        Leg(seconds=max(1.0, 10.0 - walk.seconds)),
        walk,
        Leg(seconds=fall_s, posture=Posture.LYING, base_m=0.1),
        Leg(seconds=seconds),
    )
    # Before it, the height that he would rest on does not show; it must not change while he falls.
    path = make_path(start, legs, base_m=0.1, heading_rad=float(random.uniform(-np.pi, np.pi)))
    content = Content(people=(chance_person(random, 1, path, seconds),))
    return furnished_scene(random, seed, seconds, room, description or walking_radar(), content)


def two_rooms_scene(seed: int, seconds: float = 60.0, description: RadarDescription | None = None) -> Scene:
    """Return two rooms side by side, a radar in each, and somebody who goes to and fro through the doorway.

    The radars are called "left" and "right" like their rooms, and hang on opposite walls.
    """
    random = np.random.Generator(np.random.SFC64((seed, 3)))
    wide, deep = float(random.uniform(3.2, 4.0)), float(random.uniform(3.4, 4.2))
    left = Room(id="left", floor_m=((0.0, 0.0), (wide, 0.0), (wide, deep), (0.0, deep)))
    right = Room(id="right", floor_m=((wide, 0.0), (2 * wide, 0.0), (2 * wide, deep), (wide, deep)))
    door_y = float(random.uniform(1.4, deep - 1.0))
    radar_description = description or walking_radar()
    radars = tuple(
        Radar(
            id=room.id,
            room=room.id,
            model=radar_description.model,
            position_m=(middle + float(random.uniform(-0.3, 0.3)), 0.02, float(random.uniform(1.3, 1.7))),
            yaw_deg=90.0 + float(random.uniform(-8.0, 8.0)),
            pitch_deg=-6.0,
            source=DemoSource(),
        )
        for room, middle in ((left, wide / 2), (right, 1.5 * wide))
    )
    path = _to_and_fro(random, (left, right), (wide, door_y), seconds)
    people = (chance_person(random, 1, path, seconds),)
    return Scene(
        rooms=(left, right),
        radars=radars,
        descriptions={radar.id: radar_description for radar in radars},
        seconds=seconds,
        seed=seed,
        people=people,
        clutter=together(furnish(random, left), furnish(random, right)),
        mirrors=chance_mirrors(random, left),
        doorways=(((wide, door_y - 0.45), (wide, door_y + 0.45)),),
        harmonic_crossing=crossings_of(people),
    )


def _to_and_fro(random: np.random.Generator, rooms: tuple[Room, Room], door_m: Spot, seconds: float) -> Path:
    """Return a path that visits the rooms by turns, straight through the middle of the doorway."""
    start = place = chance_spot(random, rooms[0], clear_m=0.7)
    legs: list[Leg] = []
    elapsed_s, here = 0.0, 0
    while elapsed_s < seconds:
        side = 0.5 if here == 0 else -0.5
        before, after = (door_m[0] - side, door_m[1]), (door_m[0] + side, door_m[1])
        here = 1 - here
        for goal in (before, after, chance_spot(random, rooms[here], clear_m=0.7)):
            legs.append(walk_to(random, place, goal, float(random.uniform(0.6, 1.2))))
            place, elapsed_s = goal, elapsed_s + legs[-1].seconds
        legs.append(Leg(seconds=float(random.uniform(0.5, 4.0))))
        elapsed_s += legs[-1].seconds
    return make_path(start, tuple(legs))

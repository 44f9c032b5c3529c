"""Ready scenes with people who rest, for breath and heartbeat: sitting, lying, two in a bed, still for ten minutes."""

import math

import numpy as np
from numpy.typing import NDArray

from sumika.schema import RadarDescription
from sumika.schema.house import DemoSource, Radar, Room
from sumika.world.exchange.leg import Leg, Posture
from sumika.world.radar_scene.chest import ChestSettings
from sumika.world.radar_scene.furnished import Content, furnished_scene
from sumika.world.radar_scene.path import Path, make_path
from sumika.world.radar_scene.residents import chance_person, walk_to
from sumika.world.radar_scene.rooms import chance_room, chance_spot, hang_radar, resting_radar, towards, walking_radar
from sumika.world.radar_scene.scene import Scene

_SEAT_M, _BED_M = 0.45, 0.5
_CHEST_AHEAD_M, _CHEST_UP_M = 0.12, 0.28
"""How far the chest's front lies before the hips, and how far up the trunk, of an adult."""

_LYING_SHARE = 0.3
_HIGHEST_M = 2.3


def vital_scene(
    seed: int,
    range_m: float,
    seconds: float = 60.0,
    description: RadarDescription | None = None,
    *,
    posture: Posture | None = None,
    chest: ChestSettings | None = None,
) -> Scene:
    """Return one person who sits or lies still, the chest this far from the radar.

    Left to chance: everything of the chest (see `chance_chest`: breath 2 to 8 mm with overtones that meet the heart
    rate in more than a quarter of the scenes, heart 0.1 to 0.4 mm, sway 1 mm), direction within 30 degrees of straight
    ahead, how far the body is turned away (sitting, up to 40 degrees), clutter around it, a reflecting wall, the floor.

    Args:
        seed: Of all chance.
        range_m: From the radar to the chest's front, up to 5.
        seconds: How long.
        description: The radar; None takes an IWR6843ISK with 16 chirps of 128 samples.
        posture: Sitting or lying; None lies in three of ten scenes up to 3 m.
        chest: How the chest moves; None leaves it to chance.
    """
    random = np.random.Generator(np.random.SFC64((seed, 11)))
    if posture is None:
        posture = Posture.LYING if random.uniform() < _LYING_SHARE and range_m <= 3.0 else Posture.SITTING
    radar_description = description or resting_radar()
    lying = posture is Posture.LYING
    chest_height_m = _BED_M + _CHEST_AHEAD_M if lying else _SEAT_M + _CHEST_UP_M
    rise_m = range_m * math.sin(math.radians(random.uniform(30.0, 50.0))) if lying else random.uniform(-0.1, 0.5)
    radar_height_m = min(chest_height_m + rise_m, _HIGHEST_M)
    away_m = math.sqrt(max(range_m**2 - (radar_height_m - chest_height_m) ** 2, 0.01))
    room = Room(id="living", floor_m=_floor(random, away_m), height_m=2.5)
    radar_x = room.floor_m[1][0] * float(random.uniform(0.4, 0.6))
    # As far to the side as the room goes.
    aside = min(math.radians(random.uniform(0.0, 30.0)), math.asin(min(1.0, (min(radar_x, 1.6) - 0.4) / away_m)))
    bearing = math.pi / 2 + aside * float(random.choice((-1.0, 1.0)))
    chest_m = (radar_x + away_m * math.cos(bearing), 0.02 + away_m * math.sin(bearing))
    heading = bearing + math.pi + math.radians(float(random.uniform(-40.0, 40.0)))
    ahead_m = -_CHEST_UP_M if lying else _CHEST_AHEAD_M  # lying, the chest is on the head's side of the hips
    hips = (chest_m[0] - ahead_m * math.cos(heading), chest_m[1] - ahead_m * math.sin(heading))
    base_m = _BED_M if lying else _SEAT_M
    path = make_path(hips, (Leg(seconds=seconds),), posture=posture, heading_rad=heading, base_m=base_m)
    radar = _hang(
        room,
        radar_description,
        (radar_x, 0.02, radar_height_m),
        yaw_deg=90.0 + float(random.uniform(-5.0, 5.0)),
        pitch_deg=math.degrees(math.atan2(chest_height_m - radar_height_m, away_m)) + float(random.uniform(-5.0, 5.0)),
    )
    content = Content(people=(chance_person(random, 1, path, seconds, chest),))
    return furnished_scene(random, seed, seconds, room, radar_description, content, radar=radar)


def still_scene(seed: int, seconds: float = 600.0, description: RadarDescription | None = None) -> Scene:
    """Return somebody who walks to a chair, sits down within the first 10 s or so, and then sits still."""
    random = np.random.Generator(np.random.SFC64((seed, 12)))
    room = chance_room(random)
    radar = hang_radar(random, room, "iwr6843isk")
    start, chair = chance_spot(random, room), chance_spot(random, room, clear_m=0.8)
    faces = towards(chair, (radar.position_m[0], radar.position_m[1])) + math.radians(random.uniform(-60.0, 60.0))
    legs = (
        Leg(seconds=1.0),
        walk_to(random, start, chair, 0.8),
        Leg(seconds=1.0, heading_rad=faces),
        Leg(seconds=1.6, posture=Posture.SITTING),
        Leg(seconds=1.0),
    )
    person = chance_person(random, 1, make_path(start, legs), seconds)
    radar_description = description or walking_radar()
    return furnished_scene(random, seed, seconds, room, radar_description, Content(people=(person,)), radar=radar)


def sleepers_scene(
    seed: int,
    separation_m: float = 0.6,
    seconds: float = 60.0,
    description: RadarDescription | None = None,
    *,
    range_m: float = 1.3,
    along: bool = False,
) -> Scene:
    """Return two people who lie side by side in one bed.

    Args:
        seed: Of all chance.
        separation_m: From chest to chest.
        seconds: How long.
        description: The radar; None takes an IWR6843ISK with 16 chirps of 128 samples.
        range_m: From the radar to between the chests.
        along: The radar hangs beside the bed, so that one lies behind the other, and not at its head or foot.
    """
    random = np.random.Generator(np.random.SFC64((seed, 13)))
    radar_description = description or resting_radar()
    steep = math.radians(float(random.uniform(30.0, 45.0)))
    chest_height_m = _BED_M + _CHEST_AHEAD_M
    away_m, height_m = range_m * math.cos(steep), chest_height_m + range_m * math.sin(steep)
    room = Room(
        id="bedroom", floor_m=((0.0, 0.0), (3.6, 0.0), (3.6, 3.8), (0.0, 3.8)), height_m=max(2.4, height_m + 0.1)
    )
    radar_x = 1.8 + float(random.uniform(-0.2, 0.2))
    middle = np.array([radar_x, 0.02 + away_m])
    heading = 0.0 if along else math.pi / 2  # the feet's way
    feet = np.array([math.cos(heading), math.sin(heading)])
    across = np.array([-feet[1], feet[0]])
    people = []
    for number, side in enumerate((-0.5, 0.5)):
        hips = middle + side * separation_m * across + _CHEST_UP_M * feet
        path = _bed_path(hips, heading, seconds)
        people.append(chance_person(random, number + 1, path, seconds))
    place_m = (radar_x, 0.02, height_m)
    radar = _hang(room, radar_description, place_m, yaw_deg=90.0, pitch_deg=-math.degrees(steep))
    content = Content(people=tuple(people))
    return furnished_scene(random, seed, seconds, room, radar_description, content, radar=radar)


def _floor(random: np.random.Generator, away_m: float) -> tuple[tuple[float, float], ...]:
    """Return a rectangular room that goes on for a while behind who sits so far away."""
    wide, deep = float(random.uniform(3.2, 4.4)), away_m + float(random.uniform(0.7, 1.8))
    return ((0.0, 0.0), (wide, 0.0), (wide, deep), (0.0, deep))


def _hang(
    room: Room,
    description: RadarDescription,
    place_m: tuple[float, float, float],
    *,
    yaw_deg: float,
    pitch_deg: float,
) -> Radar:
    return Radar(
        id="radar",
        room=room.id,
        model=description.model,
        position_m=place_m,
        yaw_deg=yaw_deg,
        pitch_deg=pitch_deg,
        source=DemoSource(),
    )


def _bed_path(hips_m: NDArray[np.float64], heading_rad: float, seconds: float) -> Path:
    """Return somebody lying on a bed all the time."""
    place = (float(hips_m[0]), float(hips_m[1]))
    legs = (Leg(seconds=seconds),)
    return make_path(place, legs, posture=Posture.LYING, heading_rad=heading_rad, base_m=_BED_M)

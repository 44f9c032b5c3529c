"""Ready scenes in which something moves and nobody is there: fan, curtain, pet, robot; and one point for limits."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sumika.schema import RadarDescription
from sumika.world.exchange.leg import Leg
from sumika.world.radar_scene.echo import add_point, empty_cube
from sumika.world.radar_scene.furnished import Content, furnished_scene
from sumika.world.radar_scene.movers import Fan, LowBody, hang_curtain
from sumika.world.radar_scene.path import Path
from sumika.world.radar_scene.residents import Crowd, walk_to
from sumika.world.radar_scene.rooms import Spot, chance_room, chance_spot, walking_radar
from sumika.world.radar_scene.scene import Scene
from sumika.world.radar_scene.sight import walls_of


def empty_scene(seed: int, seconds: float = 60.0, description: RadarDescription | None = None) -> Scene:
    """Return an empty room with a fan that turns (its head swings in half of them) and a curtain in a draught."""
    random = np.random.Generator(np.random.SFC64((seed, 21)))
    room = chance_room(random)
    x, y = chance_spot(random, room)
    fan = Fan(
        place_m=(x, y, float(random.uniform(0.6, 1.2))),
        turns_per_s=float(random.uniform(6.0, 20.0)),
        swing_period_s=float(random.choice((0.0, random.uniform(8.0, 15.0)))),
    )
    sides = walls_of(room)
    first, last = sides[int(random.integers(1, len(sides)))]
    begin = float(random.uniform(0.1, 0.4))
    window = [np.add(np.multiply(1.0 - share, first), np.multiply(share, last)) for share in (begin, begin + 0.4)]
    curtain = hang_curtain(
        (float(window[0][0]), float(window[0][1])),
        (float(window[1][0]), float(window[1][1])),
        seconds=seconds,
        moved_m=float(random.uniform(0.01, 0.05)),
        seed=int(random.integers(2**31)),
    )
    content = Content(movers=(fan, curtain))
    return furnished_scene(random, seed, seconds, room, description or walking_radar(), content)


def pet_scene(seed: int, seconds: float = 60.0, description: RadarDescription | None = None) -> Scene:
    """Return a room with a cat or small dog that strolls, trots and rests."""
    random = np.random.Generator(np.random.SFC64((seed, 22)))
    room = chance_room(random)

    def stroll(random: np.random.Generator, place: Spot) -> list[Leg]:
        walk = walk_to(random, place, chance_spot(random, room, clear_m=0.3), float(random.uniform(0.3, 1.5)))
        return [walk, Leg(seconds=float(random.exponential(3.0)))]

    pet = LowBody(
        path=Crowd(random, room, seconds).add(stroll),
        height_m=float(random.uniform(0.25, 0.4)),
        length_m=float(random.uniform(0.35, 0.55)),
    )
    return furnished_scene(random, seed, seconds, room, description or walking_radar(), Content(animals=(pet,)))


def robot_scene(seed: int, seconds: float = 60.0, description: RadarDescription | None = None) -> Scene:
    """Return a room with a robot vacuum: a tenth of a metre high, an even speed, straight lines."""
    random = np.random.Generator(np.random.SFC64((seed, 23)))
    room = chance_room(random)
    speed = float(random.uniform(0.2, 0.35))

    def sweep(random: np.random.Generator, place: Spot) -> list[Leg]:
        return [walk_to(random, place, chance_spot(random, room, clear_m=0.3), speed), Leg(seconds=1.0)]

    path: Path = Crowd(random, room, seconds).add(sweep)
    robot = LowBody(path=path, height_m=0.1, length_m=0.33, cross_section_dbsm=-18.0, wobble_m=0.0, name="robot")
    return furnished_scene(random, seed, seconds, room, description or walking_radar(), Content(animals=(robot,)))


def point_frame(
    description: RadarDescription,
    place_m: tuple[float, float, float],
    velocity_m_s: tuple[float, float, float],
    snr_db: float,
    seed: int,
) -> NDArray[Any]:
    """Return one frame with a single exact point in white noise, not rounded to whole numbers.

    Args:
        description: The radar.
        place_m: Right, forward, up of the sensor at the frame's start.
        velocity_m_s: How it moves.
        snr_db: Of the point over the whole frame: its energy over all chirps, antennas and samples against the noise of
            one sample.
        seed: Of the noise, and of the echo's phase.

    Returns:
        complex64 (chirp, antenna, sample), noise power 1 per sample; float32 of a real receiver, where the noise power
        is 1/2 and the echo's too is halved.

    Raises:
        ValueError: if the radar gives no converter samples.
    """
    random = np.random.Generator(np.random.SFC64(seed))
    cube = empty_cube(description)
    size = math.sqrt(10 ** (snr_db / 10) / cube.size)
    turn = np.exp(2j * np.pi * random.uniform())
    add_point(cube, description, place_m, velocity_m_s, size * complex(turn))
    noise = random.standard_normal((*cube.shape, 2), dtype=np.float32) * np.float32(math.sqrt(0.5))
    cube += noise.view(np.complex64)[..., 0]
    chirp = description.chirp
    return cube if chirp is None or chirp.complex_samples else np.ascontiguousarray(cube.real)

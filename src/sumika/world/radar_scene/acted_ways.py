"""Where somebody who acts goes, sits and has room to fall; who else is in the room."""

import math

import numpy as np

from sumika.schema.living import FurnitureKind
from sumika.world.exchange.leg import Leg
from sumika.world.radar_scene.acted_moves import Actor, Spot
from sumika.world.radar_scene.acted_scenes import Cast, Stage, acted_body, chance_pet
from sumika.world.radar_scene.living_sight import SIZES_M
from sumika.world.radar_scene.rooms import chance_spot
from sumika.world.radar_scene.sight import is_inside, wall_distance_m

TALL_M = (1.45, 1.85)
"""Statures."""

SEAT_M = 0.45
_BODY_M = 1.3
"""A fallen body reaches so far from where it stood."""

_BED, _SOFA, _CHAIR = FurnitureKind.BED, FurnitureKind.SOFA, FurnitureKind.CHAIR


def clear_spot(random: np.random.Generator, stage: Stage, clear_m: float) -> Spot:
    """Return a free place: clear of walls as far as the room allows, and of furniture."""
    spot = chance_spot(random, stage.room, clear_m=min(clear_m, 1.2))
    for _ in range(60):
        if all(math.dist(spot, piece.at_m) > 0.6 + max(SIZES_M[piece.kind][:2]) / 2 for piece in stage.furniture):
            return spot
        spot = chance_spot(random, stage.room, clear_m=min(clear_m, 1.2))
    return spot


def free_way(
    random: np.random.Generator,
    stage: Stage,
    actor: Actor,
    ways: tuple[float, ...] = (0.0, math.pi, math.pi / 2, -math.pi / 2),
    own: FurnitureKind | None = None,
) -> float:
    """Return where, from where he faces, a body can fall within the room and clear of furniture.

    Args:
        random: Where chance comes from.
        stage: The room.
        actor: Who falls.
        ways: To choose from; if none is free, one that stays in the room.
        own: What he sits on, which is not in his way.
    """
    order = [ways[int(one)] + float(random.normal(0.0, 0.2)) for one in random.permutation(len(ways))]
    others = [piece for piece in stage.furniture if piece.kind is not own]
    inside: list[float] = []
    for way in order:
        angle = actor.heading_rad + way
        ahead = np.array((math.cos(angle), math.sin(angle)))
        middle, end = (np.array(actor.at_m) + reach_m * ahead for reach_m in (0.5, _BODY_M))
        if not is_inside(end, stage.room) or wall_distance_m(end, stage.room) < 0.1:
            continue
        inside.append(way)
        if all(
            math.dist(spot, piece.at_m) > 0.2 + max(SIZES_M[piece.kind][:2]) / 2
            for piece in others
            for spot in (middle, end)
        ):
            return way
    return (inside or order)[0]


def walk_in(random: np.random.Generator, stage: Stage, actor: Actor, clear_m: float = 1.0) -> None:
    """Walk to a clear place, by way of another one where that is near."""
    goal = clear_spot(random, stage, clear_m)
    if math.dist(goal, actor.at_m) < 1.0:
        actor.walk(clear_spot(random, stage, 0.5))
    actor.walk(goal)


def seat(random: np.random.Generator, stage: Stage, actor: Actor, kind: FurnitureKind) -> None:
    """Go to a chair, a sofa or the edge of a bed, and sit down."""
    piece = stage.piece(kind)
    turn = math.radians(piece.heading_deg)
    faces = turn if kind is not _BED else _open_side(random, stage, piece.at_m, turn)
    off = {_CHAIR: 0.0, _SOFA: 0.1, _BED: 0.4}[kind]
    at = (piece.at_m[0] + off * math.cos(faces), piece.at_m[1] + off * math.sin(faces))
    actor.walk(at)
    actor.turn(faces, 0.6)
    actor.sit(SEAT_M, float(random.uniform(0.9, 1.6)))


def _open_side(random: np.random.Generator, stage: Stage, bed_m: Spot, turn: float) -> float:
    """Return where one faces who sits on the edge of a bed: the side with more room."""
    sides = [turn + float(way) * math.pi / 2 for way in random.permutation((-1, 1))]

    def room_m(faces: float) -> float:
        ahead = np.array((math.cos(faces), math.sin(faces)))
        steps = (float(step) for step in np.arange(0.5, 2.5, 0.1))
        return next((step for step in steps if not is_inside(bed_m + step * ahead, stage.room)), 2.5)

    return max(sides, key=room_m)


def add_another(random: np.random.Generator, stage: Stage, cast: Cast, seconds: float) -> None:
    """Somebody else stands, sits on a stool or walks to and fro, not through the one who acts."""
    places = [body.path.place_m for body in cast.people]

    def away_m(spot: Spot) -> float:
        return min(float(np.hypot(*(track - spot).T).min()) for track in places)

    spots = sorted((chance_spot(random, stage.room) for _ in range(30)), key=away_m)
    spot = spots[-1] if away_m(spots[-1]) < 1.2 else next(one for one in spots if away_m(one) >= 1.2)
    other = Actor(random, float(random.uniform(*TALL_M)), spot, float(random.uniform(-3.1, 3.1)))
    way = random.uniform()
    if way < 0.4:
        other.sit(SEAT_M, 1.0)
    far = [one for one in spots if away_m(one) > 1.0 and math.dist(one, spot) > 0.8]
    while way > 0.7 and far and other.now_s < seconds:
        other.walk(far[int(random.integers(len(far)))])
        other.wait(float(random.uniform(0.5, 3.0)), fidget_m=0.01)
    other.wait(max(1.0, seconds - other.now_s), fidget_m=0.01)
    cast.people.append(acted_body(random, 2, other, seconds))


def add_pet(random: np.random.Generator, stage: Stage, cast: Cast, seconds: float) -> None:
    """A cat or small dog strolls, trots and rests."""
    start = place = chance_spot(random, stage.room, clear_m=0.3)
    legs, passed_s = list[Leg](), 0.0
    while passed_s < seconds:
        goal = chance_spot(random, stage.room, clear_m=0.3)
        legs += [
            Leg(seconds=0.3 + math.dist(place, goal) / float(random.uniform(0.3, 1.5)), to_m=goal),
            Leg(seconds=float(random.exponential(4.0)) + 0.1),
        ]
        passed_s += legs[-1].seconds + legs[-2].seconds
        place = goal
    cast.animals.append(chance_pet(random, start, legs))

"""Falls, and what looks like one: random rooms, people, radars and ways down.

Falls begin from a walk, from standing, from a chair, from the edge of a bed; go forwards, backwards, sideways, straight
down in a faint, or slowly along a wall (which ends lying); in the open or behind a sofa, alone or with another person
or a pet in the room. Who has fallen moves his limbs for a while and then lies. What looks like one: stumbling and being
up again, sitting down hard, something dropped, lying down on bed, sofa or mat, crouching, sitting on the floor, a
jumping pet. And exercises, which are neither.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from sumika.schema import RadarDescription
from sumika.schema.living import FurnitureKind
from sumika.world.exchange.leg import Leg
from sumika.world.radar_scene.acted_moves import Actor, Spot
from sumika.world.radar_scene.acted_scenes import (
    ActedScene,
    Cast,
    Stage,
    acted_body,
    chance_pet,
    chance_stage,
    scene_of,
)
from sumika.world.radar_scene.acted_ways import TALL_M, add_another, add_pet, clear_spot, free_way, seat, walk_in
from sumika.world.radar_scene.movers import Dropped
from sumika.world.radar_scene.rooms import chance_spot
from sumika.world.radar_scene.sight import is_inside, wall_distance_m

AFTER_S = 12.0
"""So long a scene goes on after what it is about."""

_BED_M = 0.45

_WITH_ANOTHER, _WITH_PET = 0.3, 0.25
_BED, _SOFA, _CHAIR = FurnitureKind.BED, FurnitureKind.SOFA, FurnitureKind.CHAIR

_EXERCISES = (
    ("squatting", "standing"),
    ("arms_up", "standing"),
    ("left_punch", "guard", "right_punch", "guard"),
    ("arms_ahead", "standing"),
    ("bent", "standing"),
)

Act = Callable[[np.random.Generator, Stage, Actor, Cast], float | None]
"""Adds to what the actor does, and to the cast; returns when the body has hit the floor, None where it does not."""


def falling_scene(seed: int, description: RadarDescription, what: str | None = None) -> ActedScene:
    """Return somebody who falls, one of `FALLS` by chance or as said."""
    return _scene(seed, description, FALLS, what)


def nearly_falling_scene(seed: int, description: RadarDescription, what: str | None = None) -> ActedScene:
    """Return somebody who does what looks like a fall, one of `NEAR_FALLS` by chance or as said."""
    return _scene(seed, description, NEAR_FALLS, what)


def exercising_scene(seed: int, description: RadarDescription) -> ActedScene:
    """Return somebody who exercises."""
    return _scene(seed, description, EXERCISES, None)


def _scene(
    seed: int,
    description: RadarDescription,
    acts: Mapping[str, tuple[Act, tuple[FurnitureKind, ...]]],
    what: str | None,
) -> ActedScene:
    random = np.random.Generator(np.random.SFC64((seed, 31 + (FALLS, NEAR_FALLS, EXERCISES).index(acts))))
    chosen = str(random.choice(list(acts))) if what is None else what
    act, needs = acts[chosen]
    stage = chance_stage(random, description, needs)
    actor = Actor(random, float(random.uniform(*TALL_M)), clear_spot(random, stage, 0.5), random.uniform(-3.1, 3.1))
    cast = Cast()
    actor.wait(float(random.uniform(0.5, 1.5)), fidget_m=0.005)
    before_s = actor.now_s
    impact_s = act(random, stage, actor, cast)
    begins_s = before_s if impact_s is None else impact_s
    if impact_s is not None:
        _lie_about(random, actor)
    seconds = (actor.now_s if impact_s is None else impact_s) + AFTER_S
    cast.people.insert(0, acted_body(random, 1, actor, seconds))
    if random.uniform() < _WITH_ANOTHER:
        add_another(random, stage, cast, seconds)
    if random.uniform() < _WITH_PET and not cast.animals:
        add_pet(random, stage, cast, seconds)
    scene = scene_of(random, seed, stage, cast, seconds)
    return ActedScene(what=chosen, stage=stage, scene=scene, actor=cast.people[0], impact_s=impact_s, act_s=begins_s)


def _lie_about(random: np.random.Generator, actor: Actor) -> None:
    """After a fall limbs move for a while, less and less; some turn over."""
    actor.wait(0.3)
    restless_m = float(random.choice((0.0, 0.02, 0.06)))
    actor.wait(float(random.uniform(0.5, 1.5)), fidget_m=restless_m)
    if random.uniform() < 0.2:
        actor.lie(0.0, float(random.choice((math.pi, math.pi / 2, 0.0))), float(random.uniform(1.0, 2.0)))
    actor.wait(float(random.uniform(0.5, 1.5)), fidget_m=0.3 * restless_m)
    actor.wait(60.0, fidget_m=0.1 * restless_m)


def _fall_walking(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> float:
    walk_in(random, stage, actor)
    way = free_way(random, stage, actor)
    return actor.fall(way, float(random.uniform(0.5, 0.9)), slips_m=float(random.uniform(0.3, 0.6)))


def _fall_standing(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> float:
    walk_in(random, stage, actor)
    actor.wait(float(random.uniform(1.0, 4.0)), fidget_m=0.01)
    way = free_way(random, stage, actor)
    return actor.fall(way, float(random.uniform(0.55, 1.0)), slips_m=float(random.uniform(0.2, 0.5)))


def _faint(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> float:
    walk_in(random, stage, actor)
    actor.wait(float(random.uniform(0.5, 3.0)), fidget_m=0.005)
    way = free_way(random, stage, actor)
    seconds, buckles = float(random.uniform(0.8, 1.4)), float(random.uniform(0.4, 0.65))
    return actor.fall(way, seconds, slips_m=float(random.uniform(0.1, 0.4)), buckles=buckles)


def _fall_from_chair(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> float:
    seat(random, stage, actor, _CHAIR)
    actor.wait(float(random.uniform(2.0, 5.0)), fidget_m=0.01)
    way = free_way(random, stage, actor, (0.0, math.pi / 2, -math.pi / 2), _CHAIR)
    return actor.fall(way, float(random.uniform(0.45, 0.8)), slips_m=float(random.uniform(0.4, 0.6)))


def _fall_rising(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> float:
    seat(random, stage, actor, _CHAIR)
    actor.wait(float(random.uniform(2.0, 4.0)), fidget_m=0.01)
    actor.rise(float(random.uniform(0.8, 1.4)))
    way = free_way(random, stage, actor, (0.0, math.pi / 2, -math.pi / 2), _CHAIR)
    return actor.fall(way, float(random.uniform(0.5, 0.9)), slips_m=float(random.uniform(0.4, 0.6)))


def _fall_from_bed(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> float:
    """Sits on the edge, or lies and rolls out."""
    seat(random, stage, actor, _BED)
    actor.wait(float(random.uniform(1.5, 3.0)), fidget_m=0.01)
    if random.uniform() < 0.5:
        side = float(random.choice((-1.0, 1.0)))
        actor.lie(_BED_M, side * math.pi / 2, float(random.uniform(1.5, 2.5)))
        actor.wait(float(random.uniform(2.0, 4.0)), fidget_m=0.02)
        ahead = (math.cos(actor.heading_rad), math.sin(actor.heading_rad))
        return _roll_out(random, actor, ahead, side)
    way = float(random.choice((0.0, math.pi / 4, -math.pi / 4)))
    return actor.fall(way, float(random.uniform(0.45, 0.8)), slips_m=float(random.uniform(0.5, 0.7)))


def _roll_out(random: np.random.Generator, actor: Actor, ahead: Spot, side: float) -> float:
    out_m = float(random.uniform(0.5, 0.7))
    to = (actor.at_m[0] + out_m * ahead[0], actor.at_m[1] + out_m * ahead[1])
    actor.lie(0.0, side * math.pi / 2, float(random.uniform(0.35, 0.6)), at_m=to, doing="falling")
    return actor.now_s


def _slide_down_wall(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> float:
    """With the back to a wall; ends lying on a side."""
    corners = np.array(stage.room.floor_m)
    x, y = chance_spot(random, stage.room, clear_m=1.0)
    walls = {
        math.pi / 2: (x, float(corners[:, 1].min()) + 0.3),
        0.0: (float(corners[:, 0].min()) + 0.3, y),
        math.pi: (float(corners[1, 0]) - 0.3, y),
    }
    faces = float(random.choice(list(walls)))
    actor.walk(walls[faces])
    actor.turn(faces, 0.8)
    actor.wait(float(random.uniform(1.0, 3.0)), fidget_m=0.005)
    side = math.pi / 2 * float(random.choice((-1.0, 1.0)))
    return actor.slide_down(side, float(random.uniform(0.9, 2.2)))


def _fall_behind_sofa(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> float:
    """In the shadow of a sofa as the radar sees it."""
    sofa = stage.piece(_SOFA)
    away = np.array(sofa.at_m) - np.array(stage.radar.position_m[:2])
    behind = np.array(sofa.at_m) + away / max(float(np.hypot(*away)), 1e-6) * float(random.uniform(0.7, 1.0))
    inside = is_inside(behind, stage.room) and wall_distance_m(behind, stage.room) > 0.3
    goal = (float(behind[0]), float(behind[1])) if inside else clear_spot(random, stage, 1.0)
    actor.walk(goal)
    actor.wait(float(random.uniform(0.3, 2.0)), fidget_m=0.005)
    way = free_way(random, stage, actor)
    return actor.fall(way, float(random.uniform(0.5, 0.9)), slips_m=float(random.uniform(0.2, 0.5)))


def _stumble(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> None:
    walk_in(random, stage, actor)
    actor.stumble()
    actor.wait(float(random.uniform(0.5, 3.0)), fidget_m=0.01)
    actor.walk(clear_spot(random, stage, 0.5))


def _catch(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> None:
    """Goes down onto hands and knees, and is up again within seconds."""
    walk_in(random, stage, actor)
    actor.hold("all_fours", float(random.uniform(0.4, 0.7)), ease="falling")
    actor.wait(float(random.uniform(0.5, 2.5)), fidget_m=0.02)
    actor.rise()
    actor.walk(clear_spot(random, stage, 0.5))


def _sit_hard(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> None:
    kind = stage.furniture[0].kind
    piece = stage.piece(kind)
    actor.walk(piece.at_m)
    actor.turn(math.radians(piece.heading_deg), 0.5)
    actor.sit(float(random.uniform(0.35, 0.48)), float(random.uniform(0.3, 0.6)))
    actor.wait(1.0, fidget_m=0.01)


def _drop(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> None:
    walk_in(random, stage, actor)
    x, y = (value + float(random.normal(0.0, 0.2)) for value in actor.at_m)
    dropped = Dropped(at_s=actor.now_s, place_m=(x, y), from_m=float(random.uniform(0.7, 1.3)))
    cast.movers.append(dropped)
    actor.wait(float(random.uniform(0.8, 2.0)), fidget_m=0.01)
    if random.uniform() < 0.6:
        _down_and_up(random, actor)
    actor.wait(1.0, fidget_m=0.01)


def _down_and_up(random: np.random.Generator, actor: Actor) -> None:
    actor.hold(str(random.choice(("bent", "crouching"))), float(random.uniform(0.5, 1.2)))
    actor.wait(float(random.uniform(0.5, 2.0)), fidget_m=0.02)
    actor.hold("standing", float(random.uniform(0.6, 1.3)))


def _pick_up(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> None:
    walk_in(random, stage, actor)
    _down_and_up(random, actor)
    actor.wait(1.0, fidget_m=0.01)


def _crouch_long(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> None:
    """Crouches or kneels for long: weeding a drawer, wiping the floor, playing with the cat."""
    walk_in(random, stage, actor)
    actor.hold(str(random.choice(("crouching", "kneeling", "all_fours"))), float(random.uniform(0.5, 1.2)))
    actor.wait(float(random.uniform(3.0, 8.0)), fidget_m=float(random.uniform(0.01, 0.06)))


def _lie_on(kind: FurnitureKind) -> Act:
    def act(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> None:
        seat(random, stage, actor, kind)
        actor.wait(float(random.uniform(0.0, 2.0)))
        piece = stage.piece(kind)
        side = float(random.choice((-1.0, 1.0)))
        if kind is _SOFA:
            actor.turn(actor.heading_rad + side * math.pi / 2, 0.6)
        else:
            actor.turn(math.radians(piece.heading_deg), 0.6)
        actor.lie(_BED_M, math.pi, float(random.uniform(0.7, 2.5)), at_m=piece.at_m)

    return act


def _lie_on_mat(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> None:
    """Sits down on the floor and lies down, on purpose: exercises, a futon, television."""
    walk_in(random, stage, actor)
    if random.uniform() < 0.5:
        actor.hold("kneeling", float(random.uniform(1.0, 1.8)))
    actor.hold("floor_sitting", float(random.uniform(1.0, 2.0)))
    actor.wait(float(random.uniform(0.5, 3.0)), fidget_m=0.01)
    actor.lie(0.02, math.pi, float(random.uniform(1.2, 3.0)))


def _sit_on_floor(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> None:
    walk_in(random, stage, actor)
    actor.hold("floor_sitting", float(random.uniform(0.8, 2.0)))
    actor.wait(1.0, fidget_m=0.01)


def _pet_jumps(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> None:
    """Off a sofa, as somebody sits, stands or walks by."""
    sofa = stage.piece(_SOFA)
    turn = math.radians(sofa.heading_deg)
    to = (sofa.at_m[0] + 1.1 * math.cos(turn), sofa.at_m[1] + 1.1 * math.sin(turn))
    waits_s = float(random.uniform(4.0, 8.0))
    legs = (
        Leg(seconds=waits_s, base_m=0.45),
        Leg(seconds=float(random.uniform(0.3, 0.45)), to_m=to, base_m=0.0),
        Leg(seconds=float(random.uniform(0.5, 2.0))),
        Leg(seconds=2.0, to_m=clear_spot(random, stage, 0.4)),
    )
    cast.animals.append(chance_pet(random, sofa.at_m, legs, base_m=0.45))
    if random.uniform() < 0.5:
        seat(random, stage, actor, _SOFA)
    else:
        walk_in(random, stage, actor)
    actor.wait(1.0, fidget_m=0.01)


def _exercise(random: np.random.Generator, stage: Stage, actor: Actor, cast: Cast) -> None:
    """Squats, jumping jacks, boxing, raising the arms; and walks on."""
    walk_in(random, stage, actor)
    actor.turn(float(random.uniform(-3.1, 3.1)), 0.5)
    for _ in range(2):
        shapes = _EXERCISES[int(random.integers(len(_EXERCISES)))]
        actor.repeat(shapes, float(random.uniform(0.8, 2.2)), float(random.uniform(5.0, 8.0)))
        actor.wait(float(random.uniform(0.5, 2.5)), fidget_m=0.01)
    actor.walk(clear_spot(random, stage, 0.5))


FALLS: Mapping[str, tuple[Act, tuple[FurnitureKind, ...]]] = MappingProxyType(
    {
        "walking": (_fall_walking, (_SOFA,)),
        "standing": (_fall_standing, ()),
        "faint": (_faint, (_SOFA,)),
        "from_chair": (_fall_from_chair, (_CHAIR,)),
        "rising": (_fall_rising, (_CHAIR,)),
        "from_bed": (_fall_from_bed, (_BED,)),
        "along_wall": (_slide_down_wall, ()),
        "behind_sofa": (_fall_behind_sofa, (_SOFA,)),
    }
)
"""By name: what happens, and the furniture that it needs."""

NEAR_FALLS: Mapping[str, tuple[Act, tuple[FurnitureKind, ...]]] = MappingProxyType(
    {
        "stumble": (_stumble, (_SOFA,)),
        "catch": (_catch, ()),
        "sit_hard": (_sit_hard, (_CHAIR,)),
        "sit_hard_on_sofa": (_sit_hard, (_SOFA,)),
        "drop": (_drop, ()),
        "pick_up": (_pick_up, (_BED,)),
        "crouch_long": (_crouch_long, ()),
        "lie_on_bed": (_lie_on(_BED), (_BED,)),
        "lie_on_sofa": (_lie_on(_SOFA), (_SOFA,)),
        "lie_on_mat": (_lie_on_mat, ()),
        "sit_on_floor": (_sit_on_floor, ()),
        "pet_jumps": (_pet_jumps, (_SOFA,)),
    }
)
"""By name, as `FALLS`."""

EXERCISES: Mapping[str, tuple[Act, tuple[FurnitureKind, ...]]] = MappingProxyType({"exercise": (_exercise, ())})
"""By name, as `FALLS`."""

"""Rooms in which somebody acts out key poses: random furniture, radar on a wall, in a corner or on the ceiling, others.

The samples come as in every other scene, but furniture and other bodies hide what lies behind them.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.schema import RadarDescription
from sumika.schema.house import DemoSource, Radar, Room
from sumika.schema.living import Furniture, FurnitureKind
from sumika.schema.posture import RestingPlace
from sumika.world.exchange.leg import Leg
from sumika.world.radar_scene.acted_body import ActedBody, course_of
from sumika.world.radar_scene.acted_moves import Actor, Spot
from sumika.world.radar_scene.chest import chest_motion
from sumika.world.radar_scene.clutter import furnish
from sumika.world.radar_scene.living_sight import SIZES_M, Boxes, LivingSight
from sumika.world.radar_scene.movers import LowBody, Mover
from sumika.world.radar_scene.path import make_path
from sumika.world.radar_scene.render import View
from sumika.world.radar_scene.residents import chance_chest
from sumika.world.radar_scene.rooms import chance_mirrors, chance_room, chance_spot
from sumika.world.radar_scene.scene import Scene
from sumika.world.radar_scene.sight import is_inside, stand_of
from sumika.world.radar_scene.tell import Teller
from sumika.world.radar_scene.truth import SimulatedFrame

Array = NDArray[np.float64]

_RESTS = (FurnitureKind.BED, FurnitureKind.SOFA)

_REST_DB_PER_M, _REST_MOST_DB = 40.0, 20.0
"""What beds and sofas take from an echo that goes through them, both ways together: cloth and foam let through more
than a cupboard does (typical; the clutter of offices takes a decibel or two at 60 GHz, boards and doors 5 to 10: C. R.
Anderson, T. S. Rappaport, "In-building wideband partition loss measurements at 2.5 and 60 GHz", IEEE Trans. Wireless
Commun. 3, 2004)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A furnished room with a radar, before anybody enters.

    Attributes:
        room: The room.
        radar: Where it hangs.
        description: Of it.
        furniture: At the walls and in the room; every bed, sofa and chair can be used.
    """

    room: Room
    radar: Radar
    description: RadarDescription
    furniture: tuple[Furniture, ...]

    @property
    def places(self) -> tuple[RestingPlace, ...]:
        """Beds and sofas, as the house knows them."""
        return tuple(resting_place(piece) for piece in self.furniture if piece.kind in _RESTS)

    def piece(self, kind: FurnitureKind) -> Furniture:
        """Return the first piece of a kind.

        Raises:
            KeyError: if there is none.
        """
        for piece in self.furniture:
            if piece.kind is kind:
                return piece
        raise KeyError(kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActedScene:
    """A room in which something happens.

    Attributes:
        what: What it is, as a word.
        stage: The room.
        scene: Who and what is in it; the first person is the one who acts.
        actor: That one.
        impact_s: When he has come down, where he falls; None where nobody falls.
        act_s: When what the scene is about begins.
    """

    what: str
    stage: Stage
    scene: Scene
    actor: ActedBody
    impact_s: float | None
    act_s: float


def resting_place(piece: Furniture) -> RestingPlace:
    """Return the outline of a bed or sofa."""
    long, wide, high = SIZES_M[piece.kind]
    turn = math.radians(piece.heading_deg)
    corners = []
    for ahead, aside in ((0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5), (0.5, -0.5)):
        x, y = ahead * long, aside * wide
        corners.append(
            (
                piece.at_m[0] + x * math.cos(turn) - y * math.sin(turn),
                piece.at_m[1] + x * math.sin(turn) + y * math.cos(turn),
            )
        )
    height_m = piece.height_m if piece.height_m is not None else high
    return RestingPlace(name=piece.kind, floor_m=tuple(corners), height_m=height_m)


def chance_stage(
    random: np.random.Generator, description: RadarDescription, kinds: Sequence[FurnitureKind] = ()
) -> Stage:
    """Return a room with a radar and some furniture.

    Args:
        random: Where chance comes from.
        description: Of the radar; one whose field of view is narrow upwards hangs on a wall or in a corner.
        kinds: What must stand in it; beds and sofas stand at walls or free.
    """
    room = chance_room(random)
    radar = chance_radar(random, room, description)
    furniture: list[Furniture] = []
    for kind in kinds:
        furniture.append(_stand(random, room, kind, furniture))
    return Stage(room=room, radar=radar, description=description, furniture=tuple(furniture))


def chance_radar(random: np.random.Generator, room: Room, description: RadarDescription) -> Radar:
    """Hang a radar: on the first wall, in a corner, or, where it sees far up and down, on the ceiling."""
    (x_1, y_1), (x_2, _) = room.floor_m[0], room.floor_m[1]
    high = description.array.field_of_view_rad[1] > math.radians(60.0)
    way = str(random.choice(("wall", "corner", "ceiling"), p=(0.4, 0.3, 0.3) if high else (0.6, 0.4, 0.0)))
    corners = np.array(room.floor_m)
    if way == "ceiling":
        x, y = (float(value) for value in corners[:4].mean(axis=0) + random.uniform(-0.4, 0.4, 2))
        place, yaw, pitch = (x, y, room.height_m - 0.02), float(random.uniform(0.0, 360.0)), -90.0
    elif way == "corner":
        place = (x_1 + 0.05, y_1 + 0.05, float(random.uniform(1.6, 2.2)))
        yaw, pitch = float(random.uniform(38.0, 52.0)), float(random.uniform(-30.0, -12.0))
    else:
        place = (x_1 + (x_2 - x_1) * float(random.uniform(0.3, 0.7)), y_1 + 0.02, float(random.uniform(1.2, 2.0)))
        yaw, pitch = 90.0 + float(random.uniform(-10.0, 10.0)), float(random.uniform(-20.0, -4.0))
    return Radar(
        id="radar",
        room=room.id,
        model=description.model,
        position_m=place,
        yaw_deg=yaw,
        pitch_deg=pitch,
        source=DemoSource(),
    )


def _stand(random: np.random.Generator, room: Room, kind: FurnitureKind, others: Sequence[Furniture]) -> Furniture:
    """Return a piece somewhere, square to the walls, its back to the nearest one, and clear of the others."""
    best = Furniture(kind=kind, room=room.id, at_m=chance_spot(random, room, clear_m=0.9))
    for _ in range(60):
        spot = chance_spot(random, room, clear_m=0.65 if kind is not FurnitureKind.CHAIR else 0.5)
        faces = _away_from_wall(spot, room)
        heading = faces + (90.0 if kind is FurnitureKind.BED else 0.0)
        best = Furniture(kind=kind, room=room.id, at_m=spot, heading_deg=heading % 360.0)
        inside = all(is_inside(np.array(corner), room) for corner in resting_place(best).floor_m)
        if inside and all(math.dist(spot, other.at_m) > 1.5 for other in others):
            return best
    return best


def _away_from_wall(spot: Spot, room: Room) -> float:
    """Return the heading, a multiple of 90 degrees, with the nearest wall at the back."""

    def behind_m(heading_deg: float) -> float:
        back = -np.array((math.cos(math.radians(heading_deg)), math.sin(math.radians(heading_deg))))
        return next((step for step in np.arange(0.1, 6.0, 0.1) if not is_inside(spot + step * back, room)), 6.0)

    return min((0.0, 90.0, 180.0, 270.0), key=behind_m)


def acted_body(random: np.random.Generator, number: int, actor: Actor, seconds: float) -> ActedBody:
    """Return the body of somebody whose poses are laid out; he stays as he ends."""
    seed = int(random.integers(2**31))
    course = course_of(actor.poses, actor.tall_m, random)
    return ActedBody(
        id=number,
        path=course.path,
        course=course,
        chest=chest_motion(chance_chest(random, seed=seed), seconds),
        tall_m=actor.tall_m,
        cross_section_dbsm=float(random.uniform(-6.0, 0.0)),
        seed=seed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimbingPet(LowBody):
    """A cat or dog that also lies on furniture and jumps down: its path says how high it stands."""

    def points(self, time_s: float) -> Array:
        """Return (6, 3)."""
        spots = LowBody.points(self, time_s)
        spots[:, 2] += float(self.path.at(self.path.base_m, time_s))
        return spots


def chance_pet(random: np.random.Generator, start_m: Spot, legs: Sequence[Leg], base_m: float = 0.0) -> ClimbingPet:
    """Return a cat or small dog of chance size on its way."""
    return ClimbingPet(
        path=make_path(start_m, tuple(legs), base_m=base_m),
        height_m=float(random.uniform(0.22, 0.42)),
        length_m=float(random.uniform(0.35, 0.6)),
        cross_section_dbsm=float(random.uniform(-18.0, -12.0)),
    )


@dataclass(slots=True)
class Cast:
    """Who and what is on a stage.

    Attributes:
        people: Bodies; the one who acts comes first.
        animals: Pets.
        movers: What else moves.
    """

    people: list[ActedBody] = field(default_factory=list)
    animals: list[LowBody] = field(default_factory=list)
    movers: list[Mover] = field(default_factory=list)


def scene_of(random: np.random.Generator, seed: int, stage: Stage, cast: Cast, seconds: float) -> Scene:
    """Put everybody on the stage, with clutter and a mirror."""
    seats = tuple((*piece.at_m, 0.4) for piece in stage.furniture)
    return Scene(
        rooms=(stage.room,),
        radars=(stage.radar,),
        descriptions={stage.radar.id: stage.description},
        seconds=seconds,
        seed=seed,
        people=tuple(cast.people),
        animals=tuple(cast.animals),
        movers=tuple(cast.movers),
        clutter=furnish(random, stage.room, seats_m=seats),
        mirrors=chance_mirrors(random, stage.room),
    )


def acted_frames(acted: ActedScene, tells: Callable[[float], bool] = lambda _: True) -> Iterator[SimulatedFrame]:
    """Give the frames of the radar, with what furniture and other bodies hide hidden.

    Args:
        acted: The scene.
        tells: Whether a frame's truth is wanted; it costs as much as the frame. Others repeat the last one.
    """
    scene, radar = acted.scene, acted.stage.radar
    place_m = stand_of(radar).place_m
    boxes = Boxes.of([piece for piece in acted.stage.furniture if piece.kind in _RESTS])
    sight = LivingSight(place_m=place_m, walls=np.zeros((0, 2, 2)), doorways=(), boxes=Boxes.of(()))

    def shadow(places_m: Array) -> Array:
        loss_db = boxes.loss_db(place_m, places_m, _REST_DB_PER_M, _REST_MOST_DB)
        shares: Array = sight.shares(places_m) * 10.0 ** (-loss_db / 20.0)
        return shares

    view = View.of(scene, radar, np.random.SeedSequence((scene.seed, 0)), interleaved=False, shadow=shadow)
    teller, interval_s = Teller(scene, radar), view.description.frame_interval_s
    truth = teller.tell(0.0, view.duration_s)
    for index in range(math.ceil(scene.seconds / interval_s - 1e-9)):
        time_s = index * interval_s
        sight.bodies_m = tuple(body.points(time_s + view.duration_s / 2) for body in scene.people)
        if index and tells(time_s):
            truth = teller.tell(time_s, view.duration_s)
        yield SimulatedFrame(radar.id, index, time_s, view.take(time_s), truth)

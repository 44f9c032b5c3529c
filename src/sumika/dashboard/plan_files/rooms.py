"""From a drawing to rooms that a house can be described with, and everything that keeps a shape from being one."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import msgspec
from shapely.geometry import Point, Polygon

from sumika.config import ROOM_CORNERS, crossing, overlap
from sumika.dashboard.plan_files.lines import put_together
from sumika.dashboard.plan_files.names import is_size, room_id
from sumika.dashboard.plan_files.outlines import Drawing, Outline, Place, extent, without_repeats
from sumika.dashboard.problem import refused
from sumika.schema.house import Room
from sumika.text import say

ALL_LAYERS = "*"
SMALLEST_ROOM_M2, LARGEST_ROOM_M2 = 1.0, 400.0
MOST_ROOMS = 200
GAP_M = 0.05
"""Ends of a line that come so near to each other were meant to meet."""

SAME_M = 0.03
"""A shape that is drawn twice, filled and outlined, is one."""

ASSUMED_WIDE_M = 10.0
_ROOMS = re.compile(r"room|space|zone|area|部屋|室|間取|空間", re.IGNORECASE)
_PLAUSIBLE_M = (4.0, 80.0)
_UNITS_M = (1.0, 0.001, 0.01, 0.0254, 0.3048)


class PlanRoom(msgspec.Struct, frozen=True, kw_only=True):
    """A room as the drawing has it.

    Attributes:
        id: Free among those of the drawing.
        name: As the drawing has it; empty where it has none.
        floor_m: Corners; the lowest and the leftmost of all rooms lie at 0.
        area_m2: Of it.
        usable: Whether a house can be described with it.
    """

    id: str
    name: str
    floor_m: tuple[tuple[float, float], ...]
    area_m2: float
    usable: bool


class PlanProblem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a shape, or was left out.

    Attributes:
        rooms: Which are meant; empty: the drawing.
        problem: What it is.
        problem_ja: The same in Japanese.
        grave: Whether the room cannot be used like that.
    """

    rooms: tuple[str, ...]
    problem: str
    problem_ja: str
    grave: bool


class PlanLayer(msgspec.Struct, frozen=True, kw_only=True):
    """A layer of the drawing, and how many outlines lie on it."""

    name: str
    outlines: int


class PlanRead(msgspec.Struct, frozen=True, kw_only=True):
    """What a floor plan's file holds.

    Attributes:
        rooms: All shapes that might be rooms.
        problems: What is to be seen to.
        layers: Of the drawing.
        layer: The one that was taken; "*": all.
        metres_per_unit: The scale that was taken.
        scale_known: Whether the file says it, or whoever asked did.
        width_m: Of all rooms together.
        depth_m: The same, the other way.
    """

    rooms: list[PlanRoom]
    problems: list[PlanProblem]
    layers: list[PlanLayer]
    layer: str
    metres_per_unit: float
    scale_known: bool
    width_m: float
    depth_m: float


def rooms_of(drawing: Drawing, metres_per_unit: float = 0.0, layer: str = "") -> PlanRead:
    """Return the rooms of a drawing.

    Args:
        drawing: What the file holds.
        metres_per_unit: Scale that somebody knows; 0: as the file has it, or as is likely.
        layer: Which one; empty: the one that looks like it, "*": all.

    Raises:
        RefusedError: if nothing in it goes around a room.
    """
    closed = [outline for outline in drawing.outlines if outline.closed]
    counted = Counter(outline.layer for outline in drawing.outlines)
    chosen = layer or _likely_layer(Counter(outline.layer for outline in closed) or counted)
    taken = [outline for outline in drawing.outlines if chosen in (ALL_LAYERS, outline.layer)]
    if not taken:
        raise refused(422, "plan_nothing")
    known = metres_per_unit or drawing.metres_per_unit
    scale = known or _likely_scale(taken)
    drawn_closed = any(outline.closed for outline in taken)
    if not drawn_closed:
        taken = put_together(taken, scale, GAP_M, SMALLEST_ROOM_M2) or taken
    shapes = _Shapes(replace(drawing, outlines=tuple(taken)), scale)
    if not shapes.rooms:
        raise refused(422, "plan_nothing" if drawn_closed else "plan_open")
    notes = list(_judged(shapes))
    if not drawn_closed:
        notes.insert(0, _note((), "lines", grave=False, count=len(shapes.rooms)))
    if not known:
        notes.insert(0, _note((), "scale", grave=False, wide=f"{extent(taken) * scale:.1f}"))
    grave = {name for note in notes if note.grave for name in note.rooms}
    xs, ys = zip(*(corner for one in shapes.rooms for corner in one.floor_m), strict=True)
    return PlanRead(
        rooms=[one.told(usable=one.id not in grave) for one in shapes.rooms],
        problems=notes,
        layers=[PlanLayer(name=name, outlines=count) for name, count in counted.most_common(100)],
        layer=chosen,
        metres_per_unit=scale,
        scale_known=bool(known),
        width_m=max(xs) - min(xs),
        depth_m=max(ys) - min(ys),
    )


def _likely_layer(counted: Counter[str]) -> str:
    named = [name for name, _ in counted.most_common() if _ROOMS.search(name)]
    return named[0] if named else ALL_LAYERS


def _likely_scale(outlines: Sequence[Outline]) -> float:
    """Return the first unit by which a home would be as large as homes are; else one by which it is 10 m wide."""
    size = extent(outlines)
    least, most = _PLAUSIBLE_M
    fits = (unit for unit in _UNITS_M if least <= size * unit <= most)
    return next(fits, ASSUMED_WIDE_M / size if size > 0 else 1.0)


@dataclass(frozen=True)
class _Shape:
    """A shape in metres.

    Attributes:
        id: Of the room that it would be.
        name: Of it, for people.
        floor_m: Its corners.
        outline: That it comes from.
    """

    id: str
    name: str
    floor_m: tuple[Place, ...]
    outline: Outline

    @property
    def room(self) -> Room:
        return Room(id=self.id, floor_m=self.floor_m)

    def told(self, *, usable: bool) -> PlanRoom:
        """Return it as it is told to whoever gave the drawing."""
        return PlanRoom(
            id=self.id,
            name=self.name,
            floor_m=self.floor_m,
            area_m2=round(Polygon(self.floor_m).area, 2),
            usable=usable,
        )


@dataclass
class _Shapes:
    """The shapes of a drawing in metres, its lowest left corner at 0."""

    drawing: Drawing
    scale: float
    rooms: list[_Shape] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        outlines = self.drawing.outlines
        west = min(x for outline in outlines for x, _ in outline.corners)
        south = min(y for outline in outlines for _, y in outline.corners)
        labels = [
            (label.text, Point((label.place[0] - west) * self.scale, (label.place[1] - south) * self.scale))
            for label in self.drawing.labels
            if not is_size(label.text)
        ]
        for outline in outlines:
            floor = without_repeats(
                (round((x - west) * self.scale, 2), round((y - south) * self.scale, 2)) for x, y in outline.corners
            )
            if len(floor) < 3 or any(_same(floor, other.floor_m) for other in self.rooms):
                continue
            name = outline.name or _label_in(floor, labels)
            if not outline.closed and not _meets(floor):
                self.open.append(name)
                continue
            if len(self.rooms) >= MOST_ROOMS:
                raise refused(422, "plan_too_many_rooms", most=MOST_ROOMS)
            identifier = room_id(name, {other.id for other in self.rooms})
            self.rooms.append(_Shape(identifier, name, floor, outline))


def _same(first: Sequence[Place], second: Sequence[Place]) -> bool:
    if any(abs(a - b) > SAME_M for a, b in zip(_bounds(first), _bounds(second), strict=True)):
        return False
    one, other = Polygon(first), Polygon(second)
    return one.is_valid and other.is_valid and one.symmetric_difference(other).area <= SAME_M * one.length


def _bounds(floor: Sequence[Place]) -> Sequence[float]:
    xs, ys = zip(*floor, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _meets(floor: Sequence[Place]) -> bool:
    return Point(floor[0]).distance(Point(floor[-1])) <= GAP_M


def _label_in(floor: Sequence[Place], labels: Sequence[tuple[str, Point]]) -> str:
    polygon = Polygon(floor)
    if not polygon.is_valid:
        return ""
    return next((text for text, place in labels if polygon.contains(place)), "")


def _judged(shapes: _Shapes) -> Iterator[PlanProblem]:
    """Yield what is wrong with shapes by themselves, then with each other."""
    if shapes.open:
        names = ", ".join(name for name in shapes.open[:5] if name)
        yield _note((), "open", grave=False, count=len(shapes.open), names=f" ({names})" if names else "")
    sound = []
    for shape in shapes.rooms:
        wrong = list(_wrong(shape))
        yield from wrong
        if not any(note.grave for note in wrong):
            sound.append(shape)
    frames = [shape for shape in sound if _holds_others(shape, sound)]
    for shape in frames:
        yield _note((shape.id,), "frame", grave=True, name=shape.name or shape.id)
    rooms = [shape for shape in sound if shape not in frames]
    for first, second in combinations(rooms, 2):
        common = overlap(first.room, second.room)
        if common is not None:
            a, b = first.name or first.id, second.name or second.id
            yield _note(
                (second.id,), "overlap", grave=True, area=f"{common[0]:.2f}", place=common[1], first=a, second=b
            )


def _wrong(shape: _Shape) -> Iterator[PlanProblem]:
    who, name = (shape.id,), shape.name or shape.id
    if len(shape.floor_m) > ROOM_CORNERS:
        yield _note(who, "corners", grave=True, name=name, most=ROOM_CORNERS)
        return
    place = crossing(shape.room)
    if place:
        yield _note(who, "crossing", grave=True, name=name, place=place)
        return
    area_m2 = Polygon(shape.floor_m).area
    if not SMALLEST_ROOM_M2 <= area_m2 <= LARGEST_ROOM_M2:
        size = "small" if area_m2 < SMALLEST_ROOM_M2 else "large"
        yield _note(who, size, grave=True, name=name, area=f"{area_m2:.2f}")
    if shape.outline.curved:
        yield _note(who, "curved", grave=False, name=name)
    if shape.outline.holed:
        yield _note(who, "holed", grave=False, name=name)


def _holds_others(shape: _Shape, others: Sequence[_Shape]) -> bool:
    """Return whether two rooms or more lie within a shape: then it is the house's outline, or the paper's edge."""
    outer = Polygon(shape.floor_m).buffer(GAP_M)
    held = [one for one in others if one is not shape and outer.contains(Polygon(one.floor_m))]
    return len(held) >= 2


def _note(rooms: tuple[str, ...], key: str, *, grave: bool, **values: object) -> PlanProblem:
    return PlanProblem(
        rooms=rooms,
        problem=say(f"page.plan.{key}", "en", **values),
        problem_ja=say(f"page.plan.{key}", "ja", **values),
        grave=grave,
    )

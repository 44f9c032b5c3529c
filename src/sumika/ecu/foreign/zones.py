"""A house of zones, for whoever has no floor plan: areas are enough to begin with, the rest is learned."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import sqrt

from sumika.schema import DEVICE_KINDS, UsageError
from sumika.schema.building import Building, Door, Grade, Site, Window
from sumika.schema.house import Control, Device, House, Room
from sumika.schema.living import Furniture, FurnitureKind

PANE_M = 1.4
"""How high panes are; typical of windows over a sill."""

LEAST_GLASS = 7.0
"""Floor for each square metre of window: the most that Japan's building law (article 28) allows where people live."""

LEAST_M2, MOST_M2 = 1.0, 5000.0


def house_of_zones(
    zones: Mapping[str, float],
    devices: Mapping[str, tuple[str, str]],
    *,
    site: Site | None = None,
    grade: Grade = Grade.GRADE_4,
    ratings: Mapping[str, Mapping[str, float]] | None = None,
    limits: Mapping[str, Mapping[str, tuple[float, float]]] | None = None,
    windows_m2: Mapping[str, float] | None = None,
    bedrooms: Sequence[str] = (),
    height_m: float = 2.5,
    control: Control | None = None,
) -> House:
    """Return a house of which little more is known than how large its zones are.

    Zones lie in a row as rectangles of equal depth, each with a door to the next one; windows look to the south. All
    this is where learning starts from, and measurements overrule it.

    Args:
        zones: Floor area of each, m², in the order in which they lie.
        devices: By name: the zone that it serves, and its kind (`sumika.schema.DEVICE_KINDS`).
        site: Where it stands; the sun and the climate come from there.
        grade: How well it is insulated, as far as anybody knows.
        ratings: By device: what its plate says, by name.
        limits: By device: bounds of settings narrower than its kind's.
        windows_m2: By zone; what is absent has a seventh of its floor.
        bedrooms: Zones where people sleep; none: the last zone of several.
        height_m: From floor to ceiling.
        control: What is worth how much.

    Raises:
        UsageError: if there is no zone or kind of a name, or an area is none.
    """
    _check_areas(zones)
    for what, named, known in (
        ("ratings", ratings or {}, devices),
        ("limits", limits or {}, devices),
        ("windows_m2", windows_m2 or {}, zones),
        ("bedrooms", bedrooms, zones),
    ):
        _check_zones(what, named, known)
    rooms = _in_a_row(zones, height_m)
    panes_m2 = {name: area_m2 / LEAST_GLASS for name, area_m2 in zones.items()} | dict(windows_m2 or {})
    windows = (_window(room, panes_m2[room.id]) for room in rooms)
    sleeps = tuple(bedrooms) or (tuple(zones)[-1:] if len(zones) > 1 else ())
    return House(
        rooms=rooms,
        devices=tuple(
            _device(name, zone, kind, zones, (ratings or {}).get(name, {}), (limits or {}).get(name, {}))
            for name, (zone, kind) in devices.items()
        ),
        building=Building(
            site=site if site is not None else Site(),
            grade=grade,
            windows=tuple(one for one in windows if one is not None),
            doors=tuple(_door(room, other) for room, other in pairwise(rooms)),
        ),
        furniture=_furniture(rooms, sleeps),
        control=control,
    )


def _check_areas(zones: Mapping[str, float]) -> None:
    if not zones:
        raise UsageError("there are no zones", where="house_of_zones", remedy='Give at least one: {"house": 100.0}')
    for name, area_m2 in zones.items():
        if not LEAST_M2 <= area_m2 <= MOST_M2:
            raise UsageError(
                f"zone {name!r} has {area_m2:g} m²",
                where="house_of_zones",
                remedy=f"Give {LEAST_M2:g} to {MOST_M2:g} m²",
            )


def _in_a_row(zones: Mapping[str, float], height_m: float) -> tuple[Room, ...]:
    """Return zones as rectangles of equal depth side by side, from west to east."""
    depth_m = sqrt(sum(zones.values()) / len(zones))
    rooms, west_m = [], 0.0
    for name, area_m2 in zones.items():
        east_m = west_m + area_m2 / depth_m
        corners = ((west_m, 0.0), (east_m, 0.0), (east_m, depth_m), (west_m, depth_m))
        rooms.append(Room(id=name, floor_m=corners, height_m=height_m))
        west_m = east_m
    return tuple(rooms)


def _door(room: Room, other: Room) -> Door:
    east_m, depth_m = room.floor_m[2]
    return Door(id=f"{room.id}_{other.id}", rooms=(room.id, other.id), at_m=(east_m, 0.5 * depth_m))


def _check_zones(what: str, named: Iterable[str], known: Iterable[str]) -> None:
    for name in named:
        if name not in known:
            raise UsageError(
                f"{what} names {name!r}, which there is not",
                where="house_of_zones",
                remedy=f"There are: {', '.join(known) or 'none'}",
            )


def _device(
    name: str,
    zone: str,
    kind: str,
    zones: Mapping[str, float],
    ratings: Mapping[str, float],
    limits: Mapping[str, tuple[float, float]],
) -> Device:
    where = f"house_of_zones, device {name}"
    if zone not in zones:
        raise UsageError(f"there is no zone {zone!r}", where=where, remedy=f"There are: {', '.join(zones)}")
    known = DEVICE_KINDS.get(kind)
    if known is None:
        raise UsageError(f"there is no kind {kind!r}", where=where, remedy=f"There are: {', '.join(DEVICE_KINDS)}")
    for what, names, among in (("rating", ratings, known.ratings), ("setting", limits, known.settings)):
        for one in names:
            if one not in among:
                raise UsageError(
                    f"a {kind} has no {what} {one!r}", where=where, remedy=f"It has: {', '.join(among) or 'none'}"
                )
    return Device(id=name, room=zone, kind=kind, ratings=dict(ratings), limits=dict(limits))


def _window(room: Room, area_m2: float) -> Window | None:
    """Return a zone's glass as one window to the south: the first edge of its floor."""
    if area_m2 <= 0.0:
        return None
    width_m = min(area_m2 / PANE_M, room.floor_m[1][0] - room.floor_m[0][0])
    return Window(id=f"{room.id}_window", room=room.id, wall=0, width_m=width_m, height_m=area_m2 / width_m)


def _furniture(rooms: Sequence[Room], bedrooms: Sequence[str]) -> tuple[Furniture, ...]:
    """Return beds and sofas: where an ordinary household is taken to sleep and to sit until it was watched."""
    return tuple(
        Furniture(
            kind=FurnitureKind.BED if room.id in bedrooms else FurnitureKind.SOFA,
            room=room.id,
            at_m=(0.5 * (room.floor_m[0][0] + room.floor_m[1][0]), 0.5 * room.floor_m[2][1]),
        )
        for room in rooms
        if bedrooms
    )

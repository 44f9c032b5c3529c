"""A house of zones, for whoever has no floor plan: areas are enough to begin with, the rest is learned."""

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt

from sumika.schema import DEVICE_KINDS, UsageError
from sumika.schema.building import Building, Door, Grade, Site, Window
from sumika.schema.house import Control, Device, House, Room
from sumika.schema.living import Furniture, FurnitureKind

_PANE_M = 1.4
"""How high panes are; typical of windows over a sill."""


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
        windows_m2: By zone; what is absent has a seventh of its floor (the least that Japan's building law, article
            28, allows for a room to live in).
        bedrooms: Zones where people sleep; none: the last zone of several.
        height_m: From floor to ceiling.
        control: What is worth how much.

    Raises:
        UsageError: if there is no zone or kind of a name, or an area is none.
    """
    if not zones:
        raise UsageError("there are no zones", where="house_of_zones", remedy='Give at least one: {"house": 100.0}')
    for name, area_m2 in zones.items():
        if not 1.0 <= area_m2 <= 5000.0:
            raise UsageError(f"zone {name!r} has {area_m2:g} m²", where="house_of_zones", remedy="Give 1 to 5000 m²")
    _check_zones("ratings", ratings or {}, devices)
    _check_zones("limits", limits or {}, devices)
    _check_zones("windows_m2", windows_m2 or {}, zones)
    _check_zones("bedrooms", bedrooms, zones)
    depth_m = sqrt(sum(zones.values()) / max(1, len(zones)))
    rooms, doors, windows = [], [], []
    x_m = 0.0
    for number, (name, area_m2) in enumerate(zones.items()):
        wide_m = area_m2 / depth_m
        corners = ((x_m, 0.0), (x_m + wide_m, 0.0), (x_m + wide_m, depth_m), (x_m, depth_m))
        rooms.append(Room(id=name, floor_m=corners, height_m=height_m))
        windows.append(_window(name, (windows_m2 or {}).get(name, area_m2 / 7.0), wide_m))
        if number:
            doors.append(Door(id=f"{rooms[-2].id}_{name}", rooms=(rooms[-2].id, name), at_m=(x_m, 0.5 * depth_m)))
        x_m += wide_m
    sleeps = tuple(bedrooms) or (tuple(zones)[-1:] if len(zones) > 1 else ())
    return House(
        rooms=tuple(rooms),
        devices=tuple(
            _device(name, zone, kind, zones, (ratings or {}).get(name, {}), (limits or {}).get(name, {}))
            for name, (zone, kind) in devices.items()
        ),
        building=Building(
            site=site if site is not None else Site(),
            grade=grade,
            windows=tuple(one for one in windows if one is not None),
            doors=tuple(doors),
        ),
        furniture=_furniture(rooms, sleeps),
        control=control,
    )


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


def _window(zone: str, area_m2: float, wide_m: float) -> Window | None:
    """Return a zone's glass as one window to the south: the first edge of its floor."""
    if area_m2 <= 0.0:
        return None
    width_m = min(area_m2 / _PANE_M, wide_m)
    return Window(id=f"{zone}_window", room=zone, wall=0, width_m=width_m, height_m=area_m2 / width_m)


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

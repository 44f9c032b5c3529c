"""Whether the building round the rooms can be: windows in outer walls, doors in walls that are there, known names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from shapely.geometry import Point

import sumika.config._geometry as geometry
from sumika.config._items import convertible, identifiers, items
from sumika.config._problem import FieldPath, described, listed, nearest
from sumika.config._tree import Plain
from sumika.config._walls import Face, Walls, walls_of
from sumika.schema.building import OUTSIDE, Door, Window
from sumika.schema.house import Room
from sumika.schema.living import Furniture

DOOR_OFF_M = 0.3
"""A door stands no farther than this from its wall."""

FURNITURE_OUTSIDE_M = 0.1
_FIT_M = 0.005
_WINDOW_CORE = ("id", "room", "wall", "width_m", "height_m", "sill_m")
_DOOR_CORE = ("id", "rooms", "at_m", "width_m", "height_m")
_NEEDS_WINDOW = ("blind", "window_opener")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is wrong, without its line.

    Attributes:
        path: Where.
        text: What, in plain words.
        found: What the file says.
        allowed: What it may say.
        near: The valid spelling that comes nearest.
        warning: Whether the house can be used all the same.
    """

    path: FieldPath
    text: str
    found: str = ""
    allowed: str = ""
    near: str = ""
    warning: bool = False


def building_problems(data: dict[str, Plain], rooms: Mapping[FieldPath, Room]) -> Iterator[Told]:
    """Yield what cannot be about the site's time, windows, doors, furniture and where residents sleep.

    Args:
        data: The whole description.
        rooms: The rooms whose outline is sound.
    """
    checks = _Checks(data, list(rooms.values()))
    yield from checks.time_zone()
    yield from checks.names()
    yield from checks.windows()
    yield from checks.windows_together()
    yield from checks.doors()
    yield from checks.furniture()
    yield from checks.bedrooms()
    yield from checks.devices()


class _Checks:
    def __init__(self, data: dict[str, Plain], rooms: list[Room]) -> None:
        self._data = data
        building = data.get("building")
        self._building: dict[str, Plain] = building if isinstance(building, dict) else {}
        self._rooms = {room.id: room for room in rooms}
        self._index = {room.id: index for index, room in enumerate(rooms)}
        self._named = list(dict.fromkeys(name for _, name in identifiers(data, "rooms")))
        self._walls = walls_of(rooms) if self._building else Walls((), ())
        self._windows = [
            (("building", *path), window)
            for path, window in convertible(self._building, "windows", Window, _WINDOW_CORE, {})
        ]
        self._doors = [
            (("building", *path), door) for path, door in convertible(self._building, "doors", Door, _DOOR_CORE, {})
        ]

    def time_zone(self) -> Iterator[Told]:
        """The tz database of this machine knows the site's time zone: whatever plans, and the gate, keeps its hours."""
        site = self._building.get("site")
        name = site.get("timezone") if isinstance(site, dict) else None
        if not isinstance(name, str) or _is_time_zone(name):
            return
        # Abbreviations are left out: EST is no help to who wrote JST.
        known = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
        text, allowed = "there is no such time zone", "a name of the tz database, as Asia/Tokyo"
        path = ("building", "site", "timezone")
        yield Told(path=path, text=text, found=described(name), allowed=allowed, near=nearest(name, known))

    def names(self) -> Iterator[Told]:
        """Names of windows and doors are taken once; `outside` is no room; there is an outer wall."""
        for kind in ("windows", "doors"):
            seen: set[str] = set()
            for index, name in identifiers(self._building, kind):
                if name in seen:
                    path = ("building", kind, index, "id")
                    yield Told(path=path, text="this name is taken", found=f"'{name}'", allowed="each name once")
                seen.add(name)
        for index, name in identifiers(self._data, "rooms"):
            if name == OUTSIDE and self._building:
                text = "no room may have this name: it is where doors to the outside lead"
                yield Told(path=("rooms", index, "id"), text=text, found=f"'{name}'")
        if self._building and self._rooms and not self._walls.outer:
            text = "the house has no outer wall: every edge of every room faces another room"
            yield Told(path=("rooms",), text=text, allowed="rooms no farther inside each other than a wall")

    def _unknown(self, path: FieldPath, name: str, *, outside: bool = False) -> Told:
        known = [*self._named, OUTSIDE] if outside else self._named
        allowed = listed(known) or "there is none; add it under rooms:"
        return Told(
            path=path, text="there is no such room", found=f"'{name}'", allowed=allowed, near=nearest(name, known)
        )

    def _outer(self, room: str, edge: int) -> list[Face]:
        index = self._index[room]
        return [face for face in self._walls.outer if (face.edge.room, face.edge.number) == (index, edge)]

    def windows(self) -> Iterator[Told]:
        """Each window is in an outer wall that holds it."""
        for path, window in self._windows:
            if window.room not in self._named:
                yield self._unknown((*path, "room"), window.room)
            elif window.room in self._rooms:
                yield from self._window(path, window, self._rooms[window.room])

    def _window(self, path: FieldPath, window: Window, room: Room) -> Iterator[Told]:
        edges = len(room.floor_m)
        if window.wall >= edges:
            text = f"the room '{room.id}' has no such wall"
            yield Told(path=(*path, "wall"), text=text, found=str(window.wall), allowed=f"0 to {edges - 1}")
            return
        faces = self._outer(room.id, window.wall)
        if not faces:
            outer = sorted({face.edge.number for face in self._walls.outer if face.edge.room == self._index[room.id]})
            allowed = listed([str(number) for number in outer]) or "a room with an outer wall"
            text = f"this wall of the room '{room.id}' is no outer wall"
            yield Told(path=(*path, "wall"), text=text, found=f"wall {window.wall}", allowed=allowed)
            return
        longest = max(face.length_m for face in faces)
        if window.width_m > longest + _FIT_M:
            text = "the window is larger than its wall"
            allowed = f"at most {longest:.2f} m, which is what of the wall faces the outside"
            yield Told(path=(*path, "width_m"), text=text, found=f"{window.width_m:g} m", allowed=allowed)
        if window.height_m > room.height_m + _FIT_M:
            text = "the window is larger than its wall"
            allowed = f"at most {room.height_m:g} m, the height of the room"
            yield Told(path=(*path, "height_m"), text=text, found=f"{window.height_m:g} m", allowed=allowed)
        elif window.sill_m + window.height_m > room.height_m + _FIT_M:
            text = "the window sticks out of its wall above the ceiling"
            found = f"{window.sill_m:g} m + {window.height_m:g} m"
            yield Told(path=(*path, "sill_m"), text=text, found=found, allowed=f"at most {room.height_m:g} m together")

    def windows_together(self) -> Iterator[Told]:
        """Windows of a wall have room beside each other, wherever they stand along it."""
        by_wall: dict[tuple[str, int], list[tuple[FieldPath, Window]]] = {}
        for path, window in self._windows:
            if window.room in self._rooms:
                by_wall.setdefault((window.room, window.wall), []).append((path, window))
        for (room, wall), windows in by_wall.items():
            length = sum(face.length_m for face in self._outer(room, wall))
            widest, names = max(
                (_side_by_side(windows, window.sill_m) for _, window in windows), key=lambda one: one[0]
            )
            if len(names) > 1 and length > 0 and widest > length + _FIT_M:
                text = f"the windows of wall {wall} of the room '{room}' overlap: {', '.join(names)}"
                allowed = f"at most {length:.2f} m side by side"
                yield Told(path=(*windows[-1][0], "width_m"), text=text, found=f"{widest:.2f} m", allowed=allowed)

    def doors(self) -> Iterator[Told]:
        """Each door is in the wall between its two rooms, or in an outer wall."""
        for path, door in self._doors:
            unknown = [
                (place, name) for place, name in enumerate(door.rooms) if name != OUTSIDE and name not in self._named
            ]
            for place, name in unknown:
                yield self._unknown((*path, "rooms", place), name, outside=True)
            if unknown:
                continue
            if door.rooms[0] == door.rooms[1]:
                text = "a door joins two different rooms"
                found = f"'{door.rooms[0]}' twice"
                yield Told(path=(*path, "rooms"), text=text, found=found, allowed="two rooms, or one and outside")
            elif all(name == OUTSIDE or name in self._rooms for name in door.rooms):
                yield from self._door(path, door)

    def _door(self, path: FieldPath, door: Door) -> Iterator[Told]:
        inside = [self._rooms[name] for name in door.rooms if name != OUTSIDE]
        if len(inside) == 2 and inside[0].storey != inside[1].storey:
            yield from self._stairs(path, door, inside)
            return
        faces = self._faces_of(door, inside)
        between = f"'{door.rooms[0]}' and '{door.rooms[1]}'"
        if not faces:
            text = f"the rooms {between} have no wall in common"
            yield Told(path=(*path, "rooms"), text=text, allowed="two rooms side by side, or one and outside")
            return
        face = min(faces, key=lambda one: one.distance_m(door.at_m))
        place = f"({door.at_m[0]:g}, {door.at_m[1]:g})"
        if face.distance_m(door.at_m) > DOOR_OFF_M:
            start, end = face.edge.point(face.start_m), face.edge.point(face.end_m)
            text = f"the door is not in the wall between {between}"
            allowed = f"a place from ({start[0]:.2f}, {start[1]:.2f}) to ({end[0]:.2f}, {end[1]:.2f})"
            yield Told(path=(*path, "at_m"), text=text, found=place, allowed=allowed)
        elif door.width_m > face.length_m + DOOR_OFF_M:
            text = f"the door is wider than the wall between {between}"
            found = f"{door.width_m:g} m"
            yield Told(path=(*path, "width_m"), text=text, found=found, allowed=f"at most {face.length_m:.2f} m")
        lowest = min(room.height_m for room in inside)
        if door.height_m > lowest + _FIT_M:
            text, found = "the door is higher than its wall", f"{door.height_m:g} m"
            yield Told(path=(*path, "height_m"), text=text, found=found, allowed=f"at most {lowest:g} m")

    def _faces_of(self, door: Door, inside: list[Room]) -> list[Face]:
        indices = {self._index[room.id] for room in inside}
        if len(inside) == 1:
            return [face for face in self._walls.outer if face.edge.room in indices]
        return [face for face, other in self._walls.shared if {face.edge.room, other} == indices]

    def _stairs(self, path: FieldPath, door: Door, inside: list[Room]) -> Iterator[Told]:
        if abs(inside[0].storey - inside[1].storey) > 1:
            text = f"stairs from '{inside[0].id}' to '{inside[1].id}' would pass a storey"
            yield Told(path=(*path, "rooms"), text=text, allowed="rooms of storeys one above the other")
            return
        for room in inside:
            if geometry.floor_polygon(room).distance(Point(door.at_m)) > DOOR_OFF_M:
                text = f"the stairs do not stand in the room '{room.id}'"
                found = f"({door.at_m[0]:g}, {door.at_m[1]:g})"
                yield Told(path=(*path, "at_m"), text=text, found=found, allowed="a place in both rooms")

    def furniture(self) -> Iterator[Told]:
        """Each piece stands in its room."""
        for path, piece in convertible(self._data, "furniture", Furniture, ("kind", "room", "at_m"), {}):
            if piece.room not in self._named:
                yield self._unknown((*path, "room"), piece.room)
            elif piece.room in self._rooms:
                away = geometry.floor_polygon(self._rooms[piece.room]).distance(Point(piece.at_m))
                if away > FURNITURE_OUTSIDE_M:
                    text = f"the {piece.kind} does not stand in the room '{piece.room}'"
                    found = f"({piece.at_m[0]:g}, {piece.at_m[1]:g}), {away:.2f} m outside"
                    yield Told(path=(*path, "at_m"), text=text, found=found, allowed="a place on its floor")

    def bedrooms(self) -> Iterator[Told]:
        """Residents sleep in rooms that are there."""
        for index, item in enumerate(items(self._data, "residents")):
            life = item.get("life") if isinstance(item, dict) else None
            bedroom = life.get("bedroom") if isinstance(life, dict) else None
            if isinstance(bedroom, str) and bedroom and bedroom not in self._named:
                yield self._unknown(("residents", index, "life", "bedroom"), bedroom)

    def devices(self) -> Iterator[Told]:
        """Blinds and openers belong to windows that are there."""
        known = [name for _, name in identifiers(self._building, "windows")]
        for index, item in enumerate(items(self._data, "devices")):
            if not isinstance(item, dict):
                continue
            window, path = item.get("window"), ("devices", index, "window")
            if isinstance(window, str) and window and window not in known:
                allowed = listed(known) or "there is none; add it under building.windows:"
                text, near = "there is no such window", nearest(window, known)
                yield Told(path=path, text=text, found=f"'{window}'", allowed=allowed, near=near)
            elif not window and item.get("kind") in _NEEDS_WINDOW and self._building:
                allowed = listed(known) or "one of building.windows"
                text = f"a {item.get('kind')} belongs to a window, and none is named"
                yield Told(path=path, text=text, allowed=allowed, warning=True)


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _side_by_side(windows: list[tuple[FieldPath, Window]], height_m: float) -> tuple[float, list[str]]:
    """Return how wide all windows together are that a level line at a height just above goes through, and which."""
    crossed = [one for _, one in windows if one.sill_m <= height_m + _FIT_M < one.sill_m + one.height_m]
    return sum(one.width_m for one in crossed), [one.id for one in crossed]

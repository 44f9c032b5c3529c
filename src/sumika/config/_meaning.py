"""Whether a house description makes sense: names, places on the plan, ports and files. What JSON Schema cannot say."""

import itertools
import os.path
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

import sumika.config._geometry as geometry
from sumika.config._alarms import alarm_problems
from sumika.config._bridge import bridge_problems
from sumika.config._building import building_problems
from sumika.config._items import convertible, identifiers, items
from sumika.config._knowing import knowing_problems
from sumika.config._page import page_problems
from sumika.config._paths import BUILTIN, resolve
from sumika.config._presence import presence_problems
from sumika.config._problem import FieldPath, Problem, described, field_name, listed, nearest
from sumika.config._tree import Plain, Tree
from sumika.schema.house import (
    Device,
    PortSource,
    Radar,
    RecordingSource,
    Resident,
    Room,
    Sensor,
)

_ROOM_CORE = ("id", "floor_m", "storey")
_ROOM_SPARE: dict[str, Plain] = {"height_m": 20.0}
_RADAR_CORE = ("id", "room", "position_m")
_RADAR_SPARE: dict[str, Plain] = {"model": "unknown", "source": {"type": "demo"}}

SMALLEST_ROOM_M2 = 0.5
RADAR_OUTSIDE_M = 0.3
_KINDS: dict[str, type[msgspec.Struct]] = {
    "rooms": Room,
    "radars": Radar,
    "sensors": Sensor,
    "devices": Device,
    "residents": Resident,
}


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a house description is held against, beside itself.

    Attributes:
        path: The file; paths in it are relative to its folder.
        environ: For `$SUMIKA_DATA`.
        models: The radar models there are; None leaves them unchecked.
    """

    path: Path
    environ: Mapping[str, str]
    models: Collection[str] | None


def meaning_problems(tree: Tree, surroundings: Surroundings) -> list[Problem]:
    """Return what does not make sense, as far as the parts can be understood each by itself."""
    if not isinstance(tree.data, dict):
        return []
    checks = _Checks(tree, tree.data, surroundings)
    return [
        *checks.duplicates(),
        *checks.references(),
        *checks.floors(),
        *checks.overlaps(),
        *checks.places(),
        *checks.presence(),
        *checks.models(),
        *checks.ports(),
        *checks.files(),
        *checks.building(),
        *checks.page(),
        *checks.bridge(),
        *checks.alarms(),
        *checks.knowing(),
    ]


class _Checks:
    def __init__(self, tree: Tree, data: dict[str, Plain], surroundings: Surroundings) -> None:
        self._tree = tree
        self._data = data
        self._surroundings = surroundings
        self._rooms: dict[FieldPath, Room] = dict(convertible(data, "rooms", Room, _ROOM_CORE, _ROOM_SPARE))
        self._radars: dict[FieldPath, Radar] = dict(convertible(data, "radars", Radar, _RADAR_CORE, _RADAR_SPARE))
        self._sound_rooms = {path: room for path, room in self._rooms.items() if not geometry.crossing(room)}

    def duplicates(self) -> Iterator[Problem]:
        for kind in _KINDS:
            first: dict[str, int] = {}
            for index, identifier in identifiers(self._data, kind):
                path = (kind, index, "id")
                if identifier in first:
                    text = f"this name is taken, first in line {first[identifier]}"
                    yield self._problem(path, text, f"'{identifier}'", "each name once")
                else:
                    first[identifier] = self._tree.line(path)

    def references(self) -> Iterator[Problem]:
        rooms = list(dict.fromkeys(identifier for _, identifier in identifiers(self._data, "rooms")))
        residents = list(dict.fromkeys(identifier for _, identifier in identifiers(self._data, "residents")))
        for kind in ("radars", "sensors", "devices"):
            for index, item in enumerate(items(self._data, kind)):
                if isinstance(item, dict) and isinstance(item.get("room"), str):
                    yield from self._reference((kind, index, "room"), item["room"], rooms, "room")
        for index, item in enumerate(items(self._data, "rooms")):
            named = item.get("residents") if isinstance(item, dict) else None
            for place, resident in enumerate(named if isinstance(named, list) else ()):
                yield from self._reference(("rooms", index, "residents", place), resident, residents, "resident")

    def _reference(self, path: FieldPath, name: Plain, known: list[str], kind: str) -> Iterator[Problem]:
        if isinstance(name, str) and name not in known:
            allowed = listed(known) or f"there is none; add it under {kind}s:"
            yield self._problem(path, f"there is no such {kind}", f"'{name}'", allowed, nearest(name, known))

    def floors(self) -> Iterator[Problem]:
        for path, room in self._rooms.items():
            place = geometry.crossing(room)
            inner = (*path, "floor_m")
            if place:
                text = f"the floor's outline crosses itself at {place}"
                yield self._problem(inner, text, "", "corners in order, around the room")
            elif (area := geometry.area_m2(room)) <= SMALLEST_ROOM_M2:
                yield self._problem(inner, "this is no room", f"{area:.2f} m²", f"more than {SMALLEST_ROOM_M2} m²")

    def overlaps(self) -> Iterator[Problem]:
        for (_, first), (path, second) in itertools.combinations(self._sound_rooms.items(), 2):
            if first.storey != second.storey:
                continue
            common = geometry.overlap(first, second)
            if common is not None:
                area, place = common
                text = f"the rooms '{first.id}' and '{second.id}' overlap"
                yield self._problem(
                    (*path, "floor_m"), text, f"{area:.2f} m² in common ({place})", "rooms of a storey side by side"
                )

    def places(self) -> Iterator[Problem]:
        rooms = {room.id: room for room in self._sound_rooms.values()}
        for path, radar in self._radars.items():
            room = rooms.get(radar.room)
            if room is None:
                continue
            inner = (*path, "position_m")
            distance = geometry.distance_m(radar, room)
            if distance > RADAR_OUTSIDE_M:
                yield self._outside(inner, radar, room, distance)
            elif geometry.view_m(radar, room) == 0.0:
                text = "the radar looks out of its room"
                allowed = "a direction into the room, counter-clockwise from the plan's x axis"
                yield self._problem((*path, "yaw_deg"), text, f"{radar.yaw_deg:g} degrees", allowed, warning=True)
            height = radar.position_m[2]
            if not 0 <= height <= room.height_m:
                allowed = f"0 (floor) to {room.height_m:g} m (ceiling of '{room.id}')"
                yield self._problem(inner, "the radar's height is not in the room", f"{height:g} m", allowed)

    def _outside(self, path: FieldPath, radar: Radar, room: Room, distance: float) -> Problem:
        storey = [other for other in self._sound_rooms.values() if other.storey == room.storey]
        closest, gap = geometry.nearest_room(radar, storey)
        if gap > RADAR_OUTSIDE_M:
            text = f"the radar is outside the house, {gap:.2f} m from the nearest room '{closest.id}'"
        elif gap > 0:
            text = f"the radar is outside its room; it is {gap:.2f} m from the room '{closest.id}'"
        else:
            text = f"the radar is outside its room; it stands in the room '{closest.id}'"
        found = f"({radar.position_m[0]:g}, {radar.position_m[1]:g}), {distance:.2f} m from '{room.id}'"
        return self._problem(path, text, found, f"at most {RADAR_OUTSIDE_M} m from the room's floor")

    def building(self) -> Iterator[Problem]:
        for told in building_problems(self._data, self._sound_rooms):
            yield self._problem(told.path, told.text, told.found, told.allowed, told.near, warning=told.warning)

    def presence(self) -> Iterator[Problem]:
        for told in presence_problems(self._data):
            yield self._problem(told.path, told.text, told.found, told.allowed, warning=told.warning)

    def page(self) -> Iterator[Problem]:
        for told in page_problems(self._data):
            yield self._problem(told.path, told.text, told.found, told.allowed, warning=told.warning)

    def alarms(self) -> Iterator[Problem]:
        for told in alarm_problems(self._data):
            yield self._problem(told.path, told.text, told.found, told.allowed, told.near, warning=told.warning)

    def bridge(self) -> Iterator[Problem]:
        for told in bridge_problems(self._data):
            yield self._problem(told.path, told.text, told.found, told.allowed)

    def knowing(self) -> Iterator[Problem]:
        for told in knowing_problems(self._data):
            yield self._problem(told.path, told.text, told.found, told.allowed, told.near)

    def models(self) -> Iterator[Problem]:
        known = self._surroundings.models
        for index, item in enumerate(items(self._data, "radars")):
            model = item.get("model") if isinstance(item, dict) else None
            if known is not None and isinstance(model, str) and model not in known:
                path = ("radars", index, "model")
                allowed = listed(sorted(known))
                yield self._problem(path, "there is no such model", described(model), allowed, nearest(model, known))

    def ports(self) -> Iterator[Problem]:
        first: dict[str, Radar] = {}
        for path, radar in self._radars.items():
            if not isinstance(radar.source, PortSource):
                continue
            for key, name in (("device", radar.source.device), ("command", radar.source.command)):
                if not name.startswith("/"):  # "usb", "udp": the maker's package, or the address, tells them apart
                    continue
                port = os.path.normpath(name)
                if port in first:
                    text = f"the radar '{first[port].id}' is on the same port"
                    yield self._problem((*path, "source", key), text, described(name), "a port for each radar")
                else:
                    first[port] = radar

    def files(self) -> Iterator[Problem]:
        for path, radar in self._radars.items():
            names: tuple[tuple[str, str, str], ...] = ()
            if isinstance(radar.source, RecordingSource):
                names = (("path", radar.source.path, "a recording"), ("chirp", radar.source.chirp, "a recording"))
            elif isinstance(radar.source, PortSource):
                names = (("config", radar.source.config, "a file with settings"),)
            for key, name, allowed in names:
                if name and not name.startswith(BUILTIN):
                    yield from self._file((*path, "source", key), name, allowed)

    def _file(self, path: FieldPath, name: str, allowed: str) -> Iterator[Problem]:
        place = resolve(name, self._surroundings.path, self._surroundings.environ)
        if place is None:
            text = "the folder of recordings is not known"
            yield self._problem(path, text, f"'{name}'", "the variable SUMIKA_DATA set to a folder", warning=True)
        elif not _exists(place):
            yield self._problem(path, "there is no such file or folder", f"'{place}'", allowed, warning=True)

    def _problem(
        self, path: FieldPath, text: str, found: str, allowed: str, near: str = "", *, warning: bool = False
    ) -> Problem:
        line, name = self._tree.line(path), field_name(path)
        return Problem(line=line, field=name, text=text, found=found, allowed=allowed, nearest=near, warning=warning)


def _exists(place: Path) -> bool:
    try:
        return place.exists()
    except (OSError, ValueError):
        return False

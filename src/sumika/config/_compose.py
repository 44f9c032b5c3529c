"""A first `house.yaml` from a few answers, with a comment on everything that is worth changing."""

import math
import re
from collections.abc import Collection, Sequence

import msgspec

import sumika.config._emit as emit
from sumika.config._problem import listed, nearest
from sumika.config._tree import Plain
from sumika.schema.errors import UsageError
from sumika.schema.house import DemoSource, PortSource, RecordingSource

_GAP_M = 0.1
"""Thickness of the walls between the rooms of a first plan."""
_WALL_HEIGHT_M = 1.2
"""Where a radar hangs at first: about the chest of someone who sits."""


_NAME = re.compile("^[a-z][a-z0-9_]{0,31}$")


class RoomAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A room as it is asked for.

    Attributes:
        id: Its name.
        width_m: From west to east.
        depth_m: From south to north.
    """

    id: str
    width_m: float
    depth_m: float


class RadarAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A radar as it is asked for.

    Attributes:
        room: Where it hangs.
        model: Its model.
        source: A device (/dev/...), a recording, or empty for a simulated target.
        chirp: Chirp description of a recording that does not carry one.
    """

    room: str
    model: str
    source: str = ""
    chirp: str = ""


def room_answer(text: str, taken: Collection[str] = ()) -> RoomAnswer:
    """Return the room that `living:4x5` means: name, metres west to east, metres south to north.

    Args:
        text: What was answered.
        taken: Names that other rooms have.

    Raises:
        UsageError: if it means none, or cannot be had.
    """
    name, _, size = text.partition(":")
    name = name.strip()
    if name in taken:
        raise UsageError(f"'{text}': there is a room '{name}' already")
    if not _NAME.fullmatch(name):
        remedy = "Take lower-case letters, digits and _, beginning with a letter, at most 32"
        raise UsageError(f"'{name}' cannot be used as a name", remedy=remedy)
    width, _, depth = (size or "4x4").lower().replace("×", "x").replace("m", "").partition("x")
    try:
        answer = RoomAnswer(id=name, width_m=float(width), depth_m=float(depth))
    except ValueError as error:
        raise UsageError(
            f"'{text}' is no room", remedy="Write name:WIDTHxDEPTH in metres, such as living:4x5"
        ) from error
    if not (math.isfinite(answer.width_m) and math.isfinite(answer.depth_m) and answer.width_m * answer.depth_m > 0):
        raise UsageError(f"'{text}' is no room: both lengths must be above 0 m")
    return answer


def radar_answer(text: str, rooms: Collection[str], models: Collection[str]) -> RadarAnswer:
    """Return the radar that `living:ld2450:/dev/ttyUSB0` means: room, model, and where its data comes from.

    The last part may be a recording, with the chirp description behind a comma where it needs one, or absent: then a
    simulated breathing target stands in until there is a radar.

    Raises:
        UsageError: if the room or the model does not exist.
    """
    room, model, source = ([*text.split(":", 2), "", ""])[:3]
    for kind, name, known in (("room", room, rooms), ("model", model, models)):
        if name not in known:
            near = nearest(name, known)
            raise UsageError(
                f"'{text}': there is no {kind} '{name}', there are: {listed(sorted(known))}"
                + (f"; did you mean {near}?" if near else ""),
                remedy="Write room:model:source, such as living:ld2450:/dev/ttyUSB0",
            )
    path, _, chirp = source.partition(",")
    return RadarAnswer(room=room, model=model, source=path, chirp=chirp)


def compose_house(name: str, rooms: Sequence[RoomAnswer], radars: Sequence[RadarAnswer]) -> str:
    """Return the text of a `house.yaml`: the rooms side by side from west to east, the radars on their walls."""
    lines = [
        "# The house as Sumika knows it. Check it after every change: sumika house check FILE",
        "# Lengths in metres. The plan's x axis goes to the right (east), y up (north); angles turn from x towards y.",
        "version: 1 # of this format; leave it as it is",
        f"name: {emit.scalar(name)} # for people",
        "# language: ja # ja or en; without it the terminal's is taken",
        "",
        "page: {} # in a browser at http://127.0.0.1:8160, on this machine alone; without this line there is none",
        "",
        "# Everyone whose breathing and heart are measured has a key of their own:",
        "# what was recorded of them can be deleted for good, and of nobody else.",
        "# residents:",
        "#   - id: hanako",
        "#     name: Hanako",
        "",
        "rooms:",
    ]
    west: dict[str, float] = {}
    at = 0.0
    for room in rooms:
        west[room.id] = at
        lines += _room_lines(room, at)
        at = round(at + room.width_m + _GAP_M, 3)
    lines += ["", *_radar_section(radars, {room.id: room for room in rooms}, west)]
    return "\n".join(lines) + "\n"


def _room_lines(room: RoomAnswer, west: float) -> list[str]:
    east, north = round(west + room.width_m, 3), room.depth_m
    floor: list[Plain] = [[_short(x), _short(y)] for x, y in ((west, 0), (east, 0), (east, north), (west, north))]
    return [
        f"  - id: {room.id} # lower-case letters, digits and _",
        f"    name: {emit.scalar(room.id.replace('_', ' ').capitalize())} # for people",
        f"    floor_m: {emit.flow(floor)} # corners in order, as many as it has",
        "    height_m: 2.4 # from floor to ceiling",
        "    storey: 1 # rooms of one storey must not overlap",
        "    # residents: [hanako] # who sleeps or lives here",
    ]


def _radar_section(radars: Sequence[RadarAnswer], rooms: dict[str, RoomAnswer], west: dict[str, float]) -> list[str]:
    if not radars:
        return [
            "# No radar: without one only sensors tell who is where, and nobody's breath or heart is measured.",
            "radars: []",
        ]
    lines = ["radars:"]
    count: dict[str, int] = {}
    for radar in radars:
        count[radar.room] = number = count.get(radar.room, 0) + 1
        identifier = f"{radar.room[:26]}_radar" + (f"_{number}" if number > 1 else "")
        position, yaw = _on_wall(rooms[radar.room], west[radar.room], number - 1)
        lines += [
            f"  - id: {identifier[:32]}",
            f"    room: {radar.room}",
            f"    model: {emit.scalar(radar.model)}",
            f"    position_m: {emit.flow(position)} # x, y on the plan, height above the floor",
            f"    yaw_deg: {yaw} # where it looks: 0 along x (east), 90 along y (north)",
            "    pitch_deg: 0 # upwards positive",
            *_source_lines(radar),
        ]
    return lines


def _on_wall(room: RoomAnswer, west: float, number: int) -> tuple[Plain, int]:
    """Return a place in the middle of a wall and the direction into the room: west first, then east, south, north."""
    x, y = round(west + room.width_m / 2, 3), round(room.depth_m / 2, 3)
    places = ((west, y, 0), (round(west + room.width_m, 3), y, 180), (x, 0.0, 90), (x, room.depth_m, -90))
    place = places[number % len(places)]
    return [_short(place[0]), _short(place[1]), _WALL_HEIGHT_M], place[2]


def _short(length_m: float) -> float:
    """Return a length without the .0 that nobody writes."""
    return int(length_m) if length_m == int(length_m) else length_m


def _source_lines(radar: RadarAnswer) -> list[str]:
    source = _source(radar)
    group = msgspec.to_builtins(source)
    why = {
        DemoSource: "# simulated: a person who breathes at this distance, until there is a radar",
        PortSource: "# live, from this device",
        RecordingSource: "# a recording, absolute or relative to this file; $SUMIKA_DATA may stand for a folder",
    }[type(source)]
    lines = [f"    source: {why}", *(f"      {key}: {emit.scalar(value)}" for key, value in group.items())]
    if isinstance(source, PortSource):
        lines.append("      # config: radar.cfg # settings to send to it; a TI radar sends nothing without its .cfg")
    return lines


def _source(radar: RadarAnswer) -> DemoSource | PortSource | RecordingSource:
    if radar.source in {"", "demo"}:
        return DemoSource()
    if radar.source.startswith("/dev/"):
        return PortSource(device=radar.source)
    return RecordingSource(path=radar.source, chirp=radar.chirp)

"""`sumika house`: describe a house, check it, and tell editors what may stand in it."""

import json
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import click

from sumika.cli._options import data_option
from sumika.cli._simulated import require_a_world
from sumika.config import (
    LoadedHouse,
    Problem,
    RadarAnswer,
    RoomAnswer,
    area_m2,
    compose_house,
    draw_floor_plan,
    house_schema,
    load_house,
    migrate_house,
    parse_house,
    radar_answer,
    room_answer,
    view_m,
    write_new_house,
)
from sumika.schema import SumikaError, UsageError
from sumika.schema.house import DemoSource, House, PortSource, Radar, RecordingSource, Room, WorldSource
from sumika.sensors import MODELS

_FILE = click.Path(path_type=Path)
_MOMENT = click.DateTime(("%Y-%m-%d", "%Y-%m-%dT%H:%M"))
_PLAN_COLUMNS = 80


@click.group()
def house() -> None:
    """Describe and check a house."""


@house.command()
@click.argument("file", type=_FILE)
@click.option("--start", is_flag=True, help="Whether the house and its page would start by it too.")
def check(file: Path, start: bool) -> None:
    """Say everything that is wrong with FILE, or what it describes.

    Recordings that are there are opened, and the settings read that radars are to be sent; their ports are left alone.

    With --start it is looked whether a radar works, and whether the page's own certificate can be used. Exit code 2 if
    FILE cannot be used, 1 if a recording cannot be played, or with --start if the house or its page would not start.
    """
    loaded = load_house(file, models=MODELS)
    for problem in (*loaded.warnings, *_driver_warnings(loaded.house)):
        click.echo(problem.located(file), err=True)
    require_a_world(loaded)
    click.echo(_summary(loaded))
    from sumika.cli._recordings import (  # slow to import; nothing else opens recordings
        never_start,
        refused,
        require_one,
    )

    if start:
        require_one(loaded)
        _require_certificate(loaded)
    for radar, error in never_start(loaded):
        click.echo(f"radar {radar.id}: {error}", err=True)
    unplayable = refused(loaded)
    for radar, error in unplayable:
        click.echo(f"radar {radar.id}: {error}", err=True)
    if unplayable:
        sys.exit(max(error.exit_code for _, error in unplayable))


@house.command()
@click.argument("file", type=_FILE)
@click.option("--name", help="Name of the house, for people.")
@click.option("--room", "rooms", multiple=True, metavar="NAME:WxD", help="A room and its size in metres: living:4x5")
@click.option(
    "--radar",
    "radars",
    multiple=True,
    metavar="ROOM:MODEL[:SOURCE]",
    help="A radar: living:ld2450:/dev/ttyUSB0. SOURCE may be a recording (FILE or FILE,CHIRP); none is simulated.",
)
@click.option("--force", is_flag=True, help="Take the place of a file that is there; it is kept as a backup.")
def new(file: Path, name: str | None, rooms: tuple[str, ...], radars: tuple[str, ...], force: bool) -> None:
    """Write a first description of a house to FILE. Asks for what no option says."""
    if file.exists() and not force:
        raise UsageError("there is a file already", where=str(file), remedy="Give another name, or --force.")
    if rooms:
        room_answers = _rooms(rooms)
        radar_answers = _radars(radars, room_answers)
    else:
        name, room_answers, radar_answers = _asked(name, radars)
    text = compose_house(name or "Home", room_answers, radar_answers)
    # Checked before it is written: what this command writes must pass `house check`.
    loaded = parse_house(text, file, models=MODELS)
    write_new_house(file, text, force=force)
    click.echo(f"Wrote {file}: {_counted(loaded.house)}. Edit it, then: sumika house check {file}")
    from sumika.cli._recordings import never_start  # slow to import

    for radar, error in never_start(loaded):
        click.echo(f"radar {radar.id} does not work yet: {error}", err=True)


@house.command()
def schema() -> None:
    """Print the JSON Schema of house.yaml; editors complete and check with it."""
    click.echo(json.dumps(house_schema(), indent=2, ensure_ascii=False))


@house.command()
@click.argument("file", type=_FILE)
def migrate(file: Path) -> None:
    """Bring FILE up to date if it was written for an older Sumika; comments and a backup are kept."""
    before = load_house(file, models=MODELS)
    after = migrate_house(file, models=MODELS)
    click.echo(f"{file}: {'is up to date' if after.hash == before.hash else 'brought up to date, backup beside it'}")


@house.command()
@click.argument("resident")
@data_option
@click.option("--logs", is_flag=True, help="Delete the log too, which is not encrypted and holds everybody.")
@click.option("--logs-from", type=_MOMENT, help="With --logs: only what it holds since then (local time).")
@click.option("--logs-to", type=_MOMENT, help="With --logs: only what it holds until then (local time).")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(
    resident: str, data: Path | None, logs: bool, logs_from: datetime | None, logs_to: datetime | None, yes: bool
) -> None:
    """Make what history keeps of RESIDENT's body (breathing, heart) unreadable for ever, by destroying the key.

    The half minutes kept before alarms are deleted too. The house must not be running. Its log is not encrypted: this
    says where it lies, or deletes it with --logs.
    """
    from sumika.cli._forget import forget_resident  # what no other command here needs, and is slow to import

    if not logs and (logs_from or logs_to):
        raise UsageError("--logs-from and --logs-to say which part of the log goes", remedy="Add --logs.")

    def agreed(question: str) -> None:
        if not yes:
            click.confirm(question, abort=True)

    forget_resident(resident, data, (logs_from, logs_to) if logs else None, agreed)


def _require_certificate(loaded: LoadedHouse) -> None:
    page = loaded.house.page
    if page is not None and page.enabled and page.certificate:
        from sumika.runtime.page_access import owners_certificate  # slow to import, and seldom needed here

        owners_certificate(page, loaded.path)


def _driver_warnings(described: House) -> list[Problem]:
    """Return what a sound description asks of drivers that they cannot do."""
    problems = []
    for index, radar in enumerate(described.radars):
        model = MODELS[radar.model]
        if isinstance(radar.source, RecordingSource) and model.needs_chirp and not radar.source.chirp:
            text = f"a recording of {radar.model} needs a chirp description; add chirp:"
            problems.append(Problem(line=0, field=f"radars[{index}].source", text=text, warning=True))
    return problems


# What a house is, in text.


def _summary(loaded: LoadedHouse) -> str:
    described = loaded.house
    rooms = {room.id: room for room in described.rooms}
    lines = [f"{described.name}: {_counted(described)}{' (demo)' if described.demo else ''}", ""]
    lines += [_room_line(room) for room in described.rooms]
    lines += ["", *(_radar_line(radar, rooms[radar.room]) for radar in described.radars)] if described.radars else []
    return "\n".join([*lines, "", draw_floor_plan(described, _PLAN_COLUMNS)])


def _counted(described: House) -> str:
    parts = [
        f"{len(items)} {kind if len(items) == 1 else kind + 's'}"
        for kind, items in (
            ("room", described.rooms),
            ("radar", described.radars),
            ("sensor", described.sensors),
            ("device", described.devices),
            ("resident", described.residents),
        )
        if items or kind in {"room", "radar"}
    ]
    return ", ".join(parts)


def _room_line(room: Room) -> str:
    people = f", {', '.join(room.residents)}" if room.residents else ""
    return f"room {room.id}: {area_m2(room):.1f} m², {room.height_m:g} m high, storey {room.storey}{people}"


def _radar_line(radar: Radar, room: Room) -> str:
    view = view_m(radar, room)
    looks = f"looks at {radar.yaw_deg:g}°, {view:.1f} m to the next wall" if view else "looks out of its room"
    return f"radar {radar.id}: {radar.model} in {radar.room} at {radar.position_m[2]:g} m, {looks}; {_source(radar)}"


def _source(radar: Radar) -> str:
    match radar.source:
        case RecordingSource(path=path):
            return f"recording {path}"
        case PortSource(device=device):
            return f"live from {device}"
        case DemoSource(respiration_bpm=rate, range_m=distance):
            return f"simulated, {rate:g} breaths/min at {distance:g} m"
        case WorldSource():
            return "simulated: looks into the simulated house"


# Questions.


def _rooms(texts: Iterable[str]) -> list[RoomAnswer]:
    rooms: list[RoomAnswer] = []
    for text in texts:
        rooms.append(room_answer(text, [room.id for room in rooms]))
    return rooms


def _radars(texts: Iterable[str], rooms: list[RoomAnswer]) -> list[RadarAnswer]:
    names = [room.id for room in rooms]
    return [radar_answer(text, names, MODELS) for text in texts]


def _asked(name: str | None, radars: tuple[str, ...]) -> tuple[str, list[RoomAnswer], list[RadarAnswer]]:
    try:
        name = name or str(click.prompt("Name of the house", default="Home"))
        click.echo("Rooms: name:WIDTHxDEPTH in metres, from west to east; an empty line ends.")
        rooms = _rooms(_answers("Room", _rooms, first="living:4x5"))
        if radars:
            return name, rooms, _radars(radars, rooms)
        click.echo(f"Radars: ROOM:MODEL[:SOURCE]; models: {', '.join(MODELS)}; an empty line ends.")
        return name, rooms, _radars(_answers("Radar", lambda texts: _radars(texts, rooms)), rooms)
    except click.Abort as error:
        if sys.stdin.isatty():
            raise
        raise UsageError("there is nobody to ask", remedy="Give --room, such as --room living:4x5") from error


def _answers(question: str, understand: Callable[[list[str]], object], first: str = "") -> list[str]:
    """Ask until an empty line; an answer that means nothing is said to, and asked for again."""
    answers: list[str] = []
    while True:
        default = "" if answers else first
        text = str(click.prompt(question, default=default, show_default=bool(default)))
        if not text:
            return answers
        try:
            understand([*answers, text])
        except SumikaError as error:
            click.echo(str(error), err=True)
        else:
            answers.append(text)

"""What a scan of connections finds, told so that it can be written into house.yaml."""

import asyncio
import json
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from sumika.actuate import DeviceLink, FoundDevice, open_link
from sumika.cli._devices_words import indented, labelled, setting_words, shortened, value_words
from sumika.cli._houses import load
from sumika.clock import WallClock
from sumika.schema import SumikaError, UsageError
from sumika.schema.house import Connection, House
from sumika.text import language_of, say

_BY_HAND = "scan"
_COME_BY_THEMSELVES = {"ocpp"}
_LOOK_S = 0.2
_OF_WEATHER = frozenset(
    {"weather", "wind_m_s", "wind_from_deg", "rain_mm_h"}
    | {"global_horizontal_w_m2", "direct_normal_w_m2", "diffuse_horizontal_w_m2"}
)
"""What nothing inside a house measures. Pressure is not among it: many a room sensor tells that too."""

_OUTSIDE = ("outdoor", "outside", "屋外", "外気")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for on the command line.

    Attributes:
        house: Path of house.yaml.
        connection: Only this one of the house's.
        kind: Protocol of a connection that is in no house.
        address: Its address.
        user: Its user.
        secret_file: Its secret.
        wait_s: How long to wait for what comes by itself.
        as_json: Whether to print one JSON object.
    """

    house: Path | None
    connection: str | None
    kind: str | None
    address: str
    user: str
    secret_file: Path | None
    wait_s: float
    as_json: bool


def scan_all(wanted: Wanted, echo: Callable[..., None]) -> bool:
    """Scan, and print what was found; return whether every connection could be asked.

    Args:
        wanted: What was asked for.
        echo: Prints a line; with err=True on standard error.

    Raises:
        UsageError: if there is nothing to be asked, or no such connection.
    """
    house, folder = _house(wanted)
    language = house.language or language_of(os.environ)
    found: dict[str, list[Any]] = {}
    well = True
    for connection in _connections(house, wanted):
        try:
            devices = asyncio.run(_scan(connection, house, folder, wanted.wait_s, lambda line: echo(line, err=True)))
        except SumikaError as error:
            if len(_connections(house, wanted)) == 1:
                raise
            echo(f"{connection.id}: {error}", err=True)
            well = False
            continue
        found[connection.id] = msgspec.to_builtins(devices)
        if not wanted.as_json:
            for line in _lines(connection, devices, house, language):
                echo(line)
    if wanted.as_json:
        echo(json.dumps({"connections": found}, ensure_ascii=False))
    return well


def _house(wanted: Wanted) -> tuple[House, Path]:
    if wanted.kind is not None:
        secret = str(wanted.secret_file.resolve()) if wanted.secret_file else ""
        asked = msgspec.convert(
            {"id": _BY_HAND, "type": wanted.kind, "address": wanted.address, "user": wanted.user}, Connection
        )
        own = load(wanted.house).house
        asked = msgspec.structs.replace(asked, secret_file=secret)
        return msgspec.structs.replace(own, connections=(asked,), devices=(), sensors=()), Path.cwd()
    loaded = load(wanted.house)
    return loaded.house, loaded.path.parent


def _connections(house: House, wanted: Wanted) -> tuple[Connection, ...]:
    chosen = tuple(one for one in house.connections if wanted.connection in (None, one.id))
    if not chosen:
        known = ", ".join(one.id for one in house.connections) or "none"
        raise UsageError(
            f"the house has no connection {wanted.connection}" if wanted.connection else "the house has no connection",
            where="connections",
            remedy=f"Its connections are: {known}. Without one, give --type and --address",
        )
    return chosen


async def _scan(
    connection: Connection, house: House, folder: Path, wait_s: float, tell: Callable[[str], None]
) -> tuple[FoundDevice, ...]:
    # What the house says of devices there may be wrong or missing yet: a scan needs none of it.
    empty = msgspec.structs.replace(house, devices=(), sensors=())
    link: DeviceLink = open_link(connection, empty, WallClock(), folder)
    await link.open()
    try:
        if connection.type in _COME_BY_THEMSELVES and wait_s > 0:
            tell(say("devices.waiting", house.language or language_of(os.environ), seconds=wait_s))
            return await coming(link, wait_s)
        return await link.scan()
    finally:
        await link.close()


async def coming(link: DeviceLink, wait_s: float) -> tuple[FoundDevice, ...]:
    """Return what is found as soon as something has said who it is; what there is when the time is up."""
    found: tuple[FoundDevice, ...] = ()
    try:
        async with asyncio.timeout(wait_s):
            while not any(one.maker for one in found):
                await asyncio.sleep(_LOOK_S)
                found = await link.scan()
    except TimeoutError:
        pass
    return found


def _lines(connection: Connection, devices: Iterable[FoundDevice], house: House, language: str) -> list[str]:
    found = list(devices)
    lines = [say("devices.found", language, connection=connection.id, count=len(found))]
    for device in found:
        lines += ["", shortened(f"{device.address}  {device.name}  {device.maker}".rstrip())]
        settings = setting_words(device.settings) or say("devices.nothing_to_set", language)
        lines += labelled(say("devices.can", language), settings)
        if device.measures:
            lines += labelled(say("devices.measures", language), ", ".join(device.measures))
        if device.fail_safe:
            lines += labelled(say("devices.fail_safe", language), value_words(device.fail_safe))
    suggested = suggested_lines(connection.id, found, house)
    return [*lines, "", say("devices.for_the_file", language), "", *suggested, ""] if suggested else [*lines, ""]


def suggested_lines(connection: str, found: Iterable[FoundDevice], house: House) -> list[str]:
    """Return what to write into house.yaml for devices and sensors that were found."""
    taken = {one.id for one in house.devices} | {one.id for one in house.sensors}
    sections: dict[str, list[str]] = {"devices": [], "sensors": []}
    for device in found:
        if device.kind or device.settings:
            sections["devices"] += _entry(connection, device, device.kind or "appliance", _room(device, house), taken)
        elif device.measures:
            kind = _sensor_kind(device)
            sections["sensors"] += _entry(connection, device, kind, _room(device, house), taken)
    return [line for name, lines in sections.items() if lines for line in (f"{name}:", *lines)]


def _entry(connection: str, device: FoundDevice, kind: str, room: str, taken: set[str]) -> list[str]:
    lines = [
        f"- id: {_free_id(device, taken)}",
        f"  room: {room}",
        f"  kind: {kind}",
        f"  connection: {connection}",
        f"  address: {_quoted(device.address)}",
    ]
    if device.mapping:
        lines += ["  mapping:", *(f"    {name}: {_quoted(text)}" for name, text in device.mapping.items())]
    return indented(lines)


def _room(device: FoundDevice, house: House) -> str:
    said = device.room.casefold()
    named = [room.id for room in house.rooms if said and said in (room.id.casefold(), room.name.casefold())]
    return named[0] if named else house.rooms[0].id


def _sensor_kind(device: FoundDevice) -> str:
    """Return which kind of sensor it is most like, by what it measures and what it is called."""
    measures = device.measures
    if "presence" in measures:
        return "presence"
    if "door_open" in measures:
        # As a sensor of the air it would hold back heating and alarm of an open window.
        return "door"
    if any(name.endswith("_kwh") or name == "power_w" for name in measures):
        return "meter"
    outside = any(word in device.name.casefold() for word in _OUTSIDE)
    return "weather" if outside or not _OF_WEATHER.isdisjoint(measures) else "air"


def _free_id(device: FoundDevice, taken: set[str]) -> str:
    """Return a name that no other has, of what the device is called or is."""
    plain = re.sub(r"[^a-z0-9]+", "_", (device.name or device.kind).casefold()).strip("_")[:30] or "device"
    base = plain if plain[0].isalpha() else f"device_{plain}"
    name, count = base, 2
    while name in taken:
        name, count = f"{base}_{count}", count + 1
    taken.add(name)
    return name


def _quoted(text: str) -> str:
    """Return a text as YAML has it; JSON's strings are YAML's."""
    return text if re.fullmatch(r"[A-Za-z_][\w./-]*", text) else json.dumps(text, ensure_ascii=False)

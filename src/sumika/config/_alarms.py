"""Whether alarms can go the way that is described: every connection, room and lamp that is named is there."""

import ipaddress
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from sumika.config._building import Told
from sumika.config._items import identifiers, items
from sumika.config._problem import FieldPath, listed, nearest
from sumika.config._tree import Plain

_WATCHES = ("suspected_fall", "not_back_in_bed", "long_in_bathroom", "no_movement", "smoke_or_co", "faults")
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_HOME_NAMES = (".local", ".lan", ".home", ".internal", ".home.arpa")
"""Names that mean nothing outside a house (RFC 6762, RFC 8375, and what home routers use)."""


def alarm_problems(data: dict[str, Plain]) -> Iterator[Told]:
    """Yield what cannot be about alarms.

    Args:
        data: The whole description.
    """
    alarms = data.get("alarms")
    if not isinstance(alarms, dict):
        return
    yield from _rooms(data, alarms)
    yield from _contacts(data, alarms)
    yield from _prompt(data, alarms)
    yield from _dead_man(data, alarms)
    watched = [name for name in _WATCHES if isinstance(alarms.get(name), dict)]
    # Alarms of a simulated house do not leave it: nobody is missed there.
    if watched and not items(alarms, "contacts") and "world" not in data:
        yield Told(
            path=("alarms",),
            text="nobody is told of what is watched",
            allowed="contacts, in the order in which they are told",
            warning=True,
        )


def _rooms(data: dict[str, Plain], alarms: dict[str, Plain]) -> Iterator[Told]:
    rooms = [name for _, name in identifiers(data, "rooms")]
    for watch in ("not_back_in_bed", "long_in_bathroom"):
        described = alarms.get(watch)
        for place, name in enumerate(items(described, "rooms") if isinstance(described, dict) else ()):
            yield from _reference(("alarms", watch, "rooms", place), name, rooms, "room")
    morning = alarms.get("no_movement")
    if isinstance(morning, dict):
        by_h, from_h = morning.get("by_h", 10.0), morning.get("from_h", 5.0)
        if isinstance(by_h, int | float) and isinstance(from_h, int | float) and by_h <= from_h:
            path = ("alarms", "no_movement", "by_h" if "by_h" in morning else "from_h")
            yield Told(
                path=path, text="the morning ends before it begins", found=f"{by_h:g}", allowed=f"above {from_h:g}"
            )


def _contacts(data: dict[str, Plain], alarms: dict[str, Plain]) -> Iterator[Told]:
    seen: set[str] = set()
    for index, contact in enumerate(items(alarms, "contacts")):
        if not isinstance(contact, dict):
            continue
        path: FieldPath = ("alarms", "contacts", index)
        name = contact.get("id")
        if isinstance(name, str) and name in seen:
            yield Told(path=(*path, "id"), text="this name is taken", found=f"'{name}'", allowed="each name once")
        elif isinstance(name, str):
            seen.add(name)
        yield from _way(data, (*path, "way"), contact.get("way"))


def _dead_man(data: dict[str, Plain], alarms: dict[str, Plain]) -> Iterator[Told]:
    described = alarms.get("dead_man")
    for index, way in enumerate(items(described, "ways") if isinstance(described, dict) else ()):
        yield from _way(data, ("alarms", "dead_man", "ways", index), way)


def _way(data: dict[str, Plain], path: FieldPath, way: Plain) -> Iterator[Told]:
    if not isinstance(way, dict):
        return
    match way.get("type"):
        case "home_assistant" | "mqtt" as kind:
            yield from _connection(data, (*path, "connection"), way.get("connection"), kind)
        case "email":
            yield from _email(path, way)
        case "webhook":
            url = way.get("url")
            if isinstance(url, str) and url.startswith(("http://", "https://")):
                yield from _webhook((*path, "url"), url)


def _webhook(path: FieldPath, url: str) -> Iterator[Told]:
    try:
        parts = urlsplit(url)
        is_address = bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not close, a port that is no number
        parts, is_address = urlsplit(""), False
    if not is_address:
        yield Told(path=path, text="this is no web address", found=f"'{url[:60]}'", allowed="https://...")
    elif parts.scheme == "http" and not _is_at_home(parts.hostname or ""):
        text = "without encryption everybody on the way reads and changes it"
        yield Told(path=path, text=text, found=f"'{url[:60]}'", allowed="https://...")


def _email(path: FieldPath, way: Mapping[str, Plain]) -> Iterator[Told]:
    host = way.get("host")
    if way.get("security") == "none" and host not in _THIS_MACHINE:
        yield Told(
            path=(*path, "security"),
            text="without encryption everybody on the way reads the mail, and the password",
            found="none",
            allowed="starttls | tls; none only for a mail server on this machine",
        )
    if way.get("user") and not way.get("secret_file"):
        yield Told(
            path=(*path, "user"), text="this needs secret_file too", allowed="the password in a file of mode 0600"
        )
    if not way.get("sender") and "@" not in str(way.get("user", "")):
        text = "nobody sends this mail"
        yield Told(path=(*path, "sender"), text=text, allowed="the address it comes from", warning=True)


def _prompt(data: dict[str, Plain], alarms: dict[str, Plain]) -> Iterator[Told]:
    prompt = alarms.get("prompt")
    if not isinstance(prompt, dict):
        return
    lamps = [
        str(device.get("id"))
        for device in items(data, "devices")
        if isinstance(device, dict) and device.get("kind") == "light"
    ]
    for place, name in enumerate(items(prompt, "lamps")):
        yield from _reference(("alarms", "prompt", "lamps", place), name, lamps, "lamp (a device of kind light)")
    rooms = [name for _, name in identifiers(data, "rooms")]
    for index, speaker in enumerate(items(prompt, "speakers")):
        if not isinstance(speaker, dict):
            continue
        path: FieldPath = ("alarms", "prompt", "speakers", index)
        yield from _connection(data, (*path, "connection"), speaker.get("connection"), "home_assistant")
        if speaker.get("room"):
            yield from _reference((*path, "room"), speaker["room"], rooms, "room")
        if not speaker.get("service") and not (
            speaker.get("player") and (speaker.get("voice") or speaker.get("sound"))
        ):
            allowed = "player with voice (tts.piper) or sound; or service (notify.speaker)"
            yield Told(path=path, text="this speaker cannot say anything", allowed=allowed)


def _connection(data: dict[str, Plain], path: FieldPath, name: Plain, kind: str) -> Iterator[Told]:
    known = {
        str(connection.get("id")): connection.get("type")
        for connection in items(data, "connections")
        if isinstance(connection, dict)
    }
    right = [one for one, other in known.items() if other == kind]
    if isinstance(name, str) and known.get(name) != kind:
        text = f"this connection is of type {known[name]}" if name in known else "there is no such connection"
        allowed = listed(right) or f"there is none of type {kind}; add it under connections:"
        yield Told(path=path, text=text, found=f"'{name}'", allowed=allowed, near=nearest(name, right))


def _reference(path: FieldPath, name: Plain, known: list[str], kind: str) -> Iterator[Told]:
    if isinstance(name, str) and name not in known:
        allowed = listed(known) or "there is none"
        yield Told(
            path=path, text=f"there is no such {kind}", found=f"'{name}'", allowed=allowed, near=nearest(name, known)
        )


def _is_at_home(host: str) -> bool:
    if host in _THIS_MACHINE or host.endswith(_HOME_NAMES) or ("." not in host.strip("[]") and ":" not in host):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_private
    except ValueError:
        return False

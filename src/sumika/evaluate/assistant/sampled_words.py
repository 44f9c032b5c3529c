"""What Home Assistant's English templates mean to this house, and which rooms and devices are put into them."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache

import msgspec

from sumika.assistant.calls import TOOLS, Call
from sumika.evaluate.assistant.phrasings import held_house
from sumika.schema.house import Device, Room

ARGUMENTS = ("power", "level", "cover", "colour", "temperature")
"""The tools whose drawn sentences say which device or room they must reach."""

_KIND_WORDS: Mapping[str, tuple[str, ...]] = {
    "room_air_conditioner": ("AC", "air conditioner"),
    "floor_heating": ("underfloor heating",),
    "humidifier": ("humidifier",),
    "dehumidifier": ("dehumidifier",),
    "air_purifier": ("air purifier",),
    "tv": ("TV", "television"),
}
_SWITCHED = frozenset(
    {
        *("whole_house_air_conditioner", "floor_heating", "balanced_ventilation", "exhaust_fan", "humidifier"),
        *("dehumidifier", "air_purifier", "tv", "ev_charger", "boiler", "radiator", "light"),
    }
)
_FANS = frozenset({"exhaust_fan", "balanced_ventilation", "air_purifier"})
_HEATED = frozenset({"whole_house_air_conditioner", "floor_heating", "radiator"})
_COVERS = frozenset({"blind", "window_opener"})
_CLASSES: Mapping[str, str] = {
    "living_curtain": "curtain",
    "study_blind": "blind",
    "bedroom_shutter": "shutter",
    "kitchen_window": "window",
    "skylight": "window",
}
_ALL_OF = r"(?:(?:all|every|each)\b(?: (?:of|the|my|our|and|every|single|home|house|apartment|flat))* )?"
_NOUNS: Mapping[str, str] = {"light": r"(?:lights?|lighting|lamps?)\b", "fan": r"fans?\b"}
_EVERYWHERE = re.compile(
    r"everywhere|all over|\b(?:all|every|each)\b[a-z ]*\b(?:room|area|floor)s?\b"
    r"|(?<= (?:the|our) )(?:entire |whole )?(?:home|house|apartment|flat)$"
    r"|(?<= my )(?:entire |whole )?(?:home|house|apartment|flat)$"
)
_SAYS_WHAT = re.compile(r"bright|light|lamp|fan|speed|percent|%|color|kelvin|\dk\b|temp", re.IGNORECASE)
_ASKS = re.compile(r"(is|are|which|what|how|tell|do|any)\b", re.IGNORECASE)
_NO_LIGHT = re.compile(r"\b(black|brown|red|green|blue|purple|pink|turquoise)\b")
"""What a lamp that is only warmer or colder cannot be."""
_NUMBER_LISTS = ("temperature", "brightness", "position", "fan_speed", "color_temperature")
_NOT_OURS: Mapping[str, str] = {
    "search_query": "some jazz",
    "shopping_list_item": "milk",
    "todo_list_item": "a haircut",
    "message": "dinner is ready",
    "timer_name": "pizza",
}


class Filling(msgspec.Struct, frozen=True, kw_only=True):
    """What is put into one sentence.

    Attributes:
        words: By the list of the template.
        room: Where the speaker is.
        means: Ids that it must reach.
        may: Ids that it may reach besides.
    """

    words: dict[str, str] = {}
    room: str = "living"
    means: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Templates of one intent that mean one thing.

    Attributes:
        intent: In the package.
        combination: Of slots, as the package names it.
        domain: Of Home Assistant; empty: whichever.
        tool: Ours; empty: the house cannot do it.
        what: Its word.
        fill: Which fillings: a name in `_FILLINGS`.
        noun: What the sentence calls the device where no list says it: light or fan.
    """

    intent: str
    combination: str
    domain: str
    tool: str
    what: str
    fill: str
    noun: str

    def accepts(self, text: str) -> bool:
        """Return whether a drawn sentence still says what it is about: not "change Lounge 30"."""
        if self.tool in ("level", "colour"):
            return bool(_SAYS_WHAT.search(text)) and not _NO_LIGHT.search(text)
        if self.intent == "HassSetVolume":
            return "volume" in text
        return self.tool != "state" or bool(_ASKS.match(text))


def _names(device: Device) -> tuple[str, ...]:
    return (device.name, *device.called) if device.name else _KIND_WORDS.get(device.kind, ())


def _of_kinds(kinds: frozenset[str]) -> Iterator[tuple[Device, Room]]:
    house = held_house("en")
    rooms = {room.id: room for room in house.rooms}
    for device in house.devices:
        if device.kind in kinds:
            yield device, rooms[device.room]


def _in_rooms(kinds: frozenset[str], list_name: str = "area") -> list[Filling]:
    """Return rooms with such devices; those with a name of their own may be meant, the others are."""
    found = []
    for room in held_house("en").rooms:
        here = [device for device, where in _of_kinds(kinds) if where.id == room.id]
        plain = tuple(device.id for device in here if not device.name) or tuple(device.id for device in here)
        may = tuple(device.id for device in here if device.id not in plain)
        for name in (room.name, *room.called) if here else ():
            words = {list_name: name} if list_name else {}
            found.append(Filling(words=words, room=room.id if not list_name else "living", means=plain, may=may))
    return found


def _by_name(kinds: frozenset[str], *, with_room: bool = False, nouns: bool = False) -> list[Filling]:
    """Return devices by name; `nouns`: without "lamp" or "light" at its end, which the template says itself."""
    found = []
    for device, room in _of_kinds(kinds):
        names = [re.sub(r" (lamp|lights?)$", "", name) for name in _names(device)] if nouns else list(_names(device))
        # What a name alone cannot tell apart has no name of its own: there are several AC.
        alone = device.name or sum(other.kind == device.kind for other, _ in _of_kinds(kinds)) == 1
        for name in dict.fromkeys(names):
            if with_room or alone:
                area = {"area": room.name} if with_room else {}
                here = room.id if device.kind in ("tv", "light") else "living"
                found.append(Filling(words={"name": name, **area}, room=here, means=(device.id,)))
    return found


def _classes(*, area: bool) -> list[Filling]:
    found = []
    for device, room in _of_kinds(_COVERS):
        for plural in ("", "s"):
            words = {"cover_classes": _CLASSES[device.id] + plural, **({"area": room.name} if area else {})}
            found.append(Filling(words=words, room="living" if area else room.id, means=(device.id,)))
    return found


def _any_room() -> list[Filling]:
    rooms = held_house("en").rooms
    return [Filling(words={"area": name}, means=(room.id,)) for room in rooms for name in (room.name, *room.called)]


_LIGHT, _FAN = frozenset({"light"}), frozenset({"exhaust_fan"})
_FILLINGS: Mapping[str, Callable[[], list[Filling]]] = {
    "nothing": lambda: [Filling()],
    "all_lights": lambda: [Filling(means=tuple(device.id for device, _ in _of_kinds(_LIGHT)))],
    "light_rooms": lambda: _in_rooms(_LIGHT),
    "light_here": lambda: _in_rooms(_LIGHT, ""),
    "fan_rooms": lambda: _in_rooms(_FAN),
    "fan_here": lambda: _in_rooms(_FAN, ""),
    "classes": lambda: _classes(area=True),
    "classes_here": lambda: _classes(area=False),
    "switched": lambda: _by_name(_SWITCHED),
    "switched_in": lambda: _by_name(_SWITCHED | {"room_air_conditioner"}, with_room=True),
    "lights": lambda: _by_name(_LIGHT),
    "light_nouns": lambda: _by_name(_LIGHT, nouns=True),
    "light_nouns_in": lambda: _by_name(_LIGHT, nouns=True, with_room=True),
    "covers": lambda: _by_name(_COVERS),
    "covers_in": lambda: _by_name(_COVERS, with_room=True),
    "fans": lambda: _by_name(_FANS),
    "heated": lambda: [Filling(words=one.words, means=tuple(_room_of(one.means[0]))) for one in _by_name(_HEATED)],
    "rooms": _any_room,
    "here": lambda: [Filling(room=room.id, means=(room.id,)) for room in held_house("en").rooms],
    "home": lambda: [Filling(words={"zone": "home"})],
    "people": lambda: [
        Filling(words={"name": name, "zone": "home"})
        for one in held_house("en").residents
        for name in (one.name, *one.called)
    ],
    "not_ours": lambda: [
        Filling(words={"area": room.name, "name": name, **_NOT_OURS})
        for room in held_house("en").rooms
        for name in ("kitchen speaker", "record player")
    ],
    "robot": lambda: [
        Filling(words={"area": room.name, "name": name})
        for room in held_house("en").rooms
        for name in ("robot", "Dusty")
    ],
    "locks": lambda: [Filling(words={"name": name}) for name in ("front door", "back door", "garden gate")],
}


def _room_of(device: str) -> Iterator[str]:
    """Yield the room of a device; none for what serves the whole house."""
    for one in held_house("en").devices:
        if one.id == device and one.kind != "whole_house_air_conditioner":
            yield one.room


def like(devices: Collection[str]) -> tuple[str, ...]:
    """Return every device of the kinds of these."""
    kinds = {device.kind for device in held_house("en").devices if device.id in devices}
    return tuple(device.id for device, _ in _of_kinds(frozenset(kinds)))


@cache
def fillings(source: Source) -> tuple[Filling, ...]:
    """Return what can be put into the templates of a source."""
    return tuple(_FILLINGS[source.fill]())


_SOURCES = """
HassTurnOn  area_domain light power on light_rooms light
HassTurnOn  domain_only light power on light_here light
HassTurnOn  area_domain fan power on fan_rooms fan
HassTurnOn  domain_only fan power on fan_here fan
HassTurnOn  name_only switch power on switched
HassTurnOn  name_area switch power on switched_in
HassTurnOn  area_device_class_cover cover cover open classes
HassTurnOn  device_class_cover cover cover open classes_here
HassTurnOn  name_only cover cover open covers
HassTurnOn  name_area cover cover open covers_in
HassTurnOff area_domain light power off light_rooms light
HassTurnOff domain_only light power off light_here light
HassTurnOff domain_all light power off all_lights light
HassTurnOff area_domain fan power off fan_rooms fan
HassTurnOff domain_only fan power off fan_here fan
HassTurnOff name_only switch power off switched
HassTurnOff name_area switch power off switched_in
HassTurnOff area_device_class_cover cover cover close classes
HassTurnOff device_class_cover cover cover close classes_here
HassTurnOff name_only cover cover close covers
HassTurnOff name_area cover cover close covers_in
HassLightSet area_brightness - level set light_rooms light
HassLightSet brightness_only - level set light_here light
HassLightSet name_brightness - level set lights light
HassLightSet area_color - colour set light_rooms light
HassLightSet color_only - colour set light_here light
HassLightSet name_color - colour set lights light
HassLightSet area_temperature - colour set light_rooms light
HassLightSet temperature_only - colour set light_here light
HassLightSet name_temperature - colour set lights light
HassFanSetSpeed area_only - level set fan_rooms fan
HassFanSetSpeed default - level set fan_here fan
HassFanSetSpeed name_only - level set fans
HassClimateSetTemperature area_temperature - temperature set rooms
HassClimateSetTemperature name_temperature - temperature set heated
HassClimateSetTemperature temperature_only - temperature set here
HassSetPosition area_device_class - cover set classes
HassSetPosition device_class - cover set classes_here
HassSetPosition name_only - cover set covers
HassClimateGetTemperature area_only - climate temperature rooms
HassClimateGetTemperature default - climate temperature here
HassGetCurrentDate default - clock date nothing
HassGetCurrentTime default - clock time nothing
HassGetWeather default - outside weather nothing
HassGetState device_class_state_area cover state device classes
HassGetState domain_state light state device nothing light
HassGetState domain_state fan state device nothing fan
HassGetState domain_state_area light state device light_rooms light
HassGetState domain_state_area fan state device fan_rooms fan
HassGetState name_only switch state device switched
HassGetState name_state switch state device switched
HassGetState name_state cover state device covers
HassGetState name_state_area cover state device covers_in
HassGetState name_where person presence where people
HassGetState name_zone person presence where people
HassMediaNext area_only - - - not_ours
HassMediaNext default - - - not_ours
HassMediaPrevious area_only - - - not_ours
HassMediaPrevious name_only - - - not_ours
HassMediaSearchAndPlay area_only - - - not_ours
HassMediaSearchAndPlay default - - - not_ours
HassSetVolume area_only - - - not_ours
HassSetVolume default - - - not_ours
HassSetVolume name_only - - - not_ours
HassShoppingListAddItem item_only - - - not_ours
HassBroadcast message_only - - - not_ours
HassTimerStatus default - - - not_ours
HassCancelAllTimers default - - - not_ours
HassLawnMowerDock default - - - not_ours
HassVacuumCleanArea area_only - - - robot
HassVacuumReturnToBase name_only - - - robot
HassTurnOn  name_only lock - - locks
HassTurnOff name_only lock - - locks
"""
"""Intent, combination of slots, domain, our tool, its word, what is put in, and how the device is called where no list
says it; "-" for none."""


@cache
def sources() -> tuple[Source, ...]:
    """Return everything that is drawn from."""
    rows = [["" if word == "-" else word for word in line.split()] for line in _SOURCES.strip().splitlines()]
    return tuple(
        Source(
            intent=row[0],
            combination=row[1],
            domain=row[2],
            tool=row[3],
            what=row[4],
            fill=row[5],
            noun=row[6] if len(row) > 6 else "",
        )
        for row in rows
    )


def meant(source: Source, template: str, text: str, said: Mapping[str, str]) -> tuple[Call, ...]:
    """Return the calls that a drawn sentence may become; none where the house can do nothing of it.

    Args:
        source: Where its template is from.
        template: The template.
        text: The sentence.
        said: What stands in it for each list of the template.
    """
    if not source.tool:
        return ()
    spans = {}
    if "area" in said:
        spans["room"] = said["area"]
    everywhere = _EVERYWHERE.search(text) if source.fill == "all_lights" else None
    if everywhere:
        spans["room"] = everywhere.group()
    device = _device_said(source, template, text, said)
    if device:
        spans["device"] = device
    if source.tool == "presence":
        spans = {"resident": said["name"]}
    for name in _NUMBER_LISTS:
        if name in said:
            spans["number"] = said[name]
    colour = said.get("color", said.get("color_temperature_names"))
    if colour:
        spans["colour"] = colour
    what = source.what
    if "brightness_level" in said:
        what = "least" if said["brightness_level"].startswith(("min", "low")) else "most"
    spans = {name: piece for name, piece in spans.items() if name in TOOLS[source.tool].spans}
    first = Call(tool=source.tool, what=what, spans=spans)
    also = [Call(tool="cover", what=move, spans=spans) for move in ("open", "close")] if "position" in said else []
    verbs = {"open": r"\b(open|raise|lift)\b", "close": r"\b(close|shut|lower)\b"}
    return (first, *(one for one in also if re.search(verbs[one.what], text)))


def _device_said(source: Source, template: str, text: str, said: Mapping[str, str]) -> str:
    """Return the words for the device as they stand in the sentence; empty where none do."""
    if "name" in said and source.tool != "presence":
        return said["name"]
    if "cover_classes" in said:
        return said["cover_classes"]
    if not source.noun or template.startswith(("light ", "(light up")):
        return ""
    # A room's own name may hold the word.
    rest = text.replace(said.get("area", "\0"), " " * len(said.get("area", "")))
    match = re.search(rf"\b{_ALL_OF}{_NOUNS[source.noun]}", rest, re.IGNORECASE)
    return match.group() if match else ""

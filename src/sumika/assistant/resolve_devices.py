"""Which devices a call means: by their own names, by a room and a kind, by a kind in the room of who speaks."""

import re
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.lexicon import BATHS, EVERYTHING, appliance_of_word, plain
from sumika.assistant.names import Names, is_plural, kinds_meant
from sumika.assistant.resolve_words import alike, bare, without_all

_COOLERS = ("room_air_conditioner", "whole_house_air_conditioner")
_HEATERS = (*_COOLERS, "floor_heating", "radiator", "boiler")
_FANS = ("exhaust_fan", "balanced_ventilation", "air_purifier")
_SWITCHED = ("light", *_HEATERS, *_FANS, "humidifier", "dehumidifier", "tv", "appliance")
_TOOL_KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "power": (*_SWITCHED, "heat_pump_water_heater", "ev_charger", "battery"),
        "level": ("light", *_FANS, *_COOLERS),
        "cover": ("blind", "window_opener"),
        "mode": _COOLERS,
        "temperature": (*_HEATERS, "heat_pump_water_heater"),
        "humidity": ("humidifier", "dehumidifier", *_COOLERS),
        "colour": ("light",),
        "machine": ("appliance",),
        "hot_water": ("heat_pump_water_heater",),
    }
)
"""What each tool that acts can act on; what comes first is meant where nobody says which."""

_LEFT_ON = frozenset({"balanced_ventilation", "exhaust_fan", "boiler", "radiator", "appliance"})
"""What "turn everything off" leaves alone: fresh air, frost protection, washing that is on its way."""


class FoundDevices(msgspec.Struct, frozen=True, kw_only=True):
    """Devices, or a question.

    Attributes:
        devices: Ids.
        kinds: Of them.
        ask_back: Key of what is to be asked; empty: all is clear.
        asked_of: The word that is not clear.
        choices: Ids between which to choose.
    """

    devices: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    ask_back: str = ""
    asked_of: str = ""
    choices: tuple[str, ...] = ()


def devices_of(call: Call, names: Names, rooms: tuple[str, ...] | None, here: str) -> FoundDevices:
    """Return the devices that a call means.

    Args:
        call: What was said.
        names: Of this house.
        rooms: Ids of the rooms that were named; None: none was.
        here: Id of the room of who speaks; empty: not known.
    """
    tool = TOOLS[call.tool]
    if "device" not in tool.spans:
        return FoundDevices()
    found = _Search(names, rooms, here, tool=call.tool)
    said = call.spans.get("device", "")
    if said:
        return found.by_word(said)
    if not tool.acts or call.tool == "temperature":
        return FoundDevices()
    return found.unnamed(call)


class _Search:
    """Looks through one house for one call."""

    def __init__(self, names: Names, rooms: tuple[str, ...] | None, here: str, *, tool: str) -> None:
        self.names, self.rooms, self.here, self.tool = names, rooms, here, tool
        self.acts, self.kinds = TOOLS[tool].acts, _TOOL_KINDS.get(tool, ())

    def unnamed(self, call: Call) -> FoundDevices:
        """Return what is meant where no device was named: the lamps of the room, its blind, its air conditioner."""
        order: tuple[str, ...]
        if call.tool == "humidity":
            order = ("dehumidifier", *_COOLERS) if call.what == "down" else ("humidifier",)
        elif call.tool in ("power", "level"):
            order = ("light",)
        else:
            order = self.kinds
        where = self.rooms or ((self.here,) if self.here else None)
        if call.tool == "hot_water":
            where = None  # wherever it stands, the house has one
        found = self.names.of_kinds(order, where)
        if not found and where is not None:
            return self._asked("none_there", call.spans.get("room", ""), ())
        if where is None and len({self.names.devices[one].room for one in found}) > 1:
            return self._asked("which_room", "", ())
        return self._these(found, "")

    def by_word(self, said: str) -> FoundDevices:
        """Return what a word means."""
        # 全館空調 begins as "all" does, and is one thing.
        word, every = (said, False) if kinds_meant(bare(said)) else without_all(said)
        key = bare(word)
        if key in _EVERYTHING or plain(said) in _EVERYTHING:
            return self._everything()
        if self.tool == "energy" and key in _ANY_DEVICE:
            return self._these(tuple(one.id for one in self.names.house.devices), said)
        if self.tool == "state" and key in _BATHS and not self.names.device_names.get(key):
            key = _BATH_WATER  # whether the bath is ready is asked of what heats it
        if self.tool == "machine" and key in _ANY_DEVICE and len(self._of(("appliance",), None, "")) > 1:
            return self._asked("several_devices", said, self._of(("appliance",), None, ""))
        own = self.names.device_names.get(key, ())
        if own and (inside := self._inside(own)):
            return self._chosen(inside, said, every=every)
        rooms, rest = self._room_in(key)
        # 全館空調 is a kind of its own, and no 空調 of every room.
        is_kind = bool(kinds_meant(key)) and len(rooms) == len(self.names.rooms)
        if rooms and kinds_meant(rest) and not is_kind:
            search = _Search(self.names, self.rooms or rooms, self.here, tool=self.tool)
            return search._by_kind(rest, said, every=True)
        if kinds_meant(key):
            return self._by_kind(key, said, every=every)
        return self._asked("unknown_device", said, alike(key, self.names.device_names))

    def _everything(self) -> FoundDevices:
        kinds = [kind for kind in _SWITCHED if kind not in _LEFT_ON]
        where = None if self.rooms is None else frozenset(self.rooms)
        found = [one for one in self.names.house.devices if one.kind in kinds and (where is None or one.room in where)]
        return self._these(tuple(one.id for one in found), "")

    def _by_kind(self, word: str, said: str, *, every: bool) -> FoundDevices:
        kinds = kinds_meant(word)
        fit = tuple(kind for kind in kinds if kind in self.kinds) if self.acts else kinds
        machine = "" if not appliance_of_word(word) or "appliance" not in kinds else appliance_of_word(word)
        where = self.rooms or ((self.here,) if self.here and not every else None)
        found = self._so_called(self._of(fit, where, machine), fit, word, where)
        found = self._lamp_so_called(found, word)
        if not found and where is not None and (self.rooms is None or _OF_THE_HOUSE.issuperset(fit)):
            found = self._of(fit, None, machine)
        if plain(word) in _HOODS:
            found = tuple(one for one in self._of(fit, None, machine) if self._is_hood(one)) or found
        if found:
            many = every or (self.rooms is not None) or (is_plural(word) and bool(self.here))
            return self._chosen(found, said, every=many)
        elsewhere = self._of(kinds, None, machine)
        if not elsewhere:
            return self._asked("unknown_device", said, ())
        inside = [one for one in elsewhere if self.rooms is None or self.names.devices[one].room in self.rooms]
        return self._asked("cannot" if inside else "none_there", said, elsewhere)

    def _of(self, kinds: tuple[str, ...], where: tuple[str, ...] | None, machine: str) -> tuple[str, ...]:
        if machine:
            inside = None if where is None else frozenset(where)
            of_machine = (one for one, does in self.names.machines.items() if does == machine)
            return tuple(one for one in of_machine if inside is None or self.names.devices[one].room in inside)
        return self.names.of_kinds(kinds, where)

    def _so_called(
        self, found: tuple[str, ...], kinds: tuple[str, ...], word: str, where: tuple[str, ...] | None
    ) -> tuple[str, ...]:
        """Return of shutters and curtains those that are called so: one is no other, although both are blinds."""
        if "blind" not in kinds:
            return found
        called = [(one, name) for name, ids in self.names.device_names.items() for one in ids]
        inside = None if self.rooms is None else where
        of_word = {one for one, name in called if word in name and self.names.devices[one].kind == "blind"}
        of_word = {one for one in of_word if inside is None or self.names.devices[one].room in inside}
        near = tuple(one for one in found if one in of_word)
        return near or tuple(one for one in self.names.devices if one in of_word) or found

    def _lamp_so_called(self, found: tuple[str, ...], word: str) -> tuple[str, ...]:
        """Return of several lamps those whose own names end so: スタンド is the one at the bed, 電気 may be any."""
        if plain(word) in _ANY_LIGHT or any(self.names.devices[one].kind != "light" for one in found):
            return found
        so_called = {one for name, ids in self.names.device_names.items() for one in ids if name.endswith(plain(word))}
        return tuple(one for one in found if one in so_called) or found

    def _is_hood(self, device: str) -> bool:
        return any(hood in name for hood in _HOODS for name, ids in self.names.device_names.items() if device in ids)

    def _inside(self, found: tuple[str, ...]) -> tuple[str, ...]:
        if self.rooms is None:
            return found
        return tuple(one for one in found if self.names.devices[one].room in self.rooms)

    def _room_in(self, key: str) -> tuple[tuple[str, ...], str]:
        """Return the rooms that stand within a word, and what else stands there: 寝室の明かり, light in the bedroom."""
        for word in sorted(self.names.room_names, key=len, reverse=True):
            if key.startswith(word) and len(key) > len(word):
                return self.names.room_names[word], re.sub(r"^(?:の|s(?!t|$))", "", key[len(word) :])
            if not key.endswith(word):
                continue
            if found := re.fullmatch(r"(.+?)(?:in|of|at|on)(?:the|my|our)?", key.removesuffix(word)):
                return self.names.room_names[word], found[1]
        return (), key

    def _chosen(self, found: tuple[str, ...], said: str, *, every: bool) -> FoundDevices:
        if not every and len({self.names.devices[one].room for one in found}) > 1:
            near = tuple(one for one in found if self.names.devices[one].room == self.here)
            if not near and self.tool == "state":
                near = found  # whether any fan is on: of all of them
            if not near:
                return self._asked("several_devices", said, found)
            found = near
        return self._these(found, said)

    def _these(self, found: tuple[str, ...], said: str) -> FoundDevices:
        if self.acts:
            fit = tuple(one for one in found if self.names.devices[one].kind in self.kinds)
            if found and not fit:
                return self._asked("cannot", said, found)
            found = fit
            if not found:
                return self._asked("unknown_device", said, ())
        return FoundDevices(devices=found, kinds=frozenset(self.names.devices[one].kind for one in found))

    def _asked(self, key: str, said: str, choices: tuple[str, ...]) -> FoundDevices:
        return FoundDevices(ask_back=f"ask_back.{key}", asked_of=said, choices=choices)


_OF_THE_HOUSE = frozenset(
    {"whole_house_air_conditioner", "balanced_ventilation", "heat_pump_water_heater", "boiler", "pv", "battery"}
)
"""What serves every room and stands in one."""

_ANY_LIGHT = frozenset(
    {
        "電気",
        "でんき",
        "明かり",
        "あかり",
        "灯り",
        "明り",
        "照明",
        "ライト",
        "電灯",
        "light",
        "lights",
        "lighting",
        "lamp",
        "lamps",
        "bulb",
        "bulbs",
    }
)
"""What every lamp is called."""

_HOODS = frozenset({"レンジフード", "rangehood", "cookerhood", "hood"})
"""A kitchen's fan is called by what it is, wherever one stands."""

_BATHS, _BATH_WATER = frozenset(map(plain, BATHS)), "お湯"
_EVERYTHING = frozenset(map(plain, EVERYTHING))
_ANY_DEVICE = frozenset(
    {
        *(
            "device",
            "devices",
            "appliance",
            "appliances",
            "machine",
            "machines",
            "gadget",
            "gadgets",
            "thing",
            "things",
            "what",
        ),
        *("機器", "家電", "機械", "電化製品", "設備"),
    }
)
"""Which of them used most is asked of all."""

"""What everything in one house is called: its own names, and the words of the lexicon for what it has."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from sumika.assistant.lexicon import (
    APPLIANCE_WORDS,
    DEVICE_WORDS,
    HERE,
    HONORIFICS,
    KIN_WORDS,
    ROOM_WORDS,
    SHARED_WORDS,
    WHOLE_HOUSE,
    Words,
    appliance_of_word,
    is_japanese,
    kinds_of_word,
    plain,
    singular,
)
from sumika.assistant.readings import readings, voiced
from sumika.schema.house import Device, House, Resident, Room
from sumika.schema.living import FurnitureKind

_ROOM_IDS = {
    **dict.fromkeys(("ldk", "lounge", "main_room", "parlour"), "living"),
    **dict.fromkeys(("main", "master", "bed"), "bedroom"),
    **dict.fromkeys(("child", "kid", "kids", "children", "nursery", "boy", "girl"), "children"),
    **dict.fromkeys(("bath", "bathroom", "shower"), "bathroom"),
    **dict.fromkeys(("wash", "washroom", "dressing"), "washroom"),
    **dict.fromkeys(("wc", "toilet", "loo"), "toilet"),
    **dict.fromkeys(("hall", "entrance", "genkan", "corridor"), "hall"),
    **dict.fromkeys(("landing", "stairs"), "landing"),
    **dict.fromkeys(("japanese", "tatami", "washitsu"), "japanese"),
    **dict.fromkeys(("office", "study"), "study"),
    **dict.fromkeys(("storage", "closet", "pantry"), "storage"),
}
"""Pieces of ids that tell of which kind a room is, beside the words for it."""

_ROOM_OF = ("の部屋", "のへや", "の寝室", "のお部屋", "のおへや", "んとこの部屋", "'s room", "'s bedroom")
"""What makes the name of who sleeps in a room a name of that room."""

_FURNISHED = {"kitchen": FurnitureKind.KITCHEN, "dining": FurnitureKind.TABLE}
"""Kinds of rooms that may be a corner of another one."""

_STOREYS: Mapping[int, Words] = {
    -1: Words(("地下", "地下室"), ("basement", "cellar")),
    1: Words(("1階", "一階", "下の階", "いっかい"), ("first floor", "ground floor", "downstairs", "1st floor")),
    2: Words(("2階", "二階", "上の階", "にかい"), ("second floor", "upstairs", "upper floor", "2nd floor")),
    3: Words(("3階", "三階"), ("third floor", "3rd floor", "top floor")),
}

_GROUND = frozenset(map(plain, ("1階", "一階", "first floor", "ground floor", "1st floor")))
"""Where a house of one storey is whole."""


def is_another_storey(word: str, house: House) -> bool:
    """Tell whether a word speaks of upstairs or downstairs in a house that has one storey.

    Args:
        word: As it was said.
        house: Which.
    """
    key = plain(word)
    is_storey = any(key in map(plain, words) for words in _STOREYS.values())
    return is_storey and key not in _GROUND and len({room.storey for room in house.rooms}) == 1


class Names:
    """Every name in a house, with what it may stand for.

    Attributes:
        house: Whose.
        devices: By id.
        rooms: By id.
        room_kinds: By the id of a room: one of `ROOM_WORDS`, or "".
        room_names: Ids of rooms by their own names and by words for their kinds, after `plain`.
        resident_names: Ids of residents.
        device_names: Ids of devices by their own names.
        machines: What the devices of the kind `appliance` do, by id: one of `APPLIANCE_WORDS`.
    """

    def __init__(self, house: House) -> None:
        self.house = house
        self.devices: dict[str, Device] = {device.id: device for device in house.devices}
        self.rooms: dict[str, Room] = {room.id: room for room in house.rooms}
        self.room_kinds: dict[str, str] = {room.id: room_kind(room) for room in house.rooms}
        people = {one.id: _people(one) for one in house.residents}
        self._rooms_of_people = [
            (room, tuple(name + of for name in people[one.id] for of in _ROOM_OF))
            for one in house.residents
            for room in _own_rooms(one, house.rooms)
        ]
        own_rooms = _by_name((room.id, _own(room)) for room in house.rooms)
        self._room_words = self._words_for_rooms()
        # A room's own name is that room alone, even where its word would fit others too.
        self.room_names: Mapping[str, tuple[str, ...]] = {**_by_name(self._room_words), **own_rooms}
        self.resident_names: Mapping[str, tuple[str, ...]] = _by_name((one.id, _people(one)) for one in house.residents)
        self.device_names: Mapping[str, tuple[str, ...]] = _by_name((one.id, _own(one)) for one in house.devices)
        self.machines: dict[str, str] = {
            device.id: machine
            for device in house.devices
            if (machine := _machine(device)) and device.kind == "appliance"
        }

    def words(self, what: str) -> frozenset[str]:
        """Return surface words for finding what stands in a sentence.

        Args:
            what: "device", "room" or "resident". Devices include every word for a kind, whether the house has it or
                not: what it has not is asked back.
        """
        if what == "device":
            kinds = [word for words in (*DEVICE_WORDS.values(), *APPLIANCE_WORDS.values()) for word in words]
            of_north = (said for word in kinds for said in voiced(word))
            own = (name for one in self.house.devices for name in _own(one))
            return frozenset((*kinds, *of_north, *SHARED_WORDS, *own))
        if what == "room":
            words = (word for words in (*ROOM_WORDS.values(), WHOLE_HOUSE, HERE, *_STOREYS.values()) for word in words)
            people = (name for _, names in self._rooms_of_people for name in names)
            return frozenset((*words, *people, *(name for room in self.house.rooms for name in _own(room))))
        kin = (word for words in KIN_WORDS.values() for word in words)
        return frozenset((*kin, *(name for one in self.house.residents for name in _people(one))))

    def label(self, identifier: str) -> str:
        """Return the name by which a device, a room or a resident is spoken of; the id where there is none."""
        everything: tuple[Device | Room | Resident, ...] = (
            *self.house.devices,
            *self.house.rooms,
            *self.house.residents,
        )
        return next((one.name for one in everything if one.id == identifier and one.name), identifier)

    def of_kinds(self, kinds: Iterable[str], rooms: Iterable[str] | None = None) -> tuple[str, ...]:
        """Return devices of the first of some kinds that there is any of.

        Args:
            kinds: In the order in which they are looked for.
            rooms: Only in these; None: in all.
        """
        inside = None if rooms is None else frozenset(rooms)
        for kind in kinds:
            found = tuple(
                one.id for one in self.house.devices if one.kind == kind and (inside is None or one.room in inside)
            )
            if found:
                return found
        return ()

    def _words_for_rooms(self) -> list[tuple[str, tuple[str, ...]]]:
        found: list[tuple[str, tuple[str, ...]]] = []
        for kind, words in ROOM_WORDS.items():
            ids = [room for room, own in self.room_kinds.items() if own == kind]
            if not ids and kind in _FURNISHED:
                ids = sorted({one.room for one in self.house.furniture if one.kind is _FURNISHED[kind]})
            found += [(room, tuple(words)) for room in ids]
        for storey, words in _STOREYS.items():
            found += [(room.id, tuple(words)) for room in self.house.rooms if room.storey == storey]
        whole = ((room.id, tuple(WHOLE_HOUSE)) for room in self.house.rooms)
        return [*found, *self._rooms_of_people, *whole]


def _own_rooms(one: Resident, rooms: Iterable[Room]) -> tuple[str, ...]:
    """Return which room is somebody's: where they sleep, or else, of those that they use, what they share least."""
    if one.life is not None and one.life.bedroom:
        return (one.life.bedroom,)
    used = [room for room in rooms if one.id in room.residents]
    fewest = min((len(room.residents) for room in used), default=0)
    return tuple(room.id for room in used if len(room.residents) == fewest)


def room_kind(room: Room) -> str:
    """Return of which kind in `ROOM_WORDS` a room is; "" if its id and its names do not tell."""
    for name in (*_own(room), *room.id.split("_")):
        key = plain(re.sub(r"[0-9]+$", "", name))
        if key in _ROOM_IDS:
            return _ROOM_IDS[key]
        if key in _ROOM_OF_WORD:
            return _ROOM_OF_WORD[key]
    inside = [word for name in _own(room) for word in _ROOM_OF_WORD if len(word) > 1 and word in plain(name)]
    return _ROOM_OF_WORD[max(inside, key=len)] if inside else ""


_ROOM_OF_WORD: Mapping[str, str] = {plain(word): kind for kind, words in ROOM_WORDS.items() for word in words}


def _own(one: Device | Room) -> tuple[str, ...]:
    readable = one.id.replace("_", " ")
    names = [name for name in (one.name, *one.called, readable) if name]
    return tuple(dict.fromkeys((*names, *(kana for name in names for kana in readings(name)))))


def _people(one: Resident) -> tuple[str, ...]:
    names = [name for name in (one.name, *one.called, one.id) if name]
    for name in tuple(names):
        # Whoever is called grandmother answers to おばあちゃん too, in either language.
        group = next((tuple(words) for words in KIN_WORDS.values() if plain(name) in map(plain, words)), ())
        names += group
        if is_japanese(name) and not group:
            names += [name + ending for ending in HONORIFICS]
        elif not group:
            names += [name + ending for ending in ("さん", "ちゃん", "くん")]
    return tuple(dict.fromkeys(names))


def _machine(device: Device) -> str:
    for name in (*_own(device), *device.id.split("_")):
        if machine := appliance_of_word(name):
            return machine
    inside = [word for word in _MACHINE_OF_WORD if any(len(word) > 2 and word in plain(name) for name in _own(device))]
    return _MACHINE_OF_WORD[max(inside, key=len)] if inside else ""


_MACHINE_OF_WORD: Mapping[str, str] = {plain(word): does for does, words in APPLIANCE_WORDS.items() for word in words}


def _by_name(names: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for identifier, words in names:
        for word in words:
            found[plain(word)][identifier] = None
    return {word: tuple(ids) for word, ids in found.items()}


def kinds_meant(word: str) -> tuple[str, ...]:
    """Return the kinds of device that a word, also in the plural, may mean; "appliance" for every machine's word."""
    return kinds_of_word(word) or (("appliance",) if appliance_of_word(word) else ())


def is_plural(word: str) -> bool:
    """Tell whether an English word is in the plural; Japanese words are in none."""
    return singular(plain(word)) != plain(word)

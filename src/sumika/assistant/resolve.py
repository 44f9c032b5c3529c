"""What the words of a call stand for in this house: devices, rooms, people, numbers, times; or what is to be asked.

A name is found without regard to case, blanks and width, then as a room and a kind ("寝室の明かり"). What is only
similar to a name is never taken for it: the house asks whether that was meant.
"""

import re
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.lexicon import HERE, MYSELF, ROOM_WORDS, plain
from sumika.assistant.names import Names, is_another_storey
from sumika.assistant.resolve_devices import FoundDevices, devices_of
from sumika.assistant.resolve_values import Values, values_of
from sumika.assistant.resolve_words import alike, bare
from sumika.facts.periods import Period


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """A call with everything in it found.

    Attributes:
        call: As it was understood.
        devices: Ids; of a tool that acts: all that it acts on.
        rooms: Ids; "outside" is outside. Without the room of who speaks where nobody named one.
        residents: Ids.
        number: As it was said, in `unit`.
        unit: "c", "k" (so many degrees warmer or cooler), "share" (0 to 1), "kelvin" (of light), "step", or "".
        duration_s: For so long.
        delay_s: In so long.
        hour: Local hour of the day, 0 to 24.
        days: In how many days that hour is; None: nobody said it.
        period: Which days.
        colour_k: Colour temperature.
        here: The room of who speaks; empty: not known.
        ask_back: Key in `sumika.text` of what is to be asked; then nothing is done. Empty: all is clear.
        asked_of: The word that is not clear.
        choices: Ids between which to choose.
        said: The sentence: how far "a little" is, other words tell.
    """

    call: Call
    devices: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    residents: tuple[str, ...] = ()
    number: float | None = None
    unit: str = ""
    duration_s: float | None = None
    delay_s: float | None = None
    hour: float | None = None
    days: int | None = None
    period: Period | None = None
    colour_k: float | None = None
    here: str = ""
    ask_back: str = ""
    asked_of: str = ""
    choices: tuple[str, ...] = ()
    said: str = ""


def resolve(
    call: Call, names: Names, *, now_unix_s: float, room_of_speaker: str = "", resident_of_speaker: str = ""
) -> Resolved:
    """Return what a call means in this house, or what must be asked back.

    Args:
        call: From `calls.checked`.
        names: Of this house.
        now_unix_s: When it was said.
        room_of_speaker: Id of the room where it was said; empty: not known.
        resident_of_speaker: Id of who said it; empty: not known.
    """
    spans, tool = call.spans, TOOLS[call.tool]
    here = room_of_speaker if room_of_speaker in names.rooms else ""
    rooms, unclear = _rooms(spans.get("room", ""), names, here)
    residents, who = _residents(spans.get("resident", ""), names, resident_of_speaker)
    named = rooms if spans.get("room") else None
    found = devices_of(call, names, named, here) if not unclear else FoundDevices()
    values = values_of(call, now_unix_s, zone_of(names), found.kinds)
    asked = unclear or who or _first_unclear(call, found, values, here, acts=tool.acts)
    return Resolved(
        call=call,
        devices=found.devices,
        rooms=rooms,
        residents=residents,
        number=values.number,
        unit=values.unit,
        duration_s=values.duration_s,
        delay_s=values.delay_s,
        hour=values.hour,
        days=values.days,
        period=values.period,
        colour_k=values.colour_k,
        here=here,
        ask_back=asked[0] if asked else "",
        asked_of=asked[1] if asked else "",
        choices=asked[2] if asked else (),
    )


Unclear = tuple[str, str, tuple[str, ...]]
"""(key of the question, the word, ids to choose between)."""


def _first_unclear(call: Call, found: FoundDevices, values: Values, here: str, *, acts: bool) -> Unclear | None:
    if found.ask_back:
        return found.ask_back, found.asked_of, found.choices
    needs = TOOLS[call.tool].needs
    lacks = (need for need in needs if need != "device or room" and need not in call.spans)
    if need := next(lacks, ""):
        return f"ask_back.which_{need}", "", ()
    if "device or room" in needs and not (call.spans.keys() & {"device", "room"}) and not here:
        return "ask_back.which_device", "", ()
    if values.unclear:
        return f"ask_back.{values.unclear[0]}", values.unclear[1], ()
    if acts and call.what == "set" and values.number is None and values.colour_k is None:
        return "ask_back.which_colour" if call.tool == "colour" else "ask_back.which_number", "", ()
    if call.tool in _PLACED and not here and not call.spans.keys() & {"device", "room"}:
        return "ask_back.which_room", "", ()
    return None


_PLACED = frozenset({"temperature", "what_if"})
"""What is of one room: it is asked which, where nobody can tell."""


def zone_of(names: Names) -> tzinfo:
    """Return the house's time zone; UTC where it is not known."""
    building = names.house.building
    try:
        return ZoneInfo(building.site.timezone) if building is not None else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


_HERE_WORDS = frozenset(map(plain, HERE))
_MY_WORDS = frozenset(map(plain, MYSELF))
_OUTSIDE_KIND = "outside"
_OUTSIDE_WORDS = frozenset(map(plain, ROOM_WORDS[_OUTSIDE_KIND]))


def _rooms(said: str, names: Names, here: str) -> tuple[tuple[str, ...], Unclear | None]:
    if not said:
        return (), None
    key, whole = bare(said), plain(said)
    # "This room" and "our room" are words of their own: without the first, nothing is left that says which.
    if key in _HERE_WORDS or (whole in _HERE_WORDS and whole not in names.room_names):
        return ((here,), None) if here else ((), ("ask_back.which_room", said, ()))
    found = (
        names.room_names.get(whole)
        or names.room_names.get(key)
        or names.room_names.get(key.removeprefix("お").removeprefix("御"))
    )
    if is_another_storey(bare(said), names.house) and not _is_own(said, names):
        return (), ("ask_back.one_storey", said, ())
    if found:
        if len(found) == 1 or _means_many(key, names, found):
            return found, None
        if here in found:
            return (here,), None
        return (), ("ask_back.several_rooms", said, found)
    if key in _OUTSIDE_WORDS:
        return (_OUTSIDE_KIND,), None
    if bedrooms := _bedrooms_of(said, names):
        return bedrooms, None
    return (), ("ask_back.unknown_room", said, alike(key, names.room_names))


def _is_own(said: str, names: Names) -> bool:
    """Return whether a room is itself called so: a basement flat has its basement on its one storey."""
    return any(plain(said) == plain(name) for room in names.house.rooms for name in (room.name, *room.called))


_OWN_ROOM = re.compile(r"(.+?)(?:'s|\u2019s|s'|\u306e) ?(?:own )?(?:bed ?room|room|部屋|寝室|お部屋)")


def _bedrooms_of(said: str, names: Names) -> tuple[str, ...]:
    """Return the bedroom of whoever is named: "grandma's room"; () where nobody is."""
    found = _OWN_ROOM.fullmatch(said.strip())
    who = names.resident_names.get(bare(found[1]), ()) if found else ()
    lives = [one.life.bedroom for one in names.house.residents if one.id in who and one.life is not None]
    return tuple(dict.fromkeys(room for room in lives if room))


def _means_many(key: str, names: Names, found: tuple[str, ...]) -> bool:
    """Whether a word is meant for several rooms: a storey, the whole house."""
    return len({names.room_kinds[room] for room in found}) > 1 or len(found) == len(names.rooms)


def _residents(said: str, names: Names, speaker: str) -> tuple[tuple[str, ...], Unclear | None]:
    if not said:
        return (), None
    key = bare(said)
    if key in _MY_WORDS:
        return ((speaker,), None) if speaker else ((), ("ask_back.which_resident", said, ()))
    found = names.resident_names.get(key) or names.resident_names.get(key.removesuffix("s"))
    if found and len(found) == 1:
        return found, None
    if found:
        return (), ("ask_back.several_residents", said, found)
    return (), ("ask_back.unknown_resident", said, alike(key, names.resident_names))

"""What the assistant makes of a call in the held-out house, for comparing calls by what they come to."""

from datetime import datetime
from functools import cache

from sumika.assistant.calls import Call
from sumika.assistant.names import Names
from sumika.assistant.resolve import resolve, zone_of
from sumika.evaluate.assistant.phrasings import held_house
from sumika.evaluate.assistant.same_meaning import Reached, Resolve

SPOKEN_AT = "2026-11-20T20:00"
"""When the held-out phrasings are spoken, in the house's own time; a Friday evening."""

_VALUES = ("number", "unit", "duration_s", "delay_s", "hour", "period", "colour_k")


@cache
def held_names(language: str) -> Names:
    """Return the names of the held-out house of a language."""
    return Names(held_house(language))


def spoken_at_unix_s(language: str) -> float:
    """Return the moment at which the held-out phrasings are spoken."""
    return datetime.fromisoformat(SPOKEN_AT).replace(tzinfo=zone_of(held_names(language))).timestamp()


def reached_in(language: str) -> Resolve:
    """Return what finds out what calls come to in the held-out house of a language."""
    names, now_unix_s = held_names(language), spoken_at_unix_s(language)
    room_of = {device.id: device.room for device in held_house(language).devices}

    def reached(call: Call, room: str) -> Reached | None:
        found = resolve(call, names, now_unix_s=now_unix_s, room_of_speaker=room)
        if found.ask_back:
            return None
        # Where nobody names a room, it is that of the device, or else the speaker's own.
        rooms = (
            found.rooms or tuple(room_of[device] for device in found.devices) or ((found.here,) if found.here else ())
        )
        return Reached(
            devices=frozenset(found.devices),
            rooms=frozenset(rooms),
            residents=frozenset(found.residents),
            values={name: getattr(found, name) for name in _VALUES},
        )

    return reached

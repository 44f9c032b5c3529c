"""Why a lamp is as it is, in words and in both languages."""

from collections.abc import Iterable, Mapping

import msgspec

from sumika.ecu.light_needs import Part
from sumika.ecu.lighting import LampReason
from sumika.plan.reasons import Reason
from sumika.schema import Command
from sumika.schema.house import House
from sumika.text import say

ENOUGH = "light_enough"
_BY_NEED = (Part.DAY, Part.EVENING, Part.UP_AT_NIGHT)
_DARK = 1e-6


def light_reason(told: LampReason, house: House) -> Reason:
    """Return a lamp's reason in words.

    Args:
        told: By `sumika.ecu.lighting`.
        house: For names of rooms.
    """
    room = next((one.name or one.id for one in house.rooms if one.id == told.room), told.room)
    unlit = told.edi_lux - told.daylight_edi_lux < _DARK
    key = ENOUGH if unlit and told.part in _BY_NEED else told.part.value
    values = {"room": room, "edi": told.edi_lux, "daylight": told.daylight_edi_lux, "kelvin": told.colour_k}
    return Reason(text=say(f"why.plan.{key}", "en", **values), text_ja=say(f"why.plan.{key}", "ja", **values))


def with_given(commands: Iterable[Command], given: Mapping[str, Reason]) -> tuple[Command, ...]:
    """Return commands with the reasons that whoever decided them gave; others stay as they are.

    Args:
        commands: Any.
        given: By device.
    """
    return tuple(
        msgspec.structs.replace(one, why=given[one.device].text, why_ja=given[one.device].text_ja)
        if one.device in given
        else one
        for one in commands
    )

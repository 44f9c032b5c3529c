"""Whether an air conditioner is to heat or to cool: as somebody said, else as weather and room make it of use."""

import re

HEAT, COOL = 1.0, 2.0
"""Settings of `mode`."""

_HEATING = re.compile(r"(?<!冷)(?:暖房|だんぼう)|ヒーター|\bheat(?:ing|ers?)?\b(?! pump)", re.IGNORECASE)
_COOLING = re.compile(r"冷房(?!暖)|れいぼう|クーラー|\bcool(?:ing|ers?)\b", re.IGNORECASE)
"""A heat pump, 空調 and 冷暖房 do both."""

COLD_BELOW_C, HOT_ABOVE_C = 20.0, 26.0
"""A room in between is heated where it is cold outside, and cooled where it is not."""

COLD_OUTSIDE_C = 18.0
NOBODY_COOLS_BELOW_C, NOBODY_HEATS_ABOVE_C = 12.0, 24.0
"""So cold or hot outside, a temperature that was wished says nothing: 28 °C in a room of 27 on a hot day is cooling."""

_TELLS_K = 0.5
"""By so much a wished temperature must differ from the room's own to say which of the two is meant."""


def said_mode(word: str) -> float | None:
    """Return the mode that a word for an air conditioner says: 冷房, "the heating"; None where it may do either.

    Args:
        word: As it was said.
    """
    heats, cools = _HEATING.search(word) is not None, _COOLING.search(word) is not None
    if heats == cools:
        return None
    return HEAT if heats else COOL


def useful_mode(
    *, air_c: float | None, outside_c: float | None, wished_c: float | None = None, told: float = 0.0
) -> float | None:
    """Return the mode in which an air conditioner is of use where nobody said it; None where nothing tells it.

    Args:
        air_c: Of the room; None: not known.
        outside_c: Alike.
        wished_c: Wished for the room; None: nobody said how warm.
        told: The mode that the device was in last.
    """
    if wished_c is not None and (mode := _of_wish(wished_c, air_c, outside_c)) is not None:
        return mode
    if air_c is not None and not COLD_BELOW_C <= air_c <= HOT_ABOVE_C:
        return HEAT if air_c < COLD_BELOW_C else COOL
    if outside_c is not None:
        return HEAT if outside_c < COLD_OUTSIDE_C else COOL
    return told if told in (HEAT, COOL) else None


def _of_wish(wished_c: float, air_c: float | None, outside_c: float | None) -> float | None:
    """Return the mode that brings a room to a temperature; the weather goes before what the numbers say."""
    if outside_c is not None and not NOBODY_COOLS_BELOW_C <= outside_c <= NOBODY_HEATS_ABOVE_C:
        return HEAT if outside_c < NOBODY_COOLS_BELOW_C else COOL
    if air_c is None or abs(wished_c - air_c) < _TELLS_K or not COLD_BELOW_C <= air_c <= HOT_ABOVE_C:
        return None
    return HEAT if wished_c > air_c else COOL

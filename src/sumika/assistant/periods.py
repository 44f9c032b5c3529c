"""Periods and hours, as they are said in Japanese and English: surface text to stretches of time in the house.

    period_of("ゆうべ", now, zone)    -> 18:00 of yesterday to noon of today, as far as it has gone
    hour_of("half past ten", now, zone) -> 10.5 or 22.5, whichever comes first

What is no such thing gives None.
"""

from datetime import tzinfo

import msgspec

from sumika.assistant import periods_en, periods_ja
from sumika.assistant.numbers import plain_text
from sumika.assistant.periods_days import Today
from sumika.facts.periods import Period


class Hour(msgspec.Struct, frozen=True):
    """An hour of a day.

    Attributes:
        hour: Local time, 0 to 24.
        days: In how many days, where that was said.
    """

    hour: float
    days: int | None = None


def period_of(text: str, now_unix_s: float, zone: tzinfo, *, ahead: bool = False) -> Period | None:
    """Return the stretch of time that a piece of a sentence names; what of it is yet to come is cut off.

    Args:
        text: The whole piece: 昨夜, 先週, 11月3日, last night, on Tuesday, three days ago.
        now_unix_s: When it is said.
        zone: The house's time zone.
        ahead: The talk is of what is to come: what is over is cut off instead.
    """
    text, today = plain_text(text), Today(unix_s=now_unix_s, zone=zone, ahead=ahead)
    try:
        return periods_ja.period_of(text.replace(" ", ""), today) or periods_en.period_of(text, today)
    except (OverflowError, ValueError):  # the year 9999, and the like
        return None


def hour_of(text: str, now_unix_s: float, zone: tzinfo) -> Hour | None:
    """Return the hour that a piece of a sentence names; "seven" is whichever comes first, of the morning or evening.

    Args:
        text: The whole piece: 夜十時, 午後3時半, half past ten, 7 am, tomorrow at seven.
        now_unix_s: When it is said.
        zone: The house's time zone.
    """
    text = plain_text(text)
    found = periods_ja.clock_of(text.replace(" ", "")) or periods_en.clock_of(text)
    if found is None:
        return None
    hour, open_half, days = found
    if open_half and days in (None, 0):
        now = Today(unix_s=now_unix_s, zone=zone).hour
        hour = min((hour % 12, hour % 12 + 12), key=lambda one: (one - now) % 24)
    return Hour(hour, days)

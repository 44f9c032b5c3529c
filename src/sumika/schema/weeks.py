"""What changes over weeks, and what somebody's told moods go along with. Counts and intervals, never a diagnosis."""

from enum import StrEnum

import msgspec

from sumika.schema._message import Message
from sumika.schema.reason import Reason


class Measure(StrEnum):
    """What is counted or measured once a day."""

    NIGHT_VISITS = "night_visits"
    WALKING_SPEED = "walking_speed_m_s"
    RESTING_HEART = "resting_heart_bpm"
    RESTING_BREATH = "resting_breath_bpm"
    OUT_OF_BED = "out_of_bed_h"
    SLEEP = "asleep_h"


class DayMeasures(Message, frozen=True, kw_only=True):
    """One day and night of who sleeps in a bedroom; told in the morning. What was not measured is None.

    Attributes:
        room: The bedroom's name in `house.yaml`.
        ended_unix_s: When the night ended, or was seen last.
        night_visits: How often they got up at night and came back.
        walking_speed_m_s: Median of the usual speed of walks in the house the day before.
        resting_heart_bpm: Median over the night.
        resting_breath_bpm: Median over the night.
        out_of_bed_h: From getting up to lying down, the day before.
        asleep_h: Total sleep time.
    """

    room: str
    ended_unix_s: float
    night_visits: float | None = None
    walking_speed_m_s: float | None = None
    resting_heart_bpm: float | None = None
    resting_breath_bpm: float | None = None
    out_of_bed_h: float | None = None
    asleep_h: float | None = None


class Direction(StrEnum):
    """Which way a measure went."""

    UP = "up"
    DOWN = "down"
    NONE = "none"  # no change that the days bear out


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one measure has changed over the last weeks, when, and how surely.

    Attributes:
        measure: Which.
        valid: Whether there are days enough to tell.
        reason: MEASURED, or why it cannot be told.
        direction: Which way it went; NONE where a change is not probable.
        probability: That the level changed at all in the days looked at, 0..1.
        change_unix_s: The most probable day of the change; None where a change is not probable.
        change_low_unix_s: 90 % of the probability of the day lies from here ...
        change_high_unix_s: ... to here.
        before: Level before the change, or of all days where there was none.
        after: Level since; None where there was no change.
        shift_low: 90 % interval of `after` less `before`, lower end.
        shift_high: Upper end.
        days: Days with a value.
        days_missing: Days without one, in between.
    """

    measure: Measure
    valid: bool
    reason: Reason
    direction: Direction = Direction.NONE
    probability: float | None = None
    change_unix_s: float | None = None
    change_low_unix_s: float | None = None
    change_high_unix_s: float | None = None
    before: float | None = None
    after: float | None = None
    shift_low: float | None = None
    shift_high: float | None = None
    days: int = 0
    days_missing: int = 0


class WellBeing(Message, frozen=True, kw_only=True):
    """What has changed over the last weeks for those who sleep in a bedroom. No diagnosis: levels and days, no causes.

    Attributes:
        room: The bedroom.
        trends: One for each measure.
    """

    room: str
    trends: tuple[Trend, ...] = ()


class Mood(Message, frozen=True, kw_only=True):
    """A resident says how they are: one tap. It is never worked out from anything, and nobody else is shown it.

    Attributes:
        resident: Who.
        pleasant: -2 bad to +2 good.
    """

    resident: str
    pleasant: float


class MoodPair(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a resident's told moods may go along with; it is no cause of anything.

    Attributes:
        measure: Which, of the day on which the mood was told.
        days: Days with both.
        above: Mean of the moods on days with more than the resident's own median.
        below: Mean on the other days.
        difference: `above` less `below`.
        low: 95 % interval of that, lower end, wide enough for all measures looked at together.
        high: Upper end.
    """

    measure: Measure
    days: int
    above: float | None = None
    below: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None


class MoodTable(Message, frozen=True, kw_only=True):
    """What tends to go with a resident's told moods.

    Attributes:
        resident: Whose moods.
        bedroom: Whose nights they were compared with; empty: there is none that is watched.
        valid: Whether there are days enough.
        reason: MEASURED, or why it cannot be told.
        told: How many moods were told.
        pairs: One for each measure that there are days enough of.
    """

    resident: str
    bedroom: str = ""
    valid: bool
    reason: Reason
    told: int = 0
    pairs: tuple[MoodPair, ...] = ()

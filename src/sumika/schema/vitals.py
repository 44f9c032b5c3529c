"""Breath and heartbeat of one tracked person. A missing value is None, never 0 and never the last one."""

import msgspec

from sumika.schema._message import Message
from sumika.schema.reason import Reason


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A rate per minute, or why there is none.

    Attributes:
        valid: Whether it may be used.
        reason: MEASURED, or why there is none.
        value_bpm: Per minute.
        sigma_bpm: Standard deviation of `value_bpm`.
        low_bpm: 95 % interval, lower end.
        high_bpm: 95 % interval, upper end.
        quality: 0..1, share of the movement in its band that the model explains.
        window_s: The rate is that of the time so long before: the slope of the count of breaths or beats over it.
    """

    valid: bool
    reason: Reason
    value_bpm: float | None = None
    sigma_bpm: float | None = None
    low_bpm: float | None = None
    high_bpm: float | None = None
    quality: float | None = None
    window_s: float = 0.0


class Beat(msgspec.Struct, frozen=True, kw_only=True):
    """One heartbeat that passed beat-level quality.

    Attributes:
        time_s: When, seconds before the message's stamp (negative or 0).
        interval_s: Since the beat before it; None where that one did not pass.
        sigma_s: Standard deviation of `time_s`.
    """

    time_s: float
    interval_s: float | None
    sigma_s: float


class PersonVitals(Message, frozen=True, kw_only=True):
    """Breath and heartbeat of one person at one moment.

    Attributes:
        track: The track's id.
        room: The room.
        radar: Which radar measured.
        respiration: Breaths per minute.
        heart: Heart beats per minute.
        displacement_mm: Chest towards the radar, mean of the window removed; None while it moves.
        displacement_sigma_mm: Its standard deviation, receiver noise only.
        beats: Those found since the message before.
        breathing_log_odds: Natural logarithm of the odds that something breathes in the person's cells; holds who
            keeps still on his track.
    """

    track: int
    room: str
    radar: str
    respiration: Rate
    heart: Rate
    displacement_mm: float | None = None
    displacement_sigma_mm: float | None = None
    beats: tuple[Beat, ...] = ()
    breathing_log_odds: float = 0.0

"""Estimates about people. A missing value is None, never 0 and never the last one; each says why."""

from enum import StrEnum

from sumika.schema._message import Message
from sumika.schema.reason import Reason


class Estimate(Message, frozen=True, kw_only=True):
    """What every estimate of a room says.

    Attributes:
        room: The room's name in `house.yaml`.
        valid: Whether the values may be used.
        reason: What the values rest on, or why there are none.
    """

    room: str
    valid: bool
    reason: Reason


class Presence(Estimate, frozen=True, kw_only=True):
    """Whether someone is in the room.

    Attributes:
        probability: 0..1; None is "unknown", which is not "empty".
        range_m: Distance from the radar.
        range_sigma_m: Its standard deviation.
        moving: Whether the person moves more than breathing does.
        radar: Which radar saw it.
        held_s: Above 0 it is no news: a sensor said so that long ago, and has not said otherwise.
        sensor: Which sensor says so, where it is no radar of the room.
    """

    probability: float | None = None
    range_m: float | None = None
    range_sigma_m: float | None = None
    moving: bool | None = None
    radar: str = ""
    held_s: float = 0.0
    sensor: str = ""


class ChestMotion(Estimate, frozen=True, kw_only=True):
    """The chest's displacement at one frame: the breath waveform.

    Attributes:
        displacement_mm: Towards the radar positive, mean of the window removed.
    """

    displacement_mm: float | None = None


class Respiration(Estimate, frozen=True, kw_only=True):
    """Breaths per minute.

    Attributes:
        rate_bpm: Breaths per minute.
        sigma_bpm: Standard deviation of `rate_bpm`.
        quality: Share of the chest's movement that the breathing model explains, 0..1.
        amplitude_mm: Half of the chest's excursion, peak to peak.
        window_s: Length of signal used.
    """

    rate_bpm: float | None = None
    sigma_bpm: float | None = None
    quality: float | None = None
    amplitude_mm: float | None = None
    window_s: float = 0.0


class HeartRate(Estimate, frozen=True, kw_only=True):
    """Heart beats per minute, and the candidate that is not yet believed.

    Attributes:
        rate_bpm: Beats per minute.
        sigma_bpm: Standard deviation of `rate_bpm`.
        candidate_bpm: The strongest periodicity that breathing does not explain; for engineers, not for people.
        candidate_quality: Agreement of antennas and cells on it, 0..1.
    """

    rate_bpm: float | None = None
    sigma_bpm: float | None = None
    candidate_bpm: float | None = None
    candidate_quality: float | None = None


class SleepKind(StrEnum):
    """What those in a bedroom do, as far as lying still tells it."""

    AWAY = "away"  # nobody is there
    AWAKE = "awake"  # somebody is there and moves about
    IN_BED = "in_bed"  # somebody lies there, or keeps still
    ASLEEP = "asleep"  # nobody there has moved, but to turn over, for ten minutes


class Sleep(Estimate, frozen=True, kw_only=True):
    """Whether those in a bedroom sleep: all of them together.

    Attributes:
        kind: What they do; None is "unknown".
        for_s: How long it has been so, as far as it was watched.
    """

    kind: SleepKind | None = None
    for_s: float = 0.0

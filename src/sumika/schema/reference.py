"""What a contact sensor beside the radar measured: the reference that estimates are scored against.

Two clocks are in it. The device counts its own seconds; the house stamps when something arrived. `stamp` is the house
time of the first sample as far as it was known then; whoever has the whole log can fit the two clocks better, because
both the device's times and the arrivals are kept.
"""

from enum import StrEnum

import msgspec

from sumika.schema._message import Message


class ReferenceKind(StrEnum):
    """What the numbers of a reference are."""

    ECG = "ecg"  # any unit: beats are found by their shape
    RESPIRATION = "respiration"  # a belt's pull, any unit; more is fuller
    BEAT_INTERVAL = "beat_interval"  # s, each at the beat that ends it
    HEART_RATE = "heart_rate"  # 1/min, the device's own
    RESPIRATION_RATE = "respiration_rate"  # 1/min, the device's own


class ClockFit(msgspec.Struct, frozen=True, kw_only=True):
    """How a device's seconds became house time: house = start + (1 + drift) * device.

    Attributes:
        start_monotonic_ns: House time at the device's 0 s.
        drift_ppm: How much longer a device's second is than a house's, in millionths; 0 until it can be told.
        sigma_s: Standard deviation of the house time of a sample, the least delay of the way here included.
        pairs: How many arrivals it rests on.
        least_delay_s: The fastest way here took between 0 and so long; half of it is taken off.
        trusted: False where the device's seconds are no seconds, so that no rate may be taken from them.
    """

    start_monotonic_ns: int
    drift_ppm: float
    sigma_s: float
    pairs: int
    trusted: bool = True
    least_delay_s: float = 0.0


class ReferenceSamples(Message, frozen=True, kw_only=True):
    """Some samples that arrived together.

    Attributes:
        stream: "<source>.<kind>", for example "polar-h10.ecg".
        source: Which device or file.
        kind: What the values are.
        unit: Of the values, as the device tells it; empty where it does not.
        values: (sample,).
        device_time_s: (sample,) by the device's own clock; empty where it has none: then all are of `stamp`.
        arrival_monotonic_ns: When they arrived here.
        clock: How `stamp` was found; None where the device has no clock.
        gap_before: Whether something was lost since the message before.
    """

    stream: str
    source: str
    kind: ReferenceKind
    unit: str
    values: tuple[float, ...]
    device_time_s: tuple[float, ...] = ()
    arrival_monotonic_ns: int = 0
    clock: ClockFit | None = None
    gap_before: bool = False


class ReferenceState(Message, frozen=True, kw_only=True):
    """A reference was found, lost, or is in trouble; told when that changes.

    Attributes:
        source: Which device or file.
        connected: Whether it gives samples.
        problem: Why not, in one line; empty where it does.
        device: What the device says it is.
        connections: How often it has been connected so far.
        skin_contact: Whether a strap feels skin; None where it cannot tell.
        damaged: Lines or packets dropped so far.
    """

    source: str
    connected: bool
    problem: str = ""
    device: str = ""
    connections: int = 0
    skin_contact: bool | None = None
    damaged: int = 0

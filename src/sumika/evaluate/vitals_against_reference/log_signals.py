"""What a log holds on both sides: what the contact sensors measured, and what the radars said."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from sumika.metrics.estimates import NORMAL_95
from sumika.schema import (
    Beat,
    HeartRate,
    Message,
    Origin,
    PersonVitals,
    Rate,
    ReferenceKind,
    ReferenceSamples,
    Respiration,
    worst,
)
from sumika.sensors.reference import fit_all, house_ns
from sumika.units import ns_to_seconds

Array = NDArray[np.float64]

ROOM_HEART_WINDOW_S = 30.0
"""A room's heart rate does not tell its window; it is that long."""

TOPICS = ("reference", "person_vitals", "respiration", "heart_rate")


class Quantity(StrEnum):
    """What is scored."""

    HEART = "heart"
    RESPIRATION = "respiration"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples of a reference between two gaps, in the log's seconds.

    Attributes:
        source: Which device.
        kind: What they are.
        time_s: (sample,) rising.
        values: (sample,).
        sigma_s: Standard deviation of the clocks' relation.
        trusted: Whether the device's seconds are seconds.
    """

    source: str
    kind: ReferenceKind
    time_s: Array
    values: Array
    sigma_s: float
    trusted: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One estimate.

    Attributes:
        time_s: The log's seconds.
        window_s: The time before over which it holds.
        value_bpm: None where it was withheld.
        low_bpm: 95 % interval; None where it was withheld.
        high_bpm: Its upper end.
        reason: Why it is what it is.
    """

    time_s: float
    window_s: float
    value_bpm: float | None
    low_bpm: float | None
    high_bpm: float | None
    reason: str


@dataclass(slots=True)
class LogSignals:
    """Both sides.

    Attributes:
        stretches: Of the references.
        said: (who, quantity) -> what was said, in order.
        beats: who -> (beat time in the log's seconds, interval in s or NaN).
        origins: The worst origin of each who.
        reference_origin: The worst of the references.
    """

    stretches: list[Stretch] = field(default_factory=list)
    said: dict[tuple[str, Quantity], list[Said]] = field(default_factory=dict)
    beats: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    reference_origin: Origin = Origin.LIVE


def read_signals(messages: Iterable[Message]) -> LogSignals:
    """Sort a log's messages into what is scored and what it is scored against.

    Args:
        messages: In the log's order; other kinds are passed over.
    """
    found = LogSignals()
    references: dict[tuple[str, str], list[ReferenceSamples]] = {}
    for message in messages:
        match message:
            case ReferenceSamples():
                references.setdefault((message.stream, message.session), []).append(message)
                found.reference_origin = worst((found.reference_origin, message.origin))
            case PersonVitals():
                _take_person(found, message)
            case Respiration() | HeartRate():
                _take_room(found, message)
    for parts in references.values():
        found.stretches += stretches_of(parts)
    return found


def stretches_of(parts: list[ReferenceSamples]) -> Iterator[Stretch]:
    """Yield the uninterrupted stretches of one session of one stream, on one clock fitted over all of it.

    Args:
        parts: Its messages, oldest first.
    """
    fit = None
    if parts[0].device_time_s:
        ends_s = [part.device_time_s[-1] for part in parts]
        rising = [0, *(place for place in range(1, len(ends_s)) if ends_s[place] > max(ends_s[:place]))]
        fit = fit_all(
            [ends_s[place] for place in rising],
            [parts[place].arrival_monotonic_ns for place in rising],
            _least_delay_s(parts[-1]),
        )
    begins = [place for place, part in enumerate(parts) if part.gap_before or place == 0]
    for first, end in zip(begins, [*begins[1:], len(parts)], strict=True):
        run = parts[first:end]
        if fit is None:
            time_s = [ns_to_seconds(part.stamp.monotonic_ns) for part in run for _ in part.values]
        else:
            time_s = [ns_to_seconds(house_ns(fit, moment_s)) for part in run for moment_s in part.device_time_s]
        yield Stretch(
            source=run[0].source,
            kind=run[0].kind,
            time_s=np.array(time_s, float),
            values=np.array([value for part in run for value in part.values], float),
            sigma_s=0.0 if fit is None else fit.sigma_s,
            trusted=fit is None or fit.trusted,
        )


def _least_delay_s(part: ReferenceSamples) -> float:
    return part.clock.least_delay_s if part.clock is not None else 0.0


def _take_person(found: LogSignals, message: PersonVitals) -> None:
    who = f"{message.room or message.radar} #{message.track}"
    found.origins[who] = worst((found.origins.get(who, Origin.LIVE), message.origin))
    time_s = ns_to_seconds(message.stamp.monotonic_ns)
    for quantity, rate in ((Quantity.HEART, message.heart), (Quantity.RESPIRATION, message.respiration)):
        found.said.setdefault((who, quantity), []).append(_of_rate(time_s, rate))
    found.beats.setdefault(who, []).extend(_beat(time_s, beat) for beat in message.beats)


def _of_rate(time_s: float, rate: Rate) -> Said:
    given = rate.valid and rate.value_bpm is not None
    low, high = rate.low_bpm, rate.high_bpm
    if given and (low is None or high is None) and rate.value_bpm is not None and rate.sigma_bpm is not None:
        low, high = rate.value_bpm - NORMAL_95 * rate.sigma_bpm, rate.value_bpm + NORMAL_95 * rate.sigma_bpm
    window_s = rate.window_s or ROOM_HEART_WINDOW_S
    if not given:
        return Said(time_s, window_s, None, None, None, rate.reason.value)
    return Said(time_s, window_s, rate.value_bpm, low, high, rate.reason.value)


def _take_room(found: LogSignals, message: Respiration | HeartRate) -> None:
    who = message.room
    found.origins[who] = worst((found.origins.get(who, Origin.LIVE), message.origin))
    breath = isinstance(message, Respiration)
    rate = Rate(
        valid=message.valid,
        reason=message.reason,
        value_bpm=message.rate_bpm,
        sigma_bpm=message.sigma_bpm,
        window_s=message.window_s if isinstance(message, Respiration) else ROOM_HEART_WINDOW_S,
    )
    quantity = Quantity.RESPIRATION if breath else Quantity.HEART
    found.said.setdefault((who, quantity), []).append(_of_rate(ns_to_seconds(message.stamp.monotonic_ns), rate))


def _beat(time_s: float, beat: Beat) -> tuple[float, float]:
    return time_s + beat.time_s, float("nan") if beat.interval_s is None else beat.interval_s

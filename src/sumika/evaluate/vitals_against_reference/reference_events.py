"""From what contact sensors measured to beats and breaths, with what cannot be trusted named and left out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.vitals_against_reference.beats_of_ecg import line_off_the_mains, r_peaks
from sumika.evaluate.vitals_against_reference.breaths_of_belt import breath_times
from sumika.evaluate.vitals_against_reference.counted_rates import Events, joined_events, rate_per_minute
from sumika.evaluate.vitals_against_reference.log_signals import Quantity, Stretch
from sumika.schema import ReferenceKind
from sumika.units import SECONDS_PER_MINUTE

Array = NDArray[np.float64]

LONGEST_PAUSE_S = {Quantity.HEART: 2.0, Quantity.RESPIRATION: 15.0}
_SHORTEST_INTERVAL_S, _LONGEST_INTERVAL_S = 0.25, 2.0
_LEAP = 0.4
"""A beat interval that differs by more from its neighbours' median is a missed or an invented beat."""

_CHOICE = {
    Quantity.HEART: (ReferenceKind.ECG, ReferenceKind.BEAT_INTERVAL, ReferenceKind.HEART_RATE),
    Quantity.RESPIRATION: (ReferenceKind.RESPIRATION, ReferenceKind.RESPIRATION_RATE),
}
"""Best first: what is nearest to the body."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The truth of one quantity.

    Attributes:
        quantity: What it is of.
        source: Device and kind, for example "polar-h10 ecg".
        rate: (end in s, window in s) -> per minute; None where the window is not covered.
        first_s: Where it begins.
        last_s: Where it ends.
        sigma_s: Standard deviation of its place in time.
        events: Beats or breaths; None where a device tells only rates.
    """

    quantity: Quantity
    source: str
    rate: Callable[[float, float], float | None]
    first_s: float
    last_s: float
    sigma_s: float
    events: Events | None


@dataclass(slots=True)
class References:
    """What was found.

    Attributes:
        best: quantity -> the best one.
        notes: What was left out, and why, one line each.
    """

    best: dict[Quantity, Reference] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def find_references(stretches: Iterable[Stretch]) -> References:
    """Choose for each quantity the reference nearest to the body that can be trusted.

    Args:
        stretches: Of a log.
    """
    found = References()
    by_kind: dict[tuple[ReferenceKind, str], list[Stretch]] = {}
    for stretch in stretches:
        by_kind.setdefault((stretch.kind, stretch.source), []).append(stretch)
    for quantity, kinds in _CHOICE.items():
        for kind in kinds:
            for (other, source), parts in sorted(by_kind.items()):
                if other is not kind or quantity in found.best:
                    continue
                reference = _reference(quantity, kind, source, parts, found.notes)
                if reference is not None:
                    found.best[quantity] = reference
    return found


def _reference(
    quantity: Quantity, kind: ReferenceKind, source: str, parts: list[Stretch], notes: list[str]
) -> Reference | None:
    name = f"{source} {kind.value}"
    if not all(part.trusted for part in parts):
        notes.append(f"{name}: left out, its clock is no clock: its rate differs from the house's by more than 1 %")
        return None
    sigma_s = max(part.sigma_s for part in parts)
    if kind in (ReferenceKind.HEART_RATE, ReferenceKind.RESPIRATION_RATE):
        return _of_told_rates(quantity, name, parts, sigma_s)
    pieces = [_events_of(kind, part, name, notes) for part in parts]
    events = joined_events([piece for group in pieces for piece in group], LONGEST_PAUSE_S[quantity])
    if events.time_s.size < 3:
        notes.append(f"{name}: left out, fewer than three {'beats' if quantity is Quantity.HEART else 'breaths'}")
        return None

    def rate(end_s: float, window_s: float) -> float | None:
        return rate_per_minute(events, end_s, window_s)

    return Reference(quantity, name, rate, float(events.time_s[0]), float(events.time_s[-1]), sigma_s, events)


def _events_of(kind: ReferenceKind, part: Stretch, name: str, notes: list[str]) -> list[Array]:
    """Return the beats or breaths of a stretch, in pieces where some in it are not to be trusted."""
    if kind is ReferenceKind.BEAT_INTERVAL:
        return _plausible_beats(part)
    if part.time_s.size < 3:
        return []
    steps_s = np.diff(part.time_s)
    step_s = float(np.median(steps_s))
    if not step_s > 0:
        return []
    pieces = []
    breaks = np.flatnonzero((steps_s > 1.5 * step_s) | (steps_s < 0.5 * step_s)) + 1
    for places in np.split(np.arange(part.time_s.size), breaks):
        span_s = float(part.time_s[places[-1]] - part.time_s[places[0]])
        if places.size < 3 or span_s <= 0:
            continue
        rate_hz = (places.size - 1) / span_s
        events_s = _found(kind, part.values[places], rate_hz, name, notes)
        pieces.append(part.time_s[places[0]] + events_s)
    return pieces


def _found(kind: ReferenceKind, values: Array, rate_hz: float, name: str, notes: list[str]) -> Array:
    if kind is ReferenceKind.RESPIRATION:
        return breath_times(values, rate_hz)
    line_hz = line_off_the_mains(values, rate_hz)
    if line_hz is not None:
        notes.append(
            f"{name}: left out, a line at {line_hz:.1f} Hz is no mains: its {rate_hz:.0f} Hz are probably not true"
        )
        return np.empty(0)
    try:
        return r_peaks(values, rate_hz)
    except ValueError as error:
        notes.append(f"{name}: left out, {error}")
        return np.empty(0)


def _plausible_beats(part: Stretch) -> list[Array]:
    """Cut where an interval is no beat's, or the house says that notifications are missing."""
    usual = np.array(
        [np.median(part.values[max(0, place - 4) : place + 5]) for place in range(part.values.size)], float
    )
    wrong = (part.values < _SHORTEST_INTERVAL_S) | (part.values > _LONGEST_INTERVAL_S)
    wrong |= np.abs(part.values - usual) > _LEAP * usual
    return [piece for piece in np.split(part.time_s, np.flatnonzero(wrong)) if piece.size]


def _of_told_rates(quantity: Quantity, name: str, parts: list[Stretch], sigma_s: float) -> Reference | None:
    """A device that tells only a rate has averaged it already, over a time that it keeps to itself."""
    time_s = np.concatenate([part.time_s for part in parts])
    values = np.concatenate([part.values for part in parts])
    order = np.argsort(time_s, kind="stable")
    time_s, values = time_s[order], values[order]
    if time_s.size < 3:
        return None

    def rate(end_s: float, window_s: float) -> float | None:
        within = values[(time_s > end_s - window_s) & (time_s <= end_s)]
        covered = time_s[0] <= end_s - window_s and end_s <= time_s[-1] and within.size * 3.0 >= window_s
        mean = float(within.mean()) if covered and within.size else 0.0
        return mean if 1.0 < mean < 5 * SECONDS_PER_MINUTE else None

    return Reference(quantity, name, rate, float(time_s[0]), float(time_s[-1]), sigma_s, None)

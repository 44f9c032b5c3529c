"""The truth of one person's rates, from a series or from single events, over any window of time."""

import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.radar.truth_file import Series, TruePerson
from sumika.evaluate.vitals_against_reference.counted_rates import Events, joined_events, rate_per_minute
from sumika.evaluate.vitals_against_reference.log_signals import Quantity
from sumika.evaluate.vitals_against_reference.reference_events import LONGEST_PAUSE_S, Reference

LONGEST_GAP_S = 30.0
"""Between two samples of a series that lie farther apart nothing is known."""

_STEPS = 64
_FEWEST_EVENTS = 3


def respiration_reference(person: TruePerson, source: str) -> Reference | None:
    """Return the truth of a person's breathing; None where there is none."""
    return _reference(Quantity.RESPIRATION, source, person.breaths_s, person.respiration_bpm)


def heart_reference(person: TruePerson, source: str) -> Reference | None:
    """Return the truth of a person's heart; None where there is none."""
    return _reference(Quantity.HEART, source, person.beats_s, person.heart_bpm)


def _reference(quantity: Quantity, source: str, events_s: tuple[float, ...], series: Series | None) -> Reference | None:
    """Return what is nearest to the body: single events if there are some, else the series."""
    if len(events_s) >= _FEWEST_EVENTS:
        events = joined_events([np.array(events_s)], LONGEST_PAUSE_S[quantity])
        return _of_events(quantity, source, events)
    if series is None or not series.time_s:
        return None
    time_s, per_minute = np.array(series.time_s), np.array(series.per_minute)
    return Reference(
        quantity,
        source,
        lambda end_s, window_s: _mean_rate(time_s, per_minute, end_s, window_s),
        float(time_s[0]),
        float(time_s[-1]),
        0.0,
        None,
    )


def _of_events(quantity: Quantity, source: str, events: Events) -> Reference:
    return Reference(
        quantity,
        source,
        lambda end_s, window_s: rate_per_minute(events, end_s, max(window_s, 1e-3)),
        float(events.time_s[0]),
        float(events.time_s[-1]),
        0.0,
        events,
    )


def _mean_rate(
    time_s: NDArray[np.float64], per_minute: NDArray[np.float64], end_s: float, window_s: float
) -> float | None:
    """Return the mean of a series over a window; None where the window is not wholly known."""
    if end_s - window_s < time_s[0] or end_s > time_s[-1]:
        return None
    first = max(int(np.searchsorted(time_s, end_s - window_s, "right")) - 1, 0)
    last = min(int(np.searchsorted(time_s, end_s, "left")), time_s.size - 1)
    if last > first and float(np.diff(time_s[first : last + 1]).max()) > LONGEST_GAP_S:
        return None
    moments = np.linspace(end_s - window_s, end_s, _STEPS)
    return float(np.interp(moments, time_s, per_minute).mean())
